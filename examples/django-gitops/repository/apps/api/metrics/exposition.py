"""Serves the metrics of all processes in the container on a separate port.

Each process writes its metrics into files in PROMETHEUS_MULTIPROC_DIR; the serving process
aggregates them.
"""

import os
import shutil

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

PORT = 9090


def start(*collectors: Collector, port: int = PORT) -> None:
    """Start with an empty directory: files of earlier processes would be counted again."""
    directory = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if directory is None:  # Not in the image: nothing scrapes it.
        return
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # not annotated upstream
    for collector in collectors:
        registry.register(collector)
    start_http_server(port, registry=registry)
