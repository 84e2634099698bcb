"""A visitor of the generated API: logs in and uses the example resource over HTTP."""

from __future__ import annotations

import http.cookiejar
import json
import time
import urllib.error
import urllib.request
from typing import Any


class Visitor:
    """One session."""

    def __init__(self, base: str, resource: str, timeout: float = 20) -> None:
        self.base = base
        self.timeout = timeout
        self.resource = resource
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request; the CSRF token goes along."""
        headers = {"Accept": "application/json", "Referer": self.base}
        token = next((cookie.value for cookie in self.jar if cookie.name == "csrftoken"), None)
        if token:
            headers["X-CSRFToken"] = token
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.base + path, data=data, headers=headers, method=method)
        try:
            with self.opener.open(request, timeout=self.timeout) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode()[:500]}") from error
        return json.loads(text) if text else {}

    def log_in(self, name: str, password: str) -> None:
        """Starts the session."""
        self.call("GET", "/api/v1/auth/csrf/")
        self.call("POST", "/api/v1/auth/login/", {"username": name, "password": password})

    def create(self, title: str) -> str:
        """Places one, and returns its id."""
        return self.call("POST", f"/api/v1/{self.resource}/", {"title": title, "quantity": 1})["id"]

    def read(self, identifier: str) -> dict[str, Any]:
        """One of the visitor's own, with its history."""
        return self.call("GET", f"/api/v1/{self.resource}/{identifier}/")

    def wait_for(self, identifier: str, status: str, seconds: float) -> dict[str, Any]:
        """Reads until the status is reached."""
        end = time.monotonic() + seconds
        while True:
            found = self.read(identifier)
            if found["status"] == status:
                return found
            if time.monotonic() > end:
                raise RuntimeError(f"still {found['status']} after {seconds:.0f} s, not {status}: {json.dumps(found)}")
            time.sleep(0.2)
