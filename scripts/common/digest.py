"""Digests of files: what stays the same while nothing that counts has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

LEFT_OUT = {".git", "__pycache__"}


def files_below(directory: Path) -> list[Path]:
    """Every file that is part of a directory's content, sorted."""
    every = (path for path in directory.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(path for path in every if not LEFT_OUT & set(path.relative_to(directory).parts))


def digest(root: Path, files: Iterable[Path] | None = None) -> str:
    """SHA-256 of files, all of a directory's unless they are named: paths below the root, execute bits and bytes."""
    found = hashlib.sha256()
    for file in files_below(root) if files is None else files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        runs = "x" if file.stat().st_mode & 0o100 else "-"
        found.update(f"{content} {runs} {file.relative_to(root).as_posix()}\n".encode())
    return found.hexdigest()


def digest_of(value: Any) -> str:
    """SHA-256 of a value that JSON can say."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
