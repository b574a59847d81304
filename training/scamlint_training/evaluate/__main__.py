"""Evaluate the served detector beside its yardsticks and write the report.

python -m scamlint_training.evaluate --float-model runs/float
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scamlint.bundle import CONFIG_FILE, DEFAULT_MODEL, load_bundle, resolve
from scamlint.errors import ModelError
from scamlint_training import gate
from scamlint_training.calibrate import choose, observe, write
from scamlint_training.card import identity
from scamlint_training.corpus import Document, load_split
from scamlint_training.corpus.documents import REPOSITORY, SPLITS, corpus_hash
from scamlint_training.evaluate.measure import measure
from scamlint_training.evaluate.page import page, readme_block, with_block
from scamlint_training.evaluate.plots import draw_all
from scamlint_training.evaluate.systems import DetectorSystem, KeywordSystem, System
from scamlint_training.gallery import false_flags, misses

_log = logging.getLogger(__name__)
REPORTS = REPOSITORY / "training" / "reports"
RESULTS_FILE = "results.json"
FLOAT_NAME = "transformer fp32"
UNGATED_NAME = "transformer int8, no gate"
SHIPPED_NAME = "transformer int8 (shipped)"
BASELINE_NAME = "TF-IDF baseline (shipped)"
TUNED_NAME = "TF-IDF, tuned for F1"


def systems_for(model: str, float_model: Path | None) -> tuple[list[System], list[str]]:
    """Return the systems to compare, the shipped one last, and notes about those that are absent.

    Args:
        model: The shipped model: a name or a folder.
        float_model: Folder of the same model in float32.
    """
    systems: list[System] = [KeywordSystem(), tuned_for_f1("baseline"), DetectorSystem(BASELINE_NAME, "baseline")]
    notes = [
        f"{TUNED_NAME}: the same weights with thresholds chosen on dev for F1 alone, however many clean documents it "
        "flags; the fair opponent in F1."
    ]
    if load_bundle(model).kind == "transformer":
        if float_model is not None:
            systems.append(DetectorSystem(FLOAT_NAME, float_model))
            notes.append(f"{FLOAT_NAME}: {_about_float(float_model)} It has thresholds of its own and no gate.")
        else:
            notes.append("The float32 transformer was not measured: no `--float-model` was given.")
        if load_bundle(model).settings.get("gate") is not None:
            systems.append(without_gate(model))
            notes.append(f"{UNGATED_NAME}: the shipped model with every window read; what the gate costs.")
        systems.append(DetectorSystem(SHIPPED_NAME, model))
    else:
        notes.append("No transformer was measured: the shipped model is the baseline.")
    return systems, notes


def _about_float(folder: Path) -> str:
    config = json.loads((resolve(folder) / CONFIG_FILE).read_text(encoding="utf-8"))
    if config["trainings"][-1].get("dequantised"):
        return "the weights of the int8 file, read back (`scamlint_training.dequantise`), computed in float32."
    return "the weights as they were trained."


def without_gate(model: str) -> DetectorSystem:
    """Return a model with its thresholds but without its gate."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(resolve(model), Path(scratch) / "ungated"))
        gate.remove(folder)
        return DetectorSystem(UNGATED_NAME, folder)


def tuned_for_f1(model: str) -> DetectorSystem:
    """Return a model with thresholds chosen on dev for F1 alone, without the limit on flagged clean documents."""
    dev = load_split("dev")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(resolve(model), Path(scratch) / "tuned"))
        write(folder, choose(observe(folder, dev), clean_limit=1.0), "dev", len(dev))
        return DetectorSystem(TUNED_NAME, folder)


def evaluate(
    systems: Sequence[System], documents: Sequence[Document], split: str, notes: Sequence[str], attacks: bool = True
) -> dict[str, Any]:
    """Measure systems on documents.

    Args:
        systems: The last one is shown in detail.
        documents: Documents of the split.
        split: Its name.
        notes: Sentences for the page.
        attacks: Run the attack suite too.

    Returns:
        What ``results.json`` holds.
    """
    results: dict[str, Any] = {
        "split": split,
        "documents": len(documents),
        "clean_documents": sum(not document.spans for document in documents),
        "characters": sum(len(document.text) for document in documents),
        "corpus_sha256": corpus_hash(),
        "shown": systems[-1].name,
        "notes": list(notes),
        "systems": {},
        "models": {system.name: identity_of(system.model) for system in systems if isinstance(system, DetectorSystem)},
        "gallery": {},
    }
    for system in systems:
        started = time.perf_counter()
        measured = measure(system, documents, attacks)
        results["systems"][system.name] = measured.figures
        results["gallery"] = {
            "false_flags": false_flags(documents, measured.predictions),
            "misses": misses(documents, measured.predictions),
        }
        spans = measured.figures["spans"]["labels"]
        _log.info(
            "%s: core F1 %.3f, all F1 %.3f, clean flagged %.3f (%.0f s)",
            system.name,
            spans["core"]["f1"],
            spans["all"]["f1"],
            measured.figures["clean_flagged"]["share"],
            time.perf_counter() - started,
        )
    return results


def identity_of(model: str | Path) -> dict[str, str] | None:
    """Return what says exactly which model was measured; None when its folder is gone."""
    try:
        return identity(json.loads((resolve(model) / CONFIG_FILE).read_text(encoding="utf-8")))
    except ModelError:
        return None


def write_report(results: dict[str, Any], folder: Path) -> None:
    """Write ``results.json``, the plots and the page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESULTS_FILE).write_text(
        json.dumps(_rounded(results), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    plots = draw_all(results, results["shown"], folder)
    (folder / "README.md").write_text(page(_rounded(results), plots), encoding="utf-8")


def update_readme(folder: Path = REPORTS, readme: Path = REPOSITORY / "README.md") -> None:
    """Write the results table of README from the stored results."""
    results = json.loads((folder / RESULTS_FILE).read_text(encoding="utf-8"))
    readme.write_text(with_block(readme.read_text(encoding="utf-8"), readme_block(results)), encoding="utf-8")


def _rounded(value: Any) -> Any:
    """Round every float to five digits, so that a report does not change with the last bit."""
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return value


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Evaluate the served detector beside its yardsticks.")
    parser.add_argument("--model", default=DEFAULT_MODEL, help="the shipped model: a name or a folder")
    parser.add_argument("--float-model", type=Path, help="folder of the same model in float32")
    parser.add_argument("--split", choices=SPLITS, default="test")
    parser.add_argument("--output", type=Path, help="folder of the report; needed for another model or split")
    parser.add_argument("--no-attacks", action="store_true", help="leave the attack suite out")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    output: Path | None = arguments.output
    if output is None:
        if arguments.split != "test" or arguments.model != DEFAULT_MODEL or arguments.no_attacks:
            parser.error(f"{REPORTS} is for the shipped model on test, with attacks: give --output for anything else.")
        output = REPORTS
    systems, notes = systems_for(arguments.model, arguments.float_model)
    results = evaluate(systems, load_split(arguments.split), arguments.split, notes, not arguments.no_attacks)
    write_report(results, output)
    if arguments.output is None:
        update_readme()
    _log.info("%s", output / "README.md")


if __name__ == "__main__":
    main()
