@% set one = unit.params.noun | snake %@
@% set One = unit.params.noun | pascal %@
@% set many = unit.params.noun | plural | snake %@
"""Tasks called directly, and the Celery configuration."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from pytest_django import Settings
from rest_framework.test import APIClient

@{ ["from accounts.models import User", "from accounts.tasks import clear_sessions", "from common.logs import request_id", "from config import celery, reload", "from config.celery import Pulse", "from " ~ many ~ " import dispatch, tasks", "from " ~ many ~ ".confirmation import MAX_ATTEMPTS", "from " ~ many ~ ".models import " ~ One] | sort | join("\n") }@


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids passed to `delay`, which is replaced so that nothing is enqueued."""
    identifiers: list[str] = []
    monkeypatch.setattr(tasks.confirm_@{ one }@, "delay", identifiers.append)
    return identifiers


@pytest.fixture
def make(user: User) -> Callable[..., @{ One }@]:
    def make(*, age: int, **fields: object) -> @{ One }@:
        @{ one }@ = @{ One }@.objects.create(owner=user, title="Tea", **fields)
        changed = timezone.now() - timedelta(seconds=age)
        @{ One }@.objects.filter(pk=@{ one }@.pk).update(updated_at=changed)
        return @{ one }@

    return make


def test_request_confirmation_enqueues_task(asked: list[str]) -> None:
    identifier = uuid4()
    dispatch.request_confirmation(identifier)
    assert asked == [str(identifier)]


@pytest.mark.django_db(transaction=True)
def test_create_broker_down_returns_201_and_stays_pending(
    api: APIClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away(_: str) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(tasks.confirm_@{ one }@, "delay", away)
    response = api.post("/api/v1/@{ unit.params.noun | plural | kebab }@/", {"title": "Tea"})
    assert response.status_code == 201
    assert @{ One }@.objects.get().status == @{ One }@.Status.PENDING
    assert "no broker" in caplog.text


def test_publish_unresponsive_broker_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # Safety net: without timeouts the publish would block forever.
        threading.Timer(60, silent.close).start()
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        with current_app.connection_for_write(url) as connection:
            options: Any = {"connection": connection}  # not annotated upstream
            with pytest.raises(BrokerError):
                tasks.confirm_@{ one }@.apply_async((str(uuid4()),), **options)
        assert time.monotonic() - began < 25


def test_requeue_stale_enqueues_each_stale_record_once(
    make: Callable[..., @{ One }@],
    asked: list[str],
    settings: Settings,
) -> None:
    old = settings.STALE_AFTER_SECONDS + 1
    pending = make(age=old)
    interrupted = make(age=old, status="processing", attempts=1)
    make(age=old, status="confirmed")
    make(age=0)
    assert tasks.requeue_stale() == 2
    assert set(asked) == {str(pending.pk), str(interrupted.pk)}
    assert tasks.requeue_stale() == 0


def test_requeue_stale_publish_error_skips_and_retries_later(
    make: Callable[..., @{ One }@],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    second = make(age=settings.STALE_AFTER_SECONDS + 1)
    first = make(age=settings.STALE_AFTER_SECONDS + 2)
    asked: list[str] = []

    def fail_at_first(identifier: str) -> None:
        asked.append(identifier)
        if len(asked) == 1:
            raise BrokerError("away")

    monkeypatch.setattr(tasks.confirm_@{ one }@, "delay", fail_at_first)
    assert tasks.requeue_stale() == 1
    assert tasks.requeue_stale() == 1
    assert asked == [str(first.pk), str(second.pk), str(first.pk)]


def test_requeue_stale_after_max_attempts_marks_failed(
    make: Callable[..., @{ One }@],
    asked: list[str],
    settings: Settings,
) -> None:
    hopeless = make(
        age=settings.STALE_AFTER_SECONDS + 1,
        status="processing",
        attempts=MAX_ATTEMPTS,
    )
    tasks.requeue_stale()
    hopeless.refresh_from_db()
    assert hopeless.status == @{ One }@.Status.FAILED
    assert asked == []


def test_settings_stale_after_within_visibility_timeout_fails() -> None:
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=configured.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "CELERY_VISIBILITY_TIMEOUT": "900",
            "STALE_AFTER_SECONDS": "900",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert "STALE_AFTER_SECONDS is not longer than CELERY_VISIBILITY_TIMEOUT" in result.stderr


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
    result = tasks.confirm_@{ one }@.apply((str(uuid4()),))
    assert isinstance(result.result, OperationalError)


def test_task_queues_are_all_declared() -> None:
    queues = set(current_app.conf.task_queues)
    assert current_app.conf.task_default_queue in queues
    named = {getattr(task, "queue", None) for task in current_app.tasks.values()}
    assert named - {None} <= queues


def test_beat_schedule_tasks_exist_and_expire_after_next_run() -> None:
    for planned in current_app.conf.beat_schedule.values():
        assert planned["task"] in current_app.tasks
        assert planned["options"]["expires"] > planned["schedule"]


def test_task_time_limits_are_below_visibility_timeout() -> None:
    conf = current_app.conf
    assert conf.task_soft_time_limit < conf.task_time_limit
    assert conf.task_time_limit < conf.broker_transport_options["visibility_timeout"]


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
