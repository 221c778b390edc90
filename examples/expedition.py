"""The model of `expedition.jsonl`: `partway replay examples/expedition.jsonl --model examples/expedition.py`.

The recording is cut unkindly: inside the fences, inside escapes and pairs of them, inside numbers.
"""

from datetime import date
from enum import Enum

from pydantic import BaseModel, Field


class Status(Enum):
    PLANNED = "planned"
    UNDER_WAY = "under way"
    HOME = "home"


class Ship(BaseModel):
    name: str
    built: int
    length: float = Field(gt=0, description="in metres")
    engine: str
    motto: str


class Member(BaseModel):
    name: str
    role: str
    quirk: str


class Position(BaseModel):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Sighting(BaseModel):
    what: str
    count: int


class Entry(BaseModel):
    day: int
    date: date
    position: Position
    temperature: float
    entry: str
    sightings: list[Sighting]


class Expedition(BaseModel):
    title: str
    status: Status
    departure: date
    ship: Ship
    crew: list[Member]
    budget: float
    insured: bool
    sponsor: str | None
    log: list[Entry]
    home: tuple[float, float] = Field(alias="coordinates_of_home")
    verdict: str
