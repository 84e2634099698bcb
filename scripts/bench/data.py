"""The data of a text, to tell a wrong merge from one that only looks different."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    """YAML 1.2 as far as it matters here: `on`, `yes` and the like are words, and no key stands twice."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (PyYAML's own attribute)
        first: [rule for rule in rules if rule[0] != "tag:yaml.org,2002:bool"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuses a key that stands twice, which PyYAML would accept, and one that isn't a word."""
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(set(keys)) != len(node.value):
            raise yaml.YAMLError("a key stands twice or is no word")
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) != len(dict(pairs)):
        raise ValueError("a key stands twice")
    return dict(pairs)


def load(path: str, text: str) -> list[Any] | None:
    """The documents of a text, or nothing where it holds none that can be read."""
    name = path.rsplit("/", 1)[-1]
    try:
        if name.endswith((".yaml", ".yml")):
            return list(yaml.load_all(text, Loader=_Loader))  # a SafeLoader
        if name.endswith(".json"):
            return [json.loads(text, object_pairs_hook=_unique)]
        if name == ".env" or name.startswith(".env.") or name.endswith(".env"):
            lines = [line for line in text.splitlines() if line and not line.startswith("#")]
            return [_unique([(key, value.strip("\"'")) for key, _, value in (line.partition("=") for line in lines)])]
    except (ValueError, yaml.YAMLError):
        return None
    return None


def unordered(data: Any) -> Any:
    """The same data whatever the order of its lists."""
    if isinstance(data, dict):
        return {key: unordered(data[key]) for key in sorted(data, key=repr)}
    if isinstance(data, list):
        return sorted((unordered(item) for item in data), key=repr)
    return data
