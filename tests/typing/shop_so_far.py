"""What has arrived of Order, for `stream(..., partial=...)`. Written by `partway stubs`."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import date as date_
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from pydantic import AnyUrl, BaseModel, ConfigDict, JsonValue, RootModel, SecretStr
from typing_extensions import TypedDict

from shop import (
    Address,
    Box,
    Card,
    Cash,
    Category,
    Color,
    Depot,
    Item,
    Order,
    OrderId,
    Outer,
    Pair,
    Size,
    Span,
    Tags,
    Tree,
    Unknown,
)
from shop_returns import Item as ShopReturnsItem


class ItemSoFar(BaseModel):
    """Item, as far as it has arrived."""

    id: OrderId | None = None
    created: datetime | None = None
    name: str | None = None
    color: Color | None = None
    size: Size | None = None
    price: Decimal | None = None
    date: date_ | None = None
    list: int | None = None
    span: Span | None = None
    more: Any = None


class ShopReturnsItemSoFar(BaseModel):
    """Item, as far as it has arrived."""

    reason: str | None = None


class CardSoFar(BaseModel):
    """Card, as far as it has arrived."""

    kind: Literal["card"] | None = None
    number: SecretStr | None = None


class CashSoFar(BaseModel):
    """Cash, as far as it has arrived."""

    kind: Literal["cash"] | None = None
    paid: bool | None = None


class AddressSoFar(BaseModel):
    """Address, as far as it has arrived."""

    street: str | None = None
    lines: list[str] | None = None


class DepotSoFar(BaseModel):
    """Depot, as far as it has arrived."""

    address: Address | AddressSoFar | None = None
    where: tuple[float, ...] | None = None


class DimensionsSoFar(TypedDict, total=False):
    """Dimensions, as far as it has arrived."""

    width: float
    parts: list[Card | CardSoFar]


OddSoFar = TypedDict(
    "OddSoFar",
    {
        "a-b": int,
        "class": Cash | CashSoFar | None,
    },
    total=False,
)


class BoxIntSoFar(BaseModel):
    """Box[int], as far as it has arrived."""

    content: int | None = None
    others: list[int] | None = None


class BoxItemSoFar(BaseModel):
    """Box[Item], as far as it has arrived."""

    content: Item | ItemSoFar | None = None
    others: list[Item | ItemSoFar] | None = None


class PairStrItemSoFar(BaseModel):
    """Pair[str, Item], as far as it has arrived."""

    first: str | None = None
    second: Item | ItemSoFar | None = None


class CategorySoFar(BaseModel):
    """Category, as far as it has arrived."""

    name: str | None = None
    parent: Category | CategorySoFar | None = None
    children: list[Category | CategorySoFar] | None = None
    featured: Order | OrderSoFar | None = None


class OuterInnerSoFar(BaseModel):
    """Inner, as far as it has arrived."""

    x: int | None = None


class TagsSoFar(RootModel[Any]):
    """Tags, as far as it has arrived."""

    root: list[Item | ItemSoFar] | None = None


class OrderSoFar(BaseModel):
    """Order, as far as it has arrived."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    items: list[Item | ItemSoFar] | None = None
    returned: Sequence[ShopReturnsItem | ShopReturnsItemSoFar] | None = None
    payment: Card | CardSoFar | Cash | CashSoFar | None = None
    either: Card | CardSoFar | Cash | CashSoFar | None = None
    address: Address | AddressSoFar | None = None
    depots: Mapping[str, list[Depot | DepotSoFar]] | None = None
    dimensions: DimensionsSoFar | None = None
    odd: OddSoFar | None = None
    boxed: Box[int] | BoxIntSoFar | None = None
    boxes: dict[Color, Box[Item] | BoxItemSoFar] | None = None
    pair: Pair[str, Item] | PairStrItemSoFar | None = None
    category: Category | CategorySoFar | None = None
    inner: Outer.Inner | OuterInnerSoFar | None = None
    tags: Tags | TagsSoFar | None = None
    pairs: tuple[int | Item | ItemSoFar, ...] | None = None
    many: tuple[Item | ItemSoFar, ...] | None = None
    unique: set[int] | None = None
    frozen: frozenset[UUID] | None = None
    queue: deque[int] | None = None
    path: Path | None = None
    url: AnyUrl | None = None
    count: int | None = None
    parsed: list[int] | None = None
    anything: JsonValue | None = None
    tree: Tree | None = None
    literal: Literal["a", 'quo"ted', 1, True, None, Color.RED] | None = None
    checked: int | None = None
    unknown: Unknown | None = None
    bare: list[Any] | None = None
    status_of_the_order_as_the_shop_sees_it: (
        Literal[
            "waiting for payment", "being packed", "handed over to the carrier", "delivered", "returned", "cancelled"
        ]
        | None
    ) = None
    a_name_that_leaves_little_room: (
        dict[
            str,
            list[
                Card
                | CardSoFar
                | Cash
                | CashSoFar
                | Box[Item]
                | BoxItemSoFar
                | Category
                | CategorySoFar
                | DimensionsSoFar
                | Depot
                | DepotSoFar
            ],
        ]
        | None
    ) = None
    another_name_that_leaves_little_room: (
        dict[
            str,
            list[
                Card
                | CardSoFar
                | Cash
                | CashSoFar
                | Box[Item]
                | BoxItemSoFar
                | Category
                | CategorySoFar
                | DimensionsSoFar
                | Depot
                | DepotSoFar
                | Box[int]
                | BoxIntSoFar
            ],
        ]
        | None
    ) = None


CategorySoFar.model_rebuild()
