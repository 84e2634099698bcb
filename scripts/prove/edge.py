"""Both sides of a gateway: a visitor with tokens of an issuer of his own, and a backend that says what reached it."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from scripts.common.process import run


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """Signs tokens, and has a certificate for the gateway."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self._key = directory / "key.pem"
        self._certificate = directory / "certificate.pem"
        outputs = ("-keyout", self._key, "-out", self._certificate)
        made = run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=gateway", *outputs]
        )
        modulus = run(["openssl", "rsa", "-in", self._key, "-noout", "-modulus"])
        if not (made.good and modulus.good):
            raise RuntimeError(made.output + modulus.output)
        number = _encoded(bytes.fromhex(modulus.stdout.strip().partition("=")[2]))
        key = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "e": "AQAB", "n": number}
        self.keys = json.dumps({"keys": [key]})

    def certificate(self) -> dict[str, str]:
        """As a TLS secret holds it."""
        files = {"tls.crt": self._certificate, "tls.key": self._key}
        return {name: base64.b64encode(file.read_bytes()).decode() for name, file in files.items()}

    def token(self, claims: Mapping[str, Any]) -> str:
        """A signed token, good for an hour unless the claims say otherwise."""
        payload = {"exp": int(time.time()) + 3600, **claims}
        parts = [{"alg": "RS256", "typ": "JWT", "kid": "1"}, payload]
        text = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
        unsigned = self._key.with_name("unsigned")
        signed = self._key.with_name("signed")
        unsigned.write_text(text, encoding="ascii")
        made = run(["openssl", "dgst", "-sha256", "-sign", self._key, "-out", signed, unsigned])
        if not made.good:
            raise RuntimeError(made.output)
        return f"{text}.{_encoded(signed.read_bytes())}"


class Backend:
    """Answers with the headers that it was sent. `X-Answer` chooses the status, `X-Wait` the seconds before."""

    def __init__(self) -> None:
        self.attempts: Counter[str] = Counter()
        attempts = self.attempts

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                attempts[self.headers.get("X-Case", "")] += 1
                time.sleep(float(self.headers.get("X-Wait", "0")))
                body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
                with contextlib.suppress(BrokenPipeError):  # the gateway did not wait for it
                    self.send_response(int(self.headers.get("X-Answer", "200")))
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            do_GET = do_POST = answer  # the names that the base class asks for

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stops it."""
        self._server.shutdown()
        self._server.server_close()


@dataclass(frozen=True)
class Answer:
    """What the gateway answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    def seen(self, header: str) -> str:
        """A header that reached the backend."""
        return json.loads(self.body).get(header, "")


class Visitor:
    """Somebody outside, who asks the host by its name."""

    def __init__(self, host: str, plain: int, secure: int) -> None:
        self.host = host
        self.plain = plain
        self.secure = secure

    def wait(self, seconds: float) -> bool:
        """Until the gateway answers over TLS."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.ask("GET", "/").status:
                    return True
            except (OSError, http.client.HTTPException):
                time.sleep(1)
        return False

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        body: bytes | None = None,
        secure: bool = True,
        timeout: float = 30,
    ) -> Answer:
        """One request on a connection of its own."""
        connection = self._connection(secure, timeout)
        try:
            return self._asked(connection, method, path, headers or {}, body)
        finally:
            connection.close()

    def many(self, method: str, path: str, headers: Mapping[str, str], count: int) -> list[int]:
        """The statuses of that many requests, one after another on one connection."""
        connection = self._connection(True, 30)
        try:
            return [self._asked(connection, method, path, headers, None).status for _ in range(count)]
        finally:
            connection.close()

    def _connection(self, secure: bool, timeout: float) -> http.client.HTTPConnection:
        raw = socket.create_connection(("127.0.0.1", self.secure if secure else self.plain), timeout=timeout)
        if secure:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE  # the certificate is made for this proof
            raw = context.wrap_socket(raw, server_hostname=self.host)
        connection = http.client.HTTPConnection(self.host, timeout=timeout)
        connection.sock = raw
        return connection

    @staticmethod
    def _asked(
        connection: http.client.HTTPConnection, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        connection.request(method, path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        received = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, received, answer.read())
