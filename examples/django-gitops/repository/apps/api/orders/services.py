"""Operations that users can perform."""

from django.db import transaction

from accounts.models import User

from . import dispatch
from .models import Order


@transaction.atomic
def place(
    owner: User,
    *,
    title: str,
    quantity: int,
) -> Order:
    """Record the request and dispatch it after the commit.

    A failed dispatch is logged and does not undo the record.
    """
    order = Order.objects.create(
        owner=owner,
        title=title,
        quantity=quantity,
    )
    order.advance(Order.Status.PENDING)
    identifier = order.pk
    transaction.on_commit(lambda: dispatch.request_confirmation(identifier), robust=True)
    return order
