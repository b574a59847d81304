"""What the routes of one server process share."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from scamlint.api.engine import Engine
from scamlint.api.feedback import FeedbackStore
from scamlint.api.metrics import Metrics
from scamlint.api.problems import UNAVAILABLE, Problem
from scamlint.api.settings import Settings


@dataclass
class Service:
    """Settings, metrics and, once it is loaded, the engine."""

    settings: Settings
    metrics: Metrics
    engine: Engine | None = None
    feedback: FeedbackStore | None = None


def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    service: Service = request.app.state.service
    return service


def engine_of(request: Request) -> Engine:
    """Return the loaded engine.

    Raises:
        Problem: The models are not loaded.
    """
    engine = service_of(request).engine
    if engine is None:
        raise Problem(UNAVAILABLE, "The models are not loaded; try again.", headers={"Retry-After": "2"})
    return engine
