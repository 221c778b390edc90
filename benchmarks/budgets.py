"""The ratios that matter, the budgets that the design has for them, and what the README states.

All are ratios within one run: how fast the machine is does not matter. A budget is what is aimed at; it is reported as
met or not. What the README states is what has been measured, and the quick run fails when that is no longer so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from benchmarks import contenders as who
from benchmarks import peers, suite
from benchmarks.tables import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from benchmarks.suite import Figures

SLACK = 1.5
"""How many times worse than the README states a ratio must be to fail the quick run."""


@dataclass(frozen=True)
class Ratio:
    """One figure divided by another one, in each place where both were measured."""

    what: str
    """How the README and the tables name it."""
    part: str
    """The part of the figures that it is made of."""
    of: Callable[[Figures], Iterable[tuple[str, float]]]
    """Yields where, and the ratio."""
    budget: float | None = None
    """What the design allows."""
    least: bool = False
    """Whether more is better."""

    @property
    def allowed(self) -> str:
        """The budget as it is printed."""
        return NOTHING if self.budget is None else f"{'≥' if self.least else '≤'} {self.budget:g}"

    def excess(self, value: float, against: float) -> float:
        """Say how many times worse than another value one is; 1 and less is no worse."""
        return against / value if self.least else value / against

    def places(self, figures: Figures) -> list[Measured]:
        """Return where it was measured, the best place first."""
        found = [Measured(self, where, value) for where, value in self.of(figures)]
        return sorted(found, key=lambda measured: measured.value, reverse=self.least)


@dataclass(frozen=True)
class Measured:
    """A ratio in one place."""

    ratio: Ratio
    where: str
    value: float

    @property
    def met(self) -> bool:
        """Whether the budget is kept; without one it is."""
        return self.ratio.budget is None or self.ratio.excess(self.value, self.ratio.budget) <= 1


@dataclass(frozen=True)
class Standing:
    """What the README states of a ratio, and what the worst place came to now."""

    stated: float
    now: Measured | None
    """`None` where it could not be measured."""

    @property
    def holds(self) -> bool:
        """Whether the README may go on saying so."""
        return self.now is not None and self.now.ratio.excess(self.now.value, self.stated) <= SLACK


def _cells(
    above: str, below: str, sizes: Sequence[str], cuts: Sequence[int], figures: Figures
) -> Iterator[tuple[str, float]]:
    for (size, cut), times in figures.cells.items():
        if size in sizes and cut in cuts and above in times and below in times:
            yield f"{size}, {cut} characters", times[above] / times[below]


def _growth(kind: str, name: str, figures: Figures) -> Iterator[tuple[str, float]]:
    for (of, cut), sizes in figures.growth.items():
        if of == kind:
            small, large = sizes.values()
            yield f"{cut} characters", large[name] / small[name]


def _shapes(large: str, name: str, figures: Figures) -> Iterator[tuple[str, float]]:
    for (shape, cut), sizes in figures.shapes.items():
        if large in sizes:
            yield f"{shape}, {cut} characters", sizes[large][name] / sizes["10 kB"][name]


def _hooks(name: str, figures: Figures) -> Iterator[tuple[str, float]]:
    for (size, cut), times in figures.hooks.items():
        yield f"{size}, {cut} characters", times[name] / times[who.FEED]


def _whole(figures: Figures) -> Iterator[tuple[str, float]]:
    for size, times in figures.whole.items():
        yield size, times[who.FEED] / times[who.VALIDATE_JSON]


def _memory(figures: Figures) -> Iterator[tuple[str, float]]:
    for (document, megabytes), peaks in figures.memory.items():
        if "feed" in peaks:
            yield f"{document}, {megabytes:g} MB", peaks["feed"]


_SIZES = ("400 B", "2.5 kB", "25 kB", "250 kB")
_SHOWN = "`feed` and `.partial`"


def _cell(
    what: str, above: str, below: str, sizes: Sequence[str] = _SIZES, cuts: Sequence[int] = (4, 20), **more: float
) -> Ratio:
    return Ratio(what, "cells", partial(_cells, above, below, sizes, cuts), **more)  # type: ignore[arg-type]


def _slower(name: str) -> Ratio:
    size, cut = suite.ALL_AT
    return _cell(f"{name} ÷ {_SHOWN}, at 25 kB", name, who.PARTIAL, (size,), (cut,), least=True)


STATED: tuple[Ratio, ...] = (
    _cell(f"`feed` ÷ {peers.NATIVE}", who.FEED, peers.NATIVE, budget=2),
    _cell(f"{_SHOWN} ÷ {peers.NATIVE}", who.PARTIAL, peers.NATIVE, budget=6),
    _cell(
        f"{peers.FROM_JSON} ÷ {_SHOWN}, from 1 kB on", peers.FROM_JSON, who.PARTIAL, _SIZES[1:], budget=1, least=True
    ),
    _cell(
        f"{peers.TYPED_DICT} ÷ {_SHOWN}, from 1 kB on", peers.TYPED_DICT, who.PARTIAL, _SIZES[1:], budget=1, least=True
    ),
    _cell(f"instructor ÷ {_SHOWN}, at 400 B", peers.INSTRUCTOR, who.PARTIAL, _SIZES[:1], budget=20, least=True),
    _cell(f"instructor ÷ {_SHOWN}, at 25 kB", peers.INSTRUCTOR, who.PARTIAL, ("25 kB",), budget=100, least=True),
    *(
        _slower(peer.name)
        for peer in peers.PEERS
        if peer.name not in {peers.NATIVE, peers.FROM_JSON, peers.TYPED_DICT, peers.INSTRUCTOR}
    ),
    Ratio("growth of `feed`: a delta at 250 kB ÷ at 2.5 kB", "growth", partial(_growth, "objects", who.FEED), 1.3),
    Ratio(f"growth of {_SHOWN}, likewise", "growth", partial(_growth, "objects", who.PARTIAL), 1.3),
    Ratio(
        "growth of `feed`, one string: a delta at 1 MB ÷ at 2.5 kB",
        "growth",
        partial(_growth, "one string", who.FEED),
        1.3,
    ),
    Ratio(f"growth of {_SHOWN}, one string, likewise", "growth", partial(_growth, "one string", who.PARTIAL), 1.3),
    Ratio(
        "growth of `feed`, six shapes: a delta at 250 kB ÷ at 10 kB",
        "shapes",
        partial(_shapes, "250 kB", who.FEED),
        1.3,
    ),
    Ratio(f"growth of {_SHOWN}, six shapes, likewise", "shapes", partial(_shapes, "250 kB", who.PARTIAL), 1.3),
    Ratio("the whole document in one delta ÷ `validate_json`", "whole", _whole, 8),
    Ratio("a run with hooks that match nothing ÷ one without hooks", "hooks", partial(_hooks, who.UNMATCHED), 1.05),
    Ratio("a run with a hook on every append ÷ one without hooks", "hooks", partial(_hooks, who.APPENDS), 1.6),
    Ratio("peak memory of `feed` ÷ text", "memory", _memory, 6),
)
"""What the README states, and the quick run measures."""

RATIOS: tuple[Ratio, ...] = (
    *STATED,
    Ratio(
        "growth of `feed`, six shapes: a delta at 1 MB ÷ at 10 kB", "shapes", partial(_shapes, "1 MB", who.FEED), 1.3
    ),
    Ratio(
        f"growth of {_SHOWN}, six shapes: a delta at 1 MB ÷ at 10 kB",
        "shapes",
        partial(_shapes, "1 MB", who.PARTIAL),
        1.3,
    ),
)
"""All that is reported."""


def judge(stated: Mapping[str, float], figures: Figures, ratios: Iterable[Ratio] = STATED) -> dict[Ratio, Standing]:
    """Hold what was measured against what the README states of these ratios."""
    seen = figures.stated()
    return {ratio: Standing(stated[ratio.what], _worst(ratio, seen)) for ratio in ratios if ratio.what in stated}


def to_state(figures: Figures) -> dict[str, float]:
    """Return what the README may state after this run: the worst place of each ratio that was measured."""
    seen = figures.stated()
    return {ratio.what: worst.value for ratio in STATED if (worst := _worst(ratio, seen))}


def _worst(ratio: Ratio, figures: Figures) -> Measured | None:
    places = ratio.places(figures)
    return places[-1] if places else None
