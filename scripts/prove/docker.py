"""Starts a generated repository for real: up, seed, smoke, crash, sabotage, its own tests, down."""

from __future__ import annotations

import shutil
import stat
import time
from collections.abc import Callable
from pathlib import Path

from scripts.common.process import Outcome, run, tail
from scripts.common.report import Report

from . import checkouts, commands, front, gateway, sabotage, scenarios
from .stack import BUILD, START, Stack


def prove(label: str, repository: Path, scratch: Path, full: bool, report: Report) -> None:
    """Everything (`full`), or start, use, and run the services' own tests."""
    copy = scratch / label
    shutil.copytree(repository, copy)
    stack = Stack(copy)
    images = stack.prepare_images(scratch / f"{label}.wanted")
    if images.good:
        images = commands.provide(stack, scratch / f"{label}.programs")
    if not images.good:
        report.fail(f"images {label}", tail(images.output))
        return
    try:
        up = _step(report, f"up {label}", lambda: stack.make("up", timeout=BUILD))
        if up:
            _running(label, stack, full, report)
        else:
            _logs(label, stack, report)
        own_tests(label, stack, full, report)
        alerts(label, stack, full, report)
        if full:
            up = deployed(label, stack, report)
            checkouts.prove(label, stack, scratch, report)
        if gateway.offered(repository):
            edge(label, repository, stack if up else None, scratch / f"{label}.edge", full, report)
    finally:
        leave(label, stack, report)


def _step(report: Report, check: str, action: Callable[[], Outcome]) -> bool:
    began = time.monotonic()
    done = action()
    if done.good:
        report.ok(check, f"{time.monotonic() - began:.0f} s")
    else:
        report.fail(check, f"exit code {done.code}\n{tail(done.output, 250)}")
    return done.good


def _logs(label: str, stack: Stack, report: Report) -> None:
    """What the containers said, for whoever reads the failure."""
    logs = stack.compose("logs", "--no-color", "--tail", "25")
    report.fail(f"logs {label}", tail(logs.output, 200))


def _running(label: str, stack: Stack, full: bool, report: Report) -> None:
    environment = stack.root / ".env"
    mode = stat.S_IMODE(environment.stat().st_mode)
    report.problems(f"secrets private {label}", [] if mode == 0o600 else [f".env has mode {mode:o}"])
    before = environment.read_text(encoding="utf-8")
    if (stack.root / "scripts" / "seed").exists():
        _step(report, f"seed {label}", lambda: stack.make("seed"))
    if not _step(report, f"smoke {label}", lambda: stack.make("smoke", timeout=300)):
        _logs(label, stack, report)
        return
    if not full:
        load(label, stack, full, report)
        return
    scenarios.prove(label.partition("/")[0], label, stack, report)
    sabotage.prove(stack, label, "smoke", report)
    again = stack.make("up")
    kept = environment.read_text(encoding="utf-8") == before
    report.problems(
        f"up again keeps secrets {label}", [] if again.good and kept else [tail(again.output), f"kept: {kept}"]
    )
    _step(report, f"smoke after sabotage {label}", lambda: stack.make("smoke", timeout=300))
    load(label, stack, full, report)


def load(label: str, stack: Stack, full: bool, report: Report) -> None:
    """Load on what runs, and, when `full`, with a broken script. It comes last: it leaves work behind."""
    if commands.offers(stack.root, "load"):
        if full:
            sabotage.prove(stack, label, "load", report)
        _step(report, f"load {label}", lambda: commands.load(stack))


def alerts(label: str, stack: Stack, full: bool, report: Report) -> None:
    """The alerts' own tests, and, when `full`, of a broken alert."""
    if commands.offers(stack.root, "alerts"):
        if full:
            sabotage.prove(stack, label, "alerts", report)
        _step(report, f"alerts {label}", lambda: commands.alerts(stack))


def own_tests(label: str, stack: Stack, full: bool, report: Report) -> None:
    """The services' own suites in their own images, and, when `full`, broken ones."""
    if _step(report, f"own tests {label}", lambda: stack.make("test", timeout=BUILD)) and full:
        sabotage.prove(stack, label, "own", report)


def deployed(label: str, stack: Stack, report: Report) -> bool:
    """The images that clusters get, built and used: `docker compose` without the development override."""
    files = ("compose.yaml",)
    stack.compose("down", "--remove-orphans")
    return (
        _step(report, f"build deployed images {label}", lambda: stack.compose("build", files=files, timeout=BUILD))
        and _step(
            report,
            f"up deployed images {label}",
            lambda: stack.compose("up", "--detach", "--wait", files=files, timeout=START),
        )
        and _step(report, f"smoke deployed images {label}", lambda: stack.make("smoke", timeout=300))
    )


def edge(label: str, repository: Path, stack: Stack | None, scratch: Path, full: bool, report: Report) -> None:
    """The gateway's policies in a real proxy: before what runs, and, when `full`, before what does as it is told."""
    made = Stack.provide(gateway.IMAGE, scratch)
    if not made.good:
        report.fail(f"gateway {label}", tail(made.output))
        return
    if stack:
        front.prove(label, repository, stack, report)
    if full:
        gateway.prove(label, repository, report)


def leave(label: str, stack: Stack, report: Report) -> None:
    """`make down` leaves no container and no network, `make clean` no volume either."""
    project = stack.project
    problems = []
    down = stack.make("down", timeout=300)
    if not down.good:
        problems.append(tail(down.output))
    problems.extend(stack.left_behind(project, ("container", "network")))
    clean = stack.make("clean", timeout=300)
    if not clean.good:
        problems.append(tail(clean.output))
    for name in (project, f"{project}-test"):
        problems.extend(stack.left_behind(name, ("container", "network", "volume")))
    report.problems(f"down {label}", problems)
    # Images of tests are large: a disk need not hold those of every option set.
    run(["docker", "image", "rm", "--force", *stack.images(project)], timeout=300)
    run(["docker", "image", "prune", "--force"], timeout=120)
