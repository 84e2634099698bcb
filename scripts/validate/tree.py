"""A repository under validation."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from scripts.common.digest import digest


class NothingToCheck(Exception):
    """The tree holds no file of the kind that a validator is for."""


@dataclass(frozen=True)
class Tree:
    """The files below a directory, and a scratch directory for what validators derive from them."""

    label: str
    root: Path
    scratch: Path
    lacks: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def files(self) -> list[Path]:
        """Every file, sorted, relative to the root."""
        return sorted(p.relative_to(self.root) for p in self.root.rglob("*") if p.is_file() and ".git" not in p.parts)

    def digest(self, apart: tuple[str, ...] = ()) -> str:
        """What stays the same while no file changes, but for those in some directories of the root."""
        return digest(self.root, (self.root / file for file in self.files if file.parts[0] not in apart))

    def named(self, *patterns: str) -> list[Path]:
        """Files whose name matches one of the patterns."""
        return [f for f in self.files if any(fnmatchcase(f.name, pattern) for pattern in patterns)]

    def below(self, directory: str, *patterns: str) -> list[Path]:
        """Files below a directory of the repository whose name matches one of the patterns."""
        prefix = Path(directory)
        return [f for f in self.named(*patterns) if prefix in f.parents]

    def scripts(self, *interpreters: str) -> list[Path]:
        """Files whose first line names one of the interpreters."""
        found = []
        for file in self.files:
            with (self.root / file).open("rb") as handle:
                first = handle.readline(200).decode("utf-8", "replace")
            words = first.removeprefix("#!").replace("/usr/bin/env", "").split()
            if first.startswith("#!") and words and Path(words[0]).name in interpreters:
                found.append(file)
        return found

    def text(self, file: Path) -> str:
        """The text of one file."""
        return (self.root / file).read_text(encoding="utf-8")

    def need(self, files: list[Path], what: str) -> list[Path]:
        """The same files, or an error when there is none: a validator that looked at nothing has not passed."""
        if not files:
            raise NothingToCheck(f"found no {what}")
        return files
