"""Models of every kind, for which `partway stubs` writes shop_so_far.py."""

from __future__ import annotations

import collections
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, NewType, Optional, TypeVar, Union

from pydantic import (
    AfterValidator,
    AnyUrl,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Json,
    JsonValue,
    PlainValidator,
    PositiveInt,
    RootModel,
    SecretStr,
    Tag,
    computed_field,
    field_validator,
)
from pydantic.dataclasses import dataclass as pydantic_dataclass
from typing_extensions import TypeAliasType, TypedDict

from shop_returns import Item as Returned

T = TypeVar("T")
U = TypeVar("U")
OrderId = NewType("OrderId", int)


class Color(Enum):
    RED = "red"
    GREEN = "green"


class Size(IntEnum):
    SMALL = 1


class Span(NamedTuple):
    start: int
    end: int


class Base(BaseModel):
    kinds: ClassVar[list[str]] = []
    id: OrderId
    created: dt.datetime | None = None


class Item(Base):
    """An item, with fields that are named like types."""

    model_config = ConfigDict(populate_by_name=True, alias_generator=lambda name: name.upper())
    name: Annotated[str, Field(min_length=1)]
    color: Color = Color.RED
    size: Size | None = None
    price: Decimal = Field(gt=0, alias="Price")
    date: date
    list: Optional[int] = None
    span: Span | None = None
    more: Any = None
    _cached: int = 0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def label(self) -> str:
        return self.name.upper()

    @field_validator("name")
    @classmethod
    def check_name(cls, name: str) -> str:
        return name


class Card(BaseModel):
    kind: Literal["card"]
    number: SecretStr


class Cash(BaseModel):
    kind: Literal["cash"] = "cash"
    paid: bool = False


@dataclass
class Address:
    street: str
    lines: list[str] = field(default_factory=list)


@pydantic_dataclass
class Depot:
    address: Address
    where: tuple[float, float]


class Dimensions(TypedDict, total=False):
    width: float
    parts: list[Card]


Odd = TypedDict("Odd", {"a-b": int, "class": Optional[Cash]})


class Box(BaseModel, Generic[T]):
    content: T
    others: list[T] = []


@dataclass
class Pair(Generic[T, U]):
    first: T
    second: U


class Category(BaseModel):
    name: str
    parent: Category | None = None
    children: list[Category] = []
    featured: Order | None = None


class Outer:
    class Inner(BaseModel):
        x: int


class Tags(RootModel[list[Item]]):
    pass


Payment = TypeAliasType("Payment", Annotated[Union[Card, Cash], Field(discriminator="kind")])
Tree = TypeAliasType("Tree", Union[int, "list[Tree]"])


class Unknown:
    """A class that pydantic knows nothing of."""


class Order(BaseModel):
    items: list[Item]
    returned: Sequence[Returned] = ()
    payment: Payment | None = None
    either: Annotated[
        Union[Annotated[Card, Tag("a")], Annotated[Cash, Tag("b")]], Discriminator(lambda value: value["kind"])
    ]
    address: Address
    depots: Mapping[str, list[Depot]] = {}
    dimensions: Dimensions | None = None
    odd: Odd
    boxed: Box[int]
    boxes: dict[Color, Box[Item]] = {}
    pair: Pair[str, Item]
    category: Category
    inner: Outer.Inner | None = None
    tags: Tags
    pairs: tuple[int, Item]
    many: tuple[Item, ...] = ()
    unique: set[Annotated[int, Field(ge=0)]] = set()
    frozen: frozenset[uuid.UUID] = frozenset()
    queue: collections.deque[int] = Field(default_factory=collections.deque)
    path: Path | None = None
    url: AnyUrl | None = None
    count: PositiveInt = 1
    parsed: Json[list[int]] = []
    anything: JsonValue = None
    tree: Tree = 1
    literal: Literal["a", 'quo"ted', 1, True, None, Color.RED] = "a"
    checked: Annotated[int, AfterValidator(abs)] = 1
    unknown: Annotated[Unknown | None, PlainValidator(lambda _: Unknown())] = None
    bare: list = []  # type: ignore[type-arg]
    status_of_the_order_as_the_shop_sees_it: Literal[
        "waiting for payment", "being packed", "handed over to the carrier", "delivered", "returned", "cancelled"
    ] = "being packed"
    a_name_that_leaves_little_room: dict[str, list[Card | Cash | Box[Item] | Category | Dimensions | Depot]] = {}
    another_name_that_leaves_little_room: dict[
        str, list[Card | Cash | Box[Item] | Category | Dimensions | Depot | Box[int]]
    ] = {}
