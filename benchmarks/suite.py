"""What is measured in one run, thoroughly or quickly.

The quick run measures the ratios that the README states, and nothing else. The thorough run measures the same ones in
the same places, more often, and all that `docs/benchmarks.md` shows.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import inf
from subprocess import CalledProcessError
from typing import TYPE_CHECKING, Final

from benchmarks import contenders, memory
from benchmarks.documents import CUTS, SHAPES, WRAPS, Document, note, review, reviews
from benchmarks.first import First, first
from benchmarks.measure import Trial, check, race

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

Cell = tuple[str, int]
"""A size or a kind of document by its name, and the characters of a delta."""
Times = dict[str, float]
"""Microseconds per delta, by contender."""

LARGEST: Final = "250 kB"
ALL_AT: Final = ("25 kB", 4)
"""The cell in which the quick run measures everyone, too; in the others it measures the yardsticks."""
HOOKED: Final = "25 kB"
WRAPPED: Final = 2_500
"""Characters of the text that is fenced and put in prose. Some peers do all their work behind its end, so no sample of
its deltas would do."""
WATCHED: Final = 400
"""Characters of the text whose first field is waited for."""
SHAPE_SIZES: Final = {"10 kB": 10_000, LARGEST: 250_000, "1 MB": 1_000_000}
SHAPE_CUT: Final = 20
"""The characters of a delta at which the quick run, too, measures how the shapes grow."""
WEIGHED: Final = 3
"""Megabytes of the stream that the quick run weighs, too, in deltas of 20 characters."""


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

    seconds: float
    """For each cell, in equal shares for its contenders."""
    rounds: int
    """The fewest turns each contender gets, however long they take."""
    turn: float
    """Seconds of a turn of those whose deltas are sampled, about."""
    thorough: bool
    """Whether to measure what the README does not state, too."""

    def more(self) -> Effort:
        """Take twice the time."""
        return replace(self, seconds=2 * self.seconds, rounds=2 * self.rounds, turn=2 * self.turn)


THOROUGH: Final = Effort(seconds=6, rounds=3, turn=0.1, thorough=True)
QUICK: Final = Effort(seconds=0.5, rounds=2, turn=0.03, thorough=False)


@dataclass
class Figures:
    """The raw figures of a run."""

    cells: dict[Cell, Times] = field(default_factory=dict)
    """Reviews of four sizes, two cuts."""
    growth: dict[Cell, dict[str, Times]] = field(default_factory=dict)
    """For each kind of document and cut: a small and a large one, by size, timed turn by turn."""
    shapes: dict[Cell, dict[str, Times]] = field(default_factory=dict)
    """The same for documents that are as much as possible of one thing."""
    hooks: dict[Cell, Times] = field(default_factory=dict)
    """A review, read by a run without hooks, with some that match nothing, and with one for every append."""
    whole: dict[str, Times] = field(default_factory=dict)
    """Reviews in one delta: microseconds for all of it."""
    memory: dict[tuple[str, float], dict[str, float]] = field(default_factory=dict)
    """By document and megabytes: the peak of each way as a multiple of the text, and the share of the result."""
    wrapped: dict[str, Times] = field(default_factory=dict)
    """By what is around the JSON: those who find it."""
    failures: dict[str, dict[str, str]] = field(default_factory=dict)
    """By what is around the JSON: who does not find it, and what comes instead."""
    firsts: dict[str, dict[str, First]] = field(default_factory=dict)
    """By what is around the JSON, and by contender: how early the first field is visible."""
    sampled: set[tuple[str, int, str]] = field(default_factory=set)
    """The cells and contenders of which some deltas were timed, not all."""

    def stated(self) -> Figures:
        """Leave out where the quick run does not measure."""
        return Figures(
            cells={cell: times for cell, times in self.cells.items() if cell[0] != LARGEST},
            growth=self.growth,
            shapes={cell: sizes for cell, sizes in self.shapes.items() if cell[1] == SHAPE_CUT},
            hooks=self.hooks,
            whole=self.whole,
            memory={weighed: peaks for weighed, peaks in self.memory.items() if weighed[1] == WEIGHED},
        )


def measure(effort: Effort, parts: Collection[str] | None = None) -> Figures:
    """Measure everything, or only these parts, which are named like the fields of `Figures`.

    Raises:
        DifferentValueError: A contender came to another value than the others.

    """
    figures = Figures()
    for part, fill in _PARTS.items():
        if part in parts if parts is not None else effort.thorough or part not in _NOT_QUICK:
            fill(figures, effort)
    return figures


def _cells(figures: Figures, effort: Effort) -> None:
    for cut in CUTS:
        for size, document in reviews().items():
            if effort.thorough:
                names = contenders.ALL
            elif size == LARGEST:
                continue
            else:
                names = contenders.IN_PYTHON if (size, cut) == ALL_AT else contenders.YARDSTICKS
            trials = contenders.trials(document, cut, names, effort.turn)
            figures.sampled |= {(size, cut, name) for name, trial in trials.items() if trial.sampled}
            figures.cells[size, cut] = _race(document, trials, effort)


def _all_growth(figures: Figures, effort: Effort) -> None:
    names = (contenders.FEED, contenders.PARTIAL)
    for cut in CUTS:
        kinds = {
            "objects": {size: reviews()[size] for size in ("2.5 kB", LARGEST)},
            "one string": {"2.5 kB": note(2_500), "1 MB": note(1_000_000)},
        }
        for kind, documents in kinds.items():
            figures.growth[kind, cut] = _growth(documents, cut, names, effort)


def _shapes(figures: Figures, effort: Effort) -> None:
    names = (contenders.FEED, contenders.PARTIAL)
    for cut in CUTS if effort.thorough else (SHAPE_CUT,):
        for shape, make in SHAPES.items():
            sizes = {size: n for size, n in SHAPE_SIZES.items() if effort.thorough or n <= SHAPE_SIZES[LARGEST]}
            documents = {size: make(n) for size, n in sizes.items()}
            figures.shapes[shape, cut] = _growth(documents, cut, names, effort)


def _hooks(figures: Figures, effort: Effort) -> None:
    for cut in CUTS:
        document = reviews()[HOOKED]
        figures.hooks[HOOKED, cut] = _race(document, contenders.hooked(document, cut), effort)


def _whole(figures: Figures, effort: Effort) -> None:
    for size, document in reviews().items():
        figures.whole[size] = _race(document, contenders.whole(document), effort)


def _wrapped(figures: Figures, effort: Effort) -> None:
    for wrap in WRAPS:
        document = review(WRAPPED).wrapped(wrap)
        watched = review(WATCHED).wrapped(wrap)
        ways = contenders.ways(document, contenders.ALL)
        failures = {name: wrong for name, way in ways.items() if (wrong := contenders.outcome(way, document))}
        trials = {name: way.trial(document, 4, inf) for name, way in ways.items() if name not in failures}
        figures.wrapped[wrap] = race(trials, seconds=effort.seconds, rounds=effort.rounds)
        figures.failures[wrap] = failures
        watching = contenders.ways(watched, tuple(name for name in contenders.ALL if name != contenders.FEED))
        figures.firsts[wrap] = {name: first(way, watched) for name, way in watching.items()}


def _memory(figures: Figures, effort: Effort) -> None:
    if not memory.available():
        return
    for document in memory.DOCUMENTS:
        figures.memory[document, WEIGHED] = _weigh(document, WEIGHED, 20, ("feed", "validate_json"))
        if effort.thorough:
            figures.memory[document, 10] = _weigh(document, 10, 4, tuple(memory.WAYS))
    if effort.thorough:
        of_peers = figures.memory["objects", memory.PEERS_MEGABYTES] = {}
        for name in contenders.IN_PYTHON:
            if name not in contenders.missing(contenders.IN_PYTHON):
                with suppress(CalledProcessError):  # whose own words are on standard error; its row has no figure
                    of_peers |= _weigh("objects", memory.PEERS_MEGABYTES, 20, (name,))


_PARTS: Final[dict[str, Callable[[Figures, Effort], None]]] = {
    "cells": _cells,
    "growth": _all_growth,
    "shapes": _shapes,
    "hooks": _hooks,
    "whole": _whole,
    "memory": _memory,
    "wrapped": _wrapped,
}
_NOT_QUICK: Final = {"wrapped"}


def _race(document: Document, trials: dict[str, Trial], effort: Effort) -> Times:
    check(trials, document.value())
    return race(trials, seconds=effort.seconds, rounds=effort.rounds)


def _growth(documents: dict[str, Document], cut: int, names: tuple[str, ...], effort: Effort) -> dict[str, Times]:
    trials: dict[tuple[str, str], Trial] = {}
    for size, document in documents.items():
        made = contenders.trials(document, cut, names, effort.turn)
        check(made, document.value())
        trials |= {(size, name): trial for name, trial in made.items()}
    times = race(trials, seconds=effort.seconds, rounds=effort.rounds)
    return {size: {name: time for (of, name), time in times.items() if of == size} for size in documents}


def _weigh(document: str, megabytes: float, cut: int, ways: tuple[str, ...]) -> dict[str, float]:
    peaks = {}
    for way in ways:
        weight = memory.weigh(way, document, megabytes, cut)
        peaks[way] = weight["peak_times_text"]
        peaks[f"{way}: result"] = weight["result_times_text"]
    return peaks
