"""Breaks a repository by one line and expects the suite that is responsible to notice.

Each scripts/prove/sabotage/BLUEPRINT/NAME.patch begins with `Suite:` (smoke, `make load`, `make alerts`, or SERVICE
CHECK of scripts/test) and `Says:` (words that the failure must hold), then changes one line.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.common.process import Outcome, run, tail
from scripts.common.report import Report

from . import commands
from .stack import BUILD, START, Stack

PATCHES = Path(__file__).resolve().parent / "sabotage"
RELOAD = 6  # seconds until code that changed is surely the code that runs


@dataclass(frozen=True)
class Sabotage:
    """One patch and who must notice."""

    name: str
    patch: Path
    suite: tuple[str, ...]
    says: str

    @property
    def kind(self) -> str:
        """When it can be looked at: while everything runs (smoke, load), or without that (alerts, own)."""
        return self.suite[-1] if self.suite == ("smoke",) or self.suite[0] == "make" else "own"

    def run(self, stack: Stack) -> Outcome:
        """What its suite says of what is broken."""
        match self.kind:
            case "smoke":
                return _smoke(stack)
            case "load":
                return commands.load(stack)
            case "alerts":
                return commands.alerts(stack)
            case _:
                return stack.script("test", *self.suite, timeout=BUILD)


def sabotages(blueprint: str) -> Iterator[Sabotage]:
    """Those of a blueprint, checked to be what they claim."""
    for patch in sorted((PATCHES / blueprint).glob("*.patch")):
        lines = patch.read_text(encoding="utf-8").splitlines()
        head = dict(line.split(": ", 1) for line in lines[:2])
        removed = [line for line in lines if line.startswith("-") and not line.startswith("---")]
        added = [line for line in lines if line.startswith("+") and not line.startswith("+++")]
        if len(removed) > 1 or len(added) > 1 or not removed + added:
            raise SystemExit(f"{patch}: changes more than one line")
        yield Sabotage(patch.stem, patch, tuple(head["Suite"].split()), head["Says"])


def prove(stack: Stack, label: str, kind: str, report: Report) -> None:
    """Every sabotage of a kind."""
    for sabotage in sabotages(label.partition("/")[0]):
        if sabotage.kind != kind:
            continue
        check = f"sabotage {sabotage.name} {label}"
        applied = _patch(stack, sabotage.patch)
        if not applied.good:
            report.fail(check, f"the patch no longer applies:\n{applied.output}")
            continue
        try:
            outcome = sabotage.run(stack)
        finally:
            _patch(stack, sabotage.patch, "--reverse")
        if outcome.good:
            report.fail(check, f"`{' '.join(sabotage.suite)}` did not notice")
        elif sabotage.says not in outcome.output:
            report.fail(check, f"failed without saying {sabotage.says!r}:\n{tail(outcome.output)}")
        else:
            report.ok(check, f"{' '.join(sabotage.suite)} fails")


def _patch(stack: Stack, patch: Path, *flags: str) -> Outcome:
    # The copy may lie inside somebody's git repository; it is none itself.
    return run(["git", "apply", *flags, patch], cwd=stack.root, env={"GIT_CEILING_DIRECTORIES": str(stack.root.parent)})


def _smoke(stack: Stack) -> Outcome:
    started = stack.compose("up", "--detach", "--wait", timeout=START)
    if not started.good:
        return Outcome(0, "", f"does not even start:\n{started.output}")
    time.sleep(RELOAD)
    return stack.make("smoke", timeout=300)
