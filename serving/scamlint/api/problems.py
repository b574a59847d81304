"""Errors of the HTTP API as RFC 9457 problem details: one table, one handler.

A client decides by ``type``; the types never change their meaning. ``detail`` says what to do and never holds words of
a document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from scamlint.errors import OptionError

MEDIA_TYPE = "application/problem+json"
_PREFIX = "urn:scamlint:problem:"
# Validation errors of one body are listed up to this number.
_MOST_LISTED = 20
# Names in a body that pointers repeat are at most so long.
_LONGEST_NAME = 100
# Names of fields that a body can lack. Other names that are not in it are no place there: pydantic ends the path to a
# wrong key with ``[key]``, and puts U+FFFD for lone surrogates.
_FIELD = re.compile("[a-z_]+")
# What the fragment of a URI may hold besides letters and digits (RFC 3986).
_UNQUOTED = "!$&'()*+,;=:@?/-._~"
# Where pydantic speaks to programmers of Python.
_MESSAGES = {
    "extra_forbidden": "There is no such field.",
    "missing": "This field is needed.",
    "string_unicode": "It is not well-formed Unicode (JavaScript: text.toWellFormed()).",
    "list_type": "It must be an array.",
    "dict_type": "It must be an object.",
    "model_type": "It must be an object.",
    "model_attributes_type": "It must be an object.",
}


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of error.

    Attributes:
        slug: Last part of its ``type``.
        status: HTTP status.
        title: One short sentence, the same each time.
    """

    slug: str
    status: int
    title: str

    @property
    def uri(self) -> str:
        """The ``type`` of RFC 9457."""
        return _PREFIX + self.slug


MALFORMED = ProblemType("malformed-json", 400, "The body is not JSON.")
BAD_REQUEST = ProblemType("bad-request", 400, "The request cannot be understood.")
UNAUTHORIZED = ProblemType("unauthorized", 401, "A valid API key is needed.")
FORBIDDEN = ProblemType("forbidden", 403, "This is not allowed.")
NOT_FOUND = ProblemType("not-found", 404, "There is nothing at this address.")
NOT_ALLOWED = ProblemType("method-not-allowed", 405, "This address does not take this method.")
SLOW_BODY = ProblemType("slow-body", 408, "The body did not arrive in time.")
TOO_LARGE = ProblemType("too-large", 413, "The request is larger than this server takes.")
MEDIA = ProblemType("unsupported-media-type", 415, "The body must be plain application/json.")
INVALID = ProblemType("invalid-request", 422, "The body does not fit the schema.")
RATE_LIMITED = ProblemType("rate-limited", 429, "Too many requests from this client.")
OVERLOADED = ProblemType("overloaded", 429, "The server has all the work that it can hold.")
INTERNAL = ProblemType("internal", 500, "Something went wrong in the server.")
UNAVAILABLE = ProblemType("unavailable", 503, "This part of the service is not available.")
TIME_LIMIT = ProblemType("time-limit", 504, "The work took longer than the time limit.")

ALL_PROBLEMS: tuple[ProblemType, ...] = (
    MALFORMED,
    BAD_REQUEST,
    UNAUTHORIZED,
    FORBIDDEN,
    NOT_FOUND,
    NOT_ALLOWED,
    SLOW_BODY,
    TOO_LARGE,
    MEDIA,
    INVALID,
    RATE_LIMITED,
    OVERLOADED,
    INTERNAL,
    UNAVAILABLE,
    TIME_LIMIT,
)
_BY_STATUS = {400: BAD_REQUEST, 403: FORBIDDEN, 404: NOT_FOUND, 405: NOT_ALLOWED, 413: TOO_LARGE, 415: MEDIA}


