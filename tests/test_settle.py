"""When a union is settled: at the earliest moment that is certain, and not a character before."""

# ruff: noqa: E501  # a case of a table is one line

from __future__ import annotations

import copy
import json
from datetime import date
from enum import Enum, IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Discriminator, Field, HttpUrl, Tag, TypeAdapter
from typing_extensions import TypedDict

from growth import assert_linear
from partway import Completed, Extractor, Limits, Opened, State, Whole, _shapes
from partway._settle import Chooser, Record

if TYPE_CHECKING:
    from collections.abc import Callable


class Sort(str, Enum):  # noqa: UP042 # as users of 3.10 write it
    CAT = "cat"
    DOG = "dog"


class Rank(IntEnum):
    LOW = 1
    HIGH = 2


class Cat(BaseModel):
    kind: Literal["cat"]
    name: str = ""


class Dog(BaseModel):
    kind: Literal["dog", "wolf"]
    name: str = ""


class SortedCat(BaseModel):
    sort: Literal[Sort.CAT]
    name: str = ""


class SortedDog(BaseModel):
    sort: Literal[Sort.DOG]
    name: str = ""


class Low(BaseModel):
    rank: Literal[Rank.LOW]
    name: str = ""


class High(BaseModel):
    rank: Literal[2]
    name: str = ""


class House(BaseModel):
    kind: Literal["house"]
    size: Literal["small"]
    name: str = ""


class Hall(BaseModel):
    kind: Literal["house"]
    size: Literal["large"]
    name: str = ""


class Circle(BaseModel):
    model_config = ConfigDict(extra="forbid")
    radius: int
    name: str = ""


class Square(BaseModel):
    model_config = ConfigDict(extra="forbid")
    side: int
    name: str = ""


class Numbered(BaseModel):
    value: int
    name: str = ""


class Listing(BaseModel):
    value: list[int]
    name: str = ""


class On(BaseModel):
    state: Literal["on"]
    name: str = ""


class Off(BaseModel):
    state: Literal["off"]
    name: str = ""


class Dated(BaseModel):
    at: date
    name: str = ""


class Counted(BaseModel):
    at: Annotated[int, Field(ge=1_000_000)]
    name: str = ""


class Typed(TypedDict):
    kind: Literal["typed"]
    name: str


class Loose(BaseModel):
    name: str = ""


class Looser(BaseModel):
    name: str = ""
    more: str = ""


class Shade(Enum):
    RED = "red"
    REDDISH = "reddish"
    BLUE = "blue"


def by_nested(value: Any) -> Any:
    return value["meta"]["kind"]


def by_one_of_two(value: Any) -> Any:
    return value.get("kind") or value.get("type")


def by_presence(value: Any) -> Any:
    return "cat" if "lives" in value else "dog"


def by_all(value: Any) -> Any:
    return "cat" if len(value) == 1 else "dog"


def by_kind_or_dog(value: Any) -> Any:
    try:
        return {"cat": "cat"}[value["kind"]]
    except KeyError:
        return "dog"


def that_catches_all(value: Any) -> Any:
    try:
        return value["kind"]
    except BaseException:  # noqa: BLE001 # it is what is tested
        return "dog"


def by_constant(_: Any) -> Any:
    return "cat"


def by_pattern(value: Any) -> Any:
    match value:
        case {"kind": "cat"}:
            return "cat"
        case _:
            return "dog"


