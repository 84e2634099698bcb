"""Metrics."""

import pytest
from prometheus_client import REGISTRY
from rest_framework.test import APIClient


def count(route: str, status: str, method: str = "GET") -> float:
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("http_requests_total", labels) or 0


def test_requests_are_counted_by_route_and_not_by_path(client: APIClient) -> None:
    before = count("none", "404")
    client.get("/nowhere/1")
    client.get("/nowhere/2")
    assert count("none", "404") == before + 2


@pytest.mark.django_db
def test_parameters_are_not_part_of_the_route(api: APIClient) -> None:
    route = "api/v1/auth/me/"
    before = count(route, "200")
    api.get("/api/v1/auth/me/?x=1")
    assert count(route, "200") == before + 1
