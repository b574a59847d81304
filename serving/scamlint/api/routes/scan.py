"""``POST /v1/scan`` and ``POST /v1/scan/batch``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError

from scamlint.api.engine import Engine, Found
from scamlint.api.middleware import CLIENT_GONE
from scamlint.api.openapi import problem_responses
from scamlint.api.problems import INVALID, TOO_LARGE, Problem, validation_errors
from scamlint.api.replies import scan_reply, to_json
from scamlint.api.requests import BatchDocument, BatchRequest, Options, ScanRequest
from scamlint.api.routes.body import StrictRoute
from scamlint.api.schemas import BatchReply, ScanReply
from scamlint.api.segments import JoinedDocument
from scamlint.api.state import Service, engine_of, service_of

router = APIRouter(route_class=StrictRoute)
Value = TypeVar("Value")
# Replies about documents longer than this are made in another thread, so that they do not hold up the event loop.
_LONG = 50_000


async def _check_segments(request: Request) -> None:
    """Refuse a document of too many segments before they are checked one by one."""
    body = await request.json() if await request.body() else None
    segments = body.get("segments") if isinstance(body, dict) else None
    limit = service_of(request).settings.max_segments
    if isinstance(segments, list) and len(segments) > limit:
        detail = f"The document has {len(segments)} segments, this server takes {limit}; send it in parts."
        raise Problem(TOO_LARGE, detail, limit=limit)


@router.post(
    "/v1/scan",
    response_model=ScanReply,
    responses=problem_responses(400, 401, 408, 413, 415, 422, 429, 500, 503, 504),
    dependencies=[Depends(_check_segments)],
)
async def scan(request: Request, body: ScanRequest) -> Response:
    """Scan one document: a text, or segments that are read as one text."""
    begun = time.perf_counter()
    service, engine = service_of(request), engine_of(request)
    document, ids = _document(body)
    text = document if isinstance(document, str) else document.text
    outcomes = await unless_gone(request, engine.find([text], body.model))
    if outcomes is None:
        return Response(status_code=CLIENT_GONE)
    if isinstance(outcomes[0], Problem):
        raise outcomes[0]
    row = await _reply(service, engine, document, ids, outcomes[0], body, begun)
    _log(request, documents=1, characters=len(text), cached=outcomes[0].cached)
    return Response(to_json(row), media_type="application/json")


@router.post(
    "/v1/scan/batch",
    response_model=BatchReply,
    responses=problem_responses(400, 401, 408, 413, 415, 422, 429, 500, 503, 504),
)
async def scan_batch(request: Request, body: BatchRequest) -> Response:
    """Scan documents one by one. Results keep the order; a bad document gets an error and the others an answer."""
    begun = time.perf_counter()
    service, engine = service_of(request), engine_of(request)
    limit = service.settings.max_batch_documents
    if len(body.documents) > limit:
        detail = f"The batch has {len(body.documents)} documents, this server takes {limit}; send it in parts."
        raise Problem(TOO_LARGE, detail, limit=limit)
    documents = [_checked(body, index) for index in range(len(body.documents))]
    texts = [document.text for document in documents if isinstance(document, BatchDocument)]
    outcomes = await unless_gone(request, engine.find(texts, body.model))
    if outcomes is None:
        return Response(status_code=CLIENT_GONE)
    rows = []
    found = iter(outcomes)
    for item, document in zip(body.documents, documents, strict=True):
        outcome = document if isinstance(document, Problem) else next(found)
        if isinstance(outcome, Problem):
            service.metrics.rejection(outcome.kind.slug)
            rows.append({"id": _id_of(item), "error": outcome.to_dict()})
        else:
            assert isinstance(document, BatchDocument)
            row = await _reply(service, engine, document.text, (), outcome, body, begun)
            rows.append({"id": document.id, **row})
    _log(request, documents=len(documents), characters=sum(map(len, texts)))
    return Response(to_json({"results": rows}), media_type="application/json")


async def unless_gone(request: Request, work: Coroutine[Any, Any, Value]) -> Value | None:
    """Wait for work, but drop it when the client closes the connection; then return None."""
    task = asyncio.ensure_future(work)
    watcher = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait((task, watcher), return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for pending in (task, watcher):
            pending.cancel()
        await asyncio.gather(task, watcher, return_exceptions=True)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue


def _document(body: ScanRequest) -> tuple[str | JoinedDocument, Sequence[str | int]]:
    if body.segments is None:
        return body.text, ()
    joined = JoinedDocument([segment.text for segment in body.segments], [segment.join for segment in body.segments])
    return joined, [segment.id for segment in body.segments]


def _checked(body: BatchRequest, index: int) -> BatchDocument | Problem:
    """Check one document of a batch."""
    try:
        return BatchDocument.model_validate(body.documents[index])
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        errors = validation_errors(found, {"documents": body.documents}, ("documents", index))
        return Problem(INVALID, f"{errors[0]['pointer']}: {errors[0]['detail']}", errors=errors)


def _id_of(item: Any) -> str | int | None:
    """Return the id of a document that is otherwise wrong, if it has a valid one."""
    name = item.get("id") if isinstance(item, dict) else None
    if isinstance(name, int) and not isinstance(name, bool):
        return name
    if isinstance(name, str) and 0 < len(name) <= 256:
        return name.encode("utf-8", "replace").decode()
    return None


async def _reply(
    service: Service,
    engine: Engine,
    document: str | JoinedDocument,
    ids: Sequence[str | int],
    found: Found,
    options: Options,
    begun: float,
) -> dict[str, Any]:
    arguments = (document, ids, found, engine.detector(options.model), options)
    if found.findings.characters > _LONG:
        row, report = await run_in_threadpool(scan_reply, *arguments, time.perf_counter() - begun)
    else:
        row, report = scan_reply(*arguments, time.perf_counter() - begun)
    service.metrics.document(
        report.characters, [span.label for span in report.spans], found.waited, found.ran, found.cached
    )
    return row


def _log(request: Request, **fields: Any) -> None:
    request.scope["state"]["log"] = fields
