"""Validators of what is asked of metrics: rules, their tests, dashboards and scalers."""

from __future__ import annotations

import re

from scripts.common.process import run

from .tools import Tools
from .tree import NothingToCheck, Tree

ASKS = re.compile(r'\b(expr|query)"?: ')


def expressions(tree: Tree, tools: Tools) -> list[str]:
    """Every query parses, by VictoriaMetrics' own parser."""
    files = [file for file in tree.named("*.yaml", "*.json") if ASKS.search(tree.text(file))]
    done = run([tools.go("expressions"), *files], cwd=tree.root)
    if not done.good:
        return done.output.splitlines() or [f"exit code {done.code}"]
    if done.stdout.strip() == "0":
        raise NothingToCheck("found no query of metrics")
    return []
