"""Validation on completion: each feature of pydantic's, what is shown on the way, and how often validators run."""

# ruff: noqa: E501  # a case of a table is one line

from __future__ import annotations

import copy
import dataclasses
import enum
import pickle
import threading
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, NewType, NotRequired, TypeVar

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    AliasChoices,
    AliasGenerator,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Json,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    RootModel,
    SecretStr,
    Strict,
    Tag,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WrapValidator,
    computed_field,
    field_serializer,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticOmit, PydanticUseDefault, core_schema
from tests.properties.story import grew, shape, tell
from typing_extensions import TypeAliasType, TypedDict

from partway import Extractor, State, Whole, stream
from partway.errors import MismatchError
from partway.events import Rejected

T = TypeVar("T")


class Step(BaseModel):
    text: str
    minutes: int = 5


class Cat(BaseModel):
    kind: Literal["cat"]
    name: str = "Tom"


class Dog(BaseModel):
    kind: Literal["dog"]
    age: int = 1

    @field_validator("age")
    @classmethod
    def in_dog_years(cls, age: int) -> int:
        return age * 7


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


# ------------------------------------------------------------------------------ models, a feature each


class FieldValidated(BaseModel):
    after: str = ""
    before: int = 0
    wrap: str = ""
    plain: Any = None
    words: list[str] = []

    @field_validator("after")
    @classmethod
    def upper(cls, value: str) -> str:
        return value.upper()

    @field_validator("before", mode="before")
    @classmethod
    def count(cls, value: Any) -> Any:
        return len(value) if isinstance(value, list) else value

    @field_validator("wrap", mode="wrap")
    @classmethod
    def mark(cls, value: Any, handler: Any) -> str:
        return f"<{handler(value)}>"

    @field_validator("plain", mode="plain")
    @classmethod
    def spell(cls, value: Any) -> str:
        return repr(value)

    @field_validator("words")
    @classmethod
    def not_too_many(cls, value: list[str]) -> list[str]:
        if len(value) > 2:
            raise ValueError("too many")
        return value


class Annotations(BaseModel):
    after: Annotated[str, AfterValidator(str.upper)] = ""
    before: Annotated[list[int], BeforeValidator(lambda value: value or [0])] = []
    wrap: Annotated[int, WrapValidator(lambda value, handler: handler(value) + 1)] = 0
    plain: Annotated[int, PlainValidator(lambda value: -value)] = 0
    pet: Annotated[Pet, AfterValidator(lambda pet: pet)] | None = None


class Filling(BaseModel):
    """Validators of fields, of which each takes what is not there from another one."""

    low: int
    high: int = 9
    pets: list[Pet] = []

    @field_validator("high")
    @classmethod
    def above(cls, high: int, info: ValidationInfo) -> int:
        return max(high, info.data["low"])


class FilledAfter(BaseModel):
    a: int
    b: int | None = None
    pet: Pet | None = None

    @model_validator(mode="after")
    def fill(self) -> FilledAfter:
        if self.b is None:
            self.b = self.a * 2
        return self


class FilledBefore(BaseModel):
    a: int
    b: int
    pet: Pet | None = None

    @model_validator(mode="before")
    @classmethod
    def fill(cls, data: Any) -> Any:
        return {"b": 3, **data} if isinstance(data, dict) else data


class Around(BaseModel):
    a: int
    text: str = ""

    @model_validator(mode="wrap")
    @classmethod
    def mark(cls, data: Any, handler: Any) -> Around:
        made: Around = handler(data)
        made.text = made.text.upper()
        return made


class Area(BaseModel):
    calls: ClassVar[list[Any]] = []
    width: int
    text: str = ""

    @computed_field
    @property
    def square(self) -> int:
        self.calls.append(self)
        return self.width**2


class Private(BaseModel):
    a: int
    text: str = ""
    _count: int = PrivateAttr(3)
    _seen: list[int] = PrivateAttr(default_factory=list)

    def model_post_init(self, context: Any) -> None:  # noqa: ARG002  # its signature
        self._seen.append(self.a)


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)
    a: int
    text: str = ""
    pet: Pet | None = None


class StrictModel(BaseModel):
    model_config = ConfigDict(strict=True)
    n: int
    when: date | None = None
    pair: tuple[int, str] | None = None
    pets: list[Pet] = []


class StrictFields(BaseModel):
    n: Annotated[int, Strict()]
    loose: int = 0
    items: Annotated[list[int], Strict()] = []
    bag: Annotated[set[int], Strict()] = set()
    step: Annotated[Step, Strict()] | None = None


class Names(RootModel[list[str]]):
    pass


class Sorted(RootModel[list[int]]):
    @model_validator(mode="after")
    def sort(self) -> Sorted:
        self.root.sort()
        return self


class PetRoot(RootModel[Pet]):
    pass


class Rooted(BaseModel):
    names: Names
    numbers: Sorted = Sorted([])
    pet: PetRoot | None = None


class Box(BaseModel, Generic[T]):
    content: T
    others: list[T] = []
    inner: Box[T] | None = None


class Generated(BaseModel):
    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=to_camel, serialization_alias=str.upper), validate_by_name=True
    )
    unit_price: float
    made_of: list[Step] = []


class Pathed(BaseModel):
    first: str = Field(validation_alias=AliasPath("names", 0))
    age: int = Field(validation_alias=AliasChoices("age", "years", AliasPath("more", "age")))
    pet: Pet | None = None


class Allowing(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Step]
    a: int = 0


