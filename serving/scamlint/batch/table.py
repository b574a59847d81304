"""Arrow tables: the schema of the rows, and scoring a table in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scamlint.batch.extras import need
from scamlint.batch.options import COLUMNS
from scamlint.batch.records import Document
from scamlint.batch.score import Row, score_documents
from scamlint.errors import OptionError
from scamlint.labels import label_names

if TYPE_CHECKING:
    import pyarrow as pa

    from scamlint.detector import Detector


def result_schema(keep: Sequence[str] = ()) -> pa.Schema:
    """Return the schema of result tables. It is the same for every input.

    Args:
        keep: Kept columns; they are strings, and values that were none are written as JSON.
    """
    arrow = need("pyarrow", "files", "Parquet")
    span = arrow.struct(
        [
            ("start", arrow.int64()),
            ("end", arrow.int64()),
            ("label", arrow.string()),
            ("score", arrow.float64()),
            ("words", arrow.string()),
            ("page", arrow.int32()),
            ("before", arrow.string()),
            ("after", arrow.string()),
        ]
    )
    fields = [
        ("id", arrow.string()),
        ("source", arrow.string()),
        ("status", arrow.string()),
        ("error", arrow.string()),
        ("level", arrow.string()),
        ("scores", arrow.struct([(label, arrow.float64()) for label in label_names()])),
        ("counts", arrow.struct([(label, arrow.int32()) for label in label_names()])),
        ("spans", arrow.list_(span)),
        ("characters", arrow.int64()),
        ("model", arrow.string()),
        ("version", arrow.string()),
    ]
    schema: pa.Schema = arrow.schema([*fields, *((name, arrow.string()) for name in keep)])
    return schema


def rows_to_table(rows: Sequence[Row], keep: Sequence[str] = ()) -> pa.Table:
    """Put rows into an Arrow table with the schema of :func:`result_schema`.

    Lone surrogates, which UTF-8 cannot hold, become U+FFFD; offsets stay right.
    """
    arrow = need("pyarrow", "files", "Parquet")
    schema = result_schema(keep)
    plain = [_plain(row, keep) for row in rows]
    table: pa.Table
    try:
        table = arrow.Table.from_pylist(plain, schema=schema)
    except UnicodeEncodeError:
        table = arrow.Table.from_pylist([encodable(row) for row in plain], schema=schema)
    return table


def scan_table(
    table: pa.Table,
    detector: Detector,
    *,
    text_column: str = "text",
    id_column: str | None = "id",
    keep: Sequence[str] = (),
    labels: Sequence[str] | None = None,
    thresholds: Mapping[str, float] | None = None,
    context: int = 60,
) -> pa.Table:
    """Score the documents of an Arrow table, such as a batch of Spark, Ray Data or DuckDB.

    Args:
        table: One document a row.
        detector: The model.
        text_column: Column of strings that holds the text; a null becomes a row with status ``invalid``.
        id_column: Column that identifies the row; the row's number when None or when the table has no such column.
        keep: Other columns to carry along, as strings.
        labels: Report only these labels; all when None.
        thresholds: Scores from which spans are reported, for labels whose default should change.
        context: Characters of context on either side of a span.

    Returns:
        A table of as many rows, in order, with the schema of :func:`result_schema`. The column ``source`` is empty.

    Raises:
        OptionError: The text column or a kept column does not exist.
    """
    for name in (text_column, *keep):
        if name not in table.column_names:
            raise OptionError(f"The table has no column {name!r}; its columns are {', '.join(table.column_names)}.")
    clash = [name for name in keep if name in COLUMNS]
    if clash:
        raise OptionError(f"The column {clash[0]!r} cannot be kept: the result has a column of that name.")
    texts = table.column(text_column).to_pylist()
    if id_column is not None and id_column in table.column_names:
        ids: Sequence[Any] = column_values(table.column(id_column))
    else:
        ids = range(len(texts))
    kept = {name: column_values(table.column(name)) for name in keep}
    documents = []
    for number, (id_, text) in enumerate(zip(ids, texts, strict=True)):
        document = Document(id_, "", keep={name: kept[name][number] for name in keep})
        if isinstance(text, str):
            document.text = text
        else:
            document.status, document.error = "invalid", f"The column {text_column!r} holds no string in this row."
        documents.append(document)
    rows = list(score_documents(detector, documents, labels=labels, thresholds=thresholds, context=context))
    return rows_to_table(rows, keep)


def column_values(column: Any) -> list[Any]:
    """Return the values of an Arrow column.

    Times and dates come as strings: Arrow has ones that Python has not, such as nanoseconds and years after 9999.
    """
    arrow = need("pyarrow", "files", "Parquet")
    kind = column.type
    if arrow.types.is_timestamp(kind) and kind.tz is not None:  # its zone may be one that this machine does not know
        column = column.cast(arrow.timestamp(kind.unit, "UTC"))
    if arrow.types.is_temporal(kind) and not arrow.types.is_interval(kind):
        column = column.cast(arrow.string())
    values: list[Any] = column.to_pylist()
    return values


def as_string(value: Any) -> str | None:
    """Return a value of an id or kept column as a string; anything but a string is written as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _plain(row: Row, keep: Sequence[str]) -> Row:
    return row | {name: as_string(row.get(name)) for name in ("id", *keep)}


def encodable(value: Any) -> Any:
    """Replace lone surrogates, which UTF-8 cannot hold, by U+FFFD in every string of a row."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {key: encodable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [encodable(item) for item in value]
    return value
