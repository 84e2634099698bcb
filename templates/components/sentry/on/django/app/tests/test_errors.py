"""Error tracking."""

from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from django.apps import apps
from pytest_django import Settings
from rest_framework.test import APIClient
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport


@pytest.fixture
def reported(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Error tracking is on, and what it reports ends up here."""
    events: list[Any] = []

    class Recorder(Transport):
        def capture_envelope(self, envelope: Envelope) -> None:
            events.append(envelope.get_event())

    def init(**options: Any) -> None:
        original(**options, transport=Recorder)

    original = sentry_sdk.init
    monkeypatch.setattr(sentry_sdk, "init", init)
    settings.SENTRY_DSN = "https://key@errors.invalid/1"
    apps.get_app_config("errors").ready()
    yield events
    sentry_sdk.get_global_scope().set_client(None)


def test_is_off_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        pytest.fail("error tracking was started")

    monkeypatch.setattr(sentry_sdk, "init", refuse)
    apps.get_app_config("errors").ready()


def test_reports_a_failed_request_with_its_id_and_without_personal_data(
    api: APIClient,
    reported: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("accounts.views.MeView.get", fail)
    api.raise_request_exception = False
    api.get("/api/v1/auth/me/", headers={"x-request-id": "abc-123", "cookie": "sessionid=secret"})
    (event,) = reported
    assert event["exception"]["values"][-1]["value"] == "broken"
    assert event["tags"]["request_id"] == "abc-123"
    assert event["environment"] == "test"
    assert event["release"] == "test"
    assert "secret" not in str(event["request"])
    frames = event["exception"]["values"][-1]["stacktrace"]["frames"]
    assert not any("vars" in frame for frame in frames)
