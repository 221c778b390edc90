"""Times contenders against each other: turn by turn, the minimum of the rounds."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from time import process_time
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Name = TypeVar("Name")

MICRO = 1e6
SHORTEST_TURN = 0.01
"""Seconds: work shorter than that is repeated within a turn, for the collector leaves cold caches behind."""


@dataclass(frozen=True)
class Trial:
    """One contender on one document."""

    turn: Callable[[], float]
    """Does the work once and returns the processor seconds it took."""
    steps: int
    """What the seconds are divided by: the deltas that were timed."""
    result: Callable[[], Any]
    """The value at the end as plain Python, to see that all did the same work."""
    sampled: bool = False
    """Whether `steps` are some of the deltas, evenly spaced, rather than all."""


class DifferentValueError(AssertionError):
    """A contender came to another value than `json.loads`: its time says nothing."""


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """Make a turn of work that needs no preparation."""

    def turn() -> float:
        start = process_time()
        work()
        return process_time() - start

    return turn


def race(trials: Mapping[Name, Trial], *, seconds: float, rounds: int = 3) -> dict[Name, float]:
    """Let all take turns, `rounds` times at least, and each as long as its share of `seconds` lasts.

    Returns:
        The best of each, in microseconds per step.

    """
    best = dict.fromkeys(trials, float("inf"))
    share = dict.fromkeys(trials, seconds / len(trials))
    done = 0
    gc.collect()
    gc.freeze()  # what is there by now need not be looked through before each turn: with all peers that takes long
    while done < rounds or any(left > 0 for left in share.values()):
        for name, trial in trials.items():
            if done < rounds or share[name] > 0:
                took, spent = _turn(trial)
                best[name] = min(best[name], took / trial.steps * MICRO)
                share[name] -= spent
        done += 1
    gc.unfreeze()
    return best


def _turn(trial: Trial) -> tuple[float, float]:
    """Return the seconds that the work took at best, and those that the turn took: preparation is in these alone."""
    gc.collect()
    gc.disable()
    start, took = process_time(), [trial.turn()]
    while (spent := max(process_time() - start, sum(took))) < SHORTEST_TURN:  # the work may be another process's
        took.append(trial.turn())
    gc.enable()
    return min(took), spent


def check(trials: Mapping[str, Trial], expected: object) -> None:
    """See that all come to the expected value.

    Raises:
        DifferentValueError: One does not.

    """
    for name, trial in trials.items():
        if trial.result() != expected:
            raise DifferentValueError(f"{name} came to another value than json.loads")
