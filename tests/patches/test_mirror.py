"""The value that is followed is pydantic's dump of the snapshot, and each look costs what has changed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple

import pydantic
import pytest
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    RootModel,
    SerializeAsAny,
    TypeAdapter,
    WrapSerializer,
    computed_field,
    field_serializer,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic.alias_generators import to_camel
from readers import exact
from typing_extensions import TypedDict

from growth import assert_linear
from partway import Extractor, Gate, PartwayError, UsageError, Whole
from partway.patches import Change, Mirror, replay

Loud = Annotated[str, PlainSerializer(str.upper)]
Money = Annotated[Decimal, PlainSerializer(lambda value: f"{value} EUR")]


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Item(BaseModel):
    name: str
    price: Money
    on: date | None = None


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="allow")
    unit_price: Decimal
    line_items: list[Item] = []


class Taken(BaseModel):
    """Its extra key may be called like the field."""

    model_config = ConfigDict(extra="allow")
    a: int = Field(alias="A")


class TwoNames(BaseModel):
    seen: str = Field(validation_alias="in", serialization_alias="out")
    inner: TwoNames | None = Field(None, validation_alias="deep", serialization_alias="deeper")
    hidden: list[int] = Field([], exclude=True)


class Serialized(BaseModel):
    title: str
    tags: list[str] = []

    @field_serializer("title")
    def quote(self, title: str) -> str:
        return f"{title}/{len(self.tags or ())}"


class Computed(BaseModel):
    low: int
    high: int

    @computed_field
    @property
    def span(self) -> int:
        return self.high - self.low


class Pair(BaseModel):
    left: int
    right: int

    @model_serializer
    def write(self) -> str:
        return f"{self.left}:{self.right}"


class Sorted(BaseModel):
    words: list[str]
    inner: list[Item] = []

    @field_validator("words")
    @classmethod
    def sort(cls, words: list[str]) -> list[str]:
        words.sort()
        return words

    @model_validator(mode="after")
    def cheapest_first(self) -> Sorted:
        self.inner.reverse()
        return self


class Strings(RootModel[list[str]]):
    pass


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    name: Loud


class Spot(NamedTuple):
    x: int
    y: float


class Total(TypedDict, total=False):
    name: Loud
    spots: list[Spot]


@dataclasses.dataclass
class Plain:
    name: str | None
    sizes: list[int] = dataclasses.field(default_factory=list)
    note: str = "-"


@pydantic.dataclasses.dataclass
class Aliased:
    name: str = Field(alias="theName")
    plain: Plain | None = None


class Gated(BaseModel):
    title: str
    id: Annotated[int, Gate()]


class Everything(BaseModel):
    items: list[Item] = []
    pair: tuple[Item, Loud] | None = None
    many: tuple[Money, ...] = ()
    bag: set[int] = set()
    by_day: dict[date, list[Loud]] = {}
    by_color: dict[Color, Item] = {}
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    either: list[int] | list[str] | None = None
    color: Color | None = None
    shown: Annotated[Color, Whole(prefix=True)] | None = None
    chart: Annotated[list[int], Whole()] = []
    strings: Strings | None = None
    upper: Annotated[str, AfterValidator(str.upper)] = ""
    any: Any = None
    base: SerializeAsAny[Item] | None = None
    wrapped: Annotated[list[str], WrapSerializer(lambda value, handler: handler(value)[::-1])] = []
    computed: list[Computed] = []
    serialized: Serialized | None = None
    gated: list[Gated] = []
    total: Total | None = None
    plain: Plain | None = None
    sorted: Sorted | None = None
    ratio: float = 0


class Card(BaseModel):
    number: str
    month: int = 0


class Stamped(BaseModel):
    name: str

    @model_serializer
    def shown(self) -> Any:
        return f"<{self.name}>"


def hidden(card: Any) -> str:
    return "**" + (card.number or "")[-2:]


Hidden = Annotated[Card, PlainSerializer(hidden)]


class Order(BaseModel):
    card: Hidden | None = None
    cards: list[Hidden] = []
    by_name: dict[str, Hidden] = {}
    either: Hidden | Stamped | None = None
    around: Annotated[Card, WrapSerializer(lambda card, handler: {"card": handler(card)})] | None = None
    stamped: Annotated[Stamped, PlainSerializer(lambda one: one.name)] | None = None


@pydantic.dataclasses.dataclass(config=ConfigDict(extra="allow"))
class More:
    a: str


ITEMS = '[{"name": "a\\u00e9", "price": 1.50}, {"price": "2", "name": "b", "on": "2024-02-29"}]'
SAME = [
    (list[Item], ITEMS),
    (Camel, '{"unitPrice": 1.0, "lineItems": ' + ITEMS + ', "more": {"x": [1, 1e400]}}'),
    (TwoNames, '{"in": "ab", "hidden": [1, 2], "deep": {"in": "cd", "hidden": [3]}}'),
    (Serialized, '{"title": "abc", "tags": ["x", "y"]}'),
    (list[Serialized], '[{"tags": ["x"], "title": "abc"}]'),
    (Everything, '{"items": ' + ITEMS + ', "pair": [{"name": "p", "price": 3}, "loud"]}'),
    (Everything, '{"many": [1, 2.5], "bag": [3, 1, 2, 3], "any": {"deep": [[{"x": null}, "t"], 2.5]}}'),
    (Everything, '{"by_day": {"2024-02-29": ["a", "b"]}, "by_color": {"red": {"name": "r", "price": 1}}}'),
    (Everything, '{"pet": {"name": "rex", "kind": "dog"}, "either": ["a", "b"], "color": "red", "shown": "blue"}'),
    (Everything, '{"chart": [1, 2], "strings": ["a", "b"], "upper": "abc", "base": {"name": "x", "price": 1}}'),
    (Everything, '{"wrapped": ["a", "b"], "serialized": {"title": "t"}, "gated": [{"title": "t", "id": 1}]}'),
    (Everything, '{"total": {"name": "abc", "spots": [[1, 2], {"x": 3, "y": 4}]}, "ratio": 1e400}'),
    (Everything, '{"sorted": {"words": ["c", "a", "b"], "inner": ' + ITEMS + "}}"),
    (Everything, '{"items": [{"name": "a", "price": "much"}, 7, {"name": 8}], "pair": [1], "color": "green"}'),
    (list[Taken], '[{"A": 1, "a": [2]}, {"A": 2, "a": "x"}]'),
    (Camel, '{"unitPrice": 1, "more": "x", "unitPrice": 2, "more": ["y"], "lineItems": [], "unitPrice": 3}'),
    (dict[str, list[Item]], '{"a": ' + ITEMS + ', "b": [], "a": [{"name": "again"}]}'),
    (dict[int, str], '{"1": "abc", "2": "d", "01": "xy"}'),
    (str, '"ab\\n\\ud83d\\ude00c"'),
    (Loud, '"abc"'),
    (int, "12"),
    (Strings, '["a", "b"]'),
    (Annotated[Cat | Dog, Field(discriminator="kind")], '{"lives": 9, "kind": "cat"}'),
    (Any, '{"a": [1, {"b": "c"}], "a": {"d": []}}'),
    (JsonValue, '{"a": [1, {"b": "c"}], "e": {"d": [1e400, null, "x"]}}'),
    (Sequence[Item], ITEMS),
    (Order, '{"card": {"number": "4242", "month": 12}, "cards": [{"number": "7"}, {"number": "12", "month": "x"}]}'),
    (Order, '{"by_name": {"a": {"number": "123"}}, "either": {"number": "456", "month": 1}}'),
    (Order, '{"stamped": {"name": "ab"}, "either": {"name": "a"}}'),
    (Order, '{"around": {"number": "789", "month": 1}, "card": {"month": "x", "number": "42"}}'),
]  # fmt: skip


def dumped(tp: Any, snapshot: Any) -> Any:
    if snapshot is None:
        return None
    return json.loads(TypeAdapter(tp).dump_json(snapshot, by_alias=True, exclude_unset=True, warnings=False))


def followed(tp: Any, deltas: list[str], each: Callable[[Any, Any], None]) -> tuple[Any, Any]:
    """Look after each delta; what changes must lead to the value. Give the value and the snapshot in the end."""
    extractor: Extractor[Any] = Extractor(tp, json_only=True)
    mirror, value = Mirror(), None
    before: list[tuple[Any, str]] = []
    for delta in deltas:
        extractor.feed(delta)
        changes = mirror.update(extractor)
        assert mirror.update(extractor) == []
        value = replay(changes, value)
        assert exact(value) == exact(mirror.value)
        before += [(kept, exact(kept)) for kept in (mirror.value, [change.value for change in changes])]
        each(extractor.snapshot, mirror.value)
    try:
        extractor.finish()
    except PartwayError:
        pass
    else:
        value = replay(mirror.finish(extractor), value)
        assert exact(value) == exact(mirror.value)
    assert all(exact(kept) == written for kept, written in before)
    return mirror.value, extractor.snapshot


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(("tp", "text"), SAME)
def test_the_value_is_the_dump_of_each_snapshot(tp: Any, text: str, size: int):
    deltas = [text[at : at + size] for at in range(0, len(text), size)]

    def same(snapshot: Any, value: Any) -> None:
        assert exact(value) == exact(dumped(tp, snapshot))

    value, snapshot = followed(tp, deltas, same)
    same(snapshot, value)


# What the partial cannot be dumped as, and what is there instead: after the open text, and at the end
OTHERWISE: list[tuple[Any, str, Any, str, Any]] = [
    (Computed, '{"low": 1, "high"', {"low": 1}, ": 3}", {"low": 1, "high": 3, "span": 2}),
    (list[Computed], '[{"low": 1, "high"', [{"low": 1}], ": 3}]", [{"low": 1, "high": 3, "span": 2}]),
    (Pair, '{"left": 1', {}, ', "right": 2}', "1:2"),
    (dict[str, Pair], '{"a": {"left": 1, "right"', {"a": {"left": 1}}, ": 2}}", {"a": "1:2"}),
    (Plain, '{"sizes": [1', {"sizes": []}, '], "name": null}', {"name": None, "sizes": [1], "note": "-"}),
    (Plain, '{"name": null', {"name": None}, "}", {"name": None, "sizes": [], "note": "-"}),
    (Aliased, '{"theName": "a', {"theName": "a"}, 'b"}', {"theName": "ab", "plain": None}),
    (Aliased, '{"plain": {"name": "a', {"plain": {"name": "a"}}, '"}, "theName": "b"}',
     {"theName": "b", "plain": {"name": "a", "sizes": [], "note": "-"}}),
    (More, '{"a": "abc", "q": [1', {"a": "abc"}, ', "x"]}', {"a": "abc"}),
    (Item, '{"name": "a", "price": "1', {"name": "a"}, '"}', {"name": "a", "price": "1 EUR"}),
]  # fmt: skip


@pytest.mark.parametrize(("tp", "opening", "shown", "rest", "final"), OTHERWISE)
def test_what_has_not_arrived_is_left_out(tp: Any, opening: str, shown: Any, rest: str, final: Any):
    values: list[Any] = []
    value, _ = followed(tp, [*opening, "", *rest], lambda _, value: values.append(value))
    assert exact(values[len(opening) - 1]) == exact(shown)
    assert exact(value) == exact(final)


class Fails(BaseModel):
    name: Annotated[str, PlainSerializer(lambda name: name[2:][0])]
    size: int


def test_a_place_whose_serializer_raises_is_left_out_until_it_does_not():
    values: list[Any] = []
    text = '[{"size": 1, "name": "abc"}]'
    followed(list[Fails], list(text), lambda _, value: values.append(value))
    assert values[text.index("ab") + 1] == [{"size": 1}]
    assert values[-1] == [{"size": 1, "name": "c"}]
    value, _ = followed(list[Annotated[int, PlainSerializer(lambda n: 6 // n)]], ["[2, 0, 3]"], lambda *_: None)
    assert value == [3, None, 2]


def test_no_serializer_warns():  # warnings are errors in the tests
    value, _ = followed(dict[str, Item], list('{"a": {"name": 3, "price": "x"}, "b": null}'), lambda *_: None)
    assert value == {"a": {}}


def test_a_value_that_a_validator_changes_in_place_is_seen():
    text = '{"words": ["c", "a"], "inner": [{"name": "x", "price": 1}, {"name": "y", "price": 2}]}'
    value, _ = followed(Sorted, list(text), lambda *_: None)
    assert value["words"] == ["a", "c"]
    assert [item["name"] for item in value["inner"]] == ["y", "x"]


def test_a_text_is_told_in_the_pieces_in_which_it_came():
    extractor, mirror = Extractor(Item), Mirror()
    told: list[Change] = []
    for delta in ['```json\n{"na', 'me": "Pan', "ca", 'kes"', ' , "price"', ": 3", "}\n```"]:
        extractor.feed(delta)
        told += mirror.update(extractor)
    assert told == [
        Change("replace", (), {}),
        Change("add", ("name",), "Pan"),
        Change("append", ("name",), "ca"),
        Change("append", ("name",), "kes"),
        Change("add", ("price",), "3 EUR"),
    ]
    assert mirror.texts == {}


def test_what_was_given_up_is_replaced_by_the_other_candidate():
    extractor: Extractor[Any] = Extractor(Item)
    mirror = Mirror()
    extractor.feed('{"name": "one", oops} ')
    assert mirror.update(extractor) == [Change("replace", (), {"name": "one"})]
    extractor.feed('{"price"')
    assert mirror.update(extractor) == [Change("replace", (), {})]
    extractor.feed(": 1}")
    assert mirror.update(extractor) == [Change("replace", (), {"price": "1 EUR"})] or mirror.value == {"price": "1 EUR"}


def test_a_restart_before_anything_else_has_come_takes_all_away():
    extractor: Extractor[Any] = Extractor(Item, json_only=True)
    mirror = Mirror()
    extractor.feed('{"name": "one"')
    mirror.update(extractor)
    extractor.restart("for a test")
    assert mirror.update(extractor) == [Change("replace", (), None)]
    extractor.feed('{"name": "one')
    assert mirror.update(extractor) == [Change("replace", (), {"name": "one"})]


def test_the_open_path_is_that_of_the_json_value():
    extractor, mirror = Extractor(TwoNames, json_only=True), Mirror()
    paths = []
    for delta in ['{"deep": {"in": "a', '"', ', "deep"', ': {"hidden": [1', "]", "}}}"]:
        extractor.feed(delta)
        mirror.update(extractor)
        paths.append(mirror.open_path)
    assert paths == [
        ("deeper", "out"),
        ("deeper",),
        ("deeper", "deeper"),
        ("deeper", "deeper", "hidden", 0),  # it is not dumped, so it has no other name
        ("deeper", "deeper"),
        (),
    ]


def test_only_a_run_is_followed():
    with pytest.raises(UsageError, match=r"^patches follow a run or an Extractor, not list$"):
        Mirror().update([])


class Shop(BaseModel):
    rows: list[Cat]


class Chain(BaseModel):
    name: str
    next: Chain | None = None


def deep(size: int) -> str:
    return '{"name": "abcdefgh", "next": ' * size + "null" + "}" * size


GROWING: list[tuple[Any, Callable[[int], str], int]] = [
    (Shop, lambda size: json.dumps({"rows": [{"kind": "cat", "lives": n} for n in range(size)]}), 2500),
    (list[Cat], lambda size: json.dumps([{"kind": "cat", "lives": n} for n in range(size)]), 2500),
    (dict[str, int], lambda size: json.dumps({f"key {n}": n for n in range(size)}), 2500),
    (Any, lambda size: json.dumps({f"key {n}": [n] for n in range(size)}), 2500),
    (JsonValue, lambda size: json.dumps({f"key {n}": [n] for n in range(size)}), 2500),
    (Sequence[int], lambda size: json.dumps(list(range(size))), 2500),
    (list[str], lambda size: json.dumps(["abcd" * size]), 62_500),
    (Chain, deep, 25),
]


@pytest.mark.parametrize(("tp", "write", "size"), GROWING)
def test_following_takes_time_of_what_has_come(tp: Any, write: Callable[[int], str], size: int):
    def work(size: int) -> Callable[[], object]:
        text = write(size)
        step = 8 if size < 10_000 else 64

        def follow() -> None:
            extractor: Extractor[Any] = Extractor(tp, json_only=True)
            mirror = Mirror()
            for at in range(0, len(text), step):
                extractor.feed(text[at : at + step])
                mirror.update(extractor)

        return follow

    assert_linear(work, size)


def test_a_part_that_is_complete_is_dumped_once():
    written: list[Any] = []
    tp = list[list[Annotated[int, PlainSerializer(lambda n: written.append(n) or n)]]]
    followed(tp, list("[[1, 2], [3], [4, 5, 6]]"), lambda *_: written.append(None))
    assert [n for n in written if n is not None][:6] == [1, 2, 3, 4, 5, 6]


def test_operations_are_followed_as_text_is():
    extractor, mirror = Extractor(Shop, json_only=True), Mirror()
    values = []
    for path, value, goes_on in [
        (("rows", 0, "kind"), "cat", False), (("rows", 0, "lives"), 9, False), (("rows", 1, "kind"), "ca", True)
    ]:  # fmt: skip
        extractor.operate(path, value, goes_on=goes_on)
        mirror.update(extractor)
        values.append(mirror.value)
    assert values == [
        {"rows": [{"kind": "cat"}]},
        {"rows": [{"kind": "cat", "lives": 9}]},
        {"rows": [{"kind": "cat", "lives": 9}, {}]},
    ]
