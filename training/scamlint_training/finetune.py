"""Fine-tune a multi-label token tagger on the corpus.

    python -m scamlint_training.finetune --output runs/transformer

Reads top to bottom: data, the trainer, the command line; the settings stand in ``settings.py``. The result is a
checkpoint folder that ``scamlint_training.export`` turns into the model folder that is served.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import shutil
from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import Sampler
from transformers import (
    AutoTokenizer,
    Trainer,
    TrainingArguments,
    set_seed,
)

from scamlint_training.batches import Collator, Windows
from scamlint_training.callbacks import MovingAverage
from scamlint_training.corpus import Document, load_split
from scamlint_training.corpus.documents import REPOSITORY, corpus_hash
from scamlint_training.examples import Examples, prepare
from scamlint_training.passes import Passes
from scamlint_training.settings import TrainingSettings
from scamlint_training.soft_labels import SOFT_LABELS
from scamlint_training.soft_labels import load as load_soft_labels
from scamlint_training.tagger import (
    DEFAULT_BASE,
    TokenTagger,
    base_path,
    parameter_groups,
    tagging_loss,
)

_log = logging.getLogger(__name__)
WEIGHTS_FILE = "tagger.pt"
SETTINGS_FILE = "settings.json"
# Encoded passes over the corpus lie there, kept for the next start and for trainings that differ in other things.
RUNS = REPOSITORY / "runs"
EXAMPLES = RUNS / "examples"


def plain_tokenizer(base: str) -> Tokenizer:
    """Return the base model's fast tokenizer without truncation or padding, as the detector uses it."""
    tokenizer: Tokenizer = AutoTokenizer.from_pretrained(base_path(base)).backend_tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def share_of(documents: Sequence[Document], share: float) -> list[Document]:
    """Keep a share of the families, by a hash that does not depend on the share: smaller shares nest in larger ones."""
    families = sorted({document.family for document in documents})
    random.Random(0).shuffle(families)
    kept = set(families[: max(1, round(share * len(families)))])
    return [document for document in documents if document.family in kept]


def encoded_passes(documents: Sequence[Document], tokenizer: Tokenizer, settings: TrainingSettings) -> Examples:
    """Encode the passes that a training with these settings reads, or find them where they were kept."""
    return prepare(
        documents,
        tokenizer,
        passes=settings.epochs,
        window=settings.window,
        augmented_share=settings.augmented_share,
        guest_share=settings.guest_share,
        seed=settings.seed,
        cache=EXAMPLES,
    )


