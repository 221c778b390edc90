"""The types that are fuzzed, by number: first a table of them by hand, then as many as one likes that are made up.

Each comes with a maker of documents that fit it, or nearly do. None of them has code that raises anything but what
pydantic catches, so whatever else is raised is a finding. A type that is made up is the same for the same number.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Annotated, Any, Final, Literal, NamedTuple, NotRequired, Optional, Union
from uuid import UUID

import kinds
import pydantic
import strategies
import unions
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    create_model,
    model_validator,
)
from texts import Make, any_json, array_of, number, object_of, spell, string
from typing_extensions import TypedDict

from partway import Gate, Whole

__all__ = ["COUNT", "NAMES", "Kind", "kind", "named", "numbered"]


@dataclass(frozen=True)
class Kind:
    """A type that is fuzzed.

    Attributes:
        name: What it is called in a row.
        tp: The type.
        make: Makes the JSON of a value that fits, or nearly does.
        unfollowed: Whether it is not followed step by step: a complete value may be taken back, which `CHANGES` of
            `test_promise_2_nothing_taken_back` knows (a place under two names, or code of the user's that changes a
            value when its object closes), or the follower does not know where its parts are.
    """

    name: str
    tp: Any
    make: Make
    unfollowed: bool = False

    @functools.cached_property
    def has_union(self) -> bool:
        """Whether it has a union, of which tokens are kept until it is settled."""
        return "union" in repr(self.adapter.core_schema)

    @functools.cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """Pydantic's of the type: the oracle."""
        return TypeAdapter(self.tp)


# ------------------------------------------------------------------------------------------- by hand


class Unpacked(BaseModel):
    """Sees the raw data, and takes a list as well."""

    a: int
    b: str = ""

    @model_validator(mode="before")
    @classmethod
    def unpack(cls, data: Any) -> Any:
        return {"a": data[0]} if isinstance(data, list) and len(data) == 1 else data


class Gated(BaseModel):
    id: Annotated[int, Gate()]
    text: str = ""
    rows: list[Annotated[str, Whole()]] = []
    more: dict[str, Gated] = {}


class Doubled(BaseModel):
    """Has two gates, and a part that is read whole."""

    model_config = ConfigDict(extra="allow")
    first: Annotated[str, Gate()]
    second: Annotated[Literal["a", "ab"], Gate(), Whole(prefix=True)] = "a"
    box: Annotated[Gated | None, Whole()] = None


def _scaled(value: int, info: pydantic.ValidationInfo) -> int:
    return value * len(info.data or ())


class Row(NamedTuple):
    n: Annotated[int, AfterValidator(_scaled)]
    s: str = ""


