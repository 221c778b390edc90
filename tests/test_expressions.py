"""What is written where a type stands, before the names are chosen."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from enum import Enum

import pytest
from pydantic import JsonValue, RootModel

from partway._expressions import ANY, Alternatives, Imported, Subscript, either, imported, leaves, literal, quoted
from partway.errors import UsageError

INT, STR = Imported("builtins", "int"), Imported("builtins", "str")
LIST = Imported("builtins", "list")


class Outer:
    class Color(Enum):
        RED = "red"


class Renamed:
    pass


Renamed.__qualname__ = "Other"

UNIONS = {
    "one": ([INT], INT),
    "each once": ([INT, STR, INT], Alternatives((INT, STR))),
    "null is last": (["None", INT, "None", STR], Alternatives((INT, STR, "None"))),
    "flat": ([Alternatives((INT, "None")), STR], Alternatives((INT, STR, "None"))),
    "anything swallows the rest": ([INT, ANY, "None"], ANY),
    "equal ones that were made apart": ([Subscript(LIST, (INT,)), Subscript(LIST, (INT,))], Subscript(LIST, (INT,))),
}


@pytest.mark.parametrize(("parts", "union"), UNIONS.values(), ids=UNIONS)
def test_a_union_has_each_member_once(parts, union):
    assert either(parts) == union


def test_the_names_in_an_expression():
    expression = Alternatives((Subscript(LIST, (Alternatives((INT, STR)), "...")), "None", INT))
    assert list(leaves(expression)) == [LIST, INT, STR, INT]


WHERE = {
    "a class": (date, "date", Imported("datetime", "date")),
    "a class in a class": (Outer.Color, "Outer.Color", Imported(__name__, "Outer", ("Color",))),
    "what pydantic has at its top": (RootModel, "RootModel", Imported("pydantic", "RootModel")),
    "a name that is no class": (JsonValue, "JsonValue", Imported("pydantic", "JsonValue")),
    "the name of a class in C": (
        OrderedDict,
        "OrderedDict",
        Imported("collections", "OrderedDict"),
    ),
}


@pytest.mark.parametrize(("value", "qualname", "where"), WHERE.values(), ids=WHERE)
def test_where_a_class_is_imported_from(value, qualname, where):
    assert imported(value, qualname) == where


@pytest.mark.parametrize("value", [Renamed, type("InNoModule", (), {})])
def test_what_cannot_be_imported_is_refused(value):
    with pytest.raises(UsageError, match=rf"^{value.__qualname__} cannot be imported from {__name__}: define it"):
        imported(value, value.__qualname__)


def test_literals():
    values = ["a", b'\xff"', True, -1, None, Outer.Color.RED]
    color = Imported(__name__, "Outer", ("Color", "RED"))
    assert [literal(value) for value in values] == ['"a"', "b'ÿ\"'", "True", "-1", "None", color]


@pytest.mark.parametrize("text", ["a", 'a"b', "a'b", "a'b\"c", "\\'", "\\", 'a\n"', "\u00e9\x00", "''\""])
def test_quoted_strings_are_read_back(text):
    assert eval(quoted(text)) == text  # noqa: S307  # our own
