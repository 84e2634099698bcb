"""How a recorded @{ params.noun | title | lower }@ gets carried out."""
@% if slots.dispatch %@

@{ slots.dispatch }@
@% else %@

from uuid import UUID

from .confirmation import confirm


def request_confirmation(identifier: UUID) -> None:
    """Carry it out at once, in the request."""
    confirm(identifier)
@% endif %@