class TaggerTrainer(Trainer):  # type: ignore[misc]
    """A ``Trainer`` with our loss and our order of batches."""

    def __init__(self, settings: TrainingSettings, passes: Passes, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._settings, self._passes = settings, passes

    def compute_loss(self, model: Any, inputs: dict[str, Tensor], *_: Any, **__: Any) -> Tensor:
        """Return the tagging loss of a batch."""
        pieces, windows = model(inputs["input_ids"], inputs["attention_mask"])
        mask = inputs["attention_mask"].float()
        return tagging_loss(
            pieces, windows, inputs["targets"], mask, self._settings.window_weight, self._settings.smoothing
        )

    def _get_train_sampler(self, *_: Any) -> Sampler[int]:
        return self._passes


def train(
    settings: TrainingSettings,
    output: Path,
    resume: bool = False,
    left_out: Collection[str] = (),
    soft_labels: Path = SOFT_LABELS,
) -> TokenTagger:
    """Fine-tune and save.

    Args:
        settings: What to do.
        output: Folder for checkpoints and the result.
        resume: Go on from the last checkpoint in ``output``.
        left_out: Families that are not read.
        soft_labels: The teachers' labels; read only with a ``soft_weight``.

    Returns:
        The tagger with the averaged weights, also written to ``output`` with its settings; the checkpoints are gone.
    """
    set_seed(settings.seed)
    tokenizer = plain_tokenizer(settings.base)
    if settings.soft_weight and tokenizer.to_str() != plain_tokenizer(DEFAULT_BASE).to_str():
        raise ValueError(
            f"The soft labels belong to the word pieces of {DEFAULT_BASE}, and {settings.base} has others: "
            "give --soft-weight 0, or make soft labels for it."
        )
    documents = share_of(load_split("train"), settings.train_share)
    examples = encoded_passes(documents, tokenizer, settings)
    used = [index for index, document in enumerate(documents) if document.family not in left_out]
    windows = Windows(
        examples,
        used=used,
        soft=load_soft_labels(soft_labels, documents) if settings.soft_weight else None,
        soft_weight=settings.soft_weight,
        dull_share=settings.dull_share,
        seed=settings.seed,
    )
    passes = Passes(windows, batch=settings.batch_windows, seed=settings.seed)
    steps = len(passes) // settings.batch_windows
    _log.info("%d documents; %d windows in %d steps", len(used), len(passes), steps)
    tagger = TokenTagger(settings.base, settings.dropout, settings.encoder_dropout)
    groups = parameter_groups(
        tagger, settings.learning_rate, settings.head_rate, settings.layer_decay, settings.weight_decay
    )
    optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate, fused=True)
    schedule = LambdaLR(optimizer, lambda step: rate_factor(step, steps, settings.warmup_steps, settings.decay_share))
    average = MovingAverage(tagger, settings.averaging) if settings.averaging else None
    output.mkdir(parents=True, exist_ok=True)
    trainer = TaggerTrainer(
        settings,
        passes,
        model=tagger,
        args=TrainingArguments(
            output_dir=str(output),
            num_train_epochs=1,
            per_device_train_batch_size=settings.batch_windows,
            use_cpu=not torch.cuda.is_available(),
            bf16=bf16_helps(),
            max_grad_norm=1.0,
            save_steps=max(200, steps // 8),
            save_total_limit=1,
            logging_steps=max(20, steps // 100),
            report_to=[],
            remove_unused_columns=False,
            dataloader_pin_memory=False,
            dataloader_num_workers=2 if torch.cuda.is_available() else 0,
            seed=settings.seed,
        ),
        train_dataset=windows,
        data_collator=Collator(tokenizer),
        optimizers=(optimizer, schedule),
        callbacks=[average] if average else [],
    )
    trainer.train(resume_from_checkpoint=resume or None)
    result = (average.average if average else tagger).cpu()
    torch.save(result.state_dict(), output / WEIGHTS_FILE)
    record = {
        "settings": asdict(settings),
        "documents": len(used),
        "pieces": passes.pieces,
        "corpus_sha256": corpus_hash(),
    }
    (output / SETTINGS_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    for checkpoint in output.glob("checkpoint-*"):  # nothing is left to go on with
        shutil.rmtree(checkpoint)
    return result.eval()


def rate_factor(step: int, steps: int, warmup: int, decay_share: float) -> float:
    """Return the factor of the learning rate at a step: rising, standing still, falling to nothing.

    Args:
        step: Steps that are done.
        steps: Steps of the whole training.
        warmup: Steps in which it rises.
        decay_share: Share of the steps in which it falls.

    Returns:
        The factor, between 0 and 1.
    """
    risen = (step + 1) / warmup if warmup else 1.0
    return max(0.0, min(1.0, risen, (steps - step) / max(1.0, decay_share * steps)))


def load_trained(folder: Path) -> tuple[TokenTagger, TrainingSettings]:
    """Read back what :func:`train` wrote; tensors only, no pickled code."""
    settings = TrainingSettings(**json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))["settings"])
    tagger = TokenTagger(settings.base, settings.dropout)
    tagger.load_state_dict(torch.load(folder / WEIGHTS_FILE, weights_only=True, map_location="cpu"))
    return tagger.eval(), settings


def bf16_helps() -> bool:
    """Whether this machine computes bfloat16 faster than float32."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    capabilities = torch.backends.cpu.get_cpu_capability()
    return "AVX512" in capabilities or "AMX" in capabilities


def settings_from_command_line(parser: argparse.ArgumentParser) -> tuple[TrainingSettings, argparse.Namespace]:
    """Add one option for each setting, parse, and return the settings and the rest."""
    for field in fields(TrainingSettings):
        default = getattr(TrainingSettings(), field.name)
        parser.add_argument("--" + field.name.replace("_", "-"), type=type(default), default=default)
    arguments = parser.parse_args()
    return TrainingSettings(
        **{field.name: getattr(arguments, field.name) for field in fields(TrainingSettings)}
    ), arguments


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Fine-tune the transformer on the corpus.")
    parser.add_argument("--output", type=Path, default=Path("runs/transformer"))
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    settings, arguments = settings_from_command_line(parser)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    train(settings, arguments.output, arguments.resume)


if __name__ == "__main__":
    main()
