"""Rate limits: where requests are counted, and what a client is told (library limits)."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import math
import time
from collections.abc import Sequence

import anyio
from limits import RateLimitItem, parse_many
from limits.aio.storage import Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string

from scamlint.api.problems import RATE_LIMITED, UNAVAILABLE, Problem
from scamlint.api.settings import Settings
from scamlint.errors import OptionError

_LOG = logging.getLogger("scamlint.api")
# Seconds that a shared storage may take to answer.
_PATIENCE = 5.0
# By the beginning of the storage's address: the Python package that speaks to it, and the extra of limits that brings
# a version that fits.
_CLIENTS = {
    "async+redis": ("coredis", "async-redis"),
    "async+valkey": ("valkey", "async-valkey"),
    "async+mongodb": ("motor", "async-mongodb"),
}


class RateLimits:
    """Counts requests by client address and by API key.

    Args:
        settings: Settings of the service.

    Raises:
        OptionError: The storage cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self.per_key = parse_many(settings.rate_limit_key) if settings.rate_limit_key else []
        self.per_address = parse_many(settings.rate_limit_address) if settings.rate_limit_address else []
        self._limiter = _open(settings.rate_limit_storage)

    async def count(self, kind: str, who: str, items: Sequence[RateLimitItem]) -> None:
        """Count a request.

        Args:
            kind: ``address`` or ``key``.
            who: The address, or the name of the key.
            items: The limits that hold for it.

        Raises:
            Problem: There were too many, or the storage does not answer.
        """
        for item in items:
            try:
                with anyio.fail_after(_PATIENCE):
                    if await self._limiter.hit(item, kind, who):
                        continue
                    stats = await self._limiter.get_window_stats(item, kind, who)
            except (StorageError, TimeoutError) as error:
                _LOG.error("the rate-limit storage does not answer", exc_info=error)
                detail = "Requests cannot be counted at the moment; try again."
                raise Problem(UNAVAILABLE, detail, headers={"Retry-After": "2"}) from None
            seconds = max(1, math.ceil(stats.reset_time - time.time()))
            detail = f"The limit is {in_words(item)} for each {kind}; wait {seconds} s."
            raise Problem(RATE_LIMITED, detail, headers={"Retry-After": str(seconds)})


def check_storage(address: str) -> None:
    """Make sure that the storage can be used and answers.

    Args:
        address: Where counts are kept.

    Raises:
        OptionError: It cannot be used, or it does not answer.
    """

    async def answers() -> bool:
        try:
            return await asyncio.wait_for(_open(address).storage.check(), _PATIENCE)
        except (StorageError, asyncio.TimeoutError):
            return False

    if not asyncio.run(answers()):
        shown = _shown(address)
        raise OptionError(
            f"The rate-limit storage {shown} does not answer; check that it runs, its address and password."
        )


def in_words(item: RateLimitItem) -> str:
    """Return a limit as in ``4 requests per 5 minutes``."""
    requests = "1 request" if item.amount == 1 else f"{item.amount} requests"
    unit = item.GRANULARITY.name
    return f"{requests} per {unit}" if item.multiples == 1 else f"{requests} per {item.multiples} {unit}s"


def _open(address: str) -> MovingWindowRateLimiter:
    if not address.startswith("async+") or "://" not in address:
        raise OptionError(
            "The rate-limit storage must be async+memory://, or a shared one such as async+redis://127.0.0.1:6379."
        )
    client, extra = next((found for start, found in _CLIENTS.items() if address.startswith(start)), ("limits", ""))
    if importlib.util.find_spec(client) is None:
        raise OptionError(
            f"The rate-limit storage {_shown(address)} needs a package that is not installed ({client}): "
            f"pip install 'limits[{extra}]'."
        )
    try:
        storage = storage_from_string(address, wrap_exceptions=True)
        if not isinstance(storage, Storage):
            raise TypeError(address)
        return MovingWindowRateLimiter(storage)
    # What an address can be wrong in is up to each client; their messages may repeat its password.
    except Exception as error:
        raise OptionError(
            f"The rate-limit storage {_shown(address)} cannot be used ({type(error).__name__}); "
            "write it as in async+redis://127.0.0.1:6379."
        ) from None


def _shown(address: str) -> str:
    """Return an address without user and password."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"
