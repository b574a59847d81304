"""Many documents: ``scan_many`` against bare ONNX Runtime and against a transformers pipeline."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from scamlint import Detector
from scamlint.bundle import load_bundle, resolve
from scamlint.cores import available_cores
from scamlint.scorers.transformer import TransformerScorer
from scamlint.text import normalize
from scamlint_training import gate
from scamlint_training.bench import Options, Row
from scamlint_training.bench.material import mixed_documents

# Windows in a batch of the transformers pipeline: one, and many.
_BATCHES = (1, 16)


def measure(options: Options) -> list[Row]:
    """Measure the baseline, and the transformer with its two yardsticks when the model is one."""
    texts = mixed_documents(20_000 if options.quick else 400_000)
    characters = sum(len(text) for text in texts)
    baseline = seconds_of(fresh("baseline", texts))
    rows = [Row("baseline, scan_many", characters / baseline, "characters/s")]
    bundle = load_bundle(options.model)
    if bundle.kind != "transformer":
        return rows
    feeds, tokens = recorded_feeds(options.model, texts)
    session = TransformerScorer(bundle)._session

    def bare() -> None:
        with ThreadPoolExecutor(available_cores()) as pool:
            for _ in pool.map(lambda feed: session.run(None, feed), feeds):
                pass

    rounds = 1 if options.quick else 3
    bare_time, scan_time = interleaved([lambda: bare, lambda: fresh(options.model, texts)], rounds)
    some = texts[: max(3, len(texts) // 4)]
    with tempfile.TemporaryDirectory() as scratch:
        every = Path(shutil.copytree(resolve(options.model), Path(scratch) / "ungated"))
        gate.remove(every)
        ours, ungated, *theirs = interleaved(
            [
                lambda: fresh(options.model, some),
                lambda: fresh(every, some),
                *(lambda batch=batch: transformers_pipeline(bundle.settings, some, batch) for batch in _BATCHES),
            ],
            rounds,
        )
    yardstick = "against the better batch size; same encoder, window and stride; speed does not depend on the weights"
    return [
        *rows,
        Row("transformer, scan_many", characters / scan_time, "characters/s"),
        Row("transformer, scan_many", len(texts) / scan_time, "documents/s"),
        Row("transformer, scan_many", tokens / scan_time, "tokens/s"),
        Row("bare ONNX Runtime, same windows on as many threads", tokens / bare_time, "tokens/s"),
        Row("scan_many / bare ONNX Runtime, tokens/s", bare_time / scan_time, "times", ">= 0.8"),
        *(
            Row(f"transformers pipeline, float32, batch_size={batch}", len(some) / seconds, "documents/s")
            for batch, seconds in zip(_BATCHES, theirs, strict=True)
        ),
        Row(
            "scan_many / transformers pipeline, documents/s",
            min(theirs) / ours,
            "times",
            ">= 6",
            f"as shipped: what the gate skips is not read; {yardstick}",
        ),
        Row("the same without the gate", min(theirs) / ungated, "times", note=f"every window read; {yardstick}"),
    ]


def fresh(model: str | Path, texts: list[str]) -> Callable[[], None]:
    """Load a detector that has read only five of the documents; return the work of scanning them all."""
    detector = Detector.load(model)

    def work(documents: list[str] = texts) -> None:
        for _ in detector.scan_many(documents):
            pass

    work(texts[:5])
    return work


def seconds_of(work: Callable[[], None]) -> float:
    """Return how long something takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def interleaved(makers: list[Callable[[], Callable[[], None]]], rounds: int) -> list[float]:
    """Time several pieces of work in turn and return the best time of each, so that other load falls on all alike.

    Args:
        makers: Make the work of a round, not timed, so that no round profits from what the one before remembered.
        rounds: How often.
    """
    times = [[seconds_of(make()) for make in makers] for _ in range(rounds)]
    return [min(column) for column in zip(*times, strict=True)]


def recorded_feeds(model: str, texts: list[str]) -> tuple[list[dict[str, np.ndarray]], int]:
    """Record what the scorer feeds to ONNX Runtime for these documents.

    Returns:
        The inputs of every call, and the number of word pieces in them.
    """
    scorer = TransformerScorer(load_bundle(model))
    feeds: list[dict[str, np.ndarray]] = []
    real = scorer._session

    class Recorder:
        def run(self, outputs: None, feed: dict[str, np.ndarray]) -> list[np.ndarray]:
            feeds.append(feed)
            result: list[np.ndarray] = real.run(outputs, feed)
            return result

    scorer._session = Recorder()
    for _ in scorer.score_many(normalize(text) for text in texts):
        pass
    return feeds, sum(feed["input_ids"].size for feed in feeds)


def transformers_pipeline(settings: dict[str, object], texts: list[str], batch: int) -> Callable[[], None]:
    """Build the same encoder as a transformers pipeline in float32.

    Args:
        settings: Training settings of the model: base, window and overlap.
        texts: Documents.
        batch: Windows in a batch.

    Returns:
        Work that tags the documents.
    """
    from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline
    from transformers.utils import logging

    from scamlint_training.tagger import base_path

    logging.set_verbosity_error()
    base = base_path(str(settings["base"]))
    model = AutoModelForTokenClassification.from_pretrained(base, num_labels=14).eval()
    tokenizer = AutoTokenizer.from_pretrained(base, model_max_length=int(str(settings["window"])))
    stride = int(str(settings["overlap"]))
    tag = pipeline("token-classification", model, tokenizer=tokenizer, aggregation_strategy="simple", stride=stride)

    def work(documents: list[str] = texts) -> None:
        for _ in tag(documents, batch_size=batch):
            pass

    work(texts[:5])
    return work
