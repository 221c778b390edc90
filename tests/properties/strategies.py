"""Types, documents that fit them or nearly do, ways to spell and wrap and cut them.

A document is drawn as a tree and written by `render`, which remembers where each value stands in the text. So a
test knows, without parsing, what must be visible after any character: that is the oracle of promises 2 to 5.

A document is a tree of `str` (a JSON string), `Raw` (a number, `true`, `false` or `null` as it is spelled),
`list` and `Obj`, whose pairs may repeat a key.
"""

from __future__ import annotations

import dataclasses
import itertools
import string
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from random import Random
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, Optional, Union

import pydantic
from hypothesis import strategies as st
from pydantic import AfterValidator, AnyUrl, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, create_model
from typing_extensions import TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT = "a default that no text contains"

# --------------------------------------------------------------------------------------------- documents


@dataclass(frozen=True)
class Raw:
    """A number or one of `true`, `false`, `null`, as spelled."""

    text: str


@dataclass(frozen=True)
class Obj:
    """An object: pairs in their order; a key may come twice."""

    pairs: tuple[tuple[str, Node], ...]


Node = str | Raw | list | Obj

CHARACTERS = st.one_of(
    st.sampled_from("\"\\/{}[]`~<>:,' \n\r\t\b\f\x00\x1f\x7fé\u2028\ud7ff\ufffd😀𝄞abc019"),
    st.characters(exclude_categories=["Cs"]),
)
TEXT = st.text(CHARACTERS, max_size=8)
INTEGERS = st.one_of(
    st.integers(-10, 1000), st.integers(-(10**30), 10**30), st.sampled_from([2**53, 2**63, -(2**63), 2**64])
)
FLOAT_SPELLINGS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["-0.0", "0e0", "1E5", "1e+2", "12.50e-1", "0.1", "1.10", "1e400", "-1E400", "1e-400"]),
    st.sampled_from(
        ["3.14159265358979323846264338327950288", "123456789012345678901234567890.5", "0.30000000000000004"]
    ),
)
INT_NODES = INTEGERS.map(lambda number: Raw(str(number)))
FLOAT_NODES = st.one_of(FLOAT_SPELLINGS.map(Raw), INT_NODES)
NULL = Raw("null")
BOOL_NODES = st.sampled_from([Raw("true"), Raw("false")])
SCALAR_NODES = st.one_of(TEXT, INT_NODES, FLOAT_SPELLINGS.map(Raw), BOOL_NODES, st.just(NULL), st.just(Raw("-0")))


def objects(values: st.SearchStrategy[Node], keys: st.SearchStrategy[str] = TEXT) -> st.SearchStrategy[Obj]:
    """Objects whose keys differ."""
    pairs = st.lists(st.tuples(keys, values), max_size=3, unique_by=lambda pair: pair[0])
    return pairs.map(lambda drawn: Obj(tuple(drawn)))


JSON_NODES: st.SearchStrategy[Node] = st.recursive(
    SCALAR_NODES, lambda inner: st.one_of(st.lists(inner, max_size=3), objects(inner)), max_leaves=6
)

# ------------------------------------------------------------------------------------------------- types


@dataclass(frozen=True)
class Spec:
    """A type, documents that fit it, and what must be seen of them on the way.

    `kind` is `str` for text that grows, `whole` for what is shown when it closes, `inside` for a place that is seen
    to fill, `set` for one that shows complete elements, `free` where the design leaves it open.
    """

    tp: Any
    nodes: st.SearchStrategy[Node]
    kind: Literal["str", "whole", "inside", "set", "free"] = "whole"
    child: Callable[[str | int], Spec | None] = field(default=lambda _: None)
    model: type | None = None

    def __repr__(self) -> str:
        return f"Spec({self.tp!r})"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        printer.text(repr(self))

    def at(self, path: tuple[str | int, ...]) -> Spec | None:
        """What is expected at `path`; `None` where nothing is known of it."""
        spec: Spec | None = self
        for step in path:
            spec = spec.child(step) if spec else None
        return spec


class Color(Enum):
    RED = "red"
    REDDISH = "reddish"
    NONE = ""


class Level(IntEnum):
    LOW = 1
    HIGH = 12


def must_not_be_bad(text: str) -> str:
    if "b" in text:
        raise ValueError("has a b")
    return text


def _iso(strategy: st.SearchStrategy) -> st.SearchStrategy[str]:
    return strategy.map(lambda moment: moment.isoformat())


