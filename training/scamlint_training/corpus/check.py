"""``check``: everything that must hold in the corpus before anything is trained on it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from scamlint_training.corpus.documents import CORPUS, REGRESSIONS, SPLIT_OF_TAG, read_jsonl, split_of
from scamlint_training.corpus.duplicates import copied_problems, duplicate_problems
from scamlint_training.corpus.rows import Located, Problem, read_rows


def check(
    corpus: Path = CORPUS, regressions: Path = REGRESSIONS, foreign: Iterable[tuple[str, str]] = ()
) -> list[Problem]:
    """Check the form, the spans, the splits and the originality of every document.

    Args:
        corpus: The corpus folder.
        regressions: Folder of reported documents, which no split may hold.
        foreign: Name and text of documents that must not be copied from (see ``check --against``).

    Returns:
        The problems, by file and line; empty when the corpus is sound.
    """
    rows, problems = read_rows(corpus)
    kept = [
        (f"regression {document.id}", document.text)
        for path in sorted(regressions.glob("*.jsonl"))
        for document in read_jsonl(path)
    ]
    problems += [
        *_identity_problems(rows),
        *_family_problems(rows),
        *duplicate_problems(rows),
        *copied_problems(rows, kept),
        *copied_problems(rows, foreign),
    ]
    return sorted(problems)


def _identity_problems(rows: Sequence[Located]) -> Iterator[Problem]:
    """Yield ids that are taken twice."""
    counts = Counter(row.document.id for row in rows)
    first: dict[str, Located] = {}
    for row in rows:
        if counts[row.document.id] > 1:
            before = first.setdefault(row.document.id, row)
            if before is not row:
                yield row.problem(f"the id is taken by {before.path}:{before.line}; give it another one.")


def _family_problems(rows: Sequence[Located]) -> Iterator[Problem]:
    """Yield families in two splits, and families outside the split that their name's hash gives."""
    splits: defaultdict[str, set[str]] = defaultdict(set)
    placed = {
        row.document.family: SPLIT_OF_TAG[tag] for row in rows for tag in row.document.tags if tag in SPLIT_OF_TAG
    }
    for row in rows:
        splits[row.document.family].add(row.split)
    for row in rows:
        family = row.document.family
        expected = placed.get(family) or split_of(family)
        if len(splits[family]) > 1:
            yield row.problem(
                f"family {family!r} is in {' and '.join(sorted(splits[family]))}; keep all of it in {expected}."
            )
        elif row.split != expected:
            yield row.problem(f"family {family!r} belongs to {expected}, not {row.split}; splits are frozen, move it.")
