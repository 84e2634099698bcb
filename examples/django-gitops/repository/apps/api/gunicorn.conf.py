"""How gunicorn serves the application."""

import os
from typing import Any

from metrics import exposition

wsgi_app = "config.wsgi"
bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = 2
threads = 4
# Heartbeats of the workers go to memory: a slow disk must not look like a hung worker.
worker_tmp_dir = "/dev/shm"
# A worker that stands still for that long is replaced; a request that takes long is not limited
# here. The gateway gives up on it after 30 seconds, so a worker that is told to stop waits as long.
timeout = 60
graceful_timeout = 30
# Longer than the gateway keeps an idle connection, which is 60 seconds: the side that sends must be
# the one that closes, or a request meets a closed connection.
keepalive = 75
# Now and then a fresh process, in case something leaks.
max_requests = 50_000
max_requests_jitter = 5_000

# The file system is read-only, and nobody is there to type commands.
control_socket_disable = True

# RequestLogMiddleware logs the requests.
accesslog = None
logconfig_dict: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "common.logs.JsonFormatter",
            "release": os.environ.get("RELEASE", "unreleased"),
        },
    },
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "json",
        },
    },
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {"gunicorn.error": {"handlers": [], "level": "INFO", "propagate": True}},
}


def on_starting(server: object) -> None:
    """The arbiter serves the sum of what its workers count."""
    exposition.start()
