"""Everything from the corpus to the shipped models and their reports, with one command: ``make train``.

    python -m scamlint_training.pipeline [--from STEP] [--only STEP]

The steps, in order: baseline, finetune, skimmer, export, calibrate, gate, evaluate, cards. A finished step is recorded
with a hash of what it depends on (the corpus, the settings, the steps before it) and is skipped the next time, also
after a change of the code: `--from STEP` runs it anew. Fine-tuning goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from scamlint.bundle import MODELS
from scamlint_training.corpus.documents import REPOSITORY, Document, corpus_hash

_log = logging.getLogger(__name__)
RUNS = REPOSITORY / "runs"
STATE_FILE = "pipeline.json"
BASELINE = "baseline_v1"
# Within the 3 % of the transformer the baseline would find next to nothing.
BASELINE_CLEAN_FLAGGED = 0.20


@dataclass(frozen=True, slots=True)
class Plan:
    """Where things lie and what they are called.

    Attributes:
        runs: Folder of checkpoints, the float model and the record of finished steps; not in the repository.
        models: Folder of the shipped models.
        name: Name of the transformer.
        version: Its version; its folder is ``<name>_v<version>``.
    """

    runs: Path = RUNS
    models: Path = MODELS
    name: str = "minilm"
    version: str = "1"

    @property
    def baseline(self) -> Path:
        """Folder of the baseline."""
        return self.models / BASELINE

    @property
    def transformer(self) -> Path:
        """Folder of the shipped transformer."""
        return self.models / f"{self.name}_v{self.version}"

    @property
    def float_model(self) -> Path:
        """Folder of the transformer in float32, for comparison."""
        return self.runs / "float"

    @property
    def checkpoint(self) -> Path:
        """Folder of the fine-tuned checkpoint."""
        return self.runs / "transformer"


def train_baseline(plan: Plan) -> None:
    """Fit, export and calibrate the baseline."""
    from scamlint_training.corpus import load_split

    fit_baseline(load_split("train"), plan.baseline)


def fit_baseline(documents: Sequence[Document], folder: Path) -> None:
    """Fit a baseline on some documents, export it into a folder and calibrate it on dev."""
    from scamlint_training.baseline import BaselineSettings, export, fit
    from scamlint_training.calibrate import calibrate_folder

    settings = BaselineSettings()
    export(fit(settings, documents), settings, folder)
    calibrate_folder(folder, clean_limit=BASELINE_CLEAN_FLAGGED)


def finetune(plan: Plan) -> None:
    """Fine-tune the transformer, from the last checkpoint of this very corpus and these settings when there is one."""
    from scamlint_training.finetune import train
    from scamlint_training.settings import TrainingSettings

    train(TrainingSettings(), plan.checkpoint, resume=resumable(plan.checkpoint, inputs_hash(plan, "finetune")))


def resumable(folder: Path, inputs: str) -> bool:
    """Return whether a folder has checkpoints of a training with these inputs; those of other inputs are removed.

    Args:
        folder: Folder of checkpoints; made when it is not there.
        inputs: Hash of what the training depends on.
    """
    stamp = folder / "started_with.json"
    if not stamp.is_file() or json.loads(stamp.read_text(encoding="utf-8")) != inputs:
        for other in folder.glob("checkpoint-*"):
            shutil.rmtree(other)
    folder.mkdir(parents=True, exist_ok=True)
    stamp.write_text(json.dumps(inputs) + "\n", encoding="utf-8")
    return any(folder.glob("checkpoint-*"))


def train_skimmer(plan: Plan) -> None:
    """Train the skimmer of the fine-tuned checkpoint."""
    from scamlint_training.skimmer import SkimmerSettings, train

    train(plan.checkpoint, SkimmerSettings())


def export_models(plan: Plan) -> None:
    """Export the checkpoint, in int8 to ship and in float32 to compare."""
    from scamlint_training.export import export

    export(plan.checkpoint, plan.transformer, plan.name, plan.version)
    export(plan.checkpoint, plan.float_model, f"{plan.name}-float", plan.version, int8=False)


def calibrate_models(plan: Plan) -> None:
    """Calibrate both transformers on dev."""
    from scamlint_training.calibrate import calibrate_folder

    calibrate_folder(plan.transformer)
    calibrate_folder(plan.float_model)


def measure_gate(plan: Plan) -> None:
    """Measure the gate; write it into the shipped folder only when it skips enough."""
    from scamlint_training import gate

    gate.remove(plan.transformer)
    measured = gate.measure(plan.transformer)
    if gate.write_report(REPOSITORY / "training" / "reports" / "gate.json", measured):
        gate.write(plan.transformer, measured.threshold)


def evaluate(plan: Plan) -> None:
    """Evaluate everything on test and write the reports and README's table."""
    from scamlint_training.corpus import load_split
    from scamlint_training.evaluate import __main__ as evaluation

    systems, notes = evaluation.systems_for(str(plan.transformer), plan.float_model)
    results = evaluation.evaluate(systems, load_split("test"), "test", notes)
    evaluation.write_report(results, evaluation.REPORTS)
    evaluation.update_readme()


