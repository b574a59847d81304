"""Results as CSV with one line for each passage, for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scamlint.batch.encoders import csv_line
from scamlint.report.results import Row

COLUMNS = ("id", "source", "level", "label", "score", "start", "end", "page", "words", "before", "after")


def csv_pieces(rows: Iterable[Row]) -> Iterator[str]:
    """Yield lines of CSV. A cell that a spreadsheet would run as a formula gets an apostrophe in front.

    Args:
        rows: Full rows.
    """
    yield csv_line(COLUMNS)
    for row in rows:
        for span in row["spans"]:
            cells = {"id": row["id"], "source": row["source"], "level": row["level"], **span}
            yield csv_line(cells[name] for name in COLUMNS)
