"""The Celery application, request ids in tasks, and liveness files."""

import os
import threading
import time
from pathlib import Path
from typing import Any

from celery import Celery, bootsteps, signals
from celery.app.utils import Settings
from celery.beat import PersistentScheduler
from celery.worker.consumer import Consumer
from django.conf import settings

from common.logs import request_id

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("shop-api")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

WORKER_ALIVE = Path("/tmp/worker")
BEAT_ALIVE = Path("/tmp/beat")


@signals.setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Keep Django's logging: a receiver of this signal stops Celery from configuring its own."""


@signals.before_task_publish.connect
def send_request_id(headers: dict[str, Any], **_: Any) -> None:
    """Propagate the request id of the publishing request or task."""
    headers.setdefault("request_id", request_id.get())


@signals.task_prerun.connect
def adopt_request_id(task: Any, **_: Any) -> None:
    request_id.set(getattr(task.request, "request_id", None) or task.request.id)


@signals.celeryd_init.connect
def limit_tasks(conf: Settings, options: dict[str, Any], **_: Any) -> None:
    """Limits of a worker, by its queue: its tasks end before it is killed when it has to stop.

    What it has not acknowledged is delivered again after its visibility timeout. By default all
    workers keep that in one place, and the shortest timeout would hold for the tasks of the others.
    """
    queues = options["queues"]
    name = ",".join(queues)
    seconds = max(settings.QUEUE_SECONDS[queue] for queue in queues)
    conf.task_soft_time_limit = seconds - 10
    conf.task_time_limit = seconds - 5
    conf.broker_transport_options |= {
        "visibility_timeout": seconds,
        "unacked_key": f"unacked:{name}",
        "unacked_index_key": f"unacked_index:{name}",
        "unacked_mutex_key": f"unacked_mutex:{name}",
    }


class Pulse:
    """Liveness: touches a file while the worker's event loop runs.

    The loop also stops while the worker reconnects to the broker, when a restart would not help. A
    thread keeps touching the file until the loop runs again.
    """

    def __init__(self, file: Path, *, interval: float = 5, patience: float = 30) -> None:
        self.file = file
        self.interval = interval
        self.patience = patience
        self.consuming = False
        self.turned_at = time.monotonic()

    def turn(self) -> None:
        self.turned_at = time.monotonic()

    def healthy(self) -> bool:
        return not self.consuming or time.monotonic() - self.turned_at < self.patience

    def run(self) -> None:
        while True:
            if self.healthy():
                self.file.touch()
            time.sleep(self.interval)


pulse = Pulse(WORKER_ALIVE)


class PulseStep(bootsteps.StartStopStep):
    """Started with each broker connection, stopped when it is lost."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Consumer) -> None:
        pulse.turn()
        pulse.consuming = True
        parent.timer.call_repeatedly(pulse.interval, pulse.turn)

    def stop(self, parent: Consumer) -> None:
        pulse.consuming = False


app.steps["consumer"].add(PulseStep)


@signals.worker_init.connect
def start_pulse(**_: Any) -> None:
    threading.Thread(target=pulse.run, name="pulse", daemon=True).start()


class Scheduler(PersistentScheduler):
    """Liveness of beat: touches a file on every tick."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        BEAT_ALIVE.touch()
        return super().tick(*args, **kwargs)
