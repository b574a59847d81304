"""What the routes of one server process share."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

from fastapi import Request

from scamlint.api.engine import Engine
from scamlint.api.feedback import FeedbackStore
from scamlint.api.metrics import Metrics
from scamlint.api.problems import UNAVAILABLE, Problem
from scamlint.api.settings import Settings
from scamlint.errors import OptionError

_LOG = logging.getLogger("scamlint.api")


@dataclass
class Service:
    """Settings, metrics and, once it is loaded, the engine."""

    settings: Settings
    metrics: Metrics
    engine: Engine | None = None
    feedback: FeedbackStore | None = None
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def open_feedback(self) -> FeedbackStore | None:
        """Return the feedback database, opened now if it is not open yet; this may take a while.

        Returns:
            None when the settings want no feedback, or when the database cannot be opened now, which is logged. Scans
            are served without it.
        """
        with self._opening:
            if self.feedback is None and self.settings.feedback:
                try:
                    self.feedback = FeedbackStore(self.settings.feedback_database)
                except OptionError as error:
                    _LOG.error("no feedback is taken: the database cannot be opened", exc_info=error)
            return self.feedback


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
