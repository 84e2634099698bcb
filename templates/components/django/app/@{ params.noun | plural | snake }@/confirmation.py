@% set one = params.noun | snake %@
@% set One = params.noun | pascal %@
"""The confirmation of a placed @{ params.noun | title | lower }@.

It may be requested more than once: after a crash, a lost message or a lost acknowledgement. The
work may run again, but it takes effect once.
"""

import logging
import time
from uuid import UUID

from django.conf import settings
from django.db import transaction

from .models import @{ One }@

logger = logging.getLogger(__name__)

# After this many attempts the record is marked as failed instead of retried.
MAX_ATTEMPTS = 5


def confirm(identifier: UUID) -> bool:
    """Move it to `confirmed` by way of `processing`; returns whether this call confirmed it."""
    if not _advance(identifier, @{ One }@.Status.PROCESSING):
        return False
    work(identifier)
    return _advance(identifier, @{ One }@.Status.CONFIRMED)


def work(identifier: UUID) -> None:
    """Placeholder for slow work: a payment, a document, a call to another system.

    It may run twice at the same time. Pass the identifier to other systems as idempotency key.
    """
    logger.info("working", extra={"id": str(identifier)})
    time.sleep(settings.WORK_SECONDS)


@transaction.atomic
def _advance(identifier: UUID, status: @{ One }@.Status) -> bool:
    locked = @{ One }@.objects.select_for_update()
    @{ one }@ = locked.filter(pk=identifier).first()
    if @{ one }@ is None or @{ one }@.finished:
        logger.info("nothing to do", extra={"id": str(identifier)})
        return False
    begins = status == @{ One }@.Status.PROCESSING
    if begins and @{ one }@.attempts >= MAX_ATTEMPTS:
        logger.error("given up", extra={"id": str(identifier)})
        @{ one }@.advance(@{ One }@.Status.FAILED)
        return False
    @{ one }@.advance(status)
    return True
