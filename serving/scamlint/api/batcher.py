"""Dynamic micro-batching: concurrent requests share runs of the model, behind a bounded queue.

No request waits for others to fill a batch: while the model runs, requests gather, and the next run takes what is
there. Requests take turns, document by document, so that a batch request of many documents does not hold back a single
one; long documents have a thread of their own, so that they do not hold back short ones.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

from scamlint.scoring import only_while

Result = TypeVar("Result")
Run = Callable[[Sequence[str]], Iterator[Result]]

# Weight of the newest run in the moving average of the model's speed.
_NEWEST = 0.2


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """Bounds of the queue and of one run.

    Attributes:
        documents: Most documents that wait.
        characters: Most characters that wait.
        seconds: A request is refused when its last document would begin later than this because of others.
        batch_characters: Most characters of one run; a longer document has a run of its own.
        short_characters: Documents up to this length share the first thread.
        share: Whether documents share runs at all.
    """

    documents: int
    characters: int
    seconds: float
    batch_characters: int
    short_characters: int
    share: bool = True


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """A result with its times, in seconds."""

    result: Result
    waited: float
    ran: float


class QueueFullError(Exception):
    """The queue is full; ``retry_after`` is the number of seconds after which there should be room."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("The queue is full.")
        self.retry_after = retry_after


class StoppedError(Exception):
    """The batcher takes no more work."""


@dataclass(eq=False, slots=True)
class _Job(Generic[Result]):
    text: str
    future: asyncio.Future[Done[Result]]
    loop: asyncio.AbstractEventLoop
    begun: float = field(default_factory=time.perf_counter)

    def settle(self, outcome: Done[Result] | BaseException) -> None:
        try:
            self.loop.call_soon_threadsafe(self._settle, outcome)
        except RuntimeError:  # the loop is closed: nobody waits any more
            return

    def _settle(self, outcome: Done[Result] | BaseException) -> None:
        if self.future.done():
            return
        if isinstance(outcome, BaseException):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


class _Lane(Generic[Result]):
    """One thread and the work that waits for it: a queue of requests that take turns."""

    def __init__(self, name: str, run: Run[Result], limits: QueueLimits) -> None:
        self._run = run
        self._limits = limits
        self._requests: deque[deque[_Job[Result]]] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._running = 0  # characters of the run in progress
        self._begun = 0.0  # when it began
        self._speed: float | None = None
        self.documents = 0
        self.characters = 0
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def delay(self, documents: int = 1) -> float:
        """Return the seconds after which the last of some documents of one request should begin, by the recent speed.

        Args:
            documents: How many. As requests take turns, so many of each that waits come before it.
        """
        with self._changed:
            if not self._speed:
                return 0.0
            left = self._running / self._speed - (time.perf_counter() - self._begun) if self._running else 0.0
            ahead = sum(len(job.text) for jobs in self._requests for job in islice(jobs, documents))
            return ahead / self._speed + max(left, 0.0)

    def learn(self, characters: int, seconds: float) -> None:
        """Take a run into the moving average of the speed; a small one, which is mostly overhead, says little."""
        speed = max(characters, 1) / max(seconds, 1e-6)
        weight = _NEWEST * min(1.0, characters / self._limits.batch_characters)
        self._speed = speed if self._speed is None else (1 - weight) * self._speed + weight * speed

    def put(self, jobs: Sequence[_Job[Result]]) -> deque[_Job[Result]]:
        """Let jobs of one request wait; return those that still wait, at any time from now on."""
        waiting = deque(jobs)
        with self._changed:
            if self._stopping:
                raise StoppedError("The server is shutting down.")
            self._requests.append(waiting)
            self.documents += len(waiting)
            self.characters += sum(len(job.text) for job in waiting)
            self._changed.notify()
        return waiting

    def drop(self, waiting: deque[_Job[Result]]) -> None:
        """Take out what still waits of a request, given as what :meth:`put` returned."""
        with self._changed:
            if waiting:
                self._requests = deque(jobs for jobs in self._requests if jobs is not waiting)
                self.documents -= len(waiting)
                self.characters -= sum(len(job.text) for job in waiting)
                waiting.clear()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _take(self) -> list[_Job[Result]]:
        """Wait for work and take the documents of the next run; nothing when the lane is to end."""
        with self._changed:
            while True:
                batch = self._next_batch()
                if batch or self._stopping:
                    self._running = sum(len(job.text) for job in batch)
                    self._begun = time.perf_counter()
                    return batch
                self._running = 0
                self._changed.wait()

    def _next_batch(self) -> list[_Job[Result]]:
        batch: list[_Job[Result]] = []
        size = 0
        while self._requests:
            jobs = self._requests[0]
            job = jobs[0]
            if batch and (not self._limits.share or size + len(job.text) > self._limits.batch_characters):
                break
            jobs.popleft()
            self._requests.popleft()
            if jobs:
                self._requests.append(jobs)
            self.documents -= 1
            self.characters -= len(job.text)
            batch.append(job)
            size += len(job.text)
        return batch

    def _work(self) -> None:
        while batch := self._take():
            begun = self._begun
            outcomes = self._outcomes(batch)
            ran = time.perf_counter() - begun
            if not any(isinstance(outcome, BaseException) for outcome in outcomes):
                self.learn(self._running, ran)  # one that failed or was abandoned says nothing of the speed
            for job, outcome in zip(batch, outcomes, strict=True):
                settled = outcome if isinstance(outcome, BaseException) else Done(outcome, begun - job.begun, ran)
                job.settle(settled)

    def _outcomes(self, batch: Sequence[_Job[Result]]) -> list[Result | BaseException]:
        """Run a batch. When it fails, run each document alone, so that only the one at fault fails."""
        try:
            with only_while(lambda: not all(job.future.cancelled() for job in batch)):
                return list(self._run([job.text for job in batch]))
        except Exception as error:
            if len(batch) == 1:
                return [error]
        return [outcome for job in batch for outcome in self._outcomes([job])]


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
        self._short = _Lane(f"scamlint-{name}", run, limits)
        self._long = _Lane(f"scamlint-{name}-long", run, limits)

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
        jobs: list[_Job[Result]] = [_Job(text, loop.create_future(), loop) for text in texts]
        waiting: dict[_Lane[Result], deque[_Job[Result]]] = {}
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

    def _lane(self, length: int) -> _Lane[Result]:
        """Return the lane of a document of so many characters."""
        return self._short if length <= self._limits.short_characters else self._long

    def stop(self, seconds: float = 10.0) -> None:
        """Finish what was taken, then end the threads; wait for them up to ``seconds``."""
        for lane in (self._short, self._long):
            lane.stop()
        for lane in (self._short, self._long):
            lane.join(seconds)
