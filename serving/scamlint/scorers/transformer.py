"""The transformer: an ONNX token tagger, run window by window on all cores, with tokenisation alongside.

Each window is a run of its own. The quantised model takes the scale of its activations from everything in a run, so
windows that shared one would change each other's scores; alone, a document's result never depends on what is scanned
with it. One thread a window is also as fast as all threads on a batch, and nothing is padded.

The gate: a small network in the same graph, the skimmer, looks at the embeddings of a window first. Windows that it
scores below ``gate`` in the model's settings are surely clean, and the encoder's layers are not computed for them.
Without that entry every window is read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from scamlint.bundle import Bundle
from scamlint.cores import available_cores
from scamlint.encode import Encoded, encode, frame_ids
from scamlint.errors import ModelError
from scamlint.scoring import TokenScores, checkpoint
from scamlint.text import NormalizedText
from scamlint.windows import owned_range, token_windows

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
# Texts are gathered until they hold this many word pieces, then run together; a text counts as some, also an empty one.
_GATHER = 16_384
_LEAST_COUNTED = 64


@dataclass(frozen=True, slots=True)
class _Gathered:
    """Texts that are run together, with their windows."""

    documents: list[Encoded]
    windows: list[list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class _Reading:
    """Gathered texts while their windows are read.

    Attributes:
        gathered: The texts.
        scores: Logits of each text's pieces, filled window by window.
        waiting: Windows that no thread has taken: their lengths, texts and numbers.
        helpers: What the other threads do.
    """

    gathered: _Gathered
    scores: list[NDArray[np.float32]]
    waiting: deque[tuple[int, int, int]]
    helpers: list[Future[None]]

    def stop(self) -> None:
        """Take the waiting windows away and wait for those that are being read."""
        self.waiting.clear()
        wait([helper for helper in self.helpers if not helper.cancel()])

    def check(self) -> None:
        """Raise what a helper raised."""
        for helper in self.helpers:
            if not helper.cancelled():
                helper.result()


# The fused kernel takes several times as long as the addition and the layer norm that it stands for: a tenth of a run
# of this model (measured with ONNX Runtime 1.32 on a CPU with AVX-512).
_SLOW_FUSION = "SkipLayerNormFusion"


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Open an ONNX tagger as it is served: one thread a run, the kernels that are fastest on a CPU.

    Args:
        path: An ONNX file.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.enable_mem_pattern = False  # plans memory for fixed shapes; here it only costs memory
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("optimization.disable_specified_optimizers", _SLOW_FUSION)
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class TransformerScorer:
    """Scores tokens with an ONNX model.

    Args:
        bundle: A checked model folder of kind ``transformer``.
        threads: Windows that are read at the same time; as many as there are cores when None.

    Raises:
        ModelError: The ONNX model takes other inputs than word pieces and a gate, or the settings have a gate and it
            takes none.
    """

    def __init__(self, bundle: Bundle, threads: int | None = None) -> None:
        self._session = open_session(bundle.folder / MODEL_FILE)
        inputs = [each.name for each in self._session.get_inputs()]
        if inputs not in (["input_ids"], ["input_ids", "gate"]):
            raise ModelError(
                f"The model in {bundle.folder} takes {inputs}, not ['input_ids', 'gate'] or ['input_ids'] alone; "
                "export it again."
            )
        gate = bundle.settings.get("gate")
        if gate is not None and "gate" not in inputs:
            raise ModelError(
                f"The settings in {bundle.folder} have a gate, but the model has no skimmer; remove `gate` from them."
            )
        self._gate: dict[str, NDArray[np.float32]] = {}
        if "gate" in inputs:
            self._gate["gate"] = np.array(-np.inf if gate is None else gate["threshold"], dtype=np.float32)
        self._tokenizer = Tokenizer.from_file(str(bundle.folder / TOKENIZER_FILE))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._first, self._last = frame_ids(self._tokenizer)
        self._window = int(bundle.settings["window"]) - 2
        self._overlap = int(bundle.settings["overlap"])
        self._labels = len(bundle.thresholds)
        self._threads = threads or available_cores()
        self._pool = ThreadPoolExecutor(max(1, self._threads - 1), thread_name_prefix="scamlint-model")

    def score_many(self, texts: Iterable[NormalizedText]) -> Iterator[TokenScores]:
        """Score texts; the next ones are tokenised meanwhile, and read while the caller uses what is yielded."""
        source = iter(texts)
        gathered = self._gather(source)
        if gathered is None:
            return
        first = next(source, None)
        if first is None:  # one batch and no more: no need for a thread
            only = self._begin(gathered)
            self._end(only)
            yield from self._results(only)
            return
        source = chain([first], source)
        reading: _Reading | None = self._begin(gathered)
        try:
            with ThreadPoolExecutor(1, thread_name_prefix="scamlint-tokenise") as pool:
                while reading is not None:
                    following = pool.submit(self._gather, source)
                    self._end(reading)
                    done, reading = reading, None
                    try:
                        gathered = following.result()
                    except Exception:  # the caller's iterator broke; what came before it is not lost
                        yield from self._results(done)
                        raise
                    if gathered is not None:
                        reading = self._begin(gathered)
                    yield from self._results(done)
        finally:
            if reading is not None:
                reading.stop()

    def _gather(self, texts: Iterator[NormalizedText]) -> _Gathered | None:
        """Tokenise texts until there are enough for a run; None when there are no more."""
        documents: list[Encoded] = []
        pieces = 0
        for text in texts:
            documents.append(encode(self._tokenizer, text.text))
            pieces += max(_LEAST_COUNTED, len(documents[-1].ids))
            if pieces >= _GATHER:
                break
        if not documents:
            return None
        return _Gathered(documents, [self._cut(document) for document in documents])

    def _cut(self, document: Encoded) -> list[tuple[int, int]]:
        return token_windows(len(document.ids), self._window, self._overlap)

    def _begin(self, gathered: _Gathered) -> _Reading:
        """Let the other threads begin to read."""
        scores = [np.empty((len(document.ids), 2 * self._labels), dtype=np.float32) for document in gathered.documents]
        jobs = [
            (end - start, document, index)
            for document, windows in enumerate(gathered.windows)
            for index, (start, end) in enumerate(windows)
        ]
        waiting = deque(sorted(jobs, reverse=True))  # long ones first, so that all threads end together
        reading = _Reading(gathered, scores, waiting, [])
        for _ in range(min(self._threads, len(jobs)) - 1):
            reading.helpers.append(self._pool.submit(copy_context().run, self._read, reading))
        return reading

    def _read(self, reading: _Reading) -> None:
        """Read windows until none is waiting."""
        while reading.waiting:
            try:
                _, document, index = reading.waiting.popleft()
            except IndexError:  # another thread took the last one
                return
            checkpoint()
            windows = reading.gathered.windows[document]
            start, end = owned_range(windows, index)
            first = windows[index][0]
            logits = self._logits(reading.gathered.documents[document], windows[index])
            reading.scores[document][start:end] = logits[start - first : end - first]

    def _end(self, reading: _Reading) -> None:
        """Read along until all windows are read."""
        try:
            self._read(reading)
        finally:
            reading.stop()
        reading.check()

    def _results(self, reading: _Reading) -> Iterator[TokenScores]:
        for encoded, raw in zip(reading.gathered.documents, reading.scores, strict=True):
            probabilities = (1.0 / (1.0 + np.exp(-raw))).astype(np.float32)
            yield by_word(encoded, probabilities, self._labels)

    def _logits(self, document: Encoded, window: tuple[int, int]) -> NDArray[np.float32]:
        """Run the model on one window; the logits of its pieces, without the special tokens."""
        feed: dict[str, NDArray[Any]] = {"input_ids": self._framed(document, window), **self._gate}
        (logits,) = self._session.run(["logits"], feed)
        return np.asarray(logits)[0, 1:-1]

    def _framed(self, document: Encoded, window: tuple[int, int]) -> NDArray[np.int64]:
        """Put the special tokens around a window; shape ``(1, pieces + 2)``."""
        start, end = window
        return np.concatenate(([self._first], document.ids[start:end], [self._last]))[None].astype(np.int64)

    def skim(self, text: NormalizedText) -> tuple[Encoded, list[tuple[int, int]], NDArray[np.float32]]:
        """Say what the gate decides by, for those who choose its threshold.

        Args:
            text: A text.

        Returns:
            Its word pieces; its windows, as ranges of them; and the skimmer's score of each window.

        Raises:
            ModelError: The model has no skimmer.
        """
        if not self._gate:
            raise ModelError("The model has no skimmer, so it can have no gate; train one and export the model again.")
        document = encode(self._tokenizer, text.text)
        windows = self._cut(document)
        closed = {"gate": np.array(np.inf, dtype=np.float32)}
        skimmed = [
            self._session.run(["skimmed"], {"input_ids": self._framed(document, window), **closed})[0]
            for window in windows
        ]
        return document, windows, np.concatenate([np.zeros(0, dtype=np.float32), *skimmed])


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
