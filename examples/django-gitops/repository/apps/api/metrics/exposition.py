"""Serves the metrics of all processes of this container on a port of their own.

The processes share the directory PROMETHEUS_MULTIPROC_DIR: each writes its numbers into files
there, and the one that serves adds them up.
"""

import os
import shutil

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

PORT = 9090


def start(*collectors: Collector, port: int = PORT) -> None:
    """Begin with nothing: what earlier processes left behind would be counted again."""
    directory = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if directory is None:  # Outside the image, where nobody asks.
        return
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # not annotated upstream
    for collector in collectors:
        registry.register(collector)
    start_http_server(port, registry=registry)
