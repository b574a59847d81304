"""The report as one self-contained HTML page: style, script and data inside, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from scamlint.labels import all_labels
from scamlint.report.results import Row
from scamlint.report.summary import BINS, Summary, summarise

_HERE = Path(__file__).parent
_LEVELS = ("high", "elevated", "low", "none", "not read")


def render_report(rows: Iterable[Row], title: str) -> str:
    """Render a result.

    Args:
        rows: Full rows.
        title: Name of the result, for the heading.

    Returns:
        A complete HTML page, encodable as UTF-8.
    """
    summary = summarise(rows)
    script = (_HERE / "report.js").read_text(encoding="utf-8")
    style = (_HERE / "report.css").read_text(encoding="utf-8") + _label_style()
    policy = (
        f"default-src 'none'; script-src 'sha256-{_digest(script)}'; style-src 'sha256-{_digest(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    page = (_HERE / "report.html").read_text(encoding="utf-8")
    passages = {str(number): [_passage(span) for span in spans] for number, spans in summary.passages.items()}
    values = {
        "policy": policy,
        "title": escape(title),
        "facts": _facts(summary),
        "levels": _bars([(level, summary.levels[level], level) for level in _LEVELS if summary.levels[level]]),
        "labels": _labels(summary),
        "scores": _histogram(summary.scores),
        "sources": _sources(summary),
        "problems": _problems(summary),
        "label_filter": "".join(f'<option value="{n}">{escape(x.title)}</option>' for n, x in enumerate(all_labels())),
        "data": _json({"rows": _columns(summary.rows), "labels": [_label(label) for label in all_labels()]}),
        "passages": _json(passages),
        "top": _json(_top(summary)),
        "left_out": str(summary.left_out),
        "style": style,
        "script": script,
    }
    page = re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], page)
    return page.encode("utf-8", "replace").decode("utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _json(value: Any) -> str:
    """Write JSON that can stand inside a script element."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _label(label: Any) -> dict[str, str]:
    return {"name": label.name, "title": label.title, "about": label.explanation}


def _label_style() -> str:
    return "".join(
        f".{label.name}{{--c:{label.colour}}}@media(prefers-color-scheme:dark){{.{label.name}{{--c:{label.dark}}}}}\n"
        for label in all_labels()
    )


def _columns(rows: list[list[Any]]) -> dict[str, Any]:
    """Store the rows by column, sources by number: a third of the size, and quicker to read."""
    sources: dict[str, int] = {}
    errors: dict[str, int] = {}
    return {
        "id": [str(row[0]) for row in rows],
        "source": [sources.setdefault(row[1] or "", len(sources)) for row in rows],
        "level": [row[2] for row in rows],
        "score": [row[3] for row in rows],
        "spans": [row[4] for row in rows],
        "labels": [row[5] for row in rows],
        "characters": [row[6] for row in rows],
        "error": [errors.setdefault(row[7], len(errors)) for row in rows],
        "sources": list(sources),
        "errors": list(errors),
    }


def _passage(span: Row) -> list[Any]:
    names = [label.name for label in all_labels()]
    return [
        names.index(span["label"]),
        round(100 * span["score"]),
        span["before"] or "",
        span["words"],
        span["after"] or "",
        span["page"] or 0,
    ]


def _top(summary: Summary) -> list[list[Any]]:
    """Return (row number, passage) for the strongest passages of every label."""
    found = []
    for label in all_labels():
        for _, number, _, span in sorted(summary.top.get(label.name, []), key=lambda entry: entry[:3], reverse=True):
            found.append([-number, _passage(span)])
    return found


def _facts(summary: Summary) -> str:
    flagged = sum(count for number, count in summary.span_counts.items() if number)
    unread = summary.documents - summary.statuses["ok"]
    facts = [
        ("documents", f"{summary.documents:,}"),
        ("with flagged passages", f"{flagged:,}"),
        ("flagged passages", f"{sum(summary.spans.values()):,}"),
        ("could not be read", f"{unread:,}"),
    ]
    shown = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    models = ", ".join(sorted(summary.model))
    return f'<dl class="facts">{shown}</dl><p class="quiet">Model: {escape(models)}</p>'


def _bars(rows: list[tuple[str, int, str]]) -> str:
    """Draw horizontal bars: name, count, class."""
    if not rows:
        return '<p class="quiet">None.</p>'
    most = max(count for _, count, _ in rows)
    out = []
    for number, (name, count, kind) in enumerate(rows):
        y = number * 26
        width = 300.0 * count / max(most, 1)
        out.append(
            f'<g class="{kind.replace(" ", "-")}"><text x="150" y="{y + 17}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="158" y="{y + 4}" width="{width:.1f}" height="18" rx="2"/>'
            f'<text x="{164 + width:.1f}" y="{y + 17}">{count:,}</text></g>'
        )
    return f'<svg viewBox="0 0 540 {len(rows) * 26 + 4}" role="img">{"".join(out)}</svg>'


def _labels(summary: Summary) -> str:
    rows = [(label.title, summary.labels[label.name], label.name) for label in all_labels()]
    return _bars(sorted(rows, key=lambda row: -row[1]))


def _histogram(counts: list[int]) -> str:
    most = max(max(counts), 1)
    bars = "".join(
        f'<rect x="{20 + n * 25}" y="{130 - 120 * count / most:.1f}" width="22" height="{120 * count / most:.1f}">'
        f"<title>{n / BINS:.2f} to {(n + 1) / BINS:.2f}: {count:,}</title></rect>"
        for n, count in enumerate(counts)
    )
    ticks = "".join(
        f'<text x="{20 + n * 25}" y="148" text-anchor="middle">{n / BINS:.1f}</text>' for n in range(0, 21, 4)
    )
    return f'<svg viewBox="0 0 540 154" role="img" class="plain">{bars}{ticks}</svg>'


def _sources(summary: Summary) -> str:
    most = sorted(summary.sources.items(), key=lambda item: (-item[1][0], item[0]))[:20]
    rows = "".join(
        f'<tr><td class="source">{escape(name)}</td><td>{flagged:,}</td><td>{total:,}</td>'
        f"<td>{100 * flagged / total:.0f} %</td></tr>"
        for name, (flagged, total) in most
        if flagged
    )
    if not rows:
        return '<p class="quiet">No source has a flagged document.</p>'
    head = "<tr><th>Source</th><th>Flagged</th><th>Documents</th><th>Share</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _problems(summary: Summary) -> str:
    from scamlint.batch.records import STATUSES

    rows = "".join(
        f"<tr><td>{status}</td><td>{summary.statuses[status]:,}</td><td>{escape(meaning)}</td></tr>"
        for status, meaning in STATUSES.items()
        if summary.statuses[status]
    )
    return (
        f"<table><thead><tr><th>Status</th><th>Documents</th><th>Meaning</th></tr></thead><tbody>{rows}</tbody></table>"
    )
