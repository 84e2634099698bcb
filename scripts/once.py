"""Runs a command over the clone's sources, and not again while neither they nor what builds them changed.

usage: python3 -m scripts.once COMMAND [ARGUMENT…]
Counts every file that git does not ignore, but for proofs/, which is written after tests. $ALL=1 runs it all the same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from scripts.common.cache import Passed
from scripts.common.digest import digest, digest_of
from scripts.common.process import run
from scripts.common.report import ROOT, Report

# What tests use of the machine where it is there.
USED = ("docker", "git", "kustomize", "node", "openssl", "python3", "strace")
# What the tests themselves read from the environment.
SETTINGS = ("BLESS", "RUSTFLAGS", "STACKWRIGHT_KILL_TESTS", "STACKWRIGHT_RANDOM", "STRICT", "UPDATE_DOCS")


def sources(root: Path = ROOT) -> list[Path]:
    """The files that git tracks or would track."""
    listed = run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", ":!proofs"], cwd=root)
    if not listed.good:
        raise SystemExit(f"git ls-files failed: {listed.output}")
    return sorted(root / name for name in set(listed.stdout.split("\0")) if name and (root / name).is_file())


def key(command: list[str], root: Path = ROOT) -> str:
    """What stays the same while the command would do the same."""
    machine = {name: bool(shutil.which(name)) for name in USED}
    settings = {name: os.environ.get(name, "") for name in SETTINGS}
    return digest_of([command, run(["rustc", "-vV"]).output, machine, settings, digest(root, sources(root))])


def main(command: list[str], root: Path = ROOT, passed: Passed | None = None) -> int:
    """The command's exit code, or 0 when it passed before."""
    passed = passed or Passed()
    before = key(command, root)
    if passed.has(before):
        report = Report()
        report.stands(" ".join(command), "cache", "passed before on the same files; ALL=1 runs it")
        return report.close()
    began = time.monotonic()
    code = subprocess.call(command, cwd=root)
    print(f"took {time.monotonic() - began:.0f} s: {' '.join(command)}", flush=True)
    if code == 0 and key(command, root) == before:
        passed.add(before)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
