"""The transformer refuses a model that it cannot feed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from scamlint import Detector
from scamlint.bundle import file_hash, resolve
from scamlint.errors import ModelError


def test_a_model_that_takes_a_mask_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "masked"
    shutil.copytree(resolve("minilm"), folder)
    pieces = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "n"]) for name in ("input_ids", "mask", "out")]
    graph = helper.make_graph([helper.make_node("Add", ["input_ids", "mask"], ["out"])], "g", pieces[:2], pieces[2:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, str(folder / "model.onnx"))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["files"]["model.onnx"] = file_hash(folder / "model.onnx")
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match=r"takes \['input_ids', 'mask'\].*export it again"):
        Detector.load(folder)
