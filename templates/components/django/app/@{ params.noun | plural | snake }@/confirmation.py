@% set one = params.noun | snake %@
@% set One = params.noun | pascal %@
"""Carrying out what was asked for.

It may be asked for again at any time: after a crash, a lost acknowledgement or an impatient
operator. The work may then run again, its effect happens once.
"""

import logging
import time
from uuid import UUID

from django.conf import settings
from django.db import transaction

from .models import @{ One }@

logger = logging.getLogger(__name__)

# What has crashed its process this often is not tried again.
MAX_ATTEMPTS = 5


def confirm(identifier: UUID) -> bool:
    """From `pending` through `processing` to `confirmed`; returns whether this call confirmed."""
    if not _advance(identifier, @{ One }@.Status.PROCESSING):
        return False
    work(identifier)
    return _advance(identifier, @{ One }@.Status.CONFIRMED)


def work(identifier: UUID) -> None:
    """Stands for what takes its time: a payment, a document, a call to another system.

    It may run twice at once. Give another system the identifier, so that it acts on it once.
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
