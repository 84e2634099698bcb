@% set one = params.noun | snake %@
@% set One = params.noun | pascal %@
"""Operations that users can perform."""

from django.db import transaction

from accounts.models import User

from . import dispatch
from .models import @{ One }@


@transaction.atomic
def place(
    owner: User,
    *,
    title: str,
    quantity: int,
) -> @{ One }@:
    """Record the request and dispatch it after the commit.

    A failed dispatch is logged and does not undo the record.
    """
    @{ one }@ = @{ One }@.objects.create(
        owner=owner,
        title=title,
        quantity=quantity,
    )
    @{ one }@.advance(@{ One }@.Status.PENDING)
    identifier = @{ one }@.pk
    transaction.on_commit(lambda: dispatch.request_confirmation(identifier), robust=True)
    return @{ one }@
