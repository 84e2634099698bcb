"""App configuration of the metrics."""

from importlib import import_module

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "metrics"

    def ready(self) -> None:
        # Connects to Celery's signals, which requires loaded apps.
        import_module("metrics.tasks")
