"""The gunicorn worker."""

from pathlib import Path

from gunicorn.workers.gthread import ThreadWorker

WEB_ALIVE = Path("/tmp/web")


class LiveWorker(ThreadWorker):
    """Liveness: touches a file on every turn of its event loop, however busy its threads are."""

    def notify(self) -> None:
        super().notify()
        WEB_ALIVE.touch()
