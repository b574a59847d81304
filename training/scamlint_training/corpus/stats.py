"""``stats``: how much there is of everything, and how much was asked for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scamlint.labels import all_labels
from scamlint_training.corpus.documents import GENRES, SPLIT_OF_TAG, SPLITS, STANCES, TAGS, Document
from scamlint_training.corpus.tables import percent, table

Splits = Mapping[str, Sequence[Document]]
WORD_BINS = (0, 20, 50, 100, 200, 500, 1200, 2500)
_TUPLE_TELLINGS = 4


@dataclass(frozen=True, slots=True)
class Goal:
    """A count that the project asked for.

    Attributes:
        name: What is counted.
        asked: Lowest number wanted, or lowest and highest share.
        have: What there is.
    """

    name: str
    asked: float | tuple[float, float]
    have: float

    @property
    def reached(self) -> bool:
        """Whether there is enough (or, of a share, neither too much nor too little)."""
        if isinstance(self.asked, tuple):
            return self.asked[0] <= self.have <= self.asked[1]
        return self.have >= self.asked

    def cells(self) -> list[object]:
        """Return a table row."""
        if isinstance(self.asked, tuple):
            asked = " to ".join(percent(share) for share in self.asked)
            return [self.name, asked, percent(self.have), _mark(self.reached)]
        if isinstance(self.asked, float):
            return [self.name, f"≥ {percent(self.asked)}", percent(self.have), _mark(self.reached)]
        return [self.name, f"≥ {self.asked}", f"{self.have:.0f}", _mark(self.reached)]


def goals(splits: Splits) -> list[Goal]:
    """Compare a corpus with the numbers that were asked for."""
    documents = [document for split in SPLITS for document in splits[split]]
    spans = Counter(span.label for document in documents for span in document.spans)
    clean = [document for document in documents if not document.spans]
    tags = Counter(tag for document in documents for tag in document.tags)
    lengths = [word_count(document) for document in documents]
    total = max(1, len(documents))
    by_family = Counter({split: sum(not SPLIT_OF_TAG.keys() & d.tags for d in splits[split]) for split in SPLITS})
    return [
        Goal("documents", 5000, len(documents)),
        Goal("spans", 14000, spans.total()),
        *(Goal(f"spans of {label.name}", 3000 if label.core else 1000, spans[label.name]) for label in all_labels()),
        Goal("documents without a span", (0.45, 0.55), len(clean) / total),
        Goal("hard negatives among them", 2 / 3, sum("hard" in d.tags for d in clean) / max(1, len(clean))),
        Goal("sober pitches", 600, tags["sober"]),
        Goal("stance tuples of four or more tellings", 300, len(tuples(documents))),
        Goal("mixed documents", 600, tags["mixed"]),
        Goal("obfuscated documents", 250, tags["obfuscated"]),
        Goal("genres", len(GENRES), len({document.genre for document in documents})),
        Goal("documents over 500 words", 900, sum(length > 500 for length in lengths)),
        Goal("documents over 1,200 words", 250, sum(length > 1200 for length in lengths)),
        *(
            Goal(
                f"share of {split}, mined and tuning documents aside",
                bounds,
                by_family[split] / max(1, by_family.total()),
            )
            for split, bounds in zip(SPLITS, ((0.77, 0.83), (0.08, 0.12), (0.08, 0.12)), strict=True)
        ),
    ]


def tuples(documents: Sequence[Document]) -> dict[str, list[Document]]:
    """Return the stance tuples: families tagged so in which one kernel is told in at least four ways.

    A way of telling is a stance; ``reporting`` counts twice when one telling is news and another one is not (a
    sceptical report).
    """
    families: defaultdict[str, list[Document]] = defaultdict(list)
    for document in documents:
        if "tuple" in document.tags:
            families[document.family].append(document)
    return {
        family: members
        for family, members in families.items()
        if len({(d.stance, d.stance == "reporting" and d.genre == "news") for d in members}) >= _TUPLE_TELLINGS
    }


def word_count(document: Document) -> int:
    """Return the number of words, parted by white space."""
    return len(document.text.split())


def goals_table(splits: Splits) -> str:
    """Return what was asked for beside what there is."""
    return table(["count", "asked", "have", "reached"], [goal.cells() for goal in goals(splits)])


def splits_table(splits: Splits) -> str:
    """Return documents, families, words and spans by split."""
    rows = []
    for split in SPLITS:
        documents = splits[split]
        clean = sum(not document.spans for document in documents) / max(1, len(documents))
        families, length = len({document.family for document in documents}), sum(map(word_count, documents))
        spans = sum(len(document.spans) for document in documents)
        rows.append([split, len(documents), families, length, spans, percent(clean)])
    return table(["split", "documents", "families", "words", "spans", "without a span"], rows)


def labels_table(splits: Splits) -> str:
    """Return the spans of each label by split, the documents that hold one, and the median length in characters."""
    rows = []
    for label in all_labels():
        counts = [sum(span.label == label.name for d in splits[split] for span in d.spans) for split in SPLITS]
        lengths = sorted(
            span.end - span.start
            for split in SPLITS
            for d in splits[split]
            for span in d.spans
            if span.label == label.name
        )
        holders = sum(any(span.label == label.name for span in d.spans) for split in SPLITS for d in splits[split])
        rows.append([label.name, *counts, sum(counts), holders, lengths[len(lengths) // 2] if lengths else 0])
    return table(["label", *SPLITS, "spans", "documents", "median characters"], rows)


def kinds_table(splits: Splits, kind: str) -> str:
    """Return documents of each genre, stance or tag by split, with spans and the share without one.

    Args:
        splits: The corpus.
        kind: ``genre``, ``stance`` or ``tag``.
    """
    names = {"genre": GENRES, "stance": STANCES, "tag": [tag for tag in TAGS if tag != "plain"]}[kind]
    rows = []
    for name in names:
        chosen = {split: [d for d in splits[split] if _is_kind(d, kind, name)] for split in SPLITS}
        everything = [document for split in SPLITS for document in chosen[split]]
        spans = sum(len(document.spans) for document in everything)
        clean = sum(not document.spans for document in everything) / max(1, len(everything))
        rows.append([name, *(len(chosen[split]) for split in SPLITS), len(everything), spans, percent(clean)])
    return table([kind, *SPLITS, "documents", "spans", "without a span"], rows)


def lengths_table(splits: Splits) -> str:
    """Return documents by number of words, with spans and the share without one."""
    rows = []
    documents = [document for split in SPLITS for document in splits[split]]
    for low, high in zip(WORD_BINS, [*WORD_BINS[1:], None], strict=True):
        chosen = [d for d in documents if word_count(d) > low and (high is None or word_count(d) <= high)]
        clean = sum(not document.spans for document in chosen) / max(1, len(chosen))
        name = f"over {low:,}" if high is None else f"{low + 1:,} to {high:,}"
        rows.append([name, len(chosen), sum(len(d.spans) for d in chosen), percent(clean)])
    return table(["words", "documents", "spans", "without a span"], rows)


def _is_kind(document: Document, kind: str, name: str) -> bool:
    return name in document.tags if kind == "tag" else getattr(document, kind) == name


def _mark(reached: bool) -> str:
    return "yes" if reached else "no"
