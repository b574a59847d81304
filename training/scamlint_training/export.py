"""Export a trained tagger as the model folder that is served: ONNX, tokenizer, configuration.

    python -m scamlint_training.export runs/transformer serving/scamlint/models/minilm_v1

Weights are quantised to int8 (dynamic quantisation of ONNX Runtime, per channel, 7-bit range so that CPUs without VNNI
do not saturate). Thresholds and calibration are neutral until ``scamlint_training.calibrate`` has chosen them on dev.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from scamlint.bundle import CONFIG_FILE, file_hash
from scamlint.labels import label_names
from scamlint.scorers.transformer import MODEL_FILE, TOKENIZER_FILE
from scamlint.text import NORMALIZER_VERSION
from scamlint_training import skimmer as skimmers
from scamlint_training.early_exit import skip_dull
from scamlint_training.finetune import SETTINGS_FILE, load_trained, plain_tokenizer
from scamlint_training.skimmer import Skimmer
from scamlint_training.tagger import Served, TokenTagger

_log = logging.getLogger(__name__)
LEVELS = {"low": 1, "elevated": 3, "high": 7}


def export_onnx(tagger: TokenTagger, skimmer: Skimmer | None, path: Path) -> None:
    """Write the tagger as ONNX, float32, with dynamic batch and length; with what its skimmer says when it has one."""
    ids = torch.ones((2, 8), dtype=torch.long)
    axes = {0: "batch", 1: "pieces"}
    outputs = {"logits": axes} if skimmer is None else {"logits": axes, "skimmed": {0: "batch"}}
    torch.onnx.export(
        Served(tagger, skimmer).eval(),
        (ids,),
        str(path),
        input_names=["input_ids"],
        output_names=list(outputs),
        dynamic_axes={"input_ids": axes, **outputs},
        opset_version=17,
        dynamo=False,
    )


def quantise(source: Path, target: Path) -> None:
    """Quantise the weights of an ONNX model to int8.

    The last layers stay float: they are tiny, and errors there reach the scores undamped.
    """
    head = [
        node.name
        for node in onnx.load(str(source), load_external_data=False).graph.node
        if node.op_type in ("MatMul", "Gemm") and "/head/" in node.name
    ]
    quantize_dynamic(
        str(source),
        str(target),
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=head,
        extra_options={"MatMulConstBOnly": True},
    )


def export(trained: Path, folder: Path, name: str, version: str, int8: bool = True) -> None:
    """Export a trained checkpoint.

    Args:
        trained: What ``scamlint_training.finetune`` wrote, and ``scamlint_training.skimmer`` beside it; a model without
            a skimmer can have no gate.
        folder: Model folder to write.
        name: Name of the model.
        version: Its version; a published one is never overwritten with other weights.
        int8: Quantise; float32 otherwise.
    """
    tagger, settings = load_trained(trained)
    loaded = skimmers.load(trained, tagger)
    skimmer = None if loaded is None else loaded[0]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "float.onnx"
        export_onnx(tagger, skimmer, plain)
        if int8:
            quantise(plain, Path(scratch) / "int8.onnx")
            plain = Path(scratch) / "int8.onnx"
        model = onnx.load(str(plain))
        onnx.save(model if skimmer is None else skip_dull(model), str(folder / MODEL_FILE))
    plain_tokenizer(settings.base).save(str(folder / TOKENIZER_FILE), pretty=False)
    record = json.loads((trained / SETTINGS_FILE).read_text(encoding="utf-8"))
    write_config(folder, name, version, asdict(settings), record, None if loaded is None else asdict(loaded[1]))


def write_config(
    folder: Path,
    name: str,
    version: str,
    settings: dict[str, Any],
    record: dict[str, Any],
    skimmer: dict[str, Any] | None,
) -> None:
    """Write the configuration of a transformer folder, with neutral decoding, calibration and thresholds.

    Args:
        folder: Model folder with its other files in place.
        name: Name of the model.
        version: Its version.
        settings: Training settings; window and overlap are used in serving.
        record: What the training wrote down: settings, corpus, and how many documents and word pieces it read.
        skimmer: Settings of its skimmer, when there is one.
    """
    names = label_names()
    neutral = {label: {"slope": 1.0, "intercept": 0.0} for label in names}
    config = {
        "name": name,
        "version": version,
        "kind": "transformer",
        "labels": list(names),
        "normalizer_version": NORMALIZER_VERSION,
        "corpus_sha256": record["corpus_sha256"],
        "trainings": [record],
        "thresholds": dict.fromkeys(names, 0.5),
        "span_calibration": neutral,
        "document_calibration": neutral,
        "decode": {"inside": 0.3, "begin": 0.7, "max_gap": 1, "seed": 0.5, "shortest": 6},
        "levels": LEVELS,
        "settings": settings,
        **({} if skimmer is None else {"skimmer": skimmer}),
        "files": {file: file_hash(folder / file) for file in (MODEL_FILE, TOKENIZER_FILE)},
    }
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Export a trained tagger as a model folder.")
    parser.add_argument("trained", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", default="minilm")
    parser.add_argument("--version", default="1")
    parser.add_argument("--float", action="store_true", help="keep float32 weights")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    export(arguments.trained, arguments.folder, arguments.name, arguments.version, int8=not arguments.float)
    size = sum(path.stat().st_size for path in arguments.folder.iterdir())
    _log.info("%s: %.1f MB", arguments.folder, size / 1e6)


if __name__ == "__main__":
    main()
