"""What a core schema says about the JSON that fits it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Union
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from pydantic import (
    AfterValidator,
    AnyUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    IPvAnyAddress,
    Json,
    JsonValue,
    PlainValidator,
    PostgresDsn,
    RootModel,
    SecretStr,
    Tag,
    TypeAdapter,
    ValidationError,
    WrapValidator,
)
from pydantic.dataclasses import dataclass
from pydantic_core import SchemaValidator
from typing_extensions import TypeAliasType, TypedDict

from partway._kinds import EVENTS, first_characters, is_pure, kinds, yields_to_text


class Word(Enum):
    A = "a"


class Mixed(Enum):
    A = "a"
    B = 2


class Forgiving(Enum):
    A = "a"

    @classmethod
    def _missing_(cls, value: object) -> Any:
        return cls.A if value == 3 else None


class Rank(IntEnum):
    LOW = 1


class Model(BaseModel):
    a: int = 0


class Other(BaseModel):
    kind: Literal["b"] = "b"


class First(BaseModel):
    kind: Literal["a"] = "a"


class Words(RootModel[list[str]]):
    pass


class Tree(BaseModel):
    children: list[Tree] = []


@dataclass
class Data:
    a: int = 0


class Keys(TypedDict, total=False):
    a: int


class Spot(NamedTuple):
    x: int = 0


class Coerced(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)
    a: str


Nested = TypeAliasType("Nested", "int | list[Nested]")
Loop = TypeAliasType("Loop", "Loop | None")

STRING, NUMBER, BOOLEAN, NULL, OBJECT, ARRAY = "string", "number", "boolean", "null", "start_map", "start_array"

# A type; the kinds of JSON value that may fit it (`None`: all); whether it is validated by pydantic's own code alone.
TYPES: list[tuple[Any, set[str] | None, bool]] = [
    (str, {STRING}, True),
    (Annotated[str, Field(coerce_numbers_to_str=True)], {STRING, NUMBER}, True),
    (int, {STRING, NUMBER, BOOLEAN}, True),
    (float, {STRING, NUMBER, BOOLEAN}, True),
    (bool, {STRING, NUMBER, BOOLEAN}, True),
    (None, {NULL}, True),
    (date, {STRING, NUMBER}, True),
    (Decimal, {STRING, NUMBER}, True),
    (UUID, {STRING}, True),
    (bytes, {STRING}, True),
    (Json[list[int]], {STRING}, False),
    (Literal["a", "b"], {STRING}, True),
    (Literal["a", 1], {STRING, NUMBER, BOOLEAN, NULL}, True),
    (Word, {STRING}, True),
    (Mixed, None, True),
    (Forgiving, None, False),
    (int | None, {STRING, NUMBER, BOOLEAN, NULL}, True),
    (int | list[str], {STRING, NUMBER, BOOLEAN, ARRAY}, False),
    (Annotated[int | str, Field(union_mode="left_to_right")], {STRING, NUMBER, BOOLEAN}, False),
    (Model, {OBJECT}, False),
    (Data, {OBJECT}, False),
    (Keys, {OBJECT}, False),
    (dict[str, int], {OBJECT}, False),
    (list[int], {ARRAY}, False),
    (set[int], {ARRAY}, False),
    (tuple[int, str], {ARRAY}, False),
    (Words, {ARRAY}, False),
    (Spot, None, False),
    (Tree, {OBJECT}, False),
    (Annotated[First | Other, Field(discriminator="kind")], {OBJECT}, False),
    (
        Annotated[Annotated[str, Tag("a")] | Annotated[Model, Tag("b")], Discriminator(lambda _: "a")],
        {STRING, OBJECT},
        False,
    ),
    (Annotated[str, AfterValidator(str.upper)], {STRING}, False),
    (Annotated[str, BeforeValidator(str)], None, False),
    (Annotated[str, WrapValidator(lambda value, handler: handler(value))], None, False),
    (Annotated[str, PlainValidator(str)], None, False),
    (Any, None, False),
    (Annotated[int, Field(strict=True)], {STRING, NUMBER, BOOLEAN}, True),
]  # fmt: skip

VALUES: list[tuple[str, list[str]]] = [
    (STRING, ['""', '"a"', '"1"', '"true"', '"2024-01-01"', '"PT1H"', '"[1]"']),
    (NUMBER, ["0", "1", "2", "1.5", "3", "-1", "1e3"]),
    (BOOLEAN, ["true", "false"]),
    (NULL, ["null"]),
    (OBJECT, ["{}", '{"a":1}', '{"kind":"b"}']),
    (ARRAY, ["[]", "[1]", '["a"]', '[1,"a"]']),
]  # fmt: skip


def schema_of(tp: Any) -> tuple[Any, dict[str, Any]]:
    """The core schema of a type without the definitions in it, and these."""
    schema: Any = TypeAdapter(tp).core_schema
    if schema["type"] != "definitions":
        return schema, {}
    return schema["schema"], {part["ref"]: part for part in schema["definitions"]}


@pytest.mark.parametrize(("tp", "expected", "pure"), TYPES, ids=[str(row[0])[:60] for row in TYPES])
def test_a_type_says_which_kinds_of_json_may_fit(tp: Any, expected: set[str] | None, pure: bool):
    schema, definitions = schema_of(tp)
    assert kinds(schema, definitions, {}) == (EVENTS if expected is None else expected)
    assert is_pure(schema, definitions) is pure


@pytest.mark.parametrize("tp", [row[0] for row in TYPES], ids=[str(row[0])[:60] for row in TYPES])
def test_what_is_ruled_out_does_not_fit(tp: Any):
    schema, definitions = schema_of(tp)
    found = kinds(schema, definitions, {})
    for kind, texts in VALUES:
        for text in texts if kind not in found else ():
            with pytest.raises(ValidationError):
                TypeAdapter(tp).validate_json(text)


def test_a_model_may_take_numbers_for_text():
    field = schema_of(Coerced)[0]["schema"]["fields"]["a"]["schema"]
    assert kinds(field, {}, {"coerce_numbers_to_str": True}) == {STRING, NUMBER}
    assert kinds(field, {}, {}) == {STRING}


def test_the_inside_of_a_model_is_an_object():
    for tp in (Model, Data):
        assert kinds(schema_of(tp)[0]["schema"], {}, {}) == {OBJECT}


def test_a_type_that_refers_to_itself_says_what_the_rest_says():
    schema, definitions = schema_of(Nested)
    assert kinds(schema, definitions, {}) == {STRING, NUMBER, BOOLEAN, ARRAY}
    assert not is_pure(schema, definitions)


def test_the_default_of_a_field_changes_nothing_unless_it_stands_in_for_an_error():
    schema = {"type": "default", "schema": {"type": "int"}, "default": 1}
    assert kinds(schema, {}, {}) == {STRING, NUMBER, BOOLEAN}
    assert is_pure(schema, {})
    forgiving = {**schema, "on_error": "default"}
    assert kinds(forgiving, {}, {}) == EVENTS
    assert not is_pure(forgiving, {})


UUID_TEXT = "6f3b1f3e-6c0a-4c3a-9d28-0f7a2b1c9d11"
TO_TUPLE = PlainValidator(lambda value: (value,))
AROUND = WrapValidator(lambda value, handler: (handler(value),))
BESIDE_TEXT = TypeAliasType("BESIDE_TEXT", "int | str | list[BESIDE_TEXT]")
# A type, a text that fits it, and whether `str` before it takes every text.
YIELDS: list[tuple[Any, str, bool]] = [
    (UUID, UUID_TEXT, False),
    (UUID | None, UUID_TEXT, False),
    (Annotated[UUID, AfterValidator(lambda value: value)], UUID_TEXT, False),
    (Annotated[int | UUID, Field(description="a union in a union")], UUID_TEXT, False),
    (Annotated[str, TO_TUPLE], "x", False),
    (Annotated[str, BeforeValidator(str.upper)], "x", False),
    (Annotated[str, AROUND], "x", False),
    (re.Pattern, "x", False),
    (IPvAnyAddress, "10.0.0.1", False),
    (ZoneInfo, "UTC", False),
    (int, "1", True),
    (float, "1.5", True),
    (bool, "true", True),
    (Decimal, "1.5", True),
    (bytes, "x", True),
    (date, "2024-02-29", True),
    (datetime, "2024-02-29T10:00:00", True),
    (time, "10:00", True),
    (timedelta, "P1D", True),
    (complex, "1+2j", True),
    (Word, "a", True),
    (Annotated[str, Field(max_length=3)], "x", True),
    (Annotated[date, AfterValidator(lambda value: value)], "2024-02-29", True),
    (AnyUrl, "http://a.b/", True),
    (PostgresDsn, "postgres://u@h/db", True),
    (Path, "x", True),
    (IPv4Address, "10.0.0.1", True),
    (SecretStr, "x", True),
    (Json[UUID], f'\\"{UUID_TEXT}\\"', True),
    (RootModel[UUID], UUID_TEXT, True),
    (RootModel[Annotated[str, TO_TUPLE]], "x", True),
    (JsonValue, "x", True),
    (BESIDE_TEXT, "x", True),
    (Any, "x", True),
]


@pytest.mark.parametrize(("tp", "text", "yields"), YIELDS, ids=[f"{str(row[0])[:60]} {row[1]}" for row in YIELDS])
def test_text_wins_in_a_union_over_what_it_fits_less_exactly(tp: Any, text: str, yields: bool):
    assert yields_to_text(*schema_of(tp)) is yields
    adapter = TypeAdapter(Union[str, tp])  # which takes aliases and generics, too
    kept = adapter.validate_json(f'"{text}"')
    alone = TypeAdapter(tp).validate_json(f'"{text}"')
    if yields:
        assert (type(kept), kept) == (str, text.replace("\\", ""))
    else:
        assert (type(kept), kept) == (type(alone), alone)


def test_a_default_for_what_does_not_fit_wins_over_text():
    schema = {"type": "default", "schema": {"type": "int"}, "default": 3, "on_error": "default"}
    assert not yields_to_text(schema, {})
    either: Any = {"type": "union", "choices": [{"type": "str"}, schema]}
    assert SchemaValidator(either).validate_json('"x"') == 3


def test_a_lax_schema_and_a_strict_one_say_what_either_says():
    schema = {"type": "lax-or-strict", "lax_schema": {"type": "int"}, "strict_schema": {"type": "none"}}
    assert kinds(schema, {}, {}) == {STRING, NUMBER, BOOLEAN, NULL}


def test_a_tag_that_means_another_adds_nothing():
    schema = {"type": "tagged-union", "choices": {"a": {"type": "dict"}, "b": "a"}, "discriminator": "kind"}
    assert kinds(schema, {}, {}) == {OBJECT}


# A type, and the brackets and the other characters with which its JSON may begin.
STARTS: list[tuple[Any, str, str]] = [
    (Model, "{", ""),
    (list[int], "[", ""),
    (Model | list[int] | None, "{[", "n"),
    (Words, "[", ""),
    (Tree, "{", ""),
    (Nested, "[", '"-0123456789ft'),
    (bool, "", '"01ft'),
    (Literal["a", 1, True, None], "", '"-0123456789fnt'),
    (Word, "", '"'),
    (Rank, "", "-0123456789"),
    (Annotated[str, AfterValidator(str.upper)], "", '"'),
    (Annotated[First | Other, Field(discriminator="kind")], "{", ""),
    (Json[list[int]], "", '"'),
    (Any, "{[", ""),
    (Spot, "{[", '"-0123456789'),
]  # fmt: skip


@pytest.mark.parametrize(("tp", "brackets", "others"), STARTS, ids=[str(row[0])[:60] for row in STARTS])
def test_a_type_says_with_which_characters_it_may_begin(tp: Any, brackets: str, others: str):
    found, atoms = first_characters(*schema_of(tp))
    assert found == brackets
    assert set(others) == set(atoms)
    for _, texts in VALUES:
        for text in texts:
            # As text a number fits an enum of numbers, but in prose a quoted one is more often a word.
            if text[0] not in brackets + others and tp not in (Any, Rank):
                with pytest.raises(ValidationError):
                    TypeAdapter(tp).validate_json(text)


def test_what_a_type_that_is_only_itself_says_is_nothing_more():
    loop = {"type": "nullable", "schema": {"type": "definition-ref", "schema_ref": "loop"}}
    definitions = {"loop": loop}
    reference = {"type": "definition-ref", "schema_ref": "loop"}
    assert kinds(reference, definitions, {}) == {NULL}
    assert first_characters(reference, definitions) == ("", "n")


def test_of_a_schema_for_json_and_one_for_python_that_for_json_counts():
    schema = {"type": "json-or-python", "json_schema": {"type": "list"}, "python_schema": {"type": "int"}}
    assert kinds(schema, {}, {}) == {ARRAY}
    assert first_characters(schema, {}) == ("[", "")


def test_values_of_a_literal_that_are_no_json_may_begin_with_anything():
    assert first_characters({"type": "literal", "expected": [b"a"]}, {}) == ("{[", "".join(sorted('"-0123456789')))
