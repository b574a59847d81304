"""Results as CSV with one line for each passage, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from scamlint.batch.encoders import safe_cell
from scamlint.report.results import Row

COLUMNS = ("id", "source", "level", "label", "score", "start", "end", "page", "words", "before", "after")


def csv_pieces(rows: Iterable[Row]) -> Iterator[str]:
    """Yield lines of CSV. A cell that a spreadsheet would run as a formula gets an apostrophe in front.

    Args:
        rows: Full rows.
    """
    yield _line(COLUMNS)
    for row in rows:
        for span in row["spans"]:
            cells = {"id": row["id"], "source": row["source"], "level": row["level"], **span}
            yield _line([safe_cell(cells[name]) for name in COLUMNS])


def _line(cells: Iterable[object]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerow(list(cells))
    return buffer.getvalue()
