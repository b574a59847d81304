"""How varied a set of texts is: distinct n-grams, and how like each other its documents are.

Sources: distinct-n, Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models" (arXiv
1510.03055), over a fixed number of words because the ratio falls with length; self-similarity as the cosine of each
document to its nearest neighbour in TF-IDF space (Salton and Buckley 1988).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from scamlint_training.corpus.duplicates import shingles, words
from scamlint_training.corpus.tables import table

_SEED = 13


@dataclass(frozen=True, slots=True)
class Diversity:
    """Figures of one set of texts, all of them between 0 and 1.

    Attributes:
        distinct: For n = 1, 2, 3: different n-grams among all n-grams of the sampled words.
        nearest: Mean cosine of a document to its nearest neighbour.
        pairwise: Mean cosine of two documents.
        repeated: Share of the different 5-word runs that occur in more than one group.
    """

    distinct: tuple[float, float, float]
    nearest: float
    pairwise: float
    repeated: float


def diversity(texts: Sequence[str], groups: Sequence[str], sample_words: int, sample_texts: int) -> Diversity:
    """Measure how varied texts are.

    Args:
        texts: The texts.
        groups: For each text, the family it belongs to; neighbours are looked for in other families only.
        sample_words: Words to count n-grams in, taken from texts in random order (a fixed seed).
        sample_texts: Texts to compare with each other, chosen in the same way.

    Raises:
        ValueError: There are fewer than two texts.
    """
    if len(texts) < 2:
        raise ValueError("Two texts at least are needed to compare.")
    order = random.Random(_SEED).sample(range(len(texts)), len(texts))
    token_lists = [words(texts[index]) for index in order]
    chosen = order[:sample_texts]
    nearest, pairwise = _similarity([texts[index] for index in chosen], [groups[index] for index in chosen])
    owners: dict[str, str] = {}
    repeated: Counter[str] = Counter()
    for index, tokens in zip(chosen, token_lists, strict=False):
        for run in shingles(tokens):
            if owners.setdefault(run, groups[index]) != groups[index]:
                repeated[run] += 1
    return Diversity(_distinct(token_lists, sample_words), nearest, pairwise, len(repeated) / max(1, len(owners)))


def diversity_table(corpus: Diversity, other: Diversity | None, name: str) -> str:
    """Return the figures, beside those of another set of texts when there is one."""
    columns = [corpus] if other is None else [corpus, other]
    rows: list[list[object]] = [[f"distinct-{n + 1}", *(figures.distinct[n] for figures in columns)] for n in range(3)]
    rows.append(["cosine to the nearest neighbour (mean)", *(figures.nearest for figures in columns)])
    rows.append(["cosine of two documents (mean)", *(figures.pairwise for figures in columns)])
    rows.append(["5-word runs in more than one family", *(figures.repeated for figures in columns)])
    return table(["measure", "corpus", name][: 1 + len(columns)], rows)


def _distinct(token_lists: Sequence[Sequence[str]], sample_words: int) -> tuple[float, float, float]:
    different: list[set[tuple[str, ...]]] = [set(), set(), set()]
    totals = [0, 0, 0]
    seen = 0
    for tokens in token_lists:
        tokens = tokens[: sample_words - seen]
        seen += len(tokens)
        for n in (1, 2, 3):
            runs = list(zip(*(tokens[offset:] for offset in range(n)), strict=False))
            different[n - 1].update(runs)
            totals[n - 1] += len(runs)
    first, second, third = (len(runs) / max(1, count) for runs, count in zip(different, totals, strict=True))
    return first, second, third


def _similarity(texts: Sequence[str], groups: Sequence[str]) -> tuple[float, float]:
    vectors = TfidfVectorizer(sublinear_tf=True, min_df=1, dtype=np.float32).fit_transform(texts)
    cosines = (vectors @ vectors.T).toarray()
    names = {name: number for number, name in enumerate(dict.fromkeys(groups))}
    codes = np.array([names[name] for name in groups])
    different = codes[:, None] != codes[None, :]
    if not different.any():
        return 0.0, 0.0
    nearest = np.where(different, cosines, 0.0).max(axis=1)
    return float(nearest.mean()), float(cosines[different].mean())
