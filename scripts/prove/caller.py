"""A caller of a generated Go service: creates resources over HTTP, in the name of a user."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from typing import Any


class Caller:
    """One user. The gateway would say who it is; without one the caller does."""

    def __init__(self, base: str, many: str, user: str = "prover") -> None:
        self.base = f"{base}/v1/{many}"
        self.user = user

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """One request, repeated while the service can't be reached: its key makes that safe."""
        data = None if body is None else json.dumps(body).encode()
        every = {"X-User-Id": self.user, "Content-Type": "application/json", **(headers or {})}
        for attempt in range(20):
            request = urllib.request.Request(self.base + path, data=data, headers=every, method=method)
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    return json.loads(answer.read() or b"{}")
            except urllib.error.HTTPError as error:
                if error.code < 500 or attempt == 19:
                    raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode()[:500]}") from error
            except OSError:
                if attempt == 19:
                    raise
            time.sleep(0.5)
        raise AssertionError("unreachable")

    def create(
        self, *, reference: str = "proof", amount: int = 1999, key: str = "", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Creates one, and returns it."""
        body = {"reference": reference, "amount": amount, "currency": "EUR"}
        return self.call("POST", "", body, {"Idempotency-Key": key or uuid.uuid4().hex, **(headers or {})})

    def start(self, identifier: str, workflow: str) -> dict[str, Any]:
        """Starts a workflow of one."""
        return self.call("POST", f"/{identifier}/{workflow}", None, {"Idempotency-Key": uuid.uuid4().hex})

    def wait_for(self, path: str, status: str, seconds: float, unless: set[str] = frozenset()) -> dict[str, Any]:
        """Reads until the status, or one that rules it out, is reached."""
        end = time.monotonic() + seconds
        while True:
            found = self.call("GET", f"/{path}")
            if found["status"] == status or found["status"] in unless:
                return found
            if time.monotonic() > end:
                raise RuntimeError(f"{path} is still {found['status']} after {seconds:.0f} s, not {status}")
            time.sleep(0.3)
