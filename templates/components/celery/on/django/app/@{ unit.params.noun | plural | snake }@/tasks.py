@% set one = unit.params.noun | snake %@
@% set One = unit.params.noun | pascal %@
@% set many = unit.params.noun | plural | snake %@
"""Background tasks; delivery is at least once, so every task may run twice."""

import logging
import time
from uuid import UUID

from celery import shared_task
from django.db import OperationalError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from .confirmation import MAX_ATTEMPTS, confirm
from .models import @{ One }@

logger = logging.getLogger(__name__)

BATCH = 100
# An attempt to reach a broker that is away takes seconds; requests must not queue up behind that.
PAUSE_SECONDS = 5
resumes_at = 0.0


def request_confirmation(identifier: UUID) -> None:
    """Enqueue it. Shortly after the broker was away, leave that to `request_overdue`."""
    global resumes_at
    if time.monotonic() < resumes_at:
        return
    try:
        confirm_@{ one }@.delay(identifier)
    except BrokerError:
        resumes_at = time.monotonic() + PAUSE_SECONDS
        raise


@shared_task(name="@{ many }@.confirm", throws=(OperationalError,))
def confirm_@{ one }@(identifier: UUID) -> None:
    """Confirm one. While the database is away this fails, and `request_overdue` repeats it."""
    confirm(identifier)


@shared_task(name="@{ many }@.request_overdue", throws=(BrokerError,))
@transaction.atomic
def request_overdue() -> int:
    """Request what a lost message or a dead worker has left behind; returns how many.

    Without a broker the transaction is rolled back, and the next run finds the same again.
    """
    overdue = (
        @{ One }@.objects.select_for_update(skip_locked=True)
        .filter(status__in=@{ One }@.UNFINISHED, retry_at__lt=timezone.now())
        .order_by("retry_at")[:BATCH]
    )
    requested = 0
    for @{ one }@ in overdue:
        if @{ one }@.attempts >= MAX_ATTEMPTS:
            logger.error("given up", extra={"id": str(@{ one }@.pk)})
            @{ one }@.advance(@{ One }@.Status.FAILED)
            continue
        confirm_@{ one }@.delay(@{ one }@.pk)
        @{ one }@.postpone()
        requested += 1
    return requested
