"""What surrounds every request: its id, security headers, the guard of the body, the last catch of errors."""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import Any

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scamlint.api.metrics import Metrics
from scamlint.api.problems import (
    BAD_REQUEST,
    INTERNAL,
    MEDIA,
    SLOW_BODY,
    TOO_LARGE,
    Problem,
    as_problem,
    problem_response,
)

_LOG = logging.getLogger("scamlint.api")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_WEB_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
ROUTES = frozenset(
    "/v1/scan /v1/scan/batch /v1/labels /v1/info /v1/feedback /healthz /readyz /metrics /openapi.json".split()
)
CLIENT_GONE = 499


class RequestContext:
    """Gives each request an id, answers stray exceptions, writes one log line and the metrics.

    Paths are logged by their template only: an unknown path or a query may hold words of a document.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        begun = time.perf_counter()
        self._metrics.begin()
        status = CLIENT_GONE
        is_api = scope["path"] in ROUTES

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), request_id, is_api)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            problem = as_problem(error)
            state["problem"] = problem.kind.slug
            if problem.kind is INTERNAL:
                _LOG.error("unexpected error", exc_info=error, extra={"request_id": request_id})
            if status == CLIENT_GONE:
                await problem_response(problem, request_id)(scope, receive, send_with_headers)
        finally:
            self._finish(scope, request_id, status, time.perf_counter() - begun)

    def _finish(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = route_name(scope)
        method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE") else "other"
        self._metrics.request(route, method, status, seconds)
        fields: dict[str, Any] = {
            "request_id": request_id,
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 2),
            **{name: scope["state"].get(name) for name in ("problem", "key_name")},
            **scope["state"].get("log", {}),
        }
        if fields["problem"]:
            self._metrics.rejection(fields["problem"])
        _LOG.info("request", extra=fields)


def route_name(scope: Scope) -> str:
    """Return the template of the route that was asked for, never an unknown path itself."""
    path: str = scope["path"]
    if path in ROUTES:
        return path
    return "web" if scope.get("endpoint") is not None else "unmatched"


def _add_headers(headers: MutableHeaders, request_id: str, is_api: bool) -> None:
    headers["X-Request-ID"] = request_id
    for name, value in _HEADERS.items():
        headers[name] = value
    headers["Content-Security-Policy"] = _API_POLICY if is_api else _WEB_POLICY
    headers["Cache-Control"] = "no-store" if is_api else "no-cache"


class BodyGuard:
    """Refuses bodies that are too large, too slow, encoded or not JSON, before they are read whole.

    Args:
        app: The application.
        limit: Largest body, in bytes.
        seconds: Longest time for a body to arrive.
        early: Called with the announced size before anything is read; raises to refuse.
    """

    def __init__(self, app: ASGIApp, limit: int, seconds: float, early: Any = None) -> None:
        self._app = app
        self._limit = limit
        self._seconds = seconds
        self._early = early

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        announced = self._check_headers(Headers(scope=scope))
        if self._early is not None:
            self._early(scope, announced)
        await self._app(scope, self._guarded(receive), send)

    def _check_headers(self, headers: Headers) -> int:
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > self._limit:
            raise self._too_large()
        if headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise Problem(MEDIA, "Send the body without Content-Encoding.", headers={"Accept-Encoding": "identity"})
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        has_body = length not in ("", "0") or "transfer-encoding" in headers
        if has_body and kind != "application/json":
            raise Problem(
                MEDIA, "Send the body with Content-Type: application/json.", headers={"Accept": "application/json"}
            )
        return int(length[:20]) if length.isdecimal() else 0

    def _guarded(self, receive: Receive) -> Receive:
        received = 0
        complete = False
        end = time.monotonic() + self._seconds

        async def guarded() -> Message:
            nonlocal received, complete
            if complete:
                return await receive()
            with anyio.move_on_after(max(0.0, end - time.monotonic())) as patience:
                message = await receive()
            if patience.cancelled_caught:
                detail = f"The body must arrive within {self._seconds:g} s."
                raise Problem(SLOW_BODY, detail, headers={"Connection": "close"})
            if message["type"] == "http.disconnect":
                raise Problem(BAD_REQUEST, "The connection was closed before the body was complete.")
            received += len(message.get("body", b""))
            if received > self._limit:
                raise self._too_large()
            complete = not message.get("more_body", False)
            return message

        return guarded

    def _too_large(self) -> Problem:
        detail = f"The body is larger than {self._limit} bytes; send it in parts."
        return Problem(TOO_LARGE, detail, headers={"Connection": "close"}, limit=self._limit)
