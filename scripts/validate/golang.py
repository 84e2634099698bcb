"""Generates, compiles and checks Go modules with the machine's own toolchain, and judges their protocol definitions."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from scripts.common.process import run, tail

from .tools import Missing, Tools
from .tree import Tree

LIMIT = 900  # seconds, modules downloaded and compiled from nothing


def go(tree: Tree, tools: Tools) -> list[str]:
    """The locked modules, nothing missing or left over in go.mod and go.sum, then build, vet and staticcheck."""
    problems = []
    for module in tree.need(tree.named("go.mod"), "go.mod"):
        _toolchain(tree, module, tools)
        copy = _copy(tree, module.parent)
        commands = [["go", "mod", "verify"], ["go", "mod", "tidy", "-diff"], ["go", "build", "./..."]]
        commands += [["go", "vet", "./..."], ["go", "tool", "staticcheck", "./..."]]
        if "honnef.co/go/tools" not in tree.text(module):
            commands.pop()
        problems += _generated(copy, tools) or _all(copy, commands)
    return problems


def compiles(tree: Tree, tools: Tools) -> list[str]:
    """Only what a compiler says, tests included."""
    problems = []
    for module in tree.need(tree.named("go.mod"), "go.mod"):
        _toolchain(tree, module, tools)
        copy = _copy(tree, module.parent)
        commands = [["go", "mod", "tidy", "-diff"], ["go", "vet", "./..."]]
        problems += _generated(copy, tools) or _all(copy, commands)
        shutil.rmtree(copy)
    return problems


def gofmt(tree: Tree, tools: Tools) -> list[str]:
    """Layout."""
    files = tree.need(tree.named("*.go"), "Go source")
    tools.on_path("gofmt")
    done = run(["gofmt", "-l", *files], cwd=tree.root)
    return [f"{line}: not formatted" for line in done.output.splitlines()]


def buf_lint(tree: Tree, tools: Tools) -> list[str]:
    """Protocol definitions by the rules of their own buf.yaml."""
    problems = []
    for module in tree.need(tree.named("buf.yaml"), "buf.yaml"):
        done = run([buf(tools), "lint"], cwd=tree.root / module.parent)
        problems += done.output.splitlines() if not done.good else []
        layout = run([buf(tools), "format", "--diff", "--exit-code"], cwd=tree.root / module.parent)
        problems += [f"buf format: {tail(layout.output)}"] if not layout.good else []
    return problems


def buf_breaking(tree: Tree, tools: Tools) -> list[str]:
    """The repository's own breaking rules accept no change, and refuse a field that goes.

    A tree with `proto.before` is compared with that.
    """
    problems = []
    for module in tree.need(tree.named("buf.yaml"), "buf.yaml"):
        root = tree.root / module.parent
        before = root / "proto.before"
        if before.is_dir():
            return _breaking(root, before, tools)
        old = tree.scratch / "before"
        shutil.copytree(root / "proto", old / "proto")
        shutil.copy(root / "buf.yaml", old)
        problems += _breaking(root, old, tools)
        changed = tree.scratch / "changed"
        shutil.copytree(old, changed)
        file = next(
            f for f in sorted(changed.rglob("*.proto")) if re.search(r"^ +string \w+ = 1;$", f.read_text(), re.M)
        )
        file.write_text(re.sub(r"^ +string \w+ = 1;\n", "", file.read_text(), count=1, flags=re.M), encoding="utf-8")
        if not _breaking(changed, old, tools):
            problems.append(f"{file.name}: a field went and nothing was said")
    return problems


def buf(tools: Tools) -> Path:
    """The program, which npm has for this platform."""
    found = tools.node_modules() / "@bufbuild" / "buf-linux-x64" / "bin" / "buf"
    if not found.exists():
        raise Missing("buf is pinned for Linux on x86-64 only")
    return found


def _breaking(now: Path, before: Path, tools: Tools) -> list[str]:
    done = run([buf(tools), "breaking", "--against", before], cwd=now)
    return [] if done.good else done.output.splitlines()


def _toolchain(tree: Tree, module: Path, tools: Tools) -> None:
    wanted = re.findall(r"^go (\d+)\.(\d+)", tree.text(module), re.M)[0]
    have = re.findall(r"go(\d+)\.(\d+)", run([tools.on_path("go"), "version"]).output)[0]
    if tuple(map(int, have)) < tuple(map(int, wanted)):
        raise Missing(f"Go {'.'.join(wanted)} not found, only {'.'.join(have)}")


def _copy(tree: Tree, directory: Path) -> Path:
    copy = tree.scratch / "module"
    shutil.copytree(tree.root / directory, copy)
    return copy


def _generated(copy: Path, tools: Tools) -> list[str]:
    """Code from protocol definitions, by the plugins that go.mod pins."""
    return _all(copy, [[buf(tools), "generate"]]) if (copy / "buf.gen.yaml").exists() else []


def _all(directory: Path, commands: list[list[str | Path]]) -> list[str]:
    """Without paths in what is compiled, so that all trees share it."""
    settings = {"GOFLAGS": "-trimpath", "GOWORK": "off", "GOTOOLCHAIN": "local"}
    for command in commands:
        done = run(command, cwd=directory, timeout=LIMIT, env=settings)
        if not done.good:
            return [f"{' '.join(map(str, command[:3]))}: {tail(done.output)}"]
    return []
