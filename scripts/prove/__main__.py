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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.common.report import Report
from scripts.common.trees import RenderError, binary, option_sets, render
from scripts.validate.tools import Broken, Missing, Tools

from . import bootstrap, docker, drill, kube, stack

FULL = "default"  # the option set that is proved in every way


def repositories(only: str, scratch: Path, report: Report) -> list[tuple[str, str, Path]]:
    """(label, set, directory) of each rendered repository."""
    program = binary()
    made = []
    for item in option_sets(only):
        try:
            # A name of its own: what a developer runs on the same engine is left alone.
            made.append((item.label, item.name, render(program, item, scratch, name=f"prove-{item.name}")))
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
    """Every repository on the engine, the default one in every way."""
    why = stack.unable()
    if why:
        report.skip("docker", why)
        return
    for label, name, directory in made:
        docker.prove(label, directory, scratch / "docker", name == FULL, report)


def main() -> int:
    """Renders, proves, reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", help="docker, kube (default: both)")
    parser.add_argument("--sets", default="", help="option sets, by name or BLUEPRINT/NAME (default: all)")
    arguments = parser.parse_args()
    what = set(arguments.what or ("kube", "docker"))
    if what - {"kube", "docker"}:
        parser.error(f"unknown: {', '.join(sorted(what - {'kube', 'docker'}))}")
    # A proof that is told to stop still removes its containers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = Report()
    with tempfile.TemporaryDirectory(prefix="stackwright-prove-") as name:
        scratch = Path(name)
        made = repositories(arguments.sets, scratch / "rendered", report)
        # The API server is mostly waited for: both go on at once. Containers are this thread's, which signals reach.
        with ThreadPoolExecutor() as pool:
            cluster = [pool.submit(prove_kube, made, scratch, report)] if "kube" in what else []
            if "docker" in what:
                prove_docker(made, scratch, report)
        for proof in cluster:
            proof.result()
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
