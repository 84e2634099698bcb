@% set one = unit.params.noun | snake %@
@% set One = unit.params.noun | pascal %@
@% set many = unit.params.noun | plural | snake %@
"""Tasks by themselves, and how the pieces are wired."""

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
    """The identifiers that were put into the queue, instead of putting them there."""
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


def test_a_request_becomes_a_message(asked: list[str]) -> None:
    identifier = uuid4()
    dispatch.request_confirmation(identifier)
    assert asked == [str(identifier)]


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_request_is_recorded(
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


def test_a_broker_that_never_answers_is_given_up_within_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # What would wait for ever is let go after a while.
        threading.Timer(60, silent.close).start()
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        with current_app.connection_for_write(url) as connection:
            options: Any = {"connection": connection}  # not annotated upstream
            with pytest.raises(BrokerError):
                tasks.confirm_@{ one }@.apply_async((str(uuid4()),), **options)
        assert time.monotonic() - began < 25


def test_the_sweep_asks_again_for_what_is_stale_once(
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


def test_what_the_sweep_cannot_ask_for_holds_nothing_up_and_comes_again(
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


def test_the_sweep_gives_up_in_the_end(
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


def test_what_a_worker_may_still_have_is_never_stale() -> None:
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
def test_sessions_that_are_over_are_deleted() -> None:
    for key, days in (("over", -1), ("open", 1)):
        end = timezone.now() + timedelta(days=days)
        Session.objects.create(session_key=key, session_data="", expire_date=end)
    clear_sessions()
    assert [session.session_key for session in Session.objects.all()] == ["open"]


def test_a_database_that_is_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks, "confirm", away)
    result = tasks.confirm_@{ one }@.apply((str(uuid4()),))
    assert isinstance(result.result, OperationalError)


def test_what_is_sent_has_a_queue() -> None:
    queues = set(current_app.conf.task_queues)
    assert current_app.conf.task_default_queue in queues
    named = {getattr(task, "queue", None) for task in current_app.tasks.values()}
    assert named - {None} <= queues


def test_what_is_scheduled_exists_and_may_wait_longer_than_until_the_next_one() -> None:
    for planned in current_app.conf.beat_schedule.values():
        assert planned["task"] in current_app.tasks
        assert planned["options"]["expires"] > planned["schedule"]


def test_time_limits_fit_into_the_time_before_redelivery() -> None:
    conf = current_app.conf
    assert conf.task_soft_time_limit < conf.task_time_limit
    assert conf.task_time_limit < conf.broker_transport_options["visibility_timeout"]


def test_a_message_carries_the_request_id() -> None:
    headers: dict[str, object] = {}
    token = request_id.set("abc-123")
    try:
        celery.send_request_id(headers)
    finally:
        request_id.reset(token)
    assert headers == {"request_id": "abc-123"}


def test_the_pulse_stops_when_the_loop_does_and_not_when_the_broker_is_away(tmp_path: Path) -> None:
    pulse = Pulse(tmp_path / "alive", patience=0)
    assert pulse.healthy()
    pulse.consuming = True
    assert not pulse.healthy()
    pulse.patience = 60
    pulse.turn()
    assert pulse.healthy()


def test_in_development_a_command_runs_again_after_a_change(tmp_path: Path) -> None:
    """The command counts its runs; the second one ends by itself."""
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
