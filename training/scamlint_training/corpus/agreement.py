"""How far two annotations of the same documents agree.

Sources: partial-overlap span F1, Da San Martino et al. 2020 (see :mod:`scamlint_training.metrics`); alpha,
Krippendorff 2013, "Content Analysis", chapter 12, nominal, computed by the ``krippendorff`` library over words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import krippendorff
import numpy as np
from numpy.typing import NDArray

from scamlint import label_names
from scamlint.labels import all_labels
from scamlint_training.corpus.documents import REPOSITORY, GoldSpan
from scamlint_training.corpus.tables import table
from scamlint_training.metrics import Mark, Score, exact, partial, total

RECORDS = REPOSITORY / "data" / "agreement"
Annotations = Mapping[str, Sequence[GoldSpan]]
_Marks = NDArray[np.bool_]
_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two annotations agree on one label (or on several together).

    Attributes:
        label: Label, ``core``, ``all labels`` or ``any label`` (whether a word is marked at all).
        first: Spans of the first annotation.
        second: Spans of the second one.
        second_by_first: Partial-overlap F1 with the first annotation as gold.
        first_by_second: Partial-overlap F1 with the second annotation as gold.
        precision: Share of the second annotation's spans that the first one covers.
        recall: Share of the first annotation's spans that the second one covers.
        exact_f1: F1 of spans with the same bounds.
        alpha: Krippendorff's alpha over words; None when it is not defined (nobody marked anything, or all of it).
    """

    label: str
    first: int
    second: int
    second_by_first: float
    first_by_second: float
    precision: float
    recall: float
    exact_f1: float
    alpha: float | None


def read_annotations(path: Path) -> dict[str, tuple[GoldSpan, ...]]:
    """Read an annotation file: JSON lines with ``id`` and ``spans`` (start, end, label).

    Raises:
        ValueError: A line is malformed or an id comes twice; the message names the line.
    """
    annotations: dict[str, tuple[GoldSpan, ...]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            identifier = row["id"]
            spans = tuple(sorted(GoldSpan(span["start"], span["end"], span["label"]) for span in row["spans"]))
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"{path}:{number}: not an object with id and spans ({error!r}).") from error
        if identifier in annotations:
            raise ValueError(f"{path}:{number}: {identifier!r} comes twice; keep one of them.")
        annotations[identifier] = spans
    return annotations


