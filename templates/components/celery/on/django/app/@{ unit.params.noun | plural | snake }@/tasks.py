@% set one = unit.params.noun | snake %@
@% set One = unit.params.noun | pascal %@
@% set many = unit.params.noun | plural | snake %@
"""Background work; every task may run twice."""

import logging
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from .confirmation import MAX_ATTEMPTS, confirm
from .models import @{ One }@

logger = logging.getLogger(__name__)

BATCH = 100
WAITING = [@{ One }@.Status.PENDING, @{ One }@.Status.PROCESSING]


@shared_task(
    name="@{ many }@.confirm",
    autoretry_for=(OperationalError,),
    retry_backoff=True,
    retry_jitter=True,
    max_retries=5,
)
def confirm_@{ one }@(identifier: str) -> None:
    """Carry it out; a database that is away for a moment is asked again later."""
    confirm(UUID(identifier))


@shared_task(name="@{ many }@.requeue_stale")
def requeue_stale() -> int:
    """Ask again for what a lost message or a killed process left behind; returns for how many.

    Two sweeps at once may ask twice for the same, which does no harm.
    """
    asked = 0
    for identifier in find_stale():
        try:
            confirm_@{ one }@.delay(str(identifier))
        except BrokerError:
            # Not touched, so that the next sweep finds it.
            logger.exception("not asked again", extra={"id": str(identifier)})
            continue
        # Touched, so that the next sweeps leave it the same time again.
        @{ one }@ = @{ One }@.objects.filter(pk=identifier, status__in=WAITING)
        @{ one }@.update(updated_at=timezone.now())
        asked += 1
    return asked


@transaction.atomic
def find_stale() -> list[UUID]:
    """What made no progress for long, the oldest first.

    What never gets anywhere is not among it: it fails here, after a number of attempts.
    """
    limit = timezone.now() - timedelta(seconds=settings.STALE_AFTER_SECONDS)
    stale = (
        @{ One }@.objects.select_for_update(skip_locked=True)
        .filter(status__in=WAITING, updated_at__lt=limit)
        .order_by("updated_at")[:BATCH]
    )
    found = []
    for @{ one }@ in stale:
        if @{ one }@.attempts < MAX_ATTEMPTS:
            found.append(@{ one }@.pk)
            continue
        logger.error("given up", extra={"id": str(@{ one }@.pk)})
        @{ one }@.advance(@{ One }@.Status.FAILED)
    return found
