"""Who may ask, and how often: API keys and rate limits."""

from __future__ import annotations

import ipaddress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from scamlint.api.keys import KeyRing
from scamlint.api.middleware import ROUTES
from scamlint.api.problems import UNAUTHORIZED, Problem
from scamlint.api.ratelimits import RateLimits

# Load balancers ask for these without a key; nothing is counted.
_OPEN = frozenset(("/healthz", "/readyz", "/openapi.json"))


class AccessGuard:
    """Checks the key and the rate limits of each request before its body is read.

    Args:
        app: The application.
        keys: The API keys; None asks for none.
        limits: The rate limits.
    """

    def __init__(self, app: ASGIApp, keys: KeyRing | None, limits: RateLimits) -> None:
        self._app = app
        self._keys = keys
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "http" and scope["path"] in ROUTES - _OPEN:
            await self._limits.count("address", address_of(scope), self._limits.per_address)
            if self._keys is not None:
                name = self._keys.name_of(_given_key(Headers(scope=scope)))
                if name is None:
                    detail = "Send your key as `Authorization: Bearer KEY` or `X-API-Key: KEY`."
                    raise Problem(UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})
                scope["state"]["key_name"] = name
                await self._limits.count("key", name, self._limits.per_key)
        await self._app(scope, receive, send)


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
