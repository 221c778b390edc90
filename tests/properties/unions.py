"""Unions of every style, markers at every place, and documents that fit them, nearly fit them, or do not.

Members share few names and few values, so that most documents could be several of them for a while.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from datetime import date
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, Optional, Union
from uuid import UUID

import pydantic
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    WrapValidator,
    create_model,
    model_validator,
)
from strategies import DEFAULT, JSON_NODES, NULL, Case, Node, Obj, Raw, Spec, mutated, render
from typing_extensions import TypedDict

from partway import Gate, Whole

if TYPE_CHECKING:
    from collections.abc import Callable

# --------------------------------------------------------------------------------------------------- fields


class Choice(Enum):
    A = "a"
    AB = "ab"
    X = "x"


def not_bad(value: Any) -> Any:
    """A check that a string or number may fail."""
    if value in ("bad", 13):
        raise ValueError("bad")
    return value


def unwrap(value: Any) -> Any:
    """Takes raw data of more kinds than the type does."""
    return value["a"] if isinstance(value, dict) and "a" in value else value


def try_it(value: Any, handler: Any) -> Any:
    """Lets the type say, and then has a say."""
    return not_bad(handler(value))


WORDS = st.sampled_from(["", "a", "ab", "abc", "x", "bad", "cat", "dog", "2024-02-29", "1", 'é\\"', "null"])
NUMBERS = st.sampled_from([Raw("1"), Raw("2"), Raw("13"), Raw("1.0"), Raw("-5"), Raw("1e2")])
UUIDS = st.uuids().map(str)
DATES = st.sampled_from(["2024-02-29", "1999-12-31"])

ATOMS: list[tuple[Any, st.SearchStrategy[Node]]] = [
    (str, WORDS),
    (str, WORDS),
    (int, NUMBERS),
    (bool, st.sampled_from([Raw("true"), Raw("false")])),
    (date, DATES),
    (Choice, st.sampled_from(["a", "ab", "x"])),
    (Literal["a", "ab"], st.sampled_from(["a", "ab"])),
    (Literal["x"], st.just("x")),
    (Literal["auto"] | str, st.one_of(st.just("auto"), WORDS)),
    (Literal[1, 2], st.sampled_from([Raw("1"), Raw("2")])),
    (int | str, st.one_of(NUMBERS, WORDS)),
    (str | UUID | None, st.one_of(WORDS, UUIDS)),
    (int | str | UUID, st.one_of(NUMBERS, WORDS, UUIDS)),
    (str | None, st.one_of(WORDS, st.just(NULL))),
    (float | None, st.one_of(NUMBERS, st.just(NULL))),
    (Annotated[Literal["a", "ab", "b"], Whole(prefix=True)], st.sampled_from(["a", "ab", "b"])),
    (Annotated[Choice, Whole(prefix=True)], st.sampled_from(["a", "ab", "x"])),
    (Annotated[Choice | None, Whole(prefix=True)], st.sampled_from(["a", "ab", "x", NULL])),
    (Annotated[str, Whole()], WORDS),
    (Annotated[str, AfterValidator(not_bad)], WORDS),
    (Annotated[int, BeforeValidator(unwrap)], NUMBERS),
    (Annotated[str, WrapValidator(try_it)], WORDS),
    (Annotated[Any, PlainValidator(not_bad)], st.one_of(WORDS, NUMBERS)),
    (Annotated[str, Field(max_length=2)], WORDS),
    (Any, JSON_NODES),
]
CONTAINERS: list[tuple[Any, st.SearchStrategy[Node]]] = [
    (list[int], st.lists(NUMBERS, max_size=3)),
    (list[str], st.lists(WORDS, max_size=3)),
    (Annotated[list[str], Whole()], st.lists(WORDS, max_size=3)),
    (list[int] | list[str], st.one_of(st.lists(NUMBERS, max_size=3), st.lists(WORDS, max_size=3))),
    (list[int] | str | None, st.one_of(st.lists(NUMBERS, max_size=3), WORDS, st.just(NULL))),
    (set[str], st.lists(WORDS, max_size=3)),
    (tuple[int, str], st.tuples(NUMBERS, WORDS).map(list)),
    (tuple[str, ...], st.lists(WORDS, max_size=3)),
    (dict[str, int], st.dictionaries(WORDS, NUMBERS, max_size=3).map(lambda d: Obj(tuple(d.items())))),
    (dict[str, Any], st.dictionaries(WORDS, JSON_NODES, max_size=3).map(lambda d: Obj(tuple(d.items())))),
    (Annotated[list[int], Field(min_length=1)], st.lists(NUMBERS, max_size=3)),
    (Annotated[list[int], AfterValidator(not_bad)], st.lists(NUMBERS, max_size=3)),
    (Annotated[list[int], BeforeValidator(unwrap)], st.lists(NUMBERS, max_size=3)),
]
LEAVES: list[Spec] = [Spec(tp, nodes, "free") for tp, nodes in ATOMS + CONTAINERS]
LEAF = st.sampled_from(LEAVES)

# -------------------------------------------------------------------------------------------------- members

NAMES = ["a", "b", "the_kind", "items"]


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


CONFIGS = [ConfigDict(), ConfigDict(alias_generator=camel), ConfigDict(alias_generator=AliasGenerator(alias=camel))]


class Checks(BaseModel):
    """A base with a validator of the whole object that may refuse it."""

    @model_validator(mode="after")
    def check(self) -> Any:
        not_bad(getattr(self, "a", None))
        return self


class Sees(BaseModel):
    """A base with a validator that sees the raw data."""

    @model_validator(mode="before")
    @classmethod
    def see(cls, data: Any) -> Any:
        return data


class Around(BaseModel):
    """A base with a validator around the object."""

    @model_validator(mode="wrap")
    @classmethod
    def around(cls, data: Any, handler: Any) -> Any:
        return handler(data)


@st.composite
def marked(draw: st.DrawFn, spec: Spec, gate: bool = True) -> Spec:
    """The same type with a marker, sometimes."""
    marker = draw(st.sampled_from([None, None, None, None, None, Whole(), Gate() if gate else None]))
    if marker is None:
        return spec
    return dataclasses.replace(spec, tp=Annotated[spec.tp, marker])


@st.composite
def fields(
    draw: st.DrawFn, inner: st.SearchStrategy[Spec], without: tuple[str, ...] = ()
) -> list[tuple[str, Spec, bool]]:
    """Names, types, and whether they are required."""
    names = draw(st.lists(st.sampled_from([n for n in NAMES if n not in without]), max_size=3, unique=True))
    return [(name, draw(marked(draw(inner))), draw(st.booleans())) for name in names]


@st.composite
def documents_of(draw: st.DrawFn, found: list[tuple[str, st.SearchStrategy[Node], bool]], extra: bool) -> Obj:
    """Objects with keys in any order, so that a tag may stand last."""
    pairs = [(key, draw(nodes)) for key, nodes, required in found if required or draw(st.booleans())]
    if extra and draw(st.integers(0, 3)) == 0:
        pairs.append((draw(st.sampled_from(["b", "more", "the_kind"])), draw(JSON_NODES)))
    if len({key for key, _ in pairs}) < len(pairs):
        pairs = list(dict(pairs).items())
    return Obj(tuple(draw(st.permutations(pairs))))


@st.composite
def models(
    draw: st.DrawFn,
    inner: st.SearchStrategy[Spec],
    config: ConfigDict | None = None,
    tag: tuple[Any, st.SearchStrategy[Node]] | None = None,
) -> Spec:
    """A model; with `tag`, the type of its field `the_kind`."""
    config = draw(st.sampled_from(CONFIGS)) if config is None else config
    extra: Any = draw(st.sampled_from(["ignore", "forbid", "allow"]))
    found = draw(fields(inner, () if tag is None else ("the_kind",)))
    made: dict[str, Any] = {
        name: spec.tp if required else (spec.tp, draw(st.sampled_from([DEFAULT, Field(default_factory=list)])))
        for name, spec, required in found
    }
    if tag is not None:
        found = [*found, ("the_kind", Spec(*tag, "free"), True)]
        made["the_kind"] = tag[0]
    base = draw(st.sampled_from([BaseModel, BaseModel, BaseModel, Checks, Sees, Around]))
    number = next(_COUNT)
    model = create_model(
        f"M{number}",
        __base__=type(f"C{number}", (base,), {"model_config": {**config, "extra": extra}, "__module__": __name__}),
        **made,
    )
    aliased = "alias_generator" in config
    keys = [(camel(name) if aliased else name, spec.nodes, required) for name, spec, required in found]
    return Spec(model, documents_of(keys, extra != "forbid"), "free", model=model)


_COUNT = itertools.count()


@st.composite
def dataclass_specs(draw: st.DrawFn, inner: st.SearchStrategy[Spec]) -> Spec:
    found = draw(fields(inner))
    made: type = dataclasses.make_dataclass(
        f"D{next(_COUNT)}",
        [
            (name, spec.tp, dataclasses.field() if required else dataclasses.field(default=DEFAULT))
            for name, spec, required in found
        ],
        kw_only=True,
    )
    extra: Any = draw(st.sampled_from(["ignore", "forbid"]))
    made = pydantic.with_config(ConfigDict(extra=extra))(made)
    if draw(st.booleans()):
        made = pydantic.dataclasses.dataclass(made)
    return Spec(made, documents_of([(n, s.nodes, r) for n, s, r in found], extra != "forbid"), "free", model=made)


@st.composite
def typed_dicts(draw: st.DrawFn, inner: st.SearchStrategy[Spec]) -> Spec:
    found = draw(fields(inner))
    made = TypedDict(  # type: ignore[misc]
        f"T{next(_COUNT)}", {name: spec.tp if required else NotRequired[spec.tp] for name, spec, required in found}
    )
    extra: Any = draw(st.sampled_from(["ignore", "forbid", "allow"]))
    made = pydantic.with_config(ConfigDict(extra=extra))(made)
    return Spec(made, documents_of([(n, s.nodes, r) for n, s, r in found], extra != "forbid"), "free")


# -------------------------------------------------------------------------------------------------- unions


class Kind(str, Enum):  # noqa: UP042 # as many still write it
    CAT = "cat"
    DOG = "dog"
    FOX = "fox"
    COW = "cow"


class Number(IntEnum):
    ONE = 1
    TWO = 2
    THREE = 3
    FOUR = 4


def _text(tag: Any) -> Node:
    tag = tag.value if isinstance(tag, Enum) else tag
    return tag if isinstance(tag, str) else Raw(str(tag))


class Other(Enum):
    """Its members equal nothing in JSON, and pydantic refuses them there."""

    CAT = "cat"
    DOG = "dog"
    FOX = "fox"


TAGS: list[list[Any]] = [
    ["cat", "dog", "fox", "cow"],
    ["a", "ab", "abc", ""],
    list(Kind),
    list(Number),
    list(Other),
    [1, 2, 3, 4],
    ["1", 1, "2", 2],
]


def choices(members: list[Spec]) -> st.SearchStrategy[Node]:
    return st.one_of(*(member.nodes for member in members))


@st.composite
def tagged(draw: st.DrawFn, inner: st.SearchStrategy[Spec], depth: int = 0) -> Spec:
    """A discriminated union of models; some of its members are unions that are discriminated again."""
    config = draw(st.sampled_from(CONFIGS))
    tags = draw(st.sampled_from(TAGS))
    rest = list(tags)
    found: list[Spec] = []
    for _ in range(draw(st.integers(1, 3))):
        mine = [rest.pop(0) for _ in range(draw(st.integers(1, 2))) if rest]
        if mine:
            kind: Any = Literal[tuple(mine)]
            if draw(st.integers(0, 5)) == 0:
                kind = Annotated[kind, Whole(prefix=True)] if all(isinstance(_text(one), str) for one in mine) else kind
            if draw(st.integers(0, 5)) == 0:
                kind = Annotated[kind, Gate()]
            found.append(draw(models(inner, config, (kind, st.sampled_from(list(map(_text, mine)))))))
    if depth == 0 and len(found) > 2 and draw(st.booleans()):
        first = Annotated[Union[tuple(spec.tp for spec in found[:2])], Field(discriminator="the_kind")]
        pair = Spec(first, choices(found[:2]), "free")
        found = [pair, *found[2:]]
    wrapped = [member.tp for member in found]
    wrong = st.sampled_from([*map(_text, tags), "unknown", NULL, Raw("1.0"), Raw("true"), Raw("1")])
    nodes = st.one_of(choices(found), choices(found), st.builds(_retagged, choices(found), wrong))
    if draw(st.integers(0, 5)) == 0:
        nodes = st.one_of(nodes, st.just(NULL))
        wrapped.append(None)
        tp: Any = Optional[Annotated[Union[tuple(m.tp for m in found)], Field(discriminator="the_kind")]]
        return Spec(tp, nodes, "free")
    return Spec(Annotated[Union[tuple(wrapped)], Field(discriminator="the_kind")], nodes, "free")


def _retagged(node: Node, tag: Node) -> Node:
    if not isinstance(node, Obj):
        return node
    return Obj(tuple((key, tag if key in ("the_kind", "theKind") else value) for key, value in node.pairs))


def _attribute(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else getattr(value, key, None)


def by_one_key(value: Any) -> Any:
    return "one" if _attribute(value, "a") == "a" else "two"


def by_two_keys(value: Any) -> Any:
    return "one" if _attribute(value, "a") or _attribute(value, "b") else "two"


def by_presence(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    if "a" in value:
        return "one"
    return "two" if "items" in value else "three"


def by_nested_key(value: Any) -> Any:
    return {"1": "one", "2": "two"}.get(str(value["items"]["a"]), "three")


def by_all_keys(value: Any) -> Any:
    return "one" if sorted(value) == ["a"] else "two" if len(value) < 3 else None


def by_values(value: Any) -> Any:
    return ["one", "two", "three", None][sum(isinstance(one, str) for one in value.values()) % 4]


def that_raises(value: Any) -> Any:
    return {"x": "one", "ab": "two"}[value["b"]]


def that_catches(value: Any) -> Any:
    try:
        return "one" if value["b"] == "x" else "two"
    except BaseException:  # noqa: BLE001 # that is the point
        return "three"


def by_copy(value: Any) -> Any:
    known = dict(value) if isinstance(value, dict) else {}
    return "one" if known.get("a") else "two"


def by_kind(value: Any) -> Any:
    if isinstance(value, str):
        return "one"
    if isinstance(value, list):
        return "two"
    return "three" if isinstance(value, dict) and value else None


def by_pattern(value: Any) -> Any:
    match value:
        case {"a": "x"}:
            return "one"
        case {"b": _, **rest}:
            return "two" if rest else "three"
        case _:
            return "three"


class ConfusedError(Exception):
    """A discriminator's own error: pydantic lets it through, and so does partway."""


