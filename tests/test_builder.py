"""Tokens and a plan in, events, states and the open path out, step by step."""

# ruff: noqa: E501  # a case of a table is one line

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from partway import Extractor, Gate, State, Whole
from partway._reader import BACKENDS
from partway.events import Appended, Completed, Event, Opened, Rejected

A, S, C, R = State.ABSENT, State.STREAMING, State.COMPLETE, State.REJECTED


class Step(BaseModel):
    text: str
    n: int = 0


class Recipe(BaseModel):
    title: str = Field("", alias="Title")
    steps: list[Step] = []
    made: date | None = None
    either: int | Annotated[list[int], Whole()] = 0


class Forbidding(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int = 0


class Late(BaseModel):
    a: str
    x: list[int] = []
    y: dict[str, int] = {}
    s: str = ""

    @field_validator("x", "y", "s")
    @classmethod
    def told(cls, value: Any, info: ValidationInfo) -> Any:
        assert info.data
        return value


# A type; what is fed, the open path after it, and the states of some paths.
STEPS: list[tuple[str, Any, list[tuple[str, tuple[Any, ...], dict[tuple[Any, ...], State]]]]] = [
    ("a model", Recipe, [
        (" ", (), {(): A, ("Title",): A}),
        ("{", (), {(): S, ("Title",): A}),
        ('"Tit', (), {("Title",): A}),
        ('le"', ("Title",), {("Title",): A}),
        (":", ("Title",), {("Title",): A}),
        ('"', ("Title",), {("Title",): S, ("title",): A, ("Title", 0): A}),
        ('x"', (), {("Title",): C, ("Title", "x"): A, (): S}),
        (',"steps":', ("steps",), {("steps",): A}),
        ("[", ("steps",), {("steps",): S, ("steps", 0): A}),
        ("{", ("steps", 0), {("steps",): S, ("steps", 0): S, ("steps", 0, "text"): A}),
        ('"text":"a', ("steps", 0, "text"), {("steps", 0, "text"): S, ("steps", 1): A}),
        ('","n":', ("steps", 0, "n"), {("steps", 0, "text"): C, ("steps", 0, "n"): A}),
        ("1", ("steps", 0, "n"), {("steps", 0, "n"): S}),
        ("2}", ("steps",), {("steps", 0, "n"): C, ("steps", 0): C, ("steps",): S, ("steps", 1): A, ("steps", 0, "m"): A}),
        (',{"n":"x"', ("steps", 1), {("steps", 1, "n"): R, ("steps", 1): S, ("steps", 0): C}),
        ("}", ("steps",), {("steps", 1): R, ("steps", 1, "n"): R, ("steps", 1, "text"): A}),
        ("]", (), {("steps",): R, ("steps", 0, "text"): C, ("steps", 0): C}),
        (',"made":"2026-', ("made",), {("made",): S}),
        ('01-02"', (), {("made",): C}),
        (',"either":[1', ("either",), {("either",): S, ("either", 0): A}),
        ("]", (), {("either",): C, ("either", 0): C, ("either", 1): A}),
        ("}", (), {(): R, ("Title",): C, ("made",): C}),
        ]),
    ("anything", Any, [
        ("[", (), {(): S}),
        ("1", (0,), {(0,): S}),
        (",", (), {(0,): C, (1,): A}),
        ("tr", (1,), {(1,): S}),
        ("ue", (), {(1,): C}),
        (',{"a.b":[', (2, "a.b"), {(2, "a.b"): S, (2,): S, (2, "a"): A}),
        ('"x', (2, "a.b", 0), {(2, "a.b", 0): S}),
        ('"', (2, "a.b"), {(2, "a.b", 0): C}),
        ("]}]", (), {(2, "a.b", 0): C, (2, "a.b"): C, (): C, (3,): A, ("a",): A}),
        ]),
    ("a dict by int", dict[int, str], [
        ('{"1":"x', ("1",), {("1",): S, (1,): A}),
        ('"', (), {("1",): C, ("01",): C, ("2",): A, ("x",): A}),
        (',"x":"y"', (), {("x",): A, ("1",): C}),
        ("}", (), {(): R}),
        ]),
    ("a set", set[int], [
        ("[1,", (), {(0,): C, (1,): A}),
        ("1,2", (2,), {(1,): C, (2,): S}),
        ("]", (), {(): C, (0,): C, (1,): C, (2,): C, (3,): A}),
        ]),
    ("a scalar", int, [
        ("4", (), {(): S}),
        ("2 ", (), {(): C, (0,): A}),
        ]),
    ("a key that is ignored", Step, [
        ('{"x":{"text":[1', ("x",), {("x",): S, ("text",): A}),
        ("]}", (), {("x",): A}),
        (',"y":"z', ("y",), {("text",): A}),
        ('","text":"a"}', (), {(): C, ("y",): A, ("text",): C, ("n",): A}),
        ]),
    ("a field that shows when its object closes", Late, [
        ('{"a":"x","x":[1', ("x",), {("x",): S, ("x", 0): A}),
        ('],"y":{"z":3', ("y",), {("x",): S, ("x", 0): A, ("y",): S}),
        ('},"s":"t"', (), {("x",): S, ("y",): S, ("s",): S, ("z",): A}),
        ("}", (), {("x",): C, ("x", 0): C, ("y",): C, ("s",): C, ("z",): A, (): C}),
        ]),
    ("one that does not fit", Late, [
        ('{"a":1,"x":["t"]', (), {("x",): S, ("a",): R}),
        ("}", (), {(): R}),
        ]),
    ("a repeated key", Recipe, [
        ('{"Title":"x"', (), {("Title",): C}),
        (',"Title":', ("Title",), {("Title",): C}),
        ('"', ("Title",), {("Title",): S}),
        ('y"', (), {("Title",): C}),
        (',"Title":1', ("Title",), {}),
        (",", (), {("Title",): R}),
        ('"Title":"z"}', (), {("Title",): C, (): C}),
        ]),
]  # fmt: skip

# A type, a document, and its events; `Appended` is not cut here.
STORIES: list[tuple[str, Any, str, list[Any]]] = [
    ("a model", Step, '{"text":"ab","n":1}', [Opened((), "object"), Opened(("text",), "string"), Appended(("text",), "ab"),
        Completed(("text",), "ab"), Opened(("n",), "number"), Completed(("n",), 1), Completed((), Step(text="ab", n=1))]),
    ("an empty string", list[str], '[""]', [Opened((), "array"), Opened((0,), "string"), Completed((0,), ""), Completed((), [""])]),
    ("each kind", Any, "[1,true,null,{},[]]", [Opened((), "array"), Opened((0,), "number"), Completed((0,), 1), Opened((1,), "boolean"),
        Completed((1,), True), Opened((2,), "null"), Completed((2,), None), Opened((3,), "object"), Completed((3,), {}),
        Opened((4,), "array"), Completed((4,), []), Completed((), [1, True, None, {}, []])]),
    ("a string that is whole", list[date], '["2026-01-02"]', [Opened((), "array"), Opened((0,), "string"),
        Completed((0,), date(2026, 1, 2)), Completed((), [date(2026, 1, 2)])]),
    ("a value that is whole", list[Annotated[list[int], Whole()]], "[[1,2]]", [Opened((), "array"), Opened((0,), "array"), Completed((0,), [1, 2]),
        Completed((), [[1, 2]])]),
    ("what does not fit", list[int], '["x",2]', [Opened((), "array"), Opened((0,), "string"), Rejected((0,), ...), Opened((1,), "number"),
        Completed((1,), 2), Rejected((), ...)]),
    ("a value that is whole and does not fit", list[Annotated[list[int], Whole()]], '[["x"]]', [Opened((), "array"), Opened((0,), "array"),
        Rejected((0,), ...), Rejected((), ...)]),
    ("a string that has grown and does not fit", list[Annotated[str, Field(max_length=1)]], '["ab"]', [Opened((), "array"),
        Opened((0,), "string"), Appended((0,), "ab"), Rejected((0,), ...), Rejected((), ...)]),
    ("nothing of what is ignored", Step, '{"x":[1,"y"],"z":"long","text":""}', [Opened((), "object"), Opened(("text",), "string"),
        Completed(("text",), ""), Completed((), Step(text=""))]),
    ("a forbidden key", Forbidding, '{"b":"c"}', [Opened((), "object"), Rejected((), ...)]),
    ("a repeated key", dict[str, str], '{"a":"x","a":"y"}', [Opened((), "object"), Opened(("a",), "string"), Appended(("a",), "x"),
        Completed(("a",), "x"), Opened(("a",), "string"), Appended(("a",), "y"), Completed(("a",), "y"), Completed((), {"a": "y"})]),
    ("a scalar", str, '"ab"', [Opened((), "string"), Appended((), "ab"), Completed((), "ab")]),
]  # fmt: skip


def joined(events: list[Event]) -> list[Any]:
    """The events, neighbouring `Appended` made one, errors left out."""
    story: list[Any] = []
    for event in events:
        if type(event) is Appended and story and type(story[-1]) is Appended and story[-1].path == event.path:
            story[-1] = Appended(event.path, story[-1].text + event.text)
        else:
            story.append(Rejected(event.path, ...) if type(event) is Rejected else event)
    return story


def ways(text: str) -> list[list[str]]:
    return [[text], list(text), *([text[:cut], text[cut:]] for cut in range(1, len(text)))]


@pytest.mark.parametrize("listening", [False, True])
@pytest.mark.parametrize("one_by_one", [False, True])
@pytest.mark.parametrize(("tp", "steps"), [pytest.param(*case, id=name) for name, *case in STEPS])
def test_states_and_the_open_path_follow_the_text(tp: Any, steps: list[Any], one_by_one: bool, listening: bool):
    extractor = Extractor(tp, on_event=repr if listening else None, json_only=True)
    for text, open_path, states in steps:
        for delta in text if one_by_one else [text]:
            extractor.feed(delta)
        assert extractor.open_path == open_path, text
        assert {path: extractor.state(*path) for path in states} == states, text


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("tp", "text", "story"), [pytest.param(*case, id=name) for name, *case in STORIES])
def test_events_tell_one_story(tp: Any, text: str, story: list[Any], backend: str):
    for deltas in ways(text):
        events: list[Event] = []
        extractor = Extractor(tp, on_event=events.append, json_only=True, backend=backend)
        for delta in deltas:
            extractor.feed(delta)
        assert joined(events) == story


