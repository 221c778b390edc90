"""Which classes are to be written for a type, in which order, and what may be open in them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Optional

import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypeAliasType, TypedDict

from partway._expressions import ANY, Alternatives, Imported, Stub, Subscript
from partway._stub_walk import Walk


class Leaf(BaseModel, frozen=True):
    x: int


class Tree(BaseModel):
    left: Tree | None
    leaf: Leaf


class Odd:
    pass


class WithOdd(BaseModel, arbitrary_types_allowed=True):
    odd: list[Odd]


class Keys(TypedDict):
    leaf: Leaf


def of(name, module="builtins"):
    return Imported(module, name)


def names(walk):
    return [found.cls for found in walk.stubs]


Numbers = TypeAliasType("Numbers", "list[int] | dict[str, Numbers]")
Pair = TypeAliasType("Pair", tuple[int, Leaf])

NONE, INT, STR = "None", of("int"), of("str")
LEAF = of("Leaf", __name__)
FULL, OPEN = Walk().expression(Leaf, is_open=False), Walk().expression(Leaf)
WRITTEN = {
    "a model": (Leaf, OPEN),
    "anything": (object, ANY),
    "a union": (Optional[Leaf], Alternatives((*OPEN.parts, NONE))),
    "a list of models": (list[Leaf], Subscript(of("list"), (OPEN,))),
    "values of a dict, not keys": (dict[Leaf, Leaf], Subscript(of("dict"), (FULL, OPEN))),
    "a set": (set[Leaf], Subscript(of("set"), (FULL,))),
    "a tuple grows": (tuple[int, str], Subscript(of("tuple"), (Alternatives((INT, STR)), "..."))),
    "a tuple in a set does not": (set[tuple[int, str]], Subscript(of("set"), (Subscript(of("tuple"), (INT, STR)),))),
    "an annotation": (Annotated[int, Field(gt=0)], INT),
    "a literal": (Literal["a"], Subscript(of("Literal", "typing"), ('"a"',))),
    "a named type": (Pair, Subscript(of("tuple"), (Alternatives((INT, *OPEN.parts)), "..."))),
    "a named type that refers to itself": (Numbers, of("Numbers", __name__)),
    "bare containers": (dict, Subscript(of("dict"), (ANY, ANY))),
}


@pytest.mark.parametrize(("annotation", "expression"), WRITTEN.values(), ids=WRITTEN)
def test_what_is_written_for_an_annotation(annotation, expression):
    assert Walk().expression(annotation) == expression


def test_what_is_open_is_a_whole_one_or_what_is_written_for_it():
    assert FULL == LEAF
    assert isinstance(OPEN, Alternatives)
    assert OPEN.parts[0] == LEAF
    assert isinstance(OPEN.parts[1], Stub)


def test_a_class_is_met_once_and_after_those_that_it_names():
    walk = Walk()
    walk.expression(list[Tree] | dict[str, Keys] | Any)
    assert names(walk) == [Leaf, Tree, Keys]
    tree = list(walk.stubs.values())[1]
    assert {found.cls for found in tree.stubs()} == {Leaf, Tree}


def test_what_is_always_whole_needs_no_class():
    walk = Walk()
    walk.expression(set[Leaf])
    assert names(walk) == []


def test_a_class_that_pydantic_does_not_know_is_noticed():
    walk = Walk()
    walk.expression(WithOdd)
    walk.expression(Tree)
    assert [(stub.of.cls, stub.arbitrary) for stub in walk.stubs.values()] == [
        (WithOdd, True),
        (Leaf, False),
        (Tree, False),
    ]
