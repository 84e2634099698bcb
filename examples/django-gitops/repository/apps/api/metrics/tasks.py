"""Counts and times background tasks, and measures their queues."""

import logging
import time
from collections.abc import Iterator
from typing import Any

from celery import current_app, signals
from celery.app.task import Task
from kombu.exceptions import OperationalError as BrokerError
from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from metrics import exposition

logger = logging.getLogger(__name__)

TASKS = Counter("tasks", "Background tasks run.", ["task", "state"])
TASK_SECONDS = Histogram(
    "task_duration_seconds",
    "Time that a background task took.",
    ["task"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60),
)
# When the tasks of this process began.
started: dict[str, float] = {}


class QueueLengths(Collector):
    """Asked when somebody looks: how many messages wait in each queue that this worker serves."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        lengths = GaugeMetricFamily("task_queue_length", "Messages that wait.", labels=["queue"])
        with current_app.connection_or_acquire() as connection:
            try:
                # Whoever looks waits a few seconds at the most, and looks again.
                connection.ensure_connection(max_retries=1, interval_start=0)
                for queue in current_app.amqp.queues.consume_from:
                    lengths.add_metric([queue], waiting(connection, queue))
            except (BrokerError, *connection.connection_errors):
                # The other numbers are told all the same; a length that is not known is left out.
                logger.warning("the broker does not tell how long its queues are")
        yield lengths


def waiting(connection: Any, queue: str) -> int:
    try:
        length: int = connection.default_channel.queue_declare(queue, passive=True).message_count
    except connection.channel_errors:  # Nothing was ever put into it.
        return 0
    return length


@signals.worker_init.connect
def serve(**_: Any) -> None:
    exposition.start(QueueLengths())


@signals.task_prerun.connect
def note_start(task_id: str, **_: Any) -> None:
    started[task_id] = time.perf_counter()


@signals.task_postrun.connect
def count(task_id: str, task: Task[Any, Any], state: str | None, **_: Any) -> None:
    TASKS.labels(task.name, (state or "unknown").lower()).inc()
    TASK_SECONDS.labels(task.name).observe(time.perf_counter() - started.pop(task_id))
