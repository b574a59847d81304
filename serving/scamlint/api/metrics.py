"""Prometheus metrics. Labels are route templates and label names: never words of a document."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
_CHARACTERS = (100, 500, 2_000, 10_000, 50_000, 200_000, 1_000_000)


class Metrics:
    """The metrics of one server process; with several, each reply of ``/metrics`` sums them up."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._measure: Callable[[], tuple[int, int]] = lambda: (0, 0)
        self._requests = Counter(
            "scamlint_requests", "Requests by route and status.", ["route", "method", "status"], registry=registry
        )
        self._in_progress = Gauge(
            "scamlint_requests_in_progress",
            "Requests that are being answered, the one for the metrics included.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._seconds = Histogram(
            "scamlint_request_seconds", "Time to answer.", ["route"], buckets=_SECONDS, registry=registry
        )
        self._model_seconds = Histogram(
            "scamlint_model_seconds", "Time of the model's run for a document.", buckets=_SECONDS, registry=registry
        )
        self._queue_seconds = Histogram(
            "scamlint_queue_seconds", "Time that a document waited.", buckets=_SECONDS, registry=registry
        )
        self._characters = Histogram(
            "scamlint_document_characters", "Length of documents.", buckets=_CHARACTERS, registry=registry
        )
        self._spans = Counter("scamlint_spans", "Reported spans by label.", ["label"], registry=registry)
        self._cached = Counter("scamlint_cache_hits", "Documents answered from memory.", registry=registry)
        self._rejections = Counter("scamlint_rejections", "Refused requests by problem.", ["type"], registry=registry)
        self._queued = Gauge(
            "scamlint_queue_documents", "Documents that wait.", registry=registry, multiprocess_mode="livesum"
        )
        self._queued_characters = Gauge(
            "scamlint_queue_characters", "Characters that wait.", registry=registry, multiprocess_mode="livesum"
        )

    def begin(self) -> None:
        """Count a request that has come in; :meth:`request` counts its end."""
        self._in_progress.inc()

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request that is over."""
        self._in_progress.dec()
        self._requests.labels(route, method, str(status)).inc()
        self.measure_queue()
        self._seconds.labels(route).observe(seconds)

    def document(self, characters: int, labels: list[str], waited: float, ran: float, cached: bool) -> None:
        """Count one document that was answered."""
        self._characters.observe(characters)
        if cached:
            self._cached.inc()
        else:
            self._queue_seconds.observe(waited)
            self._model_seconds.observe(ran)
        for label in labels:
            self._spans.labels(label).inc()

    def rejection(self, kind: str) -> None:
        """Count one refused request."""
        self._rejections.labels(kind).inc()

    def watch_queue(self, measure: Callable[[], tuple[int, int]]) -> None:
        """Read the queue's documents and characters from now on."""
        self._measure = measure

    def measure_queue(self) -> None:
        """Note how much waits now; the reply of another process tells what was noted here last."""
        documents, characters = self._measure()
        self._queued.set(documents)
        self._queued_characters.set(characters)

    def render(self) -> bytes:
        """Return all metrics in the Prometheus text format."""
        self.measure_queue()
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        if folder is None:
            return generate_latest(self._registry)
        for path in Path(folder).glob("gauge_live*.db"):
            pid = int(path.stem.rpartition("_")[2])
            if not _is_alive(pid):
                mark_process_dead(pid)  # type: ignore[no-untyped-call]
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
