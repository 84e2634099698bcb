"""The confirmation of a placed order.

It may be requested more than once: after a crash, a lost message or a lost acknowledgement. The
work may run again, but it takes effect once.
"""

import logging
import time
from uuid import UUID

from django.conf import settings
from django.db import transaction

from .models import Order

logger = logging.getLogger(__name__)

# After this many attempts the record is marked as failed instead of retried.
MAX_ATTEMPTS = 5


def confirm(identifier: UUID) -> bool:
    """Move it to `confirmed` by way of `processing`; returns whether this call confirmed it."""
    if not _advance(identifier, Order.Status.PROCESSING):
        return False
    work(identifier)
    return _advance(identifier, Order.Status.CONFIRMED)


def work(identifier: UUID) -> None:
    """Placeholder for slow work: a payment, a document, a call to another system.

    It may run twice at the same time. Pass the identifier to other systems as idempotency key.
    """
    logger.info("working", extra={"id": str(identifier)})
    time.sleep(settings.WORK_SECONDS)


@transaction.atomic
def _advance(identifier: UUID, status: Order.Status) -> bool:
    locked = Order.objects.select_for_update()
    order = locked.filter(pk=identifier).first()
    if order is None or order.finished:
        logger.info("nothing to do", extra={"id": str(identifier)})
        return False
    begins = status == Order.Status.PROCESSING
    if begins and order.attempts >= MAX_ATTEMPTS:
        logger.error("given up", extra={"id": str(identifier)})
        order.advance(Order.Status.FAILED)
        return False
    order.advance(status)
    return True
