"""Which language a document is in, by the library py3langid (naive Bayes on byte n-grams, Lui and Baldwin 2012).

It was chosen because it is small, knows 139 languages, keeps its model in npz (no pickle) and never downloads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

# As much of a document as the detection reads, from its beginning, middle and end.
_SAMPLE = 600
_FEWEST_LETTERS = 20
_SURE = 0.5
UNDETERMINED = "und"


@dataclass(frozen=True, slots=True)
class Language:
    """A detected language.

    Attributes:
        code: ISO 639 code, or ``und`` when there is too little text to tell.
        confidence: 0 to 1.
    """

    code: str
    confidence: float

    @property
    def supported(self) -> bool:
        """Whether the models were made for it; true when the detection is not sure."""
        return self.code in ("en", UNDETERMINED) or self.confidence < _SURE


def detect_language(text: str) -> Language:
    """Detect the language of a document.

    Args:
        text: The document; a sample of at most 1,800 characters is looked at.

    Returns:
        The language; ``und`` with confidence 0 for fewer than 20 letters.
    """
    sample = text
    if len(text) > 3 * _SAMPLE:
        middle = len(text) // 2
        sample = " ".join((text[:_SAMPLE], text[middle : middle + _SAMPLE], text[-_SAMPLE:]))
    sample = " ".join(sample.encode("utf-8", "replace").decode().split())
    if sum(map(str.isalpha, sample)) < _FEWEST_LETTERS:
        return Language(UNDETERMINED, 0.0)
    code, confidence = _identifier().classify(sample)
    if code == "zxx":  # markup, numbers: no language
        return Language(UNDETERMINED, 0.0)
    return Language(str(code), round(float(confidence), 4))


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
