"""Choose on the dev split how a model's token scores become reported spans, and write it into the model folder.

    python -m scamlint_training.calibrate serving/scamlint/models/minilm_v1

The scorer runs once. Then a grid of decoding settings is tried on its token scores; for each one, spans are calibrated
label by label (Platt 1999) and a threshold is chosen, one probability for all labels, on resamples of the documents.
The settings with the best objective are kept: the mean of three F1 (partial overlap), micro over the core labels, micro
over all labels and macro, less a penalty for every clean document flagged above the allowed share. Only ``config.json``
changes: the model's own files keep their hashes. A gate in it goes, since gates are measured on calibrated spans.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scamlint.bundle import CONFIG_FILE, Calibration, load_bundle, resolve
from scamlint.decode import DecodeSettings, decode
from scamlint.detector import calibrate
from scamlint.labels import all_labels, label_names
from scamlint.scorers.factory import make_scorer
from scamlint.scoring import TokenScores
from scamlint.text import NormalizedText, normalize
from scamlint_training import gate
from scamlint_training.corpus import SPLITS, Document, load_split
from scamlint_training.corpus.documents import corpus_hash
from scamlint_training.platt import fit_platt
from scamlint_training.thresholds import Candidates, Problem, bagged_threshold

_log = logging.getLogger(__name__)
# Share of documents without a gold span that may carry a flag. Each resample holds to it, so that the mean threshold
# about does. Nearly all of these documents are hard negatives, written to tempt a detector; training/reports/tried.md
# has what other limits cost.
CLEAN_FLAGGED_LIMIT = 0.03
# A candidate is correct when at least this share of it lies in a gold span of its label.
CORRECT_SHARE = 0.5

GRID = {
    "inside": (0.1, 0.2, 0.3, 0.4),
    "max_gap": (0, 1, 2),
    "seed": (0.3, 0.5),
}
# Begin score that cuts a running span. With 0.7 the objective is equal within 0.1 points, but rows of tables run
# together.
BEGIN = 0.5
# Share of the best token that tokens at the ends of a span must reach. It costs 0.2 points of the objective, which
# is why the grid would not choose it, and gains 1.1 of exact F1: readers see where a mark begins.
EDGE = 0.6
# Least `inside` of a model that does not tell where spans begin: below it, its spans grow to whole sentences.
LOCAL = 0.3
# Begin score that cuts a running span where a sentence begins: from 0.1 to 0.5 the objective hardly moves, exact F1
# gains most with this one, and fewer marks run on into the next sentence.
SENTENCE = 0.1
# Fragments shorter than this say nothing that a reader could judge.
SHORTEST_SPAN = 6


@dataclass(frozen=True, slots=True)
class Observed:
    """One document with what the scorer said about its tokens."""

    document: Document
    norm: NormalizedText
    tokens: TokenScores


@dataclass(frozen=True, slots=True)
class Chosen:
    """What calibration chose; the objective is the one that it maximised, on the same documents."""

    decode: DecodeSettings
    span_calibration: dict[str, Calibration]
    document_calibration: dict[str, Calibration]
    thresholds: dict[str, float]
    objective: float
    measured: dict[str, float]


def observe(model: str | Path, documents: Sequence[Document]) -> list[Observed]:
    """Run a model's scorer over documents, once.

    Args:
        model: A shipped name or a model folder.
        documents: Documents of one split.
    """
    scorer = make_scorer(load_bundle(model))
    norms = [normalize(document.text) for document in documents]
    scores = scorer.score_many(norms)
    return [Observed(*row) for row in zip(documents, norms, scores, strict=True)]


def candidates_of(observed: Sequence[Observed], settings: DecodeSettings) -> dict[str, Candidates]:
    """Decode documents and compare every candidate with the gold spans of its label.

    Args:
        observed: Scored documents.
        settings: Decoding settings.

    Returns:
        The candidates of each label, in offsets of the original as the detector reports them.
    """
    names = label_names()
    rows: dict[str, list[tuple[int, float, float, float]]] = {name: [] for name in names}
    for index, item in enumerate(observed):
        last_end = dict.fromkeys(names, 0)
        for found in decode(item.norm.text, item.tokens, settings):
            label = names[found.label]
            start, end = item.norm.to_source(found.start, found.end)
            start = max(start, last_end[label])
            if start >= end:
                continue
            last_end[label] = end
            covered = recalled = 0.0
            for gold in item.document.spans:
                overlap = min(end, gold.end) - max(start, gold.start)
                if gold.label == label and overlap > 0:
                    covered += overlap / (end - start)
                    recalled += overlap / (gold.end - gold.start)
            rows[label].append((index, found.raw, covered, recalled))
    counts = {name: [sum(span.label == name for span in item.document.spans) for item in observed] for name in names}
    return {name: Candidates.from_rows(rows[name], counts[name]) for name in names}


def fit_spans(candidates: dict[str, Candidates]) -> dict[str, Calibration]:
    """Fit the calibration of span scores, with the fit over all labels as the prior of each one."""
    raw = np.concatenate([found.raw for found in candidates.values()])
    correct = np.concatenate([found.covered >= CORRECT_SHARE for found in candidates.values()])
    pooled = fit_platt(raw, correct)
    return {name: fit_platt(found.raw, found.covered >= CORRECT_SHARE, pooled) for name, found in candidates.items()}


def fit_documents(observed: Sequence[Observed]) -> dict[str, Calibration]:
    """Fit the calibration of document scores: is there a span of the label anywhere in the document?"""
    names = label_names()
    highest = np.array(
        [item.tokens.inside.max(axis=0) if len(item.tokens.inside) else np.zeros(len(names)) for item in observed]
    )
    present = np.array([[any(s.label == name for s in item.document.spans) for name in names] for item in observed])
    pooled = fit_platt(highest.ravel(), present.ravel())
    return {name: fit_platt(highest[:, i], present[:, i], pooled) for i, name in enumerate(names)}


def calibrated(raw: NDArray[np.float64], calibration: Calibration) -> NDArray[np.float64]:
    """Calibrate many scores exactly as the detector does one."""
    return np.array([calibrate(float(score), calibration) for score in raw], dtype=np.float64)


def choose(observed: Sequence[Observed], clean_limit: float = CLEAN_FLAGGED_LIMIT) -> Chosen:
    """Try every decoding setting of the grid and keep the best one with its calibration and thresholds.

    Args:
        observed: Scored dev documents.
        clean_limit: Largest share of clean documents that may carry a flag.
    """
    core = {label.name for label in all_labels() if label.core}
    clean = np.array([not item.document.spans for item in observed])
    tells_begin = any(item.tokens.begin is not None for item in observed)
    best: tuple[float, DecodeSettings] | None = None
    begin = BEGIN if tells_begin else 1.1
    for inside, gap, seed in itertools.product(GRID["inside"], GRID["max_gap"], GRID["seed"]):
        if not tells_begin and inside < LOCAL:
            continue
        edge = EDGE if tells_begin else 0.0
        settings = DecodeSettings(inside, begin, SENTENCE, int(gap), seed, edge, SHORTEST_SPAN)
        candidates = candidates_of(observed, settings)
        if not any(len(found.raw) for found in candidates.values()):
            continue
        _, scores = _calibrated_candidates(candidates)
        objective = bagged_threshold(Problem(candidates, scores, core, clean, clean_limit)).objective
        if best is None or objective > best[0]:
            best = objective, settings
    if best is None:
        raise ValueError("The model finds no candidate span in these documents at any setting; train it longer.")
    candidates = candidates_of(observed, best[1])
    spans, scores = _calibrated_candidates(candidates)
    kept = bagged_threshold(Problem(candidates, scores, core, clean, clean_limit))
    thresholds = dict.fromkeys(candidates, kept.threshold)
    return Chosen(best[1], spans, fit_documents(observed), thresholds, kept.objective, kept.measured)


def _calibrated_candidates(
    candidates: dict[str, Candidates],
) -> tuple[dict[str, Calibration], dict[str, NDArray[np.float64]]]:
    """Fit the calibration of candidates and return it with their calibrated scores."""
    spans = fit_spans(candidates)
    return spans, {name: calibrated(found.raw, spans[name]) for name, found in candidates.items()}


def write(folder: Path, chosen: Chosen, split: str, documents: int) -> None:
    """Rewrite the folder's ``config.json`` with what was chosen; everything else in it stays.

    Args:
        folder: The model folder.
        chosen: What :func:`choose` returned.
        split: The split it was chosen on.
        documents: How many documents that split has.
    """
    path = folder / CONFIG_FILE
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    config["decode"] = asdict(chosen.decode)
    for key in ("span_calibration", "document_calibration"):
        rows: dict[str, Calibration] = getattr(chosen, key)
        config[key] = {
            name: {"slope": round(row.slope, 5), "intercept": round(row.intercept, 5)} for name, row in rows.items()
        }
    config["thresholds"] = chosen.thresholds
    config["calibration"] = {
        "split": split,
        "documents": documents,
        "corpus_sha256": corpus_hash(),
        "objective": round(chosen.objective, 4),
        **{name: round(value, 4) for name, value in chosen.measured.items()},
    }
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def calibrate_folder(folder: Path, split: str = "dev", clean_limit: float = CLEAN_FLAGGED_LIMIT) -> Chosen:
    """Calibrate a model folder; a gate in it goes.

    Args:
        folder: The model folder.
        split: The split to choose on.
        clean_limit: Largest share of clean documents that may carry a flag.
    """
    documents = load_split(split)
    gate.remove(folder)
    chosen = choose(observe(folder, documents), clean_limit)
    write(folder, chosen, split, len(documents))
    return chosen


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Choose decoding, calibration and thresholds on the dev split.")
    parser.add_argument("folder", type=Path, help="model folder, or the name of a shipped model")
    parser.add_argument("--split", choices=[name for name in SPLITS if name != "test"], default="dev")
    parser.add_argument(
        "--clean-limit", type=float, default=CLEAN_FLAGGED_LIMIT, help="share of clean documents that may be flagged"
    )
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    folder = resolve(arguments.folder)
    chosen = calibrate_folder(folder, arguments.split, arguments.clean_limit)
    _log.info("%s, chosen on %s: %s", folder, arguments.split, asdict(chosen.decode))
    _log.info("thresholds %s", chosen.thresholds)
    _log.info("there: %s", {name: round(value, 3) for name, value in chosen.measured.items()})


if __name__ == "__main__":
    main()
