"""Session authentication that tells 401, sign in, from 403, not permitted."""

from drf_spectacular.authentication import SessionScheme
from rest_framework import authentication
from rest_framework.request import Request


class SessionAuthentication(authentication.SessionAuthentication):
    """DRF answers 401 only with a challenge; without one, a missing session would give 403."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


# Not annotated upstream.
class SessionAuthenticationScheme(SessionScheme):  # type: ignore[no-untyped-call]
    """The same in the OpenAPI schema; registered by its definition."""

    target_class = "accounts.authentication.SessionAuthentication"
