"""Reading CSV and TSV so that no row is lost: one whose quotes or cells do not fit is a row with an error."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TextIO

from scamlint.batch.options import BatchOptions
from scamlint.batch.records import DocumentError, Record
from scamlint.batch.streams import Prefixed, codec_name, detect_encoding

_QUOTED = re.compile(r'"[^"]*(?:"|$)')
_PIECE = 1 << 20
_NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
# A quoted cell may run over lines. When each of its lines has just as many delimiters as the header, and there are so
# many of them, the lines are rows and a quote is missing. Prose has commas, but next to no tabs.
_CHANCE = 12


@dataclass(frozen=True, slots=True)
class _Row:
    """One row as it was read.

    Attributes:
        cells: Its cells; when there is a problem, those that can be told.
        problem: What is wrong with it.
        status: Status that goes with the problem.
    """

    cells: list[str]
    problem: str = ""
    status: str = "invalid"


class _LongRowError(DocumentError):
    """A row of one line that is too long; it was read over, and the next line is the next row."""


class _Lines:
    """The lines of a table. It holds those of the row that is being read, so that they can be read another way.

    Attributes:
        taken: Lines of the row.
        number: Number of the last one, from 1.
    """

    def __init__(self, text: TextIO, limit: int) -> None:
        self._text = text
        self._limit = limit
        self._ahead: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else self._text.readline(self._limit)
        if not line:
            raise StopIteration
        if len(line) >= self._limit and not line.endswith(("\n", "\r")):
            self._read_over(line)
        self.number += 1
        self.taken.append(line)
        return line

    def _read_over(self, start: str) -> None:
        """Go to the end of a line that is too long.

        Raises:
            _LongRowError: It is a row.
            DocumentError: It is a part of a row, so that there is no telling where that ends.
        """
        message = f"A line is longer than {self._limit:,} characters; see --max-bytes."
        quotes, piece = start.count('"'), start
        while not self.taken and piece and not piece.endswith(("\n", "\r")):
            piece = self._text.readline(_PIECE)
            quotes += piece.count('"')
        if self.taken or quotes % 2:  # a quoted cell goes on in the next line
            raise DocumentError("too_large", message)
        self.number += 1
        raise _LongRowError("too_large", message)

    def check_size(self, delimiter: str, width: int, error: csv.Error) -> None:
        """Refuse to go on behind a cell of too many characters, unless its lines look like rows.

        Raises:
            DocumentError: There is no telling where the cell ends.
        """
        like_rows = sum(line.count(delimiter) == width - 1 for line in self.taken)
        if sum(map(len, self.taken)) > self._limit and 2 * like_rows < len(self.taken):
            first = self.number - len(self.taken) + 1
            message = f"The cell that begins in line {first} is longer than {self._limit:,} characters"
            raise DocumentError("too_large", f"{message}; see --max-bytes.") from error

    def back(self, keep: int) -> None:
        """Give back the lines of the row but so many."""
        self._ahead.extendleft(reversed(self.taken[keep:]))
        self.number -= len(self.taken) - keep
        del self.taken[keep:]


def read_separated(stream: IO[bytes], source: str, options: BatchOptions, delimiter: str = "") -> Iterator[Record]:
    """Yield the rows of a table.

    Args:
        stream: Its bytes.
        source: Its name in the results.
        options: Of the run.
        delimiter: What stands between cells; a comma or a semicolon, as the header shows, when empty.

    Raises:
        DocumentError: There is no such column, or the rest cannot be read.
    """
    start = stream.read(1 << 18)
    encoding = codec_name(options.encoding or detect_encoding(start))
    errors = "replace" if options.encoding else "surrogateescape"
    wrapped = io.BufferedReader(Prefixed(start, stream))
    lines = _Lines(io.TextIOWrapper(wrapped, encoding, errors=errors, newline=""), options.max_bytes)
    csv.field_size_limit(options.max_bytes)
    if not delimiter:
        header = _QUOTED.sub("", next(lines, ""))
        lines.back(0)
        delimiter = ";" if header.count(";") > header.count(",") else ","
    places = _columns(lines, delimiter, options)
    width = places.pop("")
    text, id_ = places[options.text_column], places.get(options.id_column)
    for number, row in enumerate(_rows(lines, delimiter, width), start=1):
        # Cells that stand before the text are where they belong, whatever is wrong behind them.
        known = id_ is not None and id_ < len(row.cells) and (not row.problem or id_ < text)
        name = (row.cells[id_] if known and id_ is not None else "") or f"{source}:{number}"
        if row.problem:
            yield Record.failed(name, source, row.status, row.problem)
        else:
            keep = {column: row.cells[places[column]] for column in options.keep}
            yield Record(name, source, "text", row.cells[text], keep)


def _columns(lines: _Lines, delimiter: str, options: BatchOptions) -> dict[str, int]:
    """Read the header; return the place of each column that is wanted, and under the empty name how many there are."""
    try:
        names = next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise DocumentError("invalid", "The quotes of the header do not match; repair the first line.") from error
    for name in (options.text_column, *options.keep):
        if name not in names:
            message = f"There is no column {name!r}; name the columns with --text-column, --keep."
            raise DocumentError("invalid", message)
    if names.count(options.text_column) > 1:
        message = f"There are two columns {options.text_column!r}; rename the one that is not meant."
        raise DocumentError("invalid", message)
    places = {name: place for place, name in enumerate(names) if name}
    return places | {"": len(names)}


def _rows(lines: _Lines, delimiter: str, width: int) -> Iterator[_Row]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken.clear()
        try:
            cells = next(reader)
            broken = _runs_on(lines.taken, delimiter, width)
        except StopIteration:
            return
        except _LongRowError as error:
            yield _Row([], error.message, error.status)
            continue
        except csv.Error as error:
            lines.check_size(delimiter, width, error)
            cells, broken = [], True
        if broken:
            # The cell may have swallowed rows that are whole: go on with the second of its lines.
            lines.back(1)
            yield _first_line(lines, delimiter, width)
        elif cells and (width == 1 or len(cells) > 1 or cells[0].strip()):  # not a blank line
            yield _checked(cells, lines, delimiter, width)


def _checked(cells: list[str], lines: _Lines, delimiter: str, width: int) -> _Row:
    """Return a row, with a problem when it has not the cells of the header. Empty ones too many are no loss."""
    if len(cells) >= width and not any(cells[width:]):
        return _Row(cells[:width])
    if width == 1:  # one column: there is nothing that the delimiter could stand between
        return _Row([delimiter.join(cells)])
    first = lines.number - len(lines.taken) + 1
    place = f"line {first}" if first == lines.number else f"lines {first} to {lines.number}"
    return _Row(
        cells,
        f"The row in {place} has {len(cells):,} cell{'s' if len(cells) > 1 else ''} and the header has {width:,}; "
        f"put cells that hold {_NAMES[delimiter]} or a line break into quotes.",
    )


def _first_line(lines: _Lines, delimiter: str, width: int) -> _Row:
    """Read one line by itself, of which it is known that its quotes are not those of CSV."""
    line = lines.taken[0]
    if delimiter == "\t":  # a TSV file without quoting: quotes are letters like others
        return _checked(line.rstrip("\r\n").split(delimiter), lines, delimiter, width)
    lenient = csv.reader([line, ""], delimiter=delimiter)
    try:
        cells = next(lenient)
    except csv.Error:
        cells = []
    is_open = lenient.line_num > 1
    if len(cells) == width and not is_open:  # words behind a closing quote, on this line only
        return _Row(cells)
    return _Row(
        cells[:-1] if is_open else cells,
        f"The quotes in line {lines.number} do not match: close each quoted cell, "
        "and write a quote inside of one twice.",
    )


def _runs_on(lines: list[str], delimiter: str, width: int) -> bool:
    """Whether the lines of one row look like rows themselves, so that a stray quote holds them together."""
    if len(lines) < 2 or width < 2:
        return False
    enough = delimiter == "\t" or len(lines) * (width - 1) >= _CHANCE
    return enough and all(line.count(delimiter) == width - 1 for line in lines)
