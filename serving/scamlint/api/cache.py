"""Remembered findings: least recently used ones go first, bounded by bytes (library cachetools)."""

from __future__ import annotations

import hashlib

from cachetools import LRUCache

from scamlint.detector import Findings
from scamlint.spans import ModelInfo

# Rough sizes in CPython: a findings object with its scores and key, and one candidate.
_FINDINGS_BYTES = 1_500
_CANDIDATE_BYTES = 200


class FindingsCache:
    """Findings by model and content hash.

    Findings come before labels, thresholds and offset units are chosen, so one entry answers every way of asking, and
    no words of the document are kept. Used from the event loop only.

    Args:
        size: Bound in bytes; 0 keeps nothing.
    """

    def __init__(self, size: int) -> None:
        self._entries: LRUCache[bytes, Findings] = LRUCache(size, getsizeof=size_of)

    @property
    def bytes_used(self) -> int:
        """Estimated size of what is remembered."""
        return int(self._entries.currsize)

    @staticmethod
    def key(model: ModelInfo, text: str) -> bytes:
        """Return the key of a document: SHA-256 of model, version and text."""
        digest = hashlib.sha256(f"{model.name}\0{model.version}\0".encode())
        digest.update(text.encode("utf-8", "surrogatepass"))
        return digest.digest()

    def get(self, key: bytes) -> Findings | None:
        """Return what is remembered, or None."""
        return self._entries.get(key)

    def put(self, key: bytes, findings: Findings) -> None:
        """Remember findings; those larger than the whole cache are not kept."""
        if size_of(findings) <= self._entries.maxsize:
            self._entries[key] = findings


def size_of(findings: Findings) -> int:
    """Return the estimated size of findings in memory, in bytes."""
    return _FINDINGS_BYTES + _CANDIDATE_BYTES * len(findings.candidates)
