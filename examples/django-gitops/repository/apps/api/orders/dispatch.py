"""How a recorded order gets processed."""

from uuid import UUID

from .tasks import confirm_order


def request_confirmation(identifier: UUID) -> None:
    """Enqueue it for a worker."""
    confirm_order.delay(str(identifier))
