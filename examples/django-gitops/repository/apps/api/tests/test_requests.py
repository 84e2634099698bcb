"""Health checks, request ids, logging, error responses and limits."""

import json
import logging
import sys
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import OperationalError
from pytest_django import Settings
from rest_framework.test import APIClient

from common.limits import AnonymousThrottle
from common.logs import JsonFormatter, request_id


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_unknown_host_without_tls_returns_200(
    path: str, client: APIClient, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = client.get(path, headers={"host": "10.0.0.7:8000"})
    assert response.status_code == 200


@pytest.mark.django_db
def test_health_database_down_is_live_but_not_ready(client: APIClient) -> None:
    with patch("common.middleware.transaction.atomic", side_effect=OperationalError):
        assert client.get("/readyz").status_code == 503
        assert client.get("/livez").status_code == 200


def test_version_anonymous_returns_release(client: APIClient) -> None:
    response = client.get("/api/v1/version")
    assert response.json() == {"status": "ok", "release": "test"}


def test_api_unknown_host_returns_400(client: APIClient) -> None:
    assert client.get("/api/v1/auth/csrf/", headers={"host": "10.0.0.7"}).status_code == 400


def test_hsts_header_over_https_omits_preload(client: APIClient) -> None:
    response = client.get("/api/v1/auth/csrf/", secure=True)
    assert response["Strict-Transport-Security"] == "max-age=3600; includeSubDomains"


def test_request_id_valid_is_echoed(client: APIClient) -> None:
    response = client.get("/api/v1/auth/csrf/", headers={"x-request-id": "abc-123"})
    assert response["X-Request-Id"] == "abc-123"


@pytest.mark.parametrize("given", ["", "x" * 65, "two words", 'quote"'])
def test_request_id_invalid_is_replaced(given: str, client: APIClient) -> None:
    response = client.get("/api/v1/auth/csrf/", headers={"x-request-id": given})
    assert len(response["X-Request-Id"]) == 36


def test_request_writes_one_log_line(client: APIClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="common.middleware"):
        client.get("/api/v1/auth/csrf/")
    (record,) = [record for record in caplog.records if record.name == "common.middleware"]
    assert record.getMessage() == "GET /api/v1/auth/csrf/"
    assert vars(record)["status"] == 200


def test_json_formatter_includes_extras_and_exception() -> None:
    token = request_id.set("abc")
    try:
        raise ValueError("broken")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "it %s", ("failed",), sys.exc_info())
        record.count = 3
        line = json.loads(JsonFormatter("1.2.3").format(record))
    finally:
        request_id.reset(token)
    assert line["message"] == "it failed"
    assert (line["level"], line["request_id"], line["count"]) == ("error", "abc", 3)
    assert line["release"] == "1.2.3"
    assert "ValueError: broken" in line["exception"]


def test_unknown_path_returns_404_problem(client: APIClient) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 404


def test_unhandled_exception_returns_500_without_details(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("accounts.views.MeView.get", fail)
    api.raise_request_exception = False
    response = api.get("/api/v1/auth/me/")
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert "secret detail" not in response.content.decode()


def test_anonymous_over_rate_limit_returns_429(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AnonymousThrottle, "THROTTLE_RATES", {"anon": "2/min"})
    statuses = [client.get("/api/v1/auth/csrf/").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
def test_body_over_limit_returns_413_unread(
    kind: str, client: APIClient, settings: Settings
) -> None:
    length = settings.MAX_BODY_BYTES + 1
    # No body is sent, so an attempt to read it would fail.
    response = client.generic(
        "POST", "/api/v1/auth/login/", content_type=kind, CONTENT_LENGTH=str(length)
    )
    assert response.status_code == 413
    assert response["Content-Type"] == "application/problem+json"


def test_body_without_content_length_returns_411(client: APIClient) -> None:
    response = client.post("/api/v1/auth/login/", headers={"transfer-encoding": "chunked"})
    assert response.status_code == 411


def test_throttle_cache_down_lets_requests_pass(client: APIClient, settings: Settings) -> None:
    location = "redis://localhost:1/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": location}}
    assert client.get("/api/v1/auth/csrf/").status_code == 200


def test_cache_value_is_read_back() -> None:
    cache.set("key", {"value": 1}, timeout=10)
    assert cache.get("key") == {"value": 1}
