"""Exceptions of scamlint.

The tree::

    ScamlintError
    ├── ModelError        a model folder is missing, damaged or made for another version
    ├── OptionError       an option (label, threshold, unit, format) does not exist or is out of range
    └── InputError        a document cannot be read or decoded
"""

from __future__ import annotations


class ScamlintError(Exception):
    """Base of every error that scamlint raises on purpose. The message says what to do."""


class ModelError(ScamlintError):
    """A model folder is missing, damaged or was made for another version of scamlint."""


class OptionError(ScamlintError, ValueError):
    """An option does not exist or is out of range."""


class InputError(ScamlintError):
    """A document cannot be read or decoded."""