ANY = Spec(Any, JSON_NODES, "inside", lambda _: ANY)

STR = Spec(str, TEXT, "str")

SCALARS: list[Spec] = [
    STR,
    Spec(int, INT_NODES),
    Spec(float, FLOAT_NODES),
    Spec(bool, BOOL_NODES),
    Spec(None, st.just(NULL)),
    Spec(Color, st.sampled_from([color.value for color in Color])),
    Spec(Level, st.sampled_from([Raw("1"), Raw("12")])),
    Spec(
        Literal["on", "on and off", 3, None],  # a literal of its own
        st.sampled_from(["on", "on and off", Raw("3"), NULL]),
    ),
    Spec(date, _iso(st.dates(date(1970, 1, 2)))),
    Spec(datetime, _iso(st.datetimes())),
    Spec(time, _iso(st.times())),
    Spec(timedelta, st.sampled_from(["PT1H", "P3DT4H", "-P1D", "01:02:03", Raw("12.5")])),
    Spec(uuid.UUID, st.uuids().map(str)),
    Spec(
        Decimal,
        st.one_of(st.sampled_from(["1.10", "0", "-12e3"]), st.sampled_from([Raw("1.10"), Raw("7"), Raw("1e2")])),
    ),
    Spec(AnyUrl, st.sampled_from(["https://example.org", "http://a.b/c?d=e#f"])),
    Spec(bytes, TEXT),
    Spec(Annotated[int, Field(ge=0, le=20)], st.integers(0, 20).map(lambda number: Raw(str(number)))),
    Spec(Annotated[str, Field(min_length=1, max_length=9)], TEXT.filter(bool), "str"),
    Spec(Annotated[str, StringConstraints(strip_whitespace=True)], TEXT),
    Spec(Annotated[str, StringConstraints(to_upper=True)], TEXT),
    Spec(Annotated[str, AfterValidator(str.upper)], TEXT),
    Spec(Annotated[str, AfterValidator(must_not_be_bad)], TEXT.filter(lambda text: "b" not in text), "free"),
    Spec(int | str, st.one_of(INT_NODES, TEXT), "free"),
    Spec(int | float | bool, st.one_of(INT_NODES, FLOAT_NODES, BOOL_NODES), "free"),
]
HASHABLE = [spec for spec in SCALARS if spec.tp is not AnyUrl]


def lists(inner: Spec) -> Spec:
    return Spec(list[inner.tp], st.lists(inner.nodes, max_size=3), "inside", lambda _: inner)


def variadic_tuples(inner: Spec) -> Spec:
    return Spec(tuple[inner.tp, ...], st.lists(inner.nodes, max_size=3), "inside", lambda _: inner)


def fixed_tuples(inner: list[Spec]) -> Spec:
    nodes = st.tuples(*(spec.nodes for spec in inner)).map(list)
    return Spec(
        tuple[tuple(spec.tp for spec in inner)],
        nodes,
        "inside",
        lambda index: inner[index] if isinstance(index, int) and index < len(inner) else None,
    )


def sets(inner: Spec, frozen: bool) -> Spec:
    tp = frozenset[inner.tp] if frozen else set[inner.tp]
    return Spec(tp, st.lists(inner.nodes, max_size=3), "set", lambda _: inner)


def str_dicts(inner: Spec) -> Spec:
    return Spec(dict[str, inner.tp], objects(inner.nodes), "inside", lambda _: inner)


def int_dicts(inner: Spec) -> Spec:
    keys = st.integers(-9, 99).map(str)
    return Spec(dict[int, inner.tp], objects(inner.nodes, keys), "inside", lambda _: inner)


def optionals(inner: Spec) -> Spec:
    return dataclasses.replace(inner, tp=Optional[inner.tp], nodes=st.one_of(inner.nodes, st.just(NULL)))


def unions(inner: list[Spec]) -> Spec:
    return Spec(Union[tuple(spec.tp for spec in inner)], st.one_of(*(spec.nodes for spec in inner)), "free")


NAMES = st.sampled_from(["a", "b", "title", "steps", "text", "unit_price", "größe"])
ALIASES = st.sampled_from(["a.b", "x-y", "two words", "0", "`", 'q"', "camelCase", "{", "ß", "\U0001f600"])
ALONE = ConfigDict(extra="ignore")  # else a dataclass or TypedDict takes the settings of the model around it
EXTRA_KEYS = st.sampled_from(["extra", "a.b.c", "", "[0]", "more"])


