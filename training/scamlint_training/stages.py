"""Stages of training: which blocks of the corpus are read first, and how the learning rate goes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scamlint_training.corpus import Document

_STAGE = re.compile(r"(?:(\w+)\.\.)?(\w+):(\d+)(-?)")


@dataclass(frozen=True, slots=True)
class Stage:
    """What is read before training goes on to the next stage.

    Attributes:
        documents: What is read.
        passes: How often.
        falls: Whether the learning rate falls to nothing at the end.
    """

    documents: list[Document]
    passes: int
    falls: bool


def check_stages(stages: str) -> None:
    """Refuse stages that cannot be read.

    Raises:
        ValueError: They are not ``block:passes`` or ``block..block:passes`` parted by commas.
    """
    if not all(_STAGE.fullmatch(stage) for stage in stages.split(",") if stage):
        raise ValueError(f"stages are block:passes or block:passes-, parted by commas, got {stages!r}.")


def stages_of(documents: Sequence[Document], stages: str, epochs: int) -> list[Stage]:
    """Return the stages: some blocks first, then everything.

    Args:
        documents: The train split.
        stages: Last block and passes of each stage, or first and last block, as ``b16:3,b24:2-,b20..b30:1``; the rate
            falls where a minus stands.
        epochs: Passes over everything after that, with the rate falling at the end; none for 0.
    """
    read = []
    for first, last, passes, falls in _STAGE.findall(stages):
        known = [document for document in documents if first <= document.id.split("-")[0] <= last]
        read.append(Stage(known, int(passes), bool(falls)))
    return [*read, Stage(list(documents), epochs, falls=True)] if epochs else read


def rate_factor(step: int, ends: Sequence[int], falls: Sequence[bool], warmup: int, decay_share: float) -> float:
    """Return the factor of the learning rate at a step: rising, standing still, falling to nothing, and anew.

    Args:
        step: Steps that are done.
        ends: Steps at which the stages end.
        falls: Whether the rate falls at the end of each stage.
        warmup: Steps in which it rises, at the beginning and after each fall.
        decay_share: Share of a falling stage in which it falls.

    Returns:
        The factor, between 0 and 1.
    """
    rises_from = 0
    for begin, end, falling in zip([0, *ends], ends, falls, strict=False):
        if step < end:
            risen = (step - rises_from + 1) / warmup if warmup else 1.0
            left = (end - step) / max(1.0, decay_share * (end - begin)) if falling else 1.0
            return min(1.0, risen, left)
        if falling:
            rises_from = end
    return 0.0
