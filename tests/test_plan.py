"""What a type says about its JSON: the result is pydantic's, and what is shown on the way is the type's to say."""

# ruff: noqa: E501  # a case of a table is one line

from __future__ import annotations

import dataclasses
import enum
import gc
import uuid
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import InitVar
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import (
    Annotated,
    Any,
    ClassVar,
    Generic,
    Literal,
    NamedTuple,
    NotRequired,
    Optional,
    Required,
    Self,
    TypeVar,
    Union,
)

import pydantic
import pytest
from pydantic import (
    AfterValidator,
    AliasChoices,
    AliasPath,
    AnyUrl,
    Base64Bytes,
    Base64Str,
    BaseModel,
    BeforeValidator,
    ByteSize,
    ConfigDict,
    Field,
    Json,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    RootModel,
    SecretStr,
    SkipValidation,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WrapValidator,
    computed_field,
    create_model,
    field_serializer,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError, PydanticUseDefault, core_schema
from typing_extensions import TypeAliasType, TypedDict

from partway import Extractor, Partial, State, _plan, stream
from partway._plan import plan_for, retitled
from partway._reader import BACKENDS
from partway.errors import MismatchError, UsageError
from partway.events import Completed, Rejected

T = TypeVar("T")

# ------------------------------------------------------------------------------------------------- models


class Plain(BaseModel):
    a: int
    b: str = "unsaid"


class Inner(BaseModel):
    n: int
    s: str = ""


class Outer(BaseModel):
    inner: Inner
    more: list[Inner] = []


class OfPydantics(BaseModel):
    size: ByteSize = ByteSize(0)
    data: Base64Str = ""
    files: list[Base64Bytes] = []


class Aliased(BaseModel):
    unit_price: float = Field(alias="unitPrice")
    stock: int = Field(0, validation_alias="in-stock")
    shown: str = Field("", serialization_alias="SHOWN")


class ByName(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    a: int = Field(alias="A")
    b: list[str] = Field([], alias="B")


class NameAlone(BaseModel):
    model_config = ConfigDict(validate_by_alias=False, validate_by_name=True)
    a: int = Field(alias="A")


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)
    first_name: str
    last_name: str


class Choices(BaseModel):
    a: int = Field(validation_alias=AliasChoices("x", "y"))
    b: str = "b"


class Paths(BaseModel):
    first: str = Field(validation_alias=AliasPath("names", 0))
    last: str = Field(validation_alias=AliasChoices("surname", AliasPath("names", 1)))
    age: int = 0


class Allowing(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int = 0


class AllowingInts(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]
    a: int = 0


class Forbidding(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int = 0
    inner: Inner | None = None


class ForbiddingText(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int = 0

    @model_validator(mode="before")
    @classmethod
    def upright(cls, data: Any) -> Any:
        return data


class Factories(BaseModel):
    tags: list[str] = Field(default_factory=lambda: ["none"])
    count: int = Field(default_factory=lambda data: len(data["tags"]))
    inner: Inner = Inner(n=1)


class DefaultsValidated(BaseModel):
    a: int = Field("7", validate_default=True)
    b: str = ""


class AllDefaultsValidated(BaseModel):
    model_config = ConfigDict(validate_default=True)
    a: int = "7"
    b: str = ""


class BadDefault(BaseModel):
    a: int = Field("seven", validate_default=True)
    b: str = ""


class FieldValidators(BaseModel):
    after: str
    before: list[str]
    wrapped: int
    plain: str = ""

    @field_validator("after")
    @classmethod
    def shout(cls, value: str) -> str:
        if value == "bad":
            raise ValueError("is bad")
        return value.upper()

    @field_validator("before", mode="before")
    @classmethod
    def split(cls, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value

    @field_validator("wrapped", mode="wrap")
    @classmethod
    def wrap(cls, value: Any, handler: Callable[[Any], int]) -> int:
        return handler(value) + 1

    @field_validator("plain", mode="plain")
    @classmethod
    def any_text(cls, value: Any) -> str:
        return f"<{value}>"


class Told(BaseModel):
    low: int
    high: int
    text: str = ""

    @field_validator("high")
    @classmethod
    def above(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("low", 0):
            raise ValueError("high is below low")
        assert info.mode == "json"
        return value


class ToldOfContainers(BaseModel):
    low: int = 0
    items: list[int] = []

    @field_validator("items", mode="wrap")
    @classmethod
    def above(cls, value: Any, handler: Callable[[Any], list[int]], info: ValidationInfo) -> list[int]:
        return [item + info.data["low"] for item in handler(value)]


def told_inside(value: int, info: ValidationInfo) -> int:
    assert info.data["low"] <= value, f"below {info.data['low']} in {info.field_name}"
    return value * 10


Inside = Annotated[int, AfterValidator(told_inside)]


class ToldInside(BaseModel):
    low: int
    items: list[Inside] = []
    deep: dict[str, tuple[Inside | None, ...]] = {}
    either: str | Inside | list[Inside] = ""
    again: NestedTold = []


NestedTold = TypeAliasType("NestedTold", "list[NestedTold | Inside]")


def scaled(value: int, info: ValidationInfo) -> int:
    return value * (info.data or {}).get("scale", 1)


class Scaled(NamedTuple):
    n: Annotated[int, AfterValidator(scaled)]
    s: str = ""


class ToldTuple(BaseModel):
    scale: int
    pair: Scaled


class ToldExtras(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[
        str, Annotated[int, AfterValidator(lambda value, info: value + (info.data or {}).get("a", 9))]
    ]
    a: int = 5


class Chained:
    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> Any:
        named = core_schema.with_info_plain_validator_function(lambda value, info: f"{info.field_name}={value}")
        return core_schema.chain_schema([core_schema.str_schema(), named])


class ToldChain(BaseModel):
    a: Annotated[str, Chained]


class Seven:
    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> Any:
        return core_schema.with_default_schema(core_schema.int_schema(), default=7)


OrSeven = TypeAliasType("OrSeven", Annotated[int, Seven])


class DefaultsBehind(BaseModel):
    a: OrSeven
    b: OrSeven


class StrictKeys(BaseModel):
    model_config = ConfigDict(strict=True)
    numbers: dict[int, str]
    days: dict[date, int]


@dataclasses.dataclass
class Born:
    a: int

    def __new__(cls, *_: Any, **__: Any) -> Self:
        made = super().__new__(cls)
        made.born = True
        return made


class BornModel(BaseModel):
    a: int
    b: str = ""
    _born: bool = False

    def __new__(cls, *_: Any, **__: Any) -> Self:
        births.append(cls)
        return super().__new__(cls)


births: list[type] = []


@dataclasses.dataclass
class Raised(Exception):  # noqa: N818  # it is none that is raised
    a: int


@dataclasses.dataclass
class Made:
    parts: list[int]

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> Any:
        made = core_schema.no_info_after_validator_function(cls, core_schema.list_schema(core_schema.int_schema()))
        parts = core_schema.plain_serializer_function_ser_schema(lambda made: made.parts)
        return core_schema.json_or_python_schema(made, core_schema.is_instance_schema(cls), serialization=parts)


class HasStack(BaseModel):
    stack: Made
    also: Annotated[list[int], PlainSerializer(lambda made: made.parts), AfterValidator(Made)]


class ToldItself(BaseModel):
    a: int
    text: str = ""

    @model_validator(mode="after")
    def fits(self, info: ValidationInfo) -> ToldItself:
        assert info.mode == "json"
        assert self.a > 0
        return self


class HasTold(BaseModel):
    one: ToldItself | None = None
    more: list[ToldItself] = []


class ModelBefore(BaseModel):
    a: int
    b: str = ""

    @model_validator(mode="before")
    @classmethod
    def rename(cls, data: Any) -> Any:
        return {**data, "a": data["old"]} if isinstance(data, dict) and "old" in data else data


class ModelAfter(BaseModel):
    a: int
    b: int

    @model_validator(mode="after")
    def ordered(self) -> ModelAfter:
        if self.a > self.b:
            raise ValueError("a is above b")
        return self


class ModelAfterInfo(BaseModel):
    a: int

    @model_validator(mode="after")
    def told(self, info: ValidationInfo) -> ModelAfterInfo:
        assert info.mode == "json"
        return self


class ModelWrap(BaseModel):
    a: int
    b: str = ""

    @model_validator(mode="wrap")
    @classmethod
    def wrap(cls, data: Any, handler: Callable[[Any], ModelWrap]) -> ModelWrap:
        made = handler(data)
        made.b += "!"
        return made


class OwnInit(BaseModel):
    a: int
    b: str = ""

    def __init__(self, **data: Any):
        super().__init__(**{**data, "b": data.get("b", "") + "?"})


class PostInit(BaseModel):
    a: int
    _double: int = 0

    def model_post_init(self, context: Any, /) -> None:  # noqa: ARG002
        if self.a < 0:
            raise ValueError("a is negative")
        self._double = 2 * self.a


class Private(BaseModel):
    a: int
    _secret: str = "s"  # noqa: S105
    _made: list[int] = PrivateAttr(default_factory=list)
    _unset: int


class Computed(BaseModel):
    width: int
    height: int

    @computed_field
    @property
    def area(self) -> int:
        return self.width * self.height


class Serialized(BaseModel):
    a: int
    b: str = ""

    @model_serializer
    def upper(self) -> dict[str, Any]:
        return {"A": self.a + 1}


class FieldSerialized(BaseModel):
    when: date
    a: int = 0

    @field_serializer("when")
    def write(self, value: date) -> str:
        return value.strftime("%d.%m.%Y")


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)
    a: int
    items: list[str] = []


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)
    n: int = 0
    f: float = 0.0
    d: date | None = None
    t: tuple[int, str] = (0, "")
    s: set[int] = set()
    inner: Inner | None = None


class Secrets(BaseModel):
    password: SecretStr
    data: Json[list[int]] = []
    loose: Json = None
    size: ByteSize = 0


class Node(BaseModel):
    name: str
    children: list[Node] = []
    parent: Node | None = None
    named: dict[str, Node] = {}


class Left(BaseModel):
    right: Right | None = None


class Right(BaseModel):
    left: Left | None = None


class Numbers(RootModel[list[int]]):
    pass


class Words(RootModel[dict[str, str]]):
    root: dict[str, str] = {}


class HasRoots(BaseModel):
    numbers: Numbers
    words: Words = Words({})


class Box(BaseModel, Generic[T]):
    content: T
    label: str = ""


class Base(BaseModel):
    a: int


class Derived(Base):
    b: str = ""


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    good: bool = True


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class Owner(BaseModel):
    pet: Pet
    other: Cat | Dog | None = None


class Color(enum.Enum):
    RED = "red"
    BLUE = 2


class Grade(enum.IntEnum):
    LOW = 1
    HIGH = 12


class Mode(enum.StrEnum):
    ON = "on"


class Point(NamedTuple):
    x: int
    y: int = 0


class Stripped(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)
    a: str
    b: Annotated[str, StringConstraints(strip_whitespace=False)] = ""


class Bounded(BaseModel):
    model_config = ConfigDict(str_max_length=5)
    a: str


class NoInfinity(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)
    f: float


class NamedLikeBaseModel(BaseModel):
    model_config = ConfigDict(protected_namespaces=())
    model_fields_of: int = 0
    json_: str = Field("", alias="json")
    copy_: list[int] = Field([], alias="copy")


class OwnGetattr(BaseModel):
    a: int = 0
    text: str = ""

    def __getattr__(self, name: str) -> Any:
        if name == "magic":
            return "abracadabra"
        raise AttributeError(name)


class OwnSlots(BaseModel):
    __slots__ = ("cache",)
    a: int = 0
    text: str = ""


class WithClassVar(BaseModel):
    count: ClassVar[int] = 3
    a: int = 0


class FromAttributes(BaseModel):
    model_config = ConfigDict(from_attributes=True, use_enum_values=True, str_to_lower=True)
    color: Color = Color.RED
    name: str = ""


class Revalidated(BaseModel):
    model_config = ConfigDict(revalidate_instances="always")
    inner: Inner
    a: int = 0


class RevalidatedOuter(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    one: Revalidated
    two: ModelAfter | None = None


class Excluded(BaseModel):
    a: int = Field(exclude=True)
    b: int = Field(0, repr=False)


class Caught(BaseModel):
    a: int = Field(3)
    b: Annotated[int, Field(ge=0)] = 0

    @field_validator("b", mode="wrap")
    @classmethod
    def catch(cls, value: Any, handler: Callable[[Any], int]) -> int:
        try:
            return handler(value)
        except ValidationError:
            return -1


@dataclasses.dataclass
class Standard:
    a: int
    b: str = ""
    items: list[Inner] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(slots=True)
class Slotted:
    a: int
    b: str = ""


@dataclasses.dataclass(frozen=True)
class FrozenData:
    a: int
    b: str = "x"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FrozenSlotted:
    a: int
    b: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class PostInitData:
    a: int
    double: int = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        if self.a < 0:
            raise ValueError("a is negative")
        self.double = 2 * self.a


@dataclasses.dataclass
class InitVarData:
    a: int
    factor: InitVar[int]
    product: int = 0

    def __post_init__(self, factor: int) -> None:
        self.product = self.a * factor


@pydantic.dataclasses.dataclass
class PydanticData:
    a: int = Field(alias="A")
    b: str = ""
    inner: Inner | None = None


@pydantic.dataclasses.dataclass(config=ConfigDict(extra="forbid", strict=True))
class PydanticStrict:
    a: int
    b: float = 0.0


@pydantic.dataclasses.dataclass(config=ConfigDict(extra="allow"))
class PydanticAllowing:
    a: int = 0


@pydantic.dataclasses.dataclass
class PydanticValidated:
    a: int
    b: int = 0

    @field_validator("b")
    @classmethod
    def double(cls, value: int) -> int:
        return 2 * value

    @model_validator(mode="after")
    def ordered(self) -> PydanticValidated:
        if self.a > self.b:
            raise ValueError("a is above b")
        return self


@pydantic.dataclasses.dataclass
class PydanticWrapped:
    a: int
    b: int = 0

    @model_validator(mode="before")
    @classmethod
    def same(cls, data: Any) -> Any:
        return data


@dataclasses.dataclass
class Linked:
    value: int
    next: Linked | None = None


class Typed(TypedDict):
    a: int
    b: NotRequired[str]
    inner: NotRequired[Inner]


class Untotal(TypedDict, total=False):
    a: Required[int]
    b: list[str]
    c: str


class TypedExtra(TypedDict, total=False):
    __pydantic_config__ = ConfigDict(extra="allow")
    a: int


class TypedForbid(TypedDict, total=False):
    __pydantic_config__ = ConfigDict(extra="forbid")
    a: int


class TypedAliased(TypedDict):
    a: Annotated[int, Field(alias="A")]
    told: Annotated[int, AfterValidator(lambda value, info: value + info.data.get("a", 0))]


class TypedNode(TypedDict):
    name: str
    children: list[TypedNode]


class HasAll(BaseModel):
    standard: Standard | None = None
    typed: Typed | None = None
    point: Point | None = None
    linked: Linked | None = None


JsonValue = TypeAliasType("JsonValue", "dict[str, JsonValue] | list[JsonValue] | str | int | None")
NestedInts = TypeAliasType("NestedInts", "list[NestedInts] | int")
MaybeList = TypeAliasType("MaybeList", "list[MaybeList] | None")


class CoreSchema:
    """A type of a core schema that no annotation gives."""

    def __init__(self, schema: core_schema.CoreSchema):
        self.schema = schema

    def __get_pydantic_core_schema__(self, *_: Any) -> core_schema.CoreSchema:
        return self.schema


INT, STR, BOOL = core_schema.int_schema(), core_schema.str_schema(), core_schema.bool_schema()
TailTuple = Annotated[tuple, CoreSchema(core_schema.tuple_schema([STR, INT], variadic_item_index=1))]
MiddleTuple = Annotated[tuple, CoreSchema(core_schema.tuple_schema([INT, STR, BOOL], variadic_item_index=1))]
WithDefaults = Annotated[int, CoreSchema(core_schema.with_default_schema(INT, default=-1, on_error="default"))]


class Stack:
    """A class of the user's own, made of a list."""

    def __init__(self, values: list[int]) -> None:
        self.values = values

    def __repr__(self) -> str:
        return f"Stack({self.values})"

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> Any:
        return core_schema.no_info_after_validator_function(
            cls,
            core_schema.list_schema(core_schema.int_schema()),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda stack: stack.values),
        )


class Nameless:
    """A class of the user's own, made of a TypedDict that is no class."""

    def __init__(self, parts: dict[str, Any]) -> None:
        self.text = parts["text"]

    def __repr__(self) -> str:
        return f"Nameless({self.text!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> Any:
        field = core_schema.typed_dict_field(core_schema.str_schema())
        return core_schema.no_info_after_validator_function(cls, core_schema.typed_dict_schema({"text": field}))


class HasOwn(BaseModel):
    stack: Stack | None = None
    nameless: Nameless | None = None
    text: str = ""


def default_if_none(value: Any) -> Any:
    if value is None or value == 0:
        raise PydanticUseDefault
    return value


class UsesDefault(BaseModel):
    a: Annotated[int, BeforeValidator(default_if_none)] = 7
    b: Annotated[list[int], BeforeValidator(default_if_none)] = [8]
    c: Annotated[int, AfterValidator(default_if_none)] | None = 9
    d: Annotated[Plain, BeforeValidator(default_if_none)] = Plain(a=10)


class PathsForbidding(BaseModel):
    model_config = ConfigDict(extra="forbid")
    one: int = Field(validation_alias=AliasPath("nested", "one"))
    two: int = Field(2, validation_alias=AliasChoices("two", AliasPath("others", 0)))


class PathsAllowing(BaseModel):
    model_config = ConfigDict(extra="allow")
    one: int = Field(validation_alias=AliasPath("nested", "one"))
    two: int = 2


class OnError(BaseModel):
    a: WithDefaults
    b: str = ""


def must_be_short(values: Any) -> Any:
    if len(values) > 2:
        raise ValueError("has more than two")
    return values


def unlucky(value: Any) -> Any:
    if value == 13:
        raise PydanticCustomError("unlucky", "{number} is unlucky", {"number": 13})
    return value


class Unlucky(BaseModel):
    n: Annotated[int, AfterValidator(unlucky)]


# ------------------------------------------------------------------------------------------------- tables

# A type, and JSON documents: those that fit and those that do not; pydantic says which.
DOCUMENTS: list[tuple[str, Any, list[str]]] = [
    ("a model", Plain, ['{"a":1,"b":"x"}', '{"a":1}', '{"b":"x"}', '{"a":"x","b":1}', '{"a":"1"}', "{}", "[]"]),
    ("a repeated key", Plain, ['{"a":1,"b":"x","a":2}', '{"a":"x","a":2}', '{"a":2,"a":"x"}', '{"a":{},"b":"","a":3}']),
    ("models in models", Outer, ['{"inner":{"n":1},"more":[{"n":2,"s":"x"},{"n":3}]}', '{"inner":{"n":"x"},"more":[{}]}']),
    ("aliases", Aliased, ['{"unitPrice":1.5,"in-stock":3,"shown":"s"}', '{"unit_price":1}', '{"unitPrice":1,"SHOWN":"x"}']),
    ("populate_by_name", ByName, ['{"A":1,"B":["x"]}', '{"a":1,"b":["x"]}', '{"a":1,"A":2}', '{"A":2,"a":"x"}', '{"A":"x","a":1}']),
    ("names alone", NameAlone, ['{"a":1}', '{"A":1}']),
    ("an alias generator", Camel, ['{"firstName":"A","lastName":"B"}', '{"first_name":"A"}']),
    ("alias choices", Choices, ['{"x":1}', '{"y":2,"b":"c"}', '{"y":2,"x":1}', '{"x":"?","y":1}', '{"a":1}']),
    ("alias paths", Paths, ['{"names":["A","B"],"age":3}', '{"names":["A"],"surname":"C"}', '{"names":[]}', '{"age":1}']),
    ("alias paths, extras forbidden", PathsForbidding, ['{"nested":{"one":1},"others":[3]}', '{"nested":{"one":1},"x":1}', '{"nested":{}}', '{"others":1}']),
    ("alias paths, extras allowed", PathsAllowing, ['{"nested":{"one":1},"x":[1],"two":3}', '{"nested":{"two":1}}']),
    ("extra=allow", Allowing, ['{"a":1,"b":{"c":[1,"x"]},"d":null}', '{"b":"x"}', '{"b":1,"b":2}', '{"a":"x","b":1}']),
    ("typed extras", AllowingInts, ['{"a":1,"b":2}', '{"b":"3"}', '{"b":"x"}']),
    ("extra=forbid", Forbidding, ['{"a":1}', '{"a":1,"b":2}', '{"b":[{}],"c":1,"a":"x"}', '{"b":1,"b":2}', '{"inner":{"n":1,"x":1}}']),
    ("extra=forbid, read from the text", ForbiddingText, ['{"a":1}', '{"a":1,"b":2}']),
    ("ignored extras", Plain, ['{"x":{"a":[{}]},"a":1,"y":"long","z":[1,2]}', '{"x":1,"x":2,"a":1}']),
    ("validators that ask for the default", UsesDefault, ['{"a":null,"b":null,"c":0,"d":null}', '{"a":0,"b":0,"c":null}', '{"a":1,"b":[2],"d":{"a":3}}', '{"a":"x","b":[""]}']),
    ("classes of the user's own", HasOwn, ['{"stack":[1,2],"nameless":{"text":"x"}}', '{"stack":["x"],"nameless":{}}']),
    ("default factories", Factories, ["{}", '{"tags":["a"]}', '{"count":9}', '{"inner":{"n":"x"}}']),
    ("a default that is validated", DefaultsValidated, ["{}", '{"a":1}', '{"b":"x"}', '{"a":"x"}']),
    ("all defaults validated", AllDefaultsValidated, ["{}", '{"a":1}', '{"b":1}']),
    ("a bad default", BadDefault, ["{}", '{"a":1}', '{"b":"x"}']),
    ("field validators", FieldValidators, [
        '{"after":"x","before":"a,b","wrapped":1,"plain":[1]}', '{"after":"x","before":["a"],"wrapped":"2"}',
        '{"after":"bad","before":[1],"wrapped":"x","plain":{}}', '{"before":{}}']),
    ("a validator that is told of other fields", Told, ['{"low":1,"high":2}', '{"low":3,"high":2,"text":"x"}', '{"high":2,"low":1}', '{"low":"x","high":1}']),
    ("a container's validator that is told", ToldOfContainers, ['{"low":5,"items":[1,2]}', '{"items":["x"]}', '{"items":[1]}']),
    ("validators inside a field that are told", ToldInside, ['{"low":1,"items":[1,2],"deep":{"a":[3,null]},"either":4,"again":[5,[6]]}',
        '{"low":2,"items":[1,2],"deep":{"a":[1]},"either":[3],"again":[[1]]}', '{"low":3,"either":"x"}']),
    ("model validators that are told", HasTold, ['{"one":{"a":1},"more":[{"a":2},{"a":3,"text":"x"}]}', '{"one":{"a":0},"more":[{"a":-1}]}']),
    ("a model validator before", ModelBefore, ['{"old":1}', '{"a":1,"b":"x"}', '{"b":"x"}']),
    ("a model validator after", ModelAfter, ['{"a":1,"b":2}', '{"a":2,"b":1}', '{"a":2}']),
    ("a model validator after, told", ModelAfterInfo, ['{"a":1}', "{}"]),
    ("a model validator around", ModelWrap, ['{"a":1,"b":"x"}', '{"a":"x"}']),
    ("an __init__ of its own", OwnInit, ['{"a":1,"b":"x"}', '{"a":"x"}']),
    ("model_post_init", PostInit, ['{"a":3}', '{"a":-3}', "{}"]),
    ("private attributes", Private, ['{"a":1}', '{"a":1,"_secret":"x"}', "{}"]),
    ("computed fields", Computed, ['{"width":2,"height":3}', '{"width":2}', '{"width":2,"height":3,"area":1}']),
    ("a model serializer", Serialized, ['{"a":1}', '{"a":"x"}']),
    ("a field serializer", FieldSerialized, ['{"when":"2026-01-02","a":1}', '{"when":"soon"}']),
    ("a frozen model", Frozen, ['{"a":1,"items":["x"]}', '{"a":[]}']),
    ("strict mode", Strict, [
        '{"n":1,"f":1,"d":"2026-01-02","t":[1,"x"],"s":[1,2,1],"inner":{"n":"1"}}', '{"n":"1"}', '{"n":1.0}', '{"f":"1"}',
        '{"d":5}', '{"t":[1]}', '{"t":["1","x"]}', '{"s":["1"]}', '{"s":{}}', '{"inner":[]}']),
    ("secrets, Json and byte sizes", Secrets, [
        '{"password":"p","data":"[1,2]","loose":"{\\"a\\":1}","size":"1kB"}', '{"password":1,"data":"[1,","size":"x"}', '{"password":"p","data":[1]}']),
    ("a recursive model", Node, [
        '{"name":"a","children":[{"name":"b","children":[{"name":"c"}],"parent":{"name":"d"}}]}',
        '{"name":"a","children":[{"children":[]}]}', '{"name":"a","parent":null,"named":{"x":{"name":"y","named":{"z":{"name":"w"}}}}}',
        '{"name":"a","parent":{"name":1}}']),
    ("models that refer to each other", Left, ['{"right":{"left":{"right":null}}}', '{"right":{"left":{"right":1}}}']),
    ("a root model of a list", Numbers, ["[1,2]", '["x"]', "{}"]),
    ("a root model of a dict", Words, ['{"a":"b"}', '{"a":1}']),
    ("root models inside", HasRoots, ['{"numbers":[1,2],"words":{"a":"b"}}', '{"numbers":[{}],"words":{"a":1}}']),
    ("a generic model", Box[int], ['{"content":1}', '{"content":"x"}']),
    ("generic models inside", Box[list[Box[Inner]]], ['{"content":[{"content":{"n":1},"label":"l"}]}', '{"content":[{"content":{"n":"x"}}]}']),
    ("a generic model of anything", Box, ['{"content":{"a":[1]}}', '{"label":"x"}']),
    ("a derived model", Derived, ['{"a":1,"b":"x"}', '{"b":"x"}']),
    ("a tagged union", Owner, ['{"pet":{"kind":"cat","lives":3},"other":{"kind":"dog"}}', '{"pet":{"kind":"cow"}}', '{"pet":{"lives":1}}', '{"pet":{"kind":"cat","lives":"x"},"other":3}']),
    ("unions of scalars", int | str | None, ['"1"', "1", "null", "1.5"]),
    ("unions of containers", list[int] | dict[str, int], ["[1]", '{"a":1}', '["x"]']),
    ("a union of models", Union[Plain, Inner], ['{"a":1}', '{"n":1}', "{}"]),
    ("a date or a str", date | str, ['"2026-01-02"', '"soon"', "3"]),
    ("Optional", Optional[Inner], ['{"n":1}', "null", '{"n":"x"}', "3"]),
    ("a list of optionals", list[str | None], ['["a",null,""]', '["a",1]']),
    ("an optional list", list[int] | None, ["[1]", "null", '"x"']),
    ("a fixed tuple", tuple[int, str, Inner], ['[1,"x",{"n":1}]', '[1,"x"]', '[1,"x",{"n":1},4,{"a":[1]}]', '["x",1,{}]', "[]"]),
    ("an empty tuple", tuple[()], ["[]", "[1]"]),
    ("a variadic tuple", tuple[int, ...], ["[]", "[1,2,3]", '[1,"x"]']),
    ("a tuple variadic at its end", TailTuple, ['["a",1,2]', '["a"]', "[]", '["a","b"]']),
    ("a tuple variadic in the middle", MiddleTuple, ['[1,"a","b",true]', "[1,true]", "[1]", "[1,2,true]"]),
    ("a bare tuple", tuple, ['[1,"x",{}]', "{}"]),
    ("a set", set[int], ["[1,2,1]", '["x"]', "[]"]),
    ("a frozenset", frozenset[str], ['["a","b","a"]', "[1]"]),
    ("a set of what cannot be hashed", set[Any], ["[1,[2]]", "[{}]", "[1,true,1.0]"]),
    ("a bounded set", Annotated[set[int], Field(max_length=2, min_length=1)], ["[1,1,2]", "[1,2,3]", "[]"]),
    ("a named tuple", Point, ["[1,2]", "[1]", '["x"]', "[]", '{"x":1,"y":2}']),
    ("lists of lists", list[list[list[int]]], ["[[[1],[]],[]]", '[[["x"]]]', "[[1]]"]),
    ("a bounded list", Annotated[list[int], Field(min_length=1, max_length=2)], ["[]", "[1]", "[1,2,3]", '["x",1,2]']),
    ("a bare list", list, ['[1,{"a":[]}]', "{}"]),
    ("a deque", deque[int], ["[1,2]", '["x"]']),
    ("a sequence", Sequence[int], ["[1,2]", '["x"]', '"12"']),
    ("a mapping", Mapping[str, int], ['{"a":1}', '{"a":"x"}']),
    ("an ordered dict", OrderedDict[str, int], ['{"b":1,"a":2}', '{"a":"x"}']),
    ("a dict", dict[str, list[int]], ['{"a":[1],"b":[]}', '{"a":["x"],"b":[1]}', '{"a":[1],"a":[2]}', '{"a":["x"],"a":[2]}', '{"":[]}']),
    ("a bare dict", dict, ['{"a":{"b":[1]}}', "[]"]),
    ("a bounded dict", Annotated[dict[str, int], Field(max_length=1)], ['{"a":1}', '{"a":1,"b":2}', '{"a":1,"a":2}']),
    ("a dict by int", dict[int, str], ['{"1":"a","2":"b"}', '{"x":"a"}', '{"1":"a","01":"b"}', '{"1":"a","x":1,"y":[{}]}', '{"x":{"1":2},"1":"a"}']),
    ("a dict by date", dict[date, int], ['{"2026-01-02":1}', '{"soon":1}']),
    ("a dict by literal", dict[Literal["a", "b"], int], ['{"a":1}', '{"c":1}']),
    ("a dict by enum", dict[Color, int], ['{"red":1}', '{"2":1}']),
    ("a dict by UUID", dict[uuid.UUID, int], ['{"12345678-1234-5678-1234-567812345678":1}', '{"x":1}']),
    ("a dict by short strings", dict[Annotated[str, StringConstraints(max_length=1)], int], ['{"a":1}', '{"ab":1}']),
    ("a standard dataclass", Standard, ['{"a":1,"b":"x","items":[{"n":1}]}', '{"a":1}', '{"b":1}', '{"a":1,"x":2}', "[1]"]),
    ("a slotted dataclass", Slotted, ['{"a":1,"b":"x"}', '{"a":"x"}']),
    ("a frozen dataclass", FrozenData, ['{"a":1}', "{}"]),
    ("a frozen slotted dataclass", FrozenSlotted, ['{"a":1,"b":["x"]}', '{"b":[1]}']),
    ("a dataclass with __post_init__", PostInitData, ['{"a":2}', '{"a":-2}', '{"a":1,"double":5}']),
    ("a dataclass with InitVar", InitVarData, ['{"a":2,"factor":3}', '{"a":2}', '{"a":2,"factor":"x"}']),
    ("a pydantic dataclass", PydanticData, ['{"A":1,"b":"x","inner":{"n":1}}', '{"a":1}', '{"A":1,"inner":{"n":"x"}}']),
    ("a strict pydantic dataclass", PydanticStrict, ['{"a":1,"b":2}', '{"a":"1"}', '{"a":1,"c":2}']),
    ("a pydantic dataclass with extras", PydanticAllowing, ['{"a":1,"b":[1]}', '{"a":"x"}']),
    ("a pydantic dataclass with validators", PydanticValidated, ['{"a":1,"b":2}', '{"a":9,"b":1}', '{"a":"x"}']),
    ("a pydantic dataclass validated before", PydanticWrapped, ['{"a":1,"b":2}', '{"a":"x"}']),
    ("a recursive dataclass", Linked, ['{"value":1,"next":{"value":2,"next":null}}', '{"value":1,"next":{"next":null}}']),
    ("a TypedDict", Typed, ['{"a":1}', '{"a":1,"b":"x","inner":{"n":1}}', '{"b":"x"}', '{"a":1,"z":2}', '{"inner":{}}']),
    ("a TypedDict, not total", Untotal, ['{"a":1}', '{"a":1,"b":["x"],"c":"y"}', '{"b":["x"]}']),
    ("a TypedDict with extras", TypedExtra, ['{"a":1,"b":[{}]}', '{"a":"x"}']),
    ("a TypedDict that forbids extras", TypedForbid, ['{"a":1}', '{"b":1}']),
    ("a TypedDict with an alias, told", TypedAliased, ['{"A":1,"told":2}', '{"a":1}']),
    ("a recursive TypedDict", TypedNode, ['{"name":"a","children":[{"name":"b","children":[]}]}', '{"name":"a","children":[{}]}']),
    ("a model of all kinds", HasAll, [
        '{"standard":{"a":1},"typed":{"a":1},"point":[1,2],"linked":{"value":1}}',
        '{"standard":{},"typed":{},"point":[],"linked":{}}', '{"standard":null,"typed":null,"point":null}']),
    ("a stripping model", Stripped, ['{"a":"  x  ","b":" y "}', '{"a":1}']),
    ("a bounded model", Bounded, ['{"a":"12345"}', '{"a":"123456"}']),
    ("a stripped str", Annotated[str, StringConstraints(strip_whitespace=True)], ['"  x "', "1"]),
    ("a patterned str", Annotated[str, StringConstraints(pattern="^a+$")], ['"aaa"', '"aab"']),
    ("no infinity", NoInfinity, ['{"f":1.5}', '{"f":1E400}']),
    ("a bounded int", Annotated[int, Field(ge=0, multiple_of=3)], ["3", "4", "-3", '"6"']),
    ("an int", int, ["1", "1.0", "1.5", "-0", "1e3", "1E400", str(10**30), "true", '"1"', '"x"', str(-(2**63)), "0.0"]),
    ("a float", float, ["1", "1.0", "-0.0", "1E400", "-1E400", "1e-400", str(10**30), str(10**400), "true", '"1.5"', '"NaN"', '"x"']),
    ("a bool", bool, ["true", "0", "2", '"yes"', '"x"', "null"]),
    ("anything", Any, ["1E400", str(10**30), '{"a":[1.5,null,true,"\\ud83d\\ude00"]}', '"x"', "-0", "-0.0"]),
    ("a huge Decimal", Decimal, ["1.10", '"1.10"', "1E400", str(10**30), "0.1234567890123456789012345", '"x"']),
    ("dates and times", tuple[date, datetime, time, timedelta], [
        '["2026-01-02","2026-01-02T03:04:05Z","01:02:03","PT1H"]', "[1,2,3,4]", '["x","x","x","x"]', "[86400,1e9,1.5,1.5]"]),
    ("a UUID, a URL, bytes, a path", tuple[uuid.UUID, AnyUrl, bytes, Path], [
        '["12345678-1234-5678-1234-567812345678","https://a.b/c","\\u00e9","/tmp"]', '["x","x",1,1]']),
    ("enums", tuple[Color, Color, Grade, Mode], ['["red",2,12,"on"]', '["blue",3,2,"off"]', '["red","2","12","on"]', '["red",2.0,12.0,"on"]']),
    ("literals", list[Literal["on", 1, None, True, Mode.ON]], ['["on",1,null,true]', '["off"]', "[1.0,false]"]),
    ("None", None, ["null", "0"]),
    ("named like BaseModel's own", NamedLikeBaseModel, ['{"json":"x","copy":[1],"model_fields_of":1}', '{"copy":1}']),
    ("a __getattr__ of its own", OwnGetattr, ['{"a":1,"text":"x"}', '{"a":"x"}']),
    ("__slots__ of its own", OwnSlots, ['{"a":1,"text":"x"}', '{"a":"x"}']),
    ("a class variable", WithClassVar, ['{"a":1,"count":4}']),
    ("settings of a model", FromAttributes, ['{"color":"red","name":"ABC"}', '{"color":2}', '{"color":"x"}']),
    ("instances that are always validated", Revalidated, ['{"inner":{"n":1},"a":2}', '{"inner":{}}']),
    ("validated models in a strict one", RevalidatedOuter, ['{"one":{"inner":{"n":1}},"two":{"a":1,"b":2}}', '{"one":{"inner":{"n":1}},"two":{"a":2,"b":1}}', '{"one":{},"x":1}']),
    ("excluded fields", Excluded, ['{"a":1,"b":2}', '{"b":2}']),
    ("a validator that catches", Caught, ['{"b":-5}', '{"b":"x","a":1}', '{"a":"x"}']),
    ("a default on error", OnError, ['{"a":"x"}', '{"a":3,"b":"y"}', '{"b":3}']),
    ("an error of the user's own", Unlucky, ['{"n":13}', '{"n":1}', '{"n":"x"}']),
    ("errors of the user's own in a list", list[Unlucky], ['[{"n":13},{"n":13}]']),
    ("a list validated after", Annotated[list[int], AfterValidator(must_be_short)], ["[1]", "[1,2,3]", '["x"]']),
    ("a dict validated after", Annotated[dict[str, int], AfterValidator(must_be_short)], ['{"a":1}', '{"a":1,"b":2,"c":3}']),
    ("a TypedDict validated after", Annotated[Untotal, AfterValidator(must_be_short)], ['{"a":1}', '{"a":1,"b":[],"c":""}', "{}"]),
    ("a model validated after", Annotated[Plain, AfterValidator(lambda made: made.b)], ['{"a":1}', '{"a":"x"}']),
    ("a model from text validated after", Annotated[PostInit, AfterValidator(lambda made: made.a)], ['{"a":1}', '{"a":-1}']),
    ("a list validated before", Annotated[list[int], BeforeValidator(lambda data: data)], ["[1]", '["x"]']),
    ("a model validated before", Annotated[Plain, BeforeValidator(lambda data: data)], ['{"a":1}', '{"a":"x"}']),
    ("a model wrapped", Annotated[Plain, WrapValidator(lambda data, handler: handler(data))], ['{"a":1}', '{"a":"x"}']),
    ("a plain validator", Annotated[int, PlainValidator(lambda data: data)], ["[1]", '"x"', '{"a":1}']),
    ("validation that is skipped", SkipValidation[list[int]], ['["x"]', "{}"]),
    ("a recursive alias", NestedInts, ["[1,[2,[]]]", '["x"]', "1"]),
    ("a recursive alias of a list", MaybeList, ["[null,[[],null]]", "[1]", "null"]),
    ("a recursive alias of all JSON", JsonValue, ['{"a":[1,"x",null,{"b":[]}]}', '"x"', "1.5"]),
    ("a strict list", Annotated[list[int], Field(strict=True)], ["[1]", '["1"]', "{}"]),
    ("a strict tuple", Annotated[tuple[int, str], Field(strict=True)], ['[1,"x"]', "[1]"]),
    ("a strict str", Annotated[str, Field(strict=True)], ['"x"', "1"]),
    ("keys that are text, and could be more", dict[Decimal | str, int], ['{"1.5":1,"x":2}']),
    ("keys that are dates or text", dict[date | str, int], ['{"2024-01-01":1,"x":2}']),
    ("keys of a strict model", StrictKeys, ['{"numbers":{"1":"a"},"days":{"2024-01-01":1}}', '{"numbers":{"x":"a"},"days":{}}']),
    ("strict keys", dict[Annotated[int, Field(strict=True)], int], ['{"1":2}', '{"x":2}']),
    ("keys that are refused", dict[Annotated[str, Field(max_length=1)], int], ['{"ab":1,"b":2,"cd":3}', '{"ab":"x"}']),
    ("a NamedTuple whose validator is told", ToldTuple, ['{"scale":10,"pair":[2,"x"]}', '{"scale":10,"pair":[2]}']),
    ("extras whose validator is told", ToldExtras, ['{"a":1,"q":5}', '{"q":5}', '{"q":"x","a":1}']),
    ("a chain whose validator is told", ToldChain, ['{"a":"x"}', '{"a":1}']),
    ("a default behind a reference", DefaultsBehind, ["{}", '{"a":1}', '{"b":"x"}']),
    ("a dataclass with a __new__", Born, ['{"a":1}', '{"a":"x"}']),
    ("a model with a __new__", BornModel, ['{"a":1,"b":"x"}', '{"a":"x"}']),
    ("a dataclass that is an exception", Raised, ['{"a":1}', '{"a":"x"}']),
    ("what a function makes of a list", HasStack, ['{"stack":[1,2],"also":[3]}', '{"stack":[1,2],"also":["x"]}']),
]  # fmt: skip

CASES = [pytest.param(tp, text, id=f"{name}: {text[:60]}") for name, tp, texts in DOCUMENTS for text in texts]

# A type, and the text with `▸` where one looks: what is shown there, as plain data.
SHOWN: list[tuple[str, Any, str, list[Any]]] = [
    ("a string grows", Plain, '{▸"a":1▸,▸"b":"▸x▸y"▸}', [{}, {}, {"a": 1}, {"a": 1, "b": ""}, {"a": 1, "b": "x"},
        {"a": 1, "b": "xy"}]),
    ("no default before the object closes", Factories, '{"count":3,▸"inner":{"n":1▸}▸}▸', [{"count": 3},
        {"count": 3, "inner": {}}, {"count": 3, "inner": {"n": 1}}, {"count": 3, "inner": {"n": 1}}]),
    ("what pydantic's own types make, at once", OfPydantics, '{"size":"1kB",▸"data":"aGk=",▸"files":["L3RtcA=="▸', [{"size": 1000},
        {"size": 1000, "data": "aGk="}, {"size": 1000, "data": "aGk=", "files": [b"L3RtcA=="]}]),
    ("by its alias", Aliased, '{"unitPrice":1.5,"in-stock":2,▸"shown":"s▸', [{"unit_price": 1.5, "stock": 2},
        {"unit_price": 1.5, "stock": 2, "shown": "s"}]),
    ("by name too", ByName, '{"a":1,▸"B":["x▸', [{"a": 1}, {"a": 1, "b": ["x"]}]),
    ("by any of its choices", Choices, '{"y":1,▸', [{"a": 1}]),
    ("nothing for a path into a value", Paths, '{"names":["A"],"age":3,▸"surname":"C▸', [{"age": 3}, {"age": 3, "last": "C"}]),
    ("no extra where a path begins", PathsAllowing, '{"nested":{"one":1▸},▸"x":[1▸],▸', [{}, {}, {"x": []}, {"x": [1]}]),
    ("what a validator takes for a default, as the default", UsesDefault, '{"a":null▸,"b":0,▸"c":5,▸', [{"a": 7}, {"a": 7, "b": [8]},
        {"a": 7, "b": [8], "c": 5}]),
    ("a class of the user's own when it is whole", HasOwn, '{"stack":[1,▸2],▸"nameless":{"text":"x▸', [{}, {"stack": [1, 2]},
        {"stack": [1, 2], "nameless": {"text": "x"}}]),
    ("extras that are allowed", Allowing, '{"b":{"c":"▸x▸"},▸', [{"b": {"c": ""}}, {"b": {"c": "x"}}, {"b": {"c": "x"}}]),
    ("typed extras", AllowingInts, '{"b":"3"▸,"c":"x"▸', [{"b": 3}, {"b": 3}]),
    ("no extras that are ignored", Plain, '{"x":"y▸","z":{"a":[▸1]},▸"a":1,▸', [{}, {}, {}, {"a": 1}]),
    ("no extras that are forbidden", Forbidding, '{"x":"y▸","a":1,▸', [{}, {"a": 1}]),
    ("what is validated when it is whole", FieldValidators, '{"after":"x▸"▸,"before":["a"▸]▸,"wrapped":2▸,"plain":"x▸"▸',
        [{}, {"after": "X"}, {"after": "X"}, {"after": "X", "before": ["a"]}, {"after": "X", "before": ["a"]},
         {"after": "X", "before": ["a"], "wrapped": 3}, {"after": "X", "before": ["a"], "wrapped": 3, "plain": "<x>"}]),
    ("a field that is told of others, in the end", Told, '{"low":1,"high":2,▸"text":"x▸"}▸', [{"low": 1}, {"low": 1, "text": "x"},
        {"low": 1, "high": 2, "text": "x"}]),
    ("what is told of other fields inside a field, in the end", ToldInside, '{"low":1,"items":[2,▸3],▸"either":4▸}▸', [{"low": 1}, {"low": 1},
        {"low": 1}, {"low": 1, "items": [20, 30], "either": 40}]),
    ("a model whose own validator is told", HasTold, '{"one":{"a":1▸,"text":"x▸"},"more":[{"a":2,▸', [{"one": {}}, {"one": {"a": 1, "text": "x"}},
        {"one": {"a": 1, "text": "x"}, "more": [{"a": 2}]}]),
    ("a model that is validated before, by its fields", ModelBefore, '{"a":1,▸"b":"x▸', [{"a": 1}, {"a": 1, "b": "x"}]),
    ("a model that is wrapped, by its fields", ModelWrap, '{"a":1,"b":"x▸"}▸', [{"a": 1, "b": "x"}, {"a": 1, "b": "x!"}]),
    ("an own __init__, by the fields", OwnInit, '{"a":1,"b":"x▸"}▸', [{"a": 1, "b": "x"}, {"a": 1, "b": "x?"}]),
    ("computed fields only in the end", Computed, '{"width":2,▸"height":3▸}▸', [{"width": 2}, {"width": 2},
        {"width": 2, "height": 3, "area": 6}]),
    ("no serializer of the whole model", Serialized, '{"a":1,▸"b":"▸"}▸', [{"a": 1}, {"a": 1, "b": ""}, {"A": 2}]),
    ("what a function makes of a list when it is whole", HasStack, '{"stack":[1▸,2]▸,"also":[1▸]▸', [{}, {"stack": [1, 2]}, {"stack": [1, 2]},
        {"stack": [1, 2], "also": [1]}]),
    ("a NamedTuple that is told of others, in the end", ToldTuple, '{"scale":3,"pair":[2]▸}▸', [{"scale": 3}, {"scale": 3, "pair": (6, "")}]),
    ("extras that are told of others, in the end", ToldExtras, '{"q":2,▸"a":1▸', [{}, {}]),
    ("secrets when they are whole", Secrets, '{"password":"pass▸word"▸', [{}, {"password": SecretStr("password")}]),
    ("Json when it is whole", Secrets, '{"data":"[1,▸2]"▸', [{}, {"data": [1, 2]}]),
    ("a root model when it is whole", HasRoots, '{"numbers":[1,2▸]▸,"words":{"a":"▸"}▸', [{}, {"numbers": [1, 2]},
        {"numbers": [1, 2]}, {"numbers": [1, 2], "words": {"a": ""}}]),
    ("a union when its tag is there", Owner, '{"pet":{"lives":1▸,"kind":"cat"▸}▸', [{}, {"pet": {"kind": "cat", "lives": 1}},
        {"pet": {"kind": "cat", "lives": 1}}]),
    ("an optional as what it is", list[Inner | None], '[null,▸{"n":1,▸', [[None], [None, {"n": 1}]]),
    ("a fixed tuple", tuple[str, Inner, list[int]], '["a▸",{"n":1,▸"s":""},[1,▸', [("a",), ("a", {"n": 1}), ("a", {"n": 1, "s": ""}, [1])]),
    ("too long a tuple", tuple[int], '[1,"x▸', [(1, "x")]),
    ("a variadic tuple", tuple[str, ...], '["a","b▸', [("a", "b")]),
    ("a tuple variadic at its end", TailTuple, '["a",▸1,2,▸', [("a",), ("a", 1, 2)]),
    ("a tuple variadic in the middle, whole", MiddleTuple, '[1,"a",▸true]▸', [None, (1, "a", True)]),
    ("a set by whole elements", set[str], '["a","b▸"▸,▸', [{"a"}, {"a", "b"}, {"a", "b"}]),
    ("a set of what cannot be hashed", set[Any], "[[1],▸", [set()]),
    ("a named tuple when it is whole", Point, "[1,▸2]▸", [None, Point(1, 2)]),
    ("a dict by converted keys", dict[int, str], '{"1":"a","2":"b▸', [{1: "a", 2: "b"}]),
    ("no part of a dict whose key does not fit", dict[int, str], '{"x":"a▸","2":"b▸', [{}, {2: "b"}]),
    ("a TypedDict", Typed, '{"a":1,▸"b":"x▸","z":3,▸', [{"a": 1}, {"a": 1, "b": "x"}, {"a": 1, "b": "x"}]),
    ("a TypedDict with extras", TypedExtra, '{"b":"x▸', [{"b": "x"}]),
    ("a dataclass", Standard, '{"b":"x▸","items":[{"n":1,▸', [{"a": None, "b": "x", "items": None}, {"a": None, "b": "x", "items": [{"n": 1}]}]),
    ("a slotted dataclass", Slotted, '{"a":1,▸"b":"x▸', [{"a": 1, "b": None}, {"a": 1, "b": "x"}]),
    ("a frozen slotted dataclass", FrozenSlotted, '{"b":["x▸', [{"a": None, "b": ["x"]}]),
    ("a pydantic dataclass", PydanticData, '{"A":1,▸"inner":{"n":1,▸', [{"a": 1, "b": None, "inner": None}, {"a": 1, "b": None, "inner": {"n": 1}}]),
    ("a stripped str when it is whole", Stripped, '{"a":" x▸ "▸,"b":" y▸', [{}, {"a": "x"}, {"a": "x", "b": " y"}]),
    ("a bounded str while it grows", Bounded, '{"a":"123▸456▸"▸', [{"a": "123"}, {"a": "123456"}, {"a": "123456"}]),
    ("a number when it is whole", list[float], "[1▸2.▸5e1▸,▸", [[], [], [], [125.0]]),
    ("a literal with its last character", list[Any], "[tru▸e▸,nul▸l▸,fals▸e▸", [[], [True], [True], [True, None], [True, None], [True, None, False]]),
    ("huge numbers", list[Any], "[1E400,▸-1E400,▸" + str(10**30) + ",▸", [[float("inf")], [float("inf"), float("-inf")],
        [float("inf"), float("-inf"), 10**30]]),
    ("a repeated key", Plain, '{"b":"x","a":1,"b":"▸y▸"▸', [{"a": 1, "b": ""}, {"a": 1, "b": "y"}, {"a": 1, "b": "y"}]),
    ("a container as it was, validated after", Annotated[list[int], AfterValidator(must_be_short)], "[1,2,3,▸", [[1, 2, 3]]),
    ("a container validated before, whole", Annotated[list[int], BeforeValidator(list)], "[1,2,▸3]▸", [None, [1, 2, 3]]),
    ("a recursive model", Node, '{"name":"a","children":[{"name":"b","parent":{"name":"c▸', [{"name": "a", "children": [{"name": "b", "parent": {"name": "c"}}]}]),
    ("a generic model", Box[list[Inner]], '{"content":[{"n":1,▸', [{"content": [{"n": 1}]}]),
    ("anything", Any, '{"a":[▸{"b":"x▸', [{"a": []}, {"a": [{"b": "x"}]}]),
]  # fmt: skip

# A type, and the characters with which its JSON begins.
STARTS: list[tuple[Any, str]] = [
    (Plain, "{"),
    (list[Plain], "["),
    (Plain | list[Plain], "{["),
    (Plain | None, "{n"),
    (Any, "{["),
    (int, '"-0123456789tf'),
    (bool, '"01tf'),
    (None, "n"),
    (str, '"'),
    (Numbers, "["),
    (Words, "{"),
    (RootModel[Node], "{"),
    (Node, "{"),
    (NestedInts, '["-0123456789tf'),
    (JsonValue, '{["-0123456789tfn'),
    (Color, '"-0123456789'),
    (Grade, "-0123456789"),
    (Literal["a", True, None], '"tfn'),
    (Pet, "{"),
    (Annotated[list[int], AfterValidator(len)], "["),
    (Standard, "{"),
    (Decimal, '"-0123456789'),
]


def data(value: Any) -> Any:
    """What is shown, as plain data; what has not arrived is not in it."""
    match value:
        case BaseModel():
            return value.model_dump(exclude_unset=True)
        case dict():
            return {key: data(inner) for key, inner in value.items()}
        case list() | tuple() if not isinstance(value, Point):
            return type(value)(map(data, value))
        case _ if dataclasses.is_dataclass(value):
            return {field.name: data(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value


def facts(value: Any) -> Any:
    """All there is to a value: types, order, which fields were set, extras and private attributes."""
    match value:
        case BaseModel():
            private = value.__pydantic_private__
            return (
                type(value),
                facts(value.__dict__),
                value.model_fields_set,
                facts(value.model_extra),
                facts(private),
            )
        case dict():
            return (type(value), [(facts(key), facts(inner)) for key, inner in value.items()])
        case list() | tuple() | deque():
            return (type(value), [facts(inner) for inner in value])
        case set() | frozenset():
            return (type(value), sorted(repr(facts(inner)) for inner in value))
        case _ if dataclasses.is_dataclass(value):
            names = [field.name for field in dataclasses.fields(value)]
            return (
                type(value),
                [(name, facts(getattr(value, name))) for name in names],
                facts(getattr(value, "__dict__", 0)),
            )
    return (type(value), repr(value))


def complaints(error: ValidationError) -> str:
    return f"{error.title}: {error.errors(include_url=False)!r}"


def expected(tp: Any, text: str) -> Any:
    try:
        return facts(TypeAdapter(tp).validate_json(text))
    except ValidationError as error:
        return complaints(error)


def found(tp: Any, deltas: list[str], **options: Any) -> Any:
    extractor = Extractor(tp, json_only=True, **options)
    try:
        for delta in deltas:
            extractor.feed(delta)
            repr(extractor.partial)
        return facts(extractor.finish())
    except MismatchError as error:
        return complaints(error.validation_error)


# ------------------------------------------------------------------------------------------------- tests


@pytest.mark.parametrize(("tp", "text"), CASES)
def test_the_result_is_pydantics(tp: Any, text: str):
    assert found(tp, [text]) == expected(tp, text)


@pytest.mark.parametrize(("tp", "text"), CASES)
def test_the_result_is_pydantics_character_by_character(tp: Any, text: str):
    assert found(tp, list(text)) == expected(tp, text)
    assert found(tp, list(text), on_event=repr) == expected(tp, text)


@pytest.mark.parametrize(("tp", "text"), CASES)
def test_the_result_is_pydantics_however_the_text_is_cut_in_two(tp: Any, text: str):
    wanted = expected(tp, text)
    for cut in range(1, min(len(text), 100)):
        assert found(tp, [text[:cut], text[cut:]]) == wanted


@pytest.mark.parametrize(
    ("tp", "text"),
    [(StrictKeys, '{"numbers":{"1":"a"},"days":{"2024-01-01":1}}'), (DefaultsBehind, '{"a":1}'), (DefaultsBehind, "{}"),
     (dict[Annotated[int, Field(strict=True)], int], '{"1":2}')],
)  # fmt: skip
def test_what_fits_is_no_misfit_on_the_way(tp: Any, text: str):
    assert found(tp, list(text), fail_fast=True) == expected(tp, text)


def test_a_model_is_born_as_pydantic_has_it():
    births.clear()
    assert found(BornModel, list('{"a":1}')) == expected(BornModel, '{"a":1}')
    assert births == [BornModel, BornModel]


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_result_is_pydantics_on_every_backend(backend: str):
    for _, tp, texts in DOCUMENTS:
        for text in texts:
            assert found(tp, [text[:9], text[9:]], backend=backend) == expected(tp, text)


@pytest.mark.parametrize(("tp", "text", "looks"), [pytest.param(*case, id=name) for name, *case in SHOWN])
def test_what_is_shown_is_of_the_type_and_no_more_than_has_arrived(tp: Any, text: str, looks: list[Any]):
    for character_by_character in (False, True):
        extractor = Extractor(tp, json_only=True)
        seen = []
        for piece in text.split("▸")[:-1]:
            for delta in piece if character_by_character else [piece]:
                extractor.feed(delta)
            seen.append(data(extractor.partial))
        assert seen == looks


@pytest.mark.parametrize(("tp", "starts"), STARTS)
def test_a_type_says_with_which_characters_its_json_begins(tp: Any, starts: str):
    plan = plan_for(tp)
    assert set(plan.starts + plan.atoms) == set(starts)
    assert set(plan.starts) <= set("{[")


@pytest.mark.parametrize("tp", [3, "no such type", "Missing", list["Missing"], [int]])  # noqa: F821  # so it shall be
def test_what_pydantic_cannot_validate_is_a_usage_error(tp: Any):
    with pytest.raises(UsageError, match="pass "):
        plan_for(tp)


def test_a_class_of_partials_is_told_from_its_model():
    class Own(Partial[Plain]):
        pass

    for tp in (Partial[Plain], list[Partial[Plain]], Own):
        with pytest.raises(UsageError, match="is a class of partials: pass the model itself"):
            plan_for(tp)


def test_an_instance_is_told_from_its_model():
    with pytest.raises(UsageError, match="got an instance of Plain: pass Plain itself"):
        plan_for(Plain(a=1))


def read_items(tp: Any) -> None:
    assert list(stream(['{"a":"x"}'], tp).items("a")) == ["x"]


@pytest.mark.parametrize("show", [repr, Partial.__class_getitem__, read_items], ids=["unseen", "seen", "by its parts"])
def test_types_that_are_made_for_one_call_do_not_stay(show: Any, monkeypatch: pytest.MonkeyPatch):
    def model() -> weakref.ref[type]:
        made = create_model("Made", a=(str, ...))
        extractor = Extractor(made)
        extractor.feed('{"a":"x')
        assert extractor.partial.a == "x"
        show(made)
        return weakref.ref(made)

    def alive() -> int:
        models = [model() for _ in range(200)]
        for _ in range(3):  # what is weak goes with one, what that had kept with the next
            gc.collect()
        return sum(one() is not None for one in models)

    assert _plan._cached_plan.cache_parameters()["maxsize"] is not None
    monkeypatch.setattr(_plan, "_cached_plan", lru_cache(maxsize=4)(_plan._cached_plan.__wrapped__))
    assert alive() < 80  # as many as a pattern keeps


def test_a_plan_is_made_once():
    assert plan_for(Plain) is plan_for(Plain)
    assert plan_for(list[Plain]) is plan_for(list[Plain])


def test_a_type_that_cannot_be_hashed_has_a_plan_too():
    assert Extractor(Annotated[int, {}]).finish is not None
    assert found(Annotated[list[int], {}], ["[1]"]) == facts([1])


def test_complete_objects_are_instances_of_the_model_itself():
    completed = []
    extractor = Extractor(Outer, on_event=lambda event: completed.append(event) if type(event) is Completed else None)
    extractor.feed('{"inner":{"n":1},"more":[{"n":2},{"n":3')
    values = {event.path: event.value for event in completed}
    assert type(values["inner",]) is Inner
    assert type(values["more", 0]) is Inner
    assert type(extractor.partial.more[0]) is Inner
    assert type(extractor.partial.more[1]) is not Inner
    assert extractor.partial.more[0] is values["more", 0]


def test_an_object_that_does_not_fit_is_rejected_when_it_closes():
    rejected = []
    extractor = Extractor(
        ModelAfter, on_event=lambda event: rejected.append(event) if type(event) is Rejected else None
    )
    extractor.feed('{"a":2,"b":1')
    assert rejected == []
    extractor.feed("}")
    assert [event.path for event in rejected] == [()]
    assert [line["msg"] for line in rejected[0].error.errors()] == ["Value error, a is above b"]


def test_a_part_that_does_not_fit_is_rejected_at_once_with_its_own_error():
    extractor = Extractor(Outer)
    extractor.feed('{"inner":{"n":"x"')
    [rejection] = extractor.rejected
    assert (rejection.path, rejection.json) == (("inner", "n"), '"x"')
    assert rejection.error.errors()[0]["type"] == "int_parsing"
    assert rejection.error.errors()[0]["loc"] == ()
    extractor.feed("}")
    assert extractor.state("inner") is State.REJECTED
    assert extractor.rejected == (rejection,)


def test_an_error_is_put_under_another_name_and_key():
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Annotated[int, Field(ge=3)]).validate_json("1")
    error = retitled("Box", caught.value, "a", 0)
    assert error.title == "Box"
    assert error.errors(include_url=False) == [
        {"type": "greater_than_equal", "loc": ("a", 0), "msg": "Input should be greater than or equal to 3", "input": 1,
         "ctx": {"ge": 3}}
    ]  # fmt: skip


def test_an_error_of_the_users_own_type_stays_as_it_is():
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Unlucky).validate_json('{"n":13}')
    assert retitled("Box", caught.value, "a") is caught.value


def test_validators_run_once():
    runs = []
    tp = Annotated[list[Annotated[int, AfterValidator(lambda value: runs.append(value) or value)]], Field(max_length=5)]
    found(tp, list("[1,2,3]"))
    assert runs == [1, 2, 3]
