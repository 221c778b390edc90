"""JSON text in, tokens out: the same on every backend, however the text is cut."""

# ruff: noqa: E501  # a case of a table is one line

from __future__ import annotations

import json
from typing import Any

import pytest

from partway._diagnose import Flaw
from partway._lexemes import SLICE
from partway._reader import BACKENDS, Reader, Sink, Token
from partway._strings import OpenString

# A document: its tokens are those that `walk` makes of what `json.loads` gives.
DOCUMENTS = [
    "{}", "[]", '""', '"abc"', "[1]", "[-0.5e-7, 1E+2, 10, -3]", "[true, false, null]", "[true,false,null ]", '["true",null]',
    '{"a":1,"b":[2,{"c":"x"}],"d":{}}', ' \t\r\n{ "a" : [ 1 , { } , [ ] , "x" , null ] } ', '{"a.b":1,"":2,"\\u0061":3}',
    r'["\"\\\/\b\f\n\r\t", "\u0041\ud83d\ude00", "}{]["]', '{"a\\nb":"c\\\\"}', '["é漢😀\u2028\x7f"]',
    f"[{10**30},{-(10**30)},{2**63},{2**64}]", "[1E400,-1E400,1e-400,1.7976931348623157e308]",
    "[0.1,0.30000000000000004,3.14159265358979323846264338327950288]", "[-0,-0.0,0e0,0E5]", "[123456789012345678,1234567890123456789]",
    "[1e99,1e100,1.5e-300]", f'["{"x" * 3000}","{"y" * 1023}","{"z" * 1024}"]', json.dumps({"k" * 2000: "\n" * 1500}),
    "[[[[[[]]]]]]", '[{"a":{}},{"b":[]}]', "[\n1,\n2\n]", '{"a":1,"a":2}', '["a","b","c",1,"d"]', "[" + "1," * 50 + "1]",
]  # fmt: skip

# A text that is no JSON: where, and what was expected; the tokens before it.
BROKEN: list[tuple[str, int, str, list[str]]] = [
    ("x", 0, "a value", []),
    ("{'a':1}", 1, "a key in double quotes or '}'", ["start_map"]),
    ('{"a":1,}', 7, "a key in double quotes", ["start_map", "map_key", "number"]),
    ("[1,]", 3, "a value", ["start_array", "number"]),
    ('["a" "b"]', 5, "',' or ']'", ["start_array", "string"]),
    ('{"a" "b"}', 5, "':'", ["start_map", "map_key"]),
    ('{"a":"b" "c"}', 9, "',' or '}'", ["start_map", "map_key", "string"]),
    ("[01]", 1, "a value or ']'", ["start_array"]),
    ("[1.]", 1, "a value or ']'", ["start_array"]),
    ("[NaN]", 1, "a value or ']'", ["start_array"]),
    ("[tru]", 1, "a value or ']'", ["start_array"]),
    ("[truefalse]", 1, "a value or ']'", ["start_array"]),
    ("[1 2]", 3, "',' or ']'", ["start_array", "number"]),
    ("[1}", 2, "',' or ']'", ["start_array", "number"]),
    ('["a\nb"]', 3, "a closing '\"'", ["start_array"]),
    ('["a\\x"]', 3, "an escape of JSON after '\\'", ["start_array"]),
    ('["\\ud83d"]', 2, "a surrogate pair instead of a lone surrogate", ["start_array"]),
    ('{"a\\x":1}', 3, "an escape of JSON after '\\'", ["start_map"]),
    ("[\x0b1]", 1, "a value or ']'", ["start_array"]),
]  # fmt: skip

# What a number or literal looks like that may go on, and one that may not.
BARE = ["-", "0", "12", "1.", "1.5", "1e", "1e-", "1e-5", "t", "tru", "nul", "-0"]
NEVER = ["+", "01", "--", "1..", "1e+-", "tx", "nulx", ".5", "1a", "T"]


