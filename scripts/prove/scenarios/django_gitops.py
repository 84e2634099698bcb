"""What only django-gitops is proved for: an order is confirmed once, whatever dies on the way; the daily loop."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from scripts.common.process import run, tail
from scripts.common.report import Report
from scripts.prove import daily
from scripts.prove.stack import Stack
from scripts.prove.visitor import Visitor

WORK = 6  # seconds that the example's work takes while a worker is killed
RECOVERY = 60  # seconds until all is confirmed, once a worker and the broker are there again
ORDERS = 200
AT_ONCE = 50  # connections of the visitor
BROKER_AWAY = 5  # seconds
OVERRIDE = "compose.crash.yaml"
CHECKS = ("worker killed while processing", "orders through an outage", "written anew it is the same", "make it yours")


def prove(label: str, stack: Stack, report: Report) -> None:
    """Everything of the kind."""
    proofs: tuple[Callable[[], tuple[list[str], str]], ...] = (
        lambda: (killed_worker(stack, "api", "orders"), ""),
        lambda: orders_through_outage(stack, "api", "orders"),
        lambda: (daily.written_anew(stack), ""),
        lambda: (daily.made_yours(stack), ""),
    )
    for name, proof in zip(CHECKS, proofs, strict=True):
        check = f"{name} {label}"
        try:
            report.problems(check, *proof())
        except (RuntimeError, LookupError, ValueError, OSError) as error:
            report.fail(check, str(error))


def killed_worker(stack: Stack, unit: str, resource: str) -> list[str]:
    """SIGKILLs every worker while an order is being processed. Returns what is wrong afterwards."""
    workers = stack.services("worker")
    if not workers:
        return ["there is no worker"]
    override = {"services": {name: {"environment": {"WORK_SECONDS": str(WORK)}} for name in workers}}
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
    started = stack.compose("up", "--detach", "--wait", "--no-deps", *workers, files=files)
    if not started.good:
        return [f"workers do not start again:\n{tail(started.output)}"]
    visitor.wait_for(identifier, "confirmed", RECOVERY)
    history = [event["status"] for event in visitor.read(identifier)["events"]]
    problems = []
    if history.count("confirmed") != 1:
        problems.append(f"confirmed {history.count('confirmed')} times: {history}")
    if history.count("processing") < 2:
        problems.append(f"it was never taken up again, so nothing was interrupted: {history}")
    return problems


def orders_through_outage(stack: Stack, unit: str, resource: str) -> tuple[list[str], str]:
    """Places them, breaks everything, and waits. Returns what is wrong afterwards, and what it took."""
    workers = stack.services("worker")
    visitor = Visitor(f"http://127.0.0.1:{stack.port(unit)}", resource, timeout=120)
    visitor.log_in("demo", stack.secret("SEED_PASSWORD"))
    known = set(_all(visitor))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        placed = [pool.submit(visitor.create, f"outage {number}") for number in range(ORDERS)]
        while sum(one.done() for one in placed) < ORDERS // 10:
            time.sleep(0.05)
        problems = _step(stack, "kill", "--signal", "SIGKILL", *workers)
        problems += _step(stack, "kill", "--signal", "SIGKILL", "broker")
        stopped = time.monotonic()
    refused = Counter(str(one.exception()) for one in placed if one.exception())
    problems += [f"{count} were not accepted: {why}" for why, count in refused.items()]
    problems += _step(stack, "restart", "database")
    time.sleep(max(0.0, stopped + BROKER_AWAY - time.monotonic()))
    problems += _step(stack, "up", "--detach", "--wait", "--no-deps", "broker")
    problems += _step(stack, "up", "--detach", "--wait", "--no-deps", *workers)
    returned = time.monotonic()
    problems += _until_confirmed(visitor, known, returned)
    took = time.monotonic() - returned
    problems += _twice(visitor, _accepted(placed), known)
    return problems, f"{ORDERS} orders, all confirmed {took:.0f} s after the return of broker and workers"


def _step(stack: Stack, *arguments: str) -> list[str]:
    done = stack.compose(*arguments)
    return [] if done.good else [f"`docker compose {' '.join(arguments)}` failed:\n{tail(done.output)}"]


def _accepted(placed: list[Future[str]]) -> list[str]:
    return [one.result() for one in placed if not one.exception()]


def _read(visitor: Visitor, path: str) -> dict[str, Any]:
    """What is read again where the database has only just come back."""
    for _ in range(5):
        with suppress(RuntimeError):
            return visitor.call("GET", f"/api/v1/{visitor.resource}/{path}")
        time.sleep(2)
    return visitor.call("GET", f"/api/v1/{visitor.resource}/{path}")


def _all(visitor: Visitor) -> dict[str, str]:
    """Every one of the visitor's own, and its status."""
    found: dict[str, str] = {}
    number = 1
    while True:
        page = _read(visitor, f"?page_size=100&page={number}")
        found |= {each["id"]: each["status"] for each in page["results"]}
        if not page["next"]:
            return found
        number += 1


def _until_confirmed(visitor: Visitor, known: set[str], since: float) -> list[str]:
    """Waits until none of the new ones is unfinished."""
    while True:
        statuses = Counter(status for identifier, status in _all(visitor).items() if identifier not in known)
        if set(statuses) == {"confirmed"}:
            return []
        if time.monotonic() - since > RECOVERY:
            return [f"{RECOVERY} s after the return of broker and workers: {dict(statuses)}"]
        time.sleep(2)


def _twice(visitor: Visitor, accepted: list[str], known: set[str]) -> list[str]:
    """An order was made for each request, and no more; none was confirmed more than once."""
    problems = []
    made = set(_all(visitor)) - known
    if made != set(accepted) or len(accepted) != ORDERS:
        problems.append(f"{ORDERS} requests, {len(set(accepted))} accepted, {len(made)} made")
    for identifier in accepted:
        history = [event["status"] for event in _read(visitor, f"{identifier}/")["events"]]
        if history.count("confirmed") > 1:
            problems.append(f"{identifier} was confirmed more than once: {history}")
    return problems
