"""Speed measurements: ``python -m scamlint_training.bench``.

A part is a module of this package with a function ``measure(options: Options) -> list[Row]``; every such module is
found and run. Ratios compare the same work in one run on one machine; single figures hold for this machine only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What every part is told.

    Attributes:
        model: The measured model: a shipped name or a folder.
        quick: Measure on little work, to see that the bench runs.
    """

    model: str
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Attributes:
        name: What was measured.
        value: The figure.
        unit: Its unit.
        goal: The bound that it should keep, in words such as ``>= 0.8``; empty when there is none.
        note: Anything that a reader must know.
    """

    name: str
    value: float
    unit: str
    goal: str = ""
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is kept; None without a goal.

        Raises:
            ValueError: The goal is not written as ``>= number`` or ``<= number``.
        """
        if not self.goal:
            return None
        sign, _, bound = self.goal.partition(" ")
        if sign not in (">=", "<="):
            raise ValueError(f"A goal reads '>= number' or '<= number', got {self.goal!r}.")
        return self.value >= float(bound) if sign == ">=" else self.value <= float(bound)
