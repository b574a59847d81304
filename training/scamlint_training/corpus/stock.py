"""The stock keywords of each label: the words that a plain keyword filter would look for.

They are a yardstick for the corpus, not a detector: a third of the spans must do without them, and they must stand in
innocent places as often as in guilty ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from scamlint import label_names
from scamlint.text import normalize
from scamlint_training.corpus.documents import Document
from scamlint_training.corpus.tables import percent, table

STOCK: dict[str, str] = {
    "guaranteed_return": r"guarantee\w* risk-?free (?:no|zero|without)\s(?:any\s)?risk daily (?:per|a|every|each)\sday"
    r" profits? returns? roi ap[ry] fixed stable passive\sincome principal",
    "authority_borrowing": r"partner(?:s|ed|ship|ships)? backed audit(?:s|ed)? licen[cs]ed? registered regulated"
    r" certified certificate sec fca certik forbes bloomberg cnn binance university professor official featured",
    "price_hype": r"moon\w* \d+x pump\w* explo(?:de|sive)\w* skyrocket\w* soar\w* surg(?:e|es|ing) next\sbitcoin"
    r" all-time\shigh ath lambo gem parabolic",
    "urgency_pressure": r"now today tonight hurry last\schance limited only\s\d[\d,]* deadline ends left don't\smiss"
    r" final fomo countdown expires?",
    "social_proof": r"join(?:ed|ing)? users members investors holders thousands everyone everybody community sold\sout"
    r" trusted\sby withdrew cashed\sout",
    "recruitment_reward": r"refer\w* invit\w+ commissions? teams? levels? downline bonus(?:es)? affiliates? friends?",
    "asset_request": r"send deposit\w* connect wallet seed\sphrase private\skeys? approve unlock fees? claim double",
}
_PATTERNS = {label: re.compile(rf"\b(?:{'|'.join(words.split())})\b") for label, words in STOCK.items()}


@dataclass(slots=True)
class Usage:
    """Where the stock keywords of one label stand.

    Attributes:
        inside: Occurrences in spans of the label, by keyword as it is written.
        beside: Occurrences outside these spans, in documents with spans.
        clean: Occurrences in documents without any span.
        spans: Spans of the label.
        without: Those of them that hold none of its stock keywords.
    """

    inside: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)
    clean: Counter[str] = field(default_factory=Counter)
    spans: int = 0
    without: int = 0

    @property
    def innocent(self) -> float:
        """Share of the occurrences outside spans of the label."""
        outside = self.beside.total() + self.clean.total()
        return outside / max(1, outside + self.inside.total())


def usage(documents: Iterable[Document]) -> dict[str, Usage]:
    """Count where the stock keywords of each label stand."""
    counts = {label: Usage() for label in label_names()}
    for document in documents:
        normal = normalize(document.text)
        lowered = normal.text.lower()
        if len(lowered) != len(normal.text):
            lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in normal.text)
        for label, found in counts.items():
            hits = [(match.group(), *normal.to_source(*match.span())) for match in _PATTERNS[label].finditer(lowered)]
            own = [span for span in document.spans if span.label == label]
            held: set[tuple[int, int]] = set()
            for word, start, end in hits:
                guilty = [(span.start, span.end) for span in own if span.start < end and start < span.end]
                held.update(guilty)
                place = found.inside if guilty else found.beside if document.spans else found.clean
                place[" ".join(word.split())] += 1
            found.spans += len(own)
            found.without += len(own) - len(held)
    return counts


def usage_table(counts: dict[str, Usage]) -> str:
    """Return the figures of each label."""
    header = ["label", "in its spans", "beside them", "in clean documents", "innocent", "spans without a stock keyword"]
    rows = []
    for label, found in counts.items():
        places = [found.inside.total(), found.beside.total(), found.clean.total()]
        rows.append([label, *places, percent(found.innocent), percent(found.without / max(1, found.spans))])
    return table(header, rows)


def guilty_keywords(counts: dict[str, Usage], lowest: int = 10) -> str:
    """Return the keywords that stand in spans of their label more often than outside, most one-sided first.

    Args:
        counts: Usage by label.
        lowest: Leave out keywords that occur less often.
    """
    rows: list[Sequence[object]] = []
    for label, found in counts.items():
        for word, inside in found.inside.items():
            outside = found.beside[word] + found.clean[word]
            if inside > outside and inside + outside >= lowest:
                rows.append([label, word, inside, outside, percent(inside / (inside + outside))])
    rows.sort(key=lambda row: (-int(str(row[4]).removesuffix(" %")), row[0], row[1]))
    return table(["label", "keyword", "in its spans", "elsewhere", "guilty"], rows)


@lru_cache(maxsize=100_000)
def is_stock(word: str) -> bool:
    """Whether a single word is a stock keyword of some label."""
    return any(pattern.fullmatch(word) for pattern in _PATTERNS.values())
