@% set one = unit.params.noun | snake %@
@% set One = unit.params.noun | pascal %@
@% set many = unit.params.noun | plural | snake %@
"""Background work; every task may run twice."""

import logging
from datetime import timedelta
from functools import partial
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from .confirmation import MAX_ATTEMPTS, confirm
from .models import @{ One }@

logger = logging.getLogger(__name__)

BATCH = 100


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
@transaction.atomic
def requeue_stale() -> int:
    """Ask again for what a lost message or a killed process left behind; returns how many it found.

    What never gets anywhere fails after a number of attempts.
    """
    limit = timezone.now() - timedelta(seconds=settings.STALE_AFTER_SECONDS)
    waiting = [@{ One }@.Status.PENDING, @{ One }@.Status.PROCESSING]
    stale = (
        @{ One }@.objects.select_for_update(skip_locked=True)
        .filter(status__in=waiting, updated_at__lt=limit)
        .order_by("updated_at")[:BATCH]
    )
    for @{ one }@ in stale:
        if @{ one }@.attempts >= MAX_ATTEMPTS:
            logger.error("given up", extra={"id": str(@{ one }@.pk)})
            @{ one }@.advance(@{ One }@.Status.FAILED)
            continue
        # Touched, so that the next sweep leaves it the same time again.
        @{ one }@.save(update_fields=["updated_at"])
        again = partial(confirm_@{ one }@.delay, str(@{ one }@.pk))
        transaction.on_commit(again)
    return len(stale)
