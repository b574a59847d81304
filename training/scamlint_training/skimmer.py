"""Train the skimmer: a small network that tells whether a window is worth reading, from its embeddings alone.

    python -m scamlint_training.skimmer runs/transformer

Most text is dull, and the six layers of the encoder need not read it: a cascade (Viola and Jones 2001) whose first
stage is cheap, or an early exit (BranchyNet, Teerapittayanon et al. 2016) before the first layer. The skimmer sees what
the encoder's embedding layer gives, mixes neighbouring pieces by convolutions, and learns what the finished tagger says
about the windows of the train split, as it is served (distillation, Hinton et al. 2015). ``export`` builds it into the
model's graph, ``gate`` chooses the score from which a window is read.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from scamlint.bundle import file_hash
from scamlint.cores import available_cores
from scamlint.encode import frame_ids
from scamlint.labels import label_names
from scamlint_training.corpus import load_split
from scamlint_training.examples import Examples
from scamlint_training.finetune import WEIGHTS_FILE as TAGGER_FILE
from scamlint_training.finetune import encoded_passes, load_trained, plain_tokenizer
from scamlint_training.tagger import TokenTagger

_log = logging.getLogger(__name__)
WEIGHTS_FILE = "skimmer.pt"
SETTINGS_FILE = "skimmer.json"


@dataclass(frozen=True, slots=True)
class SkimmerSettings:
    """Everything that decides what the training of a skimmer yields.

    Attributes:
        width: Channels.
        layers: Convolutions; each reaches twice as far as the one before (dilation, Yu and Koltun 2016).
        kernel: Pieces that each of them mixes; odd.
        passes: Passes over the windows.
        batch_pieces: Pieces in a batch, padding included.
        learning_rate: Highest rate of the one-cycle schedule (Smith and Topin 2018).
        weight_decay: Weight decay.
        missed: How many times more a window with a sign weighs than one without: what the gate skips is lost.
        seed: Seed of everything.
    """

    width: int = 128
    layers: int = 4
    kernel: int = 3
    passes: int = 8
    batch_pieces: int = 4096
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    missed: float = 9.0
    seed: int = 13


class Skimmer(nn.Module):
    """Convolutions over the encoder's embeddings, and a head on each piece that also sees the window's strongest signs.

    Args:
        embedding: Width of the encoder's embeddings.
        settings: Sizes.
    """

    def __init__(self, embedding: int, settings: SkimmerSettings) -> None:
        super().__init__()
        self.kernel = settings.kernel
        self.narrow = nn.Linear(embedding, settings.width)
        self.norms = nn.ModuleList(nn.LayerNorm(settings.width) for _ in range(settings.layers))
        # A convolution as one matrix product over shifted copies, which ONNX Runtime has in int8.
        self.mixes = nn.ModuleList(
            nn.Linear(settings.kernel * settings.width, settings.width) for _ in range(settings.layers)
        )
        self.head = nn.Linear(2 * settings.width, 1)

    def forward(self, embedded: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Skim windows.

        Args:
            embedded: What the encoder's embedding layer gives; shape ``(windows, pieces, embedding)``.
            mask: 1 for pieces, 0 for padding; shape ``(windows, pieces)``. None where nothing is padding.

        Returns:
            Logits of pieces, shape ``(windows, pieces)``, and of windows, shape ``(windows,)``: a soft maximum over
            their pieces.
        """
        there = None if mask is None else mask[..., None]
        mixed = self.narrow(embedded)
        if there is not None:
            mixed = mixed * there
        for layer, (norm, mix) in enumerate(zip(self.norms, self.mixes, strict=True)):
            normed = norm(mixed) if there is None else norm(mixed) * there
            mixed = mixed + nn.functional.gelu(mix(_neighbours(normed, self.kernel, 2**layer)))
            if there is not None:
                mixed = mixed * there
        highest = mixed if there is None else mixed.masked_fill(there == 0, -1e4)
        strongest = highest.amax(dim=1, keepdim=True).expand_as(mixed)
        pieces = self.head(torch.cat([mixed, strongest], dim=-1))[..., 0]
        doubled = 2 * pieces if mask is None else (2 * pieces).masked_fill(mask == 0, -1e4)
        return pieces, torch.logsumexp(doubled, dim=1) / 2