@dataclass(frozen=True)
class Member:
    """A field of a model, a dataclass or a TypedDict."""

    name: str
    key: str
    spec: Spec
    required: bool


@st.composite
def members(draw: st.DrawFn, inner: st.SearchStrategy[Spec], aliases: bool = True) -> list[Member]:
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    keys = [name if not aliases or draw(st.integers(0, 2)) else draw(ALIASES) for name in names]
    if len(set(keys)) < len(keys):
        keys = names
    return [Member(name, key, draw(inner), draw(st.integers(0, 2)) > 0) for name, key in zip(names, keys, strict=True)]


@st.composite
def objects_of(draw: st.DrawFn, found: list[Member], extra: bool) -> Obj:
    """Objects with all required members, some of the others, and extra keys where the type takes them."""
    pairs = [(member.key, draw(member.spec.nodes)) for member in found if member.required or draw(st.booleans())]
    if extra and draw(st.booleans()):
        pairs.append((draw(EXTRA_KEYS), draw(JSON_NODES)))
    return Obj(tuple(pairs))


@st.composite
def models(draw: st.DrawFn, inner: st.SearchStrategy[Spec]) -> Spec:
    found = draw(members(inner))
    extra = draw(st.sampled_from(["ignore", "allow", "forbid"]))
    fields: dict[str, Any] = {}
    for member in found:
        alias = {} if member.key == member.name else {"alias": member.key}
        default = {} if member.required else draw(st.sampled_from([{"default": DEFAULT}, {"default_factory": list}]))
        fields[member.name] = (member.spec.tp, Field(**alias, **default))
    config = ConfigDict(extra=extra, validate_by_name=draw(st.booleans()), validate_by_alias=True)
    model = create_model("Generated", __config__=config, **fields)
    by_key = {member.key: member.spec for member in found}
    rest = ANY if extra == "allow" else None
    return Spec(model, objects_of(found, extra != "forbid"), "inside", lambda key: by_key.get(key, rest), model=model)


@st.composite
def dataclass_specs(draw: st.DrawFn, inner: st.SearchStrategy[Spec]) -> Spec:
    found = draw(members(inner, aliases=False))
    fields = [
        (member.name, member.spec.tp, dataclasses.field() if member.required else dataclasses.field(default=DEFAULT))
        for member in found
    ]
    made: type = dataclasses.make_dataclass("GeneratedData", fields, kw_only=True)
    made = pydantic.with_config(ALONE)(made)
    if draw(st.booleans()):
        made = pydantic.dataclasses.dataclass(made)
    by_key = {member.key: member.spec for member in found}
    return Spec(made, objects_of(found, True), "inside", by_key.get, model=made)


@st.composite
def typed_dicts(draw: st.DrawFn, inner: st.SearchStrategy[Spec]) -> Spec:
    found = draw(members(inner, aliases=False))
    if draw(st.booleans()):
        found = [dataclasses.replace(member, required=False) for member in found]
        made = TypedDict("GeneratedDict", {member.name: member.spec.tp for member in found}, total=False)
    else:
        made = TypedDict(
            "GeneratedDict",
            {member.name: member.spec.tp if member.required else NotRequired[member.spec.tp] for member in found},
        )
    by_key = {member.key: member.spec for member in found}
    return Spec(pydantic.with_config(ALONE)(made), objects_of(found, True), "inside", by_key.get)


class Tree(BaseModel):
    name: str = DEFAULT
    size: int | None = None
    children: list[Tree] = Field(default_factory=list, alias="kids")


@pydantic.dataclasses.dataclass
class Chain:
    head: date
    tail: Chain | None = None


