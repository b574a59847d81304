"""Feedback as documents of the corpus, for review."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from sqlalchemy.exc import DBAPIError

from scamlint.api.feedback import Feedback, FeedbackStore
from scamlint.bounds import trim


class NoDocumentError(ValueError):
    """A judgement cannot be made a document; the message says why, as the end of "N have…"."""


def export_lines(store: FeedbackStore, left_out: Counter[str]) -> Iterator[str]:
    """Yield each judgement as a document of the corpus, a line of JSON; one that cannot be made one costs no other.

    Args:
        store: The feedback.
        left_out: Gets the number of those that are left out, by the reason, as the end of "N have…".

    Raises:
        SQLAlchemyError: The database went away.
    """
    for name in store.ids():
        try:
            line = json.dumps(to_document(store.get(name)), ensure_ascii=False) + "\n"
        except NoDocumentError as error:
            left_out[str(error)] += 1
        except Exception as error:  # whatever a value that scamlint did not write makes a library raise
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            left_out["values that cannot be read"] += 1
        else:
            yield line


def to_document(row: Feedback) -> dict[str, Any]:
    """Return one judgement in the corpus's stored form.

    The span is what the reader says is right: none for ``wrong_flag``, the passage for ``missed``, the passage with
    ``expected_label`` for ``wrong_label``. Genre and stance are for the reviewer to fill in; ``review`` says what the
    reader reported.

    Raises:
        NoDocumentError: Its words were not stored, or it does not say what is right. Such a judgement must not become
            a document without spans, which would teach that its words are fine. The API refuses those without a
            label; databases of earlier versions hold some.
    """
    if row.text is None:
        raise NoDocumentError("no stored text")
    before, after = row.before or "", row.after or ""
    document = before + row.text + after
    bounds = trim(document, len(before), len(before) + len(row.text))
    if bounds is None:
        raise NoDocumentError("no letter or digit in the text")
    label = _right_label(row)
    return {
        "id": f"feedback-{row.id}",
        "text": document,
        "spans": [{"start": bounds[0], "end": bounds[1], "label": label}] if label else [],
        "genre": "other",
        "stance": "neutral",
        "family": f"feedback-{row.id}",
        "tags": [],
        "review": {
            "kind": row.kind,
            "label": row.label,
            "expected_label": row.expected_label,
            "score": row.score,
            "comment": row.comment,
            "model": f"{row.model_name} {row.model_version}" if row.model_name else None,
            "created": _in_utc(row.created).isoformat(),
        },
    }


def _in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC; SQLite keeps no zone, and what it holds is UTC already."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


def _right_label(row: Feedback) -> str | None:
    """Return the label that the words should carry, None for none."""
    if row.kind == "wrong_flag" and row.expected_label is None:
        return None
    label = {"missed": row.label, "wrong_label": row.expected_label}.get(row.kind)
    if label is None or (row.kind == "wrong_label" and label == row.label):
        raise NoDocumentError("no label that is right")
    return label
