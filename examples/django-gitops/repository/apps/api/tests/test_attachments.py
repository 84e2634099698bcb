"""Attachments, against the object store from the environment."""

import io
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from pytest_django import Settings
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
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**STORAGES["default"], "OPTIONS": options},
    }
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
    response: Any = api.get(f"/api/v1/attachments/{created['id']}/content/")
    assert b"".join(response.streaming_content) == b"two cups"
    assert response["Content-Disposition"].startswith("attachment;")


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
