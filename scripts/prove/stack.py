"""A throw-away copy of a generated repository, run with the commands that its own README names."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path

from scripts.common.process import Outcome, run
from scripts.common.report import FORK

BUILD = 1200  # seconds for images, from nothing
START = 900
# Stand-ins are made one after the other: they are made from each other.
STANDINS = FORK.Lock()
NEXT_PORT = FORK.Value("i", 20000)


def unable() -> str:
    """Why no container can be started here, or nothing."""
    if not shutil.which("docker"):
        return "docker not found"
    if not run(["docker", "compose", "version"]).good:
        return "docker has no compose plugin"
    answer = run(["docker", "version", "--format", "{{.Server.Version}}"], timeout=30)
    return "" if answer.good else f"no Docker Engine: {answer.output}"


def free_ports(count: int) -> list[int]:
    """Ports on loopback that nothing listens on now, and that no other call in any process of this run was given.

    They are below those that the system gives to outgoing connections, which could take one before it is used.
    """
    found: list[int] = []
    with NEXT_PORT.get_lock():
        while len(found) < count:
            port = NEXT_PORT.value
            NEXT_PORT.value = port + 1
            with socket.socket() as tried, contextlib.suppress(OSError):
                tried.bind(("127.0.0.1", port))
                found.append(port)
    return found


class Stack:
    """The copy, its ports, and its Compose project."""

    def __init__(self, repository: Path) -> None:
        self.root = repository
        self.ports = self._choose_ports()

    def _choose_ports(self) -> dict[str, int]:
        """Writes free host ports into .env, as a developer would whose ports are taken."""
        example = (self.root / ".env.example").read_text(encoding="utf-8").splitlines()
        names = [line.partition("=")[0] for line in example if line.partition("=")[0].endswith("_PORT")]
        chosen = dict(zip(names, free_ports(len(names)), strict=True))
        text = "".join(f"{name}={port}\n" for name, port in chosen.items())
        (self.root / ".env").write_text(text, encoding="utf-8")
        return chosen

    def port(self, unit: str) -> int:
        """The host port of a unit's HTTP endpoint."""
        wanted = unit.upper().replace("-", "_")
        matching = [name for name in self.ports if name.startswith(wanted)]
        if not matching:
            raise LookupError(f"no port of {unit} among {sorted(self.ports)}")
        return self.ports[matching[0]]

    def prepare_images(self, scratch: Path) -> Outcome:
        """With $STANDIN_IMAGES: stand-ins for every image of others, and no reference left that needs a registry."""
        helper = os.environ.get("STANDIN_IMAGES")
        if not helper:
            return Outcome(0, "official images", "")
        wanted = scratch / "images"
        for file in self.root.rglob("Dockerfile*"):
            target = wanted / file.relative_to(self.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
        lines = [f"  image-{n}:\n    image: {image}\n" for n, image in enumerate(self._images_of_others())]
        (wanted / "compose.yaml").write_text("services:\n" + "".join(lines), encoding="utf-8")
        with STANDINS:
            made = run([*shlex.split(helper), "images", wanted], timeout=BUILD)
        return run([*shlex.split(helper), "localize", self.root]) if made.good else made

    @staticmethod
    def provide(image: str, scratch: Path) -> Outcome:
        """One further image: pulled, or with $STANDIN_IMAGES a stand-in for it."""
        helper = os.environ.get("STANDIN_IMAGES")
        if not helper:
            return run(["docker", "pull", "--quiet", image], timeout=BUILD)
        scratch.mkdir(parents=True)
        (scratch / "compose.yaml").write_text(f"services:\n  image:\n    image: {image}\n", encoding="utf-8")
        with STANDINS:
            return run([*shlex.split(helper), "images", scratch], timeout=BUILD)

    def _images_of_others(self) -> list[str]:
        """What Compose would pull."""
        self.script("env")
        services = json.loads(self.compose("config", "--format", "json").stdout)["services"].values()
        own = {service["image"] for service in services if "build" in service}
        return sorted({service["image"].partition("@")[0] for service in services} - own)

    def make(self, target: str, *, timeout: float = START, env: Mapping[str, str] | None = None) -> Outcome:
        """`make TARGET` in the copy."""
        return run(["make", target], cwd=self.root, timeout=timeout, env=env)

    def script(self, name: str, *arguments: str, timeout: float = START) -> Outcome:
        """One of the repository's own scripts."""
        return run([self.root / "scripts" / name, *arguments], cwd=self.root, timeout=timeout)

    def compose(self, *arguments: str, files: tuple[str, ...] = (), timeout: float = 300) -> Outcome:
        """docker compose in the copy, with its default files or these."""
        chosen = [part for file in files for part in ("--file", file)]
        return run(["docker", "compose", *chosen, *arguments], cwd=self.root, timeout=timeout)

    @property
    def project(self) -> str:
        """The Compose project's name."""
        return json.loads(self.compose("config", "--format", "json").stdout)["name"]

    def services(self, part: str) -> list[str]:
        """The services whose name contains a word."""
        listed = self.compose("config", "--services").stdout.split()
        return sorted(name for name in listed if part in name)

    def secret(self, name: str) -> str:
        """A value from .env, by the end of its name."""
        for line in (self.root / ".env").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition("=")
            if key.endswith(name) and value:
                return value
        raise LookupError(f"no {name} in .env")

    @staticmethod
    def images(project: str) -> list[str]:
        """The images that were built for a project and its tests."""
        listed = run(["docker", "image", "ls", "-q", "--filter", f"reference={project}-*"])
        return sorted(set(listed.stdout.split()))

    def left_behind(self, project: str, kinds: tuple[str, ...]) -> list[str]:
        """What of the project still exists in the engine."""
        found = []
        for kind in kinds:
            every = ["--all"] if kind == "container" else []
            listed = run(
                ["docker", kind, "ls", *every, "-q", "--filter", f"label=com.docker.compose.project={project}"]
            )
            found.extend(f"{kind} {name}" for name in listed.stdout.split())
        return found
