"""Near-duplicates: documents that resemble each other too much, and long runs of words that two documents share.

Sources: MinHash, Broder 1997, "On the resemblance and containment of documents"; banding (LSH), Leskovec, Rajaraman
and Ullman, "Mining of Massive Datasets", chapter 3. Candidates come from datasketch; their resemblance is then
computed exactly, so that no reported figure is an estimate.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from datasketch import MinHash, MinHashLSH

from scamlint.text import normalize
from scamlint_training.corpus.rows import Located, Problem

SHINGLE = 5
ACROSS_FAMILIES = 0.3
WITHIN_FAMILY = 0.8
RUN_ACROSS_SPLITS = 12
RUN_ACROSS_FAMILIES = 20
_PERMUTATIONS = 96
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=50_000)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, normalised and in lower case; the text itself when it has none."""
    lowered = normalize(text).text.casefold()
    return tuple(_WORD.findall(lowered)) or (lowered,)


def shingles(tokens: Sequence[str], size: int = SHINGLE) -> set[str]:
    """Return the runs of ``size`` words; a shorter text is one run."""
    return {" ".join(tokens[index : index + size]) for index in range(max(1, len(tokens) - size + 1))}


def resembling(token_lists: Sequence[Sequence[str]], threshold: float) -> Iterator[tuple[int, int, float]]:
    """Find pairs of documents that resemble each other.

    Args:
        token_lists: The words of each document.
        threshold: Lowest Jaccard resemblance of the sets of word 5-grams to report.

    Yields:
        Index of the earlier document, of the later one, and their resemblance (0 to 1).
    """
    sets = [shingles(tokens) for tokens in token_lists]
    encoded = ([run.encode("utf-8", "surrogatepass") for run in runs] for runs in sets)
    hashes = MinHash.generator(encoded, num_perm=_PERMUTATIONS, hashfunc=zlib.crc32)
    # A band threshold below the asked one loses fewer true pairs; the exact figure decides.
    index = MinHashLSH(threshold=threshold * 0.7, num_perm=_PERMUTATIONS)
    for later, signature in enumerate(hashes):
        for earlier in sorted(index.query(signature)):
            shared = len(sets[earlier] & sets[later])
            resemblance = shared / len(sets[earlier] | sets[later])
            if resemblance >= threshold:
                yield earlier, later, resemblance
        index.insert(later, signature)


def shared_runs(token_lists: Sequence[Sequence[str]], size: int) -> dict[tuple[int, int], tuple[int, str]]:
    """Find pairs of documents that share a run of ``size`` words.

    Returns:
        For each pair (earlier, later), how many such runs they share and the first of them.
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for number, tokens in enumerate(token_lists):
        if len(tokens) >= size:
            for run in shingles(tokens, size):
                places[run].append(number)
    counts: Counter[tuple[int, int]] = Counter()
    example: dict[tuple[int, int], str] = {}
    for run, numbers in places.items():
        for position, later in enumerate(numbers[1:], start=1):
            for earlier in numbers[:position]:
                counts[earlier, later] += 1
                example[earlier, later] = min(run, example.get((earlier, later), run))
    return {pair: (count, example[pair]) for pair, count in counts.items()}


def duplicate_problems(rows: Sequence[Located]) -> Iterator[Problem]:
    """Yield a problem for each document too close to another one.

    Members of one family (a project, a stance tuple) may resemble each other up to :data:`WITHIN_FAMILY`; documents of
    different families only up to :data:`ACROSS_FAMILIES`, and they share no run of :data:`RUN_ACROSS_FAMILIES` words
    (:data:`RUN_ACROSS_SPLITS` when they are in different splits).
    """
    tokens = [words(row.document.text) for row in rows]
    reported: set[tuple[int, int]] = set()
    for earlier, later, resemblance in resembling(tokens, ACROSS_FAMILIES):
        one, other = rows[earlier], rows[later]
        same = one.document.family == other.document.family
        if resemblance >= (WITHIN_FAMILY if same else ACROSS_FAMILIES):
            reported.add((earlier, later))
            kind = "nearly the same text as" if same else f"in family {other.document.family!r} resembles"
            yield other.problem(f"{kind} {_place(one)} ({resemblance:.2f}); delete or rewrite one of them.")
    yield from _run_problems(rows, tokens, reported)


def _run_problems(
    rows: Sequence[Located], tokens: Sequence[Sequence[str]], reported: Iterable[tuple[int, int]]
) -> Iterator[Problem]:
    short = shared_runs(tokens, RUN_ACROSS_SPLITS)
    involved = {number for pair in short for number in pair}
    long = shared_runs([run if n in involved else () for n, run in enumerate(tokens)], RUN_ACROSS_FAMILIES)
    for pair in sorted(short.keys() - set(reported)):
        one, other = rows[pair[0]], rows[pair[1]]
        if one.document.family == other.document.family:
            continue
        if one.split != other.split or pair in long:
            run = long.get(pair, short[pair])[1]
            yield other.problem(f"shares the words {run!r} with {_place(one)}; word one of them differently.")


def copied_problems(
    rows: Sequence[Located], texts: Iterable[tuple[str, str]], size: int = RUN_ACROSS_SPLITS
) -> Iterator[Problem]:
    """Yield a problem for each document that shares a run of ``size`` words with a text that must stay out.

    Args:
        rows: The corpus.
        texts: Name and text of each foreign document.
        size: Length of the run, in words.
    """
    foreign: dict[str, str] = {}
    for name, text in texts:
        tokens = words(text)
        if len(tokens) >= size:
            foreign.update(dict.fromkeys(shingles(tokens, size), name))
    for row in rows if foreign else ():
        tokens = words(row.document.text)
        found = sorted(shingles(tokens, size) & foreign.keys()) if len(tokens) >= size else []
        if found:
            yield row.problem(f"shares {found[0]!r} ({len(found)} runs) with {foreign[found[0]]}; word it differently.")


def _place(row: Located) -> str:
    return f"{row.document.id} ({row.path}:{row.line})"
