"""What users can do."""

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
    """Record what the user asks for, and have it carried out once that is committed.

    What is recorded stays so even if handing it on fails: that is logged.
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
