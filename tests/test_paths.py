"""Path patterns: which can be read, and which paths they name."""

from __future__ import annotations

import re

import pytest

from partway._paths import Pattern
from partway.errors import UsageError, format_path

# (pattern, paths it names, paths it does not name)
MATCHES: list[tuple[str, list[tuple[str | int, ...]], list[tuple[str | int, ...]]]] = [
    ("", [()], [("",), (0,)]),
    ("steps", [("steps",)], [(), ("step",), ("Steps",), ("steps", 0), ("steps", "steps")]),
    ("steps[*]", [("steps", 0), ("steps", 12), ("steps", "0"), ("steps", "*")], [("steps",), ("steps", 0, 0)]),
    ("steps.*", [("steps", 0), ("steps", "text")], [("steps",), ("steps", 0, 0)]),
    ("steps[2]", [("steps", 2)], [("steps", 1), ("steps", "2"), ("steps", 2, "text")]),
    ("steps[10]", [("steps", 10)], [("steps", 1), ("steps", 1, 0)]),
    ("steps[*].text", [("steps", 0, "text")], [("steps", 0), ("steps", "text"), ("steps", 0, "texts")]),
    ("[*]", [(0,), (7,), ("0",)], [(), (0, 0)]),
    ("*", [(0,), ("0",)], [(), (0, 0)]),
    ("$", [()], [("$",), (0,)]),
    ("$.steps", [("steps",)], [("$", "steps"), ("$",)]),
    ("$[0]", [(0,)], [("$", 0)]),
    ("$ref", [("$ref",)], [("ref",)]),
    ("..text", [("text",), ("a", "text"), ("a", 0, "text"), ("text", "text")], [(), ("text", "a"), ("a", "texts")]),
    ("$..text", [("text",), ("a", 0, "text")], [(), ("text", 0)]),
    ("a..b", [("a", "b"), ("a", 0, "b"), ("a", "b", "b")], [("b",), ("a",), ("a", "b", "c"), ("c", "a", "b")]),
    ("..[*]", [(0,), ("a",), ("a", 0, "b")], [()]),
    ("..*", [(0,), ("a",), ("a", 0, "b")], [()]),
    ("a..[1]", [("a", 1), ("a", 0, 1), ("a", 1, 1)], [("a", 0), (1,), ("a", 1, 0)]),
    ("..a..b", [("a", "b"), ("x", "a", "y", "b"), ("a", "a", "b", "b")], [("a",), ("b", "a"), ("x", "b")]),
    ("..a[*].b", [("a", 0, "b"), ("a", "a", 1, "b")], [("a", "b"), ("a", 0, 1, "b")]),
    ("[*][0]", [(3, 0)], [(3,), (3, 1)]),
    ("[0].a.b", [(0, "a", "b")], [(0, "a.b"), (0, "a")]),
    ('["a.b"].c', [("a.b", "c")], [("a", "b", "c")]),
    ('a["b"]', [("a", "b")], [("a", '"b"')]),
    ('["a"]["b"][*]', [("a", "b", 1)], [("a", "b")]),
    ('[""]', [("",)], [()]),
    ('["2"]', [("2",)], [(2,)]),
    ('["*"]', [("*",)], [(0,)]),
    ("['a.b']['c']", [("a.b", "c")], [("a", "b", "c")]),
    (r"""['it\'s \\ "\u00e9"']""", [('it\'s \\ "é"',)], [("its",)]),
    ("['\"']", [('"',)], [('\\"',)]),
    (r'["\"\\\/\n\u00e9"]', [('"\\/\né',)], [('"\\/\ne',)]),
    ('["[*]"]', [("[*]",)], [(0,)]),
    ("2", [("2",)], [(2,)]),
    ("key-with-dash.$ref", [("key-with-dash", "$ref")], [("key",)]),
    ("größe.名前", [("größe", "名前")], [("grosse", "名前")]),
]

# (pattern, column of what cannot be read)
UNREADABLE = [
    (".", 1),
    (".steps", 1),
    ("steps.", 6),
    ("steps...text", 6),
    ("steps..", 6),
    ("..", 1),
    ("$.", 2),
    ("steps[1,2]", 6),
    ("steps[?@.a]", 6),
    ("steps[01]", 6),
    ("steps.[0]", 6),
    ("steps[", 6),
    ("steps[]", 6),
    ("steps[-1]", 6),
    ("steps[0:2]", 6),
    ("steps[text]", 6),
    ("steps['text]", 6),
    ("steps[0]text", 9),
    ("steps[*]text", 9),
    ('["a"]b', 6),
    ("steps]", 6),
    ("steps*", 6),
    ("steps text", 6),
    (" steps", 1),
    ("steps ", 6),
    ('["a]', 1),
    ('["a"', 1),
    ('["a"b"]', 1),
    (r'["\x"]', 1),
    (r'["\u12"]', 1),
    ('["a\nb"]', 1),
]


@pytest.mark.parametrize(("pattern", "named", "others"), MATCHES, ids=[row[0] for row in MATCHES])
def test_a_pattern_names_its_paths_and_no_others(pattern, named, others):
    compiled = Pattern(pattern)
    assert [path for path in named if not compiled.matches(path)] == []
    assert [path for path in others if compiled.matches(path)] == []


@pytest.mark.parametrize(("pattern", "column"), UNREADABLE)
def test_what_cannot_be_read_is_shown_with_its_column(pattern, column):
    words = f"cannot read the path {pattern!r} at column {column}: it takes names, [0], [*], .. and ['quoted names']"
    with pytest.raises(UsageError, match=re.escape(words)):
        Pattern(pattern)


@pytest.mark.parametrize("path", [(), ("a",), ("a", 0, "b"), (0, 1), ("a.b", "c d", ""), ("2", 2), ("größe", "[*]")])
def test_a_path_as_errors_write_it_is_a_pattern_that_names_it(path):
    assert Pattern(format_path(path)).matches(path)
