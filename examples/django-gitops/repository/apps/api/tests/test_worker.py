"""A real worker process: processing, graceful shutdown and crash recovery."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection

from accounts.models import User
from common.logs import request_id
from orders import services
from orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = settings.CELERY_TASK_DEFAULT_QUEUE

type Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts workers on the test database and broker; kills them afterwards."""
    current_app.control.purge()
    started: list[subprocess.Popen[bytes]] = []
    database = urlsplit(os.environ["DATABASE_URL"])
    database = database._replace(path=f"/{connection.settings_dict['NAME']}")
    command = [sys.executable, "-m", "celery", "--app", "config", "worker", "--concurrency", "1"]
    command += ["--queues", QUEUE]

    def start(**variables: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "DATABASE_URL": database.geturl(),
                **variables,
            },
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL the worker and its pool."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def let_visibility_timeout_pass() -> None:
    """Make what no worker has acknowledged look received long ago."""
    with current_app.connection_for_write() as broker:
        channel: Any = broker.default_channel  # annotated as one without a client
        client = channel.client
        for tag in client.zrange(f"unacked_index:{QUEUE}", 0, -1):
            client.zincrby(f"unacked_index:{QUEUE}", -settings.QUEUE_SECONDS[QUEUE], tag)


def place() -> Order:
    user = User.objects.create_user("ada")
    return services.place(user, title="Tea", quantity=1)


def until(placed: Order, status: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        placed.refresh_from_db()
        if placed.status == status:
            return
        time.sleep(0.05)
    pytest.fail(f"still {placed.status} after a minute")


def steps(placed: Order) -> list[str]:
    return list(placed.events.values_list("status", flat=True))


def test_worker_keeps_request_id_and_passes_liveness_probe(start: Start) -> None:
    start()
    token = request_id.set("abc-123")
    placed = place()
    request_id.reset(token)
    until(placed, "confirmed")
    assert steps(placed) == ["pending", "processing", "confirmed"]
    assert set(placed.events.values_list("request_id", flat=True)) == {"abc-123"}
    probe = [sys.executable, "-I", "-S", "config/probe.py", "file", "/tmp/worker", "60"]
    assert subprocess.run(probe, check=False).returncode == 0


def test_worker_sigterm_finishes_running_task(start: Start) -> None:
    worker = start(WORK_SECONDS="2")
    placed = place()
    until(placed, "processing")
    worker.terminate()
    assert worker.wait(timeout=30) == 0
    assert steps(placed) == ["pending", "processing", "confirmed"]


def test_worker_killed_mid_task_another_confirms_once(start: Start) -> None:
    worker = start(WORK_SECONDS="60")
    placed = place()
    until(placed, "processing")
    kill(worker)
    let_visibility_timeout_pass()
    start()
    until(placed, "confirmed")
    assert steps(placed) == ["pending", "processing", "processing", "confirmed"]
