"""Train the TF-IDF baseline from the corpus and export it as a model folder.

    python -m scamlint_training.baseline

scikit-learn's ``TfidfVectorizer`` over word and character n-grams, one logistic regression a label, on sentence-like
units: a unit is positive for a label when a span of that label touches it.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline

from scamlint.bundle import CONFIG_FILE, MODELS, file_hash
from scamlint.labels import label_names
from scamlint.scorers.baseline import VOCABULARY_FILE, WEIGHTS_FILE, lower
from scamlint.scorers.tfidf import WORD_PATTERN
from scamlint.text import NORMALIZER_VERSION, normalize
from scamlint.windows import sentence_units
from scamlint_training.corpus import Document, load_split
from scamlint_training.corpus.documents import corpus_hash

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BaselineSettings:
    """Everything that decides what the baseline becomes."""

    name: str = "baseline"
    version: str = "1"
    word_ngrams: tuple[int, int] = (1, 3)
    char_ngrams: tuple[int, int] = (3, 5)
    word_features: int = 30_000
    char_features: int = 40_000
    min_df: int = 2
    inverse_regularisation: float = 8.0
    unit_floor: float = 0.3
    word_cost: float = 0.35
    seed: int = 13


def units_of(documents: Sequence[Document]) -> tuple[list[str], NDArray[np.int8]]:
    """Cut documents into units with their labels.

    Args:
        documents: Documents of one split.

    Returns:
        The lower-cased units, and a 0/1 array of shape ``(units, labels)``.
    """
    names = label_names()
    texts: list[str] = []
    targets: list[NDArray[np.int8]] = []
    for document in documents:
        norm = normalize(document.text)
        for start, end in sentence_units(norm.text):
            row = np.zeros(len(names), dtype=np.int8)
            source_start, source_end = norm.to_source(start, end)
            for span in document.spans:
                overlap = min(span.end, source_end) - max(span.start, source_start)
                if overlap >= min(8, span.end - span.start):
                    row[names.index(span.label)] = 1
            texts.append(lower(norm.text[start:end]))
            targets.append(row)
    return texts, np.stack(targets)


def commonest(texts: Sequence[str], limit: int, **options: Any) -> list[str]:
    """Return the commonest n-grams, in alphabetical order.

    ``max_features`` would do, but which of equally frequent ones it keeps differs from CPU to CPU.

    Args:
        texts: Units.
        limit: How many n-grams.
        options: Options of ``CountVectorizer``.
    """
    counter = CountVectorizer(**options)
    totals = np.asarray(counter.fit_transform(texts).sum(axis=0)).ravel()
    names = counter.get_feature_names_out()
    order = sorted(range(len(names)), key=lambda index: (-totals[index], names[index]))
    return sorted(str(names[index]) for index in order[:limit])


def build_pipeline(settings: BaselineSettings, texts: Sequence[str]) -> Pipeline:
    """Return the unfitted scikit-learn pipeline, with a vocabulary from some units."""
    word = {"analyzer": "word", "token_pattern": WORD_PATTERN, "ngram_range": settings.word_ngrams, "lowercase": False}
    char = {"analyzer": "char_wb", "ngram_range": settings.char_ngrams, "lowercase": False}
    words, chars = (
        TfidfVectorizer(
            sublinear_tf=True, vocabulary=commonest(texts, limit, min_df=settings.min_df, **options), **options
        )
        for options, limit in ((word, settings.word_features), (char, settings.char_features))
    )
    classifier = LogisticRegression(
        C=settings.inverse_regularisation, class_weight={0: 1.0, 1: 2.0}, max_iter=300, random_state=settings.seed
    )
    return Pipeline(
        [("tfidf", FeatureUnion([("word", words), ("char", chars)])), ("clf", OneVsRestClassifier(classifier))]
    )


def fit(settings: BaselineSettings, documents: Sequence[Document]) -> Pipeline:
    """Fit the pipeline; its weights are rounded to what the exported file holds, so that served scores are equal."""
    texts, targets = units_of(documents)
    pipeline = build_pipeline(settings, texts).fit(texts, targets)
    for _, vectorizer in pipeline["tfidf"].transformer_list:
        vectorizer.idf_ = _rounded(vectorizer.idf_)
    for estimator in pipeline["clf"].estimators_:
        estimator.coef_ = _rounded(estimator.coef_)
        estimator.intercept_ = _rounded(estimator.intercept_)
    return pipeline


def export(pipeline: Pipeline, settings: BaselineSettings, folder: Path) -> None:
    """Write the fitted pipeline as a model folder: JSON and plain arrays, no pickle."""
    folder.mkdir(parents=True, exist_ok=True)
    blocks = dict(pipeline["tfidf"].transformer_list)
    vocabulary = {
        name: [str(gram) for gram in vectorizer.get_feature_names_out()] for name, vectorizer in blocks.items()
    }
    (folder / VOCABULARY_FILE).write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    estimators = pipeline["clf"].estimators_
    np.savez_compressed(
        folder / WEIGHTS_FILE,
        idf=np.concatenate([blocks["word"].idf_, blocks["char"].idf_]).astype(np.float32),
        coefficients=np.concatenate([estimator.coef_ for estimator in estimators]).T.astype(np.float32),
        intercepts=np.concatenate([estimator.intercept_ for estimator in estimators]).astype(np.float32),
    )
    names = label_names()
    identity = {"slope": 1.0, "intercept": 0.0}
    config = {
        "name": settings.name,
        "version": settings.version,
        "kind": "baseline",
        "labels": list(names),
        "normalizer_version": NORMALIZER_VERSION,
        "corpus_sha256": corpus_hash(),
        "thresholds": dict.fromkeys(names, 0.5),
        "span_calibration": dict.fromkeys(names, identity),
        "document_calibration": dict.fromkeys(names, identity),
        "decode": {"inside": 0.3, "begin": 1.1, "max_gap": 0, "seed": 0.3, "shortest": 6},
        "levels": {"low": 1, "elevated": 3, "high": 7},
        "settings": asdict(settings),
        "files": {name: file_hash(folder / name) for name in (VOCABULARY_FILE, WEIGHTS_FILE)},
    }
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def main() -> None:
    """Command line: train on the corpus's train split and export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=MODELS / "baseline_v1", help="model folder to write")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    started = time.perf_counter()
    settings = BaselineSettings()
    documents = load_split("train")
    export(fit(settings, documents), settings, arguments.output)
    _log.info(
        "baseline from %d documents in %.1f s: %s", len(documents), time.perf_counter() - started, arguments.output
    )


if __name__ == "__main__":
    main()
