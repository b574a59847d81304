"""The parent's side of the child processes: starting them, watching their time, taking what they send."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from scamlint.batch.child import BEAT_SIZE, IDLE, PARSING, SCORING, Beats, Care, reader_main, worker_main
from scamlint.batch.chunks import Split
from scamlint.batch.encoders import Encoded
from scamlint.batch.limits import CPU_LIMIT_EXIT, waits, wall_seconds
from scamlint.batch.options import BatchOptions
from scamlint.batch.records import Position, Stop
from scamlint.errors import ModelError, ScamlintError

_CONTEXT = multiprocessing.get_context("spawn")
_START_SECONDS = 600.0
# How often a child may die without getting anywhere.
STARTS = 3


@dataclass(slots=True)
class Task:
    """A chunk on its way through the workers.

    Attributes:
        number: Order of the chunk in this run.
        position: Where it stands in the inputs.
        count: How many records it has.
        digest: Of the inputs up to here.
        consumed: Bytes of input before its split.
        body: The pickled records, as the reader sent them.
        failed: Records that a worker did not survive, by index: status and error.
        alone: Whether its documents are to be scored one by one.
        deaths: How often a worker died on it, by the index of the record it was at; -1 when that is not known.
    """

    number: int
    position: Position
    count: int
    digest: str
    consumed: int
    body: bytes
    failed: dict[int, tuple[str, str]] = field(default_factory=dict)
    alone: bool = False
    deaths: dict[int, int] = field(default_factory=dict)


class Child:
    """A child process with its pipe and its shared memory."""

    def __init__(self, target: Any, *arguments: Any) -> None:
        self.pipe, theirs = _CONTEXT.Pipe()
        self.beats: Beats = _CONTEXT.RawArray("d", BEAT_SIZE)
        self.process: SpawnProcess = _CONTEXT.Process(target=target, args=(theirs, self.beats, *arguments), daemon=True)
        self.process.start()
        theirs.close()

    def used_up_its_time(self) -> bool:
        """Whether the process, which is dead or dying, was ended by its limit of processor time."""
        self.process.join(5.0)
        return self.process.exitcode == CPU_LIMIT_EXIT

    def sleeps(self) -> bool:
        """Whether the process does nothing, though it could."""
        return self.process.pid is not None and waits(self.process.pid)

    def kill(self) -> None:
        """End the process at once."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Worker(Child):
    """A worker process; it has at most one task."""

    pipe: Connection

    def __init__(self, options: BatchOptions) -> None:
        super().__init__(worker_main, options)
        self.ready = False
        self.task: Task | None = None
        self._started = time.monotonic()

    def give(self, task: Task) -> None:
        """Send a task."""
        self.task = task
        self.pipe.send(Care(task.failed, task.alone))
        self.pipe.send_bytes(task.body)

    def receive(self) -> Encoded | None:
        """Take a message: None for the first one, which says that the worker is ready.

        Raises:
            EOFError: The worker died.
            OSError: The worker died.
        """
        message = self.pipe.recv()
        if isinstance(message, Encoded):
            self.task = None
            return message
        self.ready = True
        return None

    def overdue(self) -> bool:
        """Whether it takes longer than it is allowed."""
        if not self.ready:
            if time.monotonic() - self._started > _START_SECONDS and self.sleeps():
                raise ModelError(f"A worker did not load the model within {_START_SECONDS:.0f} s; see the log above.")
            return False
        phase, _, since, allowed = self.beats[0:4]
        return phase != IDLE and time.monotonic() - since > allowed and self.sleeps()

    def place(self) -> int:
        """Return the index of the record that is at work, or -1 when there are several or none."""
        phase = self.beats[0]
        alone = self.task is not None and self.task.alone
        return int(self.beats[1]) if phase == PARSING or (phase == SCORING and alone) else -1


