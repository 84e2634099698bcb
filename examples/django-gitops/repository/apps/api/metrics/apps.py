"""Metrics of this process."""

from importlib import import_module

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "metrics"

    def ready(self) -> None:
        # Connects to Celery's signals, which needs the applications to be there.
        import_module("metrics.tasks")
