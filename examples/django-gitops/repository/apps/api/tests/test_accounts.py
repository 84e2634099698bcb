"""Login, logout and login throttling."""

from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from rest_framework.test import APIClient

from accounts.models import User
from common.limits import LoginThrottle

LOGIN = "/api/v1/auth/login/"


def log_in(client: APIClient, password: str, *, name: str | int = "ada", via: str = "") -> Any:
    """`via` is the X-Forwarded-For header as the gateway sends it."""
    token = client.get("/api/v1/auth/csrf/").json()["token"]
    credentials = {"username": name, "password": password}
    headers = {"x-csrftoken": token} | ({"x-forwarded-for": via} if via else {})
    return client.post(LOGIN, credentials, format="json", headers=headers)


def test_login_then_logout_starts_and_ends_session(client: APIClient, user: User) -> None:
    response = log_in(client, "correct horse battery")
    assert response.status_code == 200
    assert response.json()["username"] == "ada"
    assert client.get("/api/v1/auth/me/").json()["id"] == user.pk

    token = client.get("/api/v1/auth/csrf/").json()["token"]
    response = client.post("/api/v1/auth/logout/", headers={"x-csrftoken": token})
    assert response.status_code == 204
    response = client.get("/api/v1/auth/me/")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Session"


def test_login_session_cookie_is_secure_and_httponly(client: APIClient, user: User) -> None:
    session = log_in(client, "correct horse battery").cookies["sessionid"]
    assert session["secure"] is True
    assert session["httponly"] is True
    assert session["samesite"] == "Lax"


def test_login_wrong_password_returns_401_problem(client: APIClient, user: User) -> None:
    response = log_in(client, "wrong")
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"] == "The user name or the password is wrong."


@pytest.mark.django_db
def test_login_without_csrf_token_returns_403(client: APIClient) -> None:
    response = client.post(LOGIN, {"username": "ada", "password": "x"})
    assert response.status_code == 403
    assert "CSRF" in response.json()["detail"]


def test_logout_without_csrf_token_returns_403(client: APIClient, user: User) -> None:
    log_in(client, "correct horse battery")
    assert client.post("/api/v1/auth/logout/").status_code == 403


@pytest.mark.django_db
def test_login_failures_from_many_addresses_throttle_the_account(
    client: APIClient, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LoginThrottle, "BY_ACCOUNT", 2)
    tries = [log_in(client, "wrong", via=f"192.0.2.{number}") for number in range(3)]
    assert [response.status_code for response in tries] == [401, 401, 429]
    assert int(tries[-1]["Retry-After"]) <= LoginThrottle.WINDOW_SECONDS
    assert log_in(client, "wrong", name=" ada ").status_code == 429
    assert log_in(client, "wrong", name="bob").status_code == 401


def test_login_failures_from_one_address_do_not_lock_out_another(
    client: APIClient, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LoginThrottle, "BY_ACCOUNT_AND_ADDRESS", 2)
    monkeypatch.setattr(LoginThrottle, "BY_ACCOUNT", 4)
    tries = [log_in(client, "wrong", via="192.0.2.1") for _ in range(6)]
    assert [response.status_code for response in tries] == [401, 401, 429, 429, 429, 429]
    assert log_in(client, "correct horse battery", via="192.0.2.2").status_code == 200


def test_login_success_resets_failures_of_that_address(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LoginThrottle, "BY_ACCOUNT_AND_ADDRESS", 2)
    passwords = ["wrong", "correct horse battery", "wrong", "wrong", "wrong"]
    statuses = [log_in(APIClient(), password).status_code for password in passwords]
    assert statuses == [401, 200, 401, 401, 429]


@pytest.mark.django_db
def test_login_numeric_username_is_throttled_like_its_string(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LoginThrottle, "BY_ACCOUNT", 2)
    User.objects.create_user("12345", password="correct horse battery")
    assert log_in(client, "correct horse battery", name=12345).status_code == 200
    tries = [log_in(APIClient(), "wrong", name=12345) for _ in range(3)]
    assert [response.status_code for response in tries] == [401, 401, 429]


@pytest.mark.parametrize("limit", ["BY_ADDRESS", "BY_ACCOUNT_AND_ADDRESS", "BY_ACCOUNT"])
def test_login_success_does_not_count_as_attempt(
    limit: str, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LoginThrottle, limit, 1)
    tries = [log_in(APIClient(), "correct horse battery") for _ in range(3)]
    assert [response.status_code for response in tries] == [200, 200, 200]


@pytest.mark.django_db
def test_login_spoofed_forwarded_for_is_still_throttled(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LoginThrottle, "BY_ADDRESS", 2)
    # The gateway appends the address it sees; everything before that is client-supplied.
    tries = [
        log_in(client, "wrong", name=f"user{number}", via=f"198.51.100.{number}, 192.0.2.1")
        for number in range(3)
    ]
    assert [response.status_code for response in tries] == [401, 401, 429]
    assert log_in(client, "wrong", name="user9", via="192.0.2.2").status_code == 401


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"username": ["ada"]}', r'{"username": "\ud800", "password": "x"}']
)
def test_login_malformed_body_returns_400(client: APIClient, db: None, body: str) -> None:
    headers = {"x-csrftoken": client.get("/api/v1/auth/csrf/").json()["token"]}
    response = client.generic("POST", LOGIN, body, "application/json", headers=headers)
    assert response.status_code == 400


def test_login_unknown_user_hashes_like_wrong_password(
    client: APIClient, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    original = MD5PasswordHasher.encode

    def encode(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return original(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
    log_in(client, "wrong")
    log_in(client, "wrong", name="nobody")
    assert hashed == ["wrong", "wrong"]
