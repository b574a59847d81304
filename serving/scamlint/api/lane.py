"""One thread of the model and the queue before it: documents of many requests share runs and take turns."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

from scamlint.scoring import only_while

Result = TypeVar("Result")
Run = Callable[[Sequence[str]], Iterator[Result]]

# Weight of the newest run in the moving averages of the model's pace and of how much it varies.
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


class StoppedError(Exception):
    """The batcher takes no more work."""


@dataclass(eq=False, slots=True)
class Job(Generic[Result]):
    """One document that somebody waits for, on an event loop of theirs."""

    text: str
    future: asyncio.Future[Done[Result]]
    loop: asyncio.AbstractEventLoop
    begun: float = field(default_factory=time.perf_counter)

    def settle(self, outcome: Done[Result] | BaseException) -> None:
        """Tell who waits, from any thread."""
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


class Lane(Generic[Result]):
    """One thread and the work that waits for it: a queue of requests that take turns."""

    def __init__(self, name: str, run: Run[Result], limits: QueueLimits) -> None:
        self._run = run
        self._limits = limits
        self._requests: deque[deque[Job[Result]]] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._running = 0  # characters of the run in progress
        self._begun = 0.0  # when it began
        self._pace: float | None = None  # seconds a character, and how far runs are from it on average
        self._spread = 0.0
        self.documents = 0
        self.characters = 0
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def delay(self, documents: int = 1) -> float:
        """Return the seconds after which the last of some documents of one request should begin, if runs are slow.

        A text with many signs takes several times as long as one with none, so runs count with the mean of the recent
        ones and their mean deviation (as retransmission timers do, Jacobson 1988).

        Args:
            documents: How many. As requests take turns, so many of each that waits come before it.
        """
        with self._changed:
            if self._pace is None:
                return 0.0
            slow = self._pace + self._spread
            left = self._running * slow - (time.perf_counter() - self._begun) if self._running else 0.0
            ahead = sum(len(job.text) for jobs in self._requests for job in islice(jobs, documents))
            return ahead * slow + max(left, 0.0)

    def learn(self, characters: int, seconds: float) -> None:
        """Take a run into the moving averages; a small one, which is mostly overhead, says little."""
        pace = seconds / max(characters, 1)
        if self._pace is None:
            self._pace = pace
        weight = _NEWEST * min(1.0, characters / self._limits.batch_characters)
        self._spread += weight * (abs(pace - self._pace) - self._spread)
        self._pace += weight * (pace - self._pace)

    def put(self, jobs: Sequence[Job[Result]]) -> deque[Job[Result]]:
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

    def drop(self, waiting: deque[Job[Result]]) -> None:
        """Take out what still waits of a request, given as what :meth:`put` returned."""
        with self._changed:
            if waiting:
                self._requests = deque(jobs for jobs in self._requests if jobs is not waiting)
                self.documents -= len(waiting)
                self.characters -= sum(len(job.text) for job in waiting)
                waiting.clear()

    def stop(self) -> None:
        """Take no more work, finish what waits and end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()

    def join(self, seconds: float) -> None:
        """Wait for the end of the thread, for so many seconds at most."""
        self._thread.join(seconds)

    def _take(self) -> list[Job[Result]]:
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

    def _next_batch(self) -> list[Job[Result]]:
        batch: list[Job[Result]] = []
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

    def _outcomes(self, batch: Sequence[Job[Result]]) -> list[Result | BaseException]:
        """Run a batch. When it fails, run each document alone, so that only the one at fault fails."""
        try:
            with only_while(lambda: not all(job.future.cancelled() for job in batch)):
                return list(self._run([job.text for job in batch]))
        except Exception as error:
            if len(batch) == 1:
                return [error]
        return [outcome for job in batch for outcome in self._outcomes([job])]
