"""The shortcut audit: can documents with spans be told from those without by things that should not tell?

A classifier sees only shallow features, only the genre, or only single words; its AUC over held-out families says how
much they give away. Sources: annotation artefacts, Gururangan et al. 2018 (arXiv 1803.02324); words by side, the
log-odds ratio with an informative Dirichlet prior, Monroe, Colaresi and Quinn 2008, "Fightin' Words".
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from threadpoolctl import threadpool_limits

from scamlint_training.corpus.documents import GENRES, Document
from scamlint_training.corpus.duplicates import words
from scamlint_training.corpus.stock import is_stock
from scamlint_training.corpus.tables import table

_SEED = 13
_FOLDS = 3
_Folds = list[tuple[NDArray[np.int64], NDArray[np.int64]]]
_SIGNS = "!?%$€#@*:;,.-–—()\"'/|&+=~<>_"
_URL = re.compile(r"https?://|www\.|\b[a-z0-9-]+\.(?:example|com|io|org|net)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shortcut:
    """How well one kind of feature tells documents with spans from those without.

    Attributes:
        features: What the classifier saw.
        auc: Area under the ROC curve over held-out families; 0.5 tells nothing.
    """

    features: str
    auc: float


def shallow_features(document: Document) -> dict[str, float]:
    """Return what can be seen of a document without reading it: lengths, and shares of kinds of characters."""
    text = document.text
    tokens, lines = text.split(), text.split("\n")
    size = max(1, len(text))
    counts = Counter(text)

    def number(test: Callable[[str], bool]) -> int:
        return sum(count for char, count in counts.items() if test(char))

    letters = max(1, number(str.isalpha))
    features = {
        "characters (log)": math.log1p(len(text)),
        "words (log)": math.log1p(len(tokens)),
        "lines (log)": math.log1p(len(lines)),
        "characters per word": size / max(1, len(tokens)),
        "words per line": len(tokens) / len(lines),
        "blank lines": sum(not line.strip() for line in lines) / len(lines),
        "list lines": sum(bool(re.match(r"\s*(?:[-*•+]|\d+[.)])\s", line)) for line in lines) / len(lines),
        "digits": number(str.isdigit) / size,
        "capital letters": number(str.isupper) / letters,
        "words in capitals": sum(token.isupper() and len(token) > 1 for token in tokens) / max(1, len(tokens)),
        "emoji and symbols": number(lambda char: unicodedata.category(char) == "So") / size,
        "characters outside ASCII": number(lambda char: char > "\x7f") / size,
        "addresses": len(_URL.findall(text)) / max(1, len(tokens)),
        ".example addresses": text.count(".example") / max(1, len(tokens)),
        "begins in lower case": float(text[:1].islower()),
        "ends without a full stop": float(text[-1:] not in ".!?"),
    }
    return features | {f"sign {sign}": counts[sign] / size for sign in _SIGNS}


def shortcuts(documents: Sequence[Document]) -> tuple[list[Shortcut], list[Shortcut]]:
    """Measure the shortcuts of a corpus.

    Args:
        documents: Documents with and without spans, of several families.

    Returns:
        The AUC of each kind of classifier (cross-validated over families), and of each shallow feature alone (as it is,
        no training; below 0.5 it points to documents without spans), the most telling first.
    """
    marked = np.array([bool(document.spans) for document in documents])
    families = np.array([document.family for document in documents])
    shallow = _shallow(documents)
    genres = np.array([[document.genre == genre for genre in GENRES] for document in documents], dtype=np.float64)
    texts = [" ".join(words(document.text)) for document in documents]
    plain = [" ".join(word for word in text.split() if not is_stock(word)) for text in texts]
    folds = _folds(marked, families)
    boosted = HistGradientBoostingClassifier(random_state=_SEED, max_iter=60)
    bag = CountVectorizer(binary=True, min_df=3, analyzer=str.split)
    linear = LogisticRegression(solver="liblinear", C=0.5)
    whole = [
        Shortcut("shallow features", _auc(boosted, shallow, marked, folds)),
        Shortcut("length alone", _auc(boosted, shallow[:, :3], marked, folds)),
        Shortcut("genre alone", _auc(LogisticRegression(), genres, marked, folds)),
        Shortcut("shallow features and genre", _auc(boosted, np.hstack([shallow, genres]), marked, folds)),
        Shortcut("single words", _auc(linear, bag.fit_transform(texts), marked, folds)),
        Shortcut("single words but no stock keywords", _auc(linear, bag.fit_transform(plain), marked, folds)),
    ]
    names = shallow_features(documents[0])
    single = [
        Shortcut(name, float(roc_auc_score(marked, column))) for name, column in zip(names, shallow.T, strict=True)
    ]
    single.sort(key=lambda one: (-abs(one.auc - 0.5), one.features))
    return whole, single


@dataclass(frozen=True, slots=True)
class Transfer:
    """Whether the shallow features of a corpus tell as much about other texts.

    Attributes:
        inside: AUC within the other texts (cross-validated).
        learned: AUC on the other texts of a classifier trained on the corpus: near 0.5, the corpus's shallow habits are
            its own and teach nothing about these texts.
        features: Name, AUC in the corpus and AUC in the other texts of each shallow feature, greatest difference first.
    """

    inside: float
    learned: float
    features: tuple[tuple[str, float, float], ...]


def transfer(documents: Sequence[Document], others: Sequence[Document]) -> Transfer:
    """Compare the shallow features of a corpus with those of other annotated texts.

    Args:
        documents: The corpus.
        others: Other texts; their families keep copies of one text together.
    """
    sides = [(_shallow(group), np.array([bool(one.spans) for one in group])) for group in (documents, others)]
    (ours, our_marks), (theirs, their_marks) = sides
    boosted = HistGradientBoostingClassifier(random_state=_SEED, max_iter=60)
    inside = _auc(boosted, theirs, their_marks, _folds(their_marks, np.array([one.family for one in others])))
    with threadpool_limits(limits=1):
        scores = boosted.fit(ours, our_marks).predict_proba(theirs)[:, 1]
    features = [
        (name, float(roc_auc_score(our_marks, one)), float(roc_auc_score(their_marks, other)))
        for name, one, other in zip(shallow_features(documents[0]), ours.T, theirs.T, strict=True)
    ]
    features.sort(key=lambda row: (-abs(row[1] - row[2]), row[0]))
    return Transfer(inside, float(roc_auc_score(their_marks, scores)), tuple(features))


def transfer_section(found: Transfer, name: str, count: int = 12) -> str:
    """Return the comparison as text and a table."""
    header = ["feature alone", "AUC in the corpus", f"AUC in {name}"]
    return (
        f"Shallow features within {name}: AUC {found.inside:.3f}; learned on the corpus and tried on {name}: "
        f"{found.learned:.3f}.\n\n{table(header, found.features[:count])}"
    )


def giveaway_words(documents: Sequence[Document], count: int = 15) -> tuple[list[tuple[str, float]], ...]:
    """Return the words that most set apart documents with spans, and those that most set apart the others.

    Args:
        documents: The documents.
        count: How many words of each side.

    Returns:
        Two lists of words with z-scores (Monroe et al.; prior: the words' document counts in the whole corpus). Each
        document counts a word once. Stock keywords are left out.
    """
    sides: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for document in documents:
        sides[not document.spans].update({word for word in words(document.text) if not is_stock(word)})
    prior = sides[0] + sides[1]
    totals = [side.total() + prior.total() for side in sides]
    scores: dict[str, float] = {}
    for word, alpha in prior.items():
        odds = [(side[word] + alpha) / (total - side[word] - alpha) for side, total in zip(sides, totals, strict=True)]
        variance = sum(1 / (side[word] + alpha) for side in sides)
        scores[word] = (math.log(odds[0]) - math.log(odds[1])) / math.sqrt(variance)
    ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return ordered[:count], ordered[-count:][::-1]


def shortcuts_table(whole: Sequence[Shortcut]) -> str:
    """Return the AUC of each kind of classifier."""
    return table(["the classifier sees", "AUC"], [[one.features, one.auc] for one in whole])


def features_table(single: Sequence[Shortcut], count: int = 12) -> str:
    """Return the most telling shallow features."""
    rows = [[one.features, one.auc, "with spans" if one.auc > 0.5 else "without"] for one in single[:count]]
    return table(["feature alone", "AUC", "more of it in documents"], rows)


def words_table(giveaways: tuple[list[tuple[str, float]], ...]) -> str:
    """Return the most telling words of both sides, side by side."""
    rows = [
        [word, f"{score:.1f}", other, f"{other_score:.1f}"]
        for (word, score), (other, other_score) in zip(*giveaways, strict=True)
    ]
    return table(["with spans", "z", "without spans", "z"], rows)


def _shallow(documents: Sequence[Document]) -> NDArray[np.float64]:
    """Return the shallow features of documents; shape ``(documents, features)``."""
    return np.array([list(shallow_features(document).values()) for document in documents])


def _folds(marked: NDArray[np.bool_], families: NDArray[np.str_]) -> _Folds:
    """Part documents into folds that share no family; what is train and what is held out in each one."""
    folds = StratifiedGroupKFold(n_splits=_FOLDS, shuffle=True, random_state=_SEED)
    return list(folds.split(marked, marked, families))


def _auc(model: object, features: NDArray[np.float64], marked: NDArray[np.bool_], folds: _Folds) -> float:
    with threadpool_limits(limits=1):  # OpenMP's waiting threads are slower than one thread on a busy machine
        scores = cross_val_predict(model, features, marked, cv=folds, method="predict_proba")
    return float(roc_auc_score(marked, scores[:, 1]))
