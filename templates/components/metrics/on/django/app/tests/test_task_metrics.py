"""Metrics of background tasks."""

from celery import current_app, shared_task
from prometheus_client import REGISTRY

from metrics import tasks


def test_tasks_are_counted_and_timed() -> None:
    @shared_task(name="some.task")
    def some_task() -> None:
        """Does nothing."""

    tasks.note_start("1")
    tasks.count("1", some_task, "SUCCESS")
    labels = {"task": "some.task"}
    assert REGISTRY.get_sample_value("tasks_total", {**labels, "state": "success"}) == 1
    assert REGISTRY.get_sample_value("task_duration_seconds_count", labels) == 1


def test_every_queue_has_a_length() -> None:
    (lengths,) = tasks.QueueLengths().collect()
    queues = {sample.labels["queue"] for sample in lengths.samples}
    assert queues == set(current_app.conf.task_queues)