class Forbidding(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int = 0
    pet: Pet | None = None


class Ignoring(BaseModel):
    a: int = 0
    pet: Pet | None = None


class Forward(BaseModel):
    text: str = ""
    back: Backward | None = None


class Backward(BaseModel):
    forward: list[Forward] = []


class Base(BaseModel):
    count: ClassVar[int] = 4
    a: int
    pet: Pet | None = None

    @field_validator("a")
    @classmethod
    def double(cls, a: int) -> int:
        return a * 2


class Derived(Base):
    text: str = "none"


class Secrets(BaseModel):
    word: SecretStr
    pets: Json[list[Pet]] = []
    anything: Json[Any] = None


class Bounded(BaseModel):
    n: Annotated[int, Field(ge=1, le=9)]
    text: Annotated[str, Field(max_length=3)] = ""
    items: Annotated[list[Pet], Field(max_length=1)] = []


class Spot(NamedTuple):
    x: int
    pet: Pet
    y: float = 0.5


@dataclasses.dataclass(slots=True, kw_only=True)
class Slotted:
    a: int
    text: str = "none"
    pet: Pet | None = None


@dataclasses.dataclass(frozen=True)
class FrozenData:
    a: int
    steps: list[Step] = dataclasses.field(default_factory=list)


@pydantic.dataclasses.dataclass(kw_only=True)
class Initialised:
    a: int
    factor: dataclasses.InitVar[int] = 2
    text: str = "none"
    pet: Pet | None = None

    def __post_init__(self, factor: int) -> None:
        self.text = f"{factor}{self.text}"


class Typed(TypedDict):
    a: int
    pet: NotRequired[Pet]


class Defaults(BaseModel):
    a: int = 1
    items: list[int] = Field(default_factory=lambda: [1])
    twice: int = Field(default_factory=lambda data: data["a"] * 2)
    text: str = ""


class Checked(BaseModel):
    model_config = ConfigDict(validate_default=True)
    a: int = 1
    b: int = "7"  # type: ignore[assignment]  # it is validated
    text: str = ""


class Excluded(BaseModel):
    a: int = Field(0, exclude=True)
    text: str = Field("", frozen=True)
    steps: list[Step] = Field([], exclude=True)


class Shade(enum.Enum):
    DARK = "dark"
    LIGHT = "light"


class EnumValues(BaseModel):
    model_config = ConfigDict(use_enum_values=True)
    shade: Shade
    other: Shade = Shade.LIGHT
    more: list[Shade] = []


class Stripped(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)
    text: str
    words: dict[str, str] = {}


class Stack:
    """A class of the user's own, made of a list."""

    def __init__(self, values: list[int]) -> None:
        self.values = values

    def __repr__(self) -> str:
        return f"Stack({self.values})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stack) and self.values == other.values

    __hash__ = None  # type: ignore[assignment]  # it can change

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> Any:
        return core_schema.no_info_after_validator_function(
            cls,
            core_schema.list_schema(core_schema.int_schema()),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda stack: stack.values),
        )


class Custom(BaseModel):
    stack: Stack
    text: str = ""


class Serialized(BaseModel):
    model_config = ConfigDict(ser_json_bytes="base64", ser_json_timedelta="float")
    data: bytes
    when: Annotated[date | None, PlainSerializer(lambda when: when and when.year)] = None
    steps: list[Step] = []

    @field_serializer("steps")
    def count(self, steps: list[Step]) -> int:
        return len(steps)


Steps = TypeAliasType("Steps", list[Step])
ByName = TypeAliasType("ByName", dict[str, T], type_params=(T,))
StepId = NewType("StepId", int)
OneStep = NewType("OneStep", Step)


class Aliases(BaseModel):
    id: StepId
    steps: Steps = []
    by_name: ByName[Step] = {}
    one: OneStep | None = None


def seen(value: Any) -> Any:
    """What is shown, as plain data: of a model, just what has arrived; `Step+` for one that is complete."""
    match value:
        case BaseModel():
            names = [*type(value).model_fields, *(value.model_extra or ())]
            shown = {name: seen(getattr(value, name)) for name in names if name in value.model_fields_set}
            if "__partway_parts__" in vars(type(value)):
                return shown
            unset = {name: seen(getattr(value, name)) for name in names if name not in value.model_fields_set}
            return {type(value).__name__ + "+": shown | unset}
        case dict():
            return {key: seen(inner) for key, inner in value.items()}
        case list():
            return [seen(inner) for inner in value]
        case _ if dataclasses.is_dataclass(value):
            shown = {field.name: seen(getattr(value, field.name)) for field in dataclasses.fields(value)}
            if type(value).__name__.startswith("Partial["):
                return {name: inner for name, inner in shown.items() if inner is not None}
            return {type(value).__name__ + "+": shown}
    return value


CAT = {"Cat+": {"kind": "cat", "name": "Tom"}}
DOG = {"Dog+": {"kind": "dog", "age": 14}}

