"""The settings of fine-tuning."""

from __future__ import annotations

from dataclasses import dataclass

from scamlint_training.tagger import DEFAULT_BASE


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Everything that decides what training yields; written into the model card.

    Attributes:
        base: Hugging Face id or local path of the encoder; the packaged MiniLM weights by default.
        epochs: Passes over the train split, each with fresh noise.
        batch_windows: Windows in a batch.
        learning_rate: Rate of the top encoder layer.
        head_rate: Rate of the heads.
        layer_decay: Factor of the rate from a layer to the one below.
        weight_decay: Weight decay of matrices.
        warmup_steps: Steps with a rising rate at the beginning.
        decay_share: Share of the steps, at the end, in which the rate falls linearly to nothing; it stands still before
            (warmup-stable-decay, Hu et al. 2024).
        dropout: Dropout before the heads.
        encoder_dropout: Dropout inside the encoder.
        soft_weight: Share of the teachers' soft labels in the targets, for documents that they have read.
        dull_share: Share of the dull windows that a pass reads, others in each: those without a span, and without a
            sign of one to the teachers. 1 reads all, and so does a training without teachers.
        window: Pieces in a window, special tokens included.
        overlap: Pieces that neighbouring windows share when the model is served; training cuts at random places.
        augmented_share: Share of documents that get noise in an epoch.
        guest_share: Share of the dull documents that get a short document of its own into them in an epoch.
        window_weight: Weight of the auxiliary loss on windows.
        smoothing: Label smoothing.
        averaging: Decay of the exponential moving average of the weights (Polyak and Juditsky 1992); 0 for none.
        train_share: Share of the families that is used, for learning curves.
        seed: Seed of everything.
    """

    base: str = DEFAULT_BASE
    epochs: int = 4
    batch_windows: int = 32
    learning_rate: float = 7e-4
    head_rate: float = 2e-3
    layer_decay: float = 0.85
    weight_decay: float = 0.01
    warmup_steps: int = 200
    decay_share: float = 0.6
    dropout: float = 0.1
    encoder_dropout: float = 0.0
    soft_weight: float = 0.7
    dull_share: float = 0.5
    window: int = 256
    overlap: int = 32
    augmented_share: float = 0.5
    guest_share: float = 0.25
    window_weight: float = 0.2
    smoothing: float = 0.0
    averaging: float = 0.995
    train_share: float = 1.0
    seed: int = 13

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_windows < 1:
            raise ValueError("epochs and batch_windows are at least 1.")
        if not 0 <= self.overlap < self.window - 2:
            raise ValueError(f"overlap must be smaller than the window less 2, got {self.overlap} of {self.window}.")
        for name in ("dropout", "encoder_dropout", "augmented_share", "smoothing", "averaging"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise ValueError(f"{name} lies in [0, 1), got {getattr(self, name)}.")
        if not 0.0 <= self.guest_share <= 1.0 or not 0.0 <= self.soft_weight <= 1.0:
            raise ValueError(
                f"guest_share and soft_weight lie in [0, 1], got {self.guest_share} and {self.soft_weight}."
            )
        for name in ("decay_share", "train_share", "dull_share"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise ValueError(f"{name} lies in (0, 1], got {getattr(self, name)}.")
