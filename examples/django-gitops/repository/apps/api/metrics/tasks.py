"""Metrics of background tasks and their queues."""

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
# Start times by task id.
started: dict[str, float] = {}


class QueueLengths(Collector):
    """Measured on scrape: the number of waiting messages per queue that this worker serves."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        lengths = GaugeMetricFamily("task_queue_length", "Messages that wait.", labels=["queue"])
        with current_app.connection_or_acquire() as connection:
            try:
                # One retry: a scrape must not block for long.
                connection.ensure_connection(max_retries=1, interval_start=0)
                for queue in current_app.amqp.queues.consume_from:
                    lengths.add_metric([queue], waiting(connection, queue))
            except (BrokerError, *connection.connection_errors):
                # Omit the queue lengths and still report all other metrics.
                logger.warning("the broker does not tell how long its queues are")
        yield lengths


def waiting(connection: Any, queue: str) -> int:
    try:
        length: int = connection.default_channel.queue_declare(queue, passive=True).message_count
    except connection.channel_errors:  # The queue was never used.
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