# A feature, its type, JSON that fits it with `▸` where one looks, what is shown there, and JSON that does not fit.
FEATURES: list[tuple[str, Any, str, list[Any], str]] = [
    ("field validators", FieldValidated, '{"after":"x▸"▸,"before":[1,▸2]▸,"wrap":"y▸"▸,"plain":{▸}▸,"words":["z▸', [
        {}, {"after": "X"}, {"after": "X"}, {"after": "X", "before": 2}, {"after": "X", "before": 2}, {"after": "X", "before": 2, "wrap": "<y>"},
        {"after": "X", "before": 2, "wrap": "<y>"}, {"after": "X", "before": 2, "wrap": "<y>", "plain": "{}"},
        {"after": "X", "before": 2, "wrap": "<y>", "plain": "{}", "words": ["z"]}],
        '{"after":1,"before":"x","wrap":2,"words":["a","b","c"]}'),
    ("Annotated validators", Annotations, '{"after":"x▸"▸,"before":[▸]▸,"wrap":1▸,"plain":2▸,"pet":{"kind":"dog"▸,"age":2}▸', [
        {}, {"after": "X"}, {"after": "X"}, {"after": "X", "before": [0]}, {"after": "X", "before": [0]}, {"after": "X", "before": [0], "wrap": 2},
        {"after": "X", "before": [0], "wrap": 2, "plain": -2, "pet": {"kind": "dog"}},
        {"after": "X", "before": [0], "wrap": 2, "plain": -2, "pet": DOG}],
        '{"after":1,"before":["x"],"wrap":"x","pet":{"kind":"cow"}}'),
    ("a field validator that is told", Filling, '{"low":3▸,"high":1▸,"pets":[{"kind":"cat"}▸]▸}▸', [
        {}, {"low": 3}, {"low": 3, "pets": [CAT]}, {"low": 3, "pets": [CAT]}, {"Filling+": {"low": 3, "high": 3, "pets": [CAT]}}],
        '{"low":"x","pets":[{"kind":"cow"}]}'),
    ("a model validator after, which fills in", FilledAfter, '{"a":1,▸"pet":{"kind":"dog","age":2}▸}▸', [
        {"a": 1}, {"a": 1, "pet": DOG}, {"FilledAfter+": {"a": 1, "b": 2, "pet": DOG}}], '{"a":"x","pet":{"kind":"dog","age":"x"}}'),
    ("a model validator before, which fills in", FilledBefore, '{"a":1,▸"pet":{"kind":"dog","age":2}▸}▸', [
        {"a": 1}, {"a": 1, "pet": DOG}, {"FilledBefore+": {"a": 1, "b": 3, "pet": DOG}}], '{"a":"x","pet":{}}'),
    ("a model validator around", Around, '{"a":1,▸"text":"x▸"▸}▸', [
        {"a": 1}, {"a": 1, "text": "x"}, {"a": 1, "text": "x"}, {"Around+": {"a": 1, "text": "X"}}], '{"a":"x"}'),
    ("a computed field", Area, '{"width":2,▸"text":"x▸"}▸', [{"width": 2}, {"width": 2, "text": "x"}, {"Area+": {"width": 2, "text": "x"}}], '{"width":"x"}'),
    ("private attributes, model_post_init", Private, '{"a":1,▸"text":"x▸"}▸', [{"a": 1}, {"a": 1, "text": "x"}, {"Private+": {"a": 1, "text": "x"}}], '{"_count":1}'),
    ("frozen", Frozen, '{"a":1,▸"text":"x▸","pet":{"name":"y","kind":"cat"▸', [{"a": 1}, {"a": 1, "text": "x"},
        {"a": 1, "text": "x", "pet": {"kind": "cat", "name": "y"}}], '{"a":"x","pet":1}'),
    ("a strict model", StrictModel, '{"n":1▸,"when":"2026-01-▸02"▸,"pair":[1,▸"x▸"],"pets":[{"kind":"dog","age":2}▸', [{}, {"n": 1}, {"n": 1, "when": date(2026, 1, 2)},
        {"n": 1, "when": date(2026, 1, 2), "pair": (1,)}, {"n": 1, "when": date(2026, 1, 2), "pair": (1, "x")},
        {"n": 1, "when": date(2026, 1, 2), "pair": (1, "x"), "pets": [DOG]}], '{"n":"1","when":1,"pair":[1.0,2],"pets":[{"kind":"dog","age":"1"}]}'),
    ("Strict()", StrictFields, '{"n":1,▸"loose":"2"▸,"items":[3,▸4],"bag":[5,▸5],▸"step":{"text":"x▸', [{"n": 1}, {"n": 1, "loose": 2},
        {"n": 1, "loose": 2, "items": [3]}, {"n": 1, "loose": 2, "items": [3, 4], "bag": {5}}, {"n": 1, "loose": 2, "items": [3, 4], "bag": {5}},
        {"n": 1, "loose": 2, "items": [3, 4], "bag": {5}, "step": {"text": "x"}}], '{"n":"1","loose":"x","items":["1"],"bag":[1.5],"step":{}}'),
    ("root models", Rooted, '{"names":["a▸"]▸,"numbers":[3,▸1]▸,"pet":{"kind":"cat"▸}▸', [{}, {"names": {"Names+": {"root": ["a"]}}}, {"names": {"Names+": {"root": ["a"]}}},
        {"names": {"Names+": {"root": ["a"]}}, "numbers": {"Sorted+": {"root": [1, 3]}}}, {"names": {"Names+": {"root": ["a"]}}, "numbers": {"Sorted+": {"root": [1, 3]}}},
        {"names": {"Names+": {"root": ["a"]}}, "numbers": {"Sorted+": {"root": [1, 3]}}, "pet": {"PetRoot+": {"root": CAT}}}],
        '{"names":[1],"numbers":"x","pet":{"kind":"cow"}}'),
    ("a generic model", Box[Pet], '{"content":{"kind":"cat"▸},"inner":{▸"content":{"kind":"dog","age":2}▸', [{"content": {"kind": "cat"}}, {"content": CAT, "inner": {}},
        {"content": CAT, "inner": {"content": DOG}}], '{"content":{"kind":"cow"},"inner":{}}'),
    ("an alias generator, names too", Generated, '{"unitPrice":1▸,"made_of":[{"text":"x▸', [{}, {"unit_price": 1.0, "made_of": [{"text": "x"}]}], '{"unit_price":"x","madeOf":1}'),
    ("alias paths and choices", Pathed, '{"names":["x▸"],"years":3,▸"pet":{"kind":"cat"▸}▸}▸', [{}, {"age": 3}, {"age": 3, "pet": {"kind": "cat"}}, {"age": 3, "pet": CAT},
        {"Pathed+": {"first": "x", "age": 3, "pet": CAT}}], '{"names":[],"more":{"age":"x"}}'),
    ("extra=allow", Allowing, '{"x":{"text":"a▸"},▸"a":1,▸', [{"x": {"text": "a"}}, {"x": {"Step+": {"text": "a", "minutes": 5}}}, {"a": 1, "x": {"Step+": {"text": "a", "minutes": 5}}}],
        '{"x":{"text":1}}'),
    ("extra=forbid", Forbidding, '{"a":1,▸"pet":{"kind":"cat"▸', [{"a": 1}, {"a": 1, "pet": {"kind": "cat"}}], '{"a":1,"x":{"y":2},"pet":{}}'),
    ("extra=ignore", Ignoring, '{"x":[1,▸{"a":2▸}],"a":1,▸', [{}, {}, {"a": 1}], '{"x":1,"a":"y"}'),
    ("forward references", Forward, '{"back":{"forward":[{"text":"x▸"}▸', [{"back": {"forward": [{"text": "x"}]}},
        {"back": {"forward": [{"Forward+": {"text": "x", "back": None}}]}}], '{"back":{"forward":[{"text":1}]}}'),
    ("inheritance and class variables", Derived, '{"a":1▸,"text":"x▸","pet":{"kind":"dog","age":2}▸', [{}, {"a": 2, "text": "x"}, {"a": 2, "text": "x", "pet": DOG}],
        '{"a":"x","text":1,"count":2}'),
    ("secrets and Json", Secrets, '{"word":"hu▸sh"▸,"pets":"[{\\"kind\\":\\"cat\\"▸}]"▸,"anything":"1▸2"▸', [{}, {"word": SecretStr("hush")}, {"word": SecretStr("hush")},
        {"word": SecretStr("hush"), "pets": [CAT]}, {"word": SecretStr("hush"), "pets": [CAT]}, {"word": SecretStr("hush"), "pets": [CAT], "anything": 12}],
        '{"word":1,"pets":"[1]","anything":"["}'),
    ("constraints", Bounded, '{"n":5,▸"text":"ab▸","items":[{"kind":"cat"▸', [{"n": 5}, {"n": 5, "text": "ab"}, {"n": 5, "text": "ab", "items": [{"kind": "cat"}]}],
        '{"n":10,"text":"abcd","items":[{"kind":"cat"},{"kind":"cat"}]}'),
    ("a named tuple", list[Spot], '[[1,▸{"kind":"cat"}]▸', [[], [Spot(1, Cat(kind="cat"))]], '[[1],["x",{}]]'),
    ("a dataclass with slots", Slotted, '{"a":1▸,"text":"x▸","pet":{"kind":"cat"▸}▸}▸', [{}, {"a": 1, "text": "x"}, {"a": 1, "text": "x", "pet": {"kind": "cat"}},
        {"a": 1, "text": "x", "pet": CAT}, {"Slotted+": {"a": 1, "text": "x", "pet": CAT}}], '{"a":"x","pet":{}}'),
    ("a frozen dataclass", FrozenData, '{"a":1,▸"steps":[{"text":"x▸"}]}▸', [{"a": 1}, {"a": 1, "steps": [{"text": "x"}]},
        {"FrozenData+": {"a": 1, "steps": [{"Step+": {"text": "x", "minutes": 5}}]}}], '{"steps":[{}]}'),
    ("InitVar and __post_init__", Initialised, '{"a":1,"factor":3,▸"text":"x▸"}▸', [{"a": 1}, {"a": 1, "text": "x"},
        {"Initialised+": {"a": 1, "text": "3x", "pet": None}}], '{"a":"x","factor":"y"}'),
    ("a TypedDict", Typed, '{"pet":{"kind":"cat"▸},"a":1,▸', [{"pet": {"kind": "cat"}}, {"pet": CAT, "a": 1}], '{"pet":{}}'),
    ("default factories", Defaults, '{"a":3,▸"text":"x▸"}▸', [{"a": 3}, {"a": 3, "text": "x"}, {"Defaults+": {"a": 3, "items": [1], "twice": 6, "text": "x"}}], '{"a":"x","twice":"y"}'),
    ("validate_default", Checked, '{"a":3,▸"text":"x▸"}▸', [{"a": 3}, {"a": 3, "text": "x"}, {"Checked+": {"a": 3, "b": 7, "text": "x"}}], '{"b":"x"}'),
    ("exclude and frozen fields", Excluded, '{"a":3,▸"text":"x▸","steps":[{"text":"y▸', [{"a": 3}, {"a": 3, "text": "x"}, {"a": 3, "text": "x", "steps": [{"text": "y"}]}], '{"a":"x"}'),
    ("use_enum_values", EnumValues, '{"shade":"da▸rk"▸,"more":["light"▸', [{}, {"shade": "dark"}, {"shade": "dark", "more": ["light"]}], '{"shade":"x"}'),
    ("str_strip_whitespace", Stripped, '{"text":" x▸ "▸,"words":{"a":" b▸ "▸', [{}, {"text": "x"}, {"text": "x", "words": {}}, {"text": "x", "words": {"a": "b"}}], '{"text":1}'),
    ("a type with a schema of its own", Custom, '{"stack":[1,▸2]▸,"text":"x▸', [{}, {"stack": Stack([1, 2])}, {"stack": Stack([1, 2]), "text": "x"}], '{"stack":["x"]}'),
    ("serializers", Serialized, '{"data":"a▸b"▸,"when":"2026-01-▸02"▸,"steps":[{"text":"x▸', [{}, {"data": b"ab"}, {"data": b"ab"}, {"data": b"ab", "when": date(2026, 1, 2)},
        {"data": b"ab", "when": date(2026, 1, 2), "steps": [{"text": "x"}]}], '{"data":1}'),
    ("type aliases and NewType", Aliases, '{"id":1,▸"steps":[{"text":"x▸"}],"by_name":{"a":{"text":"y▸"}},"one":{"text":"z▸', [{"id": 1}, {"id": 1, "steps": [{"text": "x"}]},
        {"id": 1, "steps": [{"Step+": {"text": "x", "minutes": 5}}], "by_name": {"a": {"text": "y"}}},
        {"id": 1, "steps": [{"Step+": {"text": "x", "minutes": 5}}], "by_name": {"a": {"Step+": {"text": "y", "minutes": 5}}}, "one": {"text": "z"}}],
        '{"id":"x","steps":[{}],"one":1}'),
]  # fmt: skip


