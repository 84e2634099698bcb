"""Collects results, prints one line per check and one closing line, and judges skips."""

from __future__ import annotations

import fnmatch
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Lock
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPS = ROOT / "scripts" / "strict-skips.txt"
SLOWEST = 12  # how many of what took long are named
# A forked process goes on with what its parent had prepared.
FORK = multiprocessing.get_context("fork")


def allowed_skips(path: Path = SKIPS) -> list[tuple[str, str]]:
    """The skips that a strict run accepts: (pattern, reason), from `pattern: reason` lines."""
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        pattern, separator, reason = line.partition(": ")
        if not separator or not reason.strip():
            raise SystemExit(f"{path}:{number}: expected `check: reason`")
        entries.append((pattern.strip(), reason.strip()))
    return entries


@dataclass
class Results:
    """What checks came to."""

    passed: dict[str, str] = field(default_factory=dict)  # by name, with its figures or nothing
    failures: list[str] = field(default_factory=list)
    skips: list[str] = field(default_factory=list)
    not_run: Counter[str] = field(default_factory=Counter)  # how many checks, by what stands for them
    seconds: dict[str, float] = field(default_factory=dict)  # by what took them

    def add(self, other: Results) -> None:
        """Takes over what another run came to."""
        self.passed |= other.passed
        self.failures += other.failures
        self.skips += other.skips
        self.not_run.update(other.not_run)
        for name, took in other.seconds.items():
            self.seconds[name] = self.seconds.get(name, 0) + took


@dataclass
class Report:
    """The results of one run. Threads may add to it, and processes through `apart`."""

    strict: bool = field(default_factory=lambda: os.environ.get("STRICT") == "1")
    results: Results = field(default_factory=Results)
    _lock: Lock = field(default_factory=FORK.Lock)
    _listed: list[tuple[str, str]] = field(default_factory=allowed_skips)
    _started: float = field(default_factory=time.monotonic)

    def ok(self, check: str, note: str = "") -> None:
        """Records a check that passed."""
        with self._lock:
            self.results.passed[check] = note
            self._say(f"ok {check}" + (f" ({note})" if note else ""))

    def fail(self, check: str, output: str) -> None:
        """Records a check that failed, with what it printed."""
        with self._lock:
            self.results.failures.append(check)
            self._say(f"FAILED {check}")
            for line in output.rstrip().splitlines():
                self._say(f"    {line}")

    def skip(self, check: str, why: str) -> None:
        """Records a check that could not run. A strict run accepts only the listed ones."""
        listed = any(fnmatch.fnmatchcase(check, pattern) for pattern, _ in self._listed)
        if self.strict and not listed:
            self.fail(check, f"skipped: {why}\nSTRICT=1 and {SKIPS.name} does not list it")
            return
        with self._lock:
            self.results.skips.append(check)
            self._say(f"{check} skipped: {why}")

    def stands(self, check: str, by: str, note: str = "") -> None:
        """Records a check that is not run, because an earlier result stands for it. It counts as nothing else."""
        with self._lock:
            self.results.not_run[by] += 1
            self._say(f"by {by} {check}" + (f" ({note})" if note else ""))

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Adds the seconds that something took to those of its name."""
        began = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self.results.seconds[what] = self.results.seconds.get(what, 0) + time.monotonic() - began

    def problems(self, check: str, problems: list[str], note: str = "") -> None:
        """Records a check by the problems it found."""
        if problems:
            self.fail(check, "\n".join(problems))
        else:
            self.ok(check, note)

    def apart(self, jobs: Mapping[str, Callable[[Report], None]]) -> None:
        """Does the jobs side by side, each in a process that signals reach as they reach this one."""
        running = []
        try:
            for name, job in jobs.items():
                here, there = FORK.Pipe(duplex=False)
                process = FORK.Process(target=_job, args=(job, Report(self.strict, _lock=self._lock), there))
                process.start()
                there.close()
                running.append((name, process, here))
            for name, _, here in running:
                try:
                    self.results.add(here.recv())
                except EOFError:
                    self.fail(name, "ended before it was done")
        finally:
            for _, process, _ in running:
                process.terminate()
            for _, process, _ in running:
                process.join()

    def close(self) -> int:
        """Prints the closing line and returns the exit code."""
        found = self.results
        for check in found.failures:
            self._say(f"failed: {check}")
        if not (found.passed or found.failures or found.not_run):
            found.failures.append("no check ran")
        slowest = sorted(found.seconds.items(), key=lambda item: -item[1])
        if slowest:
            self._say("seconds: " + ", ".join(f"{name} {seconds:.0f}" for name, seconds in slowest[:SLOWEST]))
        self._say(f"took {time.monotonic() - self._started:.0f} s: {Path(sys.argv[0]).parent.name}")
        for by, count in sorted(found.not_run.items()):
            self._say(f"{count} by {by}, not run")
        self._say(f"{len(found.passed)} passed, {len(found.failures)} failed, {len(found.skips)} skipped")
        return 1 if found.failures else 0

    @staticmethod
    def _say(line: str) -> None:
        print(line, flush=True, file=sys.stdout)


def _job(job: Callable[[Report], None], part: Report, parent: Connection) -> None:
    job(part)
    parent.send(part.results)
