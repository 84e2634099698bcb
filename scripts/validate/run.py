"""Runs validators on trees, and not again on the same bytes with the same tools."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from scripts.common.cache import Passed
from scripts.common.digest import digest, digest_of
from scripts.common.report import ROOT, Report

from .table import Validator
from .tools import Broken, Missing, Tools
from .tree import NothingToCheck, Tree

BAD = ROOT / "tests" / "validators" / "bad"
HERE = Path(__file__).resolve().parent


@dataclass
class Run:
    """One run: its tools, where its results go, and what passed in earlier ones."""

    tools: Tools
    report: Report
    passed: Passed = field(default_factory=Passed)

    @cached_property
    def _by(self) -> str:
        """Who judges: the validators' code and data, and the tools that they call."""
        schemas = os.environ.get("CRD_SCHEMAS")
        return digest_of([digest(HERE), self.tools.identity(), digest(Path(schemas)) if schemas else ""])

    def refuses_bad_files(self, validator: Validator, scratch: Path) -> bool:
        """Runs the validator on its known-bad trees. False when it cannot be trusted, or cannot run."""
        directory = BAD / validator.name
        present = {path.name for path in directory.iterdir()} if directory.is_dir() else set()
        if not present or present != set(validator.refuses):
            wanted = f"{directory}: expected {sorted(validator.refuses)}, found {sorted(present)}"
            self.report.fail(f"{validator.name} refuses", wanted)
            return False
        trusted = True
        for case, text in validator.refuses.items():
            work = scratch / validator.name / case
            work.mkdir(parents=True)
            tree = Tree(f"{validator.name} refuses {case}", directory / case, work)
            try:
                trusted &= self._refuses(validator, tree, text)
            except Missing as why:
                self.report.skip(validator.name, str(why))
                return False
        return trusted

    def _refuses(self, validator: Validator, tree: Tree, text: str) -> bool:
        key = digest_of([self._by, validator.name, tree.digest(), text])
        if self.passed.has(key):
            self.report.stands(tree.label, "cache")
            return True
        try:
            with self.report.timed(validator.name):
                said = "\n".join(validator.check(tree, self.tools))
        except (Broken, NothingToCheck) as error:
            self.report.fail(tree.label, str(error))
            return False
        if text not in said:
            self.report.fail(tree.label, f"expected a refusal that says {text!r}, got:\n{said or 'no finding'}")
            return False
        self.report.ok(tree.label)
        self.passed.add(key)
        return True

    def validate(self, validator: Validator, tree: Tree) -> None:
        """Runs one validator on one tree."""
        check = f"{validator.name} {tree.label}"
        key = digest_of([self._by, validator.name, tree.digest(validator.apart)])
        if self.passed.has(key):
            self.report.stands(check, "cache")
            return
        try:
            with self.report.timed(validator.name):
                problems = validator.check(tree, self.tools)
            self.report.problems(check, problems)
            if not problems:
                self.passed.add(key)
        except NothingToCheck as error:
            if not validator.optional:
                self.report.fail(check, str(error))
        except Missing as why:
            self.report.skip(check, str(why))
        except Broken as error:
            self.report.fail(check, str(error))
