"""Types of every kind that pydantic knows, each with documents that fit it and some that do not."""

from __future__ import annotations

import collections
import dataclasses
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, IntFlag
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, TypeVar
from uuid import UUID

import pydantic
from pydantic import (
    AfterValidator,
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    IPvAnyAddress,
    Json,
    PrivateAttr,
    RootModel,
    SecretStr,
    StringConstraints,
    Tag,
    ValidationError,
    WrapValidator,
    computed_field,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from strategies import Even  # noqa: TC002 # pydantic resolves it
from typing_extensions import TypeAliasType, TypedDict

T = TypeVar("T")


class Mode(Enum):
    A = "a"
    B = 2


class Flags(IntFlag):
    X = 1
    Y = 2


class ByChoice(BaseModel):
    one: int = Field(validation_alias=AliasChoices("first", "uno", AliasPath("nested", "one")))
    two: str = Field("2", validation_alias=AliasPath("nested", "list", 1))


class ByName(BaseModel):
    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)
    one: int = Field(alias="uno")


class NameOnly(BaseModel):
    model_config = ConfigDict(validate_by_name=True, validate_by_alias=False)
    one: int = Field(alias="uno")


class Generated(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)
    unit_price: Decimal
    made_on: date | None = None


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog", "wolf"]
    name: str


class Pets(BaseModel):
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]]


def _loud(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


def _tag(value: Any) -> str | None:
    return "text" if isinstance(value, str) else "cat"


class Box(BaseModel, Generic[T]):
    content: T
    label: str = "box"


class Names(RootModel[list[str]]):
    pass


class Counts(RootModel[dict[str, int]]):
    pass


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)
    number: int
    day: date
    pair: tuple[int, str]
    bag: set[str] = set()


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)
    number: float


class Stripped(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True, str_max_length=5)
    text: str
    inner: list[str] = []


class Allowing(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]
    known: str = ""


@pydantic.dataclasses.dataclass(config=ConfigDict(extra="allow"))
class AllowingData:
    known: str = ""


class Defaults(BaseModel):
    model_config = ConfigDict(validate_default=True)
    number: int = "12"  # type: ignore[assignment]
    tags: list[str] = Field(default_factory=list)
    twice: int = Field(default_factory=lambda data: data["number"] * 2)


class Checked(BaseModel):
    low: int
    high: int
    words: list[str] = []

    @field_validator("high")
    @classmethod
    def is_higher(cls, high: int, info: pydantic.ValidationInfo) -> int:
        if high < info.data.get("low", 0):
            raise ValueError(f"below {info.data.get('low')}")
        return high

    @field_validator("words", mode="before")
    @classmethod
    def split(cls, words: Any) -> Any:
        return words.split() if isinstance(words, str) else words

    @field_validator("words")
    @classmethod
    def sort(cls, words: list[str]) -> list[str]:
        return sorted(words)


class Before(BaseModel):
    a: int
    b: int = 0

    @model_validator(mode="before")
    @classmethod
    def unpack(cls, data: Any) -> Any:
        return {"a": data[0], "b": data[1]} if isinstance(data, list) else data


class Wrapped(BaseModel):
    a: int

    @model_validator(mode="wrap")
    @classmethod
    def forgive(cls, data: Any, handler: Any) -> Any:
        try:
            return handler(data)
        except ValidationError:
            return cls(a=-1)


class After(BaseModel):
    a: int
    items: list[int] = []
    _seen: int = PrivateAttr(0)

    @model_validator(mode="after")
    def count(self) -> After:
        self._seen = len(self.items)
        return self

    @computed_field
    @property
    def double(self) -> int:
        return self.a * 2

    def model_post_init(self, context: Any) -> None:  # noqa: ARG002 # its signature
        if self.a == 13:
            raise ValueError("unlucky")


class Holder(BaseModel):
    after: After
    wrapped: Wrapped | None = None
    before: list[Before] = []


class Child(Checked):
    extra_field: Mode = Mode.A


class Spot(NamedTuple):
    x: int
    y: float = 0.5


@dataclasses.dataclass
class Plain:
    a: int
    b: list[Even] = dataclasses.field(default_factory=list)
    c: int = dataclasses.field(default=3, init=False)


@pydantic.dataclasses.dataclass(config=ConfigDict(extra="forbid"))
class Strictly:
    a: int = Field(alias="A", default=1)
    b: str | None = None

    def __post_init__(self) -> None:
        if self.a == 13:
            raise ValueError("unlucky")


@pydantic.dataclasses.dataclass
class WithInit:
    a: int
    b: dataclasses.InitVar[int] = 0

    def __post_init__(self, b: int) -> None:
        self.a += b


class Total(TypedDict):
    a: int
    b: list[str]


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    inner: Total
    plain: Plain | None = None


Nested = TypeAliasType("Nested", "int | str | list[Nested] | dict[str, Nested]")
UserId = NewType("UserId", int)
Upper = Annotated[str, AfterValidator(str.upper)]
Listed = Annotated[list[str], BeforeValidator(lambda value: value.split(",") if isinstance(value, str) else value)]
Lenient = Annotated[list[int], WrapValidator(lambda value, handler: handler(value) if isinstance(value, list) else [])]

