"""Where JSON objects end in a text, and rows of them read in pieces."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth import assert_linear
from partway._objects import TOO_LARGE, Objects
from partway.providers import Failure

BIG = json.dumps({"a": "x" * 300})
TOO_BIG = Failure("one event has more than max_event=20 characters", TOO_LARGE)
DEEP = '{"a":' + "[" * 100_000 + "]" * 100_000 + "}"

# Name, whether on lines, text, objects, what it ended inside of
ROWS: list[tuple[str, bool, str, list[Any], str]] = [
    ("lines", True, '{"a":1}\n{"b":2}\n', [{"a": 1}, {"b": 2}], ""),
    ("lines, the last without an end", True, '{"a":1}\n{"b":2}', [{"a": 1}, {"b": 2}], ""),
    ("lines of CRLF, blank ones, a BOM", True, '\ufeff\r\n{"a":1}\r\n\r\n {"b":2}\r\n', [{"a": 1}, {"b": 2}], ""),
    ("lines without ends", True, '{"a":1}{"b":2}', [{"a": 1}, {"b": 2}], ""),
    ("[DONE]", True, '{"a":1}\n[DONE]\n{"b":2}\n [DONE]', [{"a": 1}, {"b": 2}], ""),
    ("a broken line", True, '{"a":1}\n{"b":}\n{"c":1}\n',
     [{"a": 1}, Failure('JSON object 2 is broken: Expecting value at character 5, in {"b":}')], ""),
    ("a line that breaks off", True, '{"a":1\n{"b":2}\n',
     [Failure("JSON object 1 is broken: Expecting ',' delimiter at character 6, in {\"a\":1")], ""),
    ("a line that breaks off in a string", True, '{"a":"x\n"}\n',
     [Failure('JSON object 1 is broken: Unterminated string starting at at character 5, in {"a":"x')], ""),
    ("an object on two lines", True, '{"a":\n1}\n',
     [Failure('JSON object 1 is broken: Expecting value at character 5, in {"a":')], ""),
    ("words between", True, '{"a":1}\nTraceback:\n{"b":1}',
     [{"a": 1}, Failure("instead of a JSON object came Traceback:")], ""),
    ("words behind on the line", True, '{"a":1} x', [{"a": 1}, Failure("instead of a JSON object came x")], ""),
    ("many words", True, "x" * 300, [Failure(f"instead of a JSON object came {'x' * 200}…")], ""),
    ("an array on a line", True, "[1]\n", [Failure("instead of a JSON object came [1]")], ""),
    ("the end in an object", True, '{"a":1}\n{"b":', [{"a": 1}], "a JSON object"),
    ("a large broken object", True, f"{BIG[:-1]}]\n",
     [Failure(f"JSON object 1 is broken: Expecting ',' delimiter at character {len(BIG) - 1}, in {BIG[:200]}…")], ""),
    ("nested too deep", True, DEEP,
     [Failure(f"JSON object 1 is broken: it is nested too deep, in {DEEP[:200]}…")], ""),
    ("an array", False, '[{"a":1}\n,\n{"b":2}\n]\n', [{"a": 1}, {"b": 2}], ""),
    ("a close array", False, '[{"a":[{"c":"]"}]},{"b":{}}]', [{"a": [{"c": "]"}]}, {"b": {}}], ""),
    ("an empty array", False, " [ ] ", [], ""),
    ("an array with line ends in its objects", False, '\ufeff[{\n"a": 1\n},\r\n{\r\n"b": 2}]',
     [{"a": 1}, {"b": 2}], ""),
    ("an object", False, '{\n  "a": 1\n}\n', [{"a": 1}], ""),
    ("something behind an array", False, '[{"a":1}]\n[{"b":1}]',
     [{"a": 1}, Failure('behind the end of the JSON came [{"b":1}]')], ""),
    ("no object in an array", False, '[{"a":1}, 12]',
     [{"a": 1}, Failure("instead of a JSON object came 12]")], ""),
    ("a broken object in an array", False, "[{'a':1}]",
     [Failure("JSON object 1 is broken: Expecting property name enclosed in double quotes at character 1, in {'a':1}")],
     ""),
    ("[DONE] behind an object of several lines", False, '{\n"a":1}\n[DONE]\n', [{"a": 1}], ""),
    ("[DONE] alone may be an array", False, "[DONE]", [Failure("instead of a JSON object came DONE]")], ""),
    ("the end in an array", False, '[{"a":1},\n', [{"a": 1}], "a JSON array"),
    ("the end in an object in an array", False, '[{"a":1},\n{"b"', [{"a": 1}], "a JSON object"),
    ("nothing", False, "", [], ""),
]  # fmt: skip


def read(pieces: list[str], *, lines: bool, max_event: int = 1_000_000) -> tuple[list[Any], str]:
    objects = Objects(lines=lines, max_event=max_event)
    items: list[Any] = []
    for piece in pieces:
        items += objects.read(piece)
        if items and isinstance(items[-1], Failure):
            return items, ""
    last, cut = objects.end()
    return items + last, cut


def cut_up(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


@pytest.mark.parametrize("size", [1, 2, 7, 1_000_000])
@pytest.mark.parametrize(("_name", "lines", "text", "items", "cut"), ROWS, ids=[name for name, *_ in ROWS])
def test_row(_name, lines, text, items, cut, size):
    assert read(cut_up(text, size), lines=lines) == (items, cut)


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    ("text", "items"),
    [
        ('{"a":"12345678901"}\n{"b":1}', [{"a": "12345678901"}, {"b": 1}]),
        ('{"a":1}\n{"a":"1234567890123"}', [{"a": 1}, TOO_BIG]),
        ('{"a":1}\n{"a":"12345678901234567', [{"a": 1}, TOO_BIG]),
    ],
    ids=["within", "above", "above and not ended"],
)
def test_limit(text, items, size):
    assert read(cut_up(text, size), lines=True, max_event=20)[0] == items


def test_an_object_is_there_with_its_last_character():
    objects = Objects(lines=True, max_event=100)
    assert [bool(objects.read(character)) for character in '{"a":1}\n'] == [False] * 6 + [True, False]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(), JSON, max_size=3), max_size=4), st.data())
def test_any_objects_in_any_pieces(values, data):
    pretty = data.draw(st.booleans())
    written = [json.dumps(value, ensure_ascii=data.draw(st.booleans()), indent=pretty or None) for value in values]
    text = "[" + ",\n".join(written) + "]" if pretty else "\n".join(written)
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[start:stop] for start, stop in zip([0, *places], [*places, len(text)], strict=True)]
    assert read(pieces, lines=not pretty) == (values, "")


@pytest.mark.parametrize("inner", ['"{}"', "[{}]", '{{"{}":1}}'], ids=["a string", "an array", "a key"])
@pytest.mark.parametrize("unit", ["x", '\\"', ":,"])
def test_work_is_linear(inner, unit):
    def work(size: int) -> Any:
        text = '{"a":' + inner.replace("{}", unit * (size // len(unit)), 1) + "}\n"
        return lambda: read(list(text), lines=True, max_event=1 << 40)

    assert_linear(work, 20_000)
