"""What the service says about itself: labels, limits, health, metrics."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from scamlint import __version__
from scamlint.api.engine import Engine
from scamlint.api.openapi import problem_responses
from scamlint.api.schemas import HealthReply, InfoReply, LabelsReply
from scamlint.api.state import engine_of, service_of
from scamlint.labels import all_labels, label_names
from scamlint.offsets import OFFSET_UNITS

router = APIRouter()


@router.get("/v1/labels", response_model=LabelsReply, responses=problem_responses(401, 429, 500, 503))
async def labels(request: Request) -> Any:
    """Return every label with its explanation, colours, source and threshold."""
    thresholds = engine_of(request).detector(None).thresholds
    return {
        "labels": [
            {
                "name": label.name,
                "title": label.title,
                "core": label.core,
                "explanation": label.explanation,
                "colour": label.colour,
                "dark": label.dark,
                "source": label.source,
                "url": label.url,
                "threshold": round(thresholds[label.name], 4),
            }
            for label in all_labels()
        ]
    }


@router.get("/v1/info", response_model=InfoReply, responses=problem_responses(401, 429, 500, 503))
async def info(request: Request) -> Any:
    """Return the version, the models with their thresholds, the limits and the offset units."""
    service, engine = service_of(request), engine_of(request)
    settings = service.settings
    models = [_served(engine, name) for name in settings.models]
    return {
        "version": __version__,
        "model": models[0],
        "models": models,
        "offset_units": list(OFFSET_UNITS),
        "labels": list(label_names()),
        "limits": {
            "body_bytes": settings.max_body_bytes,
            "characters": settings.max_characters,
            "segments": settings.max_segments,
            "batch_documents": settings.max_batch_documents,
            "time_seconds": settings.time_limit,
            "rate_per_key": settings.rate_limit_key or None,
            "rate_per_address": settings.rate_limit_address or None,
        },
        "feedback": settings.feedback,
        "authentication": settings.api_keys_file is not None,
    }


@router.get("/healthz", response_model=HealthReply)
async def healthz() -> Any:
    """Say that the process answers."""
    return {"status": "ok"}


@router.get("/readyz", response_model=HealthReply, responses=problem_responses(503))
async def readyz(request: Request) -> Any:
    """Say that the models are loaded and requests are taken."""
    engine_of(request)
    return {"status": "ok"}


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **problem_responses(401, 429, 503)},
)
async def metrics(request: Request) -> Response:
    """Return metrics in the Prometheus text format."""
    return Response(service_of(request).metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _served(engine: Engine, name: str) -> dict[str, Any]:
    detector = engine.detector(name)
    thresholds = {label: round(value, 4) for label, value in detector.thresholds.items()}
    return {"id": name, "name": detector.model.name, "version": detector.model.version, "thresholds": thresholds}