def test_a_rejected_place_keeps_what_had_been_shown():
    extractor = Extractor(list[Annotated[str, Field(max_length=2)]])
    extractor.feed('["abc')
    assert extractor.partial == ["abc"]
    extractor.feed('","d')
    assert extractor.partial == ["abc", "d"]
    assert [one.path for one in extractor.rejected] == [(0,)]
    extractor.feed('"]')
    assert extractor.partial == ["abc", "d"]
    assert [one.path for one in extractor.rejected] == [(0,)]
    assert extractor.state() is State.REJECTED


def test_what_was_rejected_is_forgotten_when_its_key_comes_again():
    extractor = Extractor(Recipe)
    extractor.feed('{"steps":[{"n":"x"}],')
    assert [one.path for one in extractor.rejected] == [("steps", 0, "n")]
    extractor.feed('"steps":[')
    assert extractor.rejected == ()
    assert extractor.partial.steps == []
    extractor.feed("]}")
    assert extractor.finish() == Recipe()


def test_a_repeated_key_changes_no_older_snapshot():
    extractor = Extractor(dict[str, str])
    extractor.feed('{"a":"x","b":"y"')
    old = extractor.partial
    extractor.feed(',"a":"z"')
    assert old == {"a": "x", "b": "y"}
    assert list(extractor.partial.items()) == [("b", "y"), ("a", "z")] or extractor.partial == {"a": "z", "b": "y"}
    extractor.feed("}")
    assert list(extractor.finish().items()) == [("a", "z"), ("b", "y")]


