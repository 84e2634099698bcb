"""How a recorded @{ params.noun | title | lower }@ gets processed."""
@% if slots.dispatch %@

@{ slots.dispatch }@
@% else %@

from uuid import UUID

from .confirmation import confirm


def request_confirmation(identifier: UUID) -> None:
    """Process it synchronously, in the request."""
    confirm(identifier)
@% endif %@
