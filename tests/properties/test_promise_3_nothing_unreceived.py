"""Nothing is shown that was not received: no default, no field, no key before the text has it."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter
from pydantic import dataclasses as pydantic_dataclasses
from story import MISSING, look, shape
from strategies import DEFAULT, MODELS, Case, Obj, cases, cuts
from typing_extensions import TypedDict

from partway import Extractor, Partial, State
from partway.errors import PartwayError


def seen(tp: Any, deltas: list[str]) -> Iterator[tuple[int, Extractor[Any], Any]]:
    """After each delta: how much was fed, the extractor, the partial."""
    extractor = Extractor(tp, json_only=True)
    fed = 0
    for delta in deltas:
        try:
            extractor.feed(delta)
        except PartwayError:
            return
        fed += len(delta)
        yield fed, extractor, extractor.partial


@given(cases(valid=None), st.data())
def test_an_open_object_has_only_what_arrived(case: Case, data: st.DataObject):
    for deltas in (list(case.text), data.draw(cuts(case.text))):
        for fed, _, partial in seen(case.spec.tp, deltas):
            for place, spec in case.known():
                value = look(partial, place.path) if place.start < fed < place.end else MISSING
                if not isinstance(place.node, Obj) or value is MISSING or value is None:
                    continue
                keys = {
                    inner.path[-1]
                    for inner in case.places
                    if inner.path[:-1] == place.path != inner.path and inner.start < fed
                }
                if isinstance(value, BaseModel):
                    fields = type(value).model_fields
                    names = {name for name, info in fields.items() if {info.alias, name} & keys}
                    assert value.model_fields_set <= names | keys
                    assert all(getattr(value, name) is None for name in fields if name not in value.model_fields_set)
                    assert set(value.model_extra or {}) <= keys
                elif isinstance(value, Mapping) and spec.kind == "inside":
                    assert {str(key) for key in value} <= {str(key) for key in keys}
                elif dataclasses.is_dataclass(value):
                    assert not any(
                        getattr(value, one.name, None) is not None
                        for one in dataclasses.fields(value)
                        if one.name not in keys
                    )


@given(cases(MODELS))
def test_no_default_is_shown_before_the_object_closes(case: Case):
    for fed, _, partial in seen(case.spec.tp, list(case.text)):
        closed = [inner for inner in case.places if isinstance(inner.node, Obj) and inner.end <= fed]
        if not closed:
            assert DEFAULT not in repr(shape(partial))


@given(cases(valid=None))
def test_what_has_not_begun_is_absent(case: Case):
    for fed, extractor, partial in seen(case.spec.tp, list(case.text)):
        begun = {place.path for place in case.places if place.start < fed}
        for place, spec in case.known():
            if place.path not in begun:
                assert extractor.state(*place.path) is State.ABSENT
                if spec.kind != "free" and place.path:
                    assert look(partial, place.path) in (MISSING, None)


@given(cases(MODELS), st.data())
def test_a_partial_dumps_just_what_arrived_without_a_warning(case: Case, data: st.DataObject):
    # pydantic itself warns of a complete dataclass whose default does not fit its field; generated ones may not
    warnings.filterwarnings("ignore", message=rf"(?s).*{DEFAULT}")
    for _, extractor, partial in seen(case.spec.tp, data.draw(cuts(case.text))):
        seen_types = repr(shape(partial))
        if DEFAULT in seen_types or "Data" in seen_types:
            continue  # a default that does not fit is no matter of ours; dataclasses are tested below
        if extractor.state() is State.STREAMING and partial is not None:
            assert isinstance(partial, case.spec.tp)
            assert set(partial.model_dump(exclude_unset=True)) == partial.model_fields_set | set(
                partial.model_extra or {}
            )
            partial.model_dump_json(exclude_unset=True)


class Settings(BaseModel):
    name: str
    level: int | None = 5
    tags: list[str] = Field(default_factory=lambda: ["new"])


THREE = [
    ('{"name": "x"', State.ABSENT, set(), None),
    ('{"level": null, "name": "x"', State.COMPLETE, {"level"}, None),
    ('{"level": 5, "name": "x"', State.COMPLETE, {"level"}, 5),
]


@pytest.mark.parametrize(("text", "state", "received", "value"), THREE)
def test_absent_null_and_a_default_are_three_things(text: str, state: State, received: set[str], value: int | None):
    extractor = Extractor(Settings)
    extractor.feed(text)
    assert extractor.state("level") is state
    assert extractor.partial.model_fields_set == {"name"} | received
    assert extractor.partial.level == value
    assert extractor.partial.tags is None
    extractor.feed("}")
    final = extractor.finish()
    assert type(final) is Settings
    assert final == TypeAdapter(Settings).validate_json(text + "}")
    assert final.model_fields_set == {"name"} | received


def test_a_partial_is_its_model_with_every_field_optional():
    assert issubclass(Partial[Settings], Settings)
    assert Partial[Settings] is Partial[Settings]
    assert Partial[Settings] is not Settings
    extractor = Extractor(Settings)
    extractor.feed('{"name"')
    assert type(extractor.partial) is Partial[Settings]
    assert (extractor.partial.name, extractor.partial.level, extractor.partial.tags) == (None, None, None)
    assert extractor.partial.model_fields_set == set()


@dataclasses.dataclass
class Point:
    x: int
    y: int = 7


@pydantic_dataclasses.dataclass
class Line:
    start: Point
    end: Point = dataclasses.field(default_factory=lambda: Point(9, 9))


class Book(TypedDict, total=False):
    title: str
    pages: int


def test_a_dataclass_shows_no_default_before_it_closes():
    extractor = Extractor(Line)
    extractor.feed('{"start": {"x": 1 ')
    assert extractor.partial.start.x == 1
    assert getattr(extractor.partial.start, "y", None) is None
    assert getattr(extractor.partial, "end", None) is None
    extractor.feed("}")
    assert extractor.partial.start == Point(1, 7)
    extractor.feed("} ")
    assert extractor.finish() == Line(Point(1, 7), Point(9, 9))


class Drawing(BaseModel):
    line: Line
    points: list[Point] = []


@pytest.mark.xfail(reason="a dataclass cannot say which of its fields have arrived")
def test_a_partial_dumps_only_what_arrived_of_a_dataclass_without_a_warning():
    extractor = Extractor(Drawing)
    extractor.feed('{"line": {"start": {"x": 1 ')
    assert extractor.partial.model_dump(exclude_unset=True) == {"line": {"start": {"x": 1}}}
    assert extractor.partial.model_dump_json(exclude_unset=True) == '{"line":{"start":{"x":1}}}'


def test_a_typed_dict_has_only_the_keys_that_arrived():
    extractor = Extractor(list[Book])
    extractor.feed('[{"title": "A')
    assert extractor.partial == [{"title": "A"}]