def _neighbours(rows: Tensor, kernel: int, step: int) -> Tensor:
    """Put neighbours beside each row, zeros beyond the ends; shape ``(windows, pieces, kernel * width)``."""
    reach = kernel // 2 * step
    padded = nn.functional.pad(rows, (0, 0, reach, reach))
    pieces = rows.shape[1]
    return torch.cat([padded[:, shift : shift + pieces] for shift in range(0, 2 * reach + 1, step)], dim=-1)


@dataclass(frozen=True, slots=True)
class Skimmed:
    """Windows of the train split and what the tagger says about them.

    Attributes:
        ids: For each window its pieces, special tokens included.
        signs: For each window the highest ``inside`` probability of any label, for each piece.
    """

    ids: list[NDArray[np.int64]]
    signs: list[NDArray[np.float32]]


def windows_of_one_pass(examples: Examples, first: int, last: int) -> list[NDArray[np.int64]]:
    """Return the windows of the last pass, between the special tokens; each document has noise in it or has none."""
    chosen = np.flatnonzero(np.asarray(examples.passes) == examples.passes.max())
    ends = np.asarray(examples.ends)
    begins = np.concatenate([[0], ends[:-1]])
    return [np.concatenate([[first], examples.ids[begins[i] : ends[i]], [last]]).astype(np.int64) for i in chosen]


