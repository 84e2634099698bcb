"""Renders examples/BLUEPRINT anew from its answers. `make test` fails when they differ from what is committed."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from scripts.common.report import ROOT
from scripts.common.trees import OptionSet, binary, render

EXAMPLES = ROOT / "examples"


def main() -> int:
    """Replaces each example by a fresh rendering."""
    program = binary()
    for answers in sorted(EXAMPLES.glob("*/answers.yaml")):
        blueprint = answers.parent.name
        with tempfile.TemporaryDirectory(prefix="stackwright-bless-") as scratch:
            fresh = render(program, OptionSet(blueprint, "repository", answers), Path(scratch))
            target = answers.parent / "repository"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(fresh, target)
        count = sum(1 for path in target.rglob("*") if path.is_file())
        print(f"{target.relative_to(ROOT)}: {count} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
