"""Compiles and type-checks applications with their own packages, where a new enough toolchain is on the machine.

`make prove` does the same in the applications' own images.
"""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path

from scripts.common.process import run, tail

from .tools import Missing, Tools
from .tree import Tree

INSTALL = 900  # seconds


def typescript(tree: Tree, tools: Tools) -> list[str]:
    """`npm ci`, then the application's `typecheck`."""
    problems = []
    for lock in tree.need(tree.named("package-lock.json"), "package-lock.json"):
        package = json.loads(tree.text(lock.with_name("package.json")))
        wanted = int(re.findall(r"\d+", package.get("engines", {}).get("node", "0"))[0])
        have = int(run([tools.on_path("node"), "--version"]).stdout.lstrip("v").partition(".")[0])
        tools.on_path("npm")
        if have < wanted:
            raise Missing(f"Node {wanted} not found, only {have}")
        copy = _copy(tree, lock.parent)
        problems += _all(
            copy,
            [
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
                ["npm", "run", "typecheck"],
            ],
        )
    return problems


def python(tree: Tree, tools: Tools) -> list[str]:
    """The locked packages in an environment of their own, then mypy as the application configures it."""
    problems = []
    for locked in tree.need(tree.named("requirements-dev.txt"), "requirements-dev.txt"):
        interpreter = _interpreter(tree, locked.with_name("pyproject.toml"), tools)
        copy = _copy(tree, locked.parent)
        place = tree.scratch / "venv"
        pip = [place / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "-r", locked.name]
        runtime = copy / "requirements.txt"
        if runtime.exists():
            pip += ["-r", runtime.name]
        problems += _all(copy, [[interpreter, "-m", "venv", place], pip, [place / "bin" / "python", "-m", "mypy", "."]])
    return problems


def _interpreter(tree: Tree, project: Path, tools: Tools) -> str:
    """The Python that the application asks for."""
    wanted = tomllib.loads(tree.text(project)).get("project", {}).get("requires-python", "3.11")
    version = re.findall(r"3\.\d+", wanted)[0]
    interpreter = tools.on_path(f"python{version}")
    if not run([interpreter, "--version"]).good:
        raise Missing(f"python{version} does not run")
    return interpreter


def _copy(tree: Tree, directory: Path) -> Path:
    copy = tree.scratch / "application"
    shutil.copytree(tree.root / directory, copy)
    return copy


def _all(directory: Path, commands: list[list[str | Path]]) -> list[str]:
    for command in commands:
        done = run(command, cwd=directory, timeout=INSTALL)
        if not done.good:
            return [f"{' '.join(map(str, command[:3]))}: {tail(done.output)}"]
    return []