def write_cards(plan: Plan) -> None:
    """Write the model cards."""
    from scamlint_training.card import write_card

    write_card(plan.baseline)
    write_card(plan.transformer)


STEPS: dict[str, Callable[[Plan], None]] = {
    "baseline": train_baseline,
    "finetune": finetune,
    "skimmer": train_skimmer,
    "export": export_models,
    "calibrate": calibrate_models,
    "gate": measure_gate,
    "evaluate": evaluate,
    "cards": write_cards,
}


def inputs_hash(plan: Plan, step: str) -> str:
    """Hash what a step depends on: the corpus, the names of the models, the settings up to it; but not the code."""
    from scamlint_training.baseline import BaselineSettings
    from scamlint_training.settings import TrainingSettings
    from scamlint_training.skimmer import SkimmerSettings
    from scamlint_training.soft_labels import SOFT_LABELS

    names = list(STEPS)[: list(STEPS).index(step) + 1]
    depends: list[Any] = [corpus_hash(), names, asdict(BaselineSettings()), BASELINE_CLEAN_FLAGGED]
    if "finetune" in names:
        soft = hashlib.sha256(SOFT_LABELS.read_bytes()).hexdigest() if SOFT_LABELS.is_file() else None
        depends += [asdict(TrainingSettings()), soft]
    if "skimmer" in names:
        depends += [asdict(SkimmerSettings())]
    if "export" in names:
        depends += [plan.name, plan.version]
    return hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()


def _finished(plan: Plan) -> dict[str, str]:
    """Return the steps that are recorded as finished, with the hash of what they depended on."""
    path = plan.runs / STATE_FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _record(plan: Plan, done: dict[str, str]) -> None:
    plan.runs.mkdir(parents=True, exist_ok=True)
    (plan.runs / STATE_FILE).write_text(json.dumps(done, indent=1) + "\n", encoding="utf-8")


def forget(plan: Plan, steps: Iterable[str], name: str) -> dict[str, str]:
    """Record that a step and those after it are not finished any more; return those that still are."""
    order = list(steps)
    later = order[order.index(name) :]
    done = {key: value for key, value in _finished(plan).items() if key not in later}
    _record(plan, done)
    return done


def run(
    plan: Plan, steps: dict[str, Callable[[Plan], None]], inputs: Callable[[str], str], first: str = ""
) -> list[str]:
    """Run the steps that are not finished.

    Args:
        plan: Where things lie.
        steps: Steps by name, in order.
        inputs: Gives the hash of what a step depends on.
        first: Run from this step on, finished or not, and none before it.

    Returns:
        The names of the steps that ran. A step after one that ran runs too.
    """
    done = _finished(plan)
    ran: list[str] = []
    for name, step in steps.items():
        if first and not ran and name != first:
            continue
        current = inputs(name)
        if not ran and name != first and done.get(name) == current:
            _log.info("%s: finished before", name)
            continue
        started = time.perf_counter()
        _log.info("%s …", name)
        if not ran:  # from here on, nothing counts as finished any more
            done = forget(plan, steps, name)
        step(plan)
        ran.append(name)
        done[name] = current
        _record(plan, done)
        _log.info("%s: %.0f s", name, time.perf_counter() - started)
    return ran


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Train, export, calibrate, evaluate and describe every model.")
    parser.add_argument(
        "--from", dest="first", choices=list(STEPS), default="", help="run this step and those after it, none before it"
    )
    parser.add_argument("--only", choices=list(STEPS), help="run this step alone, finished or not")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    plan = Plan()
    if arguments.only:
        forget(plan, STEPS, arguments.only)
        STEPS[arguments.only](plan)
    else:
        run(plan, STEPS, partial(inputs_hash, plan), arguments.first)


if __name__ == "__main__":
    main()