def label(model: Path, windows: Sequence[NDArray[np.int64]]) -> list[NDArray[np.float32]]:
    """Let an exported tagger read windows, one at a time as it is served.

    Args:
        model: An ONNX file that takes ``input_ids`` alone.
        windows: Pieces, special tokens included.

    Returns:
        For each window the highest ``inside`` probability of any label, for each piece.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    labels = len(label_names())

    def read(ids: NDArray[np.int64]) -> NDArray[np.float32]:
        (logits,) = session.run(["logits"], {"input_ids": ids[None]})
        highest = np.asarray(logits)[0, :, :labels].max(axis=1)
        return np.asarray(1.0 / (1.0 + np.exp(-highest)), dtype=np.float32)

    with ThreadPoolExecutor(available_cores()) as pool:
        return list(pool.map(read, windows))


def batches(lengths: NDArray[np.int64], pieces: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Put windows of like length together, in random order.

    Args:
        lengths: Pieces of each window.
        pieces: Most pieces in a batch, padding included.
        rng: Source of the order.

    Yields:
        Running numbers of the windows of a batch.
    """
    order = rng.permutation(len(lengths))
    order = order[np.argsort(lengths[order] // 16, kind="stable")]
    found: list[NDArray[np.int64]] = []
    begin, longest = 0, 0
    for position, window in enumerate(order):
        longest = max(longest, int(lengths[window]))
        if position > begin and (position - begin + 1) * longest > pieces:
            found.append(order[begin:position])
            begin, longest = position, int(lengths[window])
    found.append(order[begin:])
    for index in rng.permutation(len(found)):
        yield found[index]


def fit(tagger: TokenTagger, skimmed: Skimmed, settings: SkimmerSettings) -> Skimmer:
    """Train a skimmer.

    Args:
        tagger: The tagger, whose embedding layer it looks at; stays as it is.
        skimmed: Windows, and what the tagger says about them.
        settings: What to do.
    """
    torch.manual_seed(settings.seed)
    skimmer = Skimmer(int(tagger.encoder.config.hidden_size), settings)
    lengths = np.array([len(ids) for ids in skimmed.ids], dtype=np.int64)
    rng = np.random.default_rng(settings.seed)
    plan = [batch for _ in range(settings.passes) for batch in batches(lengths, settings.batch_pieces, rng)]
    optimizer = torch.optim.AdamW(skimmer.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=settings.learning_rate, total_steps=len(plan) + 1, pct_start=0.1
    )
    loss_of = nn.functional.binary_cross_entropy_with_logits
    lately = 0.0
    for step, batch in enumerate(plan):
        longest = int(lengths[batch].max())
        ids = torch.zeros((len(batch), longest), dtype=torch.long)
        mask = torch.zeros((len(batch), longest))
        signs = torch.zeros((len(batch), longest))
        for row, window in enumerate(batch):
            ids[row, : lengths[window]] = torch.from_numpy(skimmed.ids[window])
            signs[row, : lengths[window]] = torch.from_numpy(skimmed.signs[window])
            mask[row, : lengths[window]] = 1
        with torch.no_grad():
            embedded = tagger.encoder.embeddings(input_ids=ids)
        pieces, windows = skimmer(embedded, mask)
        loss = (loss_of(pieces, signs, reduction="none") * mask).sum() / mask.sum()
        highest = signs.amax(dim=1)
        weight = 1 + settings.missed * highest
        loss = loss + (loss_of(windows, highest, reduction="none") * weight).sum() / weight.sum()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
        lately += 0.02 * (loss.item() - lately)
        if (step + 1) % max(1, len(plan) // 20) == 0:
            _log.info("step %d of %d, loss lately %.3f", step + 1, len(plan), lately)
    return skimmer.eval()


def train(checkpoint: Path, settings: SkimmerSettings) -> Skimmer:
    """Train the skimmer of a finished tagger and save it beside the tagger.

    Args:
        checkpoint: What ``scamlint_training.finetune`` wrote.
        settings: What to do.
    """
    from scamlint_training.export import export_onnx, quantise

    tagger, tagging = load_trained(checkpoint)
    tokenizer = plain_tokenizer(tagging.base)
    examples = encoded_passes(load_split("train"), tokenizer, tagging)
    windows = windows_of_one_pass(examples, *frame_ids(tokenizer))
    _log.info("the tagger reads %d windows, %d pieces", len(windows), sum(map(len, windows)))
    with tempfile.TemporaryDirectory() as scratch:
        export_onnx(tagger, None, Path(scratch) / "float.onnx")
        quantise(Path(scratch) / "float.onnx", Path(scratch) / "int8.onnx")
        signs = label(Path(scratch) / "int8.onnx", windows)
    skimmer = fit(tagger, Skimmed(windows, signs), settings)
    save(skimmer, settings, checkpoint)
    return skimmer


def save(skimmer: Skimmer, settings: SkimmerSettings, checkpoint: Path) -> None:
    """Write a skimmer beside the tagger that it belongs to."""
    torch.save(skimmer.state_dict(), checkpoint / WEIGHTS_FILE)
    record = {"settings": asdict(settings), "tagger_sha256": file_hash(checkpoint / TAGGER_FILE)}
    (checkpoint / SETTINGS_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def load(checkpoint: Path, tagger: TokenTagger) -> tuple[Skimmer, SkimmerSettings] | None:
    """Read back what :func:`save` wrote, tensors only; None when the checkpoint has no skimmer.

    Args:
        checkpoint: Folder of a tagger.
        tagger: That tagger.

    Raises:
        ValueError: The skimmer belongs to another tagger.
    """
    if not (checkpoint / SETTINGS_FILE).is_file():
        return None
    record = json.loads((checkpoint / SETTINGS_FILE).read_text(encoding="utf-8"))
    if record["tagger_sha256"] != file_hash(checkpoint / TAGGER_FILE):
        raise ValueError(
            f"The skimmer in {checkpoint} belongs to an earlier tagger: run `python -m scamlint_training.skimmer "
            f"{checkpoint}`, or delete {SETTINGS_FILE} there for a model without a gate."
        )
    settings = SkimmerSettings(**record["settings"])
    skimmer = Skimmer(int(tagger.encoder.config.hidden_size), settings)
    skimmer.load_state_dict(torch.load(checkpoint / WEIGHTS_FILE, weights_only=True, map_location="cpu"))
    return skimmer.eval(), settings


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Train the skimmer of a finished tagger.")
    parser.add_argument("checkpoint", type=Path, help="folder that scamlint_training.finetune wrote")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    train(arguments.checkpoint, SkimmerSettings())


if __name__ == "__main__":
    main()
