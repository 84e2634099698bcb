"""Attachments, against the object store from the environment."""

import io
import socket
import threading
import time
import urllib.request
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from rest_framework.test import APIClient

from accounts.models import User
from attachments.models import Attachment
from attachments.serializers import UploadSerializer
from config.settings import STORAGES
from orders.models import Order


@pytest.fixture(autouse=True)
def _store(settings: Settings) -> None:
    """The real store, with a fresh bucket per test."""
    options = {**STORAGES["default"]["OPTIONS"], "bucket_name": f"test-{uuid4()}"}
    store = {**STORAGES["default"], "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": store, "downloads": store}
    call_command("ensure_bucket", stdout=io.StringIO())


@pytest.fixture
def url(user: User) -> str:
    order = Order.objects.create(owner=user, title="Tea")
    return f"/api/v1/orders/{order.pk}/attachments/"


def upload(api: APIClient, url: str, content: bytes, name: str = "receipt.txt") -> Any:
    file = SimpleUploadedFile(name, content, "text/plain")
    response = api.post(url, {"file": file}, format="multipart")
    assert response.status_code == 201, response.content
    return response.json()


def test_upload_then_download_returns_same_content(api: APIClient, url: str) -> None:
    created = upload(api, url, b"two cups", "../r\u00e9ceipt.txt")
    assert (created["name"], created["size"]) == ("r\u00e9ceipt.txt", 8)
    assert api.get(url).json() == [created]
    response = api.get(f"/api/v1/attachments/{created['id']}/content/")
    assert response.status_code == 302
    assert response["Cache-Control"] == "no-store"
    with urllib.request.urlopen(response["Location"]) as content:
        assert content.read() == b"two cups"
        assert content.headers["Content-Type"] == "application/octet-stream"
        assert content.headers["Content-Disposition"].startswith("attachment;")


def test_download_link_is_signed_for_the_public_address_and_a_minute(settings: Settings) -> None:
    settings.STORAGES = {**settings.STORAGES, "downloads": STORAGES["downloads"]}
    attachment = Attachment(name='a"b.html', file="attachments/1")
    link = urlsplit(attachment.download_link())
    query = parse_qs(link.query)
    assert f"{link.scheme}://{link.netloc}" == "https://files.example.org"
    assert query["response-content-disposition"] == ['attachment; filename="a\\"b.html"']
    assert query["X-Amz-Expires"] == ["60"]


def test_delete_of_the_owner_removes_stored_files(
    api: APIClient,
    url: str,
    user: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    upload(api, url, b"two cups")
    with django_capture_on_commit_callbacks(execute=True):
        user.delete()
    assert storages["default"].listdir("attachments") == ([], [])


def test_delete_orphans_removes_only_old_objects_without_a_row(
    api: APIClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = f"attachments/{upload(api, url, b'two cups')['id']}"
    storages["default"].save("attachments/orphan", io.BytesIO(b"x"))
    call_command("delete_orphans", stdout=io.StringIO())
    assert len(storages["default"].listdir("attachments")[1]) == 2
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    call_command("delete_orphans", stdout=io.StringIO())
    assert storages["default"].listdir("attachments") == ([], [key.removeprefix("attachments/")])


def test_upload_store_that_hangs_fails_within_its_time_limit(
    api: APIClient, url: str, settings: Settings
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # Safety net: without timeouts the upload would block for minutes.
        threading.Timer(60, silent.close).start()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        options = {**STORAGES["default"]["OPTIONS"], "endpoint_url": address}
        store = {**STORAGES["default"], "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "default": store}
        api.raise_request_exception = False
        began = time.monotonic()
        file = SimpleUploadedFile("x", b"x")
        assert api.post(url, {"file": file}, format="multipart").status_code == 500
        assert time.monotonic() - began < 25


def test_upload_stores_file_under_generated_key(api: APIClient, url: str) -> None:
    created = upload(api, url, b"two cups")
    key = Attachment.objects.values_list("file", flat=True).get(pk=created["id"])
    assert "receipt" not in key
    with storages["default"].open(key) as file:
        assert file.read() == b"two cups"


def test_attachments_other_user_can_neither_upload_nor_read(
    api: APIClient, url: str, other: User
) -> None:
    created = upload(api, url, b"two cups")
    stranger = APIClient()
    stranger.force_authenticate(other)
    file = SimpleUploadedFile("x", b"x")
    assert stranger.post(url, {"file": file}, format="multipart").status_code == 404
    assert stranger.get(url).json() == []
    assert stranger.get(f"/api/v1/attachments/{created['id']}/content/").status_code == 404


@pytest.mark.parametrize("content", [b"", b"x" * 1001])
def test_upload_empty_or_oversized_file_returns_400(
    api: APIClient, url: str, content: bytes
) -> None:
    response = api.post(url, {"file": SimpleUploadedFile("x", content)}, format="multipart")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["file"]


@pytest.mark.parametrize("kind", ["text/" + "x" * 96, "text", "text/pl\x00ain", "a/b/c"])
def test_upload_invalid_content_type_returns_400(api: APIClient, url: str, kind: str) -> None:
    file = SimpleUploadedFile("x", b"x", kind)
    response = api.post(url, {"file": file}, format="multipart")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["file"]


def test_upload_database_error_removes_stored_file(
    api: APIClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UploadSerializer, "validate_file", lambda _, file: file)
    api.raise_request_exception = False
    file = SimpleUploadedFile("x", b"x", "text/" + "x" * 96)
    assert api.post(url, {"file": file}, format="multipart").status_code == 500
    assert storages["default"].listdir("attachments") == ([], [])


def test_upload_calls_only_put_object(api: APIClient, url: str) -> None:
    asked: list[str] = []
    storage: Any = storages["default"]
    events = storage.connection.meta.client.meta.events
    events.register("before-call.s3", lambda model, **_: asked.append(model.name))
    upload(api, url, b"two cups")
    assert asked == ["PutObject"]


def test_upload_body_over_limit_returns_413_unread(api: APIClient, url: str) -> None:
    kind = "multipart/form-data; boundary=x"
    response = api.generic("POST", url, content_type=kind, CONTENT_LENGTH="20000")
    assert response.status_code == 413


def test_ensure_bucket_existing_bucket_is_kept() -> None:
    output = io.StringIO()
    call_command("ensure_bucket", stdout=output)
    assert "is there" in output.getvalue()


def test_ensure_bucket_forbidden_names_missing_permission() -> None:
    storage: Any = storages["default"]
    client = storage.connection.meta.client
    response: Any = {"ResponseMetadata": {"HTTPStatusCode": 403}}
    refused = ClientError(response, "HeadBucket")
    with (
        patch.object(client, "head_bucket", side_effect=refused),
        pytest.raises(CommandError, match="s3:ListBucket"),
    ):
        call_command("ensure_bucket")


def test_ensure_bucket_missing_and_creation_off_fails(settings: Settings) -> None:
    settings.S3_CREATE_BUCKET = False
    options = {**STORAGES["default"]["OPTIONS"], "bucket_name": f"test-{uuid4()}"}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**STORAGES["default"], "OPTIONS": options},
    }
    with pytest.raises(CommandError, match="there is no bucket"):
        call_command("ensure_bucket")
