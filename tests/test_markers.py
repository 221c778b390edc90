"""`Whole` and `Gate`: where they may stand, what is shown there, and that nothing else sees them."""

# ruff: noqa: E501  # a case of a table is one line

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from typing_extensions import TypedDict

from partway import Appended, Completed, Extractor, Gate, Opened, State, UsageError, Whole


class Shade(Enum):
    RED = "red"
    REDDISH = "reddish"
    BLUE = "blue"


class Guessed(Enum):
    LIGHT = "light"
    DARK = "dark"

    @classmethod
    def _missing_(cls, value: object) -> Any:
        return cls.LIGHT if value == "dim" else None


class Point(BaseModel):
    x: int
    label: str = ""


class Ticket(BaseModel):
    title: str = ""
    id: Annotated[int, Gate()]
    tags: list[str] = []


class Twice(BaseModel):
    text: str = ""
    a: Annotated[str, Gate()] = ""
    b: Annotated[str | None, Gate()] = None


class Aliased(BaseModel):
    text: str = ""
    number: Annotated[int, Gate()] = Field(alias="the number")


@dataclass
class Data:
    text: str
    id: Annotated[int, Gate()]


class Keys(TypedDict):
    text: str
    id: Annotated[int, Gate()]


class A(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["a"]
    id: Annotated[int, Gate()]
    text: str = ""


class B(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["b"]
    text: str = ""


class Outer(BaseModel):
    name: Annotated[str, Gate()] = ""
    inner: Ticket | None = None


def steps(tp: Any, text: str) -> list[Any]:
    """The partials that were shown, without those that are the same again."""
    extractor = Extractor(tp, json_only=True)
    seen: list[Any] = []
    for character in text:
        changed = extractor.feed(character)
        shown = plain(extractor.partial)
        assert changed or not seen or shown == seen[-1], "feed says when something changes"
        if not seen or shown != seen[-1]:
            seen.append(shown)
    assert extractor.finish() == TypeAdapter(tp).validate_json(text)
    return seen


def plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return {
            name: plain(getattr(value, name)) for name in type(value).model_fields if name in value.model_fields_set
        }
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return {key: plain(one) for key, one in vars(value).items()} if hasattr(value, "__dataclass_fields__") else value


# What, type, text, and all that is shown one after the other.
SHOWN: list[tuple[str, Any, str, list[Any]]] = [
    ("a whole string", Annotated[str, Whole()], '"ab"', ["ab"]),
    ("a whole list", Annotated[list[int], Whole()], "[1,2]", [[1, 2]]),
    ("a whole model", Annotated[Point, Whole()], '{"x":1}', [{"x": 1}]),
    ("a whole model in a list", list[Annotated[Point, Whole()]], '[{"x":1},{"x":2}]', [[], [{"x": 1}], [{"x": 1}, {"x": 2}]]),
    ("a whole string in a list", list[Annotated[str, Whole()]], '["ab"]', [[], ["ab"]]),
    ("a whole value of a dict", dict[str, Annotated[str, Whole()]], '{"a":"bc"}', [{}, {"a": "bc"}]),
    ("a whole value that may be null", Annotated[list[str] | None, Whole()], '["ab"]', [["ab"]]),
    ("one that may be null of a whole value", Annotated[list[str], Whole()] | None, '["ab"]', [["ab"]]),
    ("a whole member of a union", Annotated[list[int], Whole()] | str, "[1,2]", [[1, 2]]),
    ("the other member of a union", Annotated[list[int], Whole()] | str, '"ab"', ["", "a", "ab"]),
    ("a whole union", Annotated[list[int] | str, Whole()], '"ab"', ["ab"]),
    ("a whole member that has a tag", Annotated[Annotated[A, Whole()] | B, Field(discriminator="kind")], '{"kind":"a","id":1}', [{"kind": "a", "id": 1}]),
    ("a whole string, checked", Annotated[str, AfterValidator(str.upper), Whole()], '"ab"', ["AB"]),
    ("a prefix", Annotated[Shade, Whole(prefix=True)], '"blue"', [Shade.BLUE]),
    ("a prefix of two", Annotated[Shade, Whole(prefix=True)], '"reddish"', [Shade.REDDISH]),
    ("the shorter of two", Annotated[Shade, Whole(prefix=True)], '"red"', [Shade.RED]),
    ("a prefix of a literal", Annotated[Literal["on", "off"], Whole(prefix=True)], '"off"', ["off"]),
    ("a prefix that may be null", Annotated[Shade | None, Whole(prefix=True)], "null", []),
    ("a prefix in a list", list[Annotated[Literal["on", "off"], Whole(prefix=True)]], '["on"]', [[], ["on"]]),
    ("a prefix with an escape", Annotated[Literal["on", "off"], Whole(prefix=True)], '"o\\u0066f"', ["off"]),
    ("a prefix of a whole", Annotated[Annotated[Literal["on", "off"], Whole()], Whole(prefix=True)], '"on"', ["on"]),
    ("a gate last", Ticket, '{"title":"ab","id":1}', [{"title": "ab", "id": 1}]),
    ("a gate first", Ticket, '{"id":1,"title":"ab"}', [{"id": 1}, {"id": 1, "title": ""}, {"id": 1, "title": "a"}, {"id": 1, "title": "ab"}]),
    ("a gate in the middle", Ticket, '{"title":"a","id":1,"tags":["x"]}', [{"title": "a", "id": 1}, {"title": "a", "id": 1, "tags": []}, {"title": "a", "id": 1, "tags": [""]}, {"title": "a", "id": 1, "tags": ["x"]}]),
    ("a gate in a list", list[Ticket], '[{"title":"a","id":1},{"id":2}]', [[], [{"title": "a", "id": 1}], [{"title": "a", "id": 1}, {"id": 2}]]),
    ("a gate in a dict", dict[str, Ticket], '{"k":{"title":"a","id":1}}', [{}, {"k": {"title": "a", "id": 1}}]),
    ("two gates", Twice, '{"a":"x","text":"t","b":null,"text":"u"}', [{"a": "x", "text": "t", "b": None}, {"a": "x", "text": "", "b": None}, {"a": "x", "text": "u", "b": None}]),
    ("a gate that never comes", Twice, '{"text":"t","a":"x"}', [{"text": "t", "a": "x"}]),
    ("no gate at all", Twice, '{"text":"t"}', [{"text": "t"}]),
    ("a gate under another name", Aliased, '{"text":"t","the number":1}', [{"text": "t", "number": 1}]),
    ("a gate of a dataclass", Data, '{"text":"t","id":1}', [{"text": "t", "id": 1}]),
    ("a gate of a TypedDict", Keys, '{"text":"t","id":1}', [{"text": "t", "id": 1}]),
    ("a gate in a member of a union", list[A | B], '[{"kind":"a","text":"t","id":1}]', [[], [{"kind": "a", "id": 1, "text": "t"}]]),
    ("no gate in the other member", list[A | B], '[{"kind":"b","text":"t"}]', [[], [{"kind": "b"}], [{"kind": "b", "text": ""}], [{"kind": "b", "text": "t"}]]),
    ("a gate inside a gate", Outer, '{"inner":{"title":"t","id":1},"name":"n"}', [{"name": "n", "inner": {"title": "t", "id": 1}}]),
    ("a gate behind a gate", Outer, '{"name":"n","inner":{"title":"t","id":1}}', [{"name": "n"}, {"name": "n", "inner": {"title": "t", "id": 1}}]),
]  # fmt: skip


@pytest.mark.parametrize(("tp", "text", "shown"), [row[1:] for row in SHOWN], ids=[row[0] for row in SHOWN])
def test_a_marked_place_shows_just_this(tp: Any, text: str, shown: list[Any]):
    assert [one for one in steps(tp, text + " ") if one is not None] == shown


def test_nothing_of_a_gated_object_is_told_before_its_gate_and_all_of_it_then():
    events: list[Any] = []
    extractor = Extractor(list[Ticket], json_only=True, on_event=events.append)
    for character in '[{"title":"ab","id":1':
        extractor.feed(character)
    assert events == [Opened((), "array")]
    assert extractor.partial == []
    assert extractor.state(0) is State.STREAMING
    assert extractor.state(0, "title") is State.ABSENT
    extractor.feed(",")
    assert extractor.state(0, "title") is State.COMPLETE
    assert events[1:4] == [Opened((0,), "object"), Opened((0, "title"), "string"), Appended((0, "title"), "a")]
    assert events[-2:] == [Opened((0, "id"), "number"), Completed((0, "id"), 1)]


def test_the_text_of_an_open_string_behind_a_gate_is_held_back_however_it_comes():
    events: list[Any] = []
    extractor = Extractor(Ticket, json_only=True, on_event=events.append)
    assert [extractor.feed(delta) for delta in ('{"title":"a', "b", "cd", 'e","id":1}')] == [False, False, False, True]
    assert extractor.finish() == Ticket(title="abcde", id=1)
    assert [event.text for event in events if isinstance(event, Appended)] == ["a", "b", "cd", "e"]


def test_who_listens_while_it_is_held_back_hears_all_of_it():
    events: list[Any] = []
    extractor = Extractor(list[Ticket], json_only=True)
    extractor.feed('[{"title":"a",')
    extractor.listen(events.append)
    extractor.feed('"tags":[]')
    assert events == []
    extractor.feed(',"id":1')
    extractor.feed("}]")
    assert extractor.finish() == [Ticket(title="a", id=1, tags=[])]
    assert [event.path for event in events if isinstance(event, Completed)] == [
        (0, "title"),
        (0, "tags"),
        (0, "id"),
        (0,),
        (),
    ]


@pytest.mark.parametrize("listens", [False, True])
def test_a_string_that_is_watched_is_forgotten_when_it_closes(listens: bool):
    """Its closing quote may come alone, and the next string may be any."""
    tp = tuple[Annotated[Shade, Whole(prefix=True)], str, Literal["auto"] | str, str]
    extractor = Extractor(tp, json_only=True, on_event=(lambda _: None) if listens else None)
    for character in '["blue","ab","auto","cd"]':
        extractor.feed(character)
    assert extractor.finish() == (Shade.BLUE, "ab", "auto", "cd")


def refuse(_: Any) -> Any:
    raise ValueError("no")


def test_a_prefix_whose_value_is_refused_shows_nothing():
    tp = list[Annotated[Shade, AfterValidator(refuse), Whole(prefix=True)]]
    extractor = Extractor(tp, json_only=True)
    for character in '["blue':
        extractor.feed(character)
        assert extractor.partial in (None, [])
    extractor.feed('"')
    assert extractor.state(0) is State.REJECTED
    assert extractor.feed("]") is True


@pytest.mark.parametrize("tp", [str, int, Literal["a", 1], list[Shade], Shade | str, Guessed], ids=str)
def test_a_prefix_needs_values_to_choose_from(tp: Any):
    with pytest.raises(UsageError, match="marks an enum or a literal of strings"):
        Extractor(Annotated[tp, Whole(prefix=True)])


@pytest.mark.parametrize(
    "tp", [list[Annotated[int, Gate()]], dict[str, Annotated[int, Gate()]], tuple[Annotated[int, Gate()], int]], ids=str
)
def test_a_gate_is_no_element(tp: Any):
    with pytest.raises(UsageError, match="not an element"):
        Extractor(tp)


@pytest.mark.parametrize(
    "tp", [Annotated[int, Gate()], Annotated[int, Gate()] | None, Annotated[int, Gate()] | list[int]], ids=str
)
def test_the_whole_value_has_no_gate(tp: Any):
    with pytest.raises(UsageError, match="no object around it"):
        Extractor(tp)


@pytest.mark.parametrize("marker", [Whole(), Gate(), Whole(prefix=True)], ids=str)
def test_validation_and_schemas_see_the_type_without_its_marker(marker: Any):
    marked, bare = TypeAdapter(Annotated[Shade, marker]), TypeAdapter(Shade)
    assert marked.json_schema() == bare.json_schema()
    assert marked.validate_python("red") is Shade.RED
    with pytest.raises(ValidationError):
        marked.validate_python("green")


def test_markers_are_values():
    assert Whole() == Whole(prefix=False) != Whole(prefix=True)
    assert len({Gate(), Gate(), Whole(), Whole(prefix=True)}) == 3
    assert repr(Whole(prefix=True)) == "Whole(prefix=True)"


class Moody(BaseModel):
    a: Annotated[Shade, Whole(prefix=True)]
    b: tuple[str, int]


def test_a_string_where_none_can_stand_does_not_ask_after_the_one_that_was_watched():
    """It was once taken for a part of the string before."""
    extractor = Extractor(Moody, json_only=True)
    for character in '{"a":"x","b":"y"}':
        extractor.feed(character)
    assert {one.path for one in extractor.rejected} == {("a",), ("b",)}