def confusing(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same function, whose errors can be told from those of anybody else."""

    @functools.wraps(function)
    def told_apart(value: Any) -> Any:
        try:
            return function(value)
        except Exception as error:
            raise ConfusedError from error

    return told_apart


FUNCTIONS: list[Callable[[Any], Any]] = [
    by_one_key,
    by_two_keys,
    by_presence,
    by_nested_key,
    by_all_keys,
    by_values,
    that_raises,
    that_catches,
    by_copy,
    by_kind,
    by_pattern,
]


@st.composite
def told(draw: st.DrawFn, inner: st.SearchStrategy[Spec]) -> Spec:
    """A union whose member a function tells."""
    found = draw(st.lists(st.one_of(models(inner), models(inner), LEAF), min_size=2, max_size=3))
    function = confusing(draw(st.sampled_from(FUNCTIONS)))
    labelled = [Annotated[member.tp, Tag(tag)] for member, tag in zip(found, ["one", "two", "three"], strict=False)]
    return Spec(Annotated[Union[tuple(labelled)], Discriminator(function)], choices(found), "free")


@st.composite
def plain(draw: st.DrawFn, inner: st.SearchStrategy[Spec]) -> Spec:
    """A union without a discriminator."""
    found = draw(
        st.lists(st.one_of(models(inner), members(inner)), min_size=2, max_size=3, unique_by=lambda one: repr(one.tp))
    )
    found = [draw(marked(one, gate=False)) for one in found]
    nodes = choices(found)
    if draw(st.integers(0, 3)) == 0:
        return Spec(Annotated[Union[tuple(one.tp for one in found)], Field(union_mode="left_to_right")], nodes, "free")
    tps = [one.tp for one in found]
    if draw(st.integers(0, 3)) == 0:
        tps.append(None)
        nodes = st.one_of(nodes, nodes, st.just(NULL))
    return Spec(Union[tuple(tps)], nodes, "free")


def members(inner: st.SearchStrategy[Spec]) -> st.SearchStrategy[Spec]:
    return st.one_of(models(inner), dataclass_specs(inner), typed_dicts(inner), LEAF)


def any_union(inner: st.SearchStrategy[Spec]) -> st.SearchStrategy[Spec]:
    return st.one_of(tagged(inner), told(inner), plain(inner), plain(inner))


def _lists(spec: Spec) -> Spec:
    return Spec(list[spec.tp], st.lists(spec.nodes, max_size=3), "free")


def _dicts(spec: Spec) -> Spec:
    keys = st.sampled_from(["a", "b", "x"])
    nodes = st.dictionaries(keys, spec.nodes, max_size=2).map(lambda found: Obj(tuple(found.items())))
    return Spec(dict[str, spec.tp], nodes, "free")


def _after(spec: Spec) -> Spec:
    return Spec(Annotated[spec.tp, AfterValidator(_same)], spec.nodes, "free")


def _same(value: Any) -> Any:
    return value


def around(spec: Spec) -> st.SearchStrategy[Spec]:
    """Something in which a union stands."""
    return st.one_of(
        st.just(spec),
        st.just(_lists(spec)),
        st.just(_lists(spec)),
        st.just(_dicts(spec)),
        st.just(_after(spec)),
        models(st.just(spec)),
        dataclass_specs(st.just(spec)),
        typed_dicts(st.just(spec)),
    )


FLAT = any_union(LEAF).flatmap(around)
CALM = st.one_of(tagged(LEAF), plain(LEAF)).flatmap(around)
"""Unions in which no code of the user's raises what pydantic does not catch."""
DEEP = any_union(st.one_of(LEAF, FLAT)).flatmap(around)
UNIONS = st.one_of(FLAT, FLAT, DEEP)

# ----------------------------------------------------------------------------------------------- recursion


class Leaf(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["leaf"]
    text: str


class Branch(BaseModel):
    kind: Literal["branch"]
    parts: list[Annotated[Leaf | Branch, Field(discriminator="kind")]] = []
    title: Annotated[str, Gate()] = ""


class Sum(BaseModel):
    model_config = ConfigDict(extra="forbid")
    left: Expression
    right: Expression


class Negation(BaseModel):
    model_config = ConfigDict(extra="forbid")
    minus: Expression


Expression = Sum | Negation | int | Literal["x", "y"]
Sum.model_rebuild()
Negation.model_rebuild()


def _objects(**nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Obj]:
    return (
        st.fixed_dictionaries(nodes)
        .flatmap(lambda drawn: st.permutations(list(drawn.items())))
        .map(lambda pairs: Obj(tuple(pairs)))
    )


TREE_NODES: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(
        _objects(kind=st.just("leaf"), text=WORDS),
        _objects(kind=st.just("branch"), parts=st.lists(TREE_NODES, max_size=2), title=WORDS),
        _objects(kind=st.just("branch"), parts=st.lists(TREE_NODES, max_size=2)),
    )
)
SUM_NODES: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(
        NUMBERS, st.sampled_from(["x", "y"]), _objects(left=SUM_NODES, right=SUM_NODES), _objects(minus=SUM_NODES)
    )
)
RECURSIVE = st.sampled_from(
    [
        Spec(Annotated[Leaf | Branch, Field(discriminator="kind")], TREE_NODES, "free"),
        Spec(Leaf | Branch, TREE_NODES, "free"),
        Spec(list[Expression], st.lists(SUM_NODES, max_size=2), "free"),
        Spec(Expression, SUM_NODES, "free"),
    ]
)


@st.composite
def union_cases(draw: st.DrawFn, specs: st.SearchStrategy[Spec] = UNIONS, repeats: bool = True) -> Case:
    """A type with a union, and a document that fits it or hardly does."""
    spec = draw(specs)
    node = draw(spec.nodes)
    if draw(st.integers(0, 2)) == 0:
        node = draw(mutated(node))
    seed = draw(st.sampled_from([0, 0, 1, 2, 3]))
    case = Case(spec, node, *render(node, seed))
    if not repeats and case.repeats:
        node = _once(node)
        case = Case(spec, node, *render(node, seed))
    return case


def _once(node: Node) -> Node:
    """The same document without repeated keys."""
    match node:
        case list():
            return [_once(one) for one in node]
        case Obj(pairs):
            return Obj(tuple((key, _once(value)) for key, value in dict(pairs).items()))
        case _:
            return node
