"""Arrow tables: the schema of the rows, and scoring a table in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scamlint.batch.extras import need
from scamlint.batch.options import COLUMNS
from scamlint.batch.records import Document
from scamlint.batch.score import Row, score_documents
from scamlint.batch.values import as_string, column_values, encodable, text_values
from scamlint.errors import OptionError
from scamlint.labels import label_names

if TYPE_CHECKING:
    import pyarrow as pa

    from scamlint.detector import Detector


def result_schema(keep: Sequence[str] = ()) -> pa.Schema:
    """Return the schema of result tables. It is the same for every input.

    Args:
        keep: Kept columns; they are strings, see :func:`scamlint.batch.values.as_string`.
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
        ("offsets", arrow.string()),
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
    texts, undecodable = text_values(table.column(text_column))
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
            what = "text that is not valid UTF-8" if number in undecodable else "no string"
            document.status, document.error = "invalid", f"The column {text_column!r} holds {what} in this row."
        documents.append(document)
    rows = list(score_documents(detector, documents, labels=labels, thresholds=thresholds, context=context))
    return rows_to_table(rows, keep)


def _plain(row: Row, keep: Sequence[str]) -> Row:
    return row | {name: as_string(row.get(name)) for name in ("id", *keep)}
