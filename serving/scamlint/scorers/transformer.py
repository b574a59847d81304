"""The transformer: an ONNX token tagger, run window by window on all cores, with tokenisation alongside.

Each window is a run of its own. The quantised model takes the scale of its activations from everything in a run, so
windows that shared one would change each other's scores; alone, a document's result never depends on what is scanned
with it. One thread a window is also as fast as all threads on a batch, and nothing is padded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from itertools import chain

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from scamlint.bundle import Bundle
from scamlint.cores import available_cores
from scamlint.encode import Encoded, encode, frame_ids
from scamlint.errors import ModelError
from scamlint.scorers.gate import Gate
from scamlint.scoring import TokenScores, checkpoint
from scamlint.text import NormalizedText
from scamlint.windows import owned_range, token_windows

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
# Texts are gathered until they hold this many word pieces, then run together; a text counts as some, also an empty one.
_GATHER = 16_384
_LEAST_COUNTED = 64
# Logit of pieces that the gate keeps from the model.
_SURELY_NOT = -16.0


@dataclass(frozen=True, slots=True)
class _Gathered:
    """Texts that are run together, with their windows."""

    documents: list[Encoded]
    windows: list[list[tuple[int, int]]]
    read: list[NDArray[np.bool_]] | None  # which windows of each text pass the gate; None without a gate


# The fused kernel takes several times as long as the addition and the layer norm that it stands for: a tenth of a run
# of this model (measured with ONNX Runtime 1.32 on a CPU with AVX-512).
_SLOW_FUSION = "SkipLayerNormFusion"


class TransformerScorer:
    """Scores tokens with an ONNX model.

    Args:
        bundle: A checked model folder of kind ``transformer``.
        threads: Windows that are read at the same time; as many as there are cores when None.

    Raises:
        ModelError: The ONNX model takes other inputs than word pieces.
    """

    def __init__(self, bundle: Bundle, threads: int | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.enable_mem_pattern = False  # plans memory for fixed shapes; here it only costs memory
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.add_session_config_entry("optimization.disable_specified_optimizers", _SLOW_FUSION)
        self._session = onnxruntime.InferenceSession(
            str(bundle.folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
        )
        inputs = [each.name for each in self._session.get_inputs()]
        if inputs != ["input_ids"]:
            raise ModelError(f"The model in {bundle.folder} takes {inputs}, not ['input_ids'] alone; export it again.")
        self._tokenizer = Tokenizer.from_file(str(bundle.folder / TOKENIZER_FILE))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._first, self._last = frame_ids(self._tokenizer)
        self._window = int(bundle.settings["window"]) - 2
        self._overlap = int(bundle.settings["overlap"])
        self._labels = len(bundle.thresholds)
        self._gate = Gate.from_settings(bundle.settings)
        self._threads = threads or available_cores()
        self._pool = ThreadPoolExecutor(max(1, self._threads - 1), thread_name_prefix="scamlint-model")

    def score_many(self, texts: Iterable[NormalizedText]) -> Iterator[TokenScores]:
        """Score texts; while the model runs, the next texts are tokenised in another thread."""
        source = iter(texts)
        gathered = self._gather(source)
        if gathered is None:
            return
        first = next(source, None)
        if first is None:  # one batch and no more: no need for a thread
            yield from self._run(gathered)
            return
        source = chain([first], source)
        with ThreadPoolExecutor(1, thread_name_prefix="scamlint-tokenise") as pool:
            while gathered is not None:
                following = pool.submit(self._gather, source)
                yield from self._run(gathered)
                gathered = following.result()

    def _gather(self, texts: Iterator[NormalizedText]) -> _Gathered | None:
        """Tokenise texts until there are enough for a run; None when there are no more."""
        documents: list[Encoded] = []
        normalized: list[str] = []
        pieces = 0
        for text in texts:
            normalized.append(text.text)
            documents.append(encode(self._tokenizer, text.text))
            pieces += max(_LEAST_COUNTED, len(documents[-1].ids))
            if pieces >= _GATHER:
                break
        if not documents:
            return None
        windows = [token_windows(len(document.ids), self._window, self._overlap) for document in documents]
        if self._gate is None:
            return _Gathered(documents, windows, None)
        read = [self._gate.opens(*row) for row in zip(normalized, documents, windows, strict=True)]
        return _Gathered(documents, windows, read)

    def _run(self, gathered: _Gathered) -> Iterator[TokenScores]:
        shapes = [(len(document.ids), 2 * self._labels) for document in gathered.documents]
        scores = [np.full(shape, _SURELY_NOT, dtype=np.float32) for shape in shapes]
        jobs = [
            (end - start, document, index)
            for document, windows in enumerate(gathered.windows)
            for index, (start, end) in enumerate(windows)
            if gathered.read is None or gathered.read[document][index]
        ]
        waiting = deque(sorted(jobs, reverse=True))  # long ones first, so that all threads end together

        def work() -> None:
            while waiting:
                try:
                    _, document, index = waiting.popleft()
                except IndexError:  # another thread took the last one
                    return
                checkpoint()
                windows = gathered.windows[document]
                start, end = owned_range(windows, index)
                first = windows[index][0]
                logits = self._logits(gathered.documents[document], windows[index])
                scores[document][start:end] = logits[start - first : end - first]

        helpers = [self._pool.submit(copy_context().run, work) for _ in range(min(self._threads, len(jobs)) - 1)]
        try:
            work()
        finally:
            waiting.clear()
            for helper in helpers:
                if not helper.cancel():  # one that has not begun has nothing to do any more
                    helper.result()
        for encoded, raw in zip(gathered.documents, scores, strict=True):
            probabilities = (1.0 / (1.0 + np.exp(-raw))).astype(np.float32)
            yield by_word(encoded, probabilities, self._labels)

    def _logits(self, document: Encoded, window: tuple[int, int]) -> NDArray[np.float32]:
        """Run the model on one window; the logits of its pieces, without the special tokens."""
        start, end = window
        ids = np.concatenate(([self._first], document.ids[start:end], [self._last]))[None].astype(np.int64)
        (logits,) = self._session.run(None, {"input_ids": ids})
        return np.asarray(logits)[0, 1:-1]


def by_word(document: Encoded, pieces: NDArray[np.float32], labels: int) -> TokenScores:
    """Join the scores of word pieces into scores of words.

    Args:
        document: The word pieces.
        pieces: Probabilities, first of ``inside`` then of ``begin``; shape ``(pieces, 2 * labels)``.
        labels: Number of labels.

    Returns:
        Word scores: the mean of ``inside`` and the largest ``begin`` over a word's pieces.
    """
    if len(document.ids) == 0:
        nothing = np.zeros((0, labels), dtype=np.float32)
        return TokenScores(document.starts, document.ends, nothing, nothing)
    first = np.flatnonzero(np.diff(document.words, prepend=document.words[0] - 1))
    counts = np.diff(np.append(first, len(document.words)))
    inside = (np.add.reduceat(pieces[:, :labels], first, axis=0) / counts[:, None]).astype(np.float32)
    begin = np.maximum.reduceat(pieces[:, labels:], first, axis=0)
    last = np.append(first[1:], len(document.words)) - 1
    return TokenScores(document.starts[first], document.ends[last], inside, begin)
