"""From a connection URL to Django's database settings."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


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
            "application_name": "@{ unit.name }@",
            # A migration that waits for a lock makes every later query wait: give up early.
            "options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
            "pool": {"min_size": 0, "max_size": pool_size, "timeout": 3},
            **dict(parse_qsl(parts.query)),
        },
    }
