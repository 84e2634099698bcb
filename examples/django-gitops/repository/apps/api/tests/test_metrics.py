"""Metrics of requests, background tasks and the port that serves them."""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from celery import current_app, shared_task
from prometheus_client import REGISTRY
from rest_framework.test import APIClient

from metrics import exposition, tasks

COUNT = "from metrics.middleware import REQUESTS; REQUESTS.labels('GET', 'x', 200).inc()"


def count(route: str, status: str, method: str = "GET") -> float:
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("http_requests_total", labels) or 0


def test_request_counter_unknown_paths_share_one_route(client: APIClient) -> None:
    before = count("none", "404")
    client.get("/nowhere/1")
    client.get("/nowhere/2")
    assert count("none", "404") == before + 2


@pytest.mark.django_db
def test_request_counter_route_omits_query_string(api: APIClient) -> None:
    route = "api/v1/auth/me/"
    before = count(route, "200")
    api.get("/api/v1/auth/me/?x=1")
    assert count(route, "200") == before + 1


def test_task_metrics_record_count_and_duration() -> None:
    @shared_task(name="some.task")
    def some_task() -> None:
        """Does nothing."""

    tasks.note_start("1")
    tasks.count("1", some_task, "SUCCESS")
    labels = {"task": "some.task"}
    assert REGISTRY.get_sample_value("tasks_total", {**labels, "state": "success"}) == 1
    assert REGISTRY.get_sample_value("task_duration_seconds_count", labels) == 1


def test_queue_length_covers_every_queue() -> None:
    (lengths,) = tasks.QueueLengths().collect()
    queues = {sample.labels["queue"] for sample in lengths.samples}
    assert queues == set(current_app.conf.task_queues)


def test_queue_length_worker_reports_only_its_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    served = current_app.conf.task_default_queue
    monkeypatch.setattr(current_app.amqp.queues, "_consume_from", {served: None})
    (lengths,) = tasks.QueueLengths().collect()
    assert [sample.labels["queue"] for sample in lengths.samples] == [served]


def test_queue_length_broker_down_is_omitted(monkeypatch: pytest.MonkeyPatch) -> None:
    away = current_app.connection_for_read("redis://127.0.0.1:1")
    monkeypatch.setattr(current_app, "connection_or_acquire", lambda: away)
    (lengths,) = tasks.QueueLengths().collect()
    assert lengths.samples == []


def test_exposition_sums_metrics_of_all_processes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "metrics"))
    exposition.start(port=19090)
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT], env=os.environ.copy(), check=True)
    with urllib.request.urlopen("http://127.0.0.1:19090/metrics") as response:
        lines = response.read().decode().splitlines()
    assert 'http_requests_total{method="GET",route="x",status="200"} 2.0' in lines


def test_exposition_without_multiproc_dir_does_not_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    exposition.start(port=19091)
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen("http://127.0.0.1:19091/metrics")
