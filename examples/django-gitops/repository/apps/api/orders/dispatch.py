"""How a recorded order gets carried out."""

from uuid import UUID

from .tasks import confirm_order


def request_confirmation(identifier: UUID) -> None:
    """Leave it to a worker."""
    confirm_order.delay(str(identifier))
