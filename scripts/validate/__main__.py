"""Runs every validator on every rendered tree, and first on files that it must refuse.

usage: python3 -m scripts.validate [--sets NAME,…] [--tree LABEL=DIR …] [--only VALIDATOR,…] [--install]
What passed before on the same bytes with the same tools is not run again, unless $ALL is 1.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from scripts import bless
from scripts.common.process import tail
from scripts.common.report import ROOT, Report
from scripts.common.trees import RenderError, binary, option_sets, render

from . import compiled, seeds
from .run import Run
from .table import NO_CODE, TABLE, Validator
from .tools import Tools
from .tree import Tree

# Templates are not files of their kind yet, the bad files are bad on purpose, and mutations are a table of edits.
# Examples are rendered trees, checked as such.
NOT_OWN = ("templates/", "tests/fixtures/", "tests/validators/bad/", "tests/mutations/")


def own_sources(into: Path) -> Path:
    """A copy of stackwright's own tracked files."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.split("\0"):
        source = ROOT / name
        rendered = name.startswith("examples/") and "/repository/" in name
        if source.is_file() and not rendered and not name.startswith(NOT_OWN):
            target = into / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    return into


def trees(arguments: argparse.Namespace, scratch: Path, report: Report) -> list[Tree]:
    """What is to be validated: given directories, or every option set and stackwright's own sources."""
    roots: list[tuple[str, Path]] = []
    if arguments.tree:
        for given in arguments.tree:
            label, _, directory = given.partition("=")
            roots.append((label, Path(directory).resolve()))
    else:
        roots.append(("stackwright", own_sources(scratch / "own")))
        program = binary()
        for example in bless.examples():
            problems = bless.stale(example, program, scratch / "examples")
            report.problems(f"example {example.blueprint} is fresh", problems)
        for item in option_sets(arguments.sets):
            try:
                roots.append((item.label, render(program, item, scratch / "rendered")))
                report.ok(f"new {item.label}")
            except RenderError as error:
                report.fail(f"new {item.label}", str(error))
    return [Tree(label, root, scratch / "work" / str(number)) for number, (label, root) in enumerate(roots)]


def seed_trees(pool: ThreadPoolExecutor, scratch: Path, run: Run) -> list[Future[None]]:
    """Random answers to every blueprint: rendered now, their code compiled by the returned jobs."""
    compiler = Validator("compiles", compiled.code, {}, apart=NO_CODE)
    starts = compiled.Starts(scratch / "packages").check
    applications = Validator("starts", starts, {}, optional=True, apart=NO_CODE)
    jobs = []
    for blueprint in sorted({item.blueprint for item in option_sets()}):
        into = scratch / blueprint
        into.mkdir(parents=True)
        for label, directory, made in seeds.trees(binary(), blueprint, into):
            label = f"{blueprint}/{label}"
            if not made.good:
                run.report.fail(f"new {label}", tail(made.output))
                continue
            run.report.ok(f"new {label}")
            for validator in (compiler, applications):
                work = scratch / "work" / blueprint / directory.name / validator.name
                work.mkdir(parents=True)
                jobs.append(pool.submit(run.validate, validator, Tree(label, directory, work)))
    return jobs


def main() -> int:
    """Installs, self-tests, validates, reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", default="", help="option sets, by name or BLUEPRINT/NAME (default: all)")
    parser.add_argument("--tree", action="append", help="validate this directory instead")
    parser.add_argument("--only", default="", help="validators (default: all)")
    parser.add_argument("--install", action="store_true", help="only install the validators")
    arguments = parser.parse_args()

    tools = Tools()
    tools.install()
    if arguments.install:
        return tools.state()
    report = Report()
    run = Run(tools, report)
    chosen = [v for v in TABLE if not arguments.only or v.name in arguments.only.split(",")]
    with tempfile.TemporaryDirectory(prefix="stackwright-validate-") as name, ThreadPoolExecutor(2) as pool:
        scratch = Path(name)
        able = list(pool.map(lambda v: run.refuses_bad_files(v, scratch / "bad"), chosen))
        jobs = []
        for tree in trees(arguments, scratch, report):
            for validator, can_run in zip(chosen, able, strict=True):
                if can_run and (validator.own or tree.label != "stackwright"):
                    work = tree.scratch / validator.name
                    work.mkdir(parents=True)
                    own = Tree(tree.label, tree.root, work)
                    jobs.append(pool.submit(run.validate, validator, own))
        if not arguments.tree and not arguments.sets:
            jobs += seed_trees(pool, scratch / "seeds", run)
        for job in jobs:
            job.result()
    run.passed.prune()
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
