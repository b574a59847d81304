"""Disagreements between two annotations, to be decided by a person, and decisions written back into the corpus.

A disagreement is a stretch of one document in which the two annotations differ. In the list that ``agreement
--disagreements`` writes, a person fills ``decision``: ``first``, ``second``, ``both``, ``none``, or ``spans`` with the
spans given in ``spans``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scamlint_training.corpus.agreement import Annotations, validate
from scamlint_training.corpus.documents import CORPUS, SPLITS, Document, GoldSpan, read_jsonl, write_jsonl

DECISIONS = ("first", "second", "both", "none", "spans")
_CONTEXT = 80


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A stretch of one document where two annotations differ.

    Attributes:
        id: The document.
        first: Spans of the first annotation that touch the stretch.
        second: Those of the second one.
    """

    id: str
    first: tuple[GoldSpan, ...]
    second: tuple[GoldSpan, ...]

    @property
    def kind(self) -> str:
        """What differs: ``first only``, ``second only``, ``label`` or ``bounds``."""
        if not self.second:
            return "first only"
        if not self.first:
            return "second only"
        same = {span.label for span in self.first} == {span.label for span in self.second}
        return "bounds" if same else "label"

    def to_dict(self, text: str) -> dict[str, Any]:
        """Return the row that a person decides about.

        Args:
            text: The document's text.
        """
        spans = [*self.first, *self.second]
        start, end = min(span.start for span in spans), max(span.end for span in spans)
        return {
            "id": self.id,
            "kind": self.kind,
            "context": text[max(0, start - _CONTEXT) : end + _CONTEXT],
            "first": [_span_row(span, text) for span in self.first],
            "second": [_span_row(span, text) for span in self.second],
            "decision": "",
            "spans": [],
        }


def disagreements(first: Annotations, second: Annotations) -> Iterator[Disagreement]:
    """Yield the stretches where two annotations differ, by document and position.

    Spans on which both agree exactly are left out; the others are gathered as long as they overlap.
    """
    for key in sorted(first.keys() & second.keys()):
        ours, theirs = set(first[key]), set(second[key])
        open_spans = sorted([(span, True) for span in ours - theirs] + [(span, False) for span in theirs - ours])
        group: list[tuple[GoldSpan, bool]] = []
        end = 0
        for span, is_first in open_spans:
            if group and span.start >= end:
                yield _disagreement(key, group)
                group = []
            group.append((span, is_first))
            end = max(end, span.end) if len(group) > 1 else span.end
        if group:
            yield _disagreement(key, group)


def _disagreement(key: str, group: Sequence[tuple[GoldSpan, bool]]) -> Disagreement:
    return Disagreement(
        key,
        tuple(span for span, is_first in group if is_first),
        tuple(span for span, is_first in group if not is_first),
    )


def decide(spans: Sequence[GoldSpan], row: Mapping[str, Any]) -> tuple[GoldSpan, ...]:
    """Return a document's spans after one decision.

    Args:
        spans: The document's spans now.
        row: A decided disagreement; a row without ``decision`` replaces all spans by its ``spans``.

    Raises:
        ValueError: The decision is missing or unknown.
    """
    if "decision" not in row:
        return tuple(sorted(_gold(row["spans"])))
    first, second = _gold(row["first"]), _gold(row["second"])
    chosen = {"first": first, "second": second, "both": first | second, "none": set(), "spans": _gold(row["spans"])}
    if row["decision"] not in chosen:
        raise ValueError(f"{row['id']}: the decision is {row['decision']!r}; one of {', '.join(DECISIONS)}.")
    kept = set(spans) - first - second
    return tuple(sorted(kept | chosen[row["decision"]]))


def apply(rows: Iterable[Mapping[str, Any]], corpus: Path = CORPUS) -> list[str]:
    """Write decisions into the corpus: all of them, or none when one is wrong.

    Args:
        rows: Decided disagreements, or rows with ``id`` and ``spans`` that replace all spans of a document.
        corpus: The corpus folder.

    Returns:
        The ids of the documents whose spans changed.

    Raises:
        ValueError: A decision is missing, a document does not exist, or spans do not fit the text.
    """
    by_id: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_id.setdefault(row["id"], []).append(row)
    files = {path: list(read_jsonl(path)) for split in SPLITS for path in sorted((corpus / split).glob("*.jsonl"))}
    texts = {document.id: document.text for documents in files.values() for document in documents}
    missing = sorted(by_id.keys() - texts.keys())
    if missing:
        raise ValueError(f"There is no document {missing[0]!r} in {corpus}; was it renamed?")
    rewritten = {path: [_decided(old, by_id.get(old.id, [])) for old in documents] for path, documents in files.items()}
    validate({new.id: new.spans for documents in rewritten.values() for new in documents if new.id in by_id}, texts)
    changed: list[str] = []
    for path, documents in rewritten.items():
        differing = [new.id for old, new in zip(files[path], documents, strict=True) if old != new]
        if differing:
            write_jsonl(path, documents)
            changed += differing
    return changed


def read_decisions(path: Path) -> list[dict[str, Any]]:
    """Read a list of decisions, one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _decided(document: Document, rows: Iterable[Mapping[str, Any]]) -> Document:
    spans = document.spans
    for row in rows:
        spans = decide(spans, row)
    tags = tuple(tag for tag in document.tags if not (tag == "hard" and spans))
    return document if spans == document.spans else replace(document, spans=spans, tags=tags)


def _gold(rows: Iterable[Mapping[str, Any]]) -> set[GoldSpan]:
    return {GoldSpan(row["start"], row["end"], row["label"]) for row in rows}


def _span_row(span: GoldSpan, text: str) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "label": span.label, "text": text[span.start : span.end]}
