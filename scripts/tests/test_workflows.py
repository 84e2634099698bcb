"""The project's own workflows: what zizmor and actionlint don't know of it."""

from __future__ import annotations

import re
import unittest

from scripts.common.report import ROOT

USES = re.compile(r"uses: (\S+?)@(\S+)(?: # (\S+))?$", re.M)
WORKFLOWS = ROOT / ".github" / "workflows"


class WorkflowsTest(unittest.TestCase):
    """Read as text."""

    def test_actions_have_the_commits_that_generated_repositories_have(self) -> None:
        pins = (ROOT / "templates" / "pins.yaml").read_text(encoding="utf-8")
        found = [each for file in WORKFLOWS.glob("*.yml") for each in USES.findall(file.read_text(encoding="utf-8"))]
        self.assertGreater(len(found), 5)
        for action, commit, version in found:
            with self.subTest(action):
                line = next(line for line in pins.splitlines() if line.strip().startswith(f"{action}:"))
                self.assertIn(commit, line)
                self.assertIn(f"{version},", line)

    def test_they_run_the_commands_that_the_maintainers_have(self) -> None:
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = re.findall(r"\bmake ([a-z-]+)", (WORKFLOWS / "ci.yml").read_text(encoding="utf-8"))
        self.assertLessEqual({"lint", "test", "definitions", "prove"}, set(targets))
        for target in targets:
            self.assertIn(f"\n{target}:", makefile)


if __name__ == "__main__":
    unittest.main()
