"""The models of one server process: loading, micro-batching, remembering."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from scamlint.api.batcher import Batcher, QueueFullError
from scamlint.api.cache import FindingsCache
from scamlint.api.lane import Done, QueueLimits, StoppedError
from scamlint.api.language import detect_language
from scamlint.api.problems import INTERNAL, INVALID, OVERLOADED, TIME_LIMIT, TOO_LARGE, UNAVAILABLE, Problem
from scamlint.api.settings import Settings
from scamlint.detector import Detector, Findings

_LOG = logging.getLogger("scamlint.api")
# A few windows that the gate lets through: the first run of a model is its slowest, the second tells its speed.
_WARM_UP = "We guarantee a daily profit of 2 %. " * 100


@dataclass(frozen=True, slots=True)
class Found:
    """Findings of one document, with times in seconds."""

    findings: Findings
    waited: float = 0.0
    ran: float = 0.0
    cached: bool = False


class Engine:
    """Answers documents with findings.

    Args:
        settings: Settings of the service. Every model is loaded and warmed up here.

    Raises:
        ModelError: A model cannot be loaded.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.cache = FindingsCache(settings.cache_bytes)
        limits = QueueLimits(
            documents=settings.queue_documents,
            characters=settings.queue_characters,
            seconds=settings.queue_time,
            batch_characters=settings.batch_characters,
            short_characters=settings.short_characters,
            share=settings.micro_batching,
        )
        self.detectors = {name: Detector.load(name, threads=settings.threads_per_process) for name in settings.models}
        detect_language(_WARM_UP)
        self.batchers: dict[str, Batcher[Findings]] = {
            name: Batcher(detector.find_many, limits, name) for name, detector in self.detectors.items()
        }
        for name, detector in self.detectors.items():
            detector.scan(_WARM_UP)
            begun = time.perf_counter()
            detector.scan(_WARM_UP)
            self.batchers[name].learn(len(_WARM_UP), time.perf_counter() - begun)

    def detector(self, model: str | None) -> Detector:
        """Return the detector that a request names.

        Raises:
            Problem: It is none of the served models.
        """
        return self.detectors[self._name(model)]

    def check_room(self, size: int) -> None:
        """Refuse early, before a body of ``size`` bytes is read. One that is small can only be short documents.

        Raises:
            Problem: The queue is full, whichever of the models the body names.
        """
        refusals = []
        for batcher in self.batchers.values():
            try:
                if size <= self._settings.short_characters:
                    batcher.check([0])
                batcher.check_early()
            except QueueFullError as error:
                refusals.append(error)
        if len(refusals) == len(self.batchers):
            raise _overloaded(min(refusals, key=lambda error: error.retry_after))

    async def find(self, texts: Sequence[str], model: str | None = None) -> list[Found | Problem]:
        """Find what the model sees in the documents of one request.

        Args:
            texts: The documents.
            model: One of the served models; the default one when None.

        Returns:
            For each document its findings, or why there are none.

        Raises:
            Problem: The queue is full, or there is no such model.
        """
        name = self._name(model)
        info = self.detectors[name].model
        outcomes: dict[int, Found | Problem] = {}
        keys: dict[int, bytes] = {}
        for index, text in enumerate(texts):
            if len(text) > self._settings.max_characters:
                outcomes[index] = self._too_long(text)
                continue
            keys[index] = key = self.cache.key(info, text)
            known = self.cache.get(key)
            if known is not None:
                outcomes[index] = Found(known, cached=True)
        missing = [index for index in range(len(texts)) if index not in outcomes]
        if missing:
            for index, done in zip(missing, await self._run(name, [texts[i] for i in missing]), strict=True):
                if isinstance(done, BaseException):
                    outcomes[index] = self._failed(done, len(texts))
                else:
                    outcomes[index] = Found(done.result, done.waited, done.ran)
                    self.cache.put(keys[index], done.result)
        return [outcomes[index] for index in range(len(texts))]

    async def _run(self, name: str, texts: Sequence[str]) -> Sequence[Done[Findings] | BaseException]:
        try:
            return await self.batchers[name].submit(texts, self._settings.time_limit)
        except QueueFullError as error:
            raise _overloaded(error) from None
        except StoppedError:
            raise Problem(
                UNAVAILABLE, "The server is shutting down; try again.", headers={"Retry-After": "1"}
            ) from None

    def waiting(self) -> tuple[int, int]:
        """Return the documents and the characters that wait for a model."""
        batchers = self.batchers.values()
        return sum(batcher.documents for batcher in batchers), sum(batcher.characters for batcher in batchers)

    def stop(self) -> None:
        """Finish what was accepted, then end the model threads."""
        end = time.monotonic() + 10
        for batcher in self.batchers.values():
            batcher.stop(max(0.1, end - time.monotonic()))

    def _name(self, model: str | None) -> str:
        name = self._settings.model if model is None else model
        if name not in self.detectors:
            raise Problem(
                INVALID,
                f"There is no such model here; the models are {', '.join(self.detectors)}. "
                "The server's option --extra-models adds others.",
            )
        return name

    def _too_long(self, text: str) -> Problem:
        limit = self._settings.max_characters
        return Problem(
            TOO_LARGE,
            f"The document has {len(text)} characters, this server takes {limit}; send it in parts.",
            limit=limit,
        )

    def _failed(self, error: BaseException, documents: int) -> Problem:
        if isinstance(error, TimeoutError):
            advice = "send a shorter document" if documents == 1 else "send fewer or shorter documents in a request"
            return Problem(
                TIME_LIMIT,
                f"The model's work on this request took longer than {self._settings.time_limit:g} s; {advice}.",
            )
        _LOG.error("the model failed on a document", exc_info=error)
        return Problem(INTERNAL, "The model failed on this document; the error was logged.")


def _overloaded(error: QueueFullError) -> Problem:
    seconds = max(1, round(error.retry_after))
    return Problem(OVERLOADED, f"The queue is full; try again in {seconds} s.", headers={"Retry-After": str(seconds)})
