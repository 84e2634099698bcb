"""Scheduled cleanup of accounts data."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> None:
    """Delete expired sessions: Django never does so by itself."""
    call_command("clearsessions")
