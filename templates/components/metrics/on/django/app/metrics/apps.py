"""App configuration of the metrics."""

@% if has("tasks.queue", unit) %@
from importlib import import_module

@% endif %@
from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "metrics"
@% if has("tasks.queue", unit) %@

    def ready(self) -> None:
        # Connects to Celery's signals, which requires loaded apps.
        import_module("metrics.tasks")
@% endif %@
