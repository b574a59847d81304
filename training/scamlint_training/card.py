"""Model cards in the Hugging Face format, generated from a model folder and the evaluation's results.

    python -m scamlint_training.card serving/scamlint/models/minilm_v1

The form is that of Mitchell et al. 2019, "Model Cards for Model Reporting", with the metadata block of the hub.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
from pathlib import Path
from typing import Any

from scamlint.bundle import CONFIG_FILE, resolve
from scamlint.labels import all_labels
from scamlint_training.corpus import CORPUS, load_corpus
from scamlint_training.corpus.documents import REPOSITORY
from scamlint_training.evaluate.page import percent, table
from scamlint_training.gate import KEPT

_log = logging.getLogger(__name__)
CARD_FILE = "README.md"
RESULTS = REPOSITORY / "training" / "reports" / "results.json"

_ABOUT = {
    "transformer": "A multi-label token tagger on a small transformer encoder, exported to ONNX",
    "baseline": "TF-IDF features of words and characters with one logistic regression a label, run in numpy",
}
_USE = """scamlint reads crypto documents in English and marks the words that work like a scam, each with a label and a
calibrated score. Readers, analysts and moderators use it to see *where* a text leans on its reader.

    from scamlint import Detector
    report = Detector.load({name!r}).scan("Earn a guaranteed 2% a day.")"""
_LIMITS = """- It knows English only, and crypto and investment offers only. Other topics were not measured.
- The corpus was written for this project; real documents differ. The figures above hold for its test split.
- Labels with few spans in the test split (see the table) have wide intervals.
- It reads a window of text at a time: a denial pages away from a claim is not seen.
- Wording that needs knowledge of the world (is this licence real?) is beyond it: it marks the claim, true or false.
- Rewording gets past it. Character tricks were measured, paraphrases were not.
- A score is calibrated on the dev split: 0.8 means that about 8 in 10 such spans are right on documents like those."""
_MISUSE = """- It marks *language*, never people. A mark is no evidence of fraud, and a text without marks is not safe.
- Do not block, report, rank or price anybody on its output alone; let a person read the marked words first.
- Do not use it as investment advice, or to certify an offer as clean.
- Do not use it to polish a pitch until nothing is marked."""


_TRAINING = """The encoder is all-MiniLM-L6-v2 (Apache-2.0), fine-tuned on hard labels and on the soft labels of
teachers that are not shipped (all-mpnet-base-v2, Apache-2.0, fine-tuned on folds of the same train split, and earlier
trainings of the small network); `training/README.md` tells how."""


def card(config: dict[str, Any], results: dict[str, Any] | None, size: int) -> str:
    """Write a model card.

    Args:
        config: The folder's ``config.json``.
        results: What ``training/reports/results.json`` holds; None when nothing was measured yet.
        size: Size of the folder's files in bytes.

    Returns:
        Markdown with a YAML block at its head.
    """
    figures = figures_of(config, results)
    lines = [
        "---",
        *_metadata(config, results, figures),
        "---",
        "",
        f"# {config['name']} {config['version']}",
        "",
        f"{_ABOUT[config['kind']]}; {size / 1e6:.1f} MB. Written by `scamlint_training.card`; do not edit.",
        "",
        "## Use",
        "",
        _USE.format(name="baseline" if config["kind"] == "baseline" else config["name"]),
        "",
        "## Labels",
        "",
        *table(
            ["label", "threshold", "meaning"],
            [[label.name, f"{config['thresholds'][label.name]:.2f}", label.explanation] for label in all_labels()],
        ),
        "",
        *_data(config),
        *_results(results, figures),
        *(["## Training", "", _TRAINING, ""] if config["settings"].get("soft_weight") else []),
        *_settings(config),
        *_calibration(config),
        "## Limits",
        "",
        _LIMITS,
        "",
        "## Misuse",
        "",
        _MISUSE,
    ]
    return "\n".join(lines) + "\n"


def identity(config: dict[str, Any]) -> dict[str, str]:
    """Say exactly what is measured when a model is.

    Args:
        config: The folder's ``config.json``.

    Returns:
        The hashes of the model's files, and as ``config`` the one of everything else that changes what it reports:
        settings (the gate among them), decoding, calibration, thresholds.
    """
    parts = [
        config.get(key) for key in ("settings", "decode", "span_calibration", "document_calibration", "thresholds")
    ]
    return {**config["files"], "config": hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()}


def figures_of(config: dict[str, Any], results: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the figures of this very model from the results; None when they are of another one."""
    if results is None:
        return None
    for name, measured in results.get("models", {}).items():
        if measured == identity(config):
            found: dict[str, Any] = results["systems"][name]
            return found
    return None


def write_card(folder: Path, results_file: Path = RESULTS) -> None:
    """Write the card into a model folder.

    Args:
        folder: The model folder.
        results_file: What evaluation wrote; the card says so when it is missing or of another model.
    """
    config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    results = json.loads(results_file.read_text(encoding="utf-8")) if results_file.is_file() else None
    size = sum((folder / name).stat().st_size for name in config["files"])
    (folder / CARD_FILE).write_text(card(config, results, size), encoding="utf-8")


