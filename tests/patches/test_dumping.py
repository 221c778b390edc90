"""A form is exact where pydantic dumps a value by its parts, and nowhere else."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

import pytest
from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    JsonValue,
    PlainSerializer,
    RootModel,
    TypeAdapter,
    computed_field,
    field_serializer,
    model_serializer,
    model_validator,
)
from typing_extensions import TypedDict

from partway.patches._dumping import OMIT, form_for


class Plain(BaseModel):
    name: str
    on: date | None = None


class Tree(BaseModel):
    name: str
    children: list[Tree] = []


class Computed(Plain):
    @computed_field
    @property
    def twice(self) -> str:
        return self.name * 2


class Written(Plain):
    @model_serializer
    def write(self) -> str:
        return self.name


class Around(Plain):
    @field_serializer("name")
    def write(self, name: str) -> str:
        return name


class Unless(BaseModel):
    name: str = Field("", exclude_if=lambda name: not name)


class Checked(Plain):
    @model_validator(mode="after")
    def check(self) -> Checked:
        return self


class Begun(Plain):
    def model_post_init(self, context: Any) -> None:
        """Run code."""


class Root(RootModel[list[str]]):
    pass


class Total(TypedDict):
    name: str


class Spot(NamedTuple):
    x: int


@dataclasses.dataclass
class Data:
    name: str


# The class, whether its open objects are dumped by their fields, whether its complete ones are
OBJECTS: list[tuple[Any, bool, bool]] = [
    (Plain, True, True),
    (Tree, True, True),
    (Data, True, True),
    (Computed, True, False),
    (Around, False, False),
    (Unless, False, False),
    (Begun, True, False),
]


@pytest.mark.parametrize(("cls", "exact", "closes"), OBJECTS)
def test_an_object_is_dumped_by_its_fields_if_nothing_looks_at_the_whole(cls: Any, exact: bool, closes: bool):
    for tp in (cls, cls | None, cls | int, Annotated[cls, Field(description="x")]):
        form = form_for(TypeAdapter(tp)).object(cls)
        assert form is not None
        assert (form.exact, form.closes) == (exact, closes)


@pytest.mark.parametrize(
    "tp", [Written, Root, Annotated[Plain, PlainSerializer(str)], int, Spot, Total | dict[str, int]]
)
def test_of_other_objects_nothing_is_known(tp: Any):
    form = form_for(TypeAdapter(tp))
    assert form.object(tp if isinstance(tp, type) else Plain) is None
    assert form.object(dict) is None


ARRAYS: list[tuple[Any, bool, bool]] = [
    (list[int], True, False),
    (list[int] | str | None, True, False),
    (Any, True, False),
    (tuple[int, str], False, True),
    (tuple[int, ...], False, True),
    (list[int] | list[str], False, False),
    (list[int] | Any, False, False),
    (set[int], False, False),
    (Annotated[list[int], PlainSerializer(str)], False, False),
    (JsonValue, True, False),
    (Sequence[int], True, False),
    (Annotated[Sequence[int], PlainSerializer(str)], False, False),
    (Root, False, False),
]


@pytest.mark.parametrize(("tp", "a_list", "a_tuple"), ARRAYS)
def test_an_array_is_dumped_by_its_elements_if_it_is_one_list_or_tuple(tp: Any, a_list: bool, a_tuple: bool):
    form = form_for(TypeAdapter(tp))
    assert (form.array(list) is not None, form.array(tuple) is not None) == (a_list, a_tuple)


@pytest.mark.parametrize(
    ("tp", "direct"), [(Plain, True), (Checked, False), (Annotated[Plain, AfterValidator(id)], False)]
)
def test_a_function_of_the_user_may_change_a_value_from_inside(tp: Any, direct: bool):
    assert form_for(TypeAdapter(tp)).direct is direct


ATOMS: list[tuple[Any, Any, Any]] = [
    (str, "x", "x"),
    (float, float("inf"), None),
    (float, 1.5, 1.5),
    (int | None, None, None),
    (date, date(2024, 2, 29), "2024-02-29"),
    (date | str, "x", "x"),
    (Annotated[str, PlainSerializer(str.upper)], "x", "X"),
    (Annotated[int, PlainSerializer(lambda n: 1 // n)], 0, OMIT),
    (list[Annotated[int, PlainSerializer(lambda n: 1 // n)]], [1, 0], [1, None]),
    (dict[str, Annotated[int, PlainSerializer(lambda n: 1 // n)]], {"a": 0, "b": 1}, {"b": 1}),
    (Any, {"a": (1, {date(2024, 2, 29)})}, {"a": [1, ["2024-02-29"]]}),
    (object, object(), OMIT),
]


@pytest.mark.parametrize(("tp", "value", "dumped"), ATOMS)
def test_a_value_is_what_pydantic_dumps(tp: Any, value: Any, dumped: Any):
    assert form_for(TypeAdapter(tp)).dump(value) == dumped


KEYS: list[tuple[Any, Any, str | None]] = [
    (dict[str, int], "a", "a"),
    (dict[int, int], 7, "7"),
    (dict[date, int], date(2024, 2, 29), "2024-02-29"),
    (dict[Annotated[str, PlainSerializer(str.upper)], int], "a", "A"),
    (dict[Annotated[int, PlainSerializer(lambda n: 1 // n)], int], 0, None),
    (dict, "a", "a"),
]


@pytest.mark.parametrize(("tp", "key", "dumped"), KEYS)
def test_a_key_is_what_pydantic_dumps(tp: Any, key: Any, dumped: str | None):
    form = form_for(TypeAdapter(tp)).dict()
    assert form is not None
    assert form.key(key) == dumped
