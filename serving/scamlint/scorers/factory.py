"""From a model folder to its scorer."""

from __future__ import annotations

from scamlint.bundle import Bundle
from scamlint.errors import ModelError
from scamlint.scoring import Scorer


def make_scorer(bundle: Bundle, threads: int | None = None) -> Scorer:
    """Return the scorer for a model folder.

    Args:
        bundle: A checked model folder.
        threads: Threads for the transformer; all cores when None.

    Raises:
        ModelError: This scamlint does not know the kind of model, or its settings lack what that kind needs.
    """
    try:
        if bundle.kind == "baseline":
            from scamlint.scorers.baseline import BaselineScorer

            return BaselineScorer(bundle)
        if bundle.kind == "transformer":
            from scamlint.scorers.transformer import TransformerScorer

            return TransformerScorer(bundle, threads=threads)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"The settings of the {bundle.kind} in {bundle.folder} cannot be read ({error!r}); export it again."
        ) from error
    raise ModelError(
        f"{bundle.folder} holds a model of kind {bundle.kind!r}; this scamlint knows baseline, transformer."
    )
