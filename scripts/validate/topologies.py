"""Random answers: each tree renders, checks clean, and its Go or Python code compiles.

Lists of things, choices and yes or no are drawn, from the questions themselves; rules of the blueprint and of its
components refuse what makes no sense, and then another draw is made. The same seed gives the same trees.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scripts.common.process import Outcome, run, tail

WANTED = 60
DRAWS = 4000
SEED = 20261121
NAMES = ("ledger", "catalog", "pricing", "search", "line-items", "payments", "shipping", "audit", "profile", "risk")
NOUNS = ("entry", "product", "price", "line-item", "payment", "shipment", "box", "category", "record", "profile")


def topologies(program: Path, blueprint: str, into: Path) -> Iterator[tuple[str, Path, Outcome]]:
    """(label, directory, outcome of `new`) of each accepted draw."""
    asked = run([program, "questions", blueprint])
    if not asked.good:
        raise SystemExit(f"questions {blueprint}:\n{tail(asked.output)}")
    questions = _questions(json.loads(asked.stdout))
    lists = [question for question in questions if question["type"] == "items"]
    single = [question for question in questions if question["type"] in {"boolean", "choice"}]
    chance = random.Random(SEED)
    made = 0
    for _ in range(DRAWS):
        if made == WANTED:
            return
        answers: dict[str, Any] = {question["id"]: _draw(question, chance) for question in lists}
        answers |= {question["id"]: _value(question, "", "", (), chance) for question in single}
        directory = into / f"topology-{made}"
        given = json.dumps(answers)
        tried = run([program, "new", blueprint, directory, "--yes", "--answers", "-"], stdin=given, timeout=120)
        if tried.code == 2 and "must" not in tried.output and _refused(tried):
            continue
        made += 1
        yield f"topology-{made - 1}", directory, Outcome(tried.code, tried.stdout, f"{tried.stderr}\nanswers: {given}")
    raise SystemExit(f"only {made} of {DRAWS} draws were accepted")


def _refused(tried: Outcome) -> bool:
    """Whether a rule of the blueprint or of a component refused an answer, not a rule of the check the tree."""
    return "error[rule]" in tried.output or "answer" in tried.output


def _questions(document: Any) -> list[dict[str, Any]]:
    return document["questions"] if isinstance(document, dict) else document


def _draw(question: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    """Items of that question: names that differ, everything else by chance."""
    count = chance.randint(1, 5)
    names = chance.sample(NAMES, count)
    nouns = chance.sample(NOUNS, count)
    items = []
    for at in range(count):
        item: dict[str, Any] = {}
        for field in question["fields"]:
            item[field["id"]] = _value(field, names[at], nouns[at], names, chance)
        items.append(item)
    return items


def _value(field: dict[str, Any], name: str, noun: str, names: Sequence[str], chance: random.Random) -> Any:
    kind = field["type"]
    if kind == "name":
        return name if field["id"] == "name" else noun
    if kind == "boolean":
        return chance.random() < 0.6
    if kind == "list":
        # Names of other items are the interesting lists; others hold words.
        pool = [other for other in names if other != name] if field["id"] == "consumes" else ["fast", "slow", "bulk"]
        return chance.sample(pool, chance.randint(0, min(2, len(pool)))) if chance.random() < 0.5 else []
    if kind in {"choice", "multi"}:
        values = [choice["value"] for choice in field["choices"] if choice.get("refused") != "true"]
        return chance.choice(values) if kind == "choice" else chance.sample(values, chance.randint(0, len(values)))
    raise SystemExit(f"field {field['id']}: nothing draws a {kind}")
