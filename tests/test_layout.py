"""Lines as formatters lay them out; `test_stubs.py` has ruff look at whole modules."""

from __future__ import annotations

import pytest

from partway._expressions import Alternatives, Imported, Subscript
from partway._layout import Layout, import_blocks

INT = Imported("builtins", "int")


def named(length):
    return Imported("m", "n" * length)


def field(part, default=" = None"):
    return Layout(lambda leaf: leaf.name).field("f", part, default)


FIELDS = {
    "it fits": (named(106), [f"    f: {'n' * 106} = None"]),
    "the default is on a line of its own": (named(107), [f"    f: {'n' * 107} = (", "        None", "    )"]),
    "nothing can be broken": (named(111), [f"    f: {'n' * 111} = None"]),
    "a subscript": (
        Subscript(named(60), (named(40), named(5))),
        [f"    f: {'n' * 60}[{'n' * 40}, {'n' * 5}] = (", "        None", "    )"],
    ),
    "a union": (
        Alternatives((named(60), named(60))),
        ["    f: (", f"        {'n' * 60}", f"        | {'n' * 60}", "    ) = None"],
    ),
    "a subscript in a union": (
        Alternatives((Subscript(INT, (named(70), named(70))), "None")),
        [
            "    f: (",
            "        int[",
            f"            {'n' * 70},",
            f"            {'n' * 70},",
            "        ]",
            "        | None",
            "    ) = None",
        ],
    ),
}


@pytest.mark.parametrize(("part", "lines"), FIELDS.values(), ids=FIELDS)
def test_a_field_is_broken_where_formatters_break_it(part, lines):
    assert field(part) == lines


def test_a_key_of_a_dict_is_broken_inside_its_brackets():
    laid = Layout(lambda leaf: leaf.name).laid(Subscript(INT, (named(105),)), 8, '"k": ', ",")
    assert laid == ['        "k": int[', f"            {'n' * 105}", "        ],"]


IMPORTS = {
    "builtins that keep their names are none": ({"builtins": {"int": "int"}}, []),
    "one that does not": ({"builtins": {"int": "int_"}}, ["from builtins import int as int_"]),
    "sections": (
        {"mine": {"A": "A"}, "pydantic": {"BaseModel": "BaseModel"}, "enum": {"Enum": "Enum"}},
        ["from enum import Enum", "from pydantic import BaseModel", "from mine import A"],
    ),
    "constants, classes, the rest, and numbers as people count": (
        {"m10": {"f": "f", "Bag10": "Bag10", "Bag9": "Bag9", "C_D": "C_D"}, "m9": {"X": "X"}},
        ["from m9 import X\nfrom m10 import C_D, Bag9, Bag10, f"],
    ),
    "what has another name here has a line of its own": (
        {"m": {"A": "MA", "B": "B", "C": "C"}},
        ["from m import A as MA\nfrom m import B, C"],
    ),
    "a long line": (
        {"m": {"A" * 60: "A" * 60, "B" * 60: "B" * 60}},
        [f"from m import (\n    {'A' * 60},\n    {'B' * 60},\n)"],
    ),
}


@pytest.mark.parametrize(("imports", "blocks"), IMPORTS.values(), ids=IMPORTS)
def test_imports_are_sorted(imports, blocks):
    assert list(import_blocks(imports)) == blocks