class Even(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: int
    note: str = ""

    @pydantic.field_validator("number")
    @classmethod
    def is_even(cls, number: int) -> int:
        if number % 2:
            raise ValueError("odd")
        return number

    @pydantic.model_validator(mode="after")
    def is_small(self) -> Even:
        if self.number > 10**6:
            raise ValueError("large")
        return self


TREE_NODES: st.SearchStrategy[Node] = st.deferred(
    lambda: st.fixed_dictionaries(
        {}, optional={"name": TEXT, "size": INT_NODES, "kids": st.lists(TREE_NODES, max_size=2)}
    ).map(lambda drawn: Obj(tuple(drawn.items())))
)
TREE = Spec(
    Tree,
    TREE_NODES,
    "inside",
    lambda key: {"name": STR, "size": Spec(int | None, INT_NODES), "kids": TREES}.get(key),  # noqa: PLW0108 # later
    model=Tree,
)
TREES = lists(TREE)
CHAIN_NODES: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(
        st.builds(lambda head: Obj((("head", head),)), _iso(st.dates(date(1970, 1, 2)))),
        st.builds(lambda tail: Obj((("head", "2024-02-29"), ("tail", tail))), st.one_of(CHAIN_NODES, st.just(NULL))),
    )
)
CHAIN = Spec(
    Chain,
    CHAIN_NODES,
    "inside",
    lambda key: {"head": Spec(date, TEXT), "tail": CHAIN_OR_NONE}.get(key),  # noqa: PLW0108 # later
    model=Chain,
)
CHAIN_OR_NONE = dataclasses.replace(CHAIN, tp=Chain | None)
EVEN = Spec(
    Even,
    st.builds(lambda number, note: Obj((("number", Raw(str(number * 2))), ("note", note))), st.integers(-99, 99), TEXT),
    "inside",
    {"number": Spec(int, INT_NODES, "free"), "note": STR}.get,
    model=Even,
)


def _compounds(inner: st.SearchStrategy[Spec]) -> st.SearchStrategy[Spec]:
    return st.one_of(
        models(inner),
        models(inner),
        inner.map(lists),
        inner.map(variadic_tuples),
        st.lists(inner, max_size=3).filter(bool).map(fixed_tuples),
        st.builds(sets, st.sampled_from(HASHABLE), st.booleans()),
        inner.map(str_dicts),
        inner.map(int_dicts),
        inner.map(optionals),
        dataclass_specs(inner),
        typed_dicts(inner),
        st.lists(inner, min_size=2, max_size=2).map(unions),
        st.sampled_from([TREE, CHAIN, EVEN, ANY]),
    )


SPECS: st.SearchStrategy[Spec] = st.recursive(st.sampled_from([*SCALARS, ANY]), _compounds, max_leaves=5)
MODELS: st.SearchStrategy[Spec] = st.one_of(models(SPECS), st.sampled_from([TREE, EVEN]))
CONTAINERS: st.SearchStrategy[Spec] = st.one_of(MODELS, _compounds(SPECS))

# ---------------------------------------------------------------------------------------------- spelling


@dataclass(frozen=True)
class Place:
    """Where a value stands in the text: from `start` to just before `end`.

    `marks[i]` is the offset at which the `i`-th character of a string has arrived, whatever its spelling.
    """

    path: tuple[str | int, ...]
    node: Node
    start: int
    end: int
    marks: tuple[int, ...] = ()

    def arrived(self, offset: int) -> str:
        """What of a string is certain when `offset` characters of the text are there."""
        return str(self.node)[: sum(mark <= offset for mark in self.marks)]

    @property
    def whole_at(self) -> int:
        """The offset at which the value is certain: a number needs the character behind it."""
        return self.end + (isinstance(self.node, Raw) and self.node.text[0] in "-" + string.digits)


