"""What a source yields, unwrapped: each form, each way in which clients give it, and what is wrong with it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from growth import assert_linear
from partway import _beginning
from partway._forms import Unwrapper
from partway._objects import TOO_LARGE
from partway.providers import Failure, format_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

TYPE: dict[str, Any] = {"keys": ("title", "steps"), "array": False, "max_event": 1_000_000}


def chunk(text: str) -> dict[str, Any]:
    return {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": text}}]}


A, B, C = chunk("a"), chunk("é漢😀\u2028\x85b"), chunk('{"title": "data: {\\"\n')
CHUNKS = [A, B, C]
LINES = [json.dumps(each, ensure_ascii=False) for each in CHUNKS]
SSE = "".join(f"data: {line}\n\n" for line in LINES)
NDJSON = "".join(f"{line}\n" for line in LINES)
TYPED = "".join(f"event: chunk\nid: 1\ndata: {line}\n\n" for line in LINES)
ERROR = {"error": {"message": "No such key", "type": "invalid_request_error"}}
PAGE = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502</h1></body></html>\r\n"
NO_KEY = "Expecting property name enclosed in double quotes"
PAGED = Failure("an HTML page came instead of a stream: 502 Bad Gateway")

# Name, body, items, form, what it ended inside of
BODIES: list[tuple[str, str, list[Any], str | None, str]] = [
    ("text", "Here: {", ["Here: {"], "text", ""),
    ("text that is JSON", '{"title": "x"}', ['{"title": "x"}'], "text", ""),
    ("text with a BOM and blanks", '\ufeff\n {"title": 1', ['\ufeff\n {"title": 1'], "text", ""),
    ("text that might have been something else", "\r\nevent: x\nid", ["\r\nevent: x\nid"], "text", ""),
    ("text that might have been a chunk", f"{LINES[0][:-1]}", [LINES[0][:-1]], "text", ""),
    ("blanks", " \n", [" \n"], "text", ""),
    ("nothing", "", [], "text", ""),
    ("events", SSE, CHUNKS, "sse", ""),
    ("events with types", TYPED, CHUNKS, "sse", ""),
    ("events in CRLF", TYPED.replace("\n", "\r\n"), CHUNKS, "sse", ""),
    ("events in CR", TYPED.replace("\n", "\r"), CHUNKS, "sse", ""),
    ("events behind a BOM", f"\ufeff{SSE}", CHUNKS, "sse", ""),
    ("events behind comments", f": PROCESSING 10:00\n\n{SSE}", CHUNKS, "sse", ""),
    ("events and [DONE]", f"{SSE}data: [DONE]\n\n", CHUNKS, "sse", ""),
    ("an unterminated tail", SSE[:-2], CHUNKS, "sse", ""),
    ("an unterminated [DONE]", f"{SSE}data: [DONE]", CHUNKS, "sse", ""),
    ("events with empty data", f"{SSE}data:\n\ndata:  \n\n{SSE}", CHUNKS * 2, "sse", ""),
    ("an event of several lines", f"data: {LINES[0][:1]}\ndata: {LINES[0][1:]}\n\n", [A], "sse", ""),
    ("strings are text", 'data: "a"\n\ndata: "é"\n\n', ["aé"], "sse", ""),
    ("a cut off tail", SSE[:-4], [A, B], "sse", "an event"),
    ("a cut off [DONE]", f"{SSE}data: [DO", CHUNKS, "sse", "an event"),
    ("a broken event", f"{SSE}data: {{'a':1}}\n\n{SSE}",
     [*CHUNKS, Failure(f"event 4 is broken: {NO_KEY} at character 1, in {{'a':1}}")], "sse", ""),
    ("a broken tail", f"{SSE}data: Traceback\n",
     [*CHUNKS, Failure("event 4 is broken: Expecting value at character 0, in Traceback")], "sse", ""),
    ("two values in an event", 'data: {"id":1} {}\n\n',
     [Failure('event 1 is broken: Extra data at character 8, in {"id":1} {}')], "sse", ""),
    ("a letter behind a value", 'data: {"id":1}é\n\n',
     [Failure('event 1 is broken: Extra data at character 8, in {"id":1}é')], "sse", ""),
    ("an error event of Groq", f"{SSE}event: error\ndata: {json.dumps(ERROR)}\n\n", [*CHUNKS, ERROR], "sse", ""),
    ("an error event with a type of its own", f'{SSE}event: error\ndata: {{"type":"Busy","message":"x"}}\n\n',
     [*CHUNKS, {"type": "error", "error": {"type": "Busy", "message": "x"}}], "sse", ""),
    ("an error event with a type", f'{SSE}event: error\ndata: {{"type":"error","message":"x"}}\n\n',
     [*CHUNKS, {"type": "error", "message": "x"}], "sse", ""),
    ("an error event of another shape", 'event: error\ndata: {"message":"x"}\n\n',
     [{"type": "error", "error": {"message": "x"}}], "sse", ""),
    ("an error event in words", "event: error\ndata: Overloaded\n\n",
     [{"type": "error", "error": "Overloaded"}], "sse", ""),
    ("lines", NDJSON, CHUNKS, "ndjson", ""),
    ("lines in CRLF behind a BOM", "\ufeff" + NDJSON.replace("\n", "\r\n"), CHUNKS, "ndjson", ""),
    ("lines without the last end", NDJSON[:-1], CHUNKS, "ndjson", ""),
    ("lines and [DONE]", f"{NDJSON}[DONE]\n", CHUNKS, "ndjson", ""),
    ("cut off lines", NDJSON[:-4], [A, B], "ndjson", "a JSON object"),
    ("a broken line", f"{NDJSON}{{1}}\n",
     [*CHUNKS, Failure(f"JSON object 4 is broken: {NO_KEY} at character 1, in {{1}}")], "ndjson", ""),
    ("an array", "[" + "\n,\n".join(LINES) + "\n]\n", CHUNKS, "json", ""),
    ("a pretty array", json.dumps(CHUNKS, indent=2), CHUNKS, "json", ""),
    ("an array that breaks off", "[" + ",".join(LINES), CHUNKS, "json", "a JSON array"),
    ("an object", json.dumps(A, indent=2), [A], "json", ""),
    ("an error", json.dumps(ERROR, indent=2), [ERROR], "json", ""),
    ("an error in an array", json.dumps([ERROR], indent=2), [ERROR], "json", ""),
    ("a detail", '{"detail":"Not Found"}', [{"detail": "Not Found"}], "json", ""),
    ("a page", PAGE, [PAGED], None, ""),
    ("a page without a title", "<!DOCTYPE HTML><script>x</script><p>Bad &amp;\n <b>worse</b><!-- x --> <",
     [Failure("an HTML page came instead of a stream: Bad & worse")], None, ""),
    ("a long page", "<html><title></title>" + "x" * 9000,
     [Failure(f"an HTML page came instead of a stream: {'x' * 200}…")], None, ""),
]  # fmt: skip
NAMES = [name for name, *_ in BODIES]


def joined(items: Iterable[Any]) -> list[Any]:
    """The items, text that was yielded in pieces as one."""
    whole: list[Any] = []
    for item in items:
        if isinstance(item, str) and whole and isinstance(whole[-1], str):
            whole[-1] += item
        else:
            whole.append(item)
    return whole


def unwrapped(chunks: Iterable[Any], form: Any = None, **options: Any) -> tuple[list[Any], Any, str]:
    unwrapper = Unwrapper(form, **{**TYPE, **options})
    items = [item for each in chunks for item in unwrapper.read(each)]
    items += unwrapper.end()
    return joined(items), unwrapper.form, unwrapper.cut


def cut(body: Any, size: int) -> list[Any]:
    return [body[at : at + size] for at in range(0, len(body), size)]


def lines(body: str) -> list[str]:
    return re.split("\r\n|\n|\r", body.removesuffix("\n"))


@pytest.mark.parametrize(("_name", "body", "items", "form", "inside"), BODIES, ids=NAMES)
def test_cut_bytes(_name, body, items, form, inside):
    data = body.encode()
    for size in (1, 2, 7, 64, 4096, 1_000_000):
        assert unwrapped(cut(data, size)) == (items, form, inside), size
    for at in range(min(len(data), 300)):
        assert unwrapped([data[:at], data[at:]] if at else [data]) == (items, form, inside), at


@pytest.mark.parametrize(("_name", "body", "items", "form", "inside"), BODIES, ids=NAMES)
def test_a_whole_str_and_buffers(_name, body, items, form, inside):
    for whole in (body, bytearray(body.encode()), memoryview(body.encode())):
        if whole != '{"title':  # is text either way
            assert unwrapped([whole]) == (items, form, inside)


BY_LINES = [row for row in BODIES if row[3] in ("sse", "ndjson")]


@pytest.mark.parametrize("take", [str, str.encode], ids=["str", "bytes"])
@pytest.mark.parametrize("row", BY_LINES, ids=[row[0] for row in BY_LINES])
def test_lines_without_their_ends(row, take):
    name, body, *expected = row
    assert unwrapped(take(line) for line in lines(body)) == tuple(expected)
    if name != "strings are text":  # with none between, two lines of data are one event, unless each is an object
        assert unwrapped(take(line) for line in lines(body) if line) == tuple(expected)


@pytest.mark.parametrize(("_name", "body", "items", "form", "inside"), BODIES, ids=NAMES)
def test_lines_with_their_ends(_name, body, items, form, inside):
    assert unwrapped(body.encode().splitlines(keepends=True)) == (items, form, inside)


@pytest.mark.parametrize("pretty", [CHUNKS, ERROR, [ERROR]], ids=["chunks", "error", "errors"])
def test_pretty_json_in_lines_without_their_ends(pretty):
    yielded = json.dumps(pretty, indent=2).encode().splitlines()
    assert unwrapped(yielded) == (pretty if isinstance(pretty, list) else [pretty], "json", "")


# Name, what a client yields, and the chunks
CLIENTS: list[tuple[str, list[str], list[Any]]] = [
    ("comments and an event without data",
     [": PROCESSING", "", ": PROCESSING 10:00", "", "event: ping", "", "event: error", 'data: {"a":1}', "", ""],
     [{"type": "error", "error": {"a": 1}}]),
    ("a long comment", [": " + "x" * 400, "", 'data: {"id":1}', ""], [{"id": 1}]),
    ("a BOM", ["\ufeffevent: x", 'data: {"id":1}', ""], [{"id": 1}]),
    ("a line of data with blanks", ['data:{"id":1}', "", "data: ", 'data: {"id":2}', 'data: {"id":3}'],
     [{"id": 1}, {"id": 2}, {"id": 3}]),
    ("data of several lines", ["data: {", 'data: "id":1}', "", 'data: {"id":2}', 'data: {"id":3}'],
     [{"id": 1}, {"id": 2}, {"id": 3}]),
    ("data of several lines, one of which is whole", ["data: [", 'data: {"id":1}', "data: ]", ""], [[{"id": 1}]]),
    ("no lines, a cut in front of what looks like one", ['data: {"id":"', "data: x", '"}\n\n'], [{"id": "data: x"}]),
    ("the same in a comment", [": see ", "data: x", '\ndata: {"id":1}\n\n'], [{"id": 1}]),
    ("empty pieces", ["data: {", "", '"id":1}', "", "\n\n", "", 'data: {"id":2}\n', "", "\n"], [{"id": 1}, {"id": 2}]),
]  # fmt: skip


@pytest.mark.parametrize("take", [str, str.encode], ids=["str", "bytes"])
@pytest.mark.parametrize(("_name", "yielded", "items"), CLIENTS, ids=[name for name, *_ in CLIENTS])
def test_events_as_clients_yield_them(_name, yielded, items, take):
    assert unwrapped(map(take, yielded)) == (items, "sse", "")


def test_an_event_is_there_with_its_line_where_lines_have_no_ends():
    unwrapper = Unwrapper(**TYPE)
    assert [unwrapper.read(line) for line in ['data: {"id":1}', 'data: {"id":2}', "", 'data: {"id":3}']] == [
        [], [{"id": 1}, {"id": 2}], [], [{"id": 3}],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "body", "items"),
    [
        ("text", SSE, [SSE]),
        ("text", f"\ufeff{PAGE}", [f"\ufeff{PAGE}"]),
        ("sse", 'data: 1\n\ndata: {"title": 1}', [1, {"title": 1}]),
        ("ndjson", '{"title":1}\n{"title":2}', [{"title": 1}, {"title": 2}]),
        ("ndjson", "[1]\n", [Failure("instead of a JSON object came [1]")]),
        ("json", '[{"title":1}]', [{"title": 1}]),
        ("json", '{"title":\n1}', [{"title": 1}]),
    ],
)
def test_a_form_that_is_given_is_not_told(form, body, items):
    for size in (1, 7, 1000):
        assert unwrapped(cut(body, size), form)[:2] == (items, form)
        assert unwrapped(cut(body.encode(), size), form)[:2] == (items, form)


def test_the_form_is_open_until_it_is_certain():
    unwrapper = Unwrapper(**TYPE)
    forms = []
    for character in "data: {}":
        unwrapper.read(character)
        forms.append(unwrapper.form)
    assert forms == [None] * 6 + ["sse"] * 2


def test_text_is_given_with_the_chunk_that_brought_it():
    unwrapper = Unwrapper(**TYPE)
    yielded = ["", "ev", "ents", ": ", "", "{", '"title']
    assert [unwrapper.read(each) for each in yielded] == [[], [], ["events"], [": "], [], ["{"], ['"title']]
    assert Unwrapper(**TYPE).read("{") == ["{"]


NOT_UTF_8: list[tuple[bytes, list[Any], str]] = [
    (b"abc\xff", ["abc"], "the source is not UTF-8 at byte 3: invalid start byte"),
    (b"\xe2\x28", [], "the source is not UTF-8 at byte 0: invalid continuation byte"),
    ("é".encode() + b"\xc3x", ["é"], "the source is not UTF-8 at byte 2: invalid continuation byte"),
    (SSE.encode() + b"\xff", CHUNKS, f"the source is not UTF-8 at byte {len(SSE.encode())}: invalid start byte"),
    (b'data: {"id":1}\xff\n\n', [], "the source is not UTF-8 at byte 14: invalid start byte"),
    (LINES[0].encode() + b"\n\x80\n", [A], f"the source is not UTF-8 at byte {len(LINES[0]) + 1}: invalid start byte"),
    (PAGE.encode() + b"\xe9", [], PAGED.message),
]  # fmt: skip


@pytest.mark.parametrize(("data", "items", "message"), NOT_UTF_8)
def test_not_utf_8(data, items, message):
    for size in (1, 2, 3, 64, 100_000):
        assert unwrapped(cut(data, size))[0] == [*items, Failure(message)]


@pytest.mark.parametrize("start", ["", "Hi ", SSE, NDJSON, "<html>"])
def test_the_end_in_a_character(start):
    assert unwrapped([start.encode() + "é".encode()[:1]])[2] == "a UTF-8 character"


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(("form", "body"), [("sse", SSE), ("ndjson", NDJSON), ("json", f"[{','.join(LINES)}]")])
def test_too_large_an_event(form, body, size):
    longest = max(map(len, LINES)) + len("data: ") * (form == "sse")
    assert unwrapped(cut(body, size), form, max_event=longest)[0] == CHUNKS
    items = unwrapped(cut(body, size), form, max_event=longest - 1)[0]
    assert items == [A, B, Failure(f"one event has more than max_event={longest - 1:,} characters", TOO_LARGE)]


def test_nothing_is_said_of_too_large_an_event_behind_a_broken_one():
    items = unwrapped(["data: {1}\n\ndata: " + "x" * 20], "sse", max_event=20)[0]
    assert items == [Failure(f"event 1 is broken: {NO_KEY} at character 1, in {{1}}")]


def test_too_large_a_tail():
    items = unwrapped(['data: {"a":1}\ndata: {"b":1', "1"], "sse", max_event=20)[0]
    assert items == [Failure("one event has more than max_event=20 characters", TOO_LARGE)]


@pytest.mark.parametrize("body", [b"data: {1}\n\n", b"\xff", f"{LINES[0]}\nx\n".encode(), b"<html>" + b"x" * 5000])
def test_nothing_is_read_behind_a_failure(body):
    unwrapper = Unwrapper(**TYPE)
    assert isinstance(unwrapper.read(body)[-1], Failure)
    assert unwrapper.read(SSE.encode()) == unwrapper.read("x") == unwrapper.read(b"\xff") == unwrapper.end() == []


BITS = [
    SSE, TYPED, NDJSON, PAGE, "data", "event", "id", ":", " ", "{", "}", "[", "]", '"', "\\", ",", "\n", "\r", "\n\n",
    LINES[1], "[DONE]", json.dumps(ERROR), "title", "<html", "<!doctype html", "é", "\ufeff", "x",
]  # fmt: skip


# A field in the middle of a line, behind JSON that is whole or where none is: cut in front of it, it looks like the
# next line of a client that takes line ends off.
LIKE_LINES = re.compile(
    r"[}\]](?:data|event|id|retry)?:|(?:^|[\r\n\ufeff])(?:event|id|retry)?:.*(?:data|event|id|retry):"
)


@given(
    st.lists(st.sampled_from(BITS), max_size=9).map("".join),
    st.sampled_from([b"", b"", b"\xff", "漢".encode()[:2]]),
    st.sampled_from([None, None, None, "sse", "ndjson", "json", "text"]),
    st.sampled_from([("title",), ("id", "title"), ("error",), (), None]),
    st.booleans(),
    st.sampled_from([30, 200, 1_000_000]),
    st.data(),
)
def test_any_cut_of_any_bytes_gives_the_same(body, odd, form, keys, array, max_event, data):
    assume(LIKE_LINES.search(body) is None)
    at = data.draw(st.integers(0, len(body)))
    whole = body[:at].encode() + odd + body[at:].encode()
    options = {"form": form, "keys": keys, "array": array, "max_event": max_event}
    expected = unwrapped([whole], **options)
    places = sorted(data.draw(st.sets(st.integers(1, max(len(whole) - 1, 1)), max_size=8)))
    pieces = [whole[start:stop] for start, stop in zip([0, *places], [*places, len(whole)], strict=True)]
    for way in (pieces, cut(whole, 1), cut(whole, 7), cut(whole, 4096)):
        assert unwrapped((piece for piece in way if piece), **options) == expected


def recorded(corpus: Any) -> Iterator[tuple[str, bytes]]:
    for file in sorted(corpus.rglob("*")):
        if file.suffix in (".sse", ".ndjson"):
            yield file.suffix, file.read_bytes()


def read_plainly(suffix: str, body: bytes) -> list[Any]:
    """The chunks of a recording, each of which is on one line."""
    found = [line for line in re.split(b"\r\n|\n|\r", body) if line.strip()]
    if suffix == ".sse":
        found = [line.removeprefix(b"data:") for line in found if line.startswith(b"data:")]
    return [json.loads(line) for line in found if line.strip() != b"[DONE]"]


@pytest.mark.no_cover
def test_every_recording_in_every_cut(corpus, monkeypatch):
    monkeypatch.setattr(_beginning, "format_of", lambda chunk: format_of(chunk) or ("done" in chunk) or None)
    count = 0
    for suffix, body in recorded(corpus):
        expected = read_plainly(suffix, body), suffix[1:], ""
        ways = [
            [body], cut(body, 1), cut(body, 7), cut(body, 4096), body.splitlines(keepends=True), body.splitlines(),
            [line for line in body.splitlines() if line], [body.decode()], lines(body.decode()),
        ]  # fmt: skip
        if suffix == ".sse":
            ways.append(cut(body.decode(), 7))
        for way in ways:
            assert unwrapped(way) == expected
        count += 1
    assert count


SHAPES: dict[str, Callable[[int], tuple[str, bytes]]] = {
    "events": lambda n: ("sse", b'data: {"id":1}\n\n' * (n // 16)),
    "one event": lambda n: ("sse", b'data: {"id":"' + b"x" * n + b'"}\n\n'),
    "lines": lambda n: ("ndjson", NDJSON.encode() * (n // len(NDJSON))),
    "one line": lambda n: ("ndjson", json.dumps(chunk("x" * n)).encode()),
    "an array": lambda n: ("json", b"[" + b",".join([LINES[0].encode()] * (n // 99)) + b"]"),
    "text": lambda n: ("text", b"x" * n),
    "blanks": lambda n: ("text", b" " * n),
    "comments": lambda n: ("text", b": x\n" * (n // 4)),
    "an object that is text in the end": lambda n: ("text", b'{"id":"' + b"x" * n + b'"}'),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("whole", [True, False])
def test_work_is_linear(shape, whole):
    def work(size: int) -> Callable[[], object]:
        form, body = SHAPES[shape](size)
        pieces = [body] if whole else cut(body, 1)
        assert unwrapped(pieces, max_event=1 << 40)[1] == form
        return lambda: unwrapped(pieces, max_event=1 << 40)

    assert_linear(work, 20_000)
