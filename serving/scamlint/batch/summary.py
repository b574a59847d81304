"""What a run tells while it goes on, and at its end."""

from __future__ import annotations

from dataclasses import dataclass

from scamlint.errors import ScamlintError


@dataclass(slots=True)
class Summary:
    """The state of a run, and at its end the result.

    Attributes:
        documents: Documents read, those of the parts that a resumed run found included.
        rows: Rows written; at the end, counted from the files.
        flagged: Rows with at least one span.
        errors: Rows with a status other than ``ok``.
        resumed: Rows that an earlier run had written.
        seconds: Time since the start.
        model_seconds: Time that the workers spent on scoring, summed over them.
        consumed: Bytes of input before the split that is being written.
        first_error: Source and error of the first row of this run that has one; else empty.
        restarts: How many children died or were ended for taking too long.
    """

    documents: int = 0
    rows: int = 0
    flagged: int = 0
    errors: int = 0
    resumed: int = 0
    seconds: float = 0.0
    model_seconds: float = 0.0
    consumed: int = 0
    restarts: int = 0
    first_error: str = ""


class LostDocumentsError(ScamlintError):
    """Fewer or more rows came out than documents went in: a fault of scamlint."""