class Notes(Sink):
    """Writes down the tokens; over when the depth is back at zero."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.spans: list[tuple[str, Any, int, int]] = []
        self.over = False
        self.depth = 0
        self.pieces: list[str] = []

    def take(self, tokens: list[Token], reader: Reader) -> None:
        for index, (event, value) in enumerate(tokens):
            self.tokens.append((event, value))
            self.spans.append((event, value, *reader.span(index)))
            self.depth += event.startswith("start") - event.startswith("end")
            if not self.depth:
                self.over = True
                reader.end = reader.span(index)[1]
                return

    def key(self, key: str, _: Reader) -> None:
        self.tokens.append(("map_key", key))

    def open_string(self, string: OpenString) -> None:
        self.string = string
        self.pieces = []

    def append(self, piece: str) -> None:
        assert piece
        self.pieces.append(piece)
        assert self.string.text() == "".join(self.pieces)

    def close_string(self, piece: str, whole: str, _: Reader) -> None:
        assert "".join(self.pieces) + piece == whole
        self.tokens.append(("string", whole))
        self.over = not self.depth


def walk(value: Any) -> list[Token]:
    match value:
        case list() if isinstance(value, Pairs):
            inner = [token for key, part in value for token in [("map_key", key), *walk(part)]]
            return [("start_map", None), *inner, ("end_map", None)]
        case list():
            return [("start_array", None), *(token for part in value for token in walk(part)), ("end_array", None)]
        case str():
            return [("string", value)]
        case bool():
            return [("boolean", value)]
        case None:
            return [("null", None)]
    return [("number", value)]


class Pairs(list):
    """The members of an object, repeated keys too."""


def written(tokens: list[Token]) -> list[str]:
    return [f"{event} {value!r}" for event, value in tokens]


def read(deltas: list[str], backend: str, **limits: int) -> tuple[Reader, Notes]:
    notes = Notes()
    reader = Reader(notes, **{"max_string": 10**6, "max_number_digits": 4300, **limits}, backend=backend)
    for delta in deltas:
        size = min(SLICE, limits.get("max_string", SLICE))  # as the extractor does
        for at in range(0, len(delta), size):
            if not reader.stopped:
                reader.feed(delta[at : at + size])
    return reader, notes


def ways(text: str) -> list[list[str]]:
    cuts = range(1, len(text)) if len(text) < 200 else range(1, len(text), 97)
    return [[text], list(text), *([text[:cut], text[cut:]] for cut in cuts)]


on_every_backend = pytest.mark.parametrize("backend", BACKENDS)


def test_this_machine_has_the_python_backend_at_least():
    assert "python" in BACKENDS


@on_every_backend
@pytest.mark.parametrize("text", DOCUMENTS)
def test_tokens_are_those_of_the_document(text: str, backend: str):
    wanted = written(walk(json.loads(text, object_pairs_hook=Pairs)))
    for deltas in ways(text):
        reader, notes = read(deltas, backend)
        assert written(notes.tokens) == wanted
        assert (reader.flaw, reader.stopped) == (None, True)
        assert reader.end == len(text.rstrip())
        assert reader.text.slice(0, reader.end) == text.rstrip()


@on_every_backend
@pytest.mark.parametrize(("text", "offset", "expected", "before"), BROKEN)
def test_a_flaw_is_found_and_the_tokens_before_it_count(
    text: str, offset: int, expected: str, before: list[str], backend: str
):
    for deltas in ways(text):
        reader, notes = read(deltas, backend)
        assert reader.flaw == Flaw(offset, expected)
        assert reader.stopped
        assert [event for event, _ in notes.tokens][: len(before)] == before
        assert [event for event, _ in notes.tokens if event != "string"][: len(before)] == [
            e for e in before if e != "string"
        ]


@on_every_backend
@pytest.mark.parametrize("text", ['{"a":1}', "[[]]", '"x"'])
def test_what_stands_behind_the_document_is_not_read(text: str, backend: str):
    for behind in ("", " so", "}", '"', "]]]", "{"):
        for deltas in ways(text + behind):
            reader, notes = read(deltas, backend)
            assert reader.end == len(text)
            assert reader.flaw is None
            assert notes.over


@on_every_backend
@pytest.mark.parametrize("bare", BARE)
def test_a_number_or_literal_is_kept_back_while_it_may_go_on(bare: str, backend: str):
    reader, notes = read(["[", bare], backend)
    if bare in ("tru", "nul", "t") or bare[-1] != "e":
        assert reader.flaw is None
    assert reader.bare
    assert [event for event, _ in notes.tokens] == ["start_array"]


@on_every_backend
@pytest.mark.parametrize("bare", NEVER)
def test_what_cannot_become_a_number_or_literal_is_refused_at_once(bare: str, backend: str):
    assert read(["[" + bare], backend)[0].flaw == Flaw(1, "a value or ']'")
    assert read(["[", *bare], backend)[0].flaw == Flaw(1, "a value or ']'")


@on_every_backend
@pytest.mark.parametrize(("text", "value"), [("12", 12), ("-0.5", -0.5), ("1e5", 100000.0), (str(10**30), 10**30)])
def test_a_number_at_the_very_end_is_complete_with_it(text: str, value: float, backend: str):
    for deltas in ways(text):
        reader, notes = read(deltas, backend)
        assert notes.tokens == []
        reader.finish()
        assert notes.tokens == [("number", value)]


@on_every_backend
@pytest.mark.parametrize("text", ["-", "1.", "1e", "1e+", ""])
def test_half_a_number_at_the_very_end_is_none(text: str, backend: str):
    reader, notes = read([text], backend)
    reader.finish()
    assert (notes.tokens, reader.flaw) == ([], None)


@on_every_backend
@pytest.mark.parametrize("text", ["true", "false", "null"])
def test_a_literal_ends_itself(text: str, backend: str):
    for deltas in ways("[" + text):
        _, notes = read(deltas, backend)
        assert notes.tokens[1:] == walk(json.loads(text))


@on_every_backend
@pytest.mark.parametrize(
    ("text", "limit", "offset"),
    [
        ('["12345678901"]', {"max_string": 10}, None),
        ('{"12345678901":1}', {"max_string": 10}, None),
        ('["\\n\\n\\n\\n\\n\\n"]', {"max_string": 5}, None),
        ("[123456]", {"max_number_digits": 5}, 1),
        ("[1.2345]", {"max_number_digits": 5}, 1),
        ("[1,-12345]", {"max_number_digits": 5}, 3),
        ("[12e345]", {"max_number_digits": 5}, 1),
    ],
)
def test_a_limit_is_a_flaw(text: str, limit: dict[str, int], offset: int | None, backend: str):
    name, most = next(iter(limit.items()))
    for deltas in ways(text):
        reader, _ = read(deltas, backend, **limit)
        assert reader.flaw is not None
        assert reader.flaw.limit
        assert reader.flaw.expected.endswith(f" is longer than {name}={most} characters")
        assert offset is None or reader.flaw.offset == offset
        assert read(deltas, backend, **{name: most + 1})[0].flaw is None


@on_every_backend
def test_a_span_says_where_a_token_stands(backend: str):
    text = '{"a" : [12, true],  "b\\"" :{"c":null , "d":"e"}}'
    for deltas in ways(text):
        _, notes = read(deltas, backend)
        for event, value, start, end in notes.spans:
            if event in ("map_key", "string", "number", "boolean", "null"):
                assert json.loads(text[start:end]) == value
            else:
                assert text[start:end] == {"map": "{}", "array": "[]"}[event.split("_")[1]][event.startswith("end")]


@on_every_backend
def test_an_open_string_is_shown_as_it_grows(backend: str):
    reader, notes = read(['{"a":"x'], backend)
    assert (notes.string.text(), reader.string) == ("x", notes.string)
    reader.feed("y\\")
    assert (notes.string.text(), reader.carry) == ("xy", "\\")
    reader.feed('nz"')
    assert notes.tokens[-1] == ("string", "xy\nz")
    assert reader.string is None


@on_every_backend
def test_an_empty_piece_is_nothing(backend: str):
    wanted = read(['{"a":["x",12]}'], backend)[1].tokens
    assert read([piece for character in '{"a":["x",12]}' for piece in (character, "")], backend)[1].tokens == wanted


def test_a_reader_that_is_dropped_in_the_middle_is_silent(capfd: pytest.CaptureFixture[str]):
    for backend in BACKENDS:
        for text in ('{"a":[1,"x', "[", "", "[1}"):
            read([text], backend)
    assert capfd.readouterr() == ("", "")
