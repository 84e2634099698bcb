"""Background tasks; delivery is at least once, so every task may run twice."""

import logging
import time
from uuid import UUID

from celery import shared_task
from django.db import OperationalError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from .confirmation import MAX_ATTEMPTS, confirm
from .models import Order

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
        confirm_order.delay(identifier)
    except BrokerError:
        resumes_at = time.monotonic() + PAUSE_SECONDS
        raise


@shared_task(
    name="orders.confirm",
    autoretry_for=(OperationalError,),
    retry_backoff=True,
    retry_backoff_max=10,  # well below the visibility timeout of the queue
    max_retries=5,
)
def confirm_order(identifier: UUID) -> None:
    """Confirm one; retried with backoff while the database is away."""
    confirm(identifier)


@shared_task(name="orders.request_overdue", throws=(BrokerError,))
def request_overdue() -> int:
    """Request what a lost message or a dead worker has left behind; returns how many."""
    overdue = claim_overdue()
    for number, identifier in enumerate(overdue):
        try:
            confirm_order.delay(identifier)
        except BrokerError:
            # The next run finds the rest again.
            rest = Order.objects.filter(pk__in=overdue[number:])
            rest.update(retry_at=timezone.now())
            raise
    return len(overdue)


@transaction.atomic
def claim_overdue() -> list[UUID]:
    """Postpone what is overdue, oldest first, and return it; another run finds none of it.

    What has used up its attempts is marked as failed and left out.
    """
    overdue = (
        Order.objects.select_for_update(skip_locked=True)
        .filter(status__in=Order.UNFINISHED, retry_at__lt=timezone.now())
        .order_by("retry_at")[:BATCH]
    )
    claimed = []
    for order in overdue:
        if order.attempts >= MAX_ATTEMPTS:
            logger.error("given up", extra={"id": str(order.pk)})
            order.advance(Order.Status.FAILED)
        else:
            order.postpone()
            claimed.append(order.pk)
    return claimed
