"""Whatever the value, what goes over the wire is JSON, in one line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from partway.patches._json import dumps

WRITTEN: list[tuple[Any, str]] = [
    ("ab", '"ab"'),
    ('q"\\\n\r\u2028\x00', '"q\\"\\\\\\n\\r\u2028\\u0000"'),
    ("größe 😀", '"größe 😀"'),
    ({"a": [1, 2.5, None, True]}, '{"a":[1,2.5,null,true]}'),
    (float("inf"), "null"),
    ({"a": [float("nan"), {"b": -float("inf")}, "x"], "c": (1,)}, '{"a":[null,{"b":null},"x"],"c":[1]}'),
]


@pytest.mark.parametrize(("value", "text"), WRITTEN)
def test_a_value_is_written_short(value: Any, text: str):
    assert dumps(value) == text
    json.loads(text)
    assert "\n" not in text
    assert "\r" not in text