@pytest.mark.parametrize("text", ["[1,", '["a', "[1.5e3]", "[tru"])
def test_a_value_error_of_who_listens_passes_through(text: str):
    def listen(_: Event) -> None:
        raise ValueError("a bug of the user's")

    extractor = Extractor(list[Any], on_event=listen, json_only=True)
    with pytest.raises(ValueError, match="a bug of the user's"):
        extractor.feed(text)


def test_an_error_in_a_validator_that_is_no_validation_error_passes_through():
    def broken(_: int) -> int:
        raise RuntimeError("a bug of the user's")

    extractor = Extractor(list[Annotated[int, AfterValidator(broken)]])
    with pytest.raises(RuntimeError, match="a bug of the user's"):
        extractor.feed("[1,")


class Gated(BaseModel):
    name: str = ""
    id: Annotated[str, Gate()] = ""


@pytest.mark.parametrize("text", ['{"name":"a","name":"b","id":"', '{"name":"a","id":3,"id":"'])
def test_a_gate_opens_behind_a_repeated_key(text):
    extractor = Extractor(list[Gated])
    for character in "[" + text:
        extractor.feed(character)
        assert not extractor.partial
    extractor.feed('x"')
    assert [gated.id for gated in extractor.partial] == ["x"]


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int
    toys: list[int] = []
    more: dict[str, int] = {}


