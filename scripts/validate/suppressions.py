"""Counts what a repository tells other checkers to overlook.

A suppression covers one rule on one line and gives its reason: after the rule, or in a comment on the line above.
A repository may have five. Files that switch rules off for everything are not accepted at all.
"""

from __future__ import annotations

import re

from .tools import Tools
from .tree import Tree

LIMIT = 5
RULE = r"(?P<rule>[\w@/.-]+)"
MARKS = {
    "hadolint": rf"#\s*hadolint\s+ignore={RULE}(?P<rest>.*)",
    "shellcheck": rf"#\s*shellcheck\s+disable={RULE}(?P<rest>.*)",
    "ruff": rf"#\s*noqa\b(?::\s*{RULE})?(?P<rest>.*)",
    "ruff file": r"#\s*ruff:\s*noqa(?P<rule>)(?P<rest>.*)",
    "mypy": rf"#\s*type:\s*ignore(?:\[{RULE}\])?(?P<rest>.*)",
    "yamllint": rf"#\s*yamllint\s+disable-line\s+rule:{RULE}(?P<rest>.*)",
    "yamllint block": r"#\s*yamllint\s+disable(?:-file)?(?!-line)(?P<rule>)\b(?P<rest>.*)",
    "zizmor": rf"#\s*zizmor:\s*ignore\[{RULE}\](?P<rest>.*)",
    "eslint": rf"(?://|/\*)\s*eslint-disable-(?:next-)?line\s+{RULE}(?P<rest>.*)",
    "eslint block": r"/\*\s*eslint-disable(?!-)(?P<rule>)(?P<rest>.*)",
    "typescript": r"(?://|/\*)\s*@ts-(?P<rule>ignore|expect-error|nocheck)(?P<rest>.*)",
    "gitleaks": r"(?P<rule>gitleaks:allow)(?P<rest>.*)",
    "bandit": rf"#\s*nosec\b\s*{RULE}?(?P<rest>.*)",
}
PATTERNS = {name: re.compile(pattern) for name, pattern in MARKS.items()}
SWITCHES = (
    ".hadolint.y*ml", ".shellcheckrc", ".gitleaks.toml", ".gitleaksignore", ".yamllint*", "zizmor.y*ml",
    "actionlint.y*ml", ".eslintignore", ".trivyignore*",
)  # fmt: skip
TEXT = {
    "", ".py", ".sh", ".yaml", ".yml", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".toml", ".css", ".go", ".sql", ".tf",
}  # fmt: skip


def suppressions(tree: Tree, _tools: Tools) -> list[str]:
    """At most five suppressions, each of one rule on one line with its reason."""
    problems = [f"{file}: switches rules off for every file" for file in tree.named(*SWITCHES)]
    found = []
    for file in tree.need(tree.files, "file"):
        if file.suffix not in TEXT:
            continue
        above = ""
        for number, line in enumerate(tree.text(file).splitlines(), 1):
            for name, pattern in PATTERNS.items():
                match = pattern.search(line)
                if match:
                    found.append(f"{file}:{number}: {line.strip()}")
                    problems.extend(f"{file}:{number}: {name}: {fault}" for fault in _faults(match, above))
            above = line
    if len(found) > LIMIT:
        problems.append(f"{len(found)} suppressions, at most {LIMIT} are accepted:")
        problems.extend(found)
    return problems


def _faults(match: re.Match[str], above: str) -> list[str]:
    rest = match["rest"].strip()
    faults = []
    if not match["rule"]:
        faults.append("suppresses every rule; name one")
    elif rest.startswith(","):
        faults.append("suppresses several rules; name one")
    reason = rest.lstrip("#-:/* ,").removesuffix("*/").strip()
    if len(reason) < 8 and not above.strip().startswith(("#", "//", "/*", "*")):
        faults.append("gives no reason")
    return faults
