"""Results as SARIF 2.1.0 (OASIS Standard, 2020), which code scanning tools and editors read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from scamlint import __version__
from scamlint.labels import all_labels
from scamlint.report.results import Row

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif_pieces(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the pieces of a SARIF log; joined they are one JSON text. Memory does not grow with the spans.

    Args:
        rows: Full rows.
    """
    rules = [
        {
            "id": label.name,
            "name": label.title,
            "shortDescription": {"text": label.title},
            "fullDescription": {"text": label.explanation},
            "helpUri": label.url,
        }
        for label in all_labels()
    ]
    driver = {"name": "scamlint", "version": __version__, "rules": rules}
    head = {"$schema": _SCHEMA, "version": "2.1.0"}
    yield json.dumps(head)[:-1] + ', "runs": [{"tool": ' + json.dumps({"driver": driver})
    yield ', "columnKind": "unicodeCodePoints", "results": ['
    notes: list[dict[str, Any]] = []
    between = ""
    numbers = {label.name: number for number, label in enumerate(all_labels())}
    for row in rows:
        if row["status"] != "ok":
            place = {"physicalLocation": {"artifactLocation": {"uri": _uri(row["source"])}}}
            notes.append({"level": "error", "message": {"text": row["error"] or row["status"]}, "locations": [place]})
        for span in row["spans"]:
            yield between + json.dumps(_result(row, span, numbers))
            between = ",\n"
    yield '], "invocations": ['
    yield json.dumps({"executionSuccessful": True, "toolExecutionNotifications": notes}) + "]}]}\n"


def _result(row: Row, span: Row, numbers: dict[str, int]) -> dict[str, Any]:
    label = span["label"]
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(row["source"])},
            "region": {
                "charOffset": span["start"],
                "charLength": span["end"] - span["start"],
                "snippet": {"text": span["words"]},
            },
        },
        "logicalLocations": [{"name": str(row["id"]), "kind": "document"}],
    }
    properties: dict[str, Any] = {"score": span["score"], "document_level": row["level"]}
    if span["page"]:
        properties["page"] = span["page"]
    return {
        "ruleId": label,
        "ruleIndex": numbers[label],
        "level": "warning" if row["level"] in ("elevated", "high") else "note",
        "message": {"text": f"{all_labels()[numbers[label]].title}: {span['words']}"},
        "locations": [location],
        "properties": properties,
    }


def _uri(source: str | None) -> str:
    """Return a source as a URI reference; a colon in the first segment of a path would make it a scheme."""
    source = source or "unknown"
    if "://" in source.partition("!")[0]:
        return quote(source, safe="/:?=&%#!~+,;@")
    path = quote(source, safe="/!~+,;=@")
    return path if path.startswith("/") else "./" + path
