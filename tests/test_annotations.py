"""Annotations: what may stand in a place, which fields a class has, how a type is spelled."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import Annotated, Any, ClassVar, Final, Generic, Literal, NewType, Optional, Required, TypeVar, Union

import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypeAliasType, TypedDict
from typing_extensions import TypeVar as NewTypeVar

from partway import Gate, Whole
from partway._annotations import NoneType, Structured, fields_of, is_whole, members, spell, structured, whole_fields
from partway.errors import UsageError

T = TypeVar("T")
Bounded = TypeVar("Bounded", bound=int)
Constrained = TypeVar("Constrained", int, str)
Defaulted = NewTypeVar("Defaulted", default=str)
Alias = TypeAliasType("Alias", Union[int, None])
Listed = TypeAliasType("Listed", list[T], type_params=(T,))
Id = NewType("Id", int)

MEMBERS = [
    (int, [int]),
    (None, [NoneType]),
    (Optional[int], [int, NoneType]),
    (int | Annotated[str | None, Field(min_length=1)], [int, str, NoneType]),
    (Annotated[Union[Annotated[int, 1], str], 2], [int, str]),
    (Alias, [int, NoneType]),
    (Listed[int], [list[int]]),
    (T, [Any]),
    (Bounded, [int]),
    (Constrained, [int, str]),
    (Defaulted, [str]),
    (Required[int], [int]),
    (ClassVar[int], [int]),
    (Final[int], [int]),
    (Id, [Id]),
    (Literal[1, "a"], [Literal[1, "a"]]),
]


@pytest.mark.parametrize(("annotation", "expected"), MEMBERS, ids=str)
def test_what_may_stand_in_a_place(annotation, expected):
    assert members(annotation) == expected


class Model(BaseModel):
    a: Annotated[int, Field(ge=0)]
    b: list[Model] = Field(default=[], alias="B")
    c: ClassVar[int] = 0
    _d: int = 0


class Box(BaseModel, Generic[T]):
    it: T


@dataclass
class Data(Generic[T]):
    a: T
    b: list[T]
    c: T | None
    d: InitVar[int] = 0
    e: ClassVar[int] = 0


class Keys(TypedDict, total=False):
    a: Required[int]
    b: Annotated[str, 1]


FIELDS = [
    (Model, {"a": int, "b": list[Model]}),
    (Box[int], {"it": int}),
    (Box[list[int]], {"it": list[int]}),
    (Data[int], {"a": int, "b": list[int], "c": Optional[int]}),
    (Data, {"a": T, "b": list[T], "c": Optional[T]}),
    (Keys, {"a": int, "b": str}),
]


@pytest.mark.parametrize(("type_", "expected"), FIELDS, ids=str)
def test_the_fields_of_a_class(type_, expected):
    assert fields_of(structured(type_)) == expected


@pytest.mark.parametrize("type_", [int, list[Model], None, Literal["a"], Id, Any])
def test_what_has_no_fields(type_):
    assert structured(type_) is None


def test_an_annotation_that_cannot_be_resolved_is_said():
    @dataclass
    class Bad:
        a: Missing  # noqa: F821

    with pytest.raises(UsageError, match="Bad has an annotation that cannot be resolved"):
        fields_of(Structured(Bad))


SPELLED = {
    "int": int,
    "None": None,
    "int | None": Optional[int],
    "list[int | None]": list[Alias],
    "dict[str, Model]": dict[str, Annotated[Model, 1]],
    "tuple[int, ...]": tuple[int, ...],
    "Literal['a', 1]": Literal["a", 1],
    "Box[int]": Box[int],
    "Data[int]": Data[int],
    "Any": Any,
    "Id": Id,
}


@pytest.mark.parametrize(("expected", "annotation"), SPELLED.items(), ids=SPELLED)
def test_how_a_type_is_spelled(expected, annotation):
    assert spell(annotation) == expected


MARKED = [
    (Annotated[int, Whole()], True),
    (Annotated[int, Field(ge=0), Whole(prefix=True)], True),
    (Required[Annotated[int, Whole()]], True),
    (Annotated[int, Gate()], False),
    (list[Annotated[int, Whole()]], False),
    (Annotated[int, Whole()] | None, False),
    (int, False),
]


@pytest.mark.parametrize(("annotation", "marked"), MARKED, ids=str)
def test_what_is_marked_as_whole(annotation, marked):
    assert is_whole(annotation) is marked


class Wholes(BaseModel):
    a: Annotated[int, Whole()] = 1
    b: list[Annotated[int, Whole()]]


@dataclass
class WholesData:
    a: Annotated[int, Whole()]
    b: int


class WholesKeys(TypedDict):
    a: Required[Annotated[int, Whole()]]
    b: int


@pytest.mark.parametrize("cls", [Wholes, WholesData, WholesKeys])
def test_which_fields_are_marked_as_whole(cls):
    assert whole_fields(structured(cls)) == {"a"}
