"""The learning rate over a training: cycles that each rise, stand still and fall to nothing (SGDR, Loshchilov 2017).

The weights at the ends of the cycles are averaged (stochastic weight averaging, Izmailov et al. 2018): each cycle
leaves the place where the one before had come to rest and comes to rest a little further on, and the mean of such
places tends to generalise better than any of them.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """The learning rate's factor at every step.

    Attributes:
        steps: Steps of the whole training.
        cycles: How often the rate falls to nothing.
        cycle_share: Share of the steps in each cycle after the first.
        warmup: Steps in which it rises at the beginning of a cycle.
        decay_share: Share of a cycle, at its end, in which it falls linearly; it stands still before
            (warmup-stable-decay, Hu et al. 2024).
        restart: Factor that the rate rises to in the cycles after the first.
    """

    steps: int
    cycles: int = 1
    cycle_share: float = 0.2
    warmup: int = 0
    decay_share: float = 1.0
    restart: float = 1.0

    @property
    def ends(self) -> tuple[int, ...]:
        """Number of steps that are done when each cycle ends, at most ``steps``."""
        shares = (1.0 - self.cycle_share * left for left in range(self.cycles - 1, -1, -1))
        return tuple(max(1, round(share * self.steps)) for share in shares)

    def factor(self, step: int) -> float:
        """Return the factor of the learning rate.

        Args:
            step: Steps that are done.

        Returns:
            The factor, between 0 and 1.
        """
        ends = self.ends
        if step >= self.steps:
            return 0.0
        cycle = bisect_right(ends, step)
        begin, end = (ends[cycle - 1] if cycle else 0), ends[cycle]
        height = self.restart if cycle else 1.0
        risen = (step - begin + 1) / self.warmup if self.warmup else 1.0
        return height * max(0.0, min(1.0, risen, (end - step) / max(1.0, self.decay_share * (end - begin))))