class Keyed(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")
    __pydantic_extra__: dict[str, Annotated[int, AfterValidator(_scaled)]]
    numbers: dict[int, str] = {}
    either: dict[date | str, int] = {}
    row: Row | None = None


class Tagged(Gated):
    """One of its own: pydantic writes a `Tag` into the schema of a model that contains itself, for every use of it."""


def _tag_of(value: Any) -> str | None:
    found = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return "gated" if found is None else "cat" if found == "cat" else None


Told = Annotated[
    Annotated[kinds.Cat, Tag("cat")] | Annotated[Tagged, Tag("gated")],
    Discriminator(_tag_of),
]

_MORE: Final[list[tuple[Any, list[str]]]] = [
    (
        strategies.Even,
        ['{"number": 2, "note": "x"}', '{"number": 3}', '{"number": 2000000}', '{"note":"","number":"4"}'],
    ),
    (strategies.Tree, ['{"name":"a","kids":[{"size":1,"kids":[]},{"name":"b"}]}', '{"size":null,"kids":[{}]}']),
    (strategies.Chain, ['{"head":"2024-02-29","tail":{"head":"2024-01-01"}}', '{"tail":null,"head":"x"}']),
    (
        Annotated[unions.Leaf | unions.Branch, Field(discriminator="kind")],
        [
            '{"kind":"branch","parts":[{"text":"x","kind":"leaf"},{"kind":"branch"}],"title":"t"}',
            '{"parts":[{"kind":"leaf","text":"x"}],"kind":"branch"}',
        ],
    ),
    (unions.Leaf | unions.Branch, ['{"kind":"branch","parts":[{"text":"x","kind":"leaf"}],"title":"t"}']),
    (unions.Expression, ['{"left":{"minus":1},"right":"x"}', '{"minus":{"right":"y","left":2}}', '"x"', "3"]),
    (Unpacked, ['{"a":1,"b":"x"}', "[1]", '{"a":"x"}']),
    (list[Unpacked], ['[{"a":1,"b":"xy"},[2],{"b":1}]']),
    (Gated, ['{"text":"early","rows":["a","b"],"id":1}', '{"id":2,"more":{"a":{"text":"x","id":3}}}', '{"text":"x"}']),
    (list[Gated], ['[{"text":"early","id":1},{"id":2}]']),
    (Doubled, ['{"second":"ab","first":"x","extra":[1]}', '{"box":{"id":1},"first":"y"}', '{"first":1}']),
    (Gated | Doubled, ['{"text":"early","id":1}', '{"first":"x"}']),
    (Keyed, ['{"numbers":{"1":"a","12":"b"},"either":{"2024-02-29":1,"x":2},"row":[2,"x"],"extra":3}', '{"row":[1]}']),
    (dict[float | str, int], ['{"1.5":1,"x":2,"1.5":3}', '{"":1}']),
    (Told, ['{"kind":"cat","lives":1}', '{"id":1,"text":"x"}', '{"text":"x","kind":null,"id":2}']),
    (dict[str, kinds.Cat | kinds.Dog | str], ['{"a":{"lives":9,"kind":"cat"},"b":"x","c":{"kind":"wolf","name":"y"}}']),
]
_RAISING: Final = (
    kinds.Before,  # its validator looks for items that a list may not have
    kinds.Holder,  # the same
    re.Pattern[str],  # Python's `re` raises RecursionError for thousands of brackets, and pydantic lets it through
)
_ALIASED: Final = (kinds.Strictly, dict[kinds.Mode, int])  # `holding` looks for their parts under other names
_CHANGING: Final = (
    kinds.ByChoice,
    kinds.ByName,
    kinds.WithInit,
    Keyed,
    dict[float, str],
    dict[int, str],
    dict[bool, int],
    dict[date, list[str]],
    dict[Annotated[str, pydantic.StringConstraints(to_lower=True)], int],
)


def _one_of(texts: list[str]) -> Make:
    return lambda random: random.choice(texts)


def _name(tp: Any) -> str:
    return getattr(tp, "__name__", None) if isinstance(tp, type) and not hasattr(tp, "__origin__") else str(tp)


_TABLE: Final = [
    Kind(
        _name(tp), tp, any_json if tp in (Any, object) else _one_of(texts), unfollowed=tp in _CHANGING or tp in _ALIASED
    )
    for tp, texts in [*_MORE, *((tp, texts) for tp, texts in kinds.TYPES if tp not in _RAISING)]
]

# ------------------------------------------------------------------------------------------- made up

Made = tuple[Any, Make]


def _words(*words: str) -> Make:
    return lambda random: spell(random, random.choice(words))


def _not_bad(value: Any) -> Any:
    if value in ("bad", 13):
        raise ValueError("bad")
    return value


_LEAVES: Final[list[Made]] = [
    (str, string),
    (str, string),
    (str, string),
    (int, number),
    (int, number),
    (float, number),
    (bool, lambda random: random.choice(["true", "false"])),
    (None, lambda _: "null"),
    (date, _words("2024-02-29", "1999-12-31", "2024-02-30")),
    (datetime, _words("2024-02-29T10:00:00", "2024-02-29")),
    (timedelta, _words("PT1H", "P3DT4H", "12")),
    (UUID, _words("6f3b1f3e-6c0a-4c3a-9d28-0f7a2b1c9d11", "x")),
    (bytes, string),
    (strategies.Color, _words("red", "reddish", "", "blue")),
    (strategies.Level, lambda random: random.choice(["1", "12", "2"])),
    (Literal["on", "on and off", 3, None], lambda random: random.choice(['"on"', '"on and off"', "3", "null"])),
    (Annotated[Literal["a", "ab", "abc"], Whole(prefix=True)], _words("a", "ab", "abc", "abcd")),
    (Literal["auto"] | str, _words("auto", "a", "automatic")),
    (int | str, lambda random: random.choice([number, string])(random)),
    (str | None, lambda random: random.choice([string, lambda _: "null"])(random)),
    (int | float | bool, lambda random: random.choice([number, lambda _: "true"])(random)),
    (Annotated[str, Field(min_length=1, max_length=5)], string),
    (Annotated[str, pydantic.StringConstraints(strip_whitespace=True)], string),
    (Annotated[str, AfterValidator(_not_bad)], _words("good", "bad")),
    (Annotated[int, Field(ge=0, le=20)], number),
    (Annotated[str, Whole()], string),
    (Any, any_json),
]
_FIELDS: Final = ["a", "b", "title", "the_kind", "items", "größe", "id"]
_EXTRA: Final = ["extra", "a", "", "a.b", "more"]


def _leaf(random: Random) -> Made:
    return random.choice(_LEAVES)


def _part(random: Random, depth: int) -> Made:
    """A type somewhere inside another, sometimes marked."""
    tp, make = _made(random, depth - 1) if depth and random.random() < 0.6 else _leaf(random)
    if random.random() < 0.08:
        return Annotated[tp, Whole()], make
    return tp, make


def _list(random: Random, depth: int) -> Made:
    tp, make = _part(random, depth)
    whole: Any = random.choice([list[tp], list[tp], tuple[tp, ...], Annotated[list[tp], Field(min_length=1)]])
    return whole, lambda random: array_of(random, *(make(random) for _ in range(random.randrange(4))))


def _set(random: Random, _: int) -> Made:
    tp, make = random.choice(
        [(str, string), (int, number), (tuple[int, str], lambda r: array_of(r, number(r), string(r)))]
    )
    whole: Any = random.choice([set[tp], frozenset[tp]])
    return whole, lambda random: array_of(random, *(make(random) for _ in range(random.randrange(4))))


def _tuple(random: Random, depth: int) -> Made:
    parts = [_part(random, depth) for _ in range(random.randint(1, 3))]
    return tuple[tuple(tp for tp, _ in parts)], lambda random: array_of(random, *(make(random) for _, make in parts))


def _dict(random: Random, depth: int) -> Made:
    tp, make = _part(random, depth)
    keys = ["a", "b", "x", "", "a.b", "é"]
    return dict[str, tp], lambda random: object_of(
        random, [(key, make(random)) for key in random.sample(keys, random.randrange(4))]
    )


def _optional(random: Random, depth: int) -> Made:
    tp, make = _part(random, depth)
    return Optional[tp], lambda random: "null" if random.random() < 0.2 else make(random)


@dataclass(frozen=True)
class _Field:
    name: str
    key: str
    tp: Any
    make: Make
    required: bool


def _fields(random: Random, depth: int, *, aliased: bool) -> list[_Field]:
    found = []
    for name in random.sample(_FIELDS, random.randint(1, 4)):
        tp, make = _part(random, depth)
        key = random.choice(["a.b", "camelCase", '"', "{", "x-y"]) + name if aliased and random.random() < 0.3 else name
        found.append(_Field(name, key, tp, make, random.random() < 0.6))
    return found


def _object(found: list[_Field], extra: bool) -> Make:
    def make(random: Random) -> str:
        pairs = [(one.key, one.make(random)) for one in found if one.required or random.random() < 0.5]
        if extra and random.random() < 0.3:
            pairs.append((random.choice(_EXTRA), any_json(random, 2)))
        random.shuffle(pairs)
        return object_of(random, pairs)

    return make


def _model(random: Random, depth: int, tag: str | None = None) -> Made:
    found = [one for one in _fields(random, depth, aliased=True) if tag is None or one.name != "the_kind"]
    base = random.choice([BaseModel] * 6 + [unions.Checks, unions.Sees, unions.Around])
    extra: Any = random.choice(["ignore", "forbid", "allow"])
    fields: dict[str, Any] = {}
    for one in found:
        tp = Annotated[one.tp, Gate()] if random.random() < 0.06 else one.tp
        alias: dict[str, Any] = {} if one.key == one.name else {"alias": one.key}
        default: dict[str, Any] = {} if one.required else {"default": strategies.DEFAULT}
        fields[one.name] = (tp, Field(**alias, **default))
    if tag is not None:
        found.append(_Field("the_kind", "the_kind", Literal[tag], _words(tag), True))
        fields["the_kind"] = (Literal[tag], ...)
    made = create_model(
        f"Model{random.randrange(1000)}",
        __base__=type("Base", (base,), {"model_config": ConfigDict(extra=extra), "__module__": __name__}),
        **fields,
    )
    return made, _object(found, extra != "forbid")


def _dataclass(random: Random, depth: int) -> Made:
    found = _fields(random, depth, aliased=False)
    plain = [
        (one.name, one.tp, dataclasses.field() if one.required else dataclasses.field(default=strategies.DEFAULT))
        for one in found
    ]
    made: type = dataclasses.make_dataclass("Data", plain, kw_only=True)
    made = pydantic.with_config(ConfigDict(extra=random.choice(["ignore", "forbid"])))(made)
    if random.random() < 0.5:
        made = pydantic.dataclasses.dataclass(made)
    return made, _object(found, extra=True)


def _typed_dict(random: Random, depth: int) -> Made:
    found = _fields(random, depth, aliased=False)
    made = TypedDict("Dict", {one.name: one.tp if one.required else NotRequired[one.tp] for one in found})  # type: ignore[misc]
    extra: Any = random.choice(["ignore", "forbid", "allow"])
    return pydantic.with_config(ConfigDict(extra=extra))(made), _object(found, extra=True)


def _union(random: Random, depth: int) -> Made:
    members = [random.choice([_model, _part, _part, _dict, _list])(random, depth) for _ in range(random.randint(2, 3))]
    whole: Any = Union[tuple(tp for tp, _ in members)]
    if random.random() < 0.2 and len({str(tp) for tp, _ in members}) > 1:
        whole = Annotated[whole, Field(union_mode="left_to_right")]
    return whole, lambda random: random.choice(members)[1](random)


def _tagged(random: Random, depth: int) -> Made:
    tags = random.sample(["cat", "dog", "a", "ab", ""], random.randint(2, 3))
    members = [_model(random, depth, tag) for tag in tags]
    whole: Any = Annotated[Union[tuple(tp for tp, _ in members)], Field(discriminator="the_kind")]
    return whole, lambda random: random.choice(members)[1](random)


def _made(random: Random, depth: int) -> Made:
    makers = [
        _model,
        _model,
        _model,
        _list,
        _list,
        _set,
        _tuple,
        _dict,
        _optional,
        _dataclass,
        _typed_dict,
        _union,
        _tagged,
    ]
    return random.choice(makers)(random, depth)


# -------------------------------------------------------------------------------------------- numbers

_BY_HAND: Final = len(_TABLE)
_MADE_UP: Final = "made-up "
COUNT: Final = _BY_HAND + 400
"""How many there are."""
NAMES: Final = [one.name for one in _TABLE]
"""The names of those that were made by hand, by their numbers."""


@functools.cache
def kind(number: int) -> Kind:
    """The type with this number, which counts from the first again past the last."""
    number %= COUNT
    if number < _BY_HAND:
        made = _TABLE[number]
    else:
        number -= _BY_HAND
        made = Kind(f"{_MADE_UP}{number}", *_made(Random(number), depth=2))  # noqa: S311 # nothing secret
    return made


def named(name: str) -> int:
    """The number of the type with this name, whatever was added to the table meanwhile."""
    return _BY_HAND + int(name.removeprefix(_MADE_UP)) if name.startswith(_MADE_UP) else NAMES.index(name)


def numbered(tp: Any) -> int:
    """The number of a type of the table."""
    return next(
        number for number, one in enumerate(_TABLE) if one.tp is tp or (one.tp == tp and str(one.tp) == str(tp))
    )
