"""Pagination and rate limits; the counters are in the shared cache."""

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
    """Page size 20, or `page_size` up to 100."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100


class FailOpen(BaseThrottle):
    """Fail open: a cache outage disables the limits instead of the API."""

    def allow_request(self, request: Request, view: Any) -> bool:
        try:
            return super().allow_request(request, view)
        except RedisError as error:
            logger.warning("limits are off", extra={"reason": type(error).__name__})
            return True


class AnonymousThrottle(FailOpen, AnonRateThrottle):
    """Per client address."""


class UserThrottle(FailOpen, UserRateThrottle):
    """Per user."""


class LoginAttempts(BaseThrottle):
    """Counts login attempts atomically, so concurrent requests can't exceed the limits.

    Anyone who knows a username can exhaust its limits. The strict limit is therefore per account
    and address: the user can still log in from elsewhere. The loose limit per account stops
    distributed guessing. The trade-off: a large botnet can lock a user out for one window.
    """

    WINDOW_SECONDS = 900
    BY_ADDRESS = 50
    BY_ACCOUNT_AND_ADDRESS = 10
    BY_ACCOUNT = 10 * BY_ACCOUNT_AND_ADDRESS

    def allow_request(self, request: Request, view: Any) -> bool:
        limits = (self.BY_ADDRESS, self.BY_ACCOUNT_AND_ADDRESS, self.BY_ACCOUNT)
        # Stops at the first exceeded limit, so one address can't exhaust the account's limit.
        return all(
            self._count(key) <= limit
            for key, limit in zip(self._keys(request), limits, strict=False)
        )

    def wait(self) -> float:
        return self.WINDOW_SECONDS - time.time() % self.WINDOW_SECONDS

    def succeeded(self, request: Request) -> None:
        """Uncount a successful login.

        Earlier failures are reset only for the same account and address.
        """
        address, account_and_address, account = self._keys(request)
        with suppress(RedisError):
            cache.delete(account_and_address)
        for key in (address, account):
            # ValueError: the key has expired with its window.
            with suppress(RedisError, ValueError):
                cache.decr(key)

    def _keys(self, request: Request) -> list[str]:
        """Counter keys: address, account and address, account."""
        # From the trusted proxies (NUM_PROXIES), never from what the client sends.
        address = self.get_ident(request)
        keys = [self._key("address", address)]
        name = request.data.get("username") if isinstance(request.data, dict) else None
        # Normalise as the serializer does: it accepts numbers and strips spaces.
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
    """The login throttle; fails open without a cache."""
