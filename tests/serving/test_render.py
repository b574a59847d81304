"""Reports as they are shown: right line numbers whatever ends a line, and many marks in little time."""

import io
import time
from collections.abc import Callable

import pytest

from scamlint.render.console import Console
from scamlint.render.html import render_html
from scamlint.render.segments import segments
from scamlint.render.terminal import print_report
from scamlint.spans import ModelInfo, Report, Span

PASSAGE = "a sure profit"


def marked(text: str, words: str = PASSAGE, label: str = "guaranteed_return") -> tuple[str, Report]:
    """Return a text and a report that marks the words wherever they stand."""
    spans, start = [], text.find(words)
    while start >= 0:
        spans.append(Span(start, start + len(words), label, 0.9, words))
        start = text.find(words, start + len(words))
    return text, Report(tuple(spans), {}, "high", ModelInfo("m", "1"), len(text))


def shown(text: str, report: Report) -> list[str]:
    """Return the lines that a terminal shows of a report, without head and summary."""
    screen = io.StringIO()
    print_report("name", text, report, Console(file=screen, width=200))
    return [line for line in screen.getvalue().split("\n") if line[:5].strip().isdigit()]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"])
def test_lines_end_as_for_the_normaliser_and_are_counted_as_editors_count_them(end: str) -> None:
    lines = shown(*marked(f"One.{end}{end}Two.{end}It is {PASSAGE} here.{end}Five.{end}{PASSAGE}{end}"))
    numbers = ["4", "6"] if end in {"\n", "\r", "\r\n"} else ["1", "1"]
    assert [line.split()[0] for line in lines] == numbers
    assert lines[0] == f"    {numbers[0]} It is {PASSAGE} [guaranteed_return 0.90] here."
    assert "\ufffd" not in "".join(lines)


def test_a_passage_over_several_lines_shows_each_of_them() -> None:
    lines = shown(*marked("first\rsure\r\nprofit\u2028last", "sure\r\nprofit"))
    assert lines == ["    2 sure", "    3 profit [guaranteed_return 0.90]"]


def test_the_name_of_a_document_is_shown_as_it_is_and_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    name = "/data/:fire:/" + "a_long_folder/" * 20 + "x.txt"
    text, report = marked(f"It is {PASSAGE}.")
    print_report(name, text, report)
    assert capsys.readouterr().out.split("\n")[0].startswith(f"{name} · level high · ")


def test_where_labels_overlap_each_piece_has_those_that_lie_on_it() -> None:
    text = "abcdefghij"
    spans = [
        Span(start, end, label, 0.5, text[start:end]) for start, end, label in [(1, 5, "a"), (3, 8, "b"), (3, 4, "c")]
    ]
    spans.sort(key=lambda span: (span.start, span.end, span.label))
    pieces = [(text[start:end], "".join(span.label for span in found)) for start, end, found in segments(2, 10, spans)]
    assert pieces == [("c", "a"), ("d", "acb"), ("e", "ab"), ("fgh", "b"), ("ij", "")]


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def test_many_passages_and_lines_are_shown_in_seconds() -> None:
    text, report = marked(f"We promise {PASSAGE}. " * 10_000 + "\nMore words." * 40_000)
    assert seconds(lambda: shown(text, report)) < 5


def test_a_page_of_many_passages_is_made_in_seconds() -> None:
    text, report = marked(f"We promise {PASSAGE}. " * 20_000)
    assert seconds(lambda: render_html([("name", text, report)])) < 5
