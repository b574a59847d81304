"""Tables as Markdown: the same text for the terminal and for the data card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table with padded columns; figures are set to the right.

    Args:
        header: Column titles.
        rows: Cells; floats are shown with three decimals.
    """
    cells = [[_cell(value) for value in row] for row in rows]
    right = [bool(cells) and all(_is_figure(row[column]) for row in cells) for column in range(len(header))]
    widths = [max(3, *(len(row[column]) for row in [list(header), *cells])) for column in range(len(header))]

    def line(row: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        )
        return f"| {' | '.join(padded)} |"

    rule = "|".join(
        f" {'-' * (width - 1)}{':' if to_right else '-'} " for width, to_right in zip(widths, right, strict=True)
    )
    return "\n".join([line(list(header)), f"|{rule}|", *(line(row) for row in cells)])


def percent(share: float) -> str:
    """Return a share as a whole percentage."""
    return f"{100 * share:.0f} %"


def _cell(value: object) -> str:
    text = f"{value:.3f}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def _is_figure(cell: str) -> bool:
    return cell.removesuffix(" %").replace(".", "").replace(",", "").lstrip("-").isdigit() or cell in ("", "-")
