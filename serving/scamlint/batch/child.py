"""What runs in the child processes: the reader, which cuts inputs into chunks, and the workers, which score them."""

from __future__ import annotations

import pickle
import time
from collections.abc import Mapping, MutableSequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from scamlint.batch.chunks import Split, split_chunks, splits
from scamlint.batch.encoders import Encoded, encode_rows
from scamlint.batch.extract import extract
from scamlint.batch.limits import arm_cpu_limit, cpu_limit, follow_parent, limit_growth, memory_limit, wall_seconds
from scamlint.batch.options import MIB, BatchOptions
from scamlint.batch.records import Document, Position, Record, Stop
from scamlint.batch.score import Row, score_documents

if TYPE_CHECKING:
    from scamlint.detector import Detector

# What a child tells the parent through shared memory: [phase, document, since, allowed seconds].
BEAT_SIZE = 4
IDLE, PARSING, SCORING = 0.0, 1.0, 2.0
# Scoring may take the time limit and a second for each so many characters, far more than any model needs.
SLOWEST = 1000.0
# Texts are scored when so many characters are gathered, so that a chunk of large files stays small in memory.
SCORE_CHARACTERS = 4_000_000
# From so many bytes on a line of JSON is parsed within limits; for shorter ones setting them takes as long as parsing.
LARGE_LINE = 1 << 16

Beats = MutableSequence[float]


@dataclass(frozen=True, slots=True)
class Care:
    """What earlier tries of a chunk taught.

    Attributes:
        failed: Records that a worker did not survive, by index: the status and the error of their rows.
        alone: Score each document by itself, because a worker did not survive scoring them together.
    """

    failed: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    alone: bool = False


def score_chunk(
    detector: Detector,
    records: list[Record],
    options: BatchOptions,
    care: Care | None = None,
    beats: Beats | None = None,
) -> Encoded:
    """Parse and score the records of a chunk, within the limits of the run.

    Args:
        detector: The model.
        records: The chunk; it is emptied, so that its memory is free while the model runs.
        options: Of the run.
        care: What earlier tries taught.
        beats: Shared memory to tell the parent what is being done.

    Returns:
        The encoded rows, one for each record.
    """
    care = care or Care()
    rows: list[Row] = []
    gathered: list[Document] = []
    characters = 0
    seconds = 0.0
    for index in range(len(records)):
        record, records[index] = records[index], _NOTHING
        if index in care.failed:
            gathered.append(Document.failed(record, *care.failed[index]))
        else:
            gathered.append(_parse(record, index, options, beats))
        characters += len(gathered[-1].text)
        if care.alone or characters >= SCORE_CHARACTERS or index == len(records) - 1:
            started = time.monotonic()
            allowed = options.timeout + characters / SLOWEST
            _beat(beats, SCORING, index, wall_seconds(allowed))
            with cpu_limit(allowed):
                rows += _score(detector, gathered, options)
            seconds += time.monotonic() - started
            gathered, characters = [], 0
    _beat(beats, IDLE, 0, 0.0)
    return encode_rows(rows, options, seconds)


def _score(detector: Detector, documents: list[Document], options: BatchOptions) -> list[Row]:
    """Score documents; when that raises, score each one by itself, so that only the one at fault is lost."""

    def rows(some: list[Document]) -> list[Row]:
        chosen, changed = options.labels, options.thresholds
        return list(score_documents(detector, some, labels=chosen, thresholds=changed, context=options.context))

    try:
        return rows(documents)
    except MemoryError:
        raise
    except Exception as error:  # a fault of scamlint; the run goes on and the row tells
        if len(documents) > 1:
            return [row for document in documents for row in _score(detector, [document], options)]
        (document,) = documents
        message = f"Scoring the document failed ({type(error).__name__}); please report this."
        return rows([replace(document, text="", status="crashed", error=message)])


def _parse(record: Record, index: int, options: BatchOptions, beats: Beats | None) -> Document:
    _beat(beats, PARSING, index, wall_seconds(options.timeout))
    if record.form in ("text", "none") or (record.form == "json" and record.size() < LARGE_LINE):
        return extract(record, options)  # no foreign parser, and nothing that could take much
    try:
        with memory_limit(options.memory), cpu_limit(options.timeout):
            return extract(record, options)
    except MemoryError:
        message = f"Reading the document needs more than {options.memory} MiB; see --memory."
        return Document.failed(record, "memory", message)


_NOTHING = Record("", "", "none")


def _beat(beats: Beats | None, phase: float, index: int, allowed: float) -> None:
    if beats is not None:
        beats[0] = IDLE
        beats[1], beats[2], beats[3] = float(index), time.monotonic(), allowed
        beats[0] = phase


def worker_main(pipe: Connection, beats: Beats, options: BatchOptions) -> None:
    """Score chunks until the pipe is closed."""
    follow_parent()
    from scamlint.detector import Detector

    detector = Detector.load(options.model, threads=1)
    pipe.send("ready")
    while True:
        try:
            care = pipe.recv()
            records = pickle.loads(pipe.recv_bytes())  # noqa: S301 - written by the reader of this run
        except EOFError:
            return
        try:
            pipe.send(score_chunk(detector, records, options, care, beats))
        except MemoryError:
            return  # the parent sees a dead worker and tries the documents one by one


def reader_main(
    pipe: Connection,
    beats: Beats,
    options: BatchOptions,
    start: Position,
    stops: Mapping[int, Stop],
    stdin: str,
    only: Split | None = None,
) -> None:
    """Send the chunks from a position on, each as a header and a body.

    Args:
        pipe: To the parent.
        beats: Shared memory: [blocked, split, time, records read in the split].
        options: Of the run.
        start: First chunk to send.
        stops: For each split that an earlier reader did not survive, where to stop.
        stdin: Where standard input was saved.
        only: Read this split and no other.
    """
    follow_parent()
    # Room for what one document may take, and for some copies of the largest one on its way.
    limit_growth(options.memory + 6 * options.max_bytes // MIB + 512)

    def beat(split: int, count: int) -> None:
        beats[1], beats[3], beats[2] = float(split), float(count), time.monotonic()
        arm_cpu_limit(options.timeout)

    digest = ""
    for split in [only] if only is not None else splits(options, stdin):
        digest = split.digest
        beat(split.number, 0)
        if split.number < start.split:
            continue
        if split.number == start.split:
            _send(pipe, beats, "check", split.digest)
        for chunk in split_chunks(split, options, beat, stops.get(split.number)):
            if (split.number, chunk.position.chunk) < (start.split, start.chunk):
                continue
            header = (chunk.position, len(chunk.records), chunk.digest, chunk.consumed)
            _send(pipe, beats, "chunk", header, pickle.dumps(chunk.records, protocol=5))
    _send(pipe, beats, "end", digest)


def _send(pipe: Connection, beats: Beats, kind: str, header: object, body: bytes | None = None) -> None:
    """Send one message; while the parent does not take it, the reader counts as blocked, not as stuck."""
    beats[0] = 1.0
    pipe.send((kind, header))
    if body is not None:
        pipe.send_bytes(body)
    beats[2] = time.monotonic()
    beats[0] = 0.0
