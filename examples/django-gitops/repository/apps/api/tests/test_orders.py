"""End to end: orders from the API to the database and back."""

import io
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from rest_framework.test import APIClient

from accounts.models import User
from orders import services
from orders.confirmation import MAX_ATTEMPTS, confirm
from orders.models import Order

URL = "/api/v1/orders/"


@pytest.fixture
def requested(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The ids whose confirmation was requested; nothing runs."""
    identifiers: list[object] = []
    monkeypatch.setattr("orders.tasks.request_confirmation", identifiers.append)
    return identifiers


@pytest.fixture
def order(user: User, requested: list[object]) -> Order:
    return services.place(user, title="Tea", quantity=2)


def statuses(order: Order) -> list[str]:
    return list(order.events.values_list("status", flat=True))


def test_create_requests_confirmation_after_commit(
    api: APIClient,
    user: User,
    requested: list[object],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        response = api.post(URL, {"title": "Tea", "quantity": 2})
    assert response.status_code == 201
    assert response.json()["status"] == "pending"
    created = Order.objects.get(pk=response.json()["id"])
    assert created.owner == user
    assert requested == []
    for callback in callbacks:
        callback()
    assert requested == [created.pk]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quantity": 1}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": "Tea", "quantity": 0}, "quantity"),
        ({"title": "Tea", "quantity": 1001}, "quantity"),
    ],
)
def test_create_invalid_field_returns_400_naming_it(
    api: APIClient,
    body: dict[str, object],
    field: str,
) -> None:
    response = api.post(URL, body)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert list(response.json()["errors"]) == [field]


def test_create_with_status_ignores_it(api: APIClient, requested: list[object]) -> None:
    response = api.post(URL, {"title": "Tea", "status": "confirmed"})
    assert response.json()["status"] == "pending"


@pytest.mark.django_db
def test_list_and_create_unauthenticated_return_401(client: APIClient) -> None:
    assert client.get(URL).status_code == 401
    assert client.post(URL, {"title": "Tea"}).status_code == 401


def test_read_by_another_user_finds_nothing(
    order: Order,
    other: User,
) -> None:
    stranger = APIClient()
    stranger.force_authenticate(other)
    assert stranger.get(URL).json()["count"] == 0
    assert stranger.get(f"{URL}{order.pk}/").status_code == 404


def test_admin_change_or_delete_returns_403(
    admin_client: Client,
    order: Order,
) -> None:
    url = f"/admin/orders/order/{order.pk}"
    assert admin_client.get(f"{url}/change/").status_code == 200
    assert admin_client.post(f"{url}/change/").status_code == 403
    assert admin_client.post(f"{url}/delete/", {"post": "yes"}).status_code == 403


def test_list_paginates_newest_first(
    api: APIClient,
    user: User,
    requested: list[object],
) -> None:
    for number in range(3):
        services.place(user, title=str(number), quantity=1)
    first = api.get(URL, {"page_size": 2}).json()
    assert [found["title"] for found in first["results"]] == ["2", "1"]
    assert first["count"] == 3
    assert [found["title"] for found in api.get(first["next"]).json()["results"]] == ["0"]


def test_detail_after_confirmation_includes_events(
    api: APIClient,
    order: Order,
) -> None:
    confirm(order.pk)
    body = api.get(f"{URL}{order.pk}/").json()
    assert body["status"] == "confirmed"
    assert body["confirmed_at"] is not None
    steps = [event["status"] for event in body["events"]]
    assert steps == ["pending", "processing", "confirmed"]


def test_confirm_twice_takes_effect_once(order: Order) -> None:
    assert confirm(order.pk) is True
    assert confirm(order.pk) is False
    assert statuses(order) == ["pending", "processing", "confirmed"]


def test_confirm_after_crash_takes_effect_once(
    order: Order,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash(_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("orders.confirmation.work", crash)
        with pytest.raises(RuntimeError):
            confirm(order.pk)
    assert confirm(order.pk) is True
    order.refresh_from_db()
    assert order.attempts == 2
    assert statuses(order) == ["pending", "processing", "processing", "confirmed"]


def test_confirm_after_max_attempts_marks_failed(
    order: Order,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash(_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("orders.confirmation.work", crash)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(RuntimeError):
            confirm(order.pk)
    assert confirm(order.pk) is False
    order.refresh_from_db()
    assert order.status == Order.Status.FAILED


def test_confirm_concurrently_takes_effect_once(
    order: Order,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def overtake(_: object) -> None:
        monkeypatch.undo()
        assert confirm(order.pk) is True

    monkeypatch.setattr("orders.confirmation.work", overtake)
    assert confirm(order.pk) is False
    assert statuses(order).count("confirmed") == 1


def test_duplicate_confirmed_event_is_rejected(order: Order) -> None:
    confirm(order.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        order.events.create(status=Order.Status.CONFIRMED)


@pytest.mark.django_db
def test_confirm_unknown_id_does_nothing() -> None:
    assert confirm(uuid4()) is False


@pytest.mark.django_db
def test_seed_run_twice_is_idempotent(
    requested: list[object],
    settings: Settings,
) -> None:
    settings.ENVIRONMENT = "local"
    call_command("seed", stdout=io.StringIO())
    call_command("seed", stdout=io.StringIO())
    user = User.objects.get(username="demo")
    assert user.check_password("seed-password")
    assert user.orders.count() == 2


@pytest.mark.django_db
def test_seed_rehashes_only_a_changed_password(
    requested: list[object],
    settings: Settings,
) -> None:
    def seeded() -> str:
        call_command("seed", stdout=io.StringIO())
        # Sessions store a hash of the password hash: a new one ends them.
        return User.objects.get(username="demo").password

    settings.ENVIRONMENT = "local"
    first = seeded()
    assert seeded() == first
    settings.SEED_PASSWORD = "another-password"
    assert check_password("another-password", seeded())


@pytest.mark.django_db
def test_seed_other_environment_or_empty_password_fails(settings: Settings) -> None:
    with pytest.raises(CommandError, match="`local` alone"):
        call_command("seed")
    settings.ENVIRONMENT = "local"
    settings.SEED_PASSWORD = ""
    with pytest.raises(CommandError, match="SEED_PASSWORD"):
        call_command("seed")
