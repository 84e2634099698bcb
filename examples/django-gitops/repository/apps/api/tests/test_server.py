"""A real gunicorn whose threads are all busy."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack

import pytest

from config.gunicorn import WEB_ALIVE

ADDRESS = ("127.0.0.1", 18000)
THREADS = 2
PROBE = [sys.executable, "-I", "-S", "config/probe.py", "file", str(WEB_ALIVE), "5"]


def stuck(_: object, start_response: Callable[..., object]) -> Iterable[bytes]:
    """A WSGI application whose calls outlast the test."""
    time.sleep(60)
    start_response("200 OK", [])
    return []


@pytest.fixture
def _server() -> Iterator[None]:
    options = [f"--bind={ADDRESS[0]}:{ADDRESS[1]}", "--workers=1", f"--threads={THREADS}"]
    command = [sys.executable, "-m", "gunicorn", *options, "tests.test_server:stuck"]
    with subprocess.Popen(command) as process:
        yield
        process.kill()


def call() -> socket.socket:
    """A request whose answer isn't awaited."""
    deadline = time.monotonic() + 30
    while True:
        try:
            connection = socket.create_connection(ADDRESS, timeout=2)
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return connection


@pytest.mark.usefixtures("_server")
def test_liveness_every_thread_stuck_passes() -> None:
    with ExitStack() as calls:
        connections = [calls.enter_context(call()) for _ in range(THREADS + 1)]
        with pytest.raises(TimeoutError):
            connections[-1].recv(1)
        WEB_ALIVE.unlink()
        time.sleep(2)
        assert subprocess.run(PROBE, check=False).returncode == 0
