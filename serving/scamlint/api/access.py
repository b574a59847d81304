"""Who may ask, and how often: API keys and rate limits (library limits)."""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Sequence

from limits import RateLimitItem, parse_many
from limits.aio.strategies import MovingWindowRateLimiter
from limits.storage import storage_from_string
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from scamlint.api.keys import KeyRing
from scamlint.api.middleware import ROUTES
from scamlint.api.problems import RATE_LIMITED, UNAUTHORIZED, Problem
from scamlint.api.settings import Settings

# Load balancers ask for these without a key; nothing is counted.
_OPEN = frozenset(("/healthz", "/readyz", "/openapi.json"))


class AccessGuard:
    """Checks the key and the rate limits of each request before its body is read.

    Args:
        app: The application.
        settings: Settings of the service.

    Raises:
        OptionError: The keys file cannot be read.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._keys = KeyRing(settings.api_keys_file) if settings.api_keys_file else None
        self._per_key = parse_many(settings.rate_limit_key) if settings.rate_limit_key else []
        self._per_address = parse_many(settings.rate_limit_address) if settings.rate_limit_address else []
        storage = storage_from_string(settings.rate_limit_storage)
        self._limiter = MovingWindowRateLimiter(storage)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "http" and scope["path"] in ROUTES - _OPEN:
            await self._count("address", address_of(scope), self._per_address)
            if self._keys is not None:
                name = self._keys.name_of(_given_key(Headers(scope=scope)))
                if name is None:
                    detail = "Send your key as `Authorization: Bearer KEY` or `X-API-Key: KEY`."
                    raise Problem(UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})
                scope["state"]["key_name"] = name
                await self._count("key", name, self._per_key)
        await self._app(scope, receive, send)

    async def _count(self, kind: str, who: str, items: Sequence[RateLimitItem]) -> None:
        for item in items:
            if not await self._limiter.hit(item, kind, who):
                stats = await self._limiter.get_window_stats(item, kind, who)
                seconds = max(1, math.ceil(stats.reset_time - time.time()))
                detail = f"The limit is {item.amount} per {item.GRANULARITY.name} for each {kind}; wait {seconds} s."
                raise Problem(RATE_LIMITED, detail, headers={"Retry-After": str(seconds)})


def address_of(scope: Scope) -> str:
    """Return the client's address; of IPv6 the network of 64 bits, which one client can fill."""
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _given_key(headers: Headers) -> str:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
