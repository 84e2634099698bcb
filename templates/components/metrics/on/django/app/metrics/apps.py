"""Metrics of this process."""

@% if "celery" in features %@
from importlib import import_module

@% endif %@
from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "metrics"
@% if "celery" in features %@

    def ready(self) -> None:
        # Connects to Celery's signals, which needs the applications to be there.
        import_module("metrics.tasks")
@% endif %@
