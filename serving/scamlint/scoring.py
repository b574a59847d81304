"""What a model gives the detector: scores per token, with the token's place in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scamlint.text import NormalizedText

_wanted: ContextVar[Callable[[], bool] | None] = ContextVar("_wanted", default=None)


class NoLongerWantedError(Exception):
    """The work was stopped because nobody waits for its result any more."""


@contextmanager
def only_while(wanted: Callable[[], bool]) -> Iterator[None]:
    """Let scorers stop between two batches when their result is no longer wanted.

    Args:
        wanted: Asked between batches, in the thread that scores.
    """
    token = _wanted.set(wanted)
    try:
        yield
    finally:
        _wanted.reset(token)


def checkpoint() -> None:
    """Called by a scorer between two batches.

    Raises:
        NoLongerWantedError: The surrounding :func:`only_while` says that the result is no longer wanted.
    """
    wanted = _wanted.get()
    if wanted is not None and not wanted():
        raise NoLongerWantedError("Nobody waits for this result any more.")


@dataclass(frozen=True, slots=True)
class TokenScores:
    """Scores of the tokens of one normalised text, in reading order.

    Attributes:
        starts: Offset of each token in the normalised text, in code points; shape ``(tokens,)``.
        ends: Offset after each token; shape ``(tokens,)``.
        inside: Probability that the token is part of a span, by label; shape ``(tokens, labels)``.
        begin: Probability that a span begins at the token; same shape, or None when the model does not tell.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    inside: NDArray[np.float32]
    begin: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        if not len(self.starts) == len(self.ends) == len(self.inside):
            raise ValueError("Token offsets and scores differ in length.")
        if self.begin is not None and self.begin.shape != self.inside.shape:
            raise ValueError("The scores for `begin` and `inside` differ in shape.")


class Scorer(Protocol):
    """A model that scores tokens. The baseline and the transformer both are one."""

    def score_many(self, texts: Iterable[NormalizedText]) -> Iterator[TokenScores]:
        """Score texts in order, batching as the model likes; one result for each text."""
        ...