def completed(text: str) -> str:
    """JSON text with all closed that is open."""
    open_: list[str] = []
    for character in text.replace("\\\\", "").replace('\\"', ""):
        if character == '"' or (open_ and open_[-1] == '"'):
            if character == '"':
                _ = open_.pop() if open_ and open_[-1] == '"' else open_.append('"')
        elif character in "{[":
            open_.append("}" if character == "{" else "]")
        elif character in "}]":
            open_.pop()
    return text.rstrip(",") + "".join(reversed(open_))


def ending(tp: Any, text: str, context: Any = None) -> Any:
    """What pydantic makes of a text: the value, or where and why it does not fit."""
    try:
        return shape(TypeAdapter(tp).validate_json(text, context=context))
    except ValidationError as error:
        return [(line["loc"], line["type"]) for line in error.errors()]


def ours(tp: Any, deltas: list[str], context: Any = None, **options: Any) -> Any:
    """The same of partway."""
    extractor = Extractor(tp, json_only=True, validation_context=context, **options)
    try:
        for delta in deltas:
            extractor.feed(delta)
            repr(extractor.partial)
        return shape(extractor.finish())
    except MismatchError as error:
        return [(line["loc"], line["type"]) for line in error.validation_error.errors()]


SHOWN = [pytest.param(tp, text, looks, id=name) for name, tp, text, looks, _ in FEATURES]
DOCUMENTS = [
    pytest.param(tp, document, id=f"{name}, {how}")
    for name, tp, text, _, misfit in FEATURES
    for how, document in (("fits", completed(text.replace("▸", ""))), ("does not", misfit))
]


