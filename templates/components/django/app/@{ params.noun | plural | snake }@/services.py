@% set dispatch = slots.dispatch or "confirmation.confirm" %@
@% set one = params.noun | snake %@
@% set One = params.noun | pascal %@
"""What users can do with @{ params.noun | plural | title | lower }@."""

from django.db import transaction

from accounts.models import User

from . import @{ dispatch | split(".") | first }@
from .models import @{ One }@


@transaction.atomic
def place(
    owner: User,
    *,
    title: str,
    quantity: int,
) -> @{ One }@:
    """Store it; its processing is requested after the commit, and again when that fails."""
    @{ one }@ = @{ One }@.objects.create(
        owner=owner,
        title=title,
        quantity=quantity,
    )
    @{ one }@.advance(@{ One }@.Status.PENDING)
    identifier = @{ one }@.pk
    transaction.on_commit(lambda: @{ dispatch }@(identifier), robust=True)
    return @{ one }@
