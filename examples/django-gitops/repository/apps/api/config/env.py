"""Typed access to the process environment, the only source of configuration.

Every variable is read through one `Environment`, which remembers what was asked for: a test
compares that record with the project's variable contract. A start names all mistakes at once.
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
    """What the program asked for."""

    kind: str
    required: bool


class Environment:
    """Reads variables, collects problems, reports them together."""

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
        """Texts with commas between them."""
        return self._read(name, "list", _items, default, [])

    def reject(self, name: str, reason: str) -> None:
        """Report a value that is well formed and still not acceptable."""
        self._problems.append(f"{name} {reason}")

    def check(self) -> None:
        """Refuse to start if anything was wrong, naming everything that was."""
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
        # An empty value counts as absent: Compose and env files cannot leave a variable out.
        text = self._source.get(name, "").strip()
        if not text:
            if default is None:
                self.reject(name, "is not set")
                return stand_in
            return default
        try:
            return parse(text)
        except ValueError:
            # The value itself is not shown, because it may be a secret.
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
    """PostgreSQL with a pool in each process; the URL's query becomes connection parameters."""
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
            "application_name": "api",
            # A migration that waits for a lock makes every later query wait: give up early.
            "options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
            "pool": {"min_size": 0, "max_size": pool_size, "timeout": 3},
            **dict(parse_qsl(parts.query)),
        },
    }
