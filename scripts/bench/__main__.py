"""Measures `new`, `check` and `plan` at about 30, 300 and 3000 files, beside a program that only writes the same files.

usage: python3 -m scripts.bench [--program FILE] [--rounds N]
Every time is the median of the rounds, in which the programs take turns. Memory is the peak; the system counts
this script's own before the program has started, so about 16 MB stand for that or less. Ends with 1 when `new` takes
more than five times the floor at 300 files, when its cost grows faster than the floor's, or when `plan` takes more than
twice the time of `check` at 300 files.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from scripts.common.process import run
from scripts.common.report import ROOT

from .catalog import write_blueprint, write_catalog

SIZES = (30, 300, 3000)
LIMIT = 5.0  # times the floor, at the middle size
PLAN = 2.0  # times `check`, at the middle size
LINEAR = 1.5  # how much faster than the floor the cost may grow up to the largest
FLOOR = Path(__file__).resolve().parent / "floor.rs"


@dataclass
class Series:
    """The measurements of one program at one size."""

    seconds: list[float] = field(default_factory=list)
    kibibytes: list[int] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        """The median."""
        return statistics.median(self.seconds) * 1000

    @property
    def megabytes(self) -> float:
        """The peak."""
        return max(self.kibibytes) / 1024


def measure(command: list[str | Path], series: Series) -> None:
    """Runs a program once, as cheaply as the system can start it."""
    argv = [str(part) for part in command]
    with open(os.devnull, "r+b") as null:  # noqa: PTH123 (a file descriptor is what is wanted)
        streams = [(os.POSIX_SPAWN_DUP2, null.fileno(), number) for number in (0, 1, 2)]
        began = time.perf_counter()
        child = os.posix_spawn(argv[0], argv, os.environ, file_actions=streams)
        _, status, usage = os.wait4(child, 0)
        series.seconds.append(time.perf_counter() - began)
    series.kibibytes.append(usage.ru_maxrss)
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        told = run(argv)
        raise SystemExit(f"{' '.join(argv)} ended with {code}:\n{told.output}")


def archive(directory: Path, target: Path) -> int:
    """Puts the files below a directory into one, for the floor; returns how many there are."""
    count = 0
    with target.open("wb") as out:
        for file in sorted(path for path in directory.rglob("*") if path.is_file()):
            content = file.read_bytes()
            out.write(f"{file.relative_to(directory)} {len(content)}\n".encode() + content)
            count += 1
    return count


@dataclass
class Bench:
    """The programs and where they work."""

    program: Path
    floor: Path
    scratch: Path
    rounds: int

    def new(self, blueprint: Path, target: Path) -> list[str | Path]:
        """The command that makes a repository."""
        return [self.program, "new", blueprint, target, "--yes", "--catalog", self.scratch / "catalog"]

    def services(self, files: int) -> int:
        """How many services make about so many files: measured with one and two."""
        counts = []
        for services in (1, 2):
            target = self.scratch / f"probe-{services}"
            measure(self.new(write_blueprint(self.scratch, services), target), Series())
            counts.append(sum(1 for path in target.rglob("*") if path.is_file()))
            shutil.rmtree(target)
        each = counts[1] - counts[0]
        return max(1, round((files - counts[0]) / each) + 1)

    def size(self, files: int) -> tuple[int, dict[str, Series]]:
        """The measurements at one size."""
        blueprint = write_blueprint(self.scratch, self.services(files))
        target, store = self.scratch / "target", self.scratch / "archive"
        measure(self.new(blueprint, target), Series())
        count = archive(target, store)
        series = {"floor": Series(), "new": Series(), "check": Series(), "plan": Series()}
        for _ in range(self.rounds):
            measure([self.program, "check", target], series["check"])
            measure([self.program, "plan", target, "--catalog", self.scratch / "catalog"], series["plan"])
            shutil.rmtree(target)
            measure([self.floor, store, target], series["floor"])
            shutil.rmtree(target)
            measure(self.new(blueprint, target), series["new"])
        shutil.rmtree(target)
        return count, series


def main() -> int:
    """Measures every size and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    parser.add_argument("--program", type=Path, default=ROOT / target / "release" / "stackwright")
    parser.add_argument("--rounds", type=int, default=11)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stackwright-bench-") as name:
        scratch = Path(name)
        floor = scratch / "floor"
        built = run(["rustc", "--edition", "2024", "-O", "-o", floor, FLOOR], timeout=120)
        if not built.good:
            raise SystemExit(built.output)
        write_catalog(scratch / "catalog")
        bench = Bench(arguments.program.resolve(), floor, scratch, arguments.rounds)
        print("files   floor ms   new ms   new/floor   new MB   check ms   check MB   plan ms   plan/check")
        rows = []
        for files in SIZES:
            count, series = bench.size(files)
            floor_ms, new, check = series["floor"].milliseconds, series["new"], series["check"]
            plan_ms = series["plan"].milliseconds
            ratio, planned = new.milliseconds / floor_ms, plan_ms / check.milliseconds
            rows.append((count, ratio, planned))
            print(
                f"{count:5}  {floor_ms:9.1f}  {new.milliseconds:7.1f}  {ratio:10.1f}  {new.megabytes:7.1f}"
                f"  {check.milliseconds:9.1f}  {check.megabytes:9.1f}"
                f"  {plan_ms:8.1f}  {planned:11.1f}",
                flush=True,
            )
    problems = []
    if rows[1][1] > LIMIT:
        problems.append(
            f"`new` takes {rows[1][1]:.1f} times the floor at {rows[1][0]} files, at most {LIMIT} is wanted"
        )
    if rows[1][2] > PLAN:
        problems.append(f"`plan` takes {rows[1][2]:.1f} times as long as `check`, at most {PLAN} is wanted")
    growth = rows[2][1] / rows[1][1]
    if growth > LINEAR:
        problems.append(f"from {rows[1][0]} to {rows[2][0]} files `new` grows {growth:.1f} times as fast as the floor")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
