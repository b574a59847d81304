"""Train the skimmer: a small network that tells whether a window is worth reading, from its embeddings alone.

    python -m scamlint_training.skimmer runs/transformer

Most text is dull, and the six layers of the encoder need not read it: a cascade (Viola and Jones 2001) whose first
stage is cheap, or an early exit (BranchyNet, Teerapittayanon et al. 2016) before the first layer. The skimmer sees what
the encoder's embedding layer gives, mixes neighbouring pieces by convolutions, and learns what the finished tagger says
about text, as it is served (distillation, Hinton et al. 2015). It is asked for one number a window, but while it learns
it has to tell all labels of each piece apart, as the tagger does: told the highest alone it skips less text at the same
loss (reports/tried.md). ``export`` builds it into the model's graph, ``gate`` chooses the score from which a window is
read.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from scamlint.bundle import file_hash
from scamlint.encode import frame_ids
from scamlint_training.corpus import load_split
from scamlint_training.finetune import WEIGHTS_FILE as TAGGER_FILE
from scamlint_training.finetune import bf16_helps, encoded_passes, load_trained, plain_tokenizer
from scamlint_training.skimmer_examples import Skimmed, batches, label, patchwork, stops, windows_of_one_pass
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
        patches: Word pieces of patchwork for each that the windows of the train split have.
        batch_pieces: Pieces in a batch, padding included.
        learning_rate: Highest rate of the one-cycle schedule (Smith and Topin 2018).
        weight_decay: Weight decay.
        missed: How many times more a window with a sign weighs than one without: what the gate skips is lost.
        telling: Weight of the loss on all that the tagger says about each piece.
        seed: Seed of everything.
    """

    width: int = 128
    layers: int = 4
    kernel: int = 3
    passes: int = 6
    patches: float = 0.8
    batch_pieces: int = 4096
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    missed: float = 9.0
    telling: float = 2.0
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
            Logits of pieces, shape ``(windows, pieces)``, and scores of windows, shape ``(windows,)``: a soft maximum
            over their pieces, less for longer windows (a mean takes the place of the sum in it). Short ones cost
            little to read, and a bare promise has few words to be known by.
        """
        pieces, strongest = self.judge(self.mix(embedded, mask), mask)
        lengths = torch.ones_like(pieces).sum(dim=1) if mask is None else mask.sum(dim=1)
        return pieces, strongest - lengths.log() / 2

    def mix(self, embedded: Tensor, mask: Tensor | None) -> Tensor:
        """Mix neighbouring pieces; shape ``(windows, pieces, width)``, zeros for padding."""
        there = None if mask is None else mask[..., None]
        mixed: Tensor = self.narrow(embedded)
        if there is not None:
            mixed = mixed * there
        for layer, (norm, mix) in enumerate(zip(self.norms, self.mixes, strict=True)):
            normed = norm(mixed) if there is None else norm(mixed) * there
            mixed = mixed + nn.functional.gelu(mix(_neighbours(normed, self.kernel, 2**layer)))
            if there is not None:
                mixed = mixed * there
        return mixed

    def judge(self, mixed: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return logits of pieces and of windows from what :meth:`mix` gives: a soft maximum, however long they are."""
        highest = mixed if mask is None else mixed.masked_fill(mask[..., None] == 0, -1e4)
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


def fit(tagger: TokenTagger, skimmed: Skimmed, settings: SkimmerSettings) -> Skimmer:
    """Train a skimmer.

    Args:
        tagger: The tagger, whose embedding layer it looks at; stays as it is.
        skimmed: Windows, and what the tagger says about them.
        settings: What to do.
    """
    torch.manual_seed(settings.seed)
    skimmer = Skimmer(int(tagger.encoder.config.hidden_size), settings)
    channels = skimmed.logits[0].shape[1]
    telling = nn.Linear(settings.width, channels)  # only while it learns
    lengths = np.array([len(ids) for ids in skimmed.ids], dtype=np.int64)
    rng = np.random.default_rng(settings.seed)
    plan = [batch for _ in range(settings.passes) for batch in batches(lengths, settings.batch_pieces, rng)]
    optimizer = torch.optim.AdamW(
        [*skimmer.parameters(), *telling.parameters()], lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=settings.learning_rate, total_steps=len(plan) + 1, pct_start=0.1
    )
    loss_of = nn.functional.binary_cross_entropy_with_logits
    lately = 0.0
    for step, batch in enumerate(plan):
        ids, said, mask = _padded(skimmed, batch)
        with torch.no_grad():
            embedded = tagger.encoder.embeddings(input_ids=ids)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16_helps()):
            mixed = skimmer.mix(embedded, mask)
            told = telling(mixed).float()
            pieces, windows = (each.float() for each in skimmer.judge(mixed, mask))
        signs = said[..., : channels // 2].amax(dim=-1) * mask
        highest = signs.amax(dim=1)
        weight = 1 + settings.missed * highest
        loss = (loss_of(pieces, signs, reduction="none") * mask).sum() / mask.sum()
        loss = loss + (loss_of(windows, highest, reduction="none") * weight).sum() / weight.sum()
        all_said = (loss_of(told, said, reduction="none") * mask[..., None]).sum() / mask.sum()
        optimizer.zero_grad()
        torch.autograd.backward(loss + settings.telling * all_said)
        optimizer.step()
        schedule.step()
        lately += 0.02 * (loss.item() - lately)
        if (step + 1) % max(1, len(plan) // 20) == 0:
            _log.info("step %d of %d, loss lately %.3f", step + 1, len(plan), lately)
    return skimmer.eval()


def _padded(skimmed: Skimmed, batch: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor]:
    """Return ids, the tagger's probabilities and the mask of a batch, 0 where it is padded."""
    longest = max(len(skimmed.ids[window]) for window in batch)
    ids = torch.zeros((len(batch), longest), dtype=torch.long)
    said = torch.zeros((len(batch), longest, skimmed.logits[0].shape[1]))
    mask = torch.zeros((len(batch), longest))
    for row, window in enumerate(batch):
        length = len(skimmed.ids[window])
        ids[row, :length] = torch.from_numpy(skimmed.ids[window])
        said[row, :length] = torch.sigmoid(torch.from_numpy(skimmed.logits[window]).float())
        mask[row, :length] = 1
    return ids, said, mask


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
    patches = int(settings.patches * sum(map(len, windows)))
    windows += patchwork(windows, stops(tokenizer), patches, np.random.default_rng(settings.seed))
    _log.info("the tagger reads %d windows, %d pieces", len(windows), sum(map(len, windows)))
    with tempfile.TemporaryDirectory() as scratch:
        export_onnx(tagger, None, Path(scratch) / "float.onnx")
        quantise(Path(scratch) / "float.onnx", Path(scratch) / "int8.onnx")
        skimmed = label(Path(scratch) / "int8.onnx", windows)
    skimmer = fit(tagger, skimmed, settings)
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
