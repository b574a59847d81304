"""The one batch function: documents in, rows out. Both engines and :func:`scan_table` call it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scamlint.batch.options import COLUMNS
from scamlint.batch.records import OK, Document
from scamlint.detector import Detector
from scamlint.spans import Report, Span

Row = dict[str, Any]


def score_documents(
    detector: Detector,
    documents: Sequence[Document],
    *,
    labels: Sequence[str] | None = None,
    thresholds: Mapping[str, float] | None = None,
    context: int = 60,
) -> Iterator[Row]:
    """Score documents; one that could not be read becomes a row with its status and error.

    Args:
        detector: The model.
        documents: Any documents.
        labels: Report only these labels; all when None.
        thresholds: Scores from which spans are reported, for labels whose default should change.
        context: Characters of context on either side of a span.

    Returns:
        One full row for each document, in order; see README.md for its fields.
    """
    readable = (document.text for document in documents if document.status == OK)
    reports = detector.scan_many(readable, labels=labels, thresholds=thresholds)
    for document in documents:
        yield _row(document, next(reports) if document.status == OK else None, detector, context)


def _row(document: Document, report: Report | None, detector: Detector, context: int) -> Row:
    row: Row = {
        "id": document.id,
        "source": document.source,
        "status": document.status,
        "error": document.error,
        "level": None,
        "scores": None,
        "counts": None,
        "spans": [],
        "characters": None,
        "model": detector.model.name,
        "version": detector.model.version,
        "offsets": None,
    }
    if report is not None:
        counts = dict.fromkeys(report.scores, 0)
        for span in report.spans:
            counts[span.label] += 1
        row |= {
            "level": report.level,
            "scores": {label: round(score, 4) for label, score in report.scores.items()},
            "counts": counts,
            "spans": [_span(span, document, context) for span in report.spans],
            "characters": report.characters,
            "offsets": "file" if document.is_file else "text",
        }
    return row | document.keep


def _span(span: Span, document: Document, context: int) -> Row:
    page = bisect_right(document.pages, span.start) if document.pages else None
    return {
        "start": span.start,
        "end": span.end,
        "label": span.label,
        "score": round(span.score, 4),
        "words": span.text,
        "page": page,
        "before": document.text[max(0, span.start - context) : span.start],
        "after": document.text[span.end : span.end + context],
    }


def short_row(row: Row) -> Row:
    """Return the short form of a row: id, spans, scores, model, error, and the kept columns."""
    short = {
        "id": row["id"],
        "spans": [{key: span[key] for key in ("start", "end", "label", "score")} for span in row["spans"]],
        "scores": row["scores"] if row["scores"] is not None else {},
        "model": f"{row['model']} {row['version']}",
        "error": row["error"],
    }
    return short | {key: value for key, value in row.items() if key not in _FULL}


_FULL = frozenset(COLUMNS)