class Any1(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str = ""


class Any2(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str = ""


def told_by(function: Callable[[Any], Any]) -> Any:
    return Annotated[Annotated[Any1, Tag("cat")] | Annotated[Any2, Tag("dog")], Discriminator(function)]


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]
Building = Annotated[House | Hall, Field(discriminator="size")]
Nested = Annotated[Pet | Building, Field(discriminator="kind")]

# What, type, the document with ▸ behind the first character with which the member is certain, and its class there.
EARLIEST: list[tuple[str, Any, str, Any]] = [
    ("the tag first", Pet, '{"kind":"cat"▸,"name":"Tom"}', Cat),
    ("the tag last", Pet, '{"name":"Tom","kind":"cat"▸}', Cat),
    ("the tag in the middle", Pet, '{"name":"Tom","kind":"wolf"▸,"more":1}', Dog),
    ("the tag behind a nested one", Pet, '{"x":{"kind":"dog"},"y":["kind"],"kind":"cat"▸}', Cat),
    ("a tag of a str enum", Annotated[SortedCat | SortedDog, Field(discriminator="sort")], '{"sort":"dog"▸,"name":"x"}', SortedDog),
    ("a tag of an int enum", Annotated[Low | High, Field(discriminator="rank")], '{"rank":1,▸"name":"x"}', Low),
    ("a tag that is a number", Annotated[Low | High, Field(discriminator="rank")], '{"name":"x","rank":2}▸', High),
    ("nested tags", Nested, '{"kind":"house","size":"large"▸,"name":"x"}', Hall),
    ("nested tags, the inner one first", Nested, '{"size":"large","name":"x","kind":"house"▸}', Hall),
    ("nested tags, the outer one alone", Nested, '{"name":"x","kind":"wolf"▸}', Dog),
    ("one may be null", Pet | None, '{"kind":"cat"▸,"name":"Tom"}', Cat),
    ("a key that the other forbids", Circle | Square, '{"name":"x","side"▸:1}', Square),
    ("a key that the other forbids, first", Circle | Square, '{"radius"▸:1,"name":"x"}', Circle),
    ("the kind of a value", Numbered | Listing, '{"value":[▸1],"name":"x"}', Listing),
    ("the kind of a value, a number", Numbered | Listing, '{"name":"x","value":1,▸"more":2}', Numbered),
    ("a literal", On | Off, '{"name":"x","state":"off"▸}', Off),
    ("date or int, a date", Dated | Counted, '{"at":"2024-02-29"▸,"name":"x"}', Dated),
    ("date or int, an int", Dated | Counted, '{"at":1000001,▸"name":"x"}', Counted),
    ("a TypedDict", Typed | Cat, '{"name":"x","kind":"typed"▸}', dict),
    ("an object or a list", Loose | list[int], '{▸"name":"x"}', Loose),
    ("an object or null", Loose | None, '{▸"name":"x"}', Loose),
    ("the elements of a list", list[int] | list[list[int]], "[[▸1]]", list),
    ("a list or a set of literals", list[int] | list[Literal["a", "b"]], '["a"▸,"b"]', list),
    ("a list or an object", list[int] | dict[str, int], "[▸1]", list),
    ("a tuple by its second element", tuple[int, str] | tuple[int, list[str]], '[1,[▸"x"]]', tuple),
    ("models that differ in nothing", Loose | Looser, '{"name":"x","more":"y"}▸', Looser),
    ("a function of a nested key", told_by(by_nested), '{"name":"x","meta":{"kind":"dog"}▸,"b":1}', Any2),
    ("a function of one key", told_by(by_kind_or_dog), '{"name":"x","kind":"cat"▸,"b":1}', Any1),
    ("a function of two keys", told_by(by_one_of_two), '{"type":"cat","name":"x","kind":""▸}', Any1),
    ("a function of two keys, the first says it", told_by(by_one_of_two), '{"name":"x","kind":"dog"▸,"type":"cat"}', Any2),
    ("a function of a key's presence, it is there", told_by(by_presence), '{"name":"x","lives":9,▸"b":1}', Any1),
    ("a function of a key's presence, it is not", told_by(by_presence), '{"name":"x","b":1}▸', Any2),
    ("a function of all keys", told_by(by_all), '{"name":"x","b":1}▸', Any2),
    ("a function that catches everything", told_by(that_catches_all), '{"name":"x","kind":"cat"▸}', Any1),
    ("a function that looks at nothing", told_by(by_constant), '{▸"name":"x"}', Any1),
    ("a function with a pattern, which counts the keys", told_by(by_pattern), '{"name":"x","kind":"cat"}▸', Any1),
]  # fmt: skip


def base_of(value: Any) -> type | None:
    """The class of what is shown; of a partial, the one it is of."""
    if value is None:
        return None
    cls = type(value)
    return cls.__bases__[-1] if cls.__name__.startswith("Partial[") else cls


@pytest.mark.parametrize(("tp", "marked", "cls"), [row[1:] for row in EARLIEST], ids=[row[0] for row in EARLIEST])
@pytest.mark.parametrize("place", ["alone", "in a list", "in an object"])
def test_a_union_shows_its_member_with_the_first_character_that_is_certain(tp: Any, marked: str, cls: Any, place: str):
    at, inner = marked.index("▸"), marked.replace("▸", "")
    before, behind = {"alone": ("", " "), "in a list": ("[ ", "]"), "in an object": ('{"k":', "}")}[place]
    path = {"alone": (), "in a list": (0,), "in an object": ("k",)}[place]
    whole = {"alone": tp, "in a list": list[tp], "in an object": dict[str, tp]}[place]
    text = before + inner + behind
    extractor = Extractor(whole, json_only=True)
    for count, character in enumerate(text, 1):
        extractor.feed(character)
        seen = extractor.partial
        if seen is not None and path:
            seen = (seen[0] if seen else None) if place == "in a list" else seen.get("k")
        expected = cls if count >= len(before) + at else None
        assert base_of(seen) is expected, text[:count]
        begun = len(before) < count < len(before) + len(inner)
        if begun:
            assert extractor.state(*path) is State.STREAMING
    assert extractor.finish() == TypeAdapter(whole).validate_json(text)


@pytest.mark.parametrize(("tp", "marked", "cls"), [row[1:] for row in EARLIEST], ids=[row[0] for row in EARLIEST])
def test_what_came_before_a_union_was_settled_is_told_in_the_order_of_the_text(tp: Any, marked: str, cls: Any):
    text = marked.replace("▸", "")
    stories: list[list[Any]] = []
    for deltas in ([text], list(text)):
        events: list[Any] = []
        extractor = Extractor(tp, json_only=True, on_event=events.append)
        for delta in deltas:
            extractor.feed(delta)
        assert base_of(extractor.finish()) is cls
        stories.append([event for event in events if isinstance(event, Opened | Completed)])
    assert stories[0] == stories[1]
    assert stories[0][0] == Opened((), "object" if text[0] == "{" else "array")
    opened = [event.path for event in stories[0] if isinstance(event, Opened)]
    assert len(opened) == len(set(opened))


class Settings(BaseModel):
    theme: Annotated[Shade, Whole(prefix=True)]
    mode: Literal["auto"] | str = ""
    value: str | int | list[Loose] = ""
    key: str | UUID = ""
    link: str | date | HttpUrl | Path = ""
    maybe: list[str] | None = None


# What, the document up to ▸ with which something is shown, where, what; and that the character before did not show it.
PLACES: list[tuple[str, str, str, Any]] = [
    ("one choice is left", '{"theme":"b▸lue"', "theme", Shade.BLUE),
    ("one is the prefix of another", '{"theme":"redd▸ish"', "theme", Shade.REDDISH),
    ("the shorter of two is there when it closes", '{"theme":"red"▸', "theme", Shade.RED),
    ("a string that is no literal any more", '{"mode":"aut▸', "mode", None),
    ("a string that is no literal any more, sooner", '{"mode":"ax▸', "mode", "ax"),
    ("a string that goes on behind a literal", '{"mode":"autos▸', "mode", "autos"),
    ("a string that is the literal", '{"mode":"auto"▸', "mode", "auto"),
    ("a string by its kind", '{"value":"x▸', "value", "x"),
    ("a string that might be a UUID", '{"key":"x"▸', "key", "x"),
    ("a string that others read, too", '{"link":"h▸', "link", "h"),
    ("a list by its kind", '{"value":[▸', "value", []),
    ("a number by its kind", '{"value":12,▸', "value", 12),
    ("what may be null does not wait", '{"maybe":[▸', "maybe", []),
    ("nor does a part of it", '{"maybe":["a▸', "maybe", ["a"]),
]


@pytest.mark.parametrize(("marked", "name", "shown"), [row[1:] for row in PLACES], ids=[row[0] for row in PLACES])
def test_a_place_shows_what_is_certain_and_nothing_sooner(marked: str, name: str, shown: Any):
    extractor = Extractor(Settings, json_only=True)
    text = marked[: marked.index("▸")]
    extractor.feed(text[:-1])
    before = extractor.partial.__dict__.get(name) if extractor.partial is not None else None
    extractor.feed(text[-1])
    assert getattr(extractor.partial, name) == shown
    assert before is None or before != shown


def test_a_place_with_a_prefix_is_complete_only_when_its_string_closes():
    events: list[Any] = []
    extractor = Extractor(Settings, json_only=True, on_event=events.append)
    extractor.feed('{"theme":"b')
    assert extractor.partial.theme is Shade.BLUE
    assert extractor.state("theme") is State.STREAMING
    assert events == [Opened((), "object"), Opened(("theme",), "string")]
    extractor.feed('lue"')
    assert extractor.state("theme") is State.COMPLETE
    assert events[2:] == [Completed(("theme",), Shade.BLUE)]


# ------------------------------------------------------------------------------------- where they disagree

# What, type, and a document in which a tag, a key or a function is odd: what comes of it is pydantic's.
ODD: list[tuple[str, Any, str]] = [
    ("the tag twice, another one", Pet, '{"kind":"cat","name":"x","kind":"dog"}'),
    ("the tag twice, unknown", Pet, '{"kind":"cat","kind":"fox"}'),
    ("a key twice before a function is sure", told_by(by_nested), '{"name":"a","name":"b","meta":{"kind":"dog"}}'),
    ("a key twice in a plain union", On | Off, '{"state":"on","state":"off"}'),
    ("a key twice, the first fits none", On | Off, '{"state":"no","state":"off"}'),
    ("the tag unknown", Pet, '{"kind":"fox"}'),
    ("the tag of another kind", Pet, '{"kind":["cat"]}'),
    ("the tag of another kind of number", Annotated[Low | High, Field(discriminator="rank")], '{"rank":1.0}'),
    ("the tag a boolean", Annotated[Low | High, Field(discriminator="rank")], '{"rank":true}'),
    ("the tag missing", Pet, '{"name":"x"}'),
    ("the tag of a plain enum", Annotated[SortedCat | SortedDog, Field(discriminator="sort")], '{"sort":"cat","name":1}'),
    ("a function that says nothing known", told_by(by_nested), '{"meta":{"kind":"fox"}}'),
    ("an array", Pet, "[]"),
    ("a string", Pet, '"cat"'),
    ("no member left", Numbered | Listing, '{"value":"x","name":1}'),
    ("no member left, by a list", Numbered | Listing, '{"value":{}}'),
    ("tuples of another length", tuple[int, str] | tuple[int], '[1,"a",2]'),
    ("a member fits not in the end", On | Off, '{"state":"on","name":1}'),
]  # fmt: skip


@pytest.mark.parametrize(("tp", "text"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
@pytest.mark.parametrize("size", [None, 1])
def test_where_tags_and_parts_disagree_the_result_is_pydantics(tp: Any, text: str, size: int | None):
    def outcome(make: Callable[[], Any]) -> Any:
        try:
            return make()
        except Exception as error:  # noqa: BLE001 # compared below
            found = getattr(error, "validation_error", error)
            return [(line["loc"], line["type"]) for line in found.errors()]

    def run() -> Any:
        extractor = Extractor(tp, json_only=True)
        for delta in text if size else [text]:
            extractor.feed(delta)
        return extractor.finish()

    assert outcome(run) == outcome(lambda: TypeAdapter(tp).validate_json(text))


class PlainSort(Enum):
    CAT = "cat"
    DOG = "dog"


class PlainCat(BaseModel):
    sort: Literal[PlainSort.CAT]


class PlainDog(BaseModel):
    sort: Literal[PlainSort.DOG]


def test_a_tag_of_an_enum_that_pydantic_does_not_find_in_json_shows_no_member():
    tp = Annotated[PlainCat | PlainDog, Field(discriminator="sort")]
    extractor = Extractor(tp, json_only=True)
    extractor.feed('{"sort":"cat"')
    assert extractor.partial is None


# -------------------------------------------------------------------------------------- functions of the user


def calls(function: Callable[[Any], Any], text: str) -> list[Any]:
    """What a discriminator gave, and what it raised, each time it was called."""
    seen: list[Any] = []

    def discriminate(value: Any) -> Any:
        try:
            answer = function(value)
        except BaseException as error:
            seen.append(type(error).__name__)
            raise
        seen.append(answer)
        return answer

    extractor = Extractor(told_by(discriminate), json_only=True)
    for character in text:
        extractor.feed(character)
    extractor.finish()
    return seen


def test_a_function_is_asked_once_more_for_each_key_it_waits_for():
    assert calls(by_nested, '{"a":1,"b":[{}],"meta":{"kind":"cat"},"c":2}') == ["_NotYetError", "cat"]
    assert calls(by_one_of_two, '{"a":1,"kind":"","b":1,"type":"dog"}') == ["_NotYetError", "_NotYetError", "dog"]
    assert calls(by_constant, '{"a":1}') == ["cat"]


WHOLE: list[tuple[str, Callable[[Any], Any]]] = [
    ("iter", list),
    ("len", len),
    ("keys", lambda value: value.keys()),
    ("values", lambda value: value.values()),
    ("items", lambda value: value.items()),
    ("copy", lambda value: value.copy()),
    ("pop", lambda value: value.pop("a", None)),
    ("equal", lambda value: value == {}),
    ("not equal", lambda value: value != {}),
    ("or", lambda value: value | {}),
    ("ror", lambda value: {} | value),
    ("reversed", reversed),
    ("repr", repr),
    ("str", str),
    ("unpacked", lambda value: {**value}),
    ("dict", dict),
    ("set", lambda value: value.update(a=1)),
    ("delete", lambda value: value.clear()),
    ("set a default", lambda value: value.setdefault("a")),
    ("truth of nothing", bool),
]


@pytest.mark.parametrize("look", [row[1] for row in WHOLE], ids=[row[0] for row in WHOLE])
def test_a_function_that_looks_at_the_whole_object_is_not_answered_before_it_closes(look: Callable[[Any], Any]):
    kinds: list[type] = []

    def discriminate(value: Any) -> Any:
        look(value)
        kinds.append(type(value))
        return "dog"

    extractor = Extractor(told_by(discriminate), json_only=True)
    for character in '{"a":1,"b":2':
        extractor.feed(character)
        assert extractor.partial is None or kinds == []
    assert extractor.partial is None or look is bool
    extractor.feed("}")
    assert base_of(extractor.finish()) is Any2
    assert kinds[-1] is dict


def test_the_truth_of_an_object_is_known_with_its_first_key():
    assert calls(lambda value: "cat" if value.get("a") and value else "dog", '{"a":1,"b":2}') == ["_NotYetError", "cat"]


THROUGH_C: list[Callable[[Any], Any]] = [
    json.dumps,
    lambda value: TypeAdapter(dict[str, int]).validate_python(value),
    lambda value: HasA.model_validate(value).model_fields_set,
    lambda value: TypeAdapter(OnlyA).validate_python(value),
    lambda value: list(map(str, value)),
    lambda value: str(sorted(value)),
    copy.copy,
    copy.deepcopy,
]


class HasA(BaseModel):
    a: int = 0


class OnlyA(TypedDict, total=False):
    a: int


@pytest.mark.parametrize("look", THROUGH_C)
def test_a_function_that_looks_through_c_is_not_answered_before_it_closes(look: Callable[[Any], Any]):
    tp = told_by(lambda value: "cat" if "a" in look(value) else "dog")
    extractor = Extractor(tp, json_only=True)
    extractor.feed('{"a":1}')
    assert base_of(extractor.finish()) is Any1


# ------------------------------------------------------------------------------------------------ the parts


def record_of(*events: tuple[str, Any]) -> Record:
    record = Record(lambda start, end: " " * (end - start))
    for event, value in events:
        record.add(event, value, (0, -1))
    return record


INT = _shapes.Test(frozenset(("number",)), {})
TEXT = _shapes.Test(frozenset(("string",)), {})


def test_members_of_one_place_are_one_answer():
    place = _shapes.Place(json.loads)
    shape = _shapes.EitherShape((_shapes.Member(place, fields={"a": INT}), _shapes.Member(place, fields={"b": TEXT})))
    chooser = Chooser(shape, record_of(("start_map", None), ("map_key", "c")), 0)
    chooser.look()
    assert chooser.found is None or chooser.found is place


def test_a_record_knows_how_deep_it_is_and_where_containers_end():
    record = record_of(("start_array", None), ("start_map", None), ("end_map", None), ("start_array", None))
    assert [record.end(start) for start in (0, 1, 3)] == [-1, 2, -1]
    assert record.open == [0, 3]
    assert (record.depth(0), record.depth(1)) == (2, 1)


# ---------------------------------------------------------------------------------------------------- linear


UNBOUND = Limits(max_chars=10**9, max_depth=10_000)


class Node(BaseModel):
    child: Annotated[Node | Leaf, Field(discriminator="kind")]
    kind: Literal["node"]


class Leaf(BaseModel):
    text: str
    kind: Literal["leaf"]


class Item(BaseModel):
    text: str
    kind: Literal["a"]


class Other(BaseModel):
    text: str
    kind: Literal["b"]


Tagged = list[Annotated[Item | Other, Field(discriminator="kind")]]
Tie = list[Loose | Looser]


def nested(depth: int) -> str:
    return '{"child":' * depth + '{"text":"x","kind":"leaf"}' + ',"kind":"node"}' * depth


def tagged_last(count: int) -> str:
    return "[" + ",".join(['{"text":"some text","kind":"a"}'] * count) + "]"


def tied(count: int) -> str:
    return "[" + ",".join(['{"name":"some text","more":"x"}'] * count) + "]"


def half_bad(count: int) -> str:
    return "[" + ",".join(['{"text":1,"kind":"a"}', '{"text":"some text","kind":"a"}'] * (count // 2)) + "]"


def reading(tp: Any, text: str, size: int | None) -> Callable[[], object]:
    step = size or len(text)
    pieces = [text[at : at + step] for at in range(0, len(text), step)]

    def read() -> None:
        extractor = Extractor(tp, json_only=True, limits=UNBOUND)
        for piece in pieces:
            extractor.feed(piece)

    return read


@pytest.mark.no_cover
@pytest.mark.parametrize("size", [None, 16])
@pytest.mark.parametrize(
    ("tp", "make"),
    [(Tagged, tagged_last), (Tie, tied), (Tagged, half_bad)],
    ids=["tag last", "tie", "half of them rejected"],
)
def test_many_unions_take_linear_time(tp: Any, make: Callable[[int], str], size: int | None):
    assert_linear(lambda count: reading(tp, make(count), size), 1_500)


@pytest.mark.no_cover
@pytest.mark.parametrize("size", [None, 16])
def test_unions_in_unions_with_their_tags_last_take_linear_time(size: int | None):
    root = Annotated[Node | Leaf, Field(discriminator="kind")]
    text = nested(100)
    extractor = Extractor(root, json_only=True)
    for character in text:
        extractor.feed(character)
    assert extractor.finish() == TypeAdapter(root).validate_json(text)
    assert_linear(lambda depth: reading(root, nested(depth), size), 45)
