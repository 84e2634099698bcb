"""Argo CD's own comparison of an object with what the API server made of it, as a program built from its engine."""

from __future__ import annotations

import functools
from pathlib import Path

from scripts.common.cache import cache
from scripts.common.process import run, tail
from scripts.validate.tools import Broken

SOURCE = Path(__file__).parent
BUILD = 1800  # seconds, from nothing


@functools.cache
def program() -> Path:
    """The program, built if it is not there; Go keeps what it compiled."""
    target = cache() / "argodiff/argodiff"
    target.parent.mkdir(parents=True, exist_ok=True)
    built = run(["go", "build", "-trimpath", "-o", target, "."], cwd=SOURCE, env={"GOWORK": "off"}, timeout=BUILD)
    if not built.good:
        raise Broken(f"argodiff does not build: {tail(built.output)}")
    return target
