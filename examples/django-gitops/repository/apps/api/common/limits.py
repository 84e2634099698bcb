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
    """Counts each attempt in one step of the cache: many at the same time don't slip through.

    Whoever knows a user's name can use up its limits, so the strict one holds for one address: the
    user still gets in from elsewhere. The loose one is for guesses from many addresses. Who has
    that many can lock a user out for a window; without it their guesses would have no limit.
    """

    WINDOW_SECONDS = 900
    BY_ADDRESS = 50
    BY_ACCOUNT_AND_ADDRESS = 10
    BY_ACCOUNT = 10 * BY_ACCOUNT_AND_ADDRESS

    def allow_request(self, request: Request, view: Any) -> bool:
        limits = (self.BY_ADDRESS, self.BY_ACCOUNT_AND_ADDRESS, self.BY_ACCOUNT)
        # Ends at the first that is exceeded: one address alone doesn't use up an account's limit.
        return all(
            self._count(key) <= limit
            for key, limit in zip(self._keys(request), limits, strict=False)
        )

    def wait(self) -> float:
        return self.WINDOW_SECONDS - time.time() % self.WINDOW_SECONDS

    def succeeded(self, request: Request) -> None:
        """Who knows the password has not been guessing: takes the attempt back.

        The failures before it are forgotten only where they came from the same address.
        """
        address, account_and_address, account = self._keys(request)
        with suppress(RedisError):
            cache.delete(account_and_address)
        for key in (address, account):
            # ValueError: it was counted in a window that is over.
            with suppress(RedisError, ValueError):
                cache.decr(key)

    def _keys(self, request: Request) -> list[str]:
        """Where to count: by address, by account and address, by account."""
        # The address before the trusted proxies (NUM_PROXIES), whatever the client claims.
        address = self.get_ident(request)
        keys = [self._key("address", address)]
        name = request.data.get("username") if isinstance(request.data, dict) else None
        # As the serializer takes it, which takes numbers for names.
        if isinstance(name, str | int | float) and not isinstance(name, bool):
            name = str(name).strip()
            keys += [self._key("both", f"{address} {name}"), self._key("account", name)]
        return keys

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
    """Limits attempts to log in, while the cache is there to count them."""
