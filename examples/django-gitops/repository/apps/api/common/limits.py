"""Limits per client: how much at once, and how often, counted in the shared cache."""

import logging
from typing import Any

from redis.exceptions import RedisError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.throttling import (
    AnonRateThrottle,
    BaseThrottle,
    ScopedRateThrottle,
    UserRateThrottle,
)

logger = logging.getLogger(__name__)


class Pagination(PageNumberPagination):
    """Twenty per page unless `page_size` asks for another number."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100


class FailOpen(BaseThrottle):
    """Lets requests pass while the cache is away: limits must not stop what they protect."""

    def allow_request(self, request: Request, view: Any) -> bool:
        try:
            return super().allow_request(request, view)
        except RedisError as error:
            logger.warning("limits are off", extra={"reason": type(error).__name__})
            return True


class AnonymousThrottle(FailOpen, AnonRateThrottle):
    """By address."""


class UserThrottle(FailOpen, UserRateThrottle):
    """By user."""


class ScopeThrottle(FailOpen, ScopedRateThrottle):
    """By a view's `throttle_scope`."""
