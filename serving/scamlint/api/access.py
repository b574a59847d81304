"""Who may ask, and how often: API keys and rate limits."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from scamlint.api.keys import KeyRing
from scamlint.api.problems import NOT_FOUND, UNAUTHORIZED, Problem
from scamlint.api.ratelimits import RateLimits

# Load balancers ask for these without a key; nothing is counted.
_OPEN = frozenset(("/healthz", "/readyz", "/openapi.json"))
# Routes match a path that ends with a line break as if it did not; no address here holds such characters.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class AccessGuard:
    """Checks the key and the rate limits of each request before its body is read.

    Args:
        app: The application.
        keys: The API keys; None asks for none.
        limits: The rate limits.
        pages: Paths of the web page: like those that load balancers ask for they need no key and are not counted.
    """

    def __init__(self, app: ASGIApp, keys: KeyRing | None, limits: RateLimits, pages: Collection[str] = ()) -> None:
        self._app = app
        self._keys = keys
        self._limits = limits
        self._open = _OPEN.union(pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "http":
            if _CONTROL.search(scope["path"]):
                raise Problem(NOT_FOUND, NOT_FOUND.title)
            if scope["path"] not in self._open:
                await self._check(scope)
        await self._app(scope, receive, send)

    async def _check(self, scope: Scope) -> None:
        await self._limits.count("address", address_of(scope), self._limits.per_address)
        if self._keys is None:
            return
        name = self._keys.name_of(_given_key(Headers(scope=scope)))
        if name is None:
            detail = "Send your key as `Authorization: Bearer KEY` or `X-API-Key: KEY`."
            raise Problem(UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})
        scope["state"]["key_name"] = name
        await self._limits.count("key", name, self._limits.per_key)


def address_of(scope: Scope) -> str:
    """Return the client's address; of IPv6 the network of 64 bits, which one client can fill.

    IPv4 clients of a server that listens on IPv6 come as ``::ffff:a.b.c.d`` and are counted by their IPv4 address.
    """
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _given_key(headers: Headers) -> str:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
