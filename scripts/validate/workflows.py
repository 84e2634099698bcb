"""Validators of workflows and of Renovate's configuration."""

from __future__ import annotations

from pathlib import Path

from scripts.common.process import run

from .tools import Tools
from .tree import Tree

HERE = Path(__file__).resolve().parent


def _workflows(tree: Tree) -> Path:
    """The workflows, where GitHub looks for them and outside of the tree's own .gitignore and configuration.

    Forgejo reads the same form, with the whole addresses of actions.
    """
    files = tree.need([*_below(tree, ".github"), *_below(tree, ".forgejo")], "workflow")
    copy = tree.scratch / "workflows" / ".github" / "workflows"
    copy.mkdir(parents=True, exist_ok=True)
    for file in files:
        text = tree.text(file)
        if file.parts[0] == ".forgejo":
            text = text.replace("uses: https://github.com/", "uses: ")
        (copy / file.name).write_text(text, encoding="utf-8")
    return copy


def _below(tree: Tree, forge: str) -> list[Path]:
    return tree.below(f"{forge}/workflows", "*.yaml", "*.yml")


def zizmor(tree: Tree, tools: Tools) -> list[str]:
    """Security audits. It audits nothing in an invalid file, so collection is strict too."""
    copy = _workflows(tree).parent
    flags = ["--offline", "--no-config", "--strict-collection", "--no-progress", "--color", "never"]
    done = run([tools.python("zizmor"), *flags, copy], cwd=copy)
    return [] if done.good else [done.output]


def actionlint(tree: Tree, tools: Tools) -> list[str]:
    """Expressions, contexts, job graphs, and shellcheck on every `run`."""
    files = sorted(_workflows(tree).iterdir())
    flags = ["-no-color", "-pyflakes", "", "-shellcheck", tools.python("shellcheck")]
    done = run([tools.go("actionlint"), *flags, "-config-file", HERE / "actionlint-labels.yaml", *files], cwd=tree.root)
    return [] if done.good else [done.output]


def workflow_parser(tree: Tree, tools: Tools) -> list[str]:
    """GitHub's own parser."""
    files = sorted(_workflows(tree).iterdir())
    modules = tools.node_modules()
    done = run(["node", HERE / "parse_workflow.mjs", modules, *files], cwd=tree.root)
    return [] if done.good else [done.output]


def workflow_schema(tree: Tree, tools: Tools) -> list[str]:
    """The JSON Schema of workflows."""
    return _schema(tree, tools, "vendor.github-workflows", sorted(_workflows(tree).iterdir()))


def renovate(tree: Tree, tools: Tools) -> list[str]:
    """The JSON Schema of Renovate's configuration."""
    return _schema(tree, tools, "vendor.renovate", tree.need(tree.named("renovate.json"), "renovate.json"))


def _schema(tree: Tree, tools: Tools, schema: str, files: list[Path]) -> list[str]:
    done = run([tools.python("check-jsonschema"), "--builtin-schema", schema, *files], cwd=tree.root)
    return [] if done.good else [done.output]
