"""Times contenders against each other: turn by turn, the minimum of the rounds."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MICRO = 1e6
SHORTEST_TURN = 0.01
"""Seconds: work shorter than that is repeated within a turn, for the collector leaves cold caches behind."""


@dataclass(frozen=True)
class Trial:
    """One contender on one document."""

    turn: Callable[[], float]
    """Does the work once and returns the seconds it took."""
    steps: int
    """What the seconds are divided by: the deltas that were timed."""
    result: Callable[[], Any]
    """The value at the end as plain Python, to see that all did the same work."""
    sampled: bool = False
    """Whether `steps` are some of the deltas, evenly spaced, rather than all."""


class DifferentValueError(AssertionError):
    """A contender came to another value than `json.loads`: its time says nothing."""


@contextmanager
def collector_off() -> Iterator[None]:
    """Collect now, and not before the end of the block: the same for every contender."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """Make a turn of work that needs no preparation."""

    def turn() -> float:
        start = perf_counter()
        work()
        return perf_counter() - start

    return turn


def race(trials: Mapping[str, Trial], *, seconds: float, rounds: int = 3) -> dict[str, float]:
    """Let all take turns until `seconds` are over, `rounds` times at least; return microseconds per step."""
    best = dict.fromkeys(trials, float("inf"))
    started = perf_counter()
    done = 0
    while done < rounds or perf_counter() - started < seconds:
        for name, trial in trials.items():
            with collector_off():
                spent = 0.0
                while spent < SHORTEST_TURN:
                    took = trial.turn()
                    spent += took
                    best[name] = min(best[name], took / trial.steps * MICRO)
        done += 1
    return best


def check(trials: Mapping[str, Trial], expected: object) -> None:
    """See that all come to the expected value.

    Raises:
        DifferentValueError: One does not.

    """
    for name, trial in trials.items():
        if trial.result() != expected:
            raise DifferentValueError(f"{name} came to another value than json.loads")
