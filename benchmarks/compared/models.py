"""The types of the cases, as a user would write them: the page prints the models from here.

The TypedDicts say the same for pydantic's own partial validation, which leaves out keys that may be missing.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal, Required

from pydantic import AfterValidator, BaseModel, Field, model_validator
from typing_extensions import TypedDict

from benchmarks.compared.story import CALLS


class Color(Enum):
    RED = "red"
    GREEN = "green"


class Lamp(BaseModel):
    room: str
    color: Color


class Level(Enum):
    LOW = "low"
    HIGH = "high"
    HIGHEST = "highest"


class Ticket(BaseModel):
    title: str
    level: Level


class Trip(BaseModel):
    place: str
    day: date


class Train(BaseModel):
    place: str
    leaves: datetime


class Circle(BaseModel):
    kind: Literal["circle"]
    radius: int


class Square(BaseModel):
    kind: Literal["square"]
    side: int


class Drawing(BaseModel):
    shapes: list[Annotated[Circle | Square, Field(discriminator="kind")]]


class Job(BaseModel):
    title: str
    retries: int = 3
    urgent: bool = False


class Span(BaseModel):
    start: int
    end: int

    @model_validator(mode="after")
    def ordered(self) -> Span:
        CALLS.append((self.start, self.end))
        if self.end < self.start:
            raise ValueError("it ends before it starts")
        return self


class Booking(BaseModel):
    name: str
    span: Span


class Line(BaseModel):
    sku: str
    count: int


class Order(BaseModel):
    lines: list[Line]


class Town(BaseModel):
    people: int
    name: str


class Person(BaseModel):
    name: str
    nickname: str | None = None
    age: int | None = None


class Place(BaseModel):
    name: str


class LampDict(TypedDict, total=False):
    room: str
    color: Color


class TicketDict(TypedDict, total=False):
    title: str
    level: Level


class TripDict(TypedDict, total=False):
    place: str
    day: date


class TrainDict(TypedDict, total=False):
    place: str
    leaves: datetime


class CircleDict(TypedDict, total=False):
    kind: Required[Literal["circle"]]
    radius: int


class SquareDict(TypedDict, total=False):
    kind: Required[Literal["square"]]
    side: int


ShapeDict = Annotated[CircleDict | SquareDict, Field(discriminator="kind")]


class DrawingDict(TypedDict, total=False):
    shapes: list[ShapeDict]


class JobDict(TypedDict, total=False):
    title: str
    retries: int
    urgent: bool


class SpanDict(TypedDict, total=False):
    start: int
    end: int


class LineDict(TypedDict, total=False):
    sku: str
    count: int


class OrderDict(TypedDict, total=False):
    lines: list[LineDict]


class TownDict(TypedDict, total=False):
    people: int
    name: str


class PersonDict(TypedDict, total=False):
    name: str
    nickname: str | None
    age: int | None


class PlaceDict(TypedDict, total=False):
    name: str


def _ordered(span: Any) -> Any:
    CALLS.append(tuple(span.values()))
    if span.get("end", 0) < span.get("start", 0):
        raise ValueError("it ends before it starts")
    return span


class BookingDict(TypedDict, total=False):
    name: str
    span: Annotated[SpanDict, AfterValidator(_ordered)]
