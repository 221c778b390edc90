"""The budgets of the design, held against what was measured.

All are ratios within one run: how fast the machine is does not matter. A budget that is not reached has a
`known` figure, the one the README gives, so that the quick run still notices when it gets worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import contenders as who

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.suite import Cell, Figures, Times

SLACK = 2
"""How many times worse than its budget a ratio must be to fail the quick run: more than noise does."""


@dataclass(frozen=True)
class Budget:
    """What a ratio may be."""

    what: str
    limit: float
    least: bool = False
    """Whether the ratio must be at least the limit, rather than at most."""
    known: float | None = None
    """The worst ratio the README owns up to, where the budget is not reached."""

    def __str__(self) -> str:
        return f"{'≥' if self.least else '≤'} {self.limit:g}"


@dataclass(frozen=True)
class Verdict:
    """A budget and what was measured."""

    budget: Budget
    where: str
    ratio: float

    @property
    def excess(self) -> float:
        """How many times worse than the budget; 1 and less is met."""
        return self.budget.limit / self.ratio if self.budget.least else self.ratio / self.budget.limit

    @property
    def met(self) -> bool:
        """Whether the budget is kept."""
        return self.excess <= 1

    @property
    def far(self) -> bool:
        """Whether it is so far from the budget, and from what the README says, that noise cannot be why."""
        known = 1 if self.budget.known is None else Verdict(self.budget, self.where, self.budget.known).excess
        return self.excess > SLACK * max(known, 1)


RATIOS = {
    "feed ÷ native": (who.FEED, who.NATIVE),
    "partial ÷ native": (who.PARTIAL, who.NATIVE),
    "partial, read ÷ native": (who.READ, who.NATIVE),
    "from_json ÷ partial": (who.FROM_JSON, who.PARTIAL),
    "TypedDict ÷ partial": (who.TYPED_DICT, who.PARTIAL),
    "instructor ÷ partial": (who.INSTRUCTOR, who.PARTIAL),
}
"""The ratios of a cell: what is divided by what."""

_FEED = Budget("`feed` ÷ native parser", 2, known=6.7)
_PARTIAL = Budget("`feed` and `.partial` ÷ native parser", 6, known=13)
_FROM_JSON = Budget("`from_json(allow_partial)` ÷ `feed` and `.partial`, from 1 kB on", 1, least=True, known=0.55)
_TYPED_DICT = Budget("partial TypedDict ÷ `feed` and `.partial`, from 1 kB on", 1, least=True, known=0.73)
_INSTRUCTOR_SMALL = Budget("instructor ÷ `feed` and `.partial`, at 400 B", 20, least=True, known=3.3)
_INSTRUCTOR_LARGE = Budget("instructor ÷ `feed` and `.partial`, at 25 kB", 100, least=True, known=70)
_GROWTH = {
    "objects": {
        who.FEED: Budget("growth of `feed`: a delta at 250 kB ÷ at 2.5 kB", 1.3),
        who.PARTIAL: Budget("growth of `feed` and `.partial`, likewise", 1.3),
    },
    "one string": {
        who.FEED: Budget("growth of `feed`, one string: a delta at 1 MB ÷ at 2.5 kB", 1.3),
        who.PARTIAL: Budget("growth of `feed` and `.partial`, one string, likewise", 1.3),
    },
}
_WHOLE = Budget("the whole document in one delta ÷ `validate_json`", 8, known=28)
_HOOKS = {
    who.UNMATCHED: Budget("a run with hooks that match nothing ÷ one without hooks", 1.05),
    who.APPENDS: Budget("a run with a hook on every append ÷ one without hooks", 1.6),
}
_MEMORY = Budget("peak memory of `feed` ÷ text", 6, known=15)

_OF_CELLS: dict[str, dict[str, Budget]] = {
    "400 B": {"instructor ÷ partial": _INSTRUCTOR_SMALL},
    "2.5 kB": {"from_json ÷ partial": _FROM_JSON, "TypedDict ÷ partial": _TYPED_DICT},
    "25 kB": {
        "from_json ÷ partial": _FROM_JSON,
        "TypedDict ÷ partial": _TYPED_DICT,
        "instructor ÷ partial": _INSTRUCTOR_LARGE,
    },
    "250 kB": {"from_json ÷ partial": _FROM_JSON, "TypedDict ÷ partial": _TYPED_DICT},
}


def judge(figures: Figures) -> list[Verdict]:
    """Hold everything that was measured against its budget."""
    return [
        *_cells(figures.cells),
        *_growth(figures.growth),
        *_hooks(figures.hooks),
        *(Verdict(_WHOLE, size, times[who.FEED] / times[who.VALIDATE_JSON]) for size, times in figures.whole.items()),
        *(Verdict(_MEMORY, document, peaks["feed"]) for document, peaks in figures.memory.items()),
    ]


def ratios(times: Times) -> dict[str, float]:
    """Return the ratios of a cell, as far as both sides were measured."""
    return {
        name: times[above] / times[below]
        for name, (above, below) in RATIOS.items()
        if above in times and below in times
    }


def _cells(cells: Mapping[Cell, Times]) -> Iterator[Verdict]:
    for (size, cut), times in cells.items():
        budgets = {"feed ÷ native": _FEED, "partial ÷ native": _PARTIAL, **_OF_CELLS[size]}
        for name, ratio in ratios(times).items():
            if name in budgets:
                yield Verdict(budgets[name], f"{size}, {cut} characters", ratio)


def _hooks(hooks: Mapping[Cell, Times]) -> Iterator[Verdict]:
    for (size, cut), times in hooks.items():
        for name, budget in _HOOKS.items():
            yield Verdict(budget, f"{size}, {cut} characters", times[name] / times[who.FEED])


def _growth(growth: Mapping[Cell, Mapping[str, Times]]) -> Iterator[Verdict]:
    for (kind, cut), times in growth.items():
        small, large = times.values()
        for name, budget in _GROWTH[kind].items():
            yield Verdict(budget, f"{cut} characters", large[name] / small[name])
