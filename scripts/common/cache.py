"""What is kept between runs, outside the clone: what was downloaded or built, and what passed on which bytes."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

KEPT = 30 * 24 * 3600  # seconds after its last use


def cache() -> Path:
    """Where everything that is downloaded or built is kept."""
    given = os.environ.get("STACKWRIGHT_CACHE")
    if given:
        return Path(given).resolve()
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "stackwright"


@dataclass(frozen=True)
class Passed:
    """Digests of what passed before, a file each. With $ALL nothing counts as passed, and what passes is noted."""

    place: Path = field(default_factory=lambda: cache() / "passed")

    def has(self, key: str) -> bool:
        """Whether that passed before. Asking keeps it."""
        if os.environ.get("ALL") == "1" or not (self.place / key).exists():
            return False
        (self.place / key).touch()
        return True

    def add(self, key: str) -> None:
        """Notes that it passed."""
        self.place.mkdir(parents=True, exist_ok=True)
        (self.place / key).touch()

    def prune(self) -> None:
        """Forgets what nobody asked for in a while."""
        for file in self.place.glob("*"):
            if time.time() - file.stat().st_mtime > KEPT:
                file.unlink()
