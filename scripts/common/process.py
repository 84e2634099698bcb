"""Runs other programs: always with a time limit, never with a shell, output captured."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    """What a program did."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Both streams, for a reader."""
        return (self.stdout + self.stderr).strip()

    @property
    def good(self) -> bool:
        """It ended with exit code 0."""
        return self.code == 0


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    timeout: float = 300,
) -> Outcome:
    """Runs a program to its end. After the time limit its whole process group is killed and the code is 124."""
    argv = [str(part) for part in command]
    try:
        child = subprocess.Popen(
            argv,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        return Outcome(127, "", f"{argv[0]}: {error}")
    try:
        stdout, stderr = child.communicate(stdin, timeout=timeout)
        return Outcome(child.returncode, stdout, stderr)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        stdout, stderr = child.communicate()
        return Outcome(124, stdout, f"{stderr}\n{argv[0]}: no end after {timeout:.0f} s")


def tail(text: str, lines: int = 40) -> str:
    """The last lines of a long output."""
    kept = text.rstrip().splitlines()
    return "\n".join(kept[-lines:])
