"""The weights of the shipped model can be had back as a checkpoint."""

import numpy as np
import torch

from scamlint.bundle import load_bundle, resolve
from scamlint.encode import encode
from scamlint.labels import label_names
from scamlint.scorers.transformer import TransformerScorer
from scamlint.text import normalize
from scamlint_training.dequantise import dequantise
from scamlint_training.finetune import load_trained, plain_tokenizer
from scamlint_training.tagger import DEFAULT_BASE

TEXT = (
    "The fund pays a guaranteed 2% every day, and your principal is returned after 30 days. It is backed by a bank. "
    "The library opens at nine and closes at six."
)


def test_the_checkpoint_scores_as_the_shipped_model_does(tmp_path):
    dequantise(resolve("minilm"), tmp_path)
    tagger, settings = load_trained(tmp_path)
    assert settings.window == load_bundle("minilm").settings["window"]
    norm = normalize(TEXT)
    pieces = encode(plain_tokenizer(DEFAULT_BASE), norm.text)
    ids = torch.tensor([[101, *pieces.ids.tolist(), 102]])
    with torch.no_grad():
        logits = tagger(ids, None)[0][0, 1:-1, : len(label_names())]
    served = next(iter(TransformerScorer(load_bundle("minilm")).score_many([norm]))).inside
    own = torch.sigmoid(logits).numpy()
    first = np.flatnonzero(np.diff(pieces.words, prepend=-1))
    words = np.add.reduceat(own, first, axis=0) / np.diff(np.append(first, len(own)))[:, None]
    assert served.max() > 0.5, "the promise is seen"
    assert np.abs(words - served).mean() < 0.01
    assert np.corrcoef(words.ravel(), served.ravel())[0, 1] > 0.99
