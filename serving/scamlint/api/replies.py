"""From findings to the body of a reply."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from scamlint.api.engine import Found
from scamlint.api.language import UNDETERMINED, Language, detect_language
from scamlint.api.requests import Options
from scamlint.api.segments import JoinedDocument
from scamlint.detector import Detector
from scamlint.labels import get_label
from scamlint.offsets import OffsetUnit, from_codepoints
from scamlint.spans import Report, Span


def scan_reply(
    document: str | JoinedDocument,
    ids: Sequence[str | int],
    found: Found,
    detector: Detector,
    options: Options,
    total: float,
) -> tuple[dict[str, Any], Report]:
    """Return the reply to one document, as plain JSON types, and the report behind it.

    Args:
        document: The text, or the joined segments.
        ids: Ids of the segments; not used for a text.
        found: What the model found.
        detector: The detector that found it.
        options: What the request asks for.
        total: Seconds since the request began.
    """
    text = document if isinstance(document, str) else document.text
    report = detector.report(text, found.findings, labels=options.labels, thresholds=options.thresholds)
    reply: dict[str, Any] = {}
    if isinstance(document, str):
        bounds = [(span.start, span.end) for span in report.spans]
        reply["spans"] = _spans(text, bounds, report.spans, options)
    else:
        reply["segments"] = _segments(document, ids, report, options)
    language = detect_language(text)
    reply |= {
        "scores": {label: round(score, 4) for label, score in report.scores.items()},
        "level": report.level,
        "model": {"name": report.model.name, "version": report.model.version},
        "offset_unit": options.offset_unit,
        "characters": report.characters,
        "language": {"code": language.code, "confidence": language.confidence},
        "warnings": _warnings(language),
        "timings": timings(found, total),
    }
    return reply, report


def timings(found: Found, total: float) -> dict[str, Any]:
    """Return the times of a reply, in milliseconds."""
    return {
        "queue_ms": round(found.waited * 1000, 2),
        "model_ms": round(found.ran * 1000, 2),
        "total_ms": round(total * 1000, 2),
        "cached": found.cached,
    }


def to_json(body: Mapping[str, Any]) -> bytes:
    """Return a reply as UTF-8 JSON."""
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _warnings(language: Language) -> list[dict[str, str]]:
    if language.supported is not False:
        return []
    told = language.code != UNDETERMINED
    seems = f"seems to be in language {language.code!r}" if told else "is in a script that is not English"
    return [{"code": "language-not-supported", "detail": f"The text {seems}; the model was made for English."}]


def _segments(document: JoinedDocument, ids: Sequence[str | int], report: Report, options: Options) -> list[Any]:
    rows = []
    for name, text, parts in zip(ids, document.texts, document.split(report.spans), strict=True):
        spans = _spans(text, [(part.start, part.end) for part in parts], [part.span for part in parts], options)
        for row, part in zip(spans, parts, strict=True):
            row["group"] = part.group
        rows.append({"id": name, "spans": spans})
    return rows


def _spans(
    text: str, bounds: Sequence[tuple[int, int]], spans: Sequence[Span], options: Options
) -> list[dict[str, Any]]:
    """Return spans with offsets in the unit asked for; ``bounds`` are code points of ``text``."""
    unit: OffsetUnit = options.offset_unit
    offsets = from_codepoints(text, (offset for pair in bounds for offset in pair), unit)
    rows: list[dict[str, Any]] = []
    for (start, end), span in zip(bounds, spans, strict=True):
        row = {
            "start": offsets[start],
            "end": offsets[end],
            "label": span.label,
            "score": round(span.score, 4),
            "text": text[start:end],
        }
        if options.explain:
            label = get_label(span.label)
            row["explanation"] = {
                "title": label.title,
                "text": label.explanation,
                "source": label.source,
                "url": label.url,
            }
        rows.append(row)
    return rows