def write_annotations(path: Path, annotations: Annotations) -> None:
    """Write an annotation file, sorted by id."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = (
        {"id": key, "spans": [{"start": span.start, "end": span.end, "label": span.label} for span in spans]}
        for key, spans in sorted(annotations.items())
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def validate(annotations: Annotations, texts: Mapping[str, str]) -> None:
    """Refuse annotations that do not fit their documents.

    Raises:
        ValueError: A document or label does not exist, an offset is out of range, or spans of one label overlap.
    """
    for identifier, spans in annotations.items():
        if identifier not in texts:
            raise ValueError(f"There is no document {identifier!r} in the corpus; was it renamed?")
        last: dict[str, int] = {}
        for span in sorted(spans):
            if span.label not in label_names():
                raise ValueError(f"{identifier}: unknown label {span.label!r}; one of {', '.join(label_names())}.")
            if not 0 <= span.start < span.end <= len(texts[identifier]):
                raise ValueError(f"{identifier}: span {span.start}-{span.end} lies outside the text.")
            if span.start < last.get(span.label, 0):
                raise ValueError(f"{identifier}: two spans of {span.label} overlap at {span.start}.")
            last[span.label] = span.end


def agreement(first: Annotations, second: Annotations, texts: Mapping[str, str]) -> list[Agreement]:
    """Compare two annotations of the same documents.

    Args:
        first: Spans by document id.
        second: Spans by document id; the documents of both are those compared.
        texts: Text by document id.

    Returns:
        One row for each label, then ``core``, ``all labels`` (sums over labels; alpha over every pair of word and
        label) and ``any label`` (spans of whatever label).

    Raises:
        ValueError: No document is in both, or an annotation does not fit its text.
    """
    shared = sorted(first.keys() & second.keys())
    if not shared:
        raise ValueError("The two annotations have no document in common.")
    validate({key: first[key] for key in shared}, texts)
    validate({key: second[key] for key in shared}, texts)
    names = label_names()
    core = [label.name for label in all_labels() if label.core]
    ours, theirs = _columns(first, shared, texts), _columns(second, shared, texts)
    score = {name: _Scores.of(first, second, shared, [name]) for name in names}
    rows = [score[name].row(name, _alpha(ours[:, [i]], theirs[:, [i]])) for i, name in enumerate(names)]
    chosen = [names.index(name) for name in core]
    rows.append(_Scores.of(first, second, shared, core).row("core", _alpha(ours[:, chosen], theirs[:, chosen])))
    rows.append(_Scores.of(first, second, shared, names).row("all labels", _alpha(ours, theirs)))
    marked = _Scores.of(_unlabelled(first, shared), _unlabelled(second, shared), shared, ["any"])
    rows.append(marked.row("any label", _alpha(ours.max(axis=1), theirs.max(axis=1))))
    return rows


def agreement_table(rows: Iterable[Agreement]) -> str:
    """Return the agreement as a Markdown table."""
    header = ["label", "first", "second", "F1 1→2", "F1 2→1", "precision", "recall", "exact F1", "alpha"]
    lines = []
    for row in rows:
        shares = [row.second_by_first, row.first_by_second, row.precision, row.recall, row.exact_f1]
        lines.append([row.label, row.first, row.second, *shares, "-" if row.alpha is None else row.alpha])
    return table(header, lines)


def record(first: Annotations, second: Annotations, folder: Path = RECORDS) -> None:
    """Keep the two annotations as they were made, so that later adjudication does not change the published figures.

    Documents recorded before keep their first record.
    """
    shared = first.keys() & second.keys()
    for name, made in (("first", first), ("second", second)):
        path = folder / f"{name}.jsonl"
        before = read_annotations(path) if path.exists() else {}
        write_annotations(path, {**{key: made[key] for key in shared}, **before})


@dataclass(frozen=True, slots=True)
class _Scores:
    second_by_first: Score
    first_by_second: Score
    exact: Score

    @classmethod
    def of(cls, first: Annotations, second: Annotations, shared: Sequence[str], labels: Sequence[str]) -> _Scores:
        forth: list[Score] = []
        back: list[Score] = []
        same: list[Score] = []
        for key in shared:
            ours, theirs = _marks(first[key], labels), _marks(second[key], labels)
            forth += partial(ours, theirs, labels).values()
            back += partial(theirs, ours, labels).values()
            same += exact(ours, theirs, labels).values()
        return cls(total(forth), total(back), total(same))

    def row(self, label: str, alpha: float | None) -> Agreement:
        forth, back = self.second_by_first, self.first_by_second
        return Agreement(
            label, forth.gold, back.gold, forth.f1, back.f1, forth.precision, forth.recall, self.exact.f1, alpha
        )


def _marks(spans: Iterable[GoldSpan], labels: Sequence[str]) -> list[Mark]:
    return [Mark(span.start, span.end, span.label) for span in spans if span.label in labels]


def _unlabelled(annotations: Annotations, keys: Iterable[str]) -> dict[str, list[GoldSpan]]:
    """Merge the spans of all labels: touching or overlapping ones become one, labelled ``any``."""
    merged: dict[str, list[GoldSpan]] = {}
    for key in keys:
        runs: list[GoldSpan] = []
        for span in sorted(annotations[key]):
            if runs and span.start <= runs[-1].end:
                runs[-1] = GoldSpan(runs[-1].start, max(runs[-1].end, span.end), "any")
            else:
                runs.append(GoldSpan(span.start, span.end, "any"))
        merged[key] = runs
    return merged


def _columns(annotations: Annotations, keys: Sequence[str], texts: Mapping[str, str]) -> _Marks:
    """Return whether each word of each document carries each label; shape ``(words, labels)``."""
    names = label_names()
    parts = []
    for key in keys:
        tokens = [match.span() for match in _TOKEN.finditer(texts[key])]
        starts, ends = np.array(tokens, dtype=np.int64).reshape(-1, 2).T
        inside = np.zeros((len(tokens), len(names)), dtype=np.bool_)
        for span in annotations[key]:
            inside[(starts < span.end) & (span.start < ends), names.index(span.label)] = True
        parts.append(inside)
    return np.concatenate(parts)


def _alpha(ours: _Marks, theirs: _Marks) -> float | None:
    """Return the nominal alpha of two codings of the same units, given how often each pair of codes occurs."""
    units = ours.ravel().astype(np.int64) + theirs.ravel()
    if units.size == 0 or units.max() == 0 or units.min() == 2:
        return None
    # How many of the two annotators gave each unit the code 0, and how many gave it the code 1.
    counts = np.stack([2 - units, units], axis=1)
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))
