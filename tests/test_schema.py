"""How a core schema is laid out, in each of the ways that pydantic has for the same thing."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, AliasChoices, AliasPath, BaseModel, Field, RootModel, TypeAdapter
from pydantic_core import core_schema

from partway._schema import (
    alias_paths,
    choices_of,
    fields_of,
    inner_of,
    is_plain_object,
    keys_of,
    path_keys,
    refers,
    strings_of,
)


class Shade(Enum):
    DARK = "dark"
    LIGHT = "light"


class Level(Enum):
    LOW = 1


class Named(BaseModel):
    plain: int
    aliased: int = Field(alias="Aliased")
    chosen: int = Field(validation_alias=AliasChoices("one", "two"))
    below: int = Field(validation_alias=AliasPath("deep", 0))
    either: int = Field(validation_alias=AliasChoices("flat", AliasPath("deeper", "x")))


class Numbers(RootModel[list[int]]):
    pass


def schema_of(tp: Any) -> Any:
    return TypeAdapter(tp).core_schema


INT, TEXT = core_schema.int_schema(), core_schema.str_schema()


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (core_schema.union_schema([INT, (TEXT, "label")]), {0: INT, 1: TEXT}),
        (core_schema.tagged_union_schema({"a": INT, "b": "a", "c": "b"}, "kind"), {"a": INT, "b": INT, "c": INT}),
    ],
    ids=["by number", "a tag that stands for another one"],
)
def test_the_members_of_a_union(schema: Any, expected: Any):
    assert choices_of(schema) == expected


@pytest.mark.parametrize(
    ("tp", "expected"),
    [
        (Shade, ("dark", "light")),
        (Literal["a", "b"], ("a", "b")),
        (Literal[Shade.DARK], ("dark",)),
        (Level, None),
        (Literal["a", 1], None),
        (int, None),
    ],
)
def test_the_strings_that_an_enum_or_a_literal_may_be(tp: Any, expected: Any):
    assert strings_of(schema_of(tp)) == expected


def test_the_keys_of_fields_and_where_paths_to_them_begin():
    fields = dict(fields_of(schema_of(Named)["schema"]))
    assert {name: list(keys_of(name, field, {})) for name, field in fields.items()} == {
        "plain": ["plain"],
        "aliased": ["Aliased"],
        "chosen": ["one", "two"],
        "below": [],
        "either": ["flat"],
    }
    assert {name: list(path_keys(field, {})) for name, field in fields.items() if list(path_keys(field, {}))} == {
        "below": ["deep"],
        "either": ["deeper"],
    }
    assert [list(path) for path in alias_paths(fields["either"])] == [["flat"], ["deeper", "x"]]
    assert list(keys_of("aliased", fields["aliased"], {"validate_by_name": True})) == ["Aliased", "aliased"]
    by_name = {"validate_by_name": True, "validate_by_alias": False}
    assert list(keys_of("aliased", fields["aliased"], by_name)) == ["aliased"]
    assert list(path_keys(fields["below"], by_name)) == []


DEFINED = {"there": INT}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (core_schema.definition_reference_schema("there"), "int"),
        (core_schema.json_or_python_schema(TEXT, INT), "str"),
        (core_schema.with_default_schema(INT, default=1), "int"),
        (core_schema.with_default_schema(INT, default=1, on_error="default"), "default"),
        (core_schema.nullable_schema(INT), "int"),
        (schema_of(Annotated[int, AfterValidator(abs)]), "int"),
        (schema_of(Numbers), "list"),
        (schema_of(Named), "model"),
    ],
)
def test_what_is_inside_a_schema_that_only_adds_to_it(schema: Any, expected: str):
    assert inner_of(schema, DEFINED)["type"] == expected


def test_whether_a_schema_refers_to_a_definition():
    assert refers(core_schema.list_schema(core_schema.definition_reference_schema("there")))
    assert not refers(core_schema.list_schema(INT))


class OfItsOwn(BaseModel):
    def __init__(self, **values: Any) -> None:
        super().__init__(**values)


def test_whether_fields_are_all_that_becomes_of_an_object():
    assert is_plain_object(schema_of(Named))
    assert not is_plain_object(schema_of(OfItsOwn))
