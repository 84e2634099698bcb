"""Installs the validators, pinned by hash, into a private directory outside the clone.

One directory per package manager, named by a digest of its pins, so a changed pin makes a new directory and
another branch keeps using the old one.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from scripts.common.cache import cache
from scripts.common.process import run, tail

PINS = Path(__file__).resolve().parent / "pins"
VALIDATORS = ("python", "node", "go")
# Programs to build, by the group whose go.mod pins them.
GO_PROGRAMS = {
    "go": (
        "github.com/rhysd/actionlint/cmd/actionlint",
        "github.com/zricethezav/gitleaks/v8",
        "sigs.k8s.io/kustomize/kustomize/v5",
        "./expressions",
    ),
    # What generated commands run from images of others: built only where no registry has these.
    "go-images": ("go.k6.io/k6/v2", "github.com/prometheus/prometheus/cmd/promtool"),
}
# Programs of the machine that validators call.
MACHINE = (
    ("go", "version"),
    ("node", "--version"),
    ("npm", "--version"),
    ("docker", "compose", "version"),
    ("python3.13", "--version"),
    ("python3.14", "--version"),
)


class Missing(Exception):
    """Something a validator needs is not on this machine; the text says what."""


class Broken(Exception):
    """A validator that should install did not."""


@dataclass
class Tools:
    """The installed validators. Each group is installed on first use."""

    _groups: dict[str, Path | Exception] = field(default_factory=dict)

    def install(self, *groups: str) -> None:
        """Installs these groups, or those of all validators, keeping the reason where one is impossible."""
        for group in groups or VALIDATORS:
            try:
                self._groups[group] = _installed(group)
            except (Missing, Broken) as error:
                self._groups[group] = error

    def state(self) -> int:
        """Prints where each group is, or why it is not; the exit code is 1 when an installation failed."""
        for group, found in self._groups.items():
            print(f"{group}: {found}")
        return 1 if any(isinstance(found, Broken) for found in self._groups.values()) else 0

    def identity(self) -> list[str]:
        """What is installed, and what of the machine is used, by name and version."""
        groups = [f"{name} {found.name if isinstance(found, Path) else found}" for name, found in self._groups.items()]
        return sorted(groups) + [f"{' '.join(command)}: {run(command).output}" for command in MACHINE]

    def _group(self, name: str) -> Path:
        found = self._groups[name]
        if isinstance(found, Exception):
            raise found
        return found

    def python(self, program: str) -> Path:
        """A program from the Python environment."""
        return self._group("python") / "bin" / program

    def go(self, program: str, group: str = "go") -> Path:
        """A program built from Go modules."""
        return self._group(group) / "bin" / program

    def node_modules(self) -> Path:
        """The directory that npm filled."""
        return self._group("node") / "node_modules"

    @staticmethod
    def on_path(program: str) -> str:
        """A program of the machine."""
        found = shutil.which(program)
        if not found:
            raise Missing(f"{program} not found")
        return found


def _runtime(group: str) -> list[str]:
    """The machine's own program that a group needs, and the command that prints its version."""
    if group == "python":
        return [sys.executable, "--version"]
    if group in GO_PROGRAMS:
        return [Tools.on_path("go"), "version"]
    Tools.on_path("npm")
    return [Tools.on_path("node"), "--version"]


def _installed(group: str) -> Path:
    version = run(_runtime(group)).output
    digest = hashlib.sha256(version.encode())
    for pin in sorted(path for path in (PINS / group).rglob("*") if path.is_file()):
        digest.update(pin.name.encode() + b"\0" + pin.read_bytes())
    place = cache() / f"{group}-{digest.hexdigest()[:16]}"
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_suffix(".lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = place / ".complete"
        if not done.exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            {"python": _install_python, "node": _install_node}.get(group, _install_go)(place, group)
            done.write_text(version, encoding="utf-8")
    return place


def _step(command: list[str | Path], cwd: Path, timeout: float, env: dict[str, str] | None = None) -> None:
    done = run(command, cwd=cwd, timeout=timeout, env=env)
    if not done.good:
        raise Broken(f"`{' '.join(map(str, command[:4]))} …` failed with {done.code}:\n{tail(done.output)}")


def _install_python(place: Path, group: str) -> None:
    _step([sys.executable, "-m", "venv", place], place, 120)
    requirements = PINS / group / "requirements.txt"
    pip = [place / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"]
    _step([*pip, "-r", requirements], place, 600)


def _install_node(place: Path, group: str) -> None:
    for pin in (PINS / group).iterdir():
        shutil.copy(pin, place)
    _step(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], place, 600)


def _install_go(place: Path, group: str) -> None:
    (place / "bin").mkdir()
    env = {"GOFLAGS": "-mod=readonly", "GOWORK": "off", "CGO_ENABLED": "0"}
    _step(["go", "build", "-trimpath", "-o", place / "bin", *GO_PROGRAMS[group]], PINS / group, 1200, env)
