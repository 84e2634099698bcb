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
    """Compose's own loader: it knows undefined services, networks and volumes, and unset variables. Needs no engine."""
    docker = tools.on_path("docker")
    if not run([docker, "compose", "version"]).good:
        raise Missing("docker has no compose plugin")
    files = tree.need(tree.named(*COMPOSE_FILES), "Compose file")
    problems = []
    for file in files:
        copy = tree.scratch / "compose" / file.parent
        shutil.copytree(tree.root / file.parent, copy, dirs_exist_ok=True)
        example = copy / ".env.example"
        if example.exists():
            shutil.copy(example, copy / ".env")
        done = run([docker, "compose", "-f", file.name, "--profile", "*", "config", "-q"], cwd=copy)
        if not done.good or done.output:
            problems.append(f"{file}: {done.output or done.code}")
    return problems


def _problems(done) -> list[str]:
    return [] if done.good else [done.output or f"exit code {done.code}"]
