"""The failure gallery: the worst misses and false flags, each with its context and a word on why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from scamlint_training.corpus import Document
from scamlint_training.evaluate.systems import Prediction
from scamlint_training.metrics import Mark

CONTEXT = 120
_DENIAL = re.compile(
    r"\b(?:not?|never|cannot|can't|don't|doesn't|isn't|aren't|won't|without|nobody|none|neither|beware|avoid)\b", re.I
)
_QUOTES = re.compile(r"[\"“”«»]")
_PAST = re.compile(r"\b(?:was|were|had|did|promised|claimed|alleged|told|said)\b", re.I)
_CELLS = re.compile(r"\s[|·•—–-]\s|\t|;\s|\|")
_CONDITION = re.compile(
    r"\b(?:may|might|could|depends?|varies|variable|estimated|if|subject to|not guaranteed)\b", re.I
)


def false_flags(
    documents: Sequence[Document], predictions: Sequence[Prediction], most: int = 15
) -> list[dict[str, Any]]:
    """Return the reported spans that no gold span of their label touches, the most certain first.

    Args:
        documents: Documents with gold spans.
        predictions: One for each document.
        most: How many to return.
    """
    rows = []
    for document, prediction in zip(documents, predictions, strict=True):
        scores = dict(prediction.candidates)
        for mark in prediction.spans:
            if not any(span.label == mark.label and _overlap(mark, span) for span in document.spans):
                rows.append(_entry(document, mark, scores.get(mark, 0.0), why_flagged(document, mark)))
    rows.sort(key=lambda row: -float(row["score"]))
    return rows[:most]


def misses(documents: Sequence[Document], predictions: Sequence[Prediction], most: int = 15) -> list[dict[str, Any]]:
    """Return the gold spans that no reported span of their label touches, the least noticed first.

    Args:
        documents: Documents with gold spans.
        predictions: One for each document.
        most: How many to return.
    """
    rows = []
    for document, prediction in zip(documents, predictions, strict=True):
        for span in document.spans:
            mark = Mark(span.start, span.end, span.label)
            if any(found.label == mark.label and _overlap(mark, found) for found in prediction.spans):
                continue
            noticed = [s for found, s in prediction.candidates if found.label == mark.label and _overlap(mark, found)]
            score = max(noticed, default=0.0)
            rows.append(_entry(document, mark, score, why_missed(document, mark, prediction, score)))
    rows.sort(key=lambda row: (float(row["score"]), -len(str(row["text"]))))
    return rows[:most]


def why_flagged(document: Document, mark: Mark) -> str:
    """Say in a few words what sort of false flag this is, from its document and its context."""
    if others := sorted({span.label for span in document.spans if _overlap(mark, span)}):
        return f"marked as {', '.join(others)} instead"
    if document.stance in ("warning", "reporting", "victim", "satire", "disclaiming"):
        where = {"warning": "a warning", "reporting": "a report", "victim": "a victim's story"}
        return f"in {where.get(document.stance, document.stance)}"
    before, after = _around(document.text, mark)
    words = document.text[mark.start : mark.end]
    checks = (
        (_DENIAL.search(before[-60:]), "a denial nearby"),
        (_QUOTES.search(before) and _QUOTES.search(after), "quoted"),
        (_table_row(document.text, mark), "row of a table"),
        (after.lstrip().startswith("?"), "a question"),
        (_CONDITION.search(before[-60:] + words + after[:60]), "a condition nearby"),
        (_PAST.search(before[-60:] + words), "told as past"),
    )
    known = next((reason for found, reason in checks if found), None)
    return known or (
        "words of the pitch that the guide leaves unmarked" if document.spans else "plain words of a clean text"
    )


def why_missed(document: Document, mark: Mark, prediction: Prediction, score: float) -> str:
    """Say in a few words what sort of miss this is."""
    if score > 0:
        return f"seen, but under the threshold ({score:.2f})"
    if others := sorted({found.label for found in prediction.spans if _overlap(mark, found)}):
        return f"flagged as {', '.join(others)} instead"
    if document.stance not in ("promoting", "neutral"):
        return f"a pitch inside a text with the stance {document.stance}"
    known = (
        ("obfuscated" in document.tags, "disguised characters"),
        ("sober" in document.tags, "sober wording"),
        (_table_row(document.text, mark), "row of a table"),
        (mark.end - mark.start > 150, "a long span"),
        (mark.end - mark.start < 15, "a very short span"),
    )
    return next((reason for found, reason in known if found), "wording that training did not teach")


def _table_row(text: str, mark: Mark) -> bool:
    """Whether the mark's line looks like a row: cells parted by signs, and several figures."""
    start, end = text.rfind("\n", 0, mark.start) + 1, text.find("\n", mark.end)
    line = text[start : end if end >= 0 else len(text)]
    return len(_CELLS.findall(line)) >= 2 and len(re.findall(r"\d+", line)) >= 2


def _around(text: str, mark: Mark) -> tuple[str, str]:
    return text[max(0, mark.start - CONTEXT) : mark.start], text[mark.end : mark.end + CONTEXT]


def _overlap(mark: Mark, other: Any) -> bool:
    return bool(min(mark.end, other.end) > max(mark.start, other.start))


def _entry(document: Document, mark: Mark, score: float, why: str) -> dict[str, Any]:
    before, after = _around(document.text, mark)
    return {
        "document": document.id,
        "genre": document.genre,
        "stance": document.stance,
        "label": mark.label,
        "start": mark.start,
        "end": mark.end,
        "score": round(score, 3),
        "before": before,
        "text": document.text[mark.start : mark.end],
        "after": after,
        "why": why,
    }
