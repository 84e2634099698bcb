"""Validators of scripts, application code, data files and secrets."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from scripts.common.process import run

from .tools import Tools
from .tree import Tree

HERE = Path(__file__).resolve().parent
SHELLS = ("sh", "bash", "dash")
# Written by package managers, in their own layout.
LOCK_FILES = {"package-lock.json"}


def shellcheck(tree: Tree, tools: Tools) -> list[str]:
    """Every shell script, at every severity."""
    files = sorted(set(tree.scripts(*SHELLS) + tree.named("*.sh")))
    done = run([tools.python("shellcheck"), "--norc", "-S", "style", *tree.need(files, "shell script")], cwd=tree.root)
    return [] if done.good else [done.output]


def yamllint(tree: Tree, tools: Tools) -> list[str]:
    """Every YAML file."""
    files = tree.need(tree.named("*.yaml", "*.yml"), "YAML file")
    command = [tools.python("yamllint"), "--strict", "-f", "parsable", "-c", HERE / "yamllint.yaml", *files]
    done = run(command, cwd=tree.root)
    return [] if done.good else [done.output]


def ruff_format(tree: Tree, tools: Tools) -> list[str]:
    """Python is laid out as its formatter would, by the repository's own settings."""
    return _ruff(tree, tools, ["format", "--check", "--diff"])


def ruff_check(tree: Tree, tools: Tools) -> list[str]:
    """Python parses as the version it is for, and has no lint by the repository's own rules."""
    return _ruff(tree, tools, ["check", "--output-format", "concise"])


def _ruff(tree: Tree, tools: Tools, command: list[str]) -> list[str]:
    files = tree.need(sorted(set(tree.named("*.py") + tree.scripts("python3", "python"))), "Python file")
    flags = ["--no-cache", "--force-exclude"]
    done = run([tools.python("ruff"), *command, *flags, *files], cwd=tree.root)
    return [] if done.good else [done.output]


def data_files(tree: Tree, _tools: Tools) -> list[str]:
    """JSON and TOML parse; JSON has no key twice."""
    problems = []
    for file in tree.need(tree.named("*.json", "*.toml"), "JSON or TOML file"):
        try:
            if file.suffix == ".toml":
                tomllib.loads(tree.text(file))
            else:
                json.loads(tree.text(file), object_pairs_hook=_unique)
        except ValueError as error:
            problems.append(f"{file}: {error}")
    return problems


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _ in pairs]
    twice = sorted({key for key in keys if keys.count(key) > 1}) if len(set(keys)) != len(keys) else []
    if twice:
        raise ValueError(f"duplicate key: {', '.join(twice)}")
    return dict(pairs)


def gitleaks(tree: Tree, tools: Tools) -> list[str]:
    """No secret in any file, whatever its comments say."""
    ignore = tree.scratch / "no-gitleaksignore"
    ignore.write_text("", encoding="utf-8")
    flags = ["--no-banner", "--no-color", "--redact", "-v", "--ignore-gitleaks-allow", "-i", ignore, "-l", "warn"]
    tree.need(tree.files, "file")
    done = run([tools.go("gitleaks"), "dir", *flags, "."], cwd=tree.root)
    return [] if done.good else [done.output]