@pytest.mark.parametrize(("tp", "text", "looks"), SHOWN)
def test_what_is_shown_is_what_arrived_and_is_certain(tp: Any, text: str, looks: list[Any]):
    for whole in (False, True):
        extractor = Extractor(tp, json_only=True)
        found = []
        for piece in text.split("▸")[:-1]:
            for delta in [piece] if whole else piece:
                extractor.feed(delta)
            found.append(seen(extractor.partial))
        assert found == looks


@pytest.mark.parametrize(("tp", "text"), DOCUMENTS)
def test_the_end_is_pydantics_at_every_cut(tp: Any, text: str):
    expected = ending(tp, text)
    assert ours(tp, list(text)) == expected
    assert ours(tp, list(text), on_event=repr) == expected
    for cut in range(len(text)):
        assert ours(tp, [text[:cut], text[cut:]]) == expected


def test_the_documents_fit_or_do_not_as_they_say():
    for name, tp, text, _, misfit in FEATURES:
        assert isinstance(ending(tp, completed(text.replace("▸", ""))), tuple), name
        assert isinstance(ending(tp, misfit), list), name


HOLDERS: list[tuple[Callable[[Any], Any], str]] = [
    (lambda tp: list[tp], "[%s,%s]"),
    (lambda tp: dict[str, tp], '{"a":%s,"b":%s}'),
    (lambda tp: tuple[tp, tp], "[%s,%s]"),
    (lambda tp: Box[tp], '{"content":%s,"others":[%s]}'),
    (lambda tp: TypedDict("Two", {"a": tp, "b": tp}), '{"a":%s,"b":%s}'),
    (lambda tp: list[tp | None], "[null,%s,%s]"),
    (lambda tp: list[tp | bool], "[true,%s,%s]"),
]


@given(st.sampled_from(FEATURES), st.sampled_from(HOLDERS), st.tuples(st.booleans(), st.booleans()), st.data())
def test_the_end_is_pydantics_inside_anything(feature: Any, holder: Any, misfits: tuple[bool, bool], data: Any):
    _, inner, text, _, misfit = feature
    tp = holder[0](inner)
    document = holder[1] % tuple(misfit if bad else completed(text.replace("▸", "")) for bad in misfits)
    expected = ending(tp, document)
    assert ours(tp, list(document)) == expected
    cuts = sorted(data.draw(st.sets(st.integers(1, len(document) - 1), max_size=4)))
    assert ours(tp, [document[a:b] for a, b in zip([0, *cuts], [*cuts, len(document)], strict=True)]) == expected


CHANGED = {
    Around: "a wrapping validator of the model has its text in capitals",
    Initialised: "__post_init__ begins the text anew",
}
"""The user's own code changes what has been shown, when the object closes."""


@pytest.mark.parametrize(("tp", "text"), [one for one in DOCUMENTS if one.id.endswith("fits")])
def test_each_snapshot_is_a_beginning_of_the_result(tp: Any, text: str):
    story = tell(tp, list(text), snapshots=True, json_only=True)
    fits = [grew(step.partial, story.result) for step in story.steps]
    assert all(fits) == (tp not in CHANGED)


def partials(tp: Any, text: str) -> Iterator[Any]:
    extractor = Extractor(tp, json_only=True)
    for character in text:
        extractor.feed(character)
        if extractor.partial is not None:
            yield extractor.partial


@pytest.mark.parametrize(("tp", "text"), [one for one in DOCUMENTS if one.id.endswith("fits")])
def test_a_partial_can_be_dumped_compared_copied_and_pickled(tp: Any, text: str):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for partial, same in zip(partials(tp, text), partials(tp, text), strict=True):
            assert partial == same
            assert repr(partial) == repr(same)
            ways = [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]  # noqa: S301
            made = [way(partial) for way in ways]
            assert [type(one) for one in made] == [type(partial)] * 3
            assert made == [partial] * 3
            if isinstance(partial, BaseModel):
                dump = partial.model_dump(exclude_unset=True)
                shown = {name for name in partial.model_fields_set if not (tp is Excluded and name in ("a", "steps"))}
                assert dump.keys() - type(partial).model_computed_fields.keys() == shown
                assert TypeAdapter(Any).validate_json(partial.model_dump_json(exclude_unset=True)).keys() == dump.keys()
                assert [one.model_dump(exclude_unset=True) for one in made] == [dump] * 3


def test_computed_fields_are_never_called_on_partials():
    Area.calls.clear()
    for partial in partials(list[Area], '[{"width":2,"text":"x"},{"text":"y","width":3}]'):
        TypeAdapter(list[Any]).dump_python(partial)
        repr(partial)
    assert {type(area) for area in Area.calls} == {Area}


def test_a_partial_has_the_private_attributes_and_class_variables_and_is_frozen():
    partial = list(partials(Private, '{"a":1,"text":"x'))[-1]
    assert (partial._count, partial._seen) == (3, [])
    partial = list(partials(Derived, '{"a":1,"text":"x'))[-1]
    assert (partial.count, partial.text) == (4, "x")
    for tp in (Frozen, Derived, Excluded):
        with pytest.raises(ValidationError, match="frozen"):
            list(partials(tp, '{"a":1,"text":"x'))[-1].text = "y"


# ----------------------------------------------------------------------------------- how often, on what

LOG: list[Any] = []


def note(value: Any) -> Any:
    """A validator: it writes down what it sees, spelled so that half a value is told from a whole one."""
    LOG.append(repr(value))
    if value in (13, "13", {"n": 13}):
        raise ValueError("unlucky")
    return value


def note_around(value: Any, handler: Any) -> Any:
    return note(handler(value))


VALIDATORS: dict[str, Any] = {
    "before": BeforeValidator(note),
    "after": AfterValidator(note),
    "wrap": WrapValidator(note_around),
    "plain": PlainValidator(note),
}


class Noted(BaseModel):
    n: int

    @model_validator(mode="after")
    def noted(self) -> Noted:
        note({"n": self.n})
        return self


class NotedBefore(BaseModel):
    n: int

    @model_validator(mode="before")
    @classmethod
    def noted(cls, data: Any) -> Any:
        return note(data)