class Reader(Child):
    """The reader process."""

    def __init__(
        self, options: BatchOptions, start: Position, stops: dict[int, Stop], stdin: str = "", only: Split | None = None
    ) -> None:
        super().__init__(reader_main, options, start, stops, stdin, only)
        self._timeout = options.timeout
        self._born = time.monotonic()

    def receive(self) -> tuple[str, Any, bytes]:
        """Take a message: its kind, header and body.

        Raises:
            EOFError: The reader died.
            OSError: The reader died.
        """
        kind, header = self.pipe.recv()
        return kind, header, self.pipe.recv_bytes() if kind == "chunk" else b""

    def overdue(self) -> bool:
        """Whether it has read nothing for longer than the time limit, though nobody kept it from sending."""
        blocked, _, since, _ = self.beats[0:4]
        now = time.monotonic()
        if since == 0.0:
            return now - self._born > _START_SECONDS and self.sleeps()
        return not blocked and now - since > wall_seconds(self._timeout) and self.sleeps()

    def place(self) -> tuple[int, int]:
        """Return the split and the number of records read in it."""
        return int(self.beats[1]), int(self.beats[3])


class ReaderDeaths:
    """What the deaths of readers taught: where the next one has to stop.

    Args:
        stops: What an interrupted run had found out.

    Attributes:
        stops: For each split that no reader survived, where to stop in it.
    """

    def __init__(self, stops: Mapping[int, Stop] | None = None) -> None:
        self.stops: dict[int, Stop] = dict(stops or {})
        self._deaths: dict[tuple[int, int], int] = {}
        self._furthest = (-1, 0)
        self._in_vain = 0

    def note(self, place: tuple[int, int], start: Position, timed_out: bool, timeout: float) -> Stop | None:
        """Note that a reader died; the first time at a place is forgiven unless it took too long.

        Args:
            place: The split and the number of records read in it.
            start: The first chunk that was not taken from it.
            timed_out: Whether it was ended for taking too long.
            timeout: The time limit, for the message.

        Returns:
            Where to stop in the split from now on, when that is new.

        Raises:
            ScamlintError: Readers die again and again, and none gets further than the ones before.
        """
        split, count = place
        self._in_vain = self._in_vain + 1 if place <= self._furthest else 1
        self._furthest = max(place, self._furthest)
        if self._in_vain > STARTS:
            raise ScamlintError(f"The reader dies again and again at input {split + 1}; see what it said above.")
        deaths = self._deaths[place] = self._deaths.get(place, 0) + 1
        if split in self.stops and self.stops[split].count <= count:
            return None
        taken = start.chunk if start.split == split else 0
        if timed_out:
            message = f"Reading on takes over {timeout:g} s of processor time."
            self.stops[split] = Stop(count, "timeout", message, taken)
        elif deaths >= 2:
            message = "The process that read the file died twice at this place."
            self.stops[split] = Stop(count, "crashed", message, taken)
        else:
            return None
        return self.stops[split]


def blame(task: Task, at: int, timed_out: bool, timeout: float) -> None:
    """Decide what the next try of a chunk leaves out, after a worker died on it.

    Args:
        task: The chunk.
        at: Index of the record that was at work, or -1 when there were several.
        timed_out: Whether the worker was ended for taking too long; else it died by itself, or somebody killed it,
            and a first time is forgiven.
        timeout: The time limit, for the message.

    Raises:
        ScamlintError: Every record is left out already.
    """
    if at in task.failed:  # it was left out, so that it was not the cause
        at = -1
    task.deaths[at] = task.deaths.get(at, 0) + 1
    if len(task.failed) == task.count:
        raise ScamlintError("The workers die even on rows without a document; see what they said above.")
    if not timed_out and task.deaths[at] < 2:
        return
    if timed_out:
        failure = (
            "timeout",
            f"Reading or scoring the document takes over {timeout:g} s of processor time; see --timeout.",
        )
    else:
        failure = ("crashed", "The process that read the document died twice; it may need more than --memory allows.")
    if at >= 0:
        task.failed[at] = failure
    elif not task.alone:
        task.alone = True
        task.deaths.clear()
    else:
        task.failed = dict.fromkeys(range(task.count), failure)
