"""JSONPaths of one place, as they say where a piece of a tool call's arguments stands."""

from __future__ import annotations

import pytest

from partway.providers._json_paths import path_of


@pytest.mark.parametrize(("text", "path"), [
    ("$", ()),
    ("$.a", ("a",)),
    ("$.a.b[4]", ("a", "b", 4)),
    ("$.recipe.ingredients[10].amount", ("recipe", "ingredients", 10, "amount")),
    ("$[0][1]", (0, 1)),
    ("$.with-dash.und_er.é", ("with-dash", "und_er", "é")),
    ("$['a']['b c'][0]", ("a", "b c", 0)),
    ('$["b c"].d', ("b c", "d")),
    ("$['a.b']['[0]']['$']", ("a.b", "[0]", "$")),
    ("$['']", ("",)),
    ("$['0'][0]", ("0", 0)),
    (r"$['it\'s']", ("it's",)),
    (r"$['back\\slash']", ("back\\slash",)),
    (r"$['\\\'']", ("\\'",)),
    ("$['a\"b']", ('a"b',)),
    (r'$["a\"b"]', ('a"b',)),
    ("$[\"it's\"]", ("it's",)),
    (r"$['\n\u000b\u2028']", ("\n\x0b\u2028",)),
    (r"$['\ud83d\ude00']", ("\N{GRINNING FACE}",)),
    ("a.b", None),
    ("$.a b", ("a b",)),
    ("$..a", None),
    ("$.", None),
    ("$.a[*]", None),
    ("$.a[-1]", None),
    ("$.a[1:2]", None),
    ("$.a[?@.b]", None),
    ("$['a','b']", None),
    ("$['a", None),
    ("$['a\\q']", None),
    ("$[0", None),
    ("$a", None),
])  # fmt: skip
def test_a_path_is_read(text, path):
    if path is None:
        with pytest.raises(ValueError):  # noqa: PT011  # JSON's own, for an escape
            path_of(text)
    else:
        assert path_of(text) == path
