"""Attack suite: the share of a system's own findings that survive each character attack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scamlint_training.attacks import ATTACKS, attack, kept
from scamlint_training.corpus import Document
from scamlint_training.evaluate.systems import Prediction, System

# Most characters of an attacked document. Longer ones would take three quarters of the time and hold the same words.
LONGEST = 3000


def retention(system: System, documents: Sequence[Document], clean: Sequence[Prediction]) -> dict[str, Any]:
    """Attack documents of up to :data:`LONGEST` characters and see which spans found on clean text are still found.

    Args:
        system: The system.
        documents: Documents of the split.
        clean: What the system says about the clean texts.

    Returns:
        For each attack the retention, the spans it is measured on, and the share of clean documents flagged under
        attack; the mean retention; and how many documents were attacked.
    """
    pairs = [pair for pair in zip(documents, clean, strict=True) if len(pair[0].text) <= LONGEST]
    rows: dict[str, dict[str, Any]] = {}
    for name in ATTACKS:
        attacked = [
            attack(name, document.text, prediction.spans, seed) for seed, (document, prediction) in enumerate(pairs)
        ]
        found = system.predict([item.text for item in attacked])
        outcomes = [
            kept(mark, prediction.spans)
            for item, prediction in zip(attacked, found, strict=True)
            for mark in item.moved
        ]
        innocent = [bool(p.spans) for (d, _), p in zip(pairs, found, strict=True) if not d.spans]
        rows[name] = {
            "retention": sum(outcomes) / len(outcomes) if outcomes else None,
            "spans": len(outcomes),
            "clean_flagged": sum(innocent) / len(innocent) if innocent else None,
        }
    known = [row["retention"] for row in rows.values() if row["retention"] is not None]
    mean = sum(known) / len(known) if known else None
    return {"attacks": rows, "mean_retention": mean, "documents": len(pairs), "longest": LONGEST}
