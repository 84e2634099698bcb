"""Attachments, in the object store that the environment names."""

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
    """The real store, in a bucket of its own."""
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


def test_comes_back_as_it_was(api: APIClient, url: str) -> None:
    created = upload(api, url, b"two cups", "../r\u00e9ceipt.txt")
    assert (created["name"], created["size"]) == ("r\u00e9ceipt.txt", 8)
    assert api.get(url).json() == [created]
    response: Any = api.get(f"/api/v1/attachments/{created['id']}/content/")
    assert b"".join(response.streaming_content) == b"two cups"
    assert response["Content-Disposition"].startswith("attachment;")


def test_is_kept_in_the_store(api: APIClient, url: str) -> None:
    created = upload(api, url, b"two cups")
    key = Attachment.objects.values_list("file", flat=True).get(pk=created["id"])
    assert "receipt" not in key
    with storages["default"].open(key) as file:
        assert file.read() == b"two cups"


def test_others_can_neither_add_nor_read(api: APIClient, url: str, other: User) -> None:
    created = upload(api, url, b"two cups")
    stranger = APIClient()
    stranger.force_authenticate(other)
    file = SimpleUploadedFile("x", b"x")
    assert stranger.post(url, {"file": file}, format="multipart").status_code == 404
    assert stranger.get(url).json() == []
    assert stranger.get(f"/api/v1/attachments/{created['id']}/content/").status_code == 404


@pytest.mark.parametrize("content", [b"", b"x" * 1001])
def test_empty_and_large_files_are_refused(api: APIClient, url: str, content: bytes) -> None:
    response = api.post(url, {"file": SimpleUploadedFile("x", content)}, format="multipart")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["file"]


@pytest.mark.parametrize("kind", ["text/" + "x" * 96, "text", "text/pl\x00ain", "a/b/c"])
def test_what_is_no_content_type_is_refused(api: APIClient, url: str, kind: str) -> None:
    file = SimpleUploadedFile("x", b"x", kind)
    response = api.post(url, {"file": file}, format="multipart")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["file"]


def test_what_the_database_refuses_is_not_kept_in_the_store(
    api: APIClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UploadSerializer, "validate_file", lambda _, file: file)
    api.raise_request_exception = False
    file = SimpleUploadedFile("x", b"x", "text/" + "x" * 96)
    assert api.post(url, {"file": file}, format="multipart").status_code == 500
    assert storages["default"].listdir("attachments") == ([], [])


def test_saving_needs_no_other_permission_than_to_write(api: APIClient, url: str) -> None:
    asked: list[str] = []
    storage: Any = storages["default"]
    events = storage.connection.meta.client.meta.events
    events.register("before-call.s3", lambda model, **_: asked.append(model.name))
    upload(api, url, b"two cups")
    assert asked == ["PutObject"]


def test_what_cannot_be_an_attachment_is_refused_before_it_arrives(
    api: APIClient, url: str
) -> None:
    kind = "multipart/form-data; boundary=x"
    response = api.generic("POST", url, content_type=kind, CONTENT_LENGTH="20000")
    assert response.status_code == 413


def test_the_bucket_is_made_once() -> None:
    output = io.StringIO()
    call_command("ensure_bucket", stdout=output)
    assert "is there" in output.getvalue()


def test_credentials_that_may_not_look_at_the_bucket_are_told_what_they_lack() -> None:
    storage: Any = storages["default"]
    client = storage.connection.meta.client
    response: Any = {"ResponseMetadata": {"HTTPStatusCode": 403}}
    refused = ClientError(response, "HeadBucket")
    with (
        patch.object(client, "head_bucket", side_effect=refused),
        pytest.raises(CommandError, match="s3:ListBucket"),
    ):
        call_command("ensure_bucket")


def test_a_missing_bucket_is_not_made_where_that_is_not_ours(settings: Settings) -> None:
    settings.S3_CREATE_BUCKET = False
    options = {**STORAGES["default"]["OPTIONS"], "bucket_name": f"test-{uuid4()}"}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**STORAGES["default"], "OPTIONS": options},
    }
    with pytest.raises(CommandError, match="there is no bucket"):
        call_command("ensure_bucket")
