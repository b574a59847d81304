"""What a report says about a result as a whole, gathered in one pass."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from scamlint.batch.inputs import form_of
from scamlint.batch.options import ARCHIVE_FORMS
from scamlint.labels import label_names
from scamlint.report.results import Row

_ADDRESS = re.compile("[A-Za-z][A-Za-z0-9+.-]*://")
BINS = 20
TOP_PASSAGES = 25
# Passages of documents are put into the page until so many characters are used, the strongest documents first.
PASSAGE_CHARACTERS = 6_000_000


@dataclass(slots=True)
class Summary:
    """A result as a whole.

    Attributes:
        documents: Number of rows.
        levels: Documents by level.
        statuses: Documents by status.
        labels: Documents with at least one span, by label.
        spans: Spans by label.
        sources: Flagged and all documents by group of sources, see :func:`source_group`.
        scores: Histogram of the highest span score of flagged documents, ``BINS`` bins from 0 to 1.
        span_counts: Documents by number of spans.
        top: For each label the strongest passages: (score, row number, span).
        rows: For each document, what the table shows; see :func:`_table_row`.
        passages: Spans of flagged documents, by row number.
        left_out: Flagged documents whose passages did not fit into the page.
        model: The models that made the rows.
    """

    documents: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    spans: Counter[str] = field(default_factory=Counter)
    sources: dict[str, list[int]] = field(default_factory=dict)
    scores: list[int] = field(default_factory=lambda: [0] * BINS)
    span_counts: Counter[int] = field(default_factory=Counter)
    top: dict[str, list[tuple[float, int, int, Row]]] = field(default_factory=dict)
    rows: list[list[Any]] = field(default_factory=list)
    passages: dict[int, list[Row]] = field(default_factory=dict)
    left_out: int = 0
    model: set[str] = field(default_factory=set)


def summarise(rows: Iterable[Row], passage_characters: int = PASSAGE_CHARACTERS) -> Summary:
    """Gather everything that the page shows.

    Args:
        rows: Full rows of a result.
        passage_characters: How many characters of passages to keep.
    """
    summary = Summary()
    order = {label: index for index, label in enumerate(label_names())}
    kept: list[tuple[float, int, list[Row], int]] = []
    used = 0
    for number, row in enumerate(rows):
        row["spans"] = [_shown(span, row["characters"]) for span in row["spans"]]
        _count(summary, row, number)
        summary.rows.append(_table_row(row, order))
        if row["spans"]:
            size = sum(
                len(span["words"]) + len(span["before"] or "") + len(span["after"] or "") for span in row["spans"]
            )
            heapq.heappush(kept, (_strength(row), number, row["spans"], size))
            used += size
            while used > passage_characters:
                used -= heapq.heappop(kept)[3]
                summary.left_out += 1
    summary.passages = {number: spans for _, number, spans, _ in kept}
    return summary


def source_group(source: str) -> str:
    """Return what a source counts under: the host of a captured page, the folder of a file, else the source."""
    container, member = _archive_member(source)
    if "://" in member:
        try:
            return urlsplit(member).netloc or member
        except ValueError:  # no address that a browser would take, but crawls hold them
            return member
    if container:
        return container
    name = source.rsplit("/", 1)[-1].lower()
    if any(f".{form}" in name for form in ("jsonl", "json", "csv", "tsv", "parquet")) or "/" not in source:
        return source
    return source.rsplit("/", 1)[0] + "/"


def _archive_member(source: str) -> tuple[str, str]:
    """Cut a source at the ``!`` behind an archive; both are empty when it is none, as names may have a ``!`` too."""
    for mark in re.finditer("!", source):
        container, member = source[: mark.start()], source[mark.end() :]
        if form_of(container)[0] in ARCHIVE_FORMS or _ADDRESS.match(member):
            return container, member
    return "", ""


def _count(summary: Summary, row: Row, number: int) -> None:
    summary.documents += 1
    summary.statuses[row["status"]] += 1
    summary.levels[row["level"] or "not read"] += 1
    summary.model.add(f"{row['model']} {row['version']}")
    group = summary.sources.setdefault(source_group(row["source"] or ""), [0, 0])
    group[1] += 1
    spans = row["spans"]
    summary.span_counts[len(spans)] += 1
    if not spans:
        return
    group[0] += 1
    best = max(span["score"] for span in spans)
    summary.scores[min(int(best * BINS), BINS - 1)] += 1
    for label in {span["label"] for span in spans}:
        summary.labels[label] += 1
    for index, span in enumerate(spans):
        summary.spans[span["label"]] += 1
        top = summary.top.setdefault(span["label"], [])
        entry = (span["score"], -number, -index, span)
        if len(top) < TOP_PASSAGES:
            heapq.heappush(top, entry)
        elif entry[:3] > top[0][:3]:
            heapq.heapreplace(top, entry)


def _shown(span: Row, characters: Any) -> Row:
    """Return a span whose context begins and ends with whole words, with an ellipsis where the document goes on."""
    before, after = span["before"] or "", span["after"] or ""
    if span["start"] > len(before):
        before = "…" + (before.partition(" ")[2] if " " in before else before)
    if span["end"] + len(after) < int(characters):
        after = (after.rpartition(" ")[0] if " " in after else after) + "…"
    return span | {"before": before, "after": after}


def _strength(row: Row) -> float:
    return len({span["label"] for span in row["spans"]}) + max(float(span["score"]) for span in row["spans"])


def _table_row(row: Row, order: dict[str, int]) -> list[Any]:
    """Return id, source, level, highest score in percent, number of spans, labels as bits, characters, error."""
    spans = row["spans"]
    bits = 0
    for span in spans:
        bits |= 1 << order[span["label"]]
    best = round(100 * max((span["score"] for span in spans), default=0.0))
    level = ("none", "low", "elevated", "high").index(row["level"]) if row["level"] else -1
    return [row["id"], row["source"], level, best, len(spans), bits, int(row["characters"] or 0), row["error"] or ""]
