@% raw %@
"""An HTTP service that returns a greeting."""

import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = @{ endpoints.http.port }@


def answer(path: str) -> tuple[int, str]:
    """Returns the status and body for a path."""
    if path == "/healthz":
        return 200, "ok"
    if path == "/":
        return 200, os.environ["GREETING"]
    return 404, "not found"


class Handler(BaseHTTPRequestHandler):
    """Handles GET requests."""

    def do_GET(self) -> None:
        status, text = answer(self.path)
        body = f"{text}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serves until SIGTERM, then finishes requests in flight."""
    server = ThreadingHTTPServer(("", PORT), Handler)
    server.daemon_threads = False
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    main()
@% endraw %@
