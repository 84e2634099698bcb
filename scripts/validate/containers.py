"""Validators of Dockerfiles and Compose files."""

from __future__ import annotations

import shutil

from scripts.common.process import run

from .tools import Missing, Tools
from .tree import Tree

COMPOSE_FILES = ("compose.yaml", "compose.*.yaml")


def hadolint(tree: Tree, tools: Tools) -> list[str]:
    """Every Dockerfile, at every severity, with no configuration of the tree's own."""
    files = tree.need(tree.named("Dockerfile", "Dockerfile.*", "*.Dockerfile"), "Dockerfile")
    config = tree.scratch / "hadolint.yaml"
    config.write_text("ignored: []\n", encoding="utf-8")
    command = [tools.python("hadolint"), "--no-color", "-c", config, "-t", "style", *files]
    return _problems(run(command, cwd=tree.root))


def compose_schema(tree: Tree, tools: Tools) -> list[str]:
    """The Compose specification's JSON Schema."""
    files = tree.need(tree.named(*COMPOSE_FILES), "Compose file")
    command = [tools.python("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", *files]
    return _problems(run(command, cwd=tree.root))


def compose_config(tree: Tree, tools: Tools) -> list[str]:
    """Compose's own loader: it knows undefined services, networks and volumes, and unset variables. Needs no engine.

    compose.yaml is loaded alone, then with each compose.NAME.yaml beside it.
    """
    docker = tools.on_path("docker")
    if not run([docker, "compose", "version"]).good:
        raise Missing("docker has no compose plugin")
    problems = []
    for file in tree.need(tree.named("compose.yaml"), "Compose file"):
        copy = tree.scratch / "compose" / file.parent
        shutil.copytree(tree.root / file.parent, copy, dirs_exist_ok=True)
        script = copy / "scripts" / "env"
        if script.exists() and not (made := run([script], cwd=copy)).good:
            problems.append(f"scripts/env: {made.output}")
        for extra in ["", *sorted(path.name for path in copy.glob("compose.*.yaml"))]:
            files = ["-f", file.name, *(["-f", extra] if extra else [])]
            done = run([docker, "compose", *files, "--profile", "*", "config", "-q"], cwd=copy)
            if not done.good or done.output:
                problems.append(f"{file} {extra}: {done.output or done.code}")
    return problems


def _problems(done) -> list[str]:
    return [] if done.good else [done.output or f"exit code {done.code}"]
