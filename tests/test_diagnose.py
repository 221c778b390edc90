"""What is wrong with JSON text, and where; where a path stands in it."""

# ruff: noqa: E501  # a case of a table is one line

from __future__ import annotations

import json
from typing import Any

import pytest

from partway._diagnose import diagnose, locate, value_before

VALID = [
    "{}", "[]", '""', "0", "-0.5e-7", "1E+2", "true", "false", "null", ' \t\r\n{ "a" : [ 1 , { } , [ ] , "x" , null ] } ',
    '{"a":{"b":{"c":[[[]]]}}}', r'["\"\\\u0041\ud83d\ude00", "}{]["]', "[1.0, -1, 10]", '{"a":1,"a":2}', "\n[\n]\n",
]  # fmt: skip

# A text, where it breaks, and what was expected there.
FLAWS: list[tuple[str, int, str]] = [
    ("x", 0, "a value"),
    ("]", 0, "a value"),
    ("{1", 1, "a key in double quotes or '}'"),
    ("{'a'", 1, "a key in double quotes or '}'"),
    ('{"a" 1', 5, "':'"),
    ('{"a":}', 5, "a value"),
    ('{"a":1 "b"', 7, "',' or '}'"),
    ('{"a":1]', 6, "',' or '}'"),
    ('{"a":1,}', 7, "a key in double quotes"),
    ('{"a":1,,', 7, "a key in double quotes"),
    ("[,", 1, "a value or ']'"),
    ("[1,]", 3, "a value"),
    ("[1 2", 3, "',' or ']'"),
    ("[1}", 2, "',' or ']'"),
    ("[1:", 2, "',' or ']'"),
    ("[[]{", 3, "',' or ']'"),
    ("{} x", 3, "the end of the text"),
    ("1 2", 2, "the end of the text"),
    ('"a""', 3, "the end of the text"),
    ("[01,", 1, "a value or ']'"),
    ("[1.,", 1, "a value or ']'"),
    ("[1,.5]", 3, "a value"),
    ("[+1", 1, "a value or ']'"),
    ("[1e,", 1, "a value or ']'"),
    ("[--", 1, "a value or ']'"),
    ("[NaN]", 1, "a value or ']'"),
    ("[-Infinity]", 1, "a value or ']'"),
    ("[tru,", 1, "a value or ']'"),
    ("[trux", 1, "a value or ']'"),
    ("[True", 1, "a value or ']'"),
    ("[nulll", 1, "a value or ']'"),
    ("// x", 0, "a value"),
    ("[1, /* x */ 2]", 4, "a value"),
    ("\ufeff{}", 0, "a value"),
    ("[\u00a01]", 1, "a value or ']'"),
    ("[\u06611]", 1, "a value or ']'"),
    ('["a\nb"]', 3, "a closing '\"'"),
    ('["a\\x"]', 3, "an escape of JSON after '\\'"),
    ('{"\\ud83d":1}', 2, "a surrogate pair instead of a lone surrogate"),
]

# A document, a path, and the text there: of the innermost value around it that is there.
PLACES: list[tuple[str, tuple[str | int, ...], str]] = [
    ('{"a":1}', (), '{"a":1}'),
    ('{"a":1}', ("a",), "1}"),
    (" [ 1 , 22 ]", (1,), "22 ]"),
    ('{"x":{"a":1},"a":2}', ("a",), "2}"),
    ('{"x":[{"a":1}],"a":[5,{"b":6}]}', ("a", 1, "b"), "6}]}"),
    ("[[1,2],[3,4]]", (1, 0), "3,4]]"),
    ('[[],{},"x",[7]]', (3, 0), "7]]"),
    ('{"a":{"b":1}}', ("a", "c"), '{"b":1}}'),
    ('{"a":{"b":1},"c":{"x":1}}', ("a", "x"), '{"b":1},"c":{"x":1}}'),
    ('{"a":[1]}', ("a", 5), "[1]}"),
    ('{"a":1,"c":{"x":1}}', ("a", "x"), '1,"c":{"x":1}}'),
    ("[[1],[2,3]]", (0, 1), "[1],[2,3]]"),
    ('{"a":1}', ("b",), '{"a":1}'),
    ('{"a":"x"}', ("a", "b"), '"x"}'),
    ('{"a\\"b":1,"\\u0061":{"c.d":2}}', ("a", "c.d"), "2}}"),
    ('{"a":"}],{\\"b\\":0","b":3}', ("b",), "3}"),
    ('{"a":[],"b":{},"c":true}', ("c",), "true}"),
    ("42", (), "42"),
    ("42", ("a",), "42"),
]  # fmt: skip


