"""What the demo plays: answers that a model gave, each with the type that it is read as.

The recordings are JSON lines of deltas. They are in the package, since the demo must run without a checkout and without
a network. `misfit` and `cut_off` are the recording of `night` with one thing gone wrong, so that nothing else differs.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from importlib.resources import files
from typing import Any, Final, Literal

from pydantic import BaseModel

from partway import UsageError, skeleton
from partway._recording import read_recording

__all__ = ["SCENARIOS", "Language", "Night", "Scenario", "scenario"]


class Language(BaseModel):
    """A language and its frameworks."""

    language: str
    frameworks: list[str]


class Kind(Enum):
    """What there is to see in the sky."""

    NEBULA = "nebula"
    DOUBLE_STAR = "double star"
    STAR_CLUSTER = "star cluster"
    GALAXY = "galaxy"


class Target(BaseModel):
    """Something to look at."""

    name: str
    kind: Kind
    constellation: str
    magnitude: float
    best_at: time
    instrument: Literal["naked eye", "binoculars", "telescope"]
    note: str


class Site(BaseModel):
    """Where to stand."""

    name: str
    latitude: float
    longitude: float
    altitude: int


class Moon(BaseModel):
    """How much it disturbs."""

    phase: Literal["new", "waxing", "full", "waning"]
    light: float


class Darkness(BaseModel):
    """When it is dark."""

    begins: time
    ends: time


class Night(BaseModel):
    """A night under the stars."""

    title: str
    date: date
    sky: Literal["clear", "hazy", "cloudy"]
    summary: str
    site: Site
    moon: Moon
    darkness: Darkness
    targets: list[Target]
    checklist: list[str]
    advice: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """An answer, and what it is read as.

    Attributes:
        name: What requests call it.
        title: What people call it.
        told: What there is to see.
        look: How the page draws it.
        pace: How many deltas in a second show it well.
        model: What it is read as.
        shown: The classes whose source the page shows.
        deltas: The answer, in the pieces in which it came.
    """

    name: str
    title: str
    told: str
    look: str
    pace: float
    model: type[BaseModel]
    shown: tuple[type, ...]
    deltas: tuple[str, ...]

    def pieces(self, cut: int | None = None) -> list[str]:
        """The answer in pieces of so many characters; without a number, as they came.

        Raises:
            UsageError: `cut` is below 1.
        """
        if cut is None:
            return list(self.deltas)
        if cut < 1:
            raise UsageError(f"cut is {cut}: text is cut into pieces of at least 1 character")
        text = "".join(self.deltas)
        return [text[start : start + cut] for start in range(0, len(text), cut)]

    def as_dict(self) -> dict[str, Any]:
        """What the page is told."""
        return {
            "name": self.name,
            "title": self.title,
            "told": self.told,
            "look": self.look,
            "pace": self.pace,
            "skeleton": skeleton(self.model).as_dict(),
            "source": "\n\n".join(inspect.getsource(model).strip() for model in self.shown),
        }


def scenario(name: str) -> Scenario:
    """Find a scenario.

    Raises:
        UsageError: There is none of this name.
    """
    for each in SCENARIOS:
        if each.name == name:
            return each
    raise UsageError(f"there is no scenario {name!r}; there are {', '.join(each.name for each in SCENARIOS)}")


def _deltas(name: str) -> tuple[str, ...]:
    file = f"{name}.jsonl"
    text = files("partway.web").joinpath("demo", "recordings", file).read_text("utf-8")
    return tuple(str(delta) for delta in read_recording(text, file).chunks)


_NIGHT: Final = _deltas("night")
_NIGHT_SHOWN: Final = (Night, Target, Kind)
_MISFIT: Final = {" 3.1": ' "about three"'}

SCENARIOS: Final = (
    Scenario(
        "language",
        "Language",
        "Four deltas, a fence cut in two: the language is there before the frameworks.",
        "language",
        1.5,
        Language,
        (Language,),
        _deltas("language"),
    ),
    Scenario(
        "night",
        "Observing night",
        "Prose with braces, a fence, nested objects, enums, dates and numbers that appear when they are whole.",
        "night",
        40.0,
        Night,
        _NIGHT_SHOWN,
        _NIGHT,
    ),
    Scenario(
        "misfit",
        "A misfit",
        "One magnitude is no number. It is marked where it stands, and the rest goes on.",
        "night",
        40.0,
        Night,
        _NIGHT_SHOWN,
        tuple(_MISFIT.get(delta, delta) for delta in _NIGHT),
    ),
    Scenario(
        "cut_off",
        "Cut off",
        "The answer stops in the middle of a sentence. What had come stays, and is never taken for complete.",
        "night",
        40.0,
        Night,
        _NIGHT_SHOWN,
        _NIGHT[: next(at for at, delta in enumerate(_NIGHT) if " blown" in delta) + 1],
    ),
)
"""In the order of the page."""
