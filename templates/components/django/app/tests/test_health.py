"""Health questions."""

from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_answers_whatever_the_host_name_and_transport(
    path: str, client: Client, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = client.get(path, headers={"host": "10.0.0.7:8000"})
    assert response.status_code == 200


@pytest.mark.django_db
def test_without_the_database_it_lives_and_is_not_ready(client: Client) -> None:
    with patch("common.middleware.transaction.atomic", side_effect=OperationalError):
        assert client.get("/readyz").status_code == 503
        assert client.get("/livez").status_code == 200


def test_other_paths_need_a_known_host(client: Client) -> None:
    assert client.get("/api/v1/auth/csrf/", headers={"host": "10.0.0.7"}).status_code == 400
