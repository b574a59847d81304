"""The transformer refuses a model that it cannot feed, and reads what passes the gate."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from scamlint import Detector
from scamlint.bundle import file_hash, load_bundle, resolve
from scamlint.errors import ModelError
from scamlint.scorers.transformer import TransformerScorer
from scamlint.text import normalize


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


PITCH = "Earn a guaranteed 3% daily profit, your principal is always protected."


def gated(folder: Path, threshold: float | None) -> Path:
    """Copy the shipped model with another gate, or with none."""
    shutil.copytree(resolve("minilm"), folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["settings"].pop("gate", None)
    if threshold is not None:
        config["settings"]["gate"] = {"threshold": threshold}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def test_a_gate_that_nothing_passes_leaves_every_window_unread(tmp_path: Path) -> None:
    closed = Detector.load(gated(tmp_path / "closed", 1000.0)).scan(PITCH)
    assert closed.spans == ()
    assert max(closed.scores.values()) < 0.05
    assert Detector.load(gated(tmp_path / "open", -1000.0)).scan(PITCH).spans


def test_what_passes_the_gate_is_scored_as_without_one(tmp_path: Path) -> None:
    texts = [PITCH, "", "The library opens at nine. " * 200 + PITCH, "Beware: nobody can promise you a profit."]
    everything = Detector.load(gated(tmp_path / "none", None))
    for text in texts:
        assert Detector.load(gated(tmp_path / "open", -1000.0)).scan(text) == everything.scan(text)
        shutil.rmtree(tmp_path / "open")


def test_the_shipped_gate_skips_a_dull_page_and_shows_the_encoder_a_promise() -> None:
    dull = "A block holds a list of transactions and a header, which names the block before it. " * 60
    scorer = TransformerScorer(load_bundle("minilm"))
    threshold = load_bundle("minilm").settings["gate"]["threshold"]
    document, windows, scores = scorer.skim(normalize(dull))
    assert (windows[0][0], windows[-1][1]) == (0, len(document.ids))
    assert len(scores) == len(windows) > 1
    assert scores.max() < threshold
    assert scorer.skim(normalize(PITCH))[2].min() >= threshold
    assert {span.label for span in Detector.load("minilm").scan(PITCH).spans} == {"guaranteed_return"}


def test_a_gate_for_a_model_without_a_skimmer_is_refused(tmp_path: Path) -> None:
    folder = gated(tmp_path / "bare", 0.0)
    value = helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "n"])
    out = helper.make_tensor_value_info("logits", TensorProto.INT64, [1, "n"])
    graph = helper.make_graph([helper.make_node("Identity", ["input_ids"], ["logits"])], "g", [value], [out])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, str(folder / "model.onnx"))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["files"]["model.onnx"] = file_hash(folder / "model.onnx")
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match="no skimmer; remove `gate`"):
        Detector.load(folder)


def long_texts() -> Iterator[str]:
    """Yield as many pages as two and a half runs of the model take."""
    for number in range(32):
        yield f"Page {number}. {PITCH} " + "The library opens at nine and closes when the last reader leaves. " * 90


def test_texts_before_one_that_cannot_be_had_are_not_lost(tmp_path: Path) -> None:
    detector = Detector.load(gated(tmp_path / "closed", 1000.0))  # fast: nothing is read

    def broken() -> Iterator[str]:
        yield from long_texts()
        raise OSError("the disk is gone")

    lengths: list[int] = []
    reports = detector.scan_many(broken())
    with pytest.raises(OSError, match="the disk is gone"):
        lengths.extend(report.characters for report in reports)
    assert len(lengths) >= 16
    assert lengths == [len(text) for text in long_texts()][: len(lengths)]


def test_who_stops_early_stops_the_reading(tmp_path: Path) -> None:
    detector = Detector.load(gated(tmp_path / "closed", 1000.0))
    pages = list(long_texts())
    reports = detector.scan_many(pages)
    next(reports)
    reports.close()
    assert [report.characters for report in detector.scan_many(pages)] == [len(page) for page in pages]
