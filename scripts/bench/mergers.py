"""The programs that are compared, each built or installed into a temporary directory."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.common.process import run, tail

from .data import load

HERE = Path(__file__).resolve().parent
KYAML = "v0.21.0"
MERGIRAF = "0.20.0"
DIFFY = "0.5.2"
YAML_DIFF_PATCH = "2.0.0"
INSTALL = 3600  # seconds; mergiraf compiles the grammars of some forty languages


class UnavailableError(Exception):
    """A program that can't be had here, and why."""


class NotApplicableError(Exception):
    """A case that a program isn't made for."""


@dataclass(frozen=True)
class Files:
    """One case on the disk."""

    path: str
    yours: Path
    base: Path
    new: Path
    merged: Path
    has_base: bool

    def one_yaml_document(self) -> None:
        """Refuses what isn't YAML, holds several documents or has no base."""
        if not self.path.endswith((".yaml", ".yml")):
            raise NotApplicableError("not YAML")
        if not self.has_base:
            raise NotApplicableError("no base")
        if any("\n---\n" in file.read_text(encoding="utf-8") for file in (self.yours, self.base, self.new)):
            raise NotApplicableError("several documents")


@dataclass(frozen=True)
class Merger:
    """A program: its name, and what it does to a case; the code is 0 (merged), 1 (conflict) or more (failed)."""

    name: str
    merge: Callable[[Files], int]


def install(command: list[str | Path], cwd: Path) -> None:
    """Runs one step of an installation."""
    outcome = run(command, cwd=cwd, timeout=INSTALL)
    if not outcome.good:
        raise UnavailableError(f"{' '.join(str(part) for part in command)}: {tail(outcome.output, 1)}")


def git(_: Path) -> Merger:
    """Git's merge by lines."""

    def merge(files: Files) -> int:
        shutil.copyfile(files.yours, files.merged)
        code = run(["git", "merge-file", "--diff3", files.merged, files.base, files.new]).code
        return code if code > 127 else min(code, 1)  # the code is the number of conflicts

    version = run(["git", "--version"]).stdout.split()[-1]
    return Merger(f"`git merge-file` {version}", merge)


def diffy(directory: Path) -> Merger:
    """The library that this program merges other text with."""
    (directory / "src").mkdir()
    shutil.copyfile(HERE / "diffy.rs", directory / "src" / "main.rs")
    manifest = f'[package]\nname = "diffy-merge"\nedition = "2024"\n\n[dependencies]\ndiffy = "={DIFFY}"\n'
    (directory / "Cargo.toml").write_text(manifest, encoding="utf-8")
    install(["cargo", "build", "--quiet", "--target-dir", directory / "target"], directory)
    program = directory / "target" / "debug" / "diffy-merge"
    return Merger(f"diffy {DIFFY}", lambda files: run([program, files.yours, files.base, files.new, files.merged]).code)


def mergiraf(directory: Path) -> Merger:
    """Mergiraf, which is under the GPL: only ever run as a program of its own."""
    program = shutil.which("mergiraf")
    if program is None:
        command = ["cargo", "install", "--quiet", "--debug", "--locked", f"mergiraf@{MERGIRAF}", "--root", directory]
        install([*command, "--target-dir", directory / "target"], directory)
        program = str(directory / "bin" / "mergiraf")

    def merge(files: Files) -> int:
        sides = [files.base, files.yours, files.new]
        code = run([program, "merge", *sides, "--path-name", files.path, "--output", files.merged]).code
        return code if files.merged.exists() else 2

    return Merger(run([program, "--version"]).stdout.strip(), merge)


def kyaml(directory: Path) -> Merger:
    """The merge of `kpt` and Kustomize."""
    shutil.copyfile(HERE / "merge3.go", directory / "main.go")
    install(["go", "mod", "init", "merge3"], directory)
    install(["go", "get", f"sigs.k8s.io/kustomize/kyaml@{KYAML}"], directory)
    install(["go", "mod", "tidy"], directory)
    install(["go", "build", "-o", "merge3", "."], directory)

    def merge(files: Files) -> int:
        files.one_yaml_document()
        return run([directory / "merge3", files.yours, files.base, files.new, files.merged]).code

    return Merger(f"kyaml merge3 {KYAML}", merge)


def yaml_diff_patch(directory: Path) -> Merger:
    """Applies the difference of two data to a text."""
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", directory]
    install(["npm", "install", *options, f"yaml-diff-patch@{YAML_DIFF_PATCH}"], directory)
    program = directory / "node_modules" / ".bin" / "yaml-diff-patch"

    def merge(files: Files) -> int:
        files.one_yaml_document()
        sides = []
        for side in (files.base, files.new):
            data = load(files.path, side.read_text(encoding="utf-8"))
            if data is None:
                raise NotApplicableError("not readable")
            sides.append(side.with_suffix(".json"))
            sides[-1].write_text(json.dumps(data[0] if data else None), encoding="utf-8")
        outcome = run([program, "--output", files.merged, files.yours, *sides])
        return 0 if outcome.good and files.merged.exists() else 2

    return Merger(f"yaml-diff-patch {YAML_DIFF_PATCH}", merge)


MERGERS = {"git": git, "diffy": diffy, "mergiraf": mergiraf, "kyaml": kyaml, "yaml-diff-patch": yaml_diff_patch}
