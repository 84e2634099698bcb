"""Metrics of this process."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "metrics"
@% if "celery" in features %@

    def ready(self) -> None:
        from metrics import tasks  # noqa: F401 (connects to Celery's signals)
@% endif %@
