"""The record of what was proved, kept in the repository: proofs/BLUEPRINT/SET.json.

An entry stands while everything that its proof depended on is what it was, and what stands is not proved again. The
oldest entry is, whatever it says, so that in time each one is.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from scripts.common.digest import digest, digest_of, files_below
from scripts.common.process import run
from scripts.common.report import ROOT, Results
from scripts.common.trees import Rendered

from . import expected
from .scenarios import module_name

PROOFS = ROOT / "proofs"
SCRIPTS = ROOT / "scripts"
SHARED = ("prove", "common", "validate/pins/python", "validate/pins/go", "validate/pins/go-images")
BORROWED = (
    "validate/__init__.py",
    "validate/cluster.py",
    "validate/schemas.py",
    "validate/tools.py",
    "validate/tree.py",
)
BY_BLUEPRINT = {"scenarios": "{module}.py", "sabotage": "{blueprint}/*"}
RECORDS = (".stackwright/lock.jsonl",)
ALL = ("tree", "scripts", "images")
OFFICIAL = "official images"
# A path of the machine that the proof ran on, or an address: neither says anything elsewhere.
PLACE = re.compile(r"(?<![\w.])/(?:root|home|tmp|work|var|usr|opt|etc)/|\w://")


@dataclass(frozen=True)
class Inputs:
    """Digests of what a proof depends on."""

    tree: str  # the rendered repository
    scripts: str  # the proving scripts, and what they read
    images: str  # where images of others came from

    def changed(self, recorded: dict[str, str], compared: tuple[str, ...]) -> list[str]:
        """What of the compared is not as it was recorded."""
        return [name for name in compared if getattr(self, name) != recorded.get(name)]


@dataclass(frozen=True)
class Entry:
    """What one run showed of one set. `digest` covers all the rest."""

    set: str
    inputs: dict[str, str]
    shown: dict[str, str]  # checks that passed, with their figures
    seconds: int
    date: str  # when it ended, in UTC
    commit: str
    digest: str = ""

    def sealed(self) -> Entry:
        """The same, with its digest."""
        return Entry(**{**asdict(self), "digest": self._digest()})

    def _digest(self) -> str:
        return digest_of({name: value for name, value in asdict(self).items() if name != "digest"})

    def faults(self, one: Rendered) -> list[str]:
        """Why this is no record of a proof of that set, whatever it proved."""
        found = []
        if self.digest != self._digest():
            found.append("its digest is not that of its content: it was edited")
        if self.set != one.label:
            found.append(f"it is of {self.set}")
        place = PLACE.search(json.dumps(asdict(self)))
        if place:
            found.append(f"it names a place of one machine: `{place[0]}`")
        return found

    @property
    def note(self) -> str:
        """What it says, for a reader."""
        return f"{len(self.shown)} checks in {self.seconds} s, {self.date}, commit {self.commit}"

    def missing(self, one: Rendered) -> list[str]:
        """What a proof of that set has to show, and this one did not."""
        return sorted(expected.checks(one.item.blueprint, one.item.name, one.directory) - self.shown.keys())


@dataclass(frozen=True)
class State:
    """A set and what the ledger says of it: nothing speaks against its entry, or `why` does."""

    one: Rendered
    entry: Entry | None
    why: str = ""
    forged: bool = False


def proved_files(repository: Path) -> list[Path]:
    """What a proof runs or reads of a repository: all but the records that the tool keeps for itself."""
    records = [repository / record for record in RECORDS]
    return [file for file in files_below(repository) if file not in records]


def proving_scripts(blueprint: str) -> list[Path]:
    """The files that a proof of a blueprint runs or reads: shared ones, and of those for one blueprint its own."""
    found = [SCRIPTS / name for name in BORROWED]
    found += [file for folder in SHARED for file in files_below(SCRIPTS / folder)]
    for folder, pattern in BY_BLUEPRINT.items():
        where = SCRIPTS / "prove" / folder
        own = where.glob(pattern.format(module=module_name(blueprint), blueprint=blueprint))
        kept = {where / "__init__.py", *own}
        found = [file for file in found if where not in file.parents or file in kept]
    return sorted(found)


def images() -> str:
    """Where images of others come from, without a word about this machine."""
    helper = os.environ.get("STANDIN_IMAGES")
    if not helper:
        return OFFICIAL
    program = shlex.split(helper)[0]
    return f"stand-ins {digest(Path(shutil.which(program) or program).resolve().parent)}"


def inputs(one: Rendered) -> Inputs:
    """All digests as they are now."""
    tree = digest(one.directory, proved_files(one.directory))
    return Inputs(tree, digest(SCRIPTS, proving_scripts(one.item.blueprint)), images())


@dataclass(frozen=True)
class Ledger:
    """The entries below a directory."""

    proofs: Path = PROOFS

    def place(self, one: Rendered) -> Path:
        """The file of a set's entry."""
        return self.proofs / one.item.blueprint / f"{one.item.name}.json"

    def state(self, one: Rendered, now: Inputs, compared: tuple[str, ...] = ALL) -> State:
        """Whether a set's entry stands for a run of it, by the digests that are compared."""
        try:
            entry = Entry(**json.loads(self.place(one).read_text(encoding="utf-8")))
            faults, changed, missing = entry.faults(one), now.changed(entry.inputs, compared), entry.missing(one)
        except FileNotFoundError:
            return State(one, None, "no entry")
        except (ValueError, TypeError, AttributeError) as error:
            return State(one, None, f"no entry of the ledger's form: {error}", forged=True)
        if faults:
            return State(one, entry, "; ".join(faults), forged=True)
        if changed:
            return State(one, entry, f"stale: not the same {' and '.join(changed)}")
        if missing:
            return State(one, entry, f"it does not show `{missing[0]}` ({len(missing)} checks missing)", forged=True)
        return State(one, entry)

    def orphans(self, known: set[str]) -> list[str]:
        """Entries of sets that there are not."""
        files = (file.relative_to(self.proofs) for file in sorted(self.proofs.rglob("*.json")))
        return [str(file) for file in files if str(file.with_suffix("")) not in known]

    def keep(self, one: Rendered, then: Inputs, results: Results) -> list[str]:
        """Writes the entry of a set that was proved without a failure or skip. Returns why none was written.

        A set that failed loses the entry that it had.
        """
        unclean = [check for check in results.failures + results.skips if one.label in check.split()]
        if unclean:
            if unclean[0] in results.failures:
                self.place(one).unlink(missing_ok=True)
            return [f"`{check}` did not pass" for check in unclean]
        entry = Entry(
            one.label,
            asdict(then),
            {check: note for check, note in sorted(results.passed.items()) if one.label in check.split()},
            round(results.seconds.get(one.label, 0)),
            datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            commit(),
        ).sealed()
        problems = entry.faults(one) + [f"`{check}` was not shown" for check in entry.missing(one)]
        if not problems:
            self.place(one).parent.mkdir(parents=True, exist_ok=True)
            self.place(one).write_text(json.dumps(asdict(entry), indent=2) + "\n", encoding="utf-8")
        return problems


def oldest(states: list[State]) -> State | None:
    """Whose turn it is among entries that stand."""
    standing = [each for each in states if each.entry and not each.why]
    return min(standing, key=lambda each: (each.entry.date if each.entry else "", each.one.label), default=None)


def commit() -> str:
    """What is checked out, and whether files differ from it: the ledger's own entries don't count."""
    head = run(["git", "rev-parse", "HEAD"], cwd=ROOT).stdout.strip()
    changed = run(["git", "status", "--porcelain", "--untracked-files=no", "--", ".", ":!proofs"], cwd=ROOT).stdout
    return f"{head}-dirty" if changed.strip() else head
