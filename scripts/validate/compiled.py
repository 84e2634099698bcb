"""Whether generated code compiles, in whatever language: as its compiler or interpreter and its formatter see it."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from pathlib import Path

from scripts.common.process import run, tail

from . import golang, sources
from .tools import Broken, Missing, Tools
from .tree import NothingToCheck, Tree

INTERPRETERS = ("python3.14", "python3.13")
INSTALL = 900  # seconds


def code(tree: Tree, tools: Tools) -> list[str]:
    """Go is vetted and laid out by gofmt; Python parses, has no unknown name and is laid out by ruff."""
    problems = []
    if tree.named("go.mod"):
        problems += golang.gofmt(tree, tools) or golang.compiles(tree, tools)
    if tree.named("pyproject.toml"):
        problems += sources.ruff_check(tree, tools) + sources.ruff_format(tree, tools)
    if not (tree.named("go.mod") or tree.named("pyproject.toml")):
        raise NothingToCheck("found neither Go nor Python")
    return problems


@dataclass
class Starts:
    """Starts Django applications: its own checks find clashes of models, and every test is imported.

    All trees take their packages from one resolution, so one environment with those of the first ones holds for all.
    """

    place: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _installed: set[str] = field(default_factory=set)

    def check(self, tree: Tree, tools: Tools) -> list[str]:
        """`manage.py check`, then `pytest --collect-only`."""
        problems = []
        for manage in tree.need(tree.named("manage.py"), "Django application"):
            directory = tree.root / manage.parent
            python = self._environment(directory, tools)
            own = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONDONTWRITEBYTECODE": "1"}
            for command in (
                ["manage.py", "check"],
                ["-m", "pytest", "--collect-only", "-q", "--no-cov", "-p", "no:cacheprovider"],
            ):
                done = run([python, *command], cwd=directory, env=own)
                if not done.good:
                    problems.append(f"{' '.join(command[:3])}: {tail(done.output)}")
                    break
        return problems

    def _environment(self, application: Path, tools: Tools) -> Path:
        """The interpreter of the environment, with the packages of that application in it."""
        with self._lock:
            python = self.place / "bin" / "python"
            if not python.exists():
                self._run([_interpreter(tools), "-m", "venv", self.place])
            for locked in ("requirements.txt", "requirements-dev.txt"):
                text = (application / locked).read_text(encoding="utf-8")
                if text not in self._installed:
                    pip = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"]
                    self._run([*pip, "-r", application / locked])
                    self._installed.add(text)
            return python

    @staticmethod
    def _run(command: list[str | Path]) -> None:
        done = run(command, timeout=INSTALL)
        if not done.good:
            raise Broken(f"{' '.join(map(str, command[:4]))}: {tail(done.output)}")


def _interpreter(tools: Tools) -> str:
    for name in INTERPRETERS:
        try:
            found = tools.on_path(name)
        except Missing:
            continue
        if re.search(r"3\.1[34]", run([found, "--version"]).output) and run([found, "--version"]).good:
            return found
    raise Missing(f"none of {', '.join(INTERPRETERS)} runs")
