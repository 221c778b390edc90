"""What is measured in one run, thoroughly or quickly."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks import contenders, memory
from benchmarks.documents import CUTS, Document, note, reviews
from benchmarks.measure import Trial, check, race

Cell = tuple[str, int]
"""A size or a kind of document by its name, and the characters of a delta."""
Times = dict[str, float]
"""Microseconds per delta, by contender."""

LARGEST = "250 kB"
HOOKED = "25 kB"


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

    seconds: float
    """For each cell, in equal shares for its contenders."""
    rounds: int
    """The fewest turns each contender gets, however long they take."""
    megabytes: float
    """Of the stream that is weighed."""
    weighed_cut: int
    """The characters of its deltas."""
    thorough: bool
    """Whether to measure what no budget speaks of but a reader wants to know, too."""


THOROUGH = Effort(seconds=6, rounds=3, megabytes=10, weighed_cut=4, thorough=True)
QUICK = Effort(seconds=0.3, rounds=2, megabytes=3, weighed_cut=20, thorough=False)


@dataclass
class Figures:
    """The raw figures of a run."""

    cells: dict[Cell, Times] = field(default_factory=dict)
    """Reviews of four sizes, two cuts."""
    growth: dict[Cell, dict[str, Times]] = field(default_factory=dict)
    """For each kind of document and cut: a small and a large one, by size, timed turn by turn."""
    hooks: dict[Cell, Times] = field(default_factory=dict)
    """A review, read by a run without hooks, with some that match nothing, and with one for every append."""
    whole: dict[str, Times] = field(default_factory=dict)
    """Reviews in one delta: microseconds for all of it."""
    memory: dict[str, dict[str, float]] = field(default_factory=dict)
    """By document: the peak of each way as a multiple of the text, and the share of the result."""
    sampled: set[tuple[str, int, str]] = field(default_factory=set)
    """The cells and contenders of which some deltas were timed, not all."""


def measure(effort: Effort) -> Figures:
    """Measure everything.

    Raises:
        DifferentValueError: A contender came to another value than the others.

    """
    figures = Figures()
    for cut in CUTS:
        for size, document in reviews().items():
            if effort.thorough or size != LARGEST:
                trials = contenders.streaming(document, cut) | contenders.reparsing(document, cut)
                figures.sampled |= {(size, cut, name) for name, trial in trials.items() if trial.sampled}
                figures.cells[size, cut] = _race(document, trials, effort)
        figures.hooks[HOOKED, cut] = _race(reviews()[HOOKED], contenders.hooked(reviews()[HOOKED], cut), effort)
        figures.growth["objects", cut] = _growth({size: reviews()[size] for size in ("2.5 kB", LARGEST)}, cut, effort)
        figures.growth["one string", cut] = _growth({"2.5 kB": note(2_500), "1 MB": note(1_000_000)}, cut, effort)
    for size, document in reviews().items():
        figures.whole[size] = _race(document, contenders.whole(document), effort)
    if memory.available():
        figures.memory = {document: _weigh(document, effort) for document in memory.DOCUMENTS}
    return figures


def _race(document: Document, trials: dict[str, Trial], effort: Effort) -> Times:
    check(trials, document.value())
    return race(trials, seconds=effort.seconds, rounds=effort.rounds)


def _growth(documents: dict[str, Document], cut: int, effort: Effort) -> dict[str, Times]:
    trials: dict[tuple[str, str], Trial] = {}
    for size, document in documents.items():
        made = contenders.streaming(document, cut)
        check(made, document.value())
        wanted = made if effort.thorough else (contenders.FEED, contenders.PARTIAL)
        trials |= {(size, name): made[name] for name in wanted}
    times = race(trials, seconds=effort.seconds, rounds=effort.rounds)
    return {size: {name: time for (of, name), time in times.items() if of == size} for size in documents}


def _weigh(document: str, effort: Effort) -> dict[str, float]:
    peaks = {}
    for way in memory.WAYS if effort.thorough else ("feed", "validate_json"):
        weight = memory.weigh(way, document, effort.megabytes, effort.weighed_cut)
        peaks[way] = weight["peak_times_text"]
        peaks[f"{way}: result"] = weight["result_times_text"]
    return peaks
