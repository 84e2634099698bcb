"""Proves rendered repositories on a Docker Engine and on a Kubernetes API server.

usage: python3 -m scripts.prove [docker] [kube] [--sets NAME,…] [--ledger]
Without a word both are proved, and what proofs/ holds is not proved again unless $ALL is 1 or its turn has come.
$KUBECONFIG names the API server. $STANDIN_IMAGES may name a program that provides images where no registry is reached
(`PROGRAM images DIR`, `PROGRAM localize DIR`). --ledger proves nothing and says which entries stand.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

from scripts.common.report import Report
from scripts.common.trees import Rendered, RenderError, binary, option_sets, render
from scripts.validate.tools import Broken, Missing, Tools

from . import bootstrap, docker, drill, kube, stack
from .expected import FULL
from .ledger import Ledger, inputs, oldest

Job = Callable[[Report], None]
BOTH = {"kube", "docker"}


def repositories(only: str, scratch: Path, report: Report) -> list[Rendered]:
    """Each option set, rendered."""
    program = binary()
    made = []
    for item in option_sets(only):
        try:
            # A name of its own: what a developer runs on the same engine is left alone.
            # No other blueprint's or set's either, so that they can be proved at the same time.
            name = f"prove-{item.blueprint}-{item.name}"
            made.append(Rendered(item, render(program, item, scratch, name=name)))
        except RenderError as error:
            report.fail(f"new {item.label}", str(error))
    return made


def prove_kube(made: list[Rendered], scratch: Path, report: Report) -> None:
    """Every overlay and bootstrap on the API server."""
    why = kube.unable()
    if why:
        report.skip("kube", why)
        return
    tools = Tools()
    tools.install("go")
    kube.nodes()
    for one in made:
        with report.timed(one.label):
            try:
                kube.prove(one.label, one.directory, scratch / "kube" / one.label, tools, report)
                if one.item.name == FULL:
                    bootstrap.prove(one.label, one.directory, scratch / "bootstrap" / one.label, report)
                    drill.prove(one.label, one.directory, report)
            except (Missing, Broken) as error:
                report.fail(f"render {one.label}", str(error))


def prove_docker(made: list[Rendered], scratch: Path, report: Report) -> None:
    """Every repository on the engine, the default ones in every way."""
    for one in made:
        with report.timed(one.label):
            docker.prove(one.label, one.directory, scratch / "docker", one.item.name == FULL, report)


def jobs(what: set[str], made: list[Rendered], scratch: Path, report: Report) -> dict[str, Job]:
    """What can be done side by side, because much of it is waiting: the API server's part, and chains of repositories.

    Each chain begins with a blueprint's default, which takes long, and goes on with the small ones of the next.
    """
    found: dict[str, Job] = {}
    if "kube" in what:
        found["kube"] = lambda part: prove_kube(made, scratch, part)
    if "docker" not in what:
        return found
    why = stack.unable()
    if why:
        report.skip("docker", why)
        return found
    blueprints = sorted({one.item.blueprint for one in made})
    for first, other in zip(blueprints, blueprints[1:] + blueprints[:1], strict=True):
        chain = [one for one in made if (one.item.blueprint, one.item.name) == (first, FULL)]
        chain += [one for one in made if one.item.blueprint == other and one.item.name != FULL]
        if chain:
            found[f"docker {first}"] = partial(prove_docker, chain, scratch)
    return found


def chosen(made: list[Rendered], book: Ledger, report: Report) -> list[Rendered]:
    """What is proved now: what the ledger does not hold, and whose turn it is."""
    if os.environ.get("ALL") == "1":
        return made
    states = [book.state(one, inputs(one)) for one in made]
    turn = oldest(states)
    found = []
    for each in states:
        if each.why or each is turn:
            print(f"proving {each.one.label}: {each.why or 'its entry is the oldest'}", flush=True)
            found.append(each.one)
        elif each.entry:
            report.stands(each.one.label, "ledger", each.entry.note)
    return found


def entries(made: list[Rendered], book: Ledger, report: Report) -> None:
    """What the ledger says of each set. Only what is no record of a run is a fault: what is stale is proved anew."""
    for one in made:
        # Where images come from is for `make prove` to compare, which has some.
        found = book.state(one, inputs(one), compared=("tree", "scripts"))
        check = f"ledger {one.label}"
        if found.forged:
            report.fail(check, f"{book.place(one)}: {found.why}\n`make prove` writes a new one")
        elif found.why:
            print(f"{check}: {found.why}; `make prove` proves it anew", flush=True)
        elif found.entry:
            report.ok(check, found.entry.note)
    strange = book.orphans({one.label for one in made})
    report.problems("ledger has nothing else", [f"{name}: there is no such option set" for name in strange])


def prove(what: set[str], made: list[Rendered], book: Ledger, scratch: Path, report: Report) -> None:
    """Proves what is due. Only a run of both parts uses the ledger and writes to it."""
    due = chosen(made, book, report) if what == BOTH else made
    then = {one.label: inputs(one) for one in due}
    report.apart(jobs(what, due, scratch, report))
    for one in due:
        problems = book.keep(one, then[one.label], report.results) if what == BOTH else []
        if problems:
            more = f" (and {len(problems) - 1} more)" if problems[1:] else ""
            print(f"no entry for {one.label}: {problems[0]}{more}", flush=True)


def stop(*_: object) -> NoReturn:
    """A proof that is told to stop still removes its containers, and is not to be told twice."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


def main() -> int:
    """Renders, proves, reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", help="docker, kube (default: both)")
    parser.add_argument("--sets", default="", help="option sets, by name or BLUEPRINT/NAME (default: all)")
    parser.add_argument("--ledger", action="store_true", help="only say which entries of proofs/ stand")
    arguments = parser.parse_args()
    what = set(arguments.what or BOTH)
    if what - BOTH:
        parser.error(f"unknown: {', '.join(sorted(what - BOTH))}")
    signal.signal(signal.SIGTERM, stop)
    report = Report()
    with tempfile.TemporaryDirectory(prefix="stackwright-prove-") as name:
        scratch = Path(name)
        made = repositories(arguments.sets, scratch / "rendered", report)
        if arguments.ledger:
            entries(made, Ledger(), report)
        else:
            prove(what, made, Ledger(), scratch, report)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
