"""Dynamic micro-batching: concurrent requests share runs of the model, behind a bounded queue.

No request waits for others to fill a batch: while the model runs, requests gather, and the next run takes what is
there. Requests take turns, document by document, so that a batch request of many documents does not hold back a single
one; long documents have a thread of their own, so that they do not hold back short ones.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from typing import Generic

from scamlint.api.lane import Done, Job, Lane, QueueLimits, Result, Run


class QueueFullError(Exception):
    """The queue is full; ``retry_after`` is the number of seconds after which there should be room."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("The queue is full.")
        self.retry_after = retry_after


def _outcome(future: asyncio.Future[Done[Result]]) -> Done[Result] | BaseException:
    if not future.done():
        return TimeoutError()
    return future.exception() or future.result()


class Batcher(Generic[Result]):
    """Runs a model for many callers.

    Args:
        run: Scores texts, one result for each, in order; called from two threads.
        limits: Bounds.
        name: Name of the threads.
    """

    def __init__(self, run: Run[Result], limits: QueueLimits, name: str = "model") -> None:
        self._limits = limits
        self._short = Lane(f"scamlint-{name}", run, limits)
        self._long = Lane(f"scamlint-{name}-long", run, limits)

    def learn(self, characters: int, seconds: float) -> None:
        """Tell how long a run of so many characters took, before the first one."""
        for lane in (self._short, self._long):
            lane.learn(characters, seconds)

    @property
    def documents(self) -> int:
        """Documents that wait."""
        return self._short.documents + self._long.documents

    @property
    def characters(self) -> int:
        """Characters that wait."""
        return self._short.characters + self._long.characters

    def check_early(self) -> None:
        """Refuse work of unknown shape while there is no room for any.

        Raises:
            QueueFullError: There is no room.
        """
        delay = min(self._short.delay(), self._long.delay())
        if self.documents >= self._limits.documents or delay > self._limits.seconds:
            raise QueueFullError(max(delay, 1.0))

    def check(self, lengths: Sequence[int]) -> None:
        """Refuse work that does not fit.

        Args:
            lengths: Characters of each document of the request, which waits for the last of its documents to begin.

        Raises:
            QueueFullError: There is no room. An empty queue takes any request.
        """
        counts = Counter(self._lane(length) for length in lengths)
        delay = max((lane.delay(count) for lane, count in counts.items()), default=0.0)
        over = (
            self.documents + len(lengths) > self._limits.documents
            or self.characters + sum(lengths) > self._limits.characters
        )
        if (over and self.documents) or delay > self._limits.seconds:
            raise QueueFullError(max(delay, 1.0))

    async def submit(self, texts: Sequence[str], seconds: float | None = None) -> list[Done[Result] | BaseException]:
        """Run the model on the documents of one request.

        Args:
            texts: The documents, at least one. What nobody waits for any more, after a time limit or when the caller
                is cancelled, leaves the queue at once; a run that has begun is given up as soon as the model allows.
            seconds: How long to wait for results; no limit when None.

        Returns:
            One result, or the exception in its place, for each document; TimeoutError for one that took too long.

        Raises:
            QueueFullError: There is no room.
            StoppedError: The batcher was stopped.
        """
        self.check([len(text) for text in texts])
        loop = asyncio.get_running_loop()
        jobs: list[Job[Result]] = [Job(text, loop.create_future(), loop) for text in texts]
        waiting: dict[Lane[Result], deque[Job[Result]]] = {}
        try:
            for lane in (self._short, self._long):
                chosen = [job for job in jobs if self._lane(len(job.text)) is lane]
                if chosen:
                    waiting[lane] = lane.put(chosen)
            await asyncio.wait([job.future for job in jobs], timeout=seconds)
            return [_outcome(job.future) for job in jobs]
        finally:
            for lane, left in waiting.items():
                lane.drop(left)
            for job in jobs:
                job.future.cancel()

    def _lane(self, length: int) -> Lane[Result]:
        """Return the lane of a document of so many characters."""
        return self._short if length <= self._limits.short_characters else self._long

    def stop(self, seconds: float = 10.0) -> None:
        """Finish what was taken, then end the threads; wait for them up to ``seconds``."""
        for lane in (self._short, self._long):
            lane.stop()
        for lane in (self._short, self._long):
            lane.join(seconds)
