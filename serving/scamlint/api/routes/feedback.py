"""``POST /v1/feedback``."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import SQLAlchemyError

from scamlint.api.openapi import problem_responses
from scamlint.api.problems import UNAVAILABLE, Problem
from scamlint.api.requests import FeedbackRequest
from scamlint.api.routes.body import StrictRoute
from scamlint.api.schemas import FeedbackReply
from scamlint.api.state import service_of

router = APIRouter(route_class=StrictRoute)
_LOG = logging.getLogger("scamlint.api")
# A database that does not take a row now is mostly busy or restarting; seconds after which to try again.
_RETRY_SECONDS = 5


@router.post(
    "/v1/feedback",
    status_code=201,
    response_model=FeedbackReply,
    responses=problem_responses(400, 401, 408, 413, 415, 422, 429, 500, 503),
)
async def feedback(request: Request, body: FeedbackRequest) -> Any:
    """Report a wrong flag, a missed passage or a wrong label. Words are kept only with ``store_text``.

    A 503 with ``Retry-After`` may pass; one without it says that this server takes no feedback.
    """
    service = service_of(request)
    if not service.settings.feedback:
        raise Problem(UNAVAILABLE, "This server takes no feedback.")
    store = service.feedback or await run_in_threadpool(service.open_feedback)
    if store is None:
        raise _not_now()
    row = {
        "kind": body.kind,
        "label": body.label,
        "expected_label": body.expected_label,
        "score": body.score,
        "characters": len(body.text),
        "comment": body.comment,
        "model_name": body.model.name if body.model else None,
        "model_version": body.model.version if body.model else None,
    }
    if body.store_text:
        row |= {"text": body.text, "before": body.before, "after": body.after}
    try:
        name = await run_in_threadpool(store.add, row)
    except SQLAlchemyError as error:
        _LOG.error("feedback could not be stored", exc_info=error)
        raise _not_now() from None
    return {"id": name, "text_stored": body.store_text}


def _not_now() -> Problem:
    return Problem(
        UNAVAILABLE,
        "The feedback could not be stored; send it again later.",
        headers={"Retry-After": str(_RETRY_SECONDS)},
    )
