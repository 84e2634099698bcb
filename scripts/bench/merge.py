"""Runs the cases of tests/merge through other programs that merge, and counts what came of them.

usage: python3 -m scripts.bench.merge [NAME …]
Names are those at the end of `mergers.py`; without any, all are asked. Each is built or installed into a temporary
directory, which needs the network. Prints a Markdown table, then why a program isn't in it.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scripts.common.report import ROOT

from .data import load, unordered
from .mergers import MERGERS, Files, Merger, NotApplicableError, UnavailableError

MARKER = "<<<<<<< "
RIGHT = "right, to the byte"
SAME = "right data, other bytes"
ORDER = "lists in another order"
RIGHTLY = "conflict, rightly"
NEEDLESS = "conflict, needlessly"
WRONG = "silently wrong"
OTHER = "not made for it, or failed"
COLUMNS = (RIGHT, SAME, ORDER, RIGHTLY, NEEDLESS, WRONG, OTHER)


@dataclass
class Case:
    """A merge whose right result was written by hand."""

    title: str
    sections: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The file's place in a repository, by which its language is known."""
        return self.sections["path"].strip()

    @property
    def conflicts(self) -> bool:
        """A conflict is the right result."""
        return MARKER in self.sections["merged"]

    def write(self, directory: Path) -> Files:
        """The case's files, named as their language wants it."""
        name = self.path.rsplit("/", 1)[-1]
        paths = {}
        for section in ("yours", "base", "new", "merged"):
            paths[section] = directory / section / name
            paths[section].parent.mkdir(parents=True)
            if section != "merged":
                paths[section].write_bytes(self.sections.get(section, "").encode())
        return Files(path=self.path, has_base="base" in self.sections, **paths)


def cases() -> list[Case]:
    """All cases, in the format that crates/core/tests/merge/cases.rs describes."""
    found: list[Case] = []
    for file in sorted((ROOT / "tests" / "merge").glob("*.txt")):
        section = None
        with file.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                if line.startswith("##### "):
                    found.append(Case(line.removeprefix("##### ").strip()))
                elif line.startswith("===== "):
                    section = line.removeprefix("===== ").strip()
                    found[-1].sections[section] = ""
                elif section is not None:
                    found[-1].sections[section] += line
    return found


def judge(case: Case, merger: Merger, directory: Path) -> tuple[str, int]:
    """The column that a result counts in, and how many conflicts it has."""
    files = case.write(directory)
    try:
        code = merger.merge(files)
    except NotApplicableError:
        return OTHER, 0
    if code > 1:
        return OTHER, 0
    text = files.merged.read_bytes().decode()
    if code == 1:
        return RIGHTLY if case.conflicts else NEEDLESS, text.count(MARKER)
    right = case.sections["merged"]
    if text == right:
        return RIGHT, 0
    data = load(case.path, text)
    if case.conflicts or data is None:
        return WRONG, 0
    wanted = load(case.path, right)
    if data == wanted:
        return SAME, 0
    return ORDER if unordered(data) == unordered(wanted) else WRONG, 0


def measure(merger: Merger, directory: Path, known: list[Case], report: list[str]) -> str:
    """A program's line of the table; what it did wrong without a word is added to the report."""
    counts: Counter[str] = Counter()
    conflicts = 0
    for number, case in enumerate(known):
        column, found = judge(case, merger, directory / "cases" / str(number))
        counts[column] += 1
        conflicts += found
        if column == WRONG:
            report.append(f"{merger.name}: silently wrong: {case.title}")
    return row(merger.name, counts, conflicts)


def row(name: str, counts: Counter[str], conflicts: int) -> str:
    """One line of the table."""
    return f"| {name} | " + " | ".join(str(counts[column]) for column in COLUMNS) + f" | {conflicts} |"


def expected(known: list[Case]) -> str:
    """The line of a program that merges every case as it was written."""
    counts = Counter(RIGHTLY if case.conflicts else RIGHT for case in known)
    return row("the right result", counts, sum(case.sections["merged"].count(MARKER) for case in known))


def table(names: list[str]) -> Iterator[str]:
    """The table, line by line, and what isn't in it."""
    known = cases()
    report: list[str] = []
    yield "| program | " + " | ".join(COLUMNS) + " | conflicts in all |"
    yield "| --- |" + " ---: |" * (len(COLUMNS) + 1)
    yield expected(known)
    for name in names:
        with tempfile.TemporaryDirectory(prefix="merge-") as directory:
            try:
                yield measure(MERGERS[name](Path(directory)), Path(directory), known, report)
            except UnavailableError as error:
                report.append(f"{name}: not to be had: {error}")
    yield ""
    yield from report


def main(names: list[str]) -> int:
    """Measures and prints."""
    unknown = [name for name in names if name not in MERGERS]
    if unknown:
        print(f"no such program: {', '.join(unknown)}; known are {', '.join(MERGERS)}", file=sys.stderr)
        return 2
    for line in table(names or list(MERGERS)):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