class Dog(BaseModel):
    kind: Literal["dog"]
    name: Annotated[str, Field(max_length=3)] = ""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int = 0


class Everything(BaseModel):
    n: int = 0
    short: Annotated[str, Field(max_length=3)] = ""
    flag: Literal["on", "off"] = "on"
    numbers: Annotated[list[int], Field(min_length=2)] = [1, 2]
    whole: Annotated[list[int], Whole()] = []
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = []
    either: list[int] | dict[str, int] | None = None
    strict: Strict | None = None
    keys: dict[int, str] = {}


# What, a text, and what is rejected: path and JSON, just as it stands in the text.
REJECTED: list[tuple[str, str, list[tuple[tuple[Any, ...], str]]]] = [
    ("a string for a number", '{"n" : "x\\"y\\\\" }', [(("n",), r'"x\"y\\"')]),
    ("a number", '{"n":-1.5e0 , "short":""}', [(("n",), "-1.5e0")]),
    ("a literal", '{"n":null\n}', [(("n",), "null")]),
    ("true for a list", '{"numbers":true}', [(("numbers",), "true")]),
    ("a long string", '{"short":"a\\u00e9\\n\\ud83d\\ude00"}', [(("short",), r'"a\u00e9\n\ud83d\ude00"')]),
    ("a string that is no choice", '{"flag":"o\\"n"}', [(("flag",), r'"o\"n"')]),
    ("an array that is too short", '{"numbers":[ 1 ]}', [(("numbers",), "[ 1 ]")]),
    ("elements of an array, not the array", '{"numbers":[1,"]",[2],3]}', [(("numbers", 1), '"]"'), (("numbers", 2), "[2]")]),
    ("a whole array", '{"whole":[1,"x]"]}', [(("whole",), '[1,"x]"]')]),
    ("an object for a number", '{"n":{"a":[{"b":"}"}]}}', [(("n",), '{"a":[{"b":"}"}]}')]),
    ("an extra key", '{"strict":{"a":1,"b":[2]}}', [(("strict",), '{"a":1,"b":[2]}')]),
    ("an extra key and a part", '{"strict":{"a":"x","b":[2]}}', [(("strict", "a"), '"x"'), (("strict",), '{"a":"x","b":[2]}')]),
    ("a key of another type", '{"keys":{"1":"a","x":"b"}}', [(("keys",), '{"1":"a","x":"b"}')]),
    ("a part of a settled union", '{"pets":[{"kind":"cat","lives":"x"}]}', [(("pets", 0, "lives"), '"x"')]),
    ("a part of a settled union, before its tag", '{"pets":[{"lives":"\\\\\\"","kind":"cat"}]}', [(("pets", 0, "lives"), r'"\\\""')]),
    ("an array in a settled union, before its tag", '{"pets":[{"toys":[1, "x" ,[]],"lives":1,"kind":"cat"}]}', [(("pets", 0, "toys", 1), '"x"'), (("pets", 0, "toys", 2), "[]")]),
    ("an object in a settled union, before its tag", '{"pets":[{"more":{"a":{"x":"}"}},"lives":1,"kind":"cat"}]}', [(("pets", 0, "more", "a"), '{"x":"}"}')]),
    ("a settled union that lacks a key", '{"pets":[{"kind":"cat"},{"kind":"dog","name":"abcd"}]}', [(("pets", 0), '{"kind":"cat"}'), (("pets", 1, "name"), '"abcd"')]),
    ("a union that is never settled", '{"pets":[{"kind":"fox","a":["]"]}]}', [(("pets", 0), '{"kind":"fox","a":["]"]}')]),
    ("a union of the wrong kind", '{"either":"x"}', [(("either",), '"x"')]),
    ("a part of a union told by its kind", '{"either":[1,"x"]}', [(("either", 1), '"x"')]),
    ("a repeated key, the last fits", '{"n":"x","n":1}', []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rejected"), [row[1:] for row in REJECTED], ids=[row[0] for row in REJECTED])
@pytest.mark.parametrize("listens", [False, True])
def test_what_is_rejected_is_listed_by_its_cause_with_its_json(text: str, rejected: list[Any], listens: bool):
    for deltas in ways(text):
        extractor = Extractor(Everything, json_only=True, on_event=(lambda _: None) if listens else None)
        for delta in deltas:
            extractor.feed(delta)
        assert [(one.path, one.json) for one in extractor.rejected] == rejected
        for one in extractor.rejected:
            assert extractor.state(*one.path) is State.REJECTED
            assert one.json in text
            json.loads(one.json)
