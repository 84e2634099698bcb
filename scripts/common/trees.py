"""Renders the repositories that are checked: each blueprint with each of its option sets."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .process import run, tail
from .report import ROOT

OPTION_SETS = ROOT / "tests" / "option-sets"


class RenderError(Exception):
    """The program refused to make a repository."""


@dataclass(frozen=True)
class OptionSet:
    """Answers for one blueprint: tests/option-sets/BLUEPRINT/NAME.yaml."""

    blueprint: str
    name: str
    answers: Path

    @property
    def label(self) -> str:
        """How the report names it."""
        return f"{self.blueprint}/{self.name}"


@dataclass(frozen=True)
class Rendered:
    """The repository of an option set."""

    item: OptionSet
    directory: Path

    @property
    def label(self) -> str:
        """How the report names it."""
        return self.item.label


def option_sets(only: str = "") -> list[OptionSet]:
    """All option sets, `default` first, or those whose label or name is in the comma-separated list."""
    sets = [OptionSet(path.parent.name, path.stem, path) for path in OPTION_SETS.glob("*/*.yaml")]
    sets.sort(key=lambda item: (item.blueprint, item.name != "default", item.name))
    if only:
        wanted = only.split(",")
        sets = [item for item in sets if item.label in wanted or item.name in wanted]
    if not sets:
        raise SystemExit(f"no option set below {OPTION_SETS}" + (f" matches {only}" if only else ""))
    return sets


def binary() -> Path:
    """The program under test: $STACKWRIGHT_BIN, or the debug build, which is made when it is missing or old."""
    given = os.environ.get("STACKWRIGHT_BIN")
    if given:
        return Path(given).resolve()
    # With a test, libraries get the features that tests give them: what `cargo test` built is built once.
    built = run(["cargo", "build", "--locked", "--quiet", "--bins", "--test", "scripting"], cwd=ROOT, timeout=1800)
    if not built.good:
        raise SystemExit(f"cargo build failed:\n{tail(built.output)}")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return (ROOT / target / "debug" / "stackwright").resolve()


def render(program: Path, item: OptionSet, into: Path, **answers: str) -> Path:
    """Makes the repository below `into`, with some answers changed, and returns its directory."""
    directory = into / item.blueprint / item.name
    directory.parent.mkdir(parents=True, exist_ok=True)
    command = [program, "new", item.blueprint, directory, "--yes", "--answers", item.answers]
    command += [part for name, value in answers.items() for part in ("--set", f"{name}={value}")]
    made = run(command, cwd=into, timeout=120)
    if not made.good:
        raise RenderError(f"exit code {made.code}\n{tail(made.output)}")
    return directory
