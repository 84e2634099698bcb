"""Says what `make lint`, `make test` and `make prove` need, and whether it is here.

usage: python3 -m scripts.doctor [lint] [test] [prove]
The exit code is 1 when something is missing without which one of the named commands (all of them, if none is named)
can't do its work. What is only wanted makes checks say `skipped: why`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.common.cache import cache
from scripts.common.process import run
from scripts.common.report import ROOT
from scripts.prove import definitions, kube, stack

COMMANDS = ("lint", "test", "prove")
GIB = 1 << 30
DISK, MEMORY = 40, 8  # GiB: builds and images of all sets; the largest stack beside a build


class Absent(Exception):
    """It is not here; the text says what is, and what to do."""


@dataclass(frozen=True)
class Need:
    """Something that commands need, or want (`wanted`: without it they do less)."""

    name: str
    commands: tuple[str, ...]
    look: Callable[[], str]  # what was found
    wanted: bool = False


def program(name: str, *arguments: str, least: str = "", hint: str = "") -> Callable[[], str]:
    """A program on PATH, new enough."""

    def look() -> str:
        if not shutil.which(name):
            raise Absent(f"not found{hint and f'; {hint}'}")
        done = run([name, *(arguments or ("--version",))], timeout=30)
        said = (done.output.splitlines() or [""])[0]
        found = re.search(r"\d+(\.\d+)+", said)
        if not done.good or not found:
            raise Absent(f"does not run: {said}")
        if least and numbers(found[0]) < numbers(least):
            raise Absent(f"{found[0]} is older than {least}{hint and f'; {hint}'}")
        return found[0]

    return look


def numbers(version: str) -> tuple[int, ...]:
    """A version to compare."""
    return tuple(int(part) for part in version.split("."))


def rust() -> str:
    """What Cargo.toml asks for."""
    least = re.findall(r'^rust-version = "(.+)"', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.M)
    return program("rustc", least=least[0], hint="https://rustup.rs")()


def engine() -> str:
    """A Docker Engine that answers, with Compose."""
    why = stack.unable()
    if why:
        raise Absent(f"{why}; https://docs.docker.com/engine/install")
    return run(["docker", "version", "--format", "{{.Server.Version}}"], timeout=30).stdout.strip()


def images() -> str:
    """Where images of others come from."""
    helper = shlex.split(os.environ.get("STANDIN_IMAGES", ""))
    if not helper:
        return "from their registries"
    if not shutil.which(helper[0]):
        raise Absent(f"STANDIN_IMAGES names no program: {helper[0]}")
    return "stand-ins of STANDIN_IMAGES"


def server() -> str:
    """The API server, with simulated nodes or real ones."""
    why = kube.unable()
    if why:
        raise Absent(f"{why}; CONTRIBUTING.md says how to start one")
    version: str = json.loads(kube.kubectl("version", "-o", "json").stdout)["serverVersion"]["gitVersion"]
    return version


def known() -> str:
    """The definitions of everything that is applied."""
    if kube.unable():
        raise Absent("no API server to ask")
    absent = definitions.lacking()
    if absent:
        raise Absent(f"the API server lacks {', '.join(absent)}; `make definitions` installs them")
    return f"{len(definitions.sources())} API groups"


def schemas() -> str:
    """Where one validator finds the schemas of custom resources."""
    given = os.environ.get("CRD_SCHEMAS", "")
    if not given or not Path(given).is_dir():
        raise Absent("CRD_SCHEMAS names no directory GROUP/KIND_VERSION.json")
    return "given"


def disk() -> str:
    """Room where builds are kept."""
    place = next(path for path in (cache(), *cache().parents) if path.exists())
    free = shutil.disk_usage(place).free / GIB
    if free < DISK:
        raise Absent(f"{free:.0f} GiB free, {DISK} wanted")
    return f"{free:.0f} GiB free"


def memory() -> str:
    """Of the whole machine."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIB
    if total < MEMORY:
        raise Absent(f"{total:.0f} GiB, {MEMORY} wanted")
    return f"{total:.0f} GiB"


NEEDS = (
    Need("rust", COMMANDS, rust),
    Need("rustfmt", ("lint",), program("rustfmt", hint="rustup component add rustfmt")),
    Need("clippy", ("lint",), program("cargo-clippy", hint="rustup component add clippy")),
    Need("cargo-deny", ("lint",), program("cargo-deny", hint="CI=true make lint builds one"), wanted=True),
    Need("python", ("test", "prove"), program("python3", least="3.11")),
    Need("git", ("test", "prove"), program("git")),
    Need("go", ("test", "prove"), program("go", "version", least="1.26", hint="https://go.dev/dl")),
    Need("node", ("test",), program("node", hint="https://nodejs.org"), wanted=True),
    Need("npm", ("test",), program("npm"), wanted=True),
    Need("compose", ("test",), program("docker", "compose", "version"), wanted=True),
    Need("strace", ("test",), program("strace"), wanted=True),
    Need("schemas", ("test",), schemas, wanted=True),
    Need("docker", ("prove",), engine),
    Need("images", ("prove",), images),
    Need("openssl", ("prove",), program("openssl", "version")),
    Need("kubectl", ("prove",), program("kubectl", "version", "--client")),
    Need("cluster", ("prove",), server),
    Need("definitions", ("prove",), known),
    Need("disk", ("test", "prove"), disk, wanted=True),
    Need("memory", ("prove",), memory, wanted=True),
)


def examine(commands: set[str], needs: tuple[Need, ...] = NEEDS) -> int:
    """Prints a line per need. Returns how many are missing that a command can't do without."""
    missing = 0
    for need in needs:
        asking = [command for command in need.commands if command in commands]
        if not asking:
            continue
        try:
            state, found = "here", need.look()
        except Absent as why:
            state, found = "wanted" if need.wanted else "MISSING", str(why)
            missing += not need.wanted
        print(f"{state:8}{need.name:12}{', '.join(asking):18}{found}", flush=True)
    return missing


def main() -> int:
    """What the named commands need."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commands", nargs="*", help="lint, test, prove (default: all)")
    commands = set(parser.parse_args().commands or COMMANDS)
    if commands - set(COMMANDS):
        parser.error(f"unknown: {', '.join(sorted(commands - set(COMMANDS)))}")
    missing = examine(commands)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