@pytest.mark.parametrize("text", VALID)
def test_json_and_all_its_beginnings_have_no_flaw(text: str):
    json.loads(text)
    for end in range(len(text) + 1):
        assert diagnose(text[:end]) is None


@pytest.mark.parametrize(("text", "offset", "expected"), FLAWS)
def test_a_flaw_is_found_where_it_is(text: str, offset: int, expected: str):
    flaw = diagnose(text)
    assert flaw is not None
    assert (flaw.offset, flaw.expected, flaw.limit) == (offset, expected, False)
    assert diagnose(text[:offset]) is None


@pytest.mark.parametrize(("text", "offset", "expected"), FLAWS)
def test_what_stands_behind_a_flaw_changes_nothing(text: str, offset: int, expected: str):
    for more in (" ", "}", '"x"', "\n[]"):
        flaw = diagnose(text + more)
        assert flaw is not None
        assert (flaw.offset, flaw.expected) == (offset, expected)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[1," * 100_000])
def test_depth_is_no_matter(text: str):
    assert diagnose(text) is None
    assert diagnose(text + "?") is not None


@pytest.mark.parametrize(("text", "path", "there"), PLACES)
def test_a_path_is_located(text: str, path: tuple[Any, ...], there: str):
    json.loads(text)
    assert text[locate(text, path) :] == there


# What stands before it, and a value.
BEFORE = ["", "[", '{"a":', '{"a\\"":', '["x","y\\\\",', '[{"b":[1,2]}, ', "[1,\n\t"]
VALUES = [
    "1", "-0.5e-7", "true", "null", '""', '"x"', r'"\""', r'"\\"', r'"a\\\""', r'"\\\\"', r'"\\\"\\"', '"[{"', r'"}\"]"',
    "[]", "{}", '["]"]', '["\\"]"]', '{"}":"{"}', '{"a":[1,{"b":"]}"}],"c":"[["}', "[[[[]]]]", '[ 1 , "x" ]', '"é😀"',
    r'{"\\":"\\"}', r'["\\","\""]', r'["a\\\\\"b"]',
]  # fmt: skip
EDGES = [255, 256, 257, 2047, 2048, 2049]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("before", BEFORE)
def test_the_value_that_ends_somewhere_is_found(before: str, value: str):
    text = before + value + ',"more'
    assert value_before(lambda start, end: text[start:end], len(before) + len(value)) == value


@pytest.mark.parametrize("size", EDGES)
@pytest.mark.parametrize("fill", ["x", "\\\\", '\\"', "[", "}", "\\u005c", "é"])
def test_the_value_is_found_where_a_window_cuts_it(size: int, fill: str):
    for shift in range(4):
        inner = (fill * size)[: (size - shift) // len(fill) * len(fill)]
        for value in (f'"{inner}"', f'["{inner}"]', f'{{"{inner}":1}}', f'[["{inner}","x"]]'):
            json.loads(value)
            for before in ("", "[", '["a\\\\",', "[" + " " * shift):
                text = before + value
                assert value_before(lambda start, end, text=text: text[start:end], len(text)) == value


def test_the_edge_of_a_window_may_stand_anywhere_in_a_value():
    for count in range(245, 262):
        for tail in ('\\"', "\\\\", '\\\\\\"', "x"):
            value = '"' + "a" * count + tail + '"'
            text = f'["\\"", {value}'
            assert value_before(lambda start, end, text=text: text[start:end], len(text)) == value
            text = f"[{'1' * count}"
            assert value_before(lambda start, end, text=text: text[start:end], len(text)) == "1" * count


def test_a_long_value_is_read_a_constant_number_of_times():
    text = '["' + 'x\\"' * 100_000 + '"'
    read = 0

    def part(start: int, end: int) -> str:
        nonlocal read
        read += end - start
        return text[start:end]

    assert value_before(part, len(text)) == text[1:]
    assert read < 3 * len(text)
