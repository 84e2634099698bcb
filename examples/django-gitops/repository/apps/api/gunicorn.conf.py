"""Gunicorn configuration."""

import os
from typing import Any

from metrics import exposition

wsgi_app = "config.wsgi"
bind = "0.0.0.0:8000"
worker_class = "config.gunicorn.LiveWorker"
workers = 2
threads = 4
# Worker heartbeats in memory: on a slow disk a worker would look hung.
worker_tmp_dir = "/dev/shm"
# `timeout` replaces a hung worker; with threads it does not limit a request. The gateway times out
# requests after 30 seconds, so a graceful shutdown waits that long.
timeout = 60
graceful_timeout = 30
# Longer than proxies keep an idle connection, an hour by Envoy's default: the client side must
# close first, or a request hits a closed connection.
keepalive = 3700
# Recycle workers to limit the effect of memory leaks.
max_requests = 50_000
max_requests_jitter = 5_000

# The root file system is read-only, and nothing uses the control socket.
control_socket_disable = True

# RequestLogMiddleware writes the access log.
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
    """The arbiter serves the metrics of all workers."""
    exposition.start()
