"""Rows of tables: lines of cells with a tab or a bar between them. Pure functions on strings and arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SEPARATORS = "\t|"
# A line with fewer separators is no row, nor is one that has no neighbour with as many: titles have bars too.
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the rows of all tables of a text are.

    Attributes:
        starts: First character of each row; shape ``(rows,)``, rising.
        ends: The line break after each row, or the end of the text; same shape.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, text: str) -> Rows:
        """Find the rows of a text.

        Args:
            text: Any text.

        Returns:
            Its lines that have at least two tabs, or else at least two bars, as many as a line beside them.
        """
        found: list[tuple[int, int]] = []
        if any(text.count(mark) >= 2 * _LEAST for mark in SEPARATORS):
            lines = text.split("\n")
            kinds = [None, *map(_kind, lines), None]
            start = 0
            for number, line in enumerate(lines, start=1):
                if kinds[number] is not None and kinds[number] in (kinds[number - 1], kinds[number + 1]):
                    found.append((start, start + len(line)))
                start += len(line) + 1
        bounds = np.array(found, dtype=np.int64).reshape(-1, 2)
        return cls(bounds[:, 0], bounds[:, 1])

    def __bool__(self) -> bool:
        return len(self.starts) > 0

    def numbers(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the running number of the row that each place lies in, -1 for none.

        Args:
            places: Offsets in the text; any shape.
        """
        if not self:
            return np.full_like(places, -1)
        rows = np.searchsorted(self.starts, places, side="right") - 1
        return np.where((rows >= 0) & (places < self.ends[rows]), rows, -1)

    def whole_cells(self, text: str, start: int, end: int) -> tuple[int, int]:
        """Move the bounds of a span of several cells of a row outwards to the edges of these cells.

        Args:
            text: The text.
            start: First character.
            end: After the last character.

        Returns:
            The new bounds; the old ones when the span lies in one cell or in no row.
        """
        row = int(self.numbers(np.array(start)))
        if row < 0 or not any(mark in text[start:end] for mark in SEPARATORS):
            return start, end
        first, last = int(self.starts[row]), int(self.ends[row])
        while start > first and text[start - 1] not in SEPARATORS:
            start -= 1
        while end < last and text[end] not in SEPARATORS:
            end += 1
        cells = text[start:end]
        return start + len(cells) - len(cells.lstrip()), end - len(cells) + len(cells.rstrip())


def _kind(line: str) -> tuple[str, int] | None:
    """Return the separator of a line that may be a row, and how many it has."""
    for mark in SEPARATORS:
        if (count := line.count(mark)) >= _LEAST:
            return mark, count
    return None
