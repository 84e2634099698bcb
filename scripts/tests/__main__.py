"""Runs every test below scripts/tests, and ends with the line that each of our checks ends with.

usage: python3 -m scripts.tests
"""

from __future__ import annotations

import sys
import unittest
from collections.abc import Iterator
from pathlib import Path

from scripts.common.report import ROOT, Report


def cases(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    """The single tests of a suite."""
    for each in suite:
        if isinstance(each, unittest.TestSuite):
            yield from cases(each)
        else:
            yield each


def main() -> int:
    """Runs each test by itself."""
    report = Report()
    found = unittest.defaultTestLoader.discover(str(Path(__file__).parent), top_level_dir=str(ROOT))
    for case in cases(found):
        name = case.id().removeprefix("scripts.tests.")
        result = unittest.TestResult()
        case.run(result)
        for _, why in result.skipped:
            report.skip(name, why)
        if not result.skipped:
            report.problems(name, [text for _, text in result.failures + result.errors])
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
