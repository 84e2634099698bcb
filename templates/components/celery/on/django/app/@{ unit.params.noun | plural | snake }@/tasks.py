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


@shared_task(
    name="@{ many }@.confirm",
    autoretry_for=(OperationalError,),
    retry_backoff=True,
    retry_backoff_max=10,  # well below the visibility timeout of the queue
    max_retries=5,
)
def confirm_@{ one }@(identifier: UUID) -> None:
    """Confirm one; retried with backoff while the database is away."""
    confirm(identifier)


@shared_task(name="@{ many }@.request_overdue", throws=(BrokerError,))
def request_overdue() -> int:
    """Request what a lost message or a dead worker has left behind; returns how many."""
    overdue = claim_overdue()
    for number, identifier in enumerate(overdue):
        try:
            confirm_@{ one }@.delay(identifier)
        except BrokerError:
            # The next run finds the rest again.
            rest = @{ One }@.objects.filter(pk__in=overdue[number:])
            rest.update(retry_at=timezone.now())
            raise
    return len(overdue)


@transaction.atomic
def claim_overdue() -> list[UUID]:
    """Postpone what is overdue, oldest first, and return it; another run finds none of it.

    What has used up its attempts is marked as failed and left out.
    """
    overdue = (
        @{ One }@.objects.select_for_update(skip_locked=True)
        .filter(status__in=@{ One }@.UNFINISHED, retry_at__lt=timezone.now())
        .order_by("retry_at")[:BATCH]
    )
    claimed = []
    for @{ one }@ in overdue:
        if @{ one }@.attempts >= MAX_ATTEMPTS:
            logger.error("given up", extra={"id": str(@{ one }@.pk)})
            @{ one }@.advance(@{ One }@.Status.FAILED)
        else:
            @{ one }@.postpone()
            claimed.append(@{ one }@.pk)
    return claimed
