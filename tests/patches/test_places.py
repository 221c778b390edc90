"""A place has one path in the JSON that comes and another in the value."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

from partway import Extractor
from partway.events import Path
from partway.patches._peek import Peek


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(validation_alias="nine", serialization_alias="left")


class Dog(BaseModel):
    kind: Literal["dog"]
    good: bool = Field(True, alias="isGood")


class Home(BaseModel):
    model_config = ConfigDict(extra="allow")
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = Field(
        [], validation_alias="in", serialization_alias="out"
    )
    scores: dict[int, Cat] = {}
    named: dict[Annotated[str, AfterValidator(str.upper)], int] = {}
    pair: tuple[int, Dog] | None = None
    odd: Annotated[Cat, PlainSerializer(str)] | None = None
    gone: list[Cat] = Field([], exclude=True)


PATHS: list[tuple[Path, Path]] = [
    ((), ()),
    (("in",), ("out",)),
    (("in", 3, "nine"), ("out", 3, "left")),
    (("in", 0, "isGood"), ("out", 0, "isGood")),
    (("in", 0, "else"), ("out", 0, "else")),
    (("scores", "07", "nine"), ("scores", "7", "left")),
    (("scores", "x", "nine"), ("scores", "x", "nine")),
    (("named", "a"), ("named", "A")),
    (("pair", 1, "isGood"), ("pair", 1, "isGood")),
    (("odd", "nine"), ("odd", "nine")),
    (("gone", 0, "nine"), ("gone", 0, "nine")),
    (("extra", "a", 1), ("extra", "a", 1)),
    (("in", "not", "there"), ("out", "not", "there")),
    (("scores", 0), ("scores", 0)),
]


@pytest.mark.parametrize(("path", "dumped"), PATHS)
def test_a_path_is_led_from_one_to_the_other(path: Path, dumped: Path):
    assert Peek(Extractor(Home)).dumped(path) == dumped


def test_where_there_is_no_type_it_stays():
    assert Peek(Extractor(Any)).dumped(("a", 0, "b")) == ("a", 0, "b")
