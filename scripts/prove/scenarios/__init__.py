"""What is proved for one blueprint only: a module per blueprint, named as it is, with `CHECKS` and `prove`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from scripts.common.report import Report
from scripts.prove.stack import Stack

HERE = Path(__file__).resolve().parent


def module_name(blueprint: str) -> str:
    """How a blueprint's module is called."""
    return blueprint.replace("-", "_")


def checks(blueprint: str) -> tuple[str, ...]:
    """The names of a blueprint's own checks."""
    found: tuple[str, ...] = importlib.import_module(f"{__name__}.{module_name(blueprint)}").CHECKS
    return found


def prove(blueprint: str, label: str, stack: Stack, report: Report) -> None:
    """All of a blueprint's own checks."""
    run: Callable[[str, Stack, Report], None] = importlib.import_module(f"{__name__}.{module_name(blueprint)}").prove
    run(label, stack, report)