class NotedAround(BaseModel):
    n: int

    @model_validator(mode="wrap")
    @classmethod
    def noted(cls, data: Any, handler: Any) -> Any:
        note(data)
        return handler(data)


class NotedField(BaseModel):
    n: int

    @field_validator("n")
    @classmethod
    def noted(cls, n: int) -> int:
        note(n)
        return n


class Marked(NotedField):
    kind: Literal["marked"]


class FromText(NotedField):
    """It is validated from its text when it closes."""

    def model_post_init(self, context: Any) -> None: ...


class Tie(BaseModel):
    """With `NotedField`, a member of a union that nothing tells apart before the close."""

    n: int


class OtherTie(BaseModel):
    n: Annotated[int, AfterValidator(note)]
    m: int = 0


class OneOf(NotedField):
    """With `Another`, a member of a union that is told by its keys."""

    model_config = ConfigDict(extra="forbid")
    one: int


class Another(NotedField):
    model_config = ConfigDict(extra="forbid")
    other: int


class Told(BaseModel):
    low: Annotated[int, AfterValidator(note)]
    high: Annotated[int, AfterValidator(note)]

    @field_validator("high")
    @classmethod
    def above(cls, high: int, info: ValidationInfo) -> int:
        return max(high, info.data["low"])


class Nest(FromText):
    inner: Nest | None = None


class Refusing(BaseModel):
    a: NotedField
    b: int


# A place, its type, a document, and for each value that a validator sees how often it does, while the document fits.
COUNTS: list[tuple[str, Any, str, dict[str, int]]] = [
    *((f"an atom, {how}", Annotated[int, mark], " 12 ", {"12": 1}) for how, mark in VALIDATORS.items()),
    *((f"an atom in a list, {how}", list[Annotated[int, mark]], "[12, 23]", {"12": 1, "23": 1}) for how, mark in VALIDATORS.items()),
    *((f"an atom in a dict, {how}", dict[str, Annotated[int, mark]], '{"a": 12}', {"12": 1}) for how, mark in VALIDATORS.items()),
    *((f"a list, {how}", Annotated[list[int], mark], "[12, 23]", {"[12, 23]": 1}) for how, mark in VALIDATORS.items()),
    *((f"a list of lists, {how}", list[Annotated[list[int], mark]], "[[12], [23]]", {"[12]": 1, "[23]": 1}) for how, mark in VALIDATORS.items()),
    *((f"a dict, {how}", Annotated[dict[str, int], mark], '{"a": 12}', {"{'a': 12}": 1}) for how, mark in VALIDATORS.items()),
    ("a key of a dict", dict[Annotated[str, AfterValidator(note)], int], '{"ab": 1}', {"'ab'": 1}),
    ("a model, after", Noted, '{"n": 12}', {"{'n': 12}": 1}),
    ("a model, before", NotedBefore, '{"n": 12}', {"{'n': 12}": 1}),
    ("a model, around", NotedAround, '{"n": 12}', {"{'n': 12}": 1}),
    ("models in a list, after", list[Noted], '[{"n": 12}, {"n": 23}]', {"{'n': 12}": 1, "{'n': 23}": 1}),
    ("models in a list, before", list[NotedBefore], '[{"n": 12}, {"n": 23}]', {"{'n': 12}": 1, "{'n': 23}": 1}),
    ("models in a list, around", list[NotedAround], '[{"n": 12}, {"n": 23}]', {"{'n': 12}": 1, "{'n': 23}": 1}),
    ("a field", NotedField, '{"n": 12}', {"12": 1}),
    ("a field of models in a list", list[NotedField], '[{"n": 12}, {"n": 23}]', {"12": 1, "23": 1}),
    ("in a discriminated union", list[Annotated[Marked | Dog, Field(discriminator="kind")]], '[{"n": 12, "kind": "marked"}]', {"12": 1}),
    ("in an optional", list[NotedField | None], '[{"n": 12}, null]', {"12": 1}),
    ("in a union told by kind", list[NotedField | list[int]], '[{"n": 12}, [1]]', {"12": 1}),
    ("in a smart tie", list[NotedField | Tie], '[{"n": 12}]', {"12": 1}),
    ("in an object validated from its text", FromText, '{"n": 12}', {"12": 2}),
    ("in objects validated from their text, in a list", list[FromText], '[{"n": 12}, {"n": 23}]', {"12": 2, "23": 2}),
    ("a model in one that is validated before", Annotated[Box[Noted], BeforeValidator(lambda data: data)], '{"content": {"n": 12}}', {"{'n': 12}": 2}),
    ("in objects validated from their text, in another", Nest, '{"n": 12, "inner": {"n": 23, "inner": {"n": 34}}}', {"12": 2, "23": 3, "34": 4}),
    ("in a field that is told, and the one before", Told, '{"low": 12, "high": 23}', {"12": 2, "23": 1}),
    ("in a smart tie of two that have it", list[NotedField | OtherTie], '[{"n": 12}]', {"12": 2}),
    ("in a union told by keys", list[OneOf | Another], '[{"n": 12, "other": 1}]', {"12": 1}),
    ("in a dict of a union told by keys", dict[str, OneOf | Another], '{"a": {"one": 1, "n": 12}}', {"12": 1}),
    ("read whole", Annotated[list[Noted], Whole()], '[{"n": 12}]', {"{'n': 12}": 1}),
]  # fmt: skip


def counted(tp: Any, deltas: list[str], **options: Any) -> dict[str, int]:
    LOG.clear()
    extractor = Extractor(tp, json_only=True, **options)
    try:
        for delta in deltas:
            extractor.feed(delta)
            for _ in range(2):
                repr(extractor.partial)
        extractor.finish()
    except MismatchError:
        pass
    return {one: LOG.count(one) for one in LOG}


@pytest.mark.parametrize(("tp", "text", "times"), [pytest.param(*case, id=name) for name, *case in COUNTS])
def test_a_validator_sees_complete_data_as_often_as_is_documented(tp: Any, text: str, times: dict[str, int]):
    for deltas in (list(text), [text]):
        assert counted(tp, deltas) == times
        assert counted(tp, deltas, fail_fast=True) == times
        assert counted(tp, deltas, on_event=repr) == times


