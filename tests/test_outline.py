"""The places of a value: which are there, which are open, which do not fit, whatever the type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from partway import Extractor, TruncatedJSONError, UsageError, stream
from partway._outline import Place, focus, inside, marks, reason, title, visible, written


class Part(BaseModel):
    name: str = Field(alias="partName")
    size: int | None = Field(None, validation_alias=AliasChoices("size", "sizeCm"))


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str


@dataclass(slots=True)
class Slotted:
    name: str
    size: int | None = None


class Typed(TypedDict):
    name: str
    size: int


def root(text, shape):
    extractor = Extractor(shape)
    extractor.feed(text)
    return Place(extractor.snapshot, shape, extractor.open_path, marks=marks(extractor.rejected))


def seen(place):
    """What there is to see of the places inside: name, whether it arrived, how the open path goes on."""
    return [(inner.name, inner.arrived, inner.rest) for inner in inside(place, 9)]


# Type, what has come, the places of it
PLACES = {
    "an alias": (Part, '{"partName": "le', [("name", True, ()), ("size", False, None)]),
    "another alias": (Part, '{"sizeCm": ', [("name", False, None), ("size", False, ())]),
    "a dataclass with slots": (Slotted, '{"name": "le', [("name", True, ()), ("size", False, None)]),
    "a TypedDict": (Typed, '{"name": "leg", "si', [("name", True, None), ("size", False, None)]),
    "a dict": (dict[str, int], '{"a": 1, "b": ', [("a", True, None), ("b", False, ())]),
    "a list": (list[Part], '[{"partName": "leg"}, {', [(0, True, None), (1, True, ())]),
    "untyped": (Any, '{"a": [1', [("a", True, (0,))]),
}


@pytest.mark.parametrize(("shape", "text", "places"), PLACES.values(), ids=PLACES)
def test_a_place_knows_what_is_inside(shape, text, places):
    assert seen(root(text, shape)) == places


def test_a_complete_dataclass_with_slots_has_places():
    assert seen(Place(Slotted("leg"), Slotted)) == [("name", True, None), ("size", False, None)]


def test_of_a_long_list_only_what_is_near_is_made():
    place = Place(list(range(100_000)), list[int], (50_000,))
    names = [inner.name for inner in inside(place, 3)]
    assert names == [49_997, 49_998, 49_999, 50_000, 50_001, 50_002]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('{"partName": 1, ', {"name": "1: Input should be a valid string"}),
        ('{"partName": "x", "sizeCm": [1,  2], ', {"size": "[1, 2]: Input should be a valid integer"}),
        ('{"partName": ["' + "x" * 99 + '"],', {"name": '["' + "x" * 57 + "…: Input should be a valid string"}),
    ],
)
def test_what_does_not_fit_is_told_at_its_place(text, wrong):
    places = inside(root(text, Part), 9)
    assert {inner.name: inner.wrong for inner in places if inner.wrong} == wrong


def test_a_key_that_nobody_knows_has_a_place_once_it_does_not_fit():
    extractor = Extractor(Strict)
    extractor.feed('{"name": "x", "more": 1}')
    place = Place(extractor.snapshot, Strict, (), marks={"more": {None: "not permitted"}, None: "whole"})
    assert [(inner.name, inner.wrong) for inner in inside(place, 9)] == [("name", ""), ("more", "not permitted")]
    assert place.wrong == "whole"


def test_the_eye_is_on_what_is_open_or_came_last():
    place = root('{"partName": "x", "si', Part)
    assert focus(inside(place, 9), place) == 0
    place = root('{"partName": "x", "size": ', Part)
    assert focus(inside(place, 9), place) == 1
    place = Place(Part(partName="x", size=1), Part)
    assert focus(inside(place, 9), place) == 0


def test_the_type_of_a_run_is_known():
    for shape in (Part, list[Part], Any, Part | None):
        assert stream([], shape).type == shape


def test_what_ended_a_run_is_said_in_few_words():
    with pytest.raises(TruncatedJSONError) as caught:
        stream(['{"partName": "x'], Part).result()
    assert reason(caught.value) == "TruncatedJSONError in partName"
    assert reason(UsageError("told in many words")) == "UsageError"


LEAVES = {
    "null": (None, ("null", "null")),
    "true": (True, ("true", "number")),
    "a float": (1.5, ("1.5", "number")),
    "an integer too long to write": (10**5000, ("an integer of 16610 bits", "number")),
    "bytes": (b"a\xff", ("a�", "text")),
    "a string": ("a", ("a", "text")),
    "anything else": (1j, ("1j", "name")),
}


@pytest.mark.parametrize(("value", "look"), LEAVES.values(), ids=LEAVES)
def test_leaves_are_written_as_people_do(value, look):
    assert written(value) == look


def test_types_have_titles():
    titles = [title(shape) for shape in (Part, list[Part], Part | None, Part | int, Any)]
    assert titles[0] == titles[2] == "Part"
    assert titles[3] == titles[4] == "untyped"
    assert titles[1].startswith("list[")


def test_control_characters_are_made_visible():
    assert visible("\x1b[2J\u202e") == "␛[2J�"
