"""What is not run again, and what is."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

from scripts import once
from scripts.common import cache
from scripts.common.cache import Passed
from scripts.common.report import Report
from scripts.validate import tools
from scripts.validate.run import Run
from scripts.validate.table import Validator
from scripts.validate.tools import Missing, Tools
from scripts.validate.tree import NothingToCheck, Tree


class CacheTest(unittest.TestCase):
    """A scratch directory with a cache of its own."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.passed = Passed(self.scratch / "passed")
        self.enterContext(mock.patch.dict(os.environ, {"ALL": "", "STRICT": ""}))
        self.enterContext(contextlib.redirect_stdout(io.StringIO()))
        self.root = self.scratch / "tree"
        self.root.mkdir()
        (self.root / "file").write_text("one\n", encoding="utf-8")


class ValidatorsTest(CacheTest):
    """A validator that finds what it is told to find."""

    def setUp(self) -> None:
        super().setUp()
        self.calls = 0
        self.finds: list[str] | Exception = []
        self.tools = Tools({"python": Path("python-1")})
        self.enterContext(mock.patch.object(tools, "MACHINE", (("echo", "1"),)))

    def check(self, _tree: Tree, _tools: Tools) -> list[str]:
        """Counts, and finds."""
        self.calls += 1
        if isinstance(self.finds, Exception):
            raise self.finds
        return self.finds

    def run_once(self, *apart: str) -> Report:
        """A run of its own, as the next one would be."""
        report = Report()
        tree = Tree("a/b", self.root, self.scratch)
        Run(self.tools, report, self.passed).validate(Validator("v", self.check, {}, apart=apart), tree)
        return report

    def test_what_passed_on_the_same_bytes_is_counted_by_the_cache(self) -> None:
        self.assertEqual(list(self.run_once().results.passed), ["v a/b"])
        again = self.run_once().results
        self.assertEqual((again.passed, again.not_run, self.calls), ({}, {"cache": 1}, 1))

    def test_another_byte_another_tool_and_all_1_run_it_again(self) -> None:
        self.run_once()
        (self.root / "file").write_text("two\n", encoding="utf-8")
        self.run_once()
        self.assertEqual(self.calls, 2)
        self.tools = Tools({"python": Path("python-2")})
        self.run_once()
        self.assertEqual(self.calls, 3)
        with mock.patch.object(tools, "MACHINE", (("echo", "2"),)):
            self.run_once()
        self.assertEqual(self.calls, 4)
        with mock.patch.dict(os.environ, {"ALL": "1"}):
            self.run_once()
        self.assertEqual(self.calls, 5)

    def test_what_a_validator_does_not_read_does_not_run_it_again(self) -> None:
        for directory in ("docs", "src"):
            (self.root / directory).mkdir()
            (self.root / directory / "page").write_text("one", encoding="utf-8")
        self.run_once("docs")
        (self.root / "docs" / "page").write_text("two", encoding="utf-8")
        self.run_once("docs")
        self.assertEqual(self.calls, 1)
        (self.root / "src" / "page").write_text("two", encoding="utf-8")
        self.run_once("docs")
        self.assertEqual(self.calls, 2)

    def test_what_failed_or_was_skipped_is_run_again(self) -> None:
        for finds in (["a problem"], Missing("no tool"), NothingToCheck("no file")):
            with self.subTest(finds=finds):
                self.calls, self.finds = 0, finds
                self.run_once()
                self.run_once()
                self.assertEqual(self.calls, 2)

    def test_a_run_in_which_everything_stands_is_good(self) -> None:
        self.run_once()
        self.assertEqual(self.run_once().close(), 0)
        self.assertEqual(Report().close(), 1)


class OnceTest(CacheTest):
    """A clone with a command that counts its runs outside of it."""

    def setUp(self) -> None:
        super().setUp()
        subprocess.run(["git", "init", "--quiet", self.root], check=True)
        self.count = self.scratch / "count"

    def runs(self, command: str = "true") -> int:
        """Runs it, and says how often it has run."""
        once.main(["sh", "-c", f"echo >>{self.count}; {command}"], self.root, self.passed)
        return len(self.count.read_text(encoding="utf-8").splitlines())

    def test_a_command_that_passed_is_not_run_again_until_a_file_changes(self) -> None:
        self.assertEqual([self.runs(), self.runs()], [1, 1])
        (self.root / "file").write_text("two\n", encoding="utf-8")
        self.assertEqual([self.runs(), self.runs()], [2, 2])
        (self.root / "new").write_text("", encoding="utf-8")
        self.assertEqual(self.runs(), 3)

    def test_a_command_that_failed_or_that_changed_a_file_is_run_again(self) -> None:
        self.assertEqual([self.runs("false"), self.runs("false")], [1, 2])
        self.assertEqual([self.runs("date +%N >file"), self.runs("date +%N >file")], [3, 4])

    def test_proofs_are_no_source(self) -> None:
        self.runs()
        (self.root / "proofs").mkdir()
        (self.root / "proofs" / "set.json").write_text("{}", encoding="utf-8")
        self.assertEqual(self.runs(), 1)


class PassedTest(CacheTest):
    """The notes themselves."""

    def test_what_nobody_asks_for_is_forgotten(self) -> None:
        for name in ("old", "new"):
            self.passed.add(name)
        before = time.time() - cache.KEPT - 60
        os.utime(self.passed.place / "old", (before, before))
        self.passed.prune()
        self.assertEqual([file.name for file in self.passed.place.iterdir()], ["new"])


if __name__ == "__main__":
    unittest.main()
