"""What only django-gitops is proved for: a worker killed in the middle of a task does it once all the same, the daily loop
writes what is there already, and the steps of docs/make-it-yours.md lead where they say.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.common.process import run, tail
from scripts.common.report import Report
from scripts.prove import walkthrough
from scripts.prove.stack import BUILD, Stack
from scripts.prove.visitor import Visitor

WORK = 6  # seconds that the example's work takes during this run
VISIBILITY = 10  # seconds until a broker hands an unacknowledged task to somebody else
OVERRIDE = "compose.crash.yaml"
CHECKS = ("worker killed while processing", "written anew it is the same", "make it yours")
WRITERS = ("migrations", "schema", "types", "deps", "fmt")


def prove(label: str, stack: Stack, report: Report) -> None:
    """Everything of the kind."""
    proofs = (lambda: killed_worker(stack, "api", "orders"), lambda: written_anew(stack), lambda: made_yours(stack))
    for name, proof in zip(CHECKS, proofs, strict=True):
        check = f"{name} {label}"
        try:
            report.problems(check, proof())
        except (RuntimeError, LookupError, ValueError, OSError) as error:
            report.fail(check, str(error))


@contextmanager
def checkout(stack: Stack, suffix: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """A second copy with a Compose project of its own, which is removed in the end."""
    with tempfile.TemporaryDirectory(prefix="stackwright-checkout-") as name:
        copy = Path(name) / "copy"
        shutil.copytree(stack.root, copy)
        Stack(copy)  # free ports
        environment = {"COMPOSE_PROJECT_NAME": f"{stack.project}-{suffix}"}
        try:
            yield copy, environment
        finally:
            run(["make", "clean"], cwd=copy, env=environment)


def written_anew(stack: Stack) -> list[str]:
    """What developers have written by a command is in the repository as the command writes it, and is theirs."""
    problems = []
    with checkout(stack, "anew") as (copy, environment):
        for target in WRITERS:
            done = run(["make", target], cwd=copy, env=environment, timeout=BUILD)
            if not done.good:
                problems.append(f"make {target}:\n{tail(done.output)}")
        for file in sorted(path for path in (copy / "apps").rglob("*") if path.is_file()):
            kept = stack.root / file.relative_to(copy)
            if not kept.exists() or kept.read_bytes() != file.read_bytes():
                problems.append(f"{file.relative_to(copy)} is not as it was")
            if file.stat().st_uid != os.getuid():
                problems.append(f"{file.relative_to(copy)} belongs to {file.stat().st_uid}")
    return problems


def made_yours(stack: Stack) -> list[str]:
    """Each step of the page, on a copy."""
    with checkout(stack, "yours") as (copy, environment):
        return walkthrough.carry_out(copy, BUILD, environment)


def killed_worker(stack: Stack, unit: str, resource: str) -> list[str]:
    """SIGKILLs every worker while an order is being processed. Returns what is wrong afterwards."""
    workers = stack.services("worker")
    if not workers:
        return ["there is no worker"]
    environment = {"WORK_SECONDS": str(WORK), "CELERY_VISIBILITY_TIMEOUT": str(VISIBILITY)}
    override = {"services": {name: {"environment": environment} for name in workers}}
    (stack.root / OVERRIDE).write_text(json.dumps(override), encoding="utf-8")
    files = ("compose.yaml", "compose.override.yaml", OVERRIDE)
    try:
        slowed = stack.compose("up", "--detach", "--wait", "--no-deps", *workers, files=files)
        if not slowed.good:
            return [f"workers do not start with a slow task:\n{tail(slowed.output)}"]
        return _kill(stack, workers, files, unit, resource)
    finally:
        (stack.root / OVERRIDE).unlink()
        stack.compose("up", "--detach", "--wait", "--no-deps", *workers)


def _kill(stack: Stack, workers: list[str], files: tuple[str, ...], unit: str, resource: str) -> list[str]:
    visitor = Visitor(f"http://127.0.0.1:{stack.port(unit)}", resource)
    visitor.log_in("demo", stack.secret("SEED_PASSWORD"))
    identifier = visitor.create("interrupted")
    visitor.wait_for(identifier, "processing", 30)
    killed = stack.compose("kill", "--signal", "SIGKILL", *workers, files=files)
    state = visitor.read(identifier)
    if not killed.good or state["status"] != "processing":
        return [f"no worker died in the middle: {killed.output} {json.dumps(state)}"]
    running = run(["docker", "compose", "ps", "--quiet", "--status", "running", *workers], cwd=stack.root)
    if running.stdout.split():
        return [f"a worker still runs: {running.output}"]
    # Nobody may see the task before its visibility timeout is over, whoever starts in between.
    time.sleep(VISIBILITY + 2)
    started = stack.compose("up", "--detach", "--wait", "--no-deps", *workers, files=files)
    if not started.good:
        return [f"workers do not start again:\n{tail(started.output)}"]
    done = visitor.wait_for(identifier, "confirmed", 180)
    time.sleep(VISIBILITY + WORK)
    done = visitor.read(identifier)
    history = [event["status"] for event in done["events"]]
    problems = []
    if history.count("confirmed") != 1:
        problems.append(f"confirmed {history.count('confirmed')} times: {history}")
    if history.count("processing") < 2:
        problems.append(f"it was never taken up again, so nothing was interrupted: {history}")
    return problems
