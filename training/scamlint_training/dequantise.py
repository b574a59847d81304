"""Read the weights of an int8 model folder back as a checkpoint, to compare with it where its own checkpoint is gone.

    python -m scamlint_training.dequantise minilm runs/shipped
    python -m scamlint_training.export runs/shipped runs/float --float --name minilm-float

The float32 model then has the very weights of the int8 one and differs from it in its arithmetic alone.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import GraphProto, numpy_helper
from torch import Tensor

from scamlint.bundle import CONFIG_FILE, resolve
from scamlint.scorers.transformer import MODEL_FILE
from scamlint_training import skimmer as skimmers
from scamlint_training.finetune import SETTINGS_FILE, WEIGHTS_FILE
from scamlint_training.settings import TrainingSettings
from scamlint_training.skimmer import Skimmer, SkimmerSettings
from scamlint_training.tagger import TokenTagger

_log = logging.getLogger(__name__)
_PREFIXES = ("tagger.", "skimmer.")
_QUANTISED = "_quantized"


def weights_of(model: Path) -> dict[str, Tensor]:
    """Return the weights of an int8 ONNX model that ``scamlint_training.export`` wrote.

    Args:
        model: The ONNX file.

    Returns:
        Weights by name: ``tagger.`` or ``skimmer.``, and their names in these.
    """
    graphs = list(_with_branches(onnx.load(str(model)).graph))
    held = {each.name: numpy_helper.to_array(each) for graph in graphs for each in graph.initializer}
    found: dict[str, NDArray[Any]] = {}
    for name in held:
        if name.startswith(_PREFIXES) and name.endswith(_QUANTISED):
            found[name.removesuffix(_QUANTISED)] = _float(held, name)
        elif name.startswith(_PREFIXES) and not name.endswith(("_scale", "_zero_point")):
            found[name] = held[name]
    # Matrices have no names of their own; the nodes that multiply by them have.
    for node in (node for graph in graphs for node in graph.node):
        where = re.match(r"/(?:tagger/)?(.*)/MatMul", node.name)
        matrix = next((each for each in node.input if each.startswith("onnx::MatMul") and held[each].ndim == 2), None)
        if where and matrix:
            values = _float(held, matrix) if matrix.endswith(_QUANTISED) else held[matrix]
            name = where[1].replace("/", ".") + ".weight"
            found[name if name.startswith(_PREFIXES) else f"tagger.{name}"] = values.T
    return {name: torch.from_numpy(values.copy()) for name, values in found.items()}


def _with_branches(graph: GraphProto) -> Iterator[GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _with_branches(attribute.g)


def _float(held: dict[str, NDArray[Any]], name: str) -> NDArray[np.float32]:
    stem = name.removesuffix(_QUANTISED)
    scale, zero = held[f"{stem}_scale"], held[f"{stem}_zero_point"].astype(np.float32)
    return np.asarray((held[name].astype(np.float32) - zero) * scale, dtype=np.float32)


def dequantise(folder: Path, output: Path) -> TokenTagger:
    """Write the weights of an int8 model folder as a checkpoint, with its skimmer when it has one.

    Args:
        folder: The model folder.
        output: Folder to write, as ``scamlint_training.finetune`` would.

    Returns:
        The tagger. Its window head, which is not exported, is new.

    Raises:
        ValueError: The folder holds other weights than the tagger needs.
    """
    config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    known = {field.name for field in fields(TrainingSettings)}
    settings = TrainingSettings(**{key: value for key, value in config["settings"].items() if key in known})
    tagger = TokenTagger(settings.base, settings.dropout)
    weights = weights_of(folder / MODEL_FILE)
    lost, unknown = tagger.load_state_dict(_part(weights, "tagger."), strict=False)
    if unknown or any(not name.startswith("window_head.") for name in lost):
        raise ValueError(f"{folder} holds no weights for {lost} and unknown ones for {unknown}; export it again.")
    output.mkdir(parents=True, exist_ok=True)
    torch.save(tagger.state_dict(), output / WEIGHTS_FILE)
    record = {**config["trainings"][-1], "settings": asdict(settings), "dequantised": True}
    (output / SETTINGS_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    if "skimmer" in config:
        skimmer = Skimmer(int(tagger.encoder.config.hidden_size), SkimmerSettings(**config["skimmer"]))
        skimmer.load_state_dict(_part(weights, "skimmer."))
        skimmers.save(skimmer, SkimmerSettings(**config["skimmer"]), output)
    return tagger.eval()


def _part(weights: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): values for name, values in weights.items() if name.startswith(prefix)}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Write the weights of an int8 model folder as a checkpoint.")
    parser.add_argument("folder", help="the model folder, or its shipped name")
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    dequantise(resolve(arguments.folder), arguments.output)
    _log.info("%s", arguments.output)


if __name__ == "__main__":
    main()
