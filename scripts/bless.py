"""Renders examples/BLUEPRINT/repository anew from examples/BLUEPRINT/answers.yaml.

usage: python3 -m scripts.bless
`make test` fails when what is committed differs from a fresh rendering (`stale`).
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from scripts.common.report import ROOT
from scripts.common.trees import OptionSet, binary, render

EXAMPLES = ROOT / "examples"


def examples() -> list[OptionSet]:
    """The answers of every example."""
    return [OptionSet(file.parent.name, "repository", file) for file in sorted(EXAMPLES.glob("*/answers.yaml"))]


def contents(directory: Path) -> dict[str, tuple[bytes, bool]]:
    """Every file below a directory: its bytes, and whether it can be run."""
    files = [path for path in directory.rglob("*") if path.is_file()]
    return {str(f.relative_to(directory)): (f.read_bytes(), bool(f.stat().st_mode & 0o100)) for f in files}


def stale(example: OptionSet, program: Path, scratch: Path) -> list[str]:
    """Files in which an example differs from a fresh rendering."""
    fresh = contents(render(program, example, scratch))
    committed = contents(example.answers.parent / example.name)
    found = [f"{name}: stale" for name in sorted(fresh.keys() & committed.keys()) if fresh[name] != committed[name]]
    found += [f"{name}: missing" for name in sorted(fresh.keys() - committed.keys())]
    found += [f"{name}: no longer made" for name in sorted(committed.keys() - fresh.keys())]
    return [*found, "`make bless` renders it anew"] if found else []


def main() -> int:
    """Replaces each example by a fresh rendering."""
    program = binary()
    for example in examples():
        target = example.answers.parent / example.name
        with tempfile.TemporaryDirectory(prefix="stackwright-bless-") as scratch:
            fresh = render(program, example, Path(scratch))
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(fresh, target)
        print(f"{target.relative_to(ROOT)}: {len(contents(target))} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
