"""Carries out a page of steps on a copy of a repository, as a reader would.

A fenced block of `sh` is run. Any other block belongs to the file that the paragraph before it names, by its first
word: `In` (a block of `diff`, whose lines must be there once), `Create` and `Append to`. A block that follows another
one without a new file's name belongs to the same file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.common.process import run, tail

PAGE = Path("docs/make-it-yours.md")
# In the last sentence before a block.
NAMED = re.compile(r"(?:^|[.:,] )(In|Create|Append to) `([^`]+)`[^`.]*:$", re.S)


@dataclass(frozen=True)
class Block:
    """One fenced block: what is done with it."""

    heading: str
    verb: str  # run, In, Create, Append to
    path: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    """The page's blocks, in their order. One that says neither what it is nor which file it belongs to is an error."""
    heading, verb, path, prose = "", "", "", ""
    parts = re.split(r"^```(\w*)\n(.*?)^```$\n?", page, flags=re.M | re.S)
    for before, language, text in zip(parts[::3], parts[1::3], parts[2::3], strict=False):
        if titles := re.findall(r"^## (.+)$", before, re.M):
            heading, verb, path = titles[-1], "", ""
        prose = before.strip().rpartition("\n\n")[2]
        if language == "sh":
            yield Block(heading, "run", "", text)
            continue
        if found := NAMED.search(prose):
            verb, path = found[1], found[2]
        elif prose or not verb:
            raise ValueError(f"{heading}: no file is named before\n{text}")
        if (verb == "In") != (language == "diff"):
            raise ValueError(f"{heading}: `{verb} {path}` goes with no block of `{language}`")
        yield Block(heading, verb, path, text)


def edit(root: Path, block: Block) -> str:
    """Changes the block's file. Returns what is wrong, or nothing."""
    file = root / block.path
    if block.verb == "Create":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
        return ""
    if not file.exists():
        return f"{block.heading}: there is no {block.path}"
    text = file.read_text(encoding="utf-8")
    if block.verb == "Append to":
        file.write_text(f"{text.rstrip()}\n\n\n{block.text}", encoding="utf-8")
        return ""
    lines = block.text.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if not line.startswith("+"))
    new = "".join(line[1:] for line in lines if not line.startswith("-"))
    if f"\n{text}".count(f"\n{old}") != 1:
        return f"{block.heading}: {block.path} does not hold these lines exactly once:\n{old}"
    file.write_text(f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:], encoding="utf-8")
    return ""


def carry_out(root: Path, timeout: float, env: Mapping[str, str] | None = None) -> list[str]:
    """All steps. Returns what is wrong with the first that fails."""
    for block in blocks((root / PAGE).read_text(encoding="utf-8")):
        if block.verb != "run":
            problem = edit(root, block)
        else:
            done = run(["sh", "-ec", block.text], cwd=root, timeout=timeout, env=env)
            problem = "" if done.good else f"{block.heading}:\n{block.text}\n{tail(done.output, 120)}"
        if problem:
            return [problem]
    return []
