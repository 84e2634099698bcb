"""Proves rendered repositories on a Docker Engine and on a Kubernetes API server.

usage: python3 -m scripts.prove [docker] [kube] [--sets NAME,…]
Without a word both are proved. $KUBECONFIG names the API server. $STANDIN_IMAGES may name a program that provides
images where no registry is reached (`PROGRAM images DIR`, `PROGRAM localize DIR`).
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

from scripts.common.report import Report
from scripts.common.trees import RenderError, binary, option_sets, render
from scripts.validate.tools import Broken, Missing, Tools

from . import bootstrap, docker, drill, kube, stack

Job = Callable[[Report], None]
FULL = "default"  # the option set that is proved in every way


def repositories(only: str, scratch: Path, report: Report) -> list[tuple[str, str, Path]]:
    """(label, set, directory) of each rendered repository."""
    program = binary()
    made = []
    for item in option_sets(only):
        try:
            # A name of its own: what a developer runs on the same engine is left alone.
            # No other blueprint's or set's either, so that they can be proved at the same time.
            name = f"prove-{item.blueprint}-{item.name}"
            made.append((item.label, item.name, render(program, item, scratch, name=name)))
        except RenderError as error:
            report.fail(f"new {item.label}", str(error))
    return made


def prove_kube(made: list[tuple[str, str, Path]], scratch: Path, report: Report) -> None:
    """Every overlay and bootstrap on the API server."""
    why = kube.unable()
    if why:
        report.skip("kube", why)
        return
    tools = Tools()
    tools.install()
    kube.nodes()
    for label, name, directory in made:
        try:
            kube.prove(label, directory, scratch / "kube" / label, tools, report)
            if name == FULL:
                bootstrap.prove(label, directory, scratch / "bootstrap" / label, report)
                drill.prove(label, directory, report)
        except (Missing, Broken) as error:
            report.fail(f"render {label}", str(error))


def prove_docker(made: list[tuple[str, str, Path]], scratch: Path, report: Report) -> None:
    """Every repository on the engine, the default ones in every way."""
    for label, name, directory in made:
        docker.prove(label, directory, scratch / "docker", name == FULL, report)


def jobs(what: set[str], made: list[tuple[str, str, Path]], scratch: Path, report: Report) -> dict[str, Job]:
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
    blueprints = sorted({label.partition("/")[0] for label, _, _ in made})
    for first, other in zip(blueprints, blueprints[1:] + blueprints[:1], strict=True):
        chain = [each for each in made if each[0] == f"{first}/{FULL}"]
        chain += [each for each in made if each[0].startswith(f"{other}/") and each[1] != FULL]
        if chain:
            found[f"docker {first}"] = partial(prove_docker, chain, scratch)
    return found


def stop(*_: object) -> NoReturn:
    """A proof that is told to stop still removes its containers, and is not to be told twice."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


def main() -> int:
    """Renders, proves, reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", help="docker, kube (default: both)")
    parser.add_argument("--sets", default="", help="option sets, by name or BLUEPRINT/NAME (default: all)")
    arguments = parser.parse_args()
    what = set(arguments.what or ("kube", "docker"))
    if what - {"kube", "docker"}:
        parser.error(f"unknown: {', '.join(sorted(what - {'kube', 'docker'}))}")
    signal.signal(signal.SIGTERM, stop)
    report = Report()
    with tempfile.TemporaryDirectory(prefix="stackwright-prove-") as name:
        scratch = Path(name)
        made = repositories(arguments.sets, scratch / "rendered", report)
        report.apart(jobs(what, made, scratch, report))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