class Problem(HTTPException):
    """An error that the client is told about.

    Args:
        kind: Which error.
        detail: One sentence about this case: what was expected, what was found, what to do.
        headers: Headers of the reply.
        members: Further members of the problem object.
    """

    def __init__(
        self, kind: ProblemType, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(status_code=kind.status, detail=detail, headers=dict(headers or {}))
        self.kind = kind
        self.members = members

    def to_dict(self, request_id: str | None = None) -> dict[str, Any]:
        """Return the problem object."""
        body = {"type": self.kind.uri, "title": self.kind.title, "status": self.kind.status, "detail": self.detail}
        if request_id:
            body["request_id"] = request_id
        return {**body, **self.members}


def problem_response(problem: Problem, request_id: str | None = None) -> Response:
    """Return the reply that carries a problem."""
    body = json.dumps(problem.to_dict(request_id), ensure_ascii=False, allow_nan=False).encode()
    return Response(body, problem.status_code, headers=dict(problem.headers or {}), media_type=MEDIA_TYPE)


def as_problem(error: Exception) -> Problem:
    """Say what an exception means to a client. This is the one place where that is decided."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _validation_problem(error)
    if isinstance(error, OptionError):
        return Problem(INVALID, str(error))
    if isinstance(error, HTTPException):
        kind = _BY_STATUS.get(error.status_code)
        if kind is None:
            kind = ProblemType(f"http-{error.status_code}", error.status_code, "The request was refused.")
        return Problem(kind, kind.title, headers=error.headers)
    return Problem(INTERNAL, "The error was logged under this request_id; the request may be tried again.")


def install(app: FastAPI) -> None:
    """Answer the errors of requests with problem objects; unexpected ones are left to the outermost middleware."""

    async def handle(request: Request, error: Exception) -> Response:
        problem = as_problem(error)
        state = request.scope["state"]
        state["problem"] = problem.kind.slug
        return problem_response(problem, state.get("request_id"))

    for kind in (HTTPException, RequestValidationError, OptionError):
        app.add_exception_handler(kind, handle)


def validation_errors(
    errors: Sequence[Mapping[str, Any]], body: Any, inside: Sequence[str | int] = ()
) -> list[dict[str, str]]:
    """Return pydantic's errors without the values that were sent.

    Args:
        errors: What pydantic reports.
        body: The parsed body.
        inside: Path in the body to what was checked.

    Returns:
        For each error a ``detail`` and its ``pointer``: a JSON pointer (RFC 6901) to the place in the body, or to the
        field that lacks there.
    """
    return [
        {"pointer": _pointer((*inside, *error["loc"]), body), "detail": _message(error)}
        for error in errors[:_MOST_LISTED]
    ]


def _pointer(path: Sequence[str | int], body: Any) -> str:
    """Follow a path into the body as far as it goes."""
    pointer = "#"
    place = body
    for part in path:
        if isinstance(place, list) and isinstance(part, int) and part < len(place):
            place = place[part]
        elif isinstance(place, dict) and _is_name(str(part), place):
            place = place.get(part)
        else:
            break
        pointer += "/" + quote(str(part).replace("~", "~0").replace("/", "~1"), safe=_UNQUOTED)
    return pointer


def _is_name(name: str, body: Mapping[str, Any]) -> bool:
    return len(name) <= _LONGEST_NAME if name in body else _FIELD.fullmatch(name) is not None


def _message(error: Mapping[str, Any]) -> str:
    message = _MESSAGES.get(error["type"])
    if error["type"] == "too_short":
        message = f"Its length must be at least {error['ctx']['min_length']}."
    elif error["type"] == "too_long":
        message = f"Its length must be at most {error['ctx']['max_length']}."
    if message is None:
        message = str(error["msg"]).removeprefix("Value error, ").replace("Input should be", "It must be", 1)
    return message if message.endswith(".") else message + "."


def _validation_problem(error: RequestValidationError) -> Problem:
    if error.body is None:
        return Problem(INVALID, "The body must be a JSON object.")
    found = error.errors()[:_MOST_LISTED]
    listed = validation_errors([{**one, "loc": one["loc"][1:]} for one in found], error.body)
    return Problem(INVALID, f"{listed[0]['pointer']}: {listed[0]['detail']}", errors=listed)
