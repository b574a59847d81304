"""Feedback as documents of the corpus, for review."""

from __future__ import annotations

from datetime import timezone
from typing import Any

from scamlint.api.feedback import Feedback
from scamlint.decode import trim


def to_document(row: Feedback) -> dict[str, Any] | None:
    """Return one judgement in the corpus's stored form, or None when its words were not stored.

    The span is what the reader says is right: none for ``wrong_flag``, the passage for ``missed``, the passage with
    ``expected_label`` for ``wrong_label``. Genre and stance are for the reviewer to fill in; ``review`` says what the
    reader reported.
    """
    if row.text is None:
        return None
    before, after = row.before or "", row.after or ""
    document = before + row.text + after
    label = {"wrong_flag": None, "missed": row.label, "wrong_label": row.expected_label}[row.kind]
    bounds = trim(document, len(before), len(before) + len(row.text))
    spans = [{"start": bounds[0], "end": bounds[1], "label": label}] if label and bounds else []
    return {
        "id": f"feedback-{row.id}",
        "text": document,
        "spans": spans,
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
            "created": row.created.replace(tzinfo=timezone.utc).isoformat(),
        },
    }