# The same where a value does not fit: with `fail_fast`, and without, when the document is read again for the errors.
REFUSED: list[tuple[str, Any, str, dict[str, int], dict[str, int]]] = [
    ("an atom", list[Annotated[int, AfterValidator(note)]], "[12, 13, 14]", {"12": 1, "13": 1}, {"12": 2, "13": 2, "14": 2}),
    ("a model", list[Noted], '[{"n": 12}, {"n": 13}, {"n": 14}]', {"{'n': 12}": 1, "{'n': 13}": 1}, {"{'n': 12}": 2, "{'n': 13}": 2, "{'n': 14}": 2}),
    ("the part behind a model", Refusing, '{"a": {"n": 12}, "b": "x"}', {"12": 1}, {"12": 2}),
    ("a value that fits no member of a union", list[Annotated[Marked | Dog, Field(discriminator="kind")]], '[{"kind": "marked", "n": 13}, {"kind": "marked", "n": 12}]',
        {"13": 1}, {"13": 3, "12": 2}),
    ("in an object validated from its text", list[FromText], '[{"n": 13}, {"n": 12}]', {"13": 1}, {"13": 3, "12": 3}),
]  # fmt: skip


@pytest.mark.parametrize(("tp", "text", "first", "in_all"), [pytest.param(*case, id=name) for name, *case in REFUSED])
def test_a_validator_sees_a_document_that_does_not_fit_once_more(
    tp: Any, text: str, first: dict[str, int], in_all: dict[str, int]
):
    for deltas in (list(text), [text]):
        assert counted(tp, deltas, fail_fast=True) == first
        assert counted(tp, deltas) == in_all


# ----------------------------------------------------------------- what a validator may still change


class Lines(BaseModel):
    lines: list[str]


class LinesTyped(TypedDict):
    lines: list[str]


@dataclasses.dataclass
class LinesData:
    lines: list[str]


def turn(value: Any) -> Any:
    """A validator that changes all it sees."""
    match value:
        case str():
            return value[::-1].upper()
        case list():
            return [turn(one) for one in value]
        case dict():
            return {key: turn(one) for key, one in value.items()}
        case _:
            return type(value)(lines=turn(value.lines))


TURNS: dict[str, Any] = {
    "before": BeforeValidator(turn),
    "after": AfterValidator(turn),
    "wrap": WrapValidator(lambda value, handler: turn(handler(value))),
    "plain": PlainValidator(turn),
    "after, told": AfterValidator(lambda value, info: turn(value) if info else value),
}
INSIDE: dict[str, tuple[Any, str]] = {
    "str": (str, '"ab"'),
    "list": (list[str], '["ab", "cd"]'),
    "dict": (dict[str, str], '{"a": "ab", "b": "cd"}'),
    "model": (Lines, '{"lines": ["ab", "cd"]}'),
    "dataclass": (LinesData, '{"lines": ["ab", "cd"]}'),
    "TypedDict": (LinesTyped, '{"lines": ["ab", "cd"]}'),
}
SHOWN_BEFORE = {
    ("after", "list"),
    ("after", "dict"),
    *(
        (how, what)
        for how in ("before", "after", "wrap", "after, told")
        for what in ("model", "dataclass", "TypedDict")
    ),
}
"""The validators, and what they stand around, of which parts are shown before it closes: they may change these."""


def contradicted(tp: Any, text: str) -> bool:
    story = tell(tp, list(text), snapshots=True, json_only=True)
    assert story.error is None
    return not all(grew(step.partial, story.result) for step in story.steps)


@pytest.mark.parametrize("what", INSIDE)
@pytest.mark.parametrize("how", TURNS)
def test_what_a_validator_changes_was_not_shown_but_for_the_parts_of_what_is_open(how: str, what: str):
    inner, text = INSIDE[what]
    tp = Annotated[inner, TURNS[how]]
    assert contradicted(list[tp], f"[{text}, {text}]") == ((how, what) in SHOWN_BEFORE)
    whole = list[Annotated[tp, Whole()]]
    assert not contradicted(whole, f"[{text}, {text}]")
    assert ours(whole, list(f"[{text}]")) == ending(whole, f"[{text}]")


@pytest.mark.parametrize("what", INSIDE)
@pytest.mark.parametrize("mode", ["before", "after", "wrap", "plain"])
def test_the_same_holds_of_field_validators(mode: Any, what: str):
    inner, text = INSIDE[what]

    def change(value: Any) -> Any:
        return turn(value)

    def change_around(value: Any, handler: Any) -> Any:
        return turn(handler(value))

    validator = field_validator("field", mode=mode)(change_around if mode == "wrap" else change)
    holder = pydantic.create_model("Holder", field=(inner, ...), __validators__={"change": validator})
    document = f'{{"field": {text}}}'
    assert contradicted(holder, document) == ((mode, what) in SHOWN_BEFORE)
    held = pydantic.create_model("Held", field=(Annotated[inner, TURNS[mode], Whole()], ...))
    assert not contradicted(held, document)


@pytest.mark.parametrize("mode", ["before", "after", "wrap"])
def test_a_models_own_validator_may_change_what_was_shown_and_whole_shows_none_of_it(mode: Any):
    def change(_: Any, value: Any) -> Any:
        return turn(value)

    def change_around(_: Any, value: Any, handler: Any) -> Any:
        made = handler(value)
        made.lines = turn(made.lines)
        return made

    def change_itself(self: Any) -> Any:
        self.lines = turn(self.lines)
        return self

    functions: dict[str, Any] = {
        "before": classmethod(change),
        "wrap": classmethod(change_around),
        "after": change_itself,
    }
    validator: Any = model_validator(mode=mode)(functions[mode])
    model = pydantic.create_model("Model", lines=(list[str], ...), __validators__={"change": validator})
    document = '[{"lines": ["ab", "cd"]}]'
    assert contradicted(list[model], document)
    assert not contradicted(list[Annotated[model, Whole()]], document)


# --------------------------------------------------------------------------------- validation_context


def in_context(value: Any, info: ValidationInfo) -> Any:
    if info.context == "bad":
        raise ValueError("not here")
    return f"{value}@{info.context}"


Contextual = Annotated[str, AfterValidator(in_context)]


