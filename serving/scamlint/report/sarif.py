"""Results as SARIF 2.1.0 (OASIS Standard, 2020), which code scanning tools and editors read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from scamlint import __version__
from scamlint.batch.inputs import form_of
from scamlint.batch.options import ARCHIVE_FORMS
from scamlint.labels import all_labels
from scamlint.report.results import Row

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif_pieces(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the pieces of a SARIF log; joined they are one JSON text. Memory does not grow with the spans.

    A result has a region only where the artifact is the text that was scored: in a file that was read as text, whatever
    its name. The offsets of a row of a file, of a member of an archive, of HTML or PDF count in a text that is no
    artifact; such a result has its words and their context in the message, and names the document.

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
            text = _message(row["error"] or row["status"])
            notes.append({"level": "error", "message": {"text": text}, "locations": [_location(row)]})
        for span in row["spans"]:
            yield between + json.dumps(_result(row, span, numbers))
            between = ",\n"
    yield '], "invocations": ['
    yield json.dumps({"executionSuccessful": True, "toolExecutionNotifications": notes}) + "]}]}\n"


def _result(row: Row, span: Row, numbers: dict[str, int]) -> dict[str, Any]:
    label = span["label"]
    location = _location(row)
    words = span["words"]
    properties: dict[str, Any] = {"score": span["score"], "document_level": row["level"]}
    if span["page"]:
        properties["page"] = span["page"]
    if _is_text_file(row):
        location["physicalLocation"]["region"] = {
            "charOffset": span["start"],
            "charLength": span["end"] - span["start"],
            "snippet": {"text": words},
        }
    else:
        properties |= {"words": words, "text_start": span["start"], "text_end": span["end"]}
        before, after = span["before"] or "", span["after"] or ""
        if before.strip() or after.strip():
            before = f"…{before}" if span["start"] > len(before) else before
            after = f"{after}…" if span["end"] + len(after) < row["characters"] else after
            words += f" (in: {' '.join(f'{before}{words}{after}'.split())})"
    return {
        "ruleId": label,
        "ruleIndex": numbers[label],
        "level": "warning" if row["level"] in ("elevated", "high") else "note",
        "message": {"text": _message(f"{all_labels()[numbers[label]].title}: {words}")},
        "locations": [location],
        "properties": properties,
    }


def _location(row: Row) -> dict[str, Any]:
    """Return the file that a document lies in, and the document."""
    source = row["source"] or "unknown"
    container = "" if _is_text_file(row) else _archive(source)
    document = {"name": str(row["id"]), "kind": "document"}
    if container:
        document["fullyQualifiedName"] = source
    return {
        "physicalLocation": {"artifactLocation": {"uri": _uri(container or source)}},
        "logicalLocations": [document],
    }


def _is_text_file(row: Row) -> bool:
    """Whether the text of a document is the content of a file; rows of earlier versions do not say."""
    return row.get("offsets") == "file"


def _archive(source: str) -> str:
    """Return the archive that a source is a member of; empty when it is a file itself."""
    end = source.find("!")
    while end >= 0:
        if form_of(source[:end])[0] in ARCHIVE_FORMS:
            return source[:end]
        end = source.find("!", end + 1)
    return ""


def _message(text: str) -> str:
    """Return a text as a message string (3.11): braces doubled, and no link that a document wrote."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _uri(source: str) -> str:
    """Return a source as a URI reference; a colon in the first segment of a path would make it a scheme."""
    try:
        raw = source.encode("utf-8", "surrogateescape")  # the bytes of a file name that is not UTF-8
    except UnicodeEncodeError:
        raw = source.encode("utf-8", "replace")
    if "://" in source:
        return quote(raw, safe="/:?=&%#!~+,;@")
    path = quote(raw, safe="/!~+,;=@")
    return path if path.startswith("/") else "./" + path
