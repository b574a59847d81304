"""From inline drafts to the stored form: clean the span bounds, assign splits, write JSON lines."""

from __future__ import annotations

from pathlib import Path

from scamlint.bounds import trim
from scamlint_training.corpus.documents import CORPUS, SPLITS, Document, GoldSpan, read_jsonl, split_of, write_jsonl
from scamlint_training.corpus.markup import parse_drafts


def ingest(drafts: Path, corpus: Path = CORPUS, split: str | None = None) -> dict[str, int]:
    """Read a folder of draft files and write one corpus file for each split.

    Args:
        drafts: Folder with ``*.txt`` drafts; its name becomes the block's.
        corpus: Where to write ``<split>/<block>.jsonl``.
        split: Put everything there (documents tagged ``mined`` go to train, ``tuning`` to dev); by family when None.

    Returns:
        Documents written, by split.

    Raises:
        MarkupError: A draft is malformed.
        ValueError: The corpus has a block of that name with documents that these drafts do not have.
    """
    block = drafts.name
    documents: list[Document] = []
    for path in sorted(drafts.glob("*.txt")):
        documents += parse_drafts(path.read_text(encoding="utf-8"), f"{block}-{path.stem}")
    counts = dict.fromkeys(SPLITS, 0)
    for name in SPLITS:
        chosen = [tidy(document) for document in documents if (split or split_of(document.family)) == name]
        counts[name] = len(chosen)
        target = corpus / name / f"{block}.jsonl"
        if target.is_file() and (lost := {one.id for one in read_jsonl(target)} - {one.id for one in documents}):
            raise ValueError(
                f"{target} has {len(lost)} documents that are not among these drafts, for example {min(lost)}: give "
                "the folder of drafts another name, or remove that file first."
            )
        if chosen:
            write_jsonl(target, chosen)
    return counts


def mend_edges(corpus: Path = CORPUS) -> list[str]:
    """Tidy the spans of every stored document in place; files without a change are left alone.

    Args:
        corpus: The corpus folder, with well-formed lines.

    Returns:
        The ids of the documents that changed.
    """
    changed: list[str] = []
    for path in sorted(corpus.glob("*/*.jsonl")):
        before = list(read_jsonl(path))
        after = [tidy(document) for document in before]
        if before != after:
            write_jsonl(path, after)
            changed += [old.id for old, new in zip(before, after, strict=True) if old != new]
    return changed


def tidy(document: Document) -> Document:
    """Trim white space and punctuation off the spans' edges, drop empty ones and exact repeats."""
    spans: list[GoldSpan] = []
    last_end: dict[str, int] = {}
    for span in document.spans:
        bounds = trim(document.text, span.start, span.end)
        if bounds is not None and bounds[0] >= last_end.get(span.label, 0):
            spans.append(GoldSpan(*bounds, span.label))
            last_end[span.label] = bounds[1]
    tags = document.tags
    return Document(
        document.id, document.text, tuple(sorted(spans)), document.genre, document.stance, document.family, tags
    )
