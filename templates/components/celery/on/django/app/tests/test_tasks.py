@% set one = unit.params.noun | snake %@
@% set One = unit.params.noun | pascal %@
@% set many = unit.params.noun | plural | snake %@
@% set leased = ([One, "LEASE"] | sort) if One == One | upper else ["LEASE", One] %@
"""Tasks called directly, and the Celery configuration."""

import socket
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from celery import Celery, current_app
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from rest_framework.test import APIClient

@{ ["from accounts.models import User", "from accounts.tasks import clear_sessions", "from common.logs import request_id", "from config import celery, reload", "from config.celery import Pulse", "from " ~ many ~ " import services, tasks", "from " ~ many ~ ".confirmation import MAX_ATTEMPTS", "from " ~ many ~ ".models import " ~ (leased | join(", "))] | sort | join("\n") }@


@pytest.fixture
def requested(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The ids passed to `delay`, which is replaced so that nothing is enqueued."""
    identifiers: list[UUID] = []
    monkeypatch.setattr(tasks.confirm_@{ one }@, "delay", identifiers.append)
    return identifiers


@pytest.fixture
def make(user: User) -> Callable[..., @{ One }@]:
    """Makes one that was placed so many seconds ago, and to be requested again then."""

    def make(*, age: float, **fields: object) -> @{ One }@:
        then = timezone.now() - timedelta(seconds=age)
        made = @{ One }@.objects.create(owner=user, title="Tea", retry_at=then, **fields)
        @{ One }@.objects.filter(pk=made.pk).update(created_at=then)
        return made

    return make


@pytest.mark.django_db(transaction=True)
def test_create_broker_down_returns_201_and_asks_it_once(
    api: APIClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    attempts: list[UUID] = []

    def away(identifier: UUID) -> None:
        attempts.append(identifier)
        raise BrokerError("no broker")

    monkeypatch.setattr(tasks, "resumes_at", 0.0)
    monkeypatch.setattr(tasks.confirm_@{ one }@, "delay", away)
    for _ in range(2):
        response = api.post("/api/v1/@{ unit.params.noun | plural | kebab }@/", {"title": "Tea"})
        assert response.status_code == 201
        assert response.json()["status"] == "pending"
    assert "no broker" in caplog.text
    # The second doesn't wait for the broker, so soon after the first.
    assert len(attempts) == 1


def test_publish_unresponsive_broker_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # Safety net: without timeouts the publish would block forever.
        threading.Timer(60, silent.close).start()
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        with current_app.connection_for_write(url) as connection:
            options: Any = {"connection": connection}  # not annotated upstream
            with pytest.raises(BrokerError):
                tasks.confirm_@{ one }@.apply_async((uuid4(),), **options)
        assert time.monotonic() - began < 25


def test_request_overdue_requests_each_unfinished_once(
    make: Callable[..., @{ One }@],
    requested: list[UUID],
) -> None:
    pending = make(age=2)
    interrupted = make(age=1, status="processing", attempts=1)
    make(age=1, status="confirmed")
    make(age=-1)
    assert tasks.request_overdue() == 2
    assert requested == [pending.pk, interrupted.pk]
    assert tasks.request_overdue() == 0


@pytest.mark.parametrize(("age", "wait"), [(1, 30), (600, 600)])
def test_request_overdue_waits_as_long_again_but_at_least_the_lease(
    make: Callable[..., @{ One }@],
    requested: list[UUID],
    age: int,
    wait: int,
) -> None:
    overdue = make(age=age)
    tasks.request_overdue()
    overdue.refresh_from_db()
    assert abs((overdue.retry_at - timezone.now()).total_seconds() - wait) < 5


def test_request_overdue_broker_down_repeats_the_rest_later(
    make: Callable[..., @{ One }@],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    second = make(age=1)
    first = make(age=2)
    requested: list[UUID] = []

    def fail_at_second(identifier: UUID) -> None:
        requested.append(identifier)
        if len(requested) == 2:
            raise BrokerError("away")

    monkeypatch.setattr(tasks.confirm_@{ one }@, "delay", fail_at_second)
    with pytest.raises(BrokerError):
        tasks.request_overdue()
    assert tasks.request_overdue() == 1
    assert requested == [first.pk, second.pk, second.pk]


def test_request_overdue_after_max_attempts_marks_failed(
    make: Callable[..., @{ One }@],
    requested: list[UUID],
) -> None:
    hopeless = make(age=1, status="processing", attempts=MAX_ATTEMPTS)
    tasks.request_overdue()
    hopeless.refresh_from_db()
    assert hopeless.status == @{ One }@.Status.FAILED
    assert requested == []


def test_retry_at_of_a_placed_one_is_within_a_minute(user: User, requested: list[UUID]) -> None:
    placed = services.place(user, title="Tea", quantity=1)
    assert placed.retry_at - timezone.now() < timedelta(seconds=60 - settings.SWEEP_SECONDS)


@pytest.mark.django_db
def test_clear_sessions_deletes_only_expired() -> None:
    for key, days in (("over", -1), ("open", 1)):
        end = timezone.now() + timedelta(days=days)
        Session.objects.create(session_key=key, session_data="", expire_date=end)
    clear_sessions()
    assert [session.session_key for session in Session.objects.all()] == ["open"]


def test_confirm_task_database_down_fails_after_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks, "confirm", away)
    result = tasks.confirm_@{ one }@.apply((uuid4(),))
    assert isinstance(result.result, OperationalError)


def test_task_queues_are_all_declared() -> None:
    queues = set(current_app.conf.task_queues)
    assert current_app.conf.task_default_queue in queues
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    named = {getattr(task, "queue", None) for task in current_app.tasks.values()}
    assert (named | routed) - {None} <= queues


def test_beat_schedule_tasks_exist_and_expire_after_next_run() -> None:
    for planned in current_app.conf.beat_schedule.values():
        assert planned["task"] in current_app.tasks
        assert planned["options"]["expires"] > planned["schedule"]


@pytest.mark.parametrize("queue", settings.QUEUE_SECONDS)
def test_worker_limits_end_tasks_before_it_is_killed_or_they_are_redelivered(queue: str) -> None:
    conf = Celery(set_as_current=False).conf
    celery.limit_tasks(conf, {"queues": [queue]})
    options = conf.broker_transport_options
    seconds = settings.QUEUE_SECONDS[queue]
    assert conf.task_soft_time_limit < conf.task_time_limit < seconds
    assert options["visibility_timeout"] == seconds
    assert options["unacked_key"] == f"unacked:{queue}"


def test_lease_outlasts_the_confirmation_task() -> None:
    conf = Celery(set_as_current=False).conf
    celery.limit_tasks(conf, {"queues": [settings.CELERY_TASK_DEFAULT_QUEUE]})
    assert conf.task_time_limit < LEASE.total_seconds()


def test_publish_adds_request_id_header() -> None:
    headers: dict[str, object] = {}
    token = request_id.set("abc-123")
    try:
        celery.send_request_id(headers)
    finally:
        request_id.reset(token)
    assert headers == {"request_id": "abc-123"}


def test_pulse_unhealthy_only_when_consuming_loop_stalls(tmp_path: Path) -> None:
    pulse = Pulse(tmp_path / "alive", patience=0)
    assert pulse.healthy()
    pulse.consuming = True
    assert not pulse.healthy()
    pulse.patience = 60
    pulse.turn()
    assert pulse.healthy()


def test_reload_changed_file_restarts_command(tmp_path: Path) -> None:
    """The command appends to a file on each run; the second run exits by itself."""
    source = tmp_path / "code.py"
    source.touch()
    runs = tmp_path / "runs"
    script = f"import pathlib, time; f = pathlib.Path({str(runs)!r}); f.open('a').write('x'); "
    script += "time.sleep(30 if f.read_text() == 'x' else 0)"

    def change() -> None:
        while not runs.exists():
            time.sleep(0.05)
        time.sleep(0.2)
        source.write_text("changed")

    threading.Thread(target=change).start()
    assert reload.main([sys.executable, "-c", script], tmp_path, interval=0.05) == 0
    assert runs.read_text() == "xx"
