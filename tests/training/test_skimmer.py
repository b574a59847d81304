"""The skimmer learns to tell dull windows apart, is built into the model, and lets it skip them."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from scamlint.bundle import resolve
from scamlint.encode import encode
from scamlint.text import normalize
from scamlint_training import skimmer as skimmers
from scamlint_training.corpus import load_split
from scamlint_training.dequantise import dequantise
from scamlint_training.early_exit import BELOW, skip_dull
from scamlint_training.examples import prepare
from scamlint_training.export import export, export_onnx
from scamlint_training.finetune import load_trained, plain_tokenizer
from scamlint_training.skimmer import Skimmer, SkimmerSettings, fit
from scamlint_training.skimmer_examples import Skimmed, batches, patchwork, stops, windows_of_one_pass
from scamlint_training.tagger import DEFAULT_BASE

# The exporter that leaves us node names to cut the graph at is the older one.
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning", "ignore:Constant folding:UserWarning"
)

SMALL = SkimmerSettings(width=16, layers=2, passes=6, batch_pieces=512, learning_rate=1e-2)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoint")
    dequantise(resolve("minilm"), folder)
    return folder


@pytest.fixture(scope="module")
def tagger(checkpoint):
    return load_trained(checkpoint)[0]


def test_padding_says_nothing():
    torch.manual_seed(0)
    skimmer = Skimmer(8, SMALL).eval()
    window = torch.randn(1, 20, 8)
    padded = torch.cat([window, torch.randn(1, 9, 8)], dim=1)
    mask = torch.tensor([[1.0] * 20 + [0.0] * 9])
    alone, beside = skimmer(window), skimmer(padded, mask)
    assert torch.allclose(alone[0][0], beside[0][0, :20], atol=1e-5)
    assert torch.allclose(alone[1], beside[1], atol=1e-5)


def test_every_window_comes_once_a_pass_and_batches_are_not_too_large():
    lengths = np.random.default_rng(0).integers(3, 256, 300)
    found = list(batches(lengths, 1024, np.random.default_rng(1)))
    assert sorted(np.concatenate(found).tolist()) == list(range(300))
    assert all(len(batch) * lengths[batch].max() <= 1024 for batch in found)


def test_it_reads_every_window_of_one_pass_between_the_special_tokens():
    documents = load_split("dev")[:6]
    tokenizer = plain_tokenizer(DEFAULT_BASE)
    examples = prepare(documents, tokenizer, passes=2, window=64, augmented_share=0.0, seed=1)
    windows = windows_of_one_pass(examples, 101, 102)
    assert all((window[0], window[-1]) == (101, 102) and len(window) <= 64 for window in windows)
    pieces = sum(len(encode(tokenizer, normalize(document.text).text).ids) for document in documents)
    assert sum(len(window) - 2 for window in windows) == pieces


def test_patchwork_keeps_sentences_whole_and_mixes_documents():
    tokenizer = plain_tokenizer(DEFAULT_BASE)
    texts = [f"The {name} met on Monday. It kept the fee. Nothing else was said." for name in ("board", "club", "crew")]
    windows = [np.concatenate([[101], encode(tokenizer, text).ids, [102]]) for text in texts]
    made = patchwork(windows, stops(tokenizer), 400, np.random.default_rng(0))
    assert 400 <= sum(map(len, made)) < 450
    assert all((window[0], window[-1]) == (101, 102) and len(window) == len(windows[0]) for window in made)
    read = [tokenizer.decode(window[1:-1].tolist()) for window in made]
    sentences = {sentence + "." for text in texts for sentence in text.lower().rstrip(".").split(". ")}
    assert {part + "." for text in read for part in text.split(". ")[:-1]} == sentences
    assert any("nothing else was said. the " in text for text in read)  # the last sentence of one, the first of another


def test_it_learns_which_word_is_a_sign(tagger):
    rng = np.random.default_rng(0)
    ids = [rng.integers(2000, 3000, 40).astype(np.int64) for _ in range(400)]
    for window in ids[::2]:
        window[rng.integers(0, 40)] = 12211  # the sign
    logits = [np.where((window == 12211)[:, None], [8.0, -8.0], -8.0).astype(np.float16) for window in ids]
    skimmer = fit(tagger, Skimmed(ids, logits), SMALL)
    fresh = rng.integers(2000, 3000, (2, 40))
    fresh[0, 17] = 12211
    with torch.no_grad():
        scores = skimmer(tagger.encoder.embeddings(input_ids=torch.from_numpy(fresh)))[1]
    assert scores[0] > 1.0 > -1.0 > scores[1]


def test_the_exported_model_reads_above_the_gate_and_skips_below(tagger, tmp_path):
    torch.manual_seed(0)
    export_onnx(tagger, Skimmer(384, SMALL).eval(), tmp_path / "plain.onnx")
    onnx.save(skip_dull(onnx.load(str(tmp_path / "plain.onnx"))), str(tmp_path / "gated.onnx"))
    plain = onnxruntime.InferenceSession(str(tmp_path / "plain.onnx"), providers=["CPUExecutionProvider"])
    gated = onnxruntime.InferenceSession(str(tmp_path / "gated.onnx"), providers=["CPUExecutionProvider"])
    ids = np.random.default_rng(0).integers(1000, 20000, (1, 30))
    logits, skimmed = plain.run(["logits", "skimmed"], {"input_ids": ids})
    for gate, expected in (
        (skimmed[0] - 0.1, logits),
        (skimmed[0] + 0.1, np.full_like(logits, min(skimmed[0], 0) - BELOW)),
    ):
        feed = {"input_ids": ids, "gate": np.array(gate, dtype=np.float32)}
        found, again = gated.run(["logits", "skimmed"], feed)
        assert np.abs(found - expected).max() < 1e-4
        assert abs(again[0] - skimmed[0]) < 1e-5


def test_the_float_model_says_what_the_network_says(tagger, tmp_path):
    export_onnx(tagger, None, tmp_path / "plain.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "plain.onnx"), providers=["CPUExecutionProvider"])
    ids = np.random.default_rng(0).integers(1000, 20000, (1, 60))
    with torch.no_grad():
        own = tagger(torch.from_numpy(ids), None)[0].numpy()
    assert np.abs(session.run(None, {"input_ids": ids})[0] - own).max() < 1e-3
    probabilities = [1 / (1 + np.exp(-logits)) for logits in (session.run(None, {"input_ids": ids})[0], own)]
    assert np.abs(probabilities[0] - probabilities[1]).max() < 1e-4


def test_a_skimmer_comes_back_with_its_tagger_only(checkpoint, tagger, tmp_path):
    skimmer, settings = skimmers.load(checkpoint, tagger)
    assert settings == SkimmerSettings(**json.loads((resolve("minilm") / "config.json").read_text())["skimmer"])
    assert sum(each.numel() for each in skimmer.parameters()) > 100_000
    (tmp_path / skimmers.TAGGER_FILE).write_bytes(b"another one")
    (tmp_path / skimmers.SETTINGS_FILE).write_bytes((checkpoint / skimmers.SETTINGS_FILE).read_bytes())
    with pytest.raises(ValueError, match="belongs to an earlier tagger"):
        skimmers.load(tmp_path, tagger)


def test_a_checkpoint_without_a_skimmer_gives_a_model_without_a_gate(checkpoint, tmp_path):
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in ("tagger.pt", "settings.json"):
        (bare / name).write_bytes((checkpoint / name).read_bytes())
    export(bare, tmp_path / "model", "bare", "0")
    session = onnxruntime.InferenceSession(str(tmp_path / "model" / "model.onnx"), providers=["CPUExecutionProvider"])
    assert [each.name for each in session.get_inputs()] == ["input_ids"]
    assert "skimmer" not in json.loads((tmp_path / "model" / "config.json").read_text())
