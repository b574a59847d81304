"""The plan of a run: inputs in order, cut into chunks that are the same every time."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from scamlint.batch.inputs import STDIN, Input, find_inputs
from scamlint.batch.options import BatchOptions
from scamlint.batch.readers import broken_off, read_stream, unsupported
from scamlint.batch.records import Chunk, DocumentError, Position, Record, Stop
from scamlint.batch.streams import decompress, open_raw, read_all
from scamlint.errors import OptionError

CHUNK_RECORDS = 128
CHUNK_BYTES = 1 << 20
GROUP = 64

# Called with (split, records read in it); tells the parent that the reader is alive and where.
Beat = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Split:
    """What is read in one go: one container, or up to 64 small files.

    Attributes:
        number: From 0, in order.
        inputs: One container, or files of one document each.
        digest: Hash over name, size and time of every input up to and including these.
        consumed: Bytes of all inputs before these.
    """

    number: int
    inputs: tuple[Input, ...]
    digest: str
    consumed: int


def splits(options: BatchOptions, stdin: str = "") -> Iterator[Split]:
    """Yield the splits of the inputs, always the same ones in the same order."""
    digest = hashlib.sha256()
    consumed = 0
    number = 0
    for container, items in groupby(find_inputs(options, stdin), key=lambda item: item.is_container):
        for group in _groups(items, 1 if container else GROUP):
            for item in group:
                digest.update(f"{item.source}\0{item.size}\0{item.stamp}\0".encode("utf-8", "surrogateescape"))
            yield Split(number, group, digest.hexdigest(), consumed)
            number += 1
            consumed += sum(item.size for item in group)


def inputs_digest(options: BatchOptions) -> str:
    """Return the hash over name, size and time of every input."""
    digest = ""
    for split in splits(options):
        digest = split.digest
    return digest


def _groups(items: Iterator[Input], size: int) -> Iterator[tuple[Input, ...]]:
    group: list[Input] = []
    for item in items:
        group.append(item)
        if len(group) == size:
            yield tuple(group)
            group = []
    if group:
        yield tuple(group)


def split_chunks(
    split: Split, options: BatchOptions, beat: Beat | None = None, stop: Stop | None = None
) -> Iterator[Chunk]:
    """Yield the chunks of one split.

    Args:
        split: What to read.
        options: Of the run.
        beat: Called before each record.
        stop: Where to stop, when an earlier reader died here.
    """
    number = 0
    records: list[Record] = []
    size = 0
    for record in _stopped(split, options, beat, stop):
        if record is None:
            break
        records.append(record)
        size += record.size()
        if len(records) >= CHUNK_RECORDS or size >= CHUNK_BYTES:
            yield Chunk(Position(split.number, number), records, split.digest, split.consumed)
            number += 1
            records, size = [], 0
    else:
        stop = None  # it lies behind the end
    if stop is not None:
        late = number < stop.chunk  # an earlier reader got further, and what it sent has its rows
        number, records = (stop.chunk, []) if late else (number, records)
        records.append(_rest(split, stop, late))
    if records:
        yield Chunk(Position(split.number, number), records, split.digest, split.consumed)


def _stopped(split: Split, options: BatchOptions, beat: Beat | None, stop: Stop | None) -> Iterator[Record | None]:
    """Yield the records of a split; at its stop, if it comes to that, None."""
    count = 0
    source = _split_records(split, options)
    while True:
        if beat is not None:
            beat(split.number, count)
        if stop is not None and count == stop.count:
            yield None
            return
        record = next(source, None)
        if record is None:
            return
        count += 1
        yield record


def _rest(split: Split, stop: Stop, late: bool) -> Record:
    """Return the record that stands for what comes after a stop."""
    name = split.inputs[0].source
    if late:
        return Record.failed(f"{name}:rest", name, stop.status, stop.message)
    return broken_off(name, name, stop.count, DocumentError(stop.status, stop.message))


def _split_records(split: Split, options: BatchOptions) -> Iterator[Record]:
    for item in split.inputs:
        if item.problem:
            yield Record.failed(item.source, item.source, "unreadable", item.problem)
        elif not item.form:
            if not options.skip_unsupported:
                yield unsupported(item.source, item.source, item.source.rsplit("/", 1)[-1].rpartition(".")[2])
        elif item.is_container:
            yield from _container(item, options)
        elif item.source == "stdin" and STDIN in options.inputs:
            yield _whole_stdin(item, options)
        else:
            yield Record(item.source, item.source, item.form)


def _whole_stdin(item: Input, options: BatchOptions) -> Record:
    """Return standard input as one document; the file that it was saved in is none that a worker could open."""
    try:
        with open_raw(item.path) as raw:
            return Record("stdin", "stdin", item.form, read_all(raw, options.max_bytes))
    except DocumentError as error:
        return Record.failed("stdin", "stdin", error.status, error.message)


def _container(item: Input, options: BatchOptions) -> Iterator[Record]:
    count = 0
    try:
        with open_raw(item.path) as raw:
            for record in read_stream(item.form, decompress(raw, item.compression), item.source, options):
                count += 1
                yield record
    except DocumentError as error:
        yield broken_off(item.source, item.source, count, error)
    except OptionError as error:  # an extra is missing
        yield Record.failed(item.source, item.source, "unreadable", str(error))
    except MemoryError:
        error_ = DocumentError("memory", "Reading on needs more memory than --memory allows.")
        yield broken_off(item.source, item.source, count, error_)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        error_ = DocumentError("unreadable", "The compressed file is damaged from here on.")
        yield broken_off(item.source, item.source, count, error_)
    except Exception as error:  # whatever else a damaged file makes a library raise
        error_ = DocumentError("unreadable", f"The file is damaged from here on ({type(error).__name__}).")
        yield broken_off(item.source, item.source, count, error_)
