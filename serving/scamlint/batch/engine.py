"""The local engine: a reader, workers on every core, one writer, and nothing lost between them."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing.connection import wait
from typing import Any

from scamlint import __version__
from scamlint.batch.chunks import inputs_digest
from scamlint.batch.encoders import Encoded
from scamlint.batch.extras import need
from scamlint.batch.inputs import STDIN, check_inputs
from scamlint.batch.options import BatchOptions
from scamlint.batch.output import Output
from scamlint.batch.pool import STARTS, Reader, ReaderDeaths, Task, Worker, blame
from scamlint.batch.records import Position
from scamlint.batch.summary import LostDocumentsError, Summary
from scamlint.bundle import CONFIG_FILE, file_hash, load_bundle
from scamlint.errors import OptionError, ScamlintError
from scamlint.labels import get_label

_TICK = 0.2
# How many chunks may be finished ahead of the oldest unfinished one.
_WINDOW = 64


def run_batch(options: BatchOptions, on_progress: Callable[[Summary], None] | None = None) -> Summary:
    """Score every document of the inputs and write a row for each.

    Args:
        options: What to score and how.
        on_progress: Called some times a second with the state of the run.

    Returns:
        The counts.

    Raises:
        ScamlintError: An option is wrong, an input does not exist, or the output cannot be written. A document that
            cannot be read raises nothing: it is a row.
        KeyboardInterrupt: The run was stopped; what is finished is kept and ``resume`` goes on from there.
    """
    check_inputs(options)
    if options.format == "parquet":
        need("pyarrow", "files", "A Parquet result")
    with closing(Output(options, run_fingerprint(options))) as output, _saved_stdin(options) as stdin:
        return _Run(options, output, stdin, on_progress or (lambda summary: None)).run()


def run_fingerprint(options: BatchOptions) -> dict[str, Any]:
    """Return what shapes the rows of a run: the options, the model and the version of scamlint.

    Raises:
        ScamlintError: The model or a label does not exist.
    """
    bundle = load_bundle(options.model)
    for label in (*(options.labels or ()), *options.thresholds):
        get_label(label)
    for label, value in options.thresholds.items():
        if not 0.0 <= value <= 1.0:
            raise OptionError(f"The threshold of {label} must lie between 0 and 1, got {value}.")
    return {
        "scamlint": __version__,
        "model": f"{bundle.name} {bundle.version}",
        "model_sha256": file_hash(bundle.folder / CONFIG_FILE),
        **options.fingerprint(),
    }


class _Run:
    """One run. The loop is single-threaded: it waits for any child, passes work on and writes in order."""

    def __init__(
        self, options: BatchOptions, output: Output, stdin: str, on_progress: Callable[[Summary], None]
    ) -> None:
        self._options = options
        self._output = output
        self._stdin = stdin
        self._on_progress = on_progress
        self._workers: list[Worker] = []
        self._reader: Reader | None = None
        self._reading = True
        self._deaths = ReaderDeaths(output.manifest.stops)
        self._failed_starts = 0
        self._queue: deque[Task] = deque()
        self._done: dict[int, tuple[Task, Encoded]] = {}
        self._received = 0
        self._written = 0
        self._start = Position(0, 0)
        self._known: str | None = None  # hash of the inputs up to the split of the start
        self._check: str | None = None  # the hash that the reader has still to show
        self._digest = ""
        self._last = (0, 0, "", 0)
        self._started = time.monotonic()
        self.summary = Summary()

    def run(self) -> Summary:
        """Run to the end."""
        self._resume()
        if self._output.manifest.finished:
            self._check_finished()
        else:
            try:
                self._reader = Reader(self._options, self._start, self._deaths.stops, self._stdin)
                self._workers = [Worker(self._options) for _ in range(self._options.processes)]
                while self._reading or self._written < self._received:
                    self._step()
                self._close_part()
            finally:
                self._output.discard()
                for child in (self._reader, *self._workers):
                    if child is not None:
                        child.kill()
        self.summary.rows = self._output.finish(self._digest)
        self._report()
        if self.summary.rows != self.summary.documents:
            raise LostDocumentsError(
                f"{self.summary.documents:,} documents were read and {self.summary.rows:,} rows written; "
                "please report this, with the inputs if you can share them."
            )
        return self.summary

    def _resume(self) -> None:
        parts = self._output.manifest.parts
        if parts:
            self._start, self._known = parts[-1].next, parts[-1].digest
            self._check = self._known
            self._last = (parts[-1].split, parts[-1].chunk, parts[-1].digest, parts[-1].consumed)
        for part in parts:
            self.summary.documents += part.rows
            self.summary.resumed += part.rows
            self.summary.flagged += part.flagged
            self.summary.errors += part.errors
        self.summary.rows = self.summary.documents

    def _step(self) -> None:
        """Wait until something happens, and handle it."""
        idle = [worker for worker in self._workers if worker.ready and worker.task is None]
        while idle and self._queue:
            self._give(idle.pop(), self._queue.popleft())
        sources: list[Any] = [worker.pipe for worker in self._workers]
        room = len(self._queue) < len(self._workers) and self._received - self._written < _WINDOW
        if self._reading and room and self._reader is not None:
            sources.append(self._reader.pipe)
        ready = wait(sources, timeout=_TICK)
        for worker in list(self._workers):
            if worker.pipe in ready:
                self._from_worker(worker)
            elif worker.overdue():
                self._worker_died(worker, timed_out=True)
        if self._reader is not None and self._reading:
            if self._reader.pipe in ready:
                self._from_reader(self._reader)
            elif self._reader.overdue() and not self._reader.pipe.poll():
                self._reader_died(self._reader, timed_out=True)
        self._write()
        self._report()

    def _give(self, worker: Worker, task: Task) -> None:
        try:
            worker.give(task)
        except OSError:
            self._worker_died(worker)

    def _from_worker(self, worker: Worker) -> None:
        task = worker.task
        try:
            encoded = worker.receive()
        except (EOFError, OSError):
            self._worker_died(worker)
            return
        if encoded is not None and task is not None:
            self._done[task.number] = (task, encoded)

    def _from_reader(self, reader: Reader) -> None:
        try:
            kind, header, body = reader.receive()
        except (EOFError, OSError):
            self._reader_died(reader)
            return
        if kind == "check":
            self._check_inputs(header)
        elif kind == "end":
            self._reading, self._digest = False, header
            if self._check is not None:
                self._check_inputs("")
        else:
            position, count, digest, consumed = header
            self._queue.append(Task(self._received, position, count, digest, consumed, body))
            self._received += 1
            self.summary.documents += count
            self._start, self._known = Position(position.split, position.chunk + 1), digest

    def _check_inputs(self, digest: str) -> None:
        if self._check is not None and digest != self._check:
            raise OptionError(
                "The interrupted run cannot go on: files among the inputs were added, removed or changed. "
                "Use --overwrite to restart."
            )
        self._check = None

    def _check_finished(self) -> None:
        """Refuse to call a finished run up to date when its inputs are not what they were."""
        if inputs_digest(self._options) != self._output.manifest.digest:
            raise OptionError(
                f"The run in {self._options.output} is finished, and files among the inputs were added, removed or "
                "changed since. Use --overwrite to score them all again, or name another output."
            )

    def _worker_died(self, worker: Worker, timed_out: bool = False) -> None:
        """Replace a worker; its chunk is tried again, without the document that it fell over."""
        task, at, loaded = worker.task, worker.place(), worker.ready
        timed_out = timed_out or worker.used_up_its_time()
        worker.kill()
        self.summary.restarts += 1
        if not loaded:
            self._failed_starts += 1
            if self._failed_starts > STARTS:
                raise ScamlintError("The workers die while they load the model; see what they said above.")
        self._workers[self._workers.index(worker)] = Worker(self._options)
        if task is not None:
            blame(task, at, timed_out, self._options.timeout)
            self._queue.appendleft(task)

    def _reader_died(self, reader: Reader, timed_out: bool = False) -> None:
        """Start a new reader; when one died twice at a place, it stops there and goes on after that input."""
        place, timed_out = reader.place(), timed_out or reader.used_up_its_time()
        reader.kill()
        self.summary.restarts += 1
        stop = self._deaths.note(place, self._start, timed_out, self._options.timeout)
        if stop is not None:  # before any row of it: a resumed run must stop there too
            self._output.manifest.stop(place[0], stop)
        self._check = self._known  # the new reader finds the inputs by itself
        self._reader = Reader(self._options, self._start, self._deaths.stops, self._stdin)

    def _write(self) -> None:
        while self._written in self._done:
            task, encoded = self._done.pop(self._written)
            self._written += 1
            self._output.write(encoded)
            summary = self.summary
            summary.rows += encoded.rows
            summary.errors += encoded.errors
            summary.first_error = summary.first_error or encoded.first_error
            summary.flagged += encoded.flagged
            summary.model_seconds += encoded.seconds
            summary.consumed = task.consumed
            self._last = (task.position.split, task.position.chunk + 1, task.digest, task.consumed)
            if self._output.part_is_full:
                self._close_part()

    def _close_part(self) -> None:
        if self._written:
            self._output.close_part(*self._last)

    def _report(self) -> None:
        self.summary.seconds = time.monotonic() - self._started
        self._on_progress(self.summary)


@contextmanager
def _saved_stdin(options: BatchOptions) -> Iterator[str]:
    """Copy standard input, when it is an input, to a file for the block, so that the reader process can open it."""
    if STDIN not in options.inputs:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="scamlint-") as folder:
        path = os.path.join(folder, "stdin")
        with open(path, "wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield path
