"""Sessions."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User

LOGIN = "/api/v1/auth/login/"


def log_in(client: APIClient, password: str) -> Any:
    token = client.get("/api/v1/auth/csrf/").json()["token"]
    credentials = {"username": "ada", "password": password}
    return client.post(LOGIN, credentials, headers={"x-csrftoken": token})


def test_log_in_and_out(client: APIClient, user: User) -> None:
    response = log_in(client, "correct horse battery")
    assert response.status_code == 200
    assert response.json()["username"] == "ada"
    assert client.get("/api/v1/auth/me/").json()["id"] == user.pk

    token = client.get("/api/v1/auth/csrf/").json()["token"]
    response = client.post("/api/v1/auth/logout/", headers={"x-csrftoken": token})
    assert response.status_code == 204
    assert client.get("/api/v1/auth/me/").status_code == 403


def test_cookies_are_for_https_only_and_out_of_reach(client: APIClient, user: User) -> None:
    session = log_in(client, "correct horse battery").cookies["sessionid"]
    assert session["secure"] is True
    assert session["httponly"] is True
    assert session["samesite"] == "Lax"


def test_wrong_password_is_a_problem(client: APIClient, user: User) -> None:
    response = log_in(client, "wrong")
    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"] == "The user name or the password is wrong."


@pytest.mark.django_db
def test_login_without_the_csrf_token_is_refused(client: APIClient) -> None:
    response = client.post(LOGIN, {"username": "ada", "password": "x"})
    assert response.status_code == 403
    assert "CSRF" in response.json()["detail"]


def test_logout_with_a_session_needs_the_csrf_token(client: APIClient, user: User) -> None:
    log_in(client, "correct horse battery")
    assert client.post("/api/v1/auth/logout/").status_code == 403
