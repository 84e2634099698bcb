@% set one = params.noun | snake %@
@% set One = params.noun | pascal %@
"""What users can do."""

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
    """Record what the user asks for, and have it carried out once that is committed.

    What is recorded stays so even if handing it on fails: that is logged.
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
