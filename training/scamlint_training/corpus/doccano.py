"""doccano's JSONL for sequence labelling; offsets are code points (its "count grapheme clusters" option is off).

Source: https://doccano.github.io/doccano/ ; the project type "Sequence Labeling" reads and writes ``text`` with
``label`` (a list of start, end, label), or with ``entities`` when relations are on. Other fields are kept as metadata.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scamlint_training.corpus.documents import Document, GoldSpan
from scamlint_training.corpus.markup import MarkupError

# doccano replaces "id" by its own number, so ours travels under another name.
_ID = "document"


def to_rows(documents: Iterable[Document]) -> Iterator[dict[str, Any]]:
    """Yield one row for each document."""
    for document in documents:
        fields = {key: value for key, value in document.to_dict().items() if key not in ("id", "text", "spans")}
        label = [[span.start, span.end, span.label] for span in document.spans]
        yield {_ID: document.id, "text": document.text, "label": label, **fields}


def from_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[Document]:
    """Read exported rows, in either of doccano's two shapes.

    Raises:
        MarkupError: A row lacks a field.
    """
    for number, row in enumerate(rows, start=1):
        try:
            fields = {**row, **row.get("Metadata", {}), **row.get("meta", {})}
            if "entities" in row:
                found = [(one["start_offset"], one["end_offset"], one["label"]) for one in row["entities"]]
            else:
                found = row["label"] if "label" in row else row["labels"]
            spans = tuple(sorted(GoldSpan(int(start), int(end), label) for start, end, label in found))
            tags = tuple(fields.get("tags", ()))
            yield Document(fields[_ID], row["text"], spans, fields["genre"], fields["stance"], fields["family"], tags)
        except (KeyError, TypeError, ValueError) as error:
            raise MarkupError(f"Line {number} of the doccano file cannot be read: {error!r}.") from error
