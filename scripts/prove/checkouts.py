"""A second checkout beside the running one: cloned with umask 077, with its own project, ports, volumes and secrets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from scripts.common.process import Outcome, run, tail
from scripts.common.report import Report

from .stack import BUILD, START, Stack

CHECK = "second checkout"
# Without it names and ports are random.
DEVELOPER = {"CI": ""}


def prove(label: str, stack: Stack, scratch: Path, report: Report) -> None:
    """A job that needs a database runs in the second checkout, while the first one runs."""
    copy = scratch / f"{label}.second"
    shutil.copytree(stack.root, copy, ignore=shutil.ignore_patterns(".env"))
    try:
        report.problems(f"{CHECK} {label}", _second(copy, stack.project))
    finally:
        _compose(copy, "down", "--volumes", "--remove-orphans")
        shutil.rmtree(copy)


def _second(copy: Path, first: str) -> list[str]:
    closed = run(["chmod", "-R", "go=", copy])
    made = run([copy / "scripts" / "env"], cwd=copy, env=DEVELOPER)
    if not closed.good or not made.good:
        return [tail(closed.output + made.output)]
    settings = _settings(copy)
    problems = []
    if settings.get("COMPOSE_PROJECT_NAME") != f"{first}-2":
        problems.append(f"its project is {settings.get('COMPOSE_PROJECT_NAME')} beside {first}")
    example = _settings(copy, ".env.example")
    for name, port in example.items():
        if name.endswith("_PORT") and settings.get(name) != str(int(port) + 10000):
            problems.append(f"{name} is {settings.get(name)}")
    services: dict[str, Any] = json.loads(_compose(copy, "config", "--format", "json").stdout)["services"]
    for job in sorted(name for name in services if name.endswith("-migrate")):
        image = services[job]["image"]
        builder = next(name for name, each in services.items() if each["image"] == image and "build" in each)
        built = _compose(copy, "build", builder, timeout=BUILD)
        ran = _compose(copy, "run", "--rm", job, timeout=START) if built.good else built
        if not ran.good:
            problems.append(f"{job}: {tail(ran.output)}")
    return problems


def _settings(copy: Path, file: str = ".env") -> dict[str, str]:
    lines = (copy / file).read_text(encoding="utf-8").splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines if not line.startswith("#"))}


def _compose(copy: Path, *arguments: str, timeout: float = 300) -> Outcome:
    # The images that are deployed: no source is mounted over what they hold.
    return run(["docker", "compose", "--file", "compose.yaml", *arguments], cwd=copy, timeout=timeout)
