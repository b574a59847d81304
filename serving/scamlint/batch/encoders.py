"""Turning the rows of a chunk into bytes, in the worker, so that the parent only has to write them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scamlint.batch.options import COLUMNS, BatchOptions, csv_columns
from scamlint.batch.score import Row, short_row
from scamlint.batch.values import as_string, encodable, finite
from scamlint.labels import label_names

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Encoded:
    """The rows of one chunk, ready to be written.

    Attributes:
        payload: Lines of JSON or CSV, or an Arrow IPC stream.
        rows: How many rows.
        errors: How many of them have a status other than ``ok``.
        flagged: How many of them have at least one span.
        seconds: Time that the model and the decoding of its scores took.
        first_error: Source and error of the first row that has one, as a sentence; else empty.
    """

    payload: bytes
    rows: int
    errors: int
    flagged: int
    seconds: float
    first_error: str = ""


def encode_rows(rows: Sequence[Row], options: BatchOptions, seconds: float = 0.0) -> Encoded:
    """Encode rows in the format of the run; one that cannot be encoded becomes a row with an error.

    Args:
        rows: Full rows.
        options: Of the run.
        seconds: Time that scoring them took.
    """
    try:
        payload = _payload(rows, options)
    except MemoryError:
        raise
    except Exception:  # a fault of scamlint; the row tells, and the others are not lost
        rows = [_encodable_row(row, options) for row in rows]
        payload = _payload(rows, options)
    return Encoded(
        payload,
        len(rows),
        sum(row["status"] != "ok" for row in rows),
        sum(bool(row["spans"]) for row in rows),
        seconds,
        next((f"{row['source']}: {row['error']}" for row in rows if row["status"] != "ok"), ""),
    )


def _payload(rows: Sequence[Row], options: BatchOptions) -> bytes:
    if options.format == "parquet":
        return _arrow(rows, options)
    if options.format == "csv":
        return _csv(rows, options)
    shaped = map(short_row, rows) if options.short else rows
    # Escaped, so that no line separator or lone surrogate of a document can break a line.
    return "".join(_json_line(row) for row in shaped).encode("ascii")


def _encodable_row(row: Row, options: BatchOptions) -> Row:
    """Return a row as it is when it can be encoded, else one that tells that it cannot, without kept values."""
    try:
        _payload([row], options)
    except MemoryError:
        raise
    except Exception as error:
        message = f"The row cannot be written ({type(error).__name__}); please report this."
        known = {name: row[name] for name in ("id", "source", "model", "version")}
        return dict.fromkeys((*COLUMNS, *options.keep)) | known | {"status": "crashed", "error": message, "spans": []}
    return row


def _json_line(row: Row) -> str:
    try:
        return json.dumps(row, default=str, allow_nan=False) + "\n"
    except ValueError:  # JSON has no NaN and no infinity, which kept numbers may be
        return json.dumps(finite(row), default=str) + "\n"


def safe_cell(cell: object) -> object:
    """Keep spreadsheets from running a cell of CSV as a formula (OWASP, CSV injection): put an apostrophe in front.

    A plain number, such as -5, stays as it is.
    """
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def original_cell(cell: str) -> str:
    """Undo :func:`safe_cell`."""
    return cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) == cell else cell


def csv_header(options: BatchOptions) -> bytes:
    """Return the first line of a CSV result."""
    return _lines([(*csv_columns(), *options.keep)])


def _csv(rows: Sequence[Row], options: BatchOptions) -> bytes:
    lines = []
    for row in rows:
        cells: list[object] = []
        for name in COLUMNS:
            if name in ("scores", "counts"):
                cells += [(row[name] or {}).get(label) for label in label_names()]
            elif name == "spans":
                cells.append(json.dumps(encodable(row["spans"])))
            else:
                cells.append(as_string(row[name]) if name == "id" else row[name])
        lines.append([*cells, *(as_string(row.get(name)) for name in options.keep)])
    return _lines(lines)


def _lines(rows: Sequence[Sequence[object]]) -> bytes:
    text = "".join(csv_line(row) for row in rows)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return bytes(encodable(text).encode("utf-8"))


def csv_line(cells: Iterable[object]) -> str:
    """Return a line of CSV; a cell that a spreadsheet would run as a formula gets an apostrophe in front.

    Args:
        cells: Of the line.
    """
    buffer = io.StringIO(newline="")
    # The writer puts a cell into quotes for the characters of its line end, and readers take a lone CR for one.
    csv.writer(buffer, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return buffer.getvalue().removesuffix("\r\n") + "\n"


def _arrow(rows: Sequence[Row], options: BatchOptions) -> bytes:
    import pyarrow as pa

    from scamlint.batch.table import rows_to_table

    table = rows_to_table(rows, options.keep)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    payload: bytes = sink.getvalue().to_pybytes()
    return payload
