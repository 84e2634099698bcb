"""Who asks."""

from rest_framework.request import Request

from accounts.models import User


def user_of(request: Request) -> User:
    """The user that the permission classes have let in."""
    if not isinstance(request.user, User):
        raise TypeError("the view lets in requests without a user")
    return request.user
