"""Fine-tune a multi-label token tagger on the corpus.

    python -m scamlint_training.finetune --output runs/transformer

Reads top to bottom: settings, data, the trainer, the command line. The result is a checkpoint folder that
``scamlint_training.export`` turns into the model folder that is served.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from itertools import accumulate
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

from scamlint_training.batches import Collator, InOrder, Windows
from scamlint_training.callbacks import KeepEnds, MovingAverage, SaveBetweenStages
from scamlint_training.corpus import Document, load_split
from scamlint_training.corpus.documents import corpus_hash
from scamlint_training.stages import check_stages, rate_factor, stages_of
from scamlint_training.tagger import DEFAULT_BASE, TokenTagger, base_path, parameter_groups, tagging_loss

_log = logging.getLogger(__name__)
WEIGHTS_FILE = "tagger.pt"
SETTINGS_FILE = "settings.json"


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Everything that decides what training yields; written into the model card.

    Attributes:
        base: Hugging Face id or local path of the encoder; the packaged MiniLM weights by default.
        epochs: Passes over the train split, each with fresh noise, after the stages.
        stages: What is read before that, as ``block:passes``: passes over the blocks of the corpus up to that name, or
            ``block..block:passes`` for those from one name to another.
            So a corpus that grows need not be read from the beginning each time: the checkpoint at the end of a stage
            serves every later corpus. After a minus (``m01:2-``) the rate falls in that stage as in the last one and
            rises anew after it (warm restart, Loshchilov and Hutter 2017).
        batch_windows: Windows in a batch.
        learning_rate: Rate of the top encoder layer.
        head_rate: Rate of the heads.
        layer_decay: Factor of the rate from a layer to the one below.
        weight_decay: Weight decay of matrices.
        warmup_steps: Steps with a rising rate at the beginning and after each fall.
        decay_share: Share of the last stage's steps, at the end, in which the rate falls linearly to nothing; it
            stands still before (warmup-stable-decay, Hu et al. 2024), whatever is to come.
        dropout: Dropout before the heads.
        window: Pieces in a window, special tokens included.
        overlap: Pieces that neighbouring windows share when the model is served; training cuts at random places.
        augmented_share: Share of documents that get noise in an epoch.
        window_weight: Weight of the auxiliary loss on windows.
        smoothing: Label smoothing.
        averaging: Decay of the exponential moving average of the weights (Polyak and Juditsky 1992); 0 for none.
        train_share: Share of the families that is used, for learning curves.
        seed: Seed of everything.
    """

    base: str = DEFAULT_BASE
    epochs: int = 0
    stages: str = "b16:3,b24:2,m01:2-,m13:2-,b33..m21:2-,m14..m25:2-"
    batch_windows: int = 16
    learning_rate: float = 5e-4
    head_rate: float = 2e-3
    layer_decay: float = 0.85
    weight_decay: float = 0.01
    warmup_steps: int = 200
    decay_share: float = 0.6
    dropout: float = 0.1
    window: int = 256
    overlap: int = 32
    augmented_share: float = 0.5
    window_weight: float = 0.2
    smoothing: float = 0.0
    averaging: float = 0.995
    train_share: float = 1.0
    seed: int = 13

    def __post_init__(self) -> None:
        if self.epochs < 0 or self.batch_windows < 1:
            raise ValueError("epochs is 0 or more, batch_windows at least 1.")
        if not (self.epochs or self.stages):
            raise ValueError("stages are empty only with epochs.")
        check_stages(self.stages)
        if not 0 <= self.overlap < self.window - 2:
            raise ValueError(f"overlap must be smaller than the window less 2, got {self.overlap} of {self.window}.")
        for name in ("decay_share", "dropout", "augmented_share", "smoothing", "averaging"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise ValueError(f"{name} lies in [0, 1), got {getattr(self, name)}.")
        if not 0.0 < self.train_share <= 1.0:
            raise ValueError(f"train_share lies in (0, 1], got {self.train_share}.")


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


class TaggerTrainer(Trainer):  # type: ignore[misc]
    """A ``Trainer`` with our loss and our order of batches."""

    def __init__(self, settings: TrainingSettings, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._settings = settings

    def compute_loss(self, model: Any, inputs: dict[str, Tensor], *_: Any, **__: Any) -> Tensor:
        """Return the tagging loss of a batch."""
        pieces, windows = model(inputs["input_ids"], inputs["attention_mask"])
        mask = inputs["attention_mask"].float()
        return tagging_loss(
            pieces, windows, inputs["targets"], mask, self._settings.window_weight, self._settings.smoothing
        )

    def _get_train_sampler(self, *_: Any) -> Sampler[int]:
        return InOrder(self.train_dataset.order)


def train(settings: TrainingSettings, output: Path, resume: bool = False) -> TokenTagger:
    """Fine-tune and save.

    Args:
        settings: What to do.
        output: Folder for checkpoints and the result.
        resume: Go on from the last checkpoint in ``output``.

    Returns:
        The tagger with the mean of the averaged weights at the ends of the falling stages, also written to ``output``
        with its settings.
    """
    set_seed(settings.seed)
    tokenizer = plain_tokenizer(settings.base)
    documents = share_of(load_split("train"), settings.train_share)
    stages = stages_of(documents, settings.stages, settings.epochs)
    windows = Windows(
        [stage.documents for stage in stages for _ in range(stage.passes)],
        tokenizer,
        window=settings.window,
        batch=settings.batch_windows,
        augmented_share=settings.augmented_share,
        seed=settings.seed,
    )
    pieces = sum(len(example.ids) for example in windows.examples)
    ends = [sum(windows.epoch_batches[:count]) for count in accumulate(stage.passes for stage in stages)]
    _log.info(
        "%d documents, %d windows, %d pieces in all epochs; the stages end at the steps %s",
        len(documents),
        len(windows),
        pieces,
        ends,
    )
    tagger = TokenTagger(settings.base, settings.dropout)
    groups = parameter_groups(
        tagger, settings.learning_rate, settings.head_rate, settings.layer_decay, settings.weight_decay
    )
    optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate, fused=True)
    falls = [stage.falls for stage in stages]
    schedule = LambdaLR(
        optimizer, lambda step: rate_factor(step, ends, falls, settings.warmup_steps, settings.decay_share)
    )
    average = MovingAverage(tagger, settings.averaging) if settings.averaging else None
    falling = sorted({end for end, falls_there in zip(ends, falls, strict=True) if falls_there})
    keep = KeepEnds(falling, average, output)
    output.mkdir(parents=True, exist_ok=True)
    trainer = TaggerTrainer(
        settings,
        model=tagger,
        args=TrainingArguments(
            output_dir=str(output),
            num_train_epochs=1,
            per_device_train_batch_size=settings.batch_windows,
            use_cpu=not torch.cuda.is_available(),
            bf16=_bf16_helps(),
            max_grad_norm=1.0,
            save_steps=max(200, ends[-1] // 8),
            save_total_limit=1,
            logging_steps=max(20, ends[-1] // 100),
            report_to=[],
            remove_unused_columns=False,
            dataloader_pin_memory=False,
            seed=settings.seed,
        ),
        train_dataset=windows,
        data_collator=Collator(tokenizer),
        optimizers=(optimizer, schedule),
        callbacks=[SaveBetweenStages(ends), *([average] if average else []), keep],
    )
    trainer.train(resume_from_checkpoint=resume or None)
    result = tagger.cpu()
    result.load_state_dict(keep.mean())
    torch.save(result.state_dict(), output / WEIGHTS_FILE)
    record = {
        "settings": asdict(settings),
        "documents": len(documents),
        "pieces": pieces,
        "corpus_sha256": corpus_hash(),
    }
    (output / SETTINGS_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return result.eval()


def load_trained(folder: Path) -> tuple[TokenTagger, TrainingSettings]:
    """Read back what :func:`train` wrote; tensors only, no pickled code."""
    settings = TrainingSettings(**json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))["settings"])
    tagger = TokenTagger(settings.base, settings.dropout)
    tagger.load_state_dict(torch.load(folder / WEIGHTS_FILE, weights_only=True, map_location="cpu"))
    return tagger.eval(), settings


def _bf16_helps() -> bool:
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
