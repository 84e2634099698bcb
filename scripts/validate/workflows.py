"""Validators of GitHub Actions workflows and of Renovate's configuration."""

from __future__ import annotations

import shutil
from pathlib import Path

from scripts.common.process import run

from .tools import Tools
from .tree import Tree

HERE = Path(__file__).resolve().parent


def _workflows(tree: Tree) -> list[Path]:
    return tree.need(tree.below(".github/workflows", "*.yaml", "*.yml"), "workflow")


def zizmor(tree: Tree, tools: Tools) -> list[str]:
    """Security audits. It audits nothing in an invalid file, so collection is strict too."""
    files = _workflows(tree)
    # Outside of the tree's own .gitignore and configuration.
    copy = tree.scratch / "zizmor" / ".github"
    shutil.copytree(tree.root / ".github", copy, dirs_exist_ok=True)
    flags = ["--offline", "--no-config", "--strict-collection", "--no-progress", "--color", "never"]
    done = run([tools.python("zizmor"), *flags, copy.parent], cwd=copy.parent)
    return [] if done.good and files else [done.output]


def actionlint(tree: Tree, tools: Tools) -> list[str]:
    """Expressions, contexts, job graphs, and shellcheck on every `run`."""
    files = _workflows(tree)
    flags = ["-no-color", "-pyflakes", "", "-shellcheck", tools.python("shellcheck")]
    done = run([tools.go("actionlint"), *flags, "-config-file", HERE / "actionlint-labels.yaml", *files], cwd=tree.root)
    return [] if done.good else [done.output]


def workflow_parser(tree: Tree, tools: Tools) -> list[str]:
    """GitHub's own parser."""
    files = _workflows(tree)
    modules = tools.node_modules()
    done = run(["node", HERE / "parse_workflow.mjs", modules, *files], cwd=tree.root)
    return [] if done.good else [done.output]


def workflow_schema(tree: Tree, tools: Tools) -> list[str]:
    """The JSON Schema of workflows."""
    return _schema(tree, tools, "vendor.github-workflows", _workflows(tree))


def renovate(tree: Tree, tools: Tools) -> list[str]:
    """The JSON Schema of Renovate's configuration."""
    return _schema(tree, tools, "vendor.renovate", tree.need(tree.named("renovate.json"), "renovate.json"))


def _schema(tree: Tree, tools: Tools, schema: str, files: list[Path]) -> list[str]:
    done = run([tools.python("check-jsonschema"), "--builtin-schema", schema, *files], cwd=tree.root)
    return [] if done.good else [done.output]
