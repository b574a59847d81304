"""The report as one self-contained HTML page: no script, no link to anything but the label's literature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from scamlint.labels import all_labels
from scamlint.render.segments import segments
from scamlint.spans import Report, Span

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
mark { background: color-mix(in srgb, var(--c) 22%, transparent); color: inherit;
  border-bottom: 2px solid var(--c); border-radius: 2px; padding: 0 1px; }
.key { list-style: none; padding: 0; } .key li { margin: .4rem 0; }
.note { opacity: .75; }
"""


def render_html(documents: Sequence[tuple[str, str, Report]]) -> str:
    """Render documents with their spans marked.

    Args:
        documents: Name, text and report of each.

    Returns:
        A complete HTML page, encodable as UTF-8.
    """
    colours = "".join(
        f".{label.name} {{ --c: {label.colour}; }}\n"
        f"@media (prefers-color-scheme: dark) {{ .{label.name} {{ --c: {label.dark}; }} }}\n"
        for label in all_labels()
    )
    body = "".join(_document(name, text, report) for name, text, report in documents)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>scamlint report</title>\n<style>{_STYLE}{colours}</style>\n</head>\n<body>\n{body}"
        '<p class="note">scamlint marks language, never gives a verdict on people: a marked document may be honest, '
        "an unmarked one a fraud.</p>\n</body>\n</html>"
    )


def _document(name: str, text: str, report: Report) -> str:
    counts = Counter(span.label for span in report.spans)
    key = "".join(
        f'<li><mark class="{label.name}">{escape(label.title)}</mark> ×{counts[label.name]}: '
        f'{escape(label.explanation)} <a href="{escape(label.url)}">Source</a></li>\n'
        for label in all_labels()
        if counts[label.name]
    )
    marked = "".join(_piece(text[start:end], spans) for start, end, spans in segments(0, len(text), report.spans))
    return (
        f"<h1>{_safe(name)}</h1>\n<p>Level <strong>{report.level}</strong>, {len(report.spans)} flagged passages, "
        f'model {escape(str(report.model))}</p>\n<ul class="key">\n{key}</ul>\n<pre>{marked}</pre>\n'
    )


def _piece(words: str, spans: tuple[Span, ...]) -> str:
    marked = _safe(words)
    for span in spans:
        marked = f'<mark class="{span.label}" title="{span.label} {span.score:.2f}">{marked}</mark>'
    return marked


def _safe(words: str) -> str:
    """Escape for HTML; lone surrogates and NUL cannot stand in a page."""
    return escape(words.encode("utf-8", errors="replace").decode("utf-8").replace("\0", "\ufffd"))