SHORT = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class _Writer:
    """Writes a document. Seed 0 is the plain spelling; others vary whitespace, escapes and the order of keys."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311
        self.plain = seed == 0
        self.parts: list[str] = []
        self.length = 0
        self.places: list[Place] = []

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def space(self) -> None:
        if not self.plain and self.random.random() < 0.3:
            self.put("".join(self.random.choices(" \n\t\r", k=self.random.randint(1, 3))))

    def spell(self, character: str) -> str:
        code = ord(character)
        escape = not self.plain and self.random.random() < 0.25
        if escape and self.random.random() < 0.5 and character in SHORT:
            return SHORT[character]
        if escape or code < 0x20:
            units = character.encode("utf-16-be").hex()
            if escape and self.random.random() < 0.5:
                units = units.upper()
            return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))
        return SHORT[character] if character in '"\\' else character

    def write_string(self, text: str) -> tuple[int, ...]:
        marks = []
        self.put('"')
        for character in text:
            self.put(self.spell(character))
            marks.append(self.length)
        self.put('"')
        return tuple(marks)

    def write(self, node: Node, path: tuple[str | int, ...] = ()) -> None:
        index = len(self.places)
        self.places.append(Place(path, node, self.length, -1))
        start = self.length
        marks: tuple[int, ...] = ()
        match node:
            case str():
                marks = self.write_string(node)
            case Raw():
                self.put(node.text)
            case list():
                self.put("[")
                for number, element in enumerate(node):
                    if number:
                        self.put(",")
                    self.space()
                    self.write(element, (*path, number))
                    self.space()
                self.put("]")
            case Obj():
                pairs = list(node.pairs)
                if not self.plain and len({key for key, _ in pairs}) == len(pairs):
                    self.random.shuffle(pairs)
                self.put("{")
                for number, (key, value) in enumerate(pairs):
                    if number:
                        self.put(",")
                    self.space()
                    self.write_string(key)
                    self.space()
                    self.put(":")
                    self.space()
                    self.write(value, (*path, key))
                    self.space()
                self.put("}")
        self.places[index] = Place(path, node, start, self.length, marks)


def render(node: Node, seed: int = 0) -> tuple[str, list[Place]]:
    """Write a document; return its text and where each value stands in it."""
    writer = _Writer(seed)
    writer.write(node)
    return "".join(writer.parts), writer.places


# ---------------------------------------------------------------------------------------------- mutation


def _positions(node: Node, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    inner: list[Node] = (
        node if isinstance(node, list) else [value for _, value in node.pairs] if isinstance(node, Obj) else []
    )
    return [path, *(deep for index, value in enumerate(inner) for deep in _positions(value, (*path, index)))]


def _changed(node: Node, path: tuple[int, ...], change: Callable[[Node], Node]) -> Node:
    if not path:
        return change(node)
    index, *rest = path
    if isinstance(node, list):
        return [_changed(value, tuple(rest), change) if i == index else value for i, value in enumerate(node)]
    return Obj(
        tuple(
            (key, _changed(value, tuple(rest), change) if i == index else value)
            for i, (key, value) in enumerate(node.pairs)
        )
    )


@st.composite
def mutated(draw: st.DrawFn, node: Node) -> Node:
    """A document that was right: a value of another kind, a key too many, too few, or twice, an element dropped."""

    def change(at: Node) -> Node:
        match at:
            case Obj(pairs) if draw(st.booleans()):
                how = draw(st.sampled_from(["add", "drop", "repeat", "repeat"]))
                index = draw(st.integers(0, max(0, len(pairs) - 1)))
                if how == "add" or not pairs:
                    return Obj((*pairs, (draw(EXTRA_KEYS), draw(JSON_NODES))))
                if how == "drop":
                    return Obj(pairs[:index] + pairs[index + 1 :])
                again = draw(st.one_of(st.just(pairs[index][1]), JSON_NODES))
                first = draw(st.booleans())
                repeated = (pairs[index][0], again)
                return Obj((repeated, *pairs) if first else (*pairs, repeated))
            case list() if at and draw(st.booleans()):
                return at[:-1] if draw(st.booleans()) else [*at, draw(JSON_NODES)]
            case _:
                return draw(JSON_NODES)

    for _ in range(draw(st.integers(1, 2))):
        node = _changed(node, draw(st.sampled_from(_positions(node))), change)
    return node


# ----------------------------------------------------------------------------------------------- wrapping


@dataclass(frozen=True)
class Wrapping:
    """What stands around the JSON. With `needs_model`, what stands before it would be JSON to a laxer type."""

    name: str
    before: str
    after: str
    needs_model: bool = False

    def around(self, text: str) -> str:
        return self.before + text + self.after


WRAPPINGS: list[Wrapping] = [
    Wrapping("bare", "", ""),
    Wrapping("bare, in whitespace", " \n\t", " \r\n"),
    Wrapping("bare, words behind", "", "\n\nHope this helps! {smile} [1] `}`"),
    Wrapping("fence", "```json\n", "\n```"),
    Wrapping("fence, uppercase", "```JSON\n", "\n```\n"),
    Wrapping("fence, jsonc", "```jsonc\n", "\n```\n"),
    Wrapping("fence, json5", "```json5\n", "\n```\n"),
    Wrapping("fence, no info", "```\n", "\n```"),
    Wrapping("fence, blank before info", "``` json \n", "\n```"),
    Wrapping("fence, attributes", '```json title="a {b}.json" {.numberLines}\n', "\n```\n"),
    Wrapping("fence, four backticks", "````json\n", "\n````"),
    Wrapping("fence, tildes", "~~~json\n", "\n~~~"),
    Wrapping("fence, five tildes", "~~~~~\n", "\n~~~~~\n"),
    Wrapping("fence, indented", "  ```json\n  ", "\n  ```"),
    Wrapping("fence, CRLF", "```json\r\n", "\r\n```\r\n"),
    Wrapping("fence, never closed", "```json\n", "\n"),
    Wrapping("fence, never closed, no newline", "```json\n", ""),
    Wrapping("fence, closed on the last line", "```json\n", "```"),
    Wrapping("fence, all on the info line", "```json", "```"),
    Wrapping("fence, all on the info line, no info", "```", "```"),
    Wrapping("fence, words around", "Sure! Here it is:\n\n```json\n", "\n```\n\nAnything else? {ok}\n```py\n{}\n```\n"),
    Wrapping("thinking", '<think>a draft: {"a": 1, "number": 2} no</think>\n', "\n"),
    Wrapping("thinking, fenced draft", '<thinking>\n```json\n{"number": 2}\n```\n</thinking>\n```json\n', "\n```\n"),
    Wrapping("reasoning", "<reasoning>[1, 2] {}</reasoning>", ""),
    Wrapping("prose with braces", "I'm using {curly} and [1], it's \"so\": `{x}` {", "", True),
    Wrapping(
        "prose with a fence of another language", "First:\n```python\nx = {1: [2]}\n```\nthen\n```json\n", "\n```\n"
    ),
    Wrapping("prose, then a fence", "An object {like this}, 'quoted:\n```json\n", "\n```", True),
]


def fits(wrapping: Wrapping, spec: Spec) -> bool:
    """Whether only the JSON between can be taken for an answer of this type."""
    is_model = isinstance(spec.tp, type) and issubclass(spec.tp, BaseModel)
    return not wrapping.needs_model or (is_model and any(f.is_required() for f in spec.tp.model_fields.values()))


def prose() -> st.SearchStrategy[str]:
    """What a model might write around its answer, and worse."""
    pieces = st.sampled_from(
        [
            "{",
            "}",
            "[",
            "]",
            '"',
            "'",
            "`",
            "```",
            "~~~",
            "\n",
            "\r\n",
            " ",
            "json",
            "{curly}",
            "[1]",
            "<think>",
            "</think>",
            "<thinking>",
            "```json\n",
            "```py\n",
            "\n```\n",
            '{"a":1}',
            '{"number": 2}',
            "it's ",
            ": ",
            "\\",
            '{"number": 3, "note": "x"}',
            "true",
            "1",
            "-",
            ",",
            "<",
            "/",
            '"name"',
        ]
    )
    return st.lists(st.one_of(pieces, TEXT), max_size=12).map("".join)


# --------------------------------------------------------------------------------------------------- cases


@dataclass(frozen=True)
class Case:
    """A type and a text with a document for it, right or nearly so."""

    spec: Spec
    node: Node
    text: str
    places: list[Place]

    def __repr__(self) -> str:
        fields = getattr(self.spec.tp, "model_fields", getattr(self.spec.tp, "__annotations__", ""))
        return f"Case({self.spec.tp!r} {fields}, {self.text!r})"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        printer.text(repr(self))

    @property
    def repeats(self) -> bool:
        """Whether some object has a key twice."""
        paths = [place.path for place in self.places]
        return len(set(paths)) < len(paths)

    def known(self) -> list[tuple[Place, Spec]]:
        """The places that the type knows, with what is expected at each."""
        found = ((place, self.spec.at(place.path)) for place in self.places)
        return [(place, spec) for place, spec in found if spec is not None]


@st.composite
def cases(draw: st.DrawFn, specs: st.SearchStrategy[Spec] = CONTAINERS, valid: bool | None = True) -> Case:
    """A type with a document: one that fits, one that hardly does (`valid=False`), or either (`valid=None`)."""
    spec = draw(specs)
    node = draw(spec.nodes)
    if valid is False or (valid is None and draw(st.booleans())):
        node = draw(mutated(node))
    seed = draw(st.one_of(st.just(0), st.integers(0, 10**6)))
    return Case(spec, node, *render(node, seed))


@st.composite
def cuts(draw: st.DrawFn, text: str) -> list[str]:
    """The text in pieces, cut anywhere; some pieces may be empty."""
    points = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    return cut(text, points)


def cut(text: str, points: list[int]) -> list[str]:
    """The text in pieces, cut at these offsets."""
    edges = [0, *points, len(text)]
    return [text[a:b] for a, b in itertools.pairwise(edges)]


def adapter(tp: Any) -> TypeAdapter[Any]:
    """What pydantic makes of a type: the oracle."""
    return TypeAdapter(tp)
