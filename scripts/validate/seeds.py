"""Random answers: each seed answers every question of a blueprint by chance; what is accepted renders and checks clean.

The draws come from the questions as `stackwright questions` prints them. Rules refuse what makes no sense, and then the
seed draws again. The same seed gives the same answers.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scripts.common.process import Outcome, run, tail

SEEDS = 60
DRAWS = 400  # at most, of one seed
# Ordinary names, names that languages and databases have a use for, and plurals that follow no rule.
NAMES = (
    "ledger", "catalog", "pricing", "search", "line-items", "payments", "shipping", "audit", "profile", "risk",
    "import", "default", "go", "take", "main", "app", "func", "range", "map-of-things", "api",
)  # fmt: skip
NOUNS = (
    "entry", "product", "price", "line-item", "payment", "shipment", "box", "category", "record", "profile", "customer",
    "message", "collection", "number", "secret", "name", "size", "content-type", "created-at", "storage", "models",
    "null", "redi", "warning", "type", "error", "key", "person", "child", "analysis", "series", "data", "quiz", "https",
    "abcdefghijklmnopqrs", "abcdefghijklmnopqrst", "a-b-c-d-e-f-g-h-i-j", "ox",
)  # fmt: skip
WORDS = ("default", "fast", "slow", "bulk", "staging", "production", "testing")
# Go compiles what trees have in common once, when they call it the same; without an answer a directory gives the name.
PROJECT = {"name": "shop"}


def trees(program: Path, blueprint: str, into: Path) -> Iterator[tuple[str, Path, Outcome]]:
    """(label, directory, outcome of `new`) of each seed."""
    asked = run([program, "questions", blueprint])
    if not asked.good:
        raise SystemExit(f"questions {blueprint}:\n{tail(asked.output)}")
    document = json.loads(asked.stdout)
    questions = document["questions"] if isinstance(document, dict) else document
    for seed in range(SEEDS):
        label, directory = f"seed-{seed}", into / f"seed-{seed}"
        yield label, directory, _made(program, blueprint, questions, seed, directory)


def _made(program: Path, blueprint: str, questions: list[dict[str, Any]], seed: int, directory: Path) -> Outcome:
    """What `new` said to the first answers of the seed that the blueprint's own rules accept."""
    chance = random.Random(seed)
    for _ in range(DRAWS):
        given = json.dumps(_answers(questions, chance))
        tried = run([program, "new", blueprint, directory, "--yes", "--answers", "-"], stdin=given, timeout=120)
        refused = "error: answer `" in tried.output or "error[rule]" in tried.output
        if not (tried.code == 2 and refused):
            return Outcome(tried.code, tried.stdout, f"{tried.stderr}\nanswers: {given}")
    return Outcome(1, "", f"none of {DRAWS} draws was accepted; the last one: {tail(tried.output)}")


def _answers(questions: list[dict[str, Any]], chance: random.Random) -> dict[str, Any]:
    """An answer to each question; often the default, so that pairs of rare answers stay rare."""
    answers: dict[str, Any] = dict(PROJECT)
    for question in questions:
        if question["id"] in PROJECT or question["type"] in {"text", "domain", "repository", "registry"}:
            continue
        if question["type"] == "items":
            answers[question["id"]] = _items(question, chance)
        elif chance.random() < 0.7:
            answers[question["id"]] = _value(question, "", chance.choice(NOUNS), (), chance)
    return answers


def _items(question: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    """Items of that question: names that differ, everything else by chance."""
    count = chance.randint(1, 4)
    names, nouns = chance.sample(NAMES, count), chance.sample(NOUNS, count)
    items = []
    for name, noun in zip(names, nouns, strict=True):
        fields = question["fields"]
        items.append({field["id"]: _value(field, name, noun, names, chance) for field in fields})
    return items


def _value(question: dict[str, Any], name: str, noun: str, names: Sequence[str], chance: random.Random) -> Any:
    kind = question["type"]
    if kind == "name":
        return name if question["id"] == "name" else noun
    if kind == "boolean":
        return chance.random() < 0.6
    if kind == "number":
        return chance.randint(question.get("min", 0), min(question.get("max", 1000), 1000))
    if kind == "list":
        # Names of other items are the interesting lists; others hold words.
        others = [other for other in names if other != name] if question["id"] == "consumes" else WORDS
        least = question.get("min") or 0
        return chance.sample(others, chance.randint(least, max(least, min(2, len(others)))))
    if kind in {"choice", "multi"}:
        values = [choice["value"] for choice in question["choices"] if choice.get("refused") != "true"]
        return chance.choice(values) if kind == "choice" else chance.sample(values, chance.randint(0, len(values)))
    raise SystemExit(f"question {question['id']}: nothing draws a {kind}")
