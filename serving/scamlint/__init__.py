"""scamlint reads crypto documents and shows the reader the words that work like a scam.

>>> from scamlint import Detector
>>> report = Detector.load().scan("Earn a guaranteed 2% a day.")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scamlint.errors import InputError, ModelError, OptionError, ScamlintError
from scamlint.labels import Label, all_labels, label_names
from scamlint.spans import ModelInfo, Report, Span

if TYPE_CHECKING:
    from scamlint.detector import Detector

__version__ = "0.1.0"
__all__ = [
    "Detector",
    "InputError",
    "Label",
    "ModelError",
    "ModelInfo",
    "OptionError",
    "Report",
    "ScamlintError",
    "Span",
    "__version__",
    "all_labels",
    "label_names",
]


def __getattr__(name: str) -> Any:
    """Load the detector, and numpy with it, only when it is asked for."""
    if name == "Detector":
        from scamlint.detector import Detector

        return Detector
    raise AttributeError(f"module 'scamlint' has no attribute {name!r}")
