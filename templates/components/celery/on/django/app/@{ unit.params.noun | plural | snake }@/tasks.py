@% set one = unit.params.noun | snake %@
@% set One = unit.params.noun | pascal %@
@% set many = unit.params.noun | plural | snake %@
"""Background tasks; delivery is at least once, so every task may run twice."""

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
    """Process one; retried with backoff while the database is unavailable."""
    confirm(UUID(identifier))


@shared_task(name="@{ many }@.requeue_stale")
def requeue_stale() -> int:
    """Requeue work left behind by a lost message or a killed process; returns the count.

    Concurrent sweeps may requeue the same work twice, which is harmless.
    """
    asked = 0
    for identifier in find_stale():
        try:
            confirm_@{ one }@.delay(str(identifier))
        except BrokerError:
            # `updated_at` stays, so that the next sweep finds it again.
            logger.exception("not asked again", extra={"id": str(identifier)})
            continue
        # Restart its grace period, so that the next sweep skips it.
        @{ one }@ = @{ One }@.objects.filter(pk=identifier, status__in=WAITING)
        @{ one }@.update(updated_at=timezone.now())
        asked += 1
    return asked


@transaction.atomic
def find_stale() -> list[UUID]:
    """Unfinished work without recent progress, oldest first.

    Work that has used up its attempts is marked as failed and left out.
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
