"""Typed access to the process environment, the only source of configuration.

Every variable is read through one `Environment`, which records the reads: a test compares them
with the project's variable contract. All problems are reported in one error at start.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"true", "1", "yes", "on"}
FALSE = {"false", "0", "no", "off"}


@dataclass(frozen=True)
class Variable:
    """A variable that the program reads."""

    kind: str
    required: bool


class Environment:
    """Parses variables and collects problems until `check`."""

    def __init__(self, source: Mapping[str, str]) -> None:
        self._source = source
        self._problems: list[str] = []
        self.variables: dict[str, Variable] = {}

    def string(self, name: str, default: str | None = None) -> str:
        return self._read(name, "string", str, default, "")

    def integer(self, name: str, default: int | None = None) -> int:
        return self._read(name, "integer", int, default, 0)

    def number(self, name: str, default: float | None = None) -> float:
        return self._read(name, "number", float, default, 0.0)

    def duration(self, name: str, default: int | None = None) -> int:
        """Whole seconds."""
        return self._read(name, "duration", _duration, default, 0)

    def boolean(self, name: str, default: bool | None = None) -> bool:
        return self._read(name, "boolean", _boolean, default, False)

    def url(self, name: str, default: str | None = None) -> str:
        return self._read(name, "url", _url, default, "http://invalid")

    def items(self, name: str, default: list[str] | None = None) -> list[str]:
        """Comma-separated strings."""
        return self._read(name, "list", _items, default, [])

    def reject(self, name: str, reason: str) -> None:
        """Record a problem with a value that parses but is not acceptable."""
        self._problems.append(f"{name} {reason}")

    def check(self) -> None:
        """Raise one error that lists every problem."""
        if self._problems:
            raise ImproperlyConfigured("environment: " + "; ".join(self._problems))

    def _read[T](
        self,
        name: str,
        kind: str,
        parse: Callable[[str], T],
        default: T | None,
        stand_in: T,
    ) -> T:
        self.variables[name] = Variable(kind, required=default is None)
        # Empty counts as unset: Compose and env files can't omit a variable.
        text = self._source.get(name, "").strip()
        if not text:
            if default is None:
                self.reject(name, "is not set")
                return stand_in
            return default
        try:
            return parse(text)
        except ValueError:
            # Don't show the value: it may be a secret.
            self.reject(name, f"is not a valid {kind}")
            return stand_in


def _boolean(text: str) -> bool:
    lowered = text.lower()
    if lowered not in TRUE | FALSE:
        raise ValueError
    return lowered in TRUE


def _duration(text: str) -> int:
    seconds = int(text)
    if seconds < 0:
        raise ValueError
    return seconds


def _items(text: str) -> list[str]:
    return [item for item in (part.strip() for part in text.split(",")) if item]


def _url(text: str) -> str:
    parts = urlsplit(text)
    if not parts.scheme or not parts.netloc:
        raise ValueError
    return text


def settings_from_url(url: str, *, pool_size: int) -> dict[str, Any]:
    """PostgreSQL with one pool per process; URL query parameters become connection options."""
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": parts.hostname or "",
        "PORT": parts.port or 5432,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "NAME": unquote(parts.path.removeprefix("/")),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 3,
            "application_name": "@{ unit.name }@",
            # A migration waiting for a lock blocks all later queries: fail fast instead.
            "options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
            "pool": {"min_size": 0, "max_size": pool_size, "timeout": 10},
            **dict(parse_qsl(parts.query)),
        },
    }