class InContext(BaseModel):
    a: Contextual
    items: list[Contextual] = []
    by_key: dict[Contextual, Contextual] = {}
    inner: InContext | None = None
    field: str = ""
    kind: str = ""

    @field_validator("field")
    @classmethod
    def marked(cls, value: str, info: ValidationInfo) -> str:
        return f"{value}/{info.context}"

    @model_validator(mode="after")
    def checked(self, info: ValidationInfo) -> InContext:
        if info.context == "refused":
            raise ValueError("refused")
        self.kind += str(info.context)
        return self


class ReadWhole(BaseModel):
    kind: str = ""
    text: Annotated[str, BeforeValidator(in_context)]


def kind_of(value: Any) -> str:
    kind: str = value.get("kind") if isinstance(value, dict) else value.kind
    return kind


ByKind = Annotated[Annotated[InContext, Tag("in")] | Annotated[ReadWhole, Tag("whole")], Discriminator(kind_of)]

CONTEXTS: list[tuple[Any, str]] = [
    (InContext, '{"a":"x","items":["y"],"by_key":{"k":"v"},"inner":{"a":"z","field":"f"},"field":"g"}'),
    (InContext, '{"a":1,"items":[2]}'),
    (list[ByKind], '[{"a":"x","kind":"in"},{"text":"y","kind":"whole"},{"kind":"none"}]'),
    (list[ByKind], '[{"kind":"in","a":"x"}]'),
    (list[InContext | ReadWhole], '[{"a":"x"},{"text":"y"}]'),
    (dict[Contextual, list[Contextual]], '{"a":["b"]}'),
    (Contextual, '"a"'),
    (Annotated[list[str], BeforeValidator(lambda value, info: [info.context, *value])], '["a"]'),
]


@pytest.mark.parametrize("context", [None, "here", "bad", "refused", {}, 0, False, ["a"]], ids=repr)
@pytest.mark.parametrize(("tp", "text"), CONTEXTS)
def test_validators_get_the_context(tp: Any, text: str, context: Any):
    expected = ending(tp, text, context)
    assert ours(tp, list(text), context) == expected
    assert ours(tp, [text], context, on_event=repr) == expected


def test_no_context_is_none():
    one, two = Extractor(Contextual, json_only=True), Extractor(Contextual, json_only=True, validation_context=None)
    for extractor in (one, two):
        extractor.feed('"a"')
        assert extractor.finish() == "a@None"


def test_two_extractors_of_one_type_keep_their_contexts_apart():
    text = CONTEXTS[0][1]
    extractors = {n: Extractor(InContext, json_only=True, validation_context=n) for n in (1, 2)}
    extractors[0] = Extractor(InContext, json_only=True)
    for character in text:
        for extractor in extractors.values():
            extractor.feed(character)
            repr(extractor.partial)
    for n, extractor in extractors.items():
        assert shape(extractor.finish()) == ending(InContext, text, n or None)


def test_threads_keep_their_contexts_apart():
    found: dict[int, set[Any]] = {n: set() for n in range(4)}
    text = CONTEXTS[0][1]

    def run(n: int) -> None:
        for _ in range(20):
            found[n].add(repr(ours(InContext, list(text), n)))

    threads = [threading.Thread(target=run, args=(n,)) for n in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: {repr(ending(InContext, text, n))} for n in found}


def test_a_validator_may_use_an_extractor_with_another_context():
    def nested(value: str, info: ValidationInfo) -> str:
        found = []
        for context in ("inner", None):
            extractor = Extractor(Contextual, json_only=True, validation_context=context)
            extractor.feed(f'"{value}"')
            found.append(extractor.finish())
        return f"{found} in {info.context}"

    extractor = Extractor(list[Annotated[str, AfterValidator(nested)]], json_only=True, validation_context="outer")
    extractor.feed('["a","b"]')
    assert extractor.finish() == ["['a@inner', 'a@None'] in outer", "['b@inner', 'b@None'] in outer"]


def test_the_context_is_the_very_object_that_was_given():
    def gather(value: int, info: ValidationInfo) -> int:
        info.context.append(value)
        return value

    class Gathering(BaseModel):
        n: Annotated[int, AfterValidator(gather)]

    box: list[int] = []
    assert stream(['[{"n":1},', '{"n":2}]'], list[Gathering], validation_context=box).result()
    assert box == [1, 2]


def test_state_converts_the_keys_of_a_dict_in_the_context():
    extractor = Extractor(dict[Contextual, dict[int, str]], json_only=True, validation_context="here")
    extractor.feed('{"a":{"1":"x"},"b":{"2":')
    assert extractor.partial == {"a@here": {1: "x"}, "b@here": {}}
    assert extractor.state("a") is State.COMPLETE
    assert extractor.state("a", "1") is State.COMPLETE
    assert extractor.state("b", "2") is State.ABSENT
    extractor.feed('"y')
    assert extractor.state("b", "2") is State.STREAMING
    extractor.feed('"}}')
    assert extractor.state("b", "2") is State.COMPLETE
    assert extractor.state("c") is State.ABSENT


# ------------------------------------------------------------- what only what is around a value can do


def leave_out(value: int) -> int:
    if value == 0:
        raise PydanticOmit
    return value


def default_if_empty(value: list[int]) -> list[int]:
    if not value:
        raise PydanticUseDefault
    return value


class EmptyIsDefault(BaseModel):
    items: Annotated[list[int], AfterValidator(default_if_empty)] = [1]


@pytest.mark.parametrize(
    ("tp", "text"),
    [
        (list[Annotated[int, AfterValidator(leave_out)]], "[1,0,2]"),
        (dict[str, Annotated[int, AfterValidator(leave_out)]], '{"a":0}'),
        (EmptyIsDefault, '{"items":[]}'),
    ],
)
def test_a_value_of_which_only_what_is_around_it_can_make_something_is_not_rejected(tp: Any, text: str):
    for deltas in ([text], list(text)):
        for fail_fast in (False, True):
            assert ours(tp, deltas, fail_fast=fail_fast) == ending(tp, text)
        events: list[Any] = []
        extractor = Extractor(tp, on_event=events.append)
        for delta in deltas:
            extractor.feed(delta)
        assert [event for event in events if isinstance(event, Rejected)] == []
        assert extractor.rejected == ()
