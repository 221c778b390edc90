"""What the open path looks like from outside: values are looked up by JSON keys, snapshots stay what they are."""

# ruff: noqa: E501  # a case of a table is one line

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import pydantic.dataclasses
import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel
from typing_extensions import TypedDict

from partway import Extractor
from partway._plan import plan_for
from partway._snapshot import holds


class Inner(BaseModel):
    n: int = 0


class Model(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int = Field(0, alias="A")
    inner: Inner | None = None
    by_int: dict[int, Inner] = {}
    pair: tuple[int, Inner] | None = None
    tags: set[str] = set()
    points: Any = None


class Ignoring(BaseModel):
    a: int = 0


class Typed(TypedDict, total=False):
    a: int
    b: list[int]


class Point(NamedTuple):
    x: int


@dataclasses.dataclass
class Data:
    a: int
    inner: Inner | None = None


@pydantic.dataclasses.dataclass(config=ConfigDict(extra="allow"))
class AllowingData:
    a: int = Field(0, alias="A")
    b: str = ""


FULL = (
    '{"A":1,"inner":{"n":1},"by_int":{"1":{"n":2}},"pair":[1,{"n":3}],"tags":["x"],"points":{"p":[1]},"more":{"k":[0]}}'
)

# A type, a document, the paths of JSON keys that are there, and those that are not.
HELD: list[tuple[Any, str, list[tuple[str | int, ...]], list[tuple[str | int, ...]]]] = [
    (Model, FULL,
     [(), ("A",), ("inner", "n"), ("by_int", "1"), ("by_int", "1", "n"), ("by_int", "01"), ("pair", 1, "n"), ("tags", 0), ("points", "p", 0),
      ("more",), ("more", "k", 0)],
     [("a",), ("b",), (0,), ("inner", "m"), ("inner", 0), ("by_int", "2"), ("by_int", "x"), ("pair", 2), ("pair", -1), ("pair", "1"),
      ("tags", 1), ("points", "q"), ("points", "p", 1), ("more", "k", 0, 0), ("A", "x"), ("A", 0)]),
    (Model, "{}", [()], [("A",), ("inner",), ("inner", "n"), ("tags", 0)]),
    (Model, '{"inner":null}', [("inner",)], [("inner", "n")]),
    (Ignoring, '{"a":1,"b":2}', [("a",)], [("b",)]),
    (Typed, '{"a":1,"b":[1]}', [("a",), ("b", 0)], [("b", 1), ("c",), (0,)]),
    (Data, '{"a":1,"inner":{"n":1}}', [("a",), ("inner", "n")], [("inner", "m"), ("b",), (0,)]),
    (AllowingData, '{"A":1,"more":{"k":[0]}}', [("A",), ("more",), ("more", "k", 0)], [("a",), ("more", "k", 1), ("c",)]),
    (RootModel[dict[str, Inner]], '{"root":{"n":1},"x":{}}', [("root",), ("root", "n"), ("x",)], [("x", "n"), ("root", "root"), ("y",)]),
    (list[RootModel[list[int]]], "[[1]]", [(0,), (0, 0)], [(0, "root"), (0, 1)]),
    (list[Inner], '[{"n":1},{}]', [(0,), (0, "n"), (1,)], [(1, "n"), (2,), (-1,), ("0",)]),
    (int, "1", [()], [("a",), (0,)]),
    (str, '"abc"', [()], [(0,), ("a",)]),
]  # fmt: skip

TEXT = '{"A":1,"inner":{"n":1},"by_int":{"1":{"n":2},"2":{"n":3}},"pair":[1,{"n":3}],"tags":["x","y"],"more":{"k":["long"]},"A":2}'


@pytest.mark.parametrize(("tp", "text", "there", "absent"), HELD)
def test_a_value_holds_what_was_in_its_json(tp: Any, text: str, there: list[Any], absent: list[Any]):
    plan = plan_for(tp)
    value = plan.validate_json(text)
    assert [path for path in there if not holds(value, plan.root, path)] == []
    assert [path for path in absent if holds(value, plan.root, path)] == []


@pytest.mark.parametrize("tp", [Model, Any, dict[str, Any]])
@pytest.mark.parametrize("every", [1, 3])
def test_a_snapshot_shows_what_there_was_whenever_it_is_looked_at(tp: Any, every: int):
    extractor = Extractor(tp)
    snapshots = []
    for at in range(0, len(TEXT), every):
        extractor.feed(TEXT[at : at + every])
        snapshots.append(extractor.partial)
    for number, snapshot in enumerate(snapshots, 1):
        fresh = Extractor(tp)
        fresh.feed(TEXT[: number * every])
        assert repr(fresh.partial) == repr(snapshot)


@pytest.mark.parametrize("tp", [Model, Any])
def test_what_is_complete_is_the_same_object_in_the_next_snapshot(tp: Any):
    extractor = Extractor(tp)
    extractor.feed('{"inner":{"n":1},"pair":[1,{"n":3}],"more":{"k":["x"]},"m')
    old = extractor.partial
    extractor.feed('ore2":"x')
    new = extractor.partial
    assert old is not new
    for name in ("inner", "pair", "more"):
        assert (old[name] is new[name]) if tp is Any else (getattr(old, name) is getattr(new, name))


def test_changing_a_shown_list_changes_no_other_snapshot():
    extractor = Extractor(list[list[int]])
    extractor.feed("[[1],[2,")
    shown = extractor.partial
    shown[1].append("mine")
    shown.append("mine")
    extractor.feed("3,")
    assert extractor.partial == [[1], [2, 3]]
    extractor.feed("3]]")
    assert extractor.finish() == [[1], [2, 3, 3]]


def test_a_long_string_is_shown_as_it_was():
    extractor = Extractor(list[str])
    extractor.feed('["')
    snapshots = []
    for _ in range(300):
        extractor.feed("0123456789")
        snapshots.append(extractor.partial)
    assert [len(snapshot[0]) for snapshot in snapshots] == list(range(10, 3010, 10))


class Chain(TypedDict, total=False):
    text: str
    next: Chain


def test_a_snapshot_of_typed_dicts_in_each_other_costs_one_look_at_each():
    extractor = Extractor(Chain)
    extractor.feed('{"text":"a","next":' * 60)  # two looks at each level would be 2 ** 60
    partial = extractor.partial
    for _ in range(59):
        partial = partial["next"]
    assert partial == {"text": "a"}
