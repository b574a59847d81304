"""Reading request bodies: strict JSON, whatever else is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute

from scamlint.api.problems import MALFORMED, Problem


class _StrictRequest(Request):
    """A request whose body is parsed as RFC 8259 says: no NaN, no bottomless nesting."""

    async def json(self) -> Any:
        """Return the parsed body.

        Raises:
            Problem: It is not JSON.
        """
        if not hasattr(self, "_json"):
            self._json = parse_json(await self.body())
        return self._json


class StrictRoute(APIRoute):
    """A route that reads its body with :func:`parse_json`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return strict


def parse_json(body: bytes) -> Any:
    """Parse JSON strictly.

    Args:
        body: UTF-8 text. Escapes of lone surrogates are kept for the schema to refuse where they stand.

    Raises:
        Problem: It is not UTF-8, not JSON, nested too deeply, or holds NaN, Infinity or a number that is too long.
    """
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise Problem(MALFORMED, f"The body is not UTF-8 (byte {error.start}).") from None
    except json.JSONDecodeError as error:
        raise Problem(MALFORMED, f"The body is not JSON: {error.msg} (character {error.pos}).") from None
    except RecursionError:
        raise Problem(MALFORMED, "The body is nested too deeply.") from None
    except ValueError:
        raise Problem(MALFORMED, "The body holds a number that is none in JSON, or one that is too long.") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
