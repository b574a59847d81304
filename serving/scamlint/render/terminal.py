"""The report in a terminal: flagged lines with line numbers, words in colour, a summary."""

from __future__ import annotations

from collections import Counter

from rich.markup import escape
from rich.text import Text

from scamlint.labels import all_labels
from scamlint.render.console import Console
from scamlint.render.segments import segments
from scamlint.render.visible import visible
from scamlint.spans import Report, Span

_CONTEXT = 60
# What ends a shown line, as for the normaliser and str.splitlines; lines are counted as editors and grep count them.
_LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def print_report(name: str, text: str, report: Report, console: Console | None = None) -> None:
    """Print the flagged passages of one document and a summary.

    Args:
        name: What to call the document.
        text: The document.
        report: Its report.
        console: Where to print; standard output when None.
    """
    console = console or Console(highlight=False, emoji=False)
    shown = escape(visible(name, keep=""))
    console.print(f"[bold]{shown}[/] · level [bold]{report.level}[/] · {_count(len(report.spans))}", soft_wrap=True)
    for number, (start, end), spans in _flagged_lines(text, report.spans):
        console.print(_line(text, start, end, spans, number), soft_wrap=True)
    _print_summary(report, console)


def _flagged_lines(text: str, spans: tuple[Span, ...]) -> list[tuple[int, tuple[int, int], list[Span]]]:
    """Return the lines that hold flagged words, with their number; a span over several lines shows each of them."""
    rows = []
    reaching: list[Span] = []
    position = begun = 0
    number = 1
    for line in text.splitlines(keepends=True):
        start, end = position, position + len(line.rstrip(_LINE_ENDS))
        position += len(line)
        while begun < len(spans) and spans[begun].start < end:
            reaching.append(spans[begun])
            begun += 1
        reaching = [span for span in reaching if span.end > start]
        if reaching:
            rows.append((number, (start, end), reaching))
        number += line.endswith(("\n", "\r"))
    return rows


def _line(text: str, start: int, end: int, spans: list[Span], number: int) -> Text:
    """Show one line, shortened to the words around its spans."""
    colours = {label.name: label.ansi for label in all_labels()}
    left = max(start, min(span.start for span in spans) - _CONTEXT)
    right = min(end, max(span.end for span in spans) + _CONTEXT)
    line = Text(f"{number:>5} ", style="dim")
    line.append("…" if left > start else "", style="dim")
    for piece_start, piece_end, covering in segments(left, right, spans):
        style = f"bold underline {colours[covering[0].label]}" if covering else ""
        line.append(visible(text[piece_start:piece_end]), style=style)
        for span in covering:
            if span.end == piece_end:
                line.append(f" [{span.label} {span.score:.2f}]", style=f"dim {colours[span.label]}")
    line.append("…" if right < end else "", style="dim")
    return line


def _print_summary(report: Report, console: Console) -> None:
    counts = Counter(span.label for span in report.spans)
    if not counts:
        console.print("  Nothing flagged. That is no proof of honesty.", style="dim")
        return
    for label in all_labels():
        if counts[label.name]:
            console.print(
                f"  [bold {label.ansi}]{label.name}[/] ×{counts[label.name]}  [dim]{escape(label.explanation)}[/]"
            )


def _count(number: int) -> str:
    return "1 flagged passage" if number == 1 else f"{number} flagged passages"
