"""The daily loop of a repository: what commands write, and the steps of docs/make-it-yours.md."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.common.process import run, tail
from scripts.prove import walkthrough
from scripts.prove.stack import BUILD, Stack

WRITERS = ("migrations", "schema", "types", "deps", "fmt")


@contextmanager
def checkout(stack: Stack, suffix: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """A second copy with a Compose project of its own, which is removed in the end."""
    with tempfile.TemporaryDirectory(prefix="stackwright-checkout-") as name:
        copy = Path(name) / "copy"
        shutil.copytree(stack.root, copy)
        Stack(copy)  # free ports
        environment = {"COMPOSE_PROJECT_NAME": f"{stack.project}-{suffix}"}
        try:
            yield copy, environment
        finally:
            run(["make", "clean"], cwd=copy, env=environment)


def written_anew(stack: Stack) -> list[str]:
    """What developers have written by a command is in the repository as the command writes it, and is theirs."""
    problems = []
    with checkout(stack, "anew") as (copy, environment):
        for target in WRITERS:
            done = run(["make", target], cwd=copy, env=environment, timeout=BUILD)
            if not done.good:
                problems.append(f"make {target}:\n{tail(done.output)}")
        for file in sorted(path for path in (copy / "apps").rglob("*") if path.is_file()):
            kept = stack.root / file.relative_to(copy)
            if not kept.exists() or kept.read_bytes() != file.read_bytes():
                problems.append(f"{file.relative_to(copy)} is not as it was")
            if file.stat().st_uid != os.getuid():
                problems.append(f"{file.relative_to(copy)} belongs to {file.stat().st_uid}")
    return problems


def made_yours(stack: Stack) -> list[str]:
    """Each step of the page, on a copy."""
    with checkout(stack, "yours") as (copy, environment):
        return walkthrough.carry_out(copy, BUILD, environment)
