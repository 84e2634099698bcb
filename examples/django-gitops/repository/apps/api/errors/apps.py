"""Reports errors to a server that speaks Sentry's protocol."""

import sentry_sdk
from django.apps import AppConfig
from django.conf import settings
from sentry_sdk.types import Event, Hint

from common.logs import request_id


class ErrorsConfig(AppConfig):
    name = "errors"

    def ready(self) -> None:
        """Runs once in every process, before requests and tasks."""
        if not settings.SENTRY_DSN:
            return
        sentry_sdk.init(
            dsn=settings.SENTRY_DSN,
            environment=settings.ENVIRONMENT,
            release=settings.RELEASE,
            traces_sample_rate=settings.SENTRY_TRACES_SAMPLE_RATE,
            # Cookies, addresses and user names are left out unless asked for; bodies are not, nor
            # what the variables of each frame hold: credentials, what users wrote.
            max_request_body_size="never",
            include_local_variables=False,
            before_send=add_request_id,
        )


def add_request_id(event: Event, hint: Hint) -> Event:
    """The tag that leads from an error to its log lines."""
    event.setdefault("tags", {})["request_id"] = request_id.get()
    return event
