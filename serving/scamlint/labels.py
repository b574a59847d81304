"""The labels: what each one means to a reader, its colours and the literature behind it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from scamlint.errors import OptionError

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover
    import tomli as tomllib

_PACKAGE = Path(__file__).parent
# In the wheel the file lies beside this module; in a source checkout it is the corpus's own copy.
_PLACES = (_PACKAGE / "labels.toml", _PACKAGE.parents[1] / "data" / "labels.toml")


@dataclass(frozen=True, slots=True)
class Label:
    """One pattern that scamlint marks.

    Attributes:
        name: Identifier, as it stands in corpora, results and options.
        title: Short name for readers.
        core: Whether it is one of the two core labels.
        explanation: One or two sentences for a reader.
        colour: Hex colour for light backgrounds (Okabe-Ito palette).
        dark: Hex colour for dark backgrounds.
        ansi: Terminal colour name (rich).
        source: The regulator literature that the label comes from.
        url: Where that literature is.
    """

    name: str
    title: str
    core: bool
    explanation: str
    colour: str
    dark: str
    ansi: str
    source: str
    url: str


@lru_cache(maxsize=1)
def all_labels() -> tuple[Label, ...]:
    """Return every label, in the order of model outputs."""
    path = next((place for place in _PLACES if place.is_file()), None)
    if path is None:
        raise OptionError(f"labels.toml is missing from the installation ({_PLACES[0]}); reinstall scamlint.")
    with path.open("rb") as file:
        rows = tomllib.load(file)["label"]
    return tuple(Label(**row) for row in rows)


def label_names() -> tuple[str, ...]:
    """Return the names of all labels, in the order of model outputs."""
    return tuple(label.name for label in all_labels())


def get_label(name: str) -> Label:
    """Return the label called ``name``.

    Raises:
        OptionError: There is no such label.
    """
    for label in all_labels():
        if label.name == name:
            return label
    raise OptionError(f"There is no label {name!r}; the labels are {', '.join(label_names())}.")
