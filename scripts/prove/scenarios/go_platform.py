"""What only go-platform is proved for: nothing is lost or done twice while its parts are killed in turn."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from scripts.common.process import run, tail
from scripts.common.report import Report
from scripts.prove.caller import Caller
from scripts.prove.stack import Stack
from scripts.prove.topology import Flow, flow

MANY = 1000  # resources created while parts are killed
TOO_MUCH = 10_000_00  # minor units above which the example's provider refuses for good
WORK = 0.3  # seconds that each task takes during this run
OVERRIDE = "compose.killed.yaml"
SETTLE = 420  # seconds until everything that was created must have arrived
CHECKS = (
    "one trace across all hops",
    "workflow completes and compensates",
    "idle slot advances",
    "killed by turns",
)


def prove(label: str, stack: Stack, report: Report) -> None:
    """Everything of the kind."""
    path = flow(stack)
    caller = Caller(f"http://127.0.0.1:{stack.port(path.source)}", path.many)
    actions: tuple[Callable[[], list[str]], ...] = (
        lambda: one_trace(stack, path, caller),
        lambda: workflows(path, caller),
        lambda: idle_slot(stack, path),
        lambda: killed_by_turns(stack, path, caller),
    )
    for check, action in zip(CHECKS, actions, strict=True):
        _guarded(f"{check} {label}", action, report)


def _guarded(check: str, action: Callable[[], list[str]], report: Report) -> None:
    began = time.monotonic()
    try:
        problems = action()
    except (RuntimeError, LookupError, OSError, ValueError) as error:
        problems = [f"{type(error).__name__}: {error}"]
    if problems:
        report.problems(check, problems)
    else:
        report.ok(check, f"{time.monotonic() - began:.0f} s")


def one_trace(stack: Stack, path: Flow, caller: Caller) -> list[str]:
    """The trace and the request that a caller names are named by every process on the way."""
    trace, request = "4bf92f3577b34da6a3ce929d0e0e4736", f"prove-{time.time_ns()}"
    made = caller.create(
        reference="traced", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "X-Request-Id": request}
    )
    caller.wait_for(made["id"], "confirmed", 120)
    time.sleep(2)
    seen: dict[str, set[str]] = {}
    for process in path.hops:
        logs = stack.compose("logs", "--no-color", "--no-log-prefix", "--tail", "2000", process).stdout
        for line in logs.splitlines():
            if request in line and trace in line:
                entry = json.loads(line[line.index("{") :])
                if entry.get("trace_id") == trace and entry.get("request_id") == request:
                    seen.setdefault(process, set()).add(entry["msg"])
    return [
        f"`{process}` logged nothing with the trace and the request" for process in path.hops if process not in seen
    ]


def workflows(path: Flow, caller: Caller) -> list[str]:
    """A workflow completes; one whose step fails for good is compensated."""
    problems = []
    for workflow in path.workflows:
        for amount, wanted in ((1999, "completed"), (TOO_MUCH + 1, "compensated")):
            made = caller.create(amount=amount)
            caller.wait_for(made["id"], "confirmed", 120)
            caller.start(made["id"], workflow)
            state = caller.wait_for(
                f"{made['id']}/{workflow}", wanted, 180, unless={"completed", "compensated"} - {wanted}
            )
            if state["status"] != wanted:
                problems.append(f"{workflow} of {amount} ended {state['status']}, not {wanted}")
    return problems


def idle_slot(stack: Stack, path: Flow) -> list[str]:
    """Without any event the slot moves past what others write, so that the database may drop its log."""
    written = path.query(stack, path.source, "SELECT pg_logical_emit_message(true, 'others', '')")
    ask = f"SELECT bool_and(confirmed_flush_lsn >= '{written}') FROM pg_replication_slots WHERE slot_type = 'logical'"
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if path.query(stack, path.source, ask) == "t":
            return []
        time.sleep(2)
    return [f"still before {written} after two minutes"]


def killed_by_turns(stack: Stack, path: Flow, caller: Caller) -> list[str]:
    """Kills relay, broker of events, consumer and worker, each while it holds work, during the creation of many."""
    override = {"services": {path.processes["worker"]: {"environment": {"WORK_SECONDS": str(WORK)}}}}
    (stack.root / OVERRIDE).write_text(json.dumps(override), encoding="utf-8")
    files = ("compose.yaml", OVERRIDE)
    try:
        slowed = stack.compose("up", "--detach", "--wait", "--no-deps", path.processes["worker"], files=files)
        if not slowed.good:
            return [f"the worker does not start with slow tasks:\n{tail(slowed.output)}"]
        return _killed_by_turns(stack, path, caller, files)
    finally:
        (stack.root / OVERRIDE).unlink()


def _killed_by_turns(stack: Stack, path: Flow, caller: Caller, files: tuple[str, ...]) -> list[str]:
    before = path.counts(stack)
    problems: list[str] = []
    ids: list[str] = []
    burst = MANY // len(path.victims)
    with ThreadPoolExecutor(max_workers=16) as pool:
        for turn, (victim, busy) in enumerate(path.victims.items()):
            keys = [f"many-{before.created}-{turn}-{n}" for n in range(burst)]
            frozen = _freeze(stack, path, victim, files)
            made = [pool.submit(caller.create, reference="many", key=key) for key in keys]
            problems += _kill(stack, victim, frozen, busy, files)
            ids += [each.result()["id"] for each in made]
    if len(set(ids)) != MANY:
        return [*problems, f"{len(set(ids))} were created instead of {MANY}"]
    end = time.monotonic() + SETTLE
    after = path.counts(stack)
    while time.monotonic() < end and after.confirmed - before.confirmed < MANY:
        time.sleep(3)
        after = path.counts(stack)
    for what in ("created", "confirmed", "received", "handled"):
        got = getattr(after, what) - getattr(before, what)
        if got != MANY:
            problems.append(f"{got} were {what}, not {MANY}")
    missing = set(ids) - path.published(stack)
    if missing:
        problems.append(f"{len(missing)} were never seen on the topic, such as {sorted(missing)[0]}")
    return problems


def _freeze(stack: Stack, path: Flow, victim: str, files: tuple[str, ...]) -> tuple[str, str]:
    """The container of what is to be killed, and the one that is frozen so that work piles up before it.

    That is the same one, but for the relay, which would catch up at once: its broker is frozen.
    """

    def container(name: str) -> str:
        return stack.compose("ps", "--quiet", name, files=files).stdout.strip()

    dying = container(victim)
    frozen = container(path.processes["broker"]) if victim == path.processes["relay"] else dying
    paused = run(["docker", "pause", frozen])
    if not paused.good:
        raise RuntimeError(paused.output)
    return dying, frozen


def _kill(
    stack: Stack, victim: str, containers: tuple[str, str], busy: Callable[[Stack], bool], files: tuple[str, ...]
) -> list[str]:
    """Kills a process as soon as it holds work, and starts it again."""
    dying, frozen = containers
    held = _until(lambda: busy(stack), 60)
    # A frozen process that is killed does nothing more: the engine thaws it to die. Anything else that thaws would
    # soon have caught up.
    thaw = [] if frozen == dying else ["docker", "unpause", frozen]
    killed = run(["docker", "kill", "--signal", "KILL", dying])
    if thaw:
        run(thaw)
    problems = [] if held and busy(stack) else [f"`{victim}` held no work, so that nothing was interrupted"]
    if not killed.good:
        problems.append(f"`{victim}` was not killed: {killed.output}")
    started = stack.compose("up", "--detach", "--no-deps", "--wait", victim, files=files)
    if not started.good:
        problems.append(f"`{victim}` does not start again: {tail(started.output)}")
    return problems


def _until(holds: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False
