"""One guarded reader and one guarded worker, for engines that bring their own scheduling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import wait

from scamlint.batch.chunks import Split
from scamlint.batch.encoders import Encoded
from scamlint.batch.options import BatchOptions
from scamlint.batch.pool import STARTS, Reader, ReaderDeaths, Task, Worker, blame
from scamlint.batch.records import Position
from scamlint.errors import ScamlintError

_TICK = 0.2


@dataclass(frozen=True, slots=True)
class PackedChunk:
    """A chunk as bytes.

    Attributes:
        count: How many records it has.
        body: The pickled records.
    """

    count: int
    body: bytes


def read_split(split: Split, options: BatchOptions) -> Iterator[PackedChunk]:
    """Yield the chunks of one split, read in a process with limits.

    Args:
        split: What to read.
        options: Of the run.
    """
    deaths = ReaderDeaths()
    start = Position(split.number, 0)
    reader = Reader(options, start, deaths.stops, only=split)
    try:
        while True:
            timed_out = False
            try:
                while not wait([reader.pipe], timeout=_TICK):
                    if reader.overdue() and not reader.pipe.poll():
                        timed_out = True
                        raise EOFError
                kind, header, body = reader.receive()
            except (EOFError, OSError):
                timed_out = timed_out or reader.used_up_its_time()
                deaths.note((split.number, reader.place()[1]), start, timed_out, options.timeout)
                reader.kill()
                reader = Reader(options, start, deaths.stops, only=split)
                continue
            if kind == "end":
                return
            if kind == "chunk":
                position, count, _, _ = header
                start = Position(position.split, position.chunk + 1)
                yield PackedChunk(count, body)
    finally:
        reader.kill()


class GuardedWorker:
    """Scores chunks in a process with limits, and starts another one when that dies."""

    def __init__(self, options: BatchOptions) -> None:
        self._options = options
        self._worker = Worker(options)

    def score(self, chunk: PackedChunk) -> Encoded:
        """Parse and score a chunk.

        Raises:
            ScamlintError: The worker does not even start.
        """
        task = Task(0, Position(0, 0), chunk.count, "", 0, chunk.body)
        given, failed_starts = False, 0
        while True:
            timed_out = False
            try:
                if self._worker.ready and not given:
                    self._worker.give(task)
                    given = True
                if wait([self._worker.pipe], timeout=_TICK):
                    encoded = self._worker.receive()
                    if encoded is not None:
                        return encoded
                elif self._worker.overdue():
                    timed_out = True
                    raise EOFError
            except (EOFError, OSError):
                timed_out = timed_out or self._worker.used_up_its_time()
                failed_starts += not self._worker.ready
                if failed_starts > STARTS:
                    raise ScamlintError("The worker dies while it loads the model.") from None
                if given:
                    blame(task, self._worker.place(), timed_out, self._options.timeout)
                self._worker.kill()
                self._worker, given = Worker(self._options), False