def _metadata(config: dict[str, Any], results: dict[str, Any] | None, figures: dict[str, Any] | None) -> list[str]:
    lines = [
        "license: apache-2.0",
        "language: [en]",
        "library_name: scamlint",
        "pipeline_tag: token-classification",
        "tags: [crypto, fraud, span-detection, investor-protection, onnx]"
        if config["kind"] == "transformer"
        else "tags: [crypto, fraud, span-detection, investor-protection, tf-idf]",
    ]
    if figures is None or results is None:
        return lines
    lines += [
        "model-index:",
        f"- name: {config['name']}",
        "  results:",
        "  - task: {type: token-classification, name: span detection}",
        f"    dataset: {{name: scamlint corpus, type: scamlint, split: {results['split']}}}",
        "    metrics:",
    ]
    spans = figures["spans"]
    metrics = {
        "span F1, core labels": spans["labels"]["core"]["f1"],
        "span F1, all labels": spans["labels"]["all"]["f1"],
        "span F1, macro": spans["macro_f1"],
    }
    return [*lines, *(f"    - {{type: f1, name: '{name}', value: {value:.4f}}}" for name, value in metrics.items())]


def _data(config: dict[str, Any]) -> list[str]:
    documents = load_corpus(CORPUS)
    rows = [[split, str(len(rows)), str(sum(len(d.spans) for d in rows))] for split, rows in documents.items()]
    return [
        "## Data",
        "",
        f"The corpus in `data/corpus` (SHA-256 {config['corpus_sha256'][:12]} at training; its card is "
        "`data/README.md`). Families of documents never cross splits. As it stands now:",
        "",
        *table(["split", "documents", "spans"], rows),
        "",
    ]


def _settings(config: dict[str, Any]) -> list[str]:
    trainings = config.get("trainings", [])
    told = [f"{each['documents']:,} documents, {each['pieces'] / 1e6:.1f} million word pieces" for each in trainings]
    settings = {key: value for key, value in config["settings"].items() if key != "gate"}
    if len(trainings) < 2:
        rows = [[key, f"`{value}`"] for key, value in settings.items()]
        return ["## Settings", "", *[f"Trained once: {one}.\n" for one in told], *table(["setting", "value"], rows), ""]
    names = ["first training", *["then"] * (len(trainings) - 1)]
    rows = [
        [key, *(f"`{each['settings'][key]}`" if key in each["settings"] else "" for each in trainings)]
        for key in settings
    ]
    return [
        "## Settings",
        "",
        f"Trained {len(trainings)} times, each from the weights of the one before: {'; '.join(told)}.",
        "",
        *table(["setting", *names], rows),
        "",
    ]


def _results(results: dict[str, Any] | None, figures: dict[str, Any] | None) -> list[str]:
    if results is None or figures is None:
        return [
            "## Results",
            "",
            "These files have not been evaluated yet: run `python -m scamlint_training.evaluate`.",
            "",
        ]
    rows = [
        [name, *(f"{row[key]:.3f}" for key in ("precision", "recall", "f1")), str(row["gold"])]
        for name, row in figures["spans"]["labels"].items()
    ]
    bounds = figures["intervals"]
    lines = [
        "## Results",
        "",
        f"On the {results['split']} split ({results['documents']} documents); partial-overlap scores as in "
        "SemEval-2020 Task 11.",
        "",
        *table(["label", "precision", "recall", "F1", "gold spans"], rows),
        "",
        f"95 % intervals of F1: core {bounds['core_f1'][0]:.2f} to {bounds['core_f1'][1]:.2f}, all "
        f"{bounds['all_f1'][0]:.2f} to {bounds['all_f1'][1]:.2f}.",
        f"Clean documents flagged: {percent(figures['clean_flagged']['share'])} of "
        f"{figures['clean_flagged']['documents']}.",
        f"Counter-speech penalty: {100 * figures['counter_speech']['penalty']:+.1f} points.",
    ]
    if "calibration" in figures:
        lines.append(
            f"Expected calibration error: spans {figures['calibration']['spans']['ece']:.3f}, "
            f"documents {figures['calibration']['documents']['ece']:.3f}."
        )
    if "robustness" in figures:
        lines.append(f"Spans kept under character attacks: {percent(figures['robustness']['mean_retention'])}.")
    return [*lines, ""]


def _calibration(config: dict[str, Any]) -> list[str]:
    chosen = config.get("calibration")
    if chosen is None:
        return ["## Calibration", "", "Thresholds and scores are not calibrated yet.", ""]
    return [
        "## Calibration",
        "",
        f"Decoding, Platt curves and thresholds were chosen on the {chosen['split']} split ({chosen['documents']} "
        f"documents): decoding {config['decode']}. There, and only there, they reach core F1 {chosen['core_f1']:.3f}, "
        f"all F1 {chosen['all_f1']:.3f}, with {percent(chosen['clean_flagged'])} of clean documents flagged.",
        "",
        *_gate(config["settings"].get("gate")),
        "Levels: each flagged span gives a point, a core one two, at most three spans a label; "
        + ", ".join(f"{name} from {points}" for name, points in config["levels"].items())
        + " points.",
        "",
    ]


def _gate(gate: dict[str, Any] | None) -> list[str]:
    if gate is None:
        return []
    return [
        "A small network over the embeddings, the skimmer, scores each window first, and the encoder does not read "
        f"those below {gate['threshold']} (a logit, less for long windows). That makes clean pages much faster "
        f"and keeps {100 * KEPT:g} % of the spans on dev, clean and attacked, where the threshold "
        "was chosen; the evaluation has a row without it.",
        "",
    ]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Write model cards.")
    parser.add_argument("folders", type=Path, nargs="+", help="model folders, or names of shipped models")
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name in arguments.folders:
        folder = resolve(name)
        write_card(folder, arguments.results)
        _log.info("%s", folder / CARD_FILE)


if __name__ == "__main__":
    main()
