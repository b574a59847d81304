"""Put a short document of its own into a dull one, as comments, advertisements and pasted posts stand in real pages.

A network that has read whole documents only takes a promise in the middle of minutes or release notes for talk about
promises. Pasting parts of one training document into another is mixed-sample augmentation (for images CutMix, Yun et
al. 2019), here whole short documents, so that what was annotated holds where they stand now.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from scamlint_training.corpus import Document, GoldSpan

# A host has enough of its own to be what a reader takes the page for; a guest is a post or a box, not a page.
_LEAST_HOST, _MOST_GUEST = 200, 450
# Share of the guests that hold claims; the others warn, deny, joke or report, so that not every guest is a claim.
_CLAIMING = 0.6
# Behind a line break or the end of a sentence a guest may stand.
_PLACE = re.compile(r"\n+|(?<=[.!?])\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Guests:
    """Documents that may stand in others.

    Attributes:
        claiming: Short documents that promote, with spans.
        others: Short documents without a span that are not neutral.
    """

    claiming: tuple[Document, ...]
    others: tuple[Document, ...]

    @classmethod
    def among(cls, documents: Sequence[Document]) -> Guests:
        """Find the guests among documents."""
        short = [document for document in documents if len(document.text) <= _MOST_GUEST]
        return cls(
            tuple(document for document in short if document.stance == "promoting" and document.spans),
            tuple(document for document in short if document.stance != "neutral" and not document.spans),
        )


def is_host(document: Document) -> bool:
    """Whether a document is neutral, without a span, and long enough to stay what it is with a guest in it."""
    return document.stance == "neutral" and not document.spans and len(document.text) >= _LEAST_HOST


def seat(host: Document, guests: Guests, rng: random.Random) -> tuple[str, tuple[GoldSpan, ...], list[int]]:
    """Put one guest into a host: before it, behind it, or between its lines or sentences.

    Args:
        host: A document of which :func:`is_host` holds.
        guests: Who may come; with none the host stays as it is.
        rng: Source of randomness.

    Returns:
        The text, its spans, and for each character the offset of the one in the host that it is, or -1 for the guest's.
    """
    pool = guests.claiming if rng.random() < _CLAIMING else guests.others
    text = host.text
    if not pool:
        return text, host.spans, list(range(len(text)))
    guest = rng.choice(pool)
    places = [(0, 0), (len(text), len(text)), *(match.span() for match in _PLACE.finditer(text))]
    end, begin = rng.choice(places)  # of what stands before the guest, and of what stands behind it
    gap = rng.choice(["\n\n", "\n\n", "\n", " "])
    before, behind = (gap if end else ""), (gap if begin < len(text) else "")
    shift = end + len(before)
    spans = tuple(GoldSpan(span.start + shift, span.end + shift, span.label) for span in guest.spans)
    sources = [*range(end), *[-1] * (len(before) + len(guest.text) + len(behind)), *range(begin, len(text))]
    return text[:end] + before + guest.text + behind + text[begin:], spans, sources
