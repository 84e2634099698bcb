"""Limits per client: how much at once, and how often, counted in the shared cache."""

import hashlib
import logging
import time
from contextlib import suppress
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, BaseThrottle, UserRateThrottle

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


class LoginAttempts(BaseThrottle):
    """Counts each attempt in one step of the cache: many at the same time don't slip through."""

    WINDOW_SECONDS = 900
    BY_ADDRESS = 50
    BY_ACCOUNT = 10

    def allow_request(self, request: Request, view: Any) -> bool:
        # The address before the trusted proxies (NUM_PROXIES), whatever the client claims.
        attempts = self._count(self._key("address", self.get_ident(request)))
        if attempts > self.BY_ADDRESS:
            return False
        name = request.data.get("username") if isinstance(request.data, dict) else None
        if not isinstance(name, str):
            return True
        return self._count(self._key("account", name.strip())) <= self.BY_ACCOUNT

    def wait(self) -> float:
        return self.WINDOW_SECONDS - time.time() % self.WINDOW_SECONDS

    @classmethod
    def forget(cls, name: str) -> None:
        """Who knows the password has not been guessing."""
        with suppress(RedisError):
            cache.delete(cls._key("account", name))

    @classmethod
    def _key(cls, kind: str, who: str) -> str:
        window = int(time.time()) // cls.WINDOW_SECONDS
        digest = hashlib.sha256(who.encode(errors="surrogatepass")).hexdigest()
        return f"login:{kind}:{window}:{digest}"

    @classmethod
    def _count(cls, key: str) -> int:
        cache.add(key, 0, timeout=cls.WINDOW_SECONDS)
        return cache.incr(key)


class LoginThrottle(FailOpen, LoginAttempts):
    """By address and by account: changing the one does not help against the limit of the other."""
