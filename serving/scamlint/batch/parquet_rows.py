"""Reading Parquet: one record a row, whatever its columns hold."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Any

from scamlint.batch.extras import need
from scamlint.batch.options import BatchOptions
from scamlint.batch.records import DocumentError, Record
from scamlint.batch.streams import read_all
from scamlint.batch.values import column_values, finite, is_text, text_values

_BATCH_ROWS = 128
# Without a buffer Arrow reads all of a column of a row group at once, which may be most of the file.
_BUFFER = 1 << 20


def read_parquet(stream: IO[bytes], source: str, options: BatchOptions) -> Iterator[Record]:
    """Yield the rows of a Parquet file.

    Args:
        stream: Its bytes; one that is not seekable is read into memory, up to eight times the largest document.
        source: Its name in the results.
        options: Of the run.

    Raises:
        DocumentError: There is no such column, or the rest cannot be read.
    """
    pyarrow = need("pyarrow", "files", "Reading Parquet")
    parquet = need("pyarrow.parquet", "files", "Reading Parquet")
    if not stream.seekable():
        stream = io.BytesIO(read_all(stream, 8 * options.max_bytes))
    number = 0
    try:
        file = parquet.ParquetFile(stream, memory_map=False, pre_buffer=False, buffer_size=_BUFFER)
        names = file.schema_arrow.names
        missing = [name for name in (options.text_column, *options.keep) if name not in names]
        if missing:
            raise DocumentError("invalid", f"There is no column {missing[0]!r}; see --text-column and --keep.")
        has_id = [options.id_column] if options.id_column in names else []
        wanted = list(dict.fromkeys([options.text_column, *has_id, *options.keep]))
        for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=wanted, use_threads=False):
            yield from _records(batch, number, source, options)
            number += batch.num_rows
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DocumentError("unreadable", "The Parquet file is damaged.") from error


def _records(batch: Any, before: int, source: str, options: BatchOptions) -> Iterator[Record]:
    """Yield the rows of some columns, behind so many others of the file."""
    names = batch.schema.names
    columns = {name: column_values(batch.column(name)) for name in (options.id_column, *options.keep) if name in names}
    texts, problems = _texts(batch.column(options.text_column), options)
    for place, text in enumerate(texts):
        found = finite(columns[options.id_column][place]) if options.id_column in columns else None
        known = found if isinstance(found, (str, int)) else str(found)
        id_ = f"{source}:{before + place + 1}" if found is None else known
        keep = {name: finite(columns[name][place]) for name in options.keep}
        if place in problems:
            yield Record(id_, source, "none", None, keep, *problems[place])
        else:
            yield Record(id_, source, "text", text, keep)


def _texts(column: Any, options: BatchOptions) -> tuple[list[Any], dict[int, tuple[str, str]]]:
    """Return the texts, and by their places the status and the error of those that cannot be scored."""
    if not is_text(column.type):
        kind = str(column.type).partition("<")[0]
        problem = ("invalid", f"The column {options.text_column!r} holds {kind}, not a string.")
        return [None] * len(column), dict.fromkeys(range(len(column)), problem)
    texts, undecodable = text_values(column)
    problems = dict.fromkeys(undecodable, ("invalid", "The text is not valid UTF-8."))
    limit = options.max_bytes
    for place, text in enumerate(texts):
        # A letter takes four bytes at most, so that nearly all texts need no second look.
        if text is not None and 4 * len(text) > limit and len(text.encode()) > limit:
            problems[place] = ("too_large", f"The text is longer than {limit:,} bytes; see --max-bytes.")
            texts[place] = None
    return texts, problems