TYPES: list[tuple[Any, list[str]]] = [
    (
        ByChoice,
        ['{"first":1}', '{"uno":2,"nested":{"list":["x","y"]}}', '{"nested":{"one":3}}', "{}", '{"uno":1,"first":2}'],
    ),
    (ByName, ['{"one":1}', '{"uno":1}', '{"one":1,"uno":2}', '{"uno":1,"one":2}', "{}"]),
    (NameOnly, ['{"one":1}', '{"uno":1}']),
    (Generated, ['{"unitPrice":1.10,"madeOn":"2024-02-29"}', '{"unit_price":1}', '{"unitPrice":"x","madeOn":null}']),
    (Pets, ['{"pets":[{"kind":"cat","lives":9},{"name":"Rex","kind":"wolf"}]}', '{"pets":[{"kind":"fox"},{}]}']),
    (Annotated[Cat | Dog, Field(discriminator="kind")], ['{"lives":1,"kind":"cat"}', '{"kind":"dog"}', "[]", '"cat"']),
    (
        list[Annotated[Annotated[str, Tag("text")] | Annotated[Cat, Tag("cat")], Discriminator(_tag)]],
        ['["a",{"kind":"cat","lives":1}]', "[1]"],
    ),
    (Cat | Dog, ['{"kind":"dog","name":"x"}', '{"kind":"cat","lives":"9"}', "{}", "3"]),
    (list[Cat | list[int] | str], ['[{"kind":"cat","lives":1},[1],"s"]', "[[[1]],null]"]),
    (int | str | None, ["1", '"1"', "null", "1.5", "true", "[]"]),
    (str | int, ["1", '"1"']),
    (float | int, ["1", "1.0", '"1"', "true"]),
    (str | UUID, ['"6f3b1f3e-6c0a-4c3a-9d28-0f7a2b1c9d11"', '"6f3b1f3e-6c0a"', "1"]),
    (dict[str, int | str | UUID | None], ['{"a":"6f3b1f3e-6c0a-4c3a-9d28-0f7a2b1c9d11","b":"x","c":"1","d":null}']),
    (list[Literal["a"] | str | IPvAnyAddress], ['["10.0.0.1","a","x"]']),
    (list[str | re.Pattern[str]], ['["a+","(","b"]']),
    (str | Annotated[str, BeforeValidator(_loud)], ['"x"', "1"]),
    (bool | int, ["1", "true", "0", "2"]),
    (list[int] | list[str], ["[1]", '["1"]', '["x"]', "[]", "[1,[]]"]),
    (dict[str, int] | Cat, ['{"a":1}', '{"kind":"cat","lives":9}', '{"a":"x"}']),
    (date | datetime | str, ['"2024-02-29"', '"2024-02-29T10:00:00"', '"x"', "0"]),
    (Box[int], ['{"content":1}', '{"content":"x"}', "{}"]),
    (Box[list[Box[str]]], ['{"content":[{"content":"a"},{"content":"b","label":"c"}]}', '{"content":[{"content":1}]}']),
    (Names, ['["a","b"]', "[1]", "{}"]),
    (list[Counts], ['[{"a":1},{}]', '[{"a":"x"}]']),
    (Strict, ['{"number":1,"day":"2024-01-01","pair":[1,"a"],"bag":["x"]}', '{"number":"1","day":1,"pair":[1.0,2]}']),
    (Frozen, ['{"number":1}', '{"number":"1e3"}', '{"number":"x"}']),
    (Stripped, ['{"text":"  ab  ","inner":[" x "]}', '{"text":"  abcdefgh"}']),
    (Allowing, ['{"known":"x","a":1,"b":2}', '{"a":"x"}', '{"known":1,"a":{}}']),
    (AllowingData, ['{"a":"long text","known":"xyz","b":[1,{"c":"d"}]}', '{"a":"x","known":1}']),
    (Defaults, ["{}", '{"number":3}', '{"twice":1,"tags":["a"]}']),
    (
        Checked,
        ['{"low":1,"high":2,"words":["b","a"]}', '{"high":1,"low":2,"words":"z y"}', '{"low":3,"high":2,"words":1}'],
    ),
    (Before, ["[1,2]", '{"a":1}', "3", '{"a":"x"}']),
    (Wrapped, ['{"a":1}', '{"a":"x"}', "[]", "null"]),
    (After, ['{"a":1,"items":[1,2]}', '{"a":13}', '{"a":"x"}']),
    (
        Holder,
        [
            '{"after":{"a":1,"items":[1]},"wrapped":{"a":"x"},"before":[[1,2],{"a":3}]}',
            '{"after":{"a":13},"before":[1]}',
            '{"wrapped":[],"after":{"a":1}}',
        ],
    ),
    (Child, ['{"low":1,"high":2,"extra_field":"a"}', '{"low":1,"high":2,"extra_field":2}', '{"extra_field":"x"}']),
    (Spot, ["[1,2.5]", "[1]", '{"x":1}', "[]", "[1,2,3]", '{"x":1,"z":2}']),
    (list[Spot], ["[[1,2],[3]]", '[{"x":1,"y":2}]']),
    (Plain, ['{"a":1,"b":[{"number":2}]}', '{"a":1,"c":9}', '{"b":[{"number":1}]}', "[]"]),
    (Strictly, ['{"A":2,"b":"x"}', "{}", '{"a":1}', '{"A":13}', "[]"]),
    (WithInit, ['{"a":1,"b":2}', '{"a":1}', '{"b":"x"}']),
    (Total, ['{"a":1,"b":["x"]}', '{"a":1}', '{"a":1,"b":[],"c":2}', "[]"]),
    (
        Outer,
        [
            '{"inner":{"a":1,"b":[]}}',
            '{"inner":{"a":1,"b":[],"c":2}}',
            '{"inner":{"a":1,"b":[]},"plain":{"a":1,"z":0}}',
        ],
    ),
    (Nested, ['[1,"a",{"b":[2,{}]}]', "[null]", '"x"']),
    (UserId, ["1", '"7"', "1.5", "[]"]),
    (list[Upper], ['["ab","c"]', "[1]"]),
    (Listed, ['"a,b"', '["a"]', "1"]),
    (dict[str, Lenient], ['{"a":[1],"b":"x","c":["y"]}', '{"a":null}']),
    (Json[list[int]], ['"[1,2]"', '"[x]"', "[1]"]),
    (collections.deque[int], ["[1,2]", "{}"]),
    (Annotated[list[int], Field(min_length=2, max_length=3)], ["[1]", "[1,2]", "[1,2,3,4]"]),
    (Annotated[set[int], Field(min_length=2)], ["[1,1]", "[1,2]"]),
    (Annotated[dict[str, int], Field(max_length=1)], ['{"a":1}', '{"a":1,"b":2}']),
    (collections.defaultdict[str, list[int]], ['{"a":[1]}', '{"a":"x"}']),
    (collections.OrderedDict[str, int], ['{"b":1,"a":2}', "[]"]),
    (collections.Counter[str], ['{"a":1}']),
    (Sequence[int], ["[1]", '"ab"']),
    (Mapping[str, float], ['{"a":1}', "1"]),
    (dict[Mode, int], ['{"a":1}', '{"x":1}']),
    (dict[date, list[str]], ['{"2024-01-01":["a"]}', '{"x":[]}']),
    (dict[float, str], ['{"1.5":"a","1.50":"b"}']),
    (dict[int, str], ['{"1":"a","x":"b"}', '{"1":"a","01":"b"}']),
    (dict[bool, int], ['{"true":1,"0":2}']),
    (dict[Annotated[str, StringConstraints(to_lower=True)], int], ['{"A":1,"a":2}']),
    (frozenset[str], ['["a","b","a"]', "[[]]"]),
    (set[tuple[int, str]], ['[[1,"a"],[1,"a"]]']),
    (tuple[()], ["[]", "[1]"]),
    (tuple[int, *tuple[str, ...]], ['[1,"a","b"]', "[]", "[1,2]"]),
    (tuple[int, str], ['[1,"a"]', "[1]", '[1,"a",2]', "{}"]),
    (Flags, ["1", "3", "9"]),
    (Mode, ['"a"', "2", '"2"', "[]"]),
    (
        Literal["a", 1, True, None, Mode.B],  # a literal of its own
        ['"a"', "1", "true", "null", "2", '"b"'],
    ),
    (SecretStr, ['"hush"', "1"]),
    (IPv4Address, ['"127.0.0.1"', '"x"']),
    (Path, ['"a/b"', "1"]),
    (re.Pattern[str], ['"a+"', '"("']),
    (complex, ['"1+2j"', "1"]),
    (Decimal, ["1.10", "0.1000000000000000055511151231257827", '"1.10"', "1e400", "12345678901234567890.123456789"]),
    (float, ["0.1000000000000000055511151231257827", "1e400", "123456789012345678901234567890", "-0", "-0.0", '"1e5"']),
    (int, ["1.0", "1.5", "1e2", "123456789012345678901234567890", "1e30", '"12"', "true", "-0"]),
    (Any, ["1.0", "1e2", "-0", "1e400", "123456789012345678901234567890", "0.1000000000000000055511151231257827"]),
    (list[Any], ['[1,1.0,true,null,"x",{"a":[]}]']),
    (str, ['"x"', "1", "null", '""']),
    (bytes, ['"é"', "1"]),
    (object, ['{"a":1}', "1"]),
    (list, ['[1,"a",{}]', "{}"]),
    (dict, ['{"a":[1]}', "[]"]),
    (tuple, ["[1,[2]]"]),
    (set, ["[1,2,1]", "[[]]"]),
    (type(None), ["null", "0"]),
]

DOCUMENTS = [(tp, text) for tp, texts in TYPES for text in texts]
