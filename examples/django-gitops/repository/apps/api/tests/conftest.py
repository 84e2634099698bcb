"""Shared fixtures."""

import uuid

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User


@pytest.fixture(autouse=True)
def _own_cache_keys(settings: Settings) -> None:
    """Throttles count in the real cache, so each test gets its own key prefix."""
    prefix = f"test-{uuid.uuid4()}"
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": prefix}}


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("ada", password="correct horse battery")


@pytest.fixture
def other(db: None) -> User:
    return User.objects.create_user("bob", password="correct horse battery")


@pytest.fixture
def client() -> APIClient:
    """An anonymous client, with CSRF checks as in production."""
    return APIClient(enforce_csrf_checks=True)


@pytest.fixture
def api(user: User) -> APIClient:
    """A client authenticated as `user`."""
    client = APIClient()
    client.force_authenticate(user)
    return client
