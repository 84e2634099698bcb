"""Collects results, prints one line per check and one closing line, and judges skips."""

from __future__ import annotations

import fnmatch
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Lock
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPS = ROOT / "scripts" / "strict-skips.txt"
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
class Report:
    """The results of one run. Threads may add to it, and processes through `apart`."""

    strict: bool = field(default_factory=lambda: os.environ.get("STRICT") == "1")
    passed: int = 0
    failures: list[str] = field(default_factory=list)
    skips: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=FORK.Lock)
    _listed: list[tuple[str, str]] = field(default_factory=allowed_skips)
    _started: float = field(default_factory=time.monotonic)

    def ok(self, check: str, note: str = "") -> None:
        """Records a check that passed."""
        with self._lock:
            self.passed += 1
            self._say(f"ok {check}" + (f" ({note})" if note else ""))

    def fail(self, check: str, output: str) -> None:
        """Records a check that failed, with what it printed."""
        with self._lock:
            self.failures.append(check)
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
            self.skips.append(check)
            self._say(f"{check} skipped: {why}")

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
                    passed, failures, skips = here.recv()
                except EOFError:
                    self.fail(name, "ended before it was done")
                    continue
                self.passed += passed
                self.failures += failures
                self.skips += skips
        finally:
            for _, process, _ in running:
                process.terminate()
            for _, process, _ in running:
                process.join()

    def close(self) -> int:
        """Prints the closing line and returns the exit code."""
        for check in self.failures:
            self._say(f"failed: {check}")
        if self.passed + len(self.failures) == 0:
            self.failures.append("no check ran")
        self._say(f"took {time.monotonic() - self._started:.0f} s")
        self._say(f"{self.passed} passed, {len(self.failures)} failed, {len(self.skips)} skipped")
        return 1 if self.failures else 0

    @staticmethod
    def _say(line: str) -> None:
        print(line, flush=True, file=sys.stdout)


def _job(job: Callable[[Report], None], part: Report, parent: Connection) -> None:
    job(part)
    parent.send((part.passed, part.failures, part.skips))
