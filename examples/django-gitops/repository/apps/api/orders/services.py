"""What users can do with orders."""

from django.db import transaction

from accounts.models import User

from . import tasks
from .models import Order


@transaction.atomic
def place(
    owner: User,
    *,
    title: str,
    quantity: int,
) -> Order:
    """Store it; its processing is requested after the commit, and again when that fails."""
    order = Order.objects.create(
        owner=owner,
        title=title,
        quantity=quantity,
    )
    order.advance(Order.Status.PENDING)
    identifier = order.pk
    transaction.on_commit(lambda: tasks.request_confirmation(identifier), robust=True)
    return order
