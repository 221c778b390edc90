"""Server-sent events, whole and for every cut, against the rules of the standard and a plain reading of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth import assert_linear
from partway.sse import Event, EventTooLargeError, Parser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Name, text, events
CASES: list[tuple[str, str, list[Event]]] = [
    ("nothing", "", []),
    ("an event", "data: a\n\n", [Event("a")]),
    ("two", "data: a\n\ndata: b\n\n", [Event("a"), Event("b")]),
    ("with a type", "event: ping\ndata: a\n\n", [Event("a", "ping")]),
    ("the type behind the data", "data: a\nevent: ping\n\n", [Event("a", "ping")]),
    ("the type is of one event", "event: ping\ndata: a\n\ndata: b\n\n", [Event("a", "ping"), Event("b")]),
    ("the type of an event without data is forgotten", "event: ping\n\ndata: a\n\n", [Event("a")]),
    ("the last type counts", "event: x\nevent: y\ndata: a\n\n", [Event("a", "y")]),
    ("an empty type", "event\ndata: a\n\nevent:\ndata: b\n\n", [Event("a"), Event("b")]),
    ("lines that end in CR", "event: x\rdata: a\r\rdata: b\r\r", [Event("a", "x"), Event("b")]),
    ("lines that end in CRLF", "event: x\r\ndata: a\r\n\r\ndata: b\r\n\r\n", [Event("a", "x"), Event("b")]),
    ("lines that end in each", "data: a\r\ndata: b\n\rdata: c\r\r\n", [Event("a\nb"), Event("c")]),
    ("a CR and a blank line of LF", "data: a\r\n\ndata: b\n\n", [Event("a"), Event("b")]),
    ("other line ends are text", "data: a\x0b\x0c\x1c\x85\u2028\u2029b\n\n", [Event("a\x0b\x0c\x1c\x85\u2028\u2029b")]),
    ("a BOM", "\ufeffdata: a\n\n", [Event("a")]),
    ("a BOM alone", "\ufeff", []),
    ("two BOMs", "\ufeff\ufeffdata: a\n\ndata: b\n\n", [Event("b")]),
    ("a BOM later", "data: a\n\n\ufeffdata: b\n\ndata: \ufeffc\n\n", [Event("a"), Event("\ufeffc")]),
    ("several lines of data", "data: a\ndata:\ndata:  b\ndata\n\n", [Event("a\n\n b\n")]),
    ("one space goes", "data:a\n\ndata: b\n\ndata:  c\n\ndata:\td\n\n",
     [Event("a"), Event("b"), Event(" c"), Event("\td")]),
    ("empty data", "data\n\ndata:\n\ndata: \n\n", [Event("")] * 3),
    ("colons in data", "data: a: b:c\n\n", [Event("a: b:c")]),
    ("a comment", ": OPENROUTER PROCESSING\n\n:\ndata: a\n:x\ndata: b\n\n", [Event("a\nb")]),
    ("no data", "event: x\n\nid: 3\n\n\n\nretry: 5\n\n", []),
    ("an id is kept", "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
     [Event("a", id="1"), Event("b", id="1"), Event("c")]),
    ("an id of an event without data is kept", "id: 1\n\ndata: a\n\n", [Event("a", id="1")]),
    ("an id with NUL", "id: 1\nid: a\0b\ndata: a\n\n", [Event("a", id="1")]),
    ("a time to wait", "retry: 3000\ndata: a\n\ndata: b\n\n", [Event("a", retry=3000), Event("b")]),
    ("no time to wait", "retry: 1.5\nretry: -1\nretry: ٣\nretry:\nretry: 9x\ndata: a\n\n", [Event("a")]),
    ("fields that are not known", "foo: 1\n data: b\nData: c\ndata : d\ndata: a\nx\n\n", [Event("a")]),
    ("no blank line at the end", "data: a\n\nevent: x\ndata: b\n", [Event("a"), Event("b", "x")]),
    ("no line end at the end", "data: a\n\ndata: b", [Event("a"), Event("b")]),
    ("a CR at the end", "data: a\n\ndata: b\r", [Event("a"), Event("b")]),
    ("a tail without data", "data: a\n\nevent: x", [Event("a")]),
    ("a tail that is cut", "data: a\n\ndat", [Event("a")]),
    ("a blank line in front", "\n\ndata: a\n\n", [Event("a")]),
    # the examples of the standard
    ("stocks", "data: YHOO\ndata: +2\ndata: 10\n\n", [Event("YHOO\n+2\n10")]),
    ("four blocks", ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event",
     [Event("first event", id="1"), Event("second event"), Event(" third event")]),
    ("two events and a tail", "data\n\ndata\ndata\n\ndata:", [Event(""), Event("\n"), Event("")]),
    ("the same twice", "data:test\n\ndata: test\n\n", [Event("test")] * 2),
]  # fmt: skip
IDS = [name for name, *_ in CASES]


def cut(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def parsed(pieces: Iterable[str], **options: Any) -> list[Event]:
    parser = Parser(**options)
    events = [event for piece in pieces for event in parser.feed(piece)]
    return events + parser.finish()


@pytest.mark.parametrize(("_name", "text", "events"), CASES, ids=IDS)
def test_events_whole(_name, text, events):
    assert parsed([text]) == events


@pytest.mark.parametrize("size", [1, 2, 7])
@pytest.mark.parametrize(("_name", "text", "events"), CASES, ids=IDS)
def test_events_in_pieces(_name, text, events, size):
    assert parsed(cut(text, size)) == events


@pytest.mark.parametrize(("_name", "text", "events"), CASES, ids=IDS)
def test_events_cut_in_two_with_nothing_between(_name, text, events):
    for at in range(len(text)):
        assert parsed([text[:at], "", text[at:]]) == events


def read_plainly(text: str) -> list[Event]:
    """The same by the wording of the standard, on the whole text; but for the tail."""
    events: list[Event] = []
    data, type_, last, retry = "", "", "", None
    for line in [*re.split("\r\n|\n|\r", text.removeprefix("\ufeff")), ""]:
        if not line:
            if data:
                events.append(Event(data[:-1], type_ or "message", last, retry))
            data, type_, retry = "", "", None
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data += value + "\n"
        elif name == "event":
            type_ = value
        elif name == "id" and "\0" not in value:
            last = value
        elif name == "retry" and value.isascii() and value.isdigit():
            retry = int(value)
    return events


BITS = ["data", "event", "id", "retry", ":", " ", "\n", "\r", "\r\n", "\n\n", "7", "{}", "\ufeff", "é", "\0"]


@given(st.lists(st.lists(st.sampled_from(BITS), max_size=6).map("".join), max_size=12))
def test_any_text_in_any_pieces_reads_as_the_standard_says(pieces):
    assert parsed(pieces) == read_plainly("".join(pieces))


def test_an_event_is_there_with_the_end_of_its_blank_line():
    parser = Parser()
    told = [(piece, [event.data for event in parser.feed(piece)]) for piece in cut("data: a\r\n\r\ndata: b\n\n", 1)]
    assert [piece for piece, events in told if events] == ["\r", "\n"]


# Name, limit, text, the data that comes out, whether it is too large
LIMITS: list[tuple[str, int, str, list[str], bool]] = [
    ("a line of just the limit", 7, "data: a\n\n", ["a"], False),
    ("a line above it", 6, "data: a\n\n", [], True),
    ("several events within it", 7, "data: a\n\ndata: b\n\n", ["a", "b"], False),
    ("data of several lines within it", 9, "data: a\ndata: b\n\n", ["a\nb"], False),
    ("data of several lines above it", 8, "data: a\ndata: b\n\n", [], True),
    ("comments are no data", 9, ": abc\n" * 9 + "data: a\n\n", ["a"], False),
    ("a comment above it", 9, "data: a\n\n: " + "x" * 9, ["a"], True),
    ("the event behind one", 9, "data: a\n\ndata: abcd\n\ndata: b\n\n", ["a"], True),
    ("a tail above it", 9, "data: a\n\ndata: abcd", ["a"], True),
    ("a type of any length in front", 9, "event: x\ndata: a\n\n", ["a"], False),
]


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
@pytest.mark.parametrize(("_name", "limit", "text", "data", "too_large"), LIMITS, ids=[name for name, *_ in LIMITS])
def test_limit(_name, limit, text, data, too_large, size):
    parser = Parser(max_event=limit)
    events: list[Event] = []
    error = None
    try:
        for piece in cut(text, size):
            events += parser.feed(piece)
        events += parser.finish()
    except EventTooLargeError as raised:
        error = raised
        events += raised.events
    assert [event.data for event in events] == data
    assert (error is not None) == too_large
    if error is not None:
        assert error.limit == limit
        assert str(error) == f"an event has more than {limit:,} characters"


@pytest.mark.parametrize("pieces", [["data: abcd"], ["data: a\n", "data: bc"], ["data: a\ndata: b", "c"], ["x" * 10]])
def test_the_limit_does_not_wait_for_the_end_of_a_line(pieces):
    parser = Parser(max_event=9)
    for piece in pieces[:-1]:
        parser.feed(piece)
    with pytest.raises(EventTooLargeError):
        parser.feed(pieces[-1])


SHAPES: dict[str, Callable[[int], list[str]]] = {
    "a line in pieces of a character": lambda n: ["data: ", *"x" * n, "\n\n"],
    "many lines of data in pieces": lambda n: cut("data: x\n" * (n // 8), 1),
    "many comments in one piece": lambda n: [": x\n" * n],
    "many events in one piece": lambda n: ["data: x\n\n" * n],
    "many events that have ids": lambda n: ["id: 1\ndata: x\n\n" * (n // 4)],
    "a long line with no end": lambda n: ["x" * n * 50] * 2,
    "CR in pieces": lambda n: ["\r"] * n,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_work_is_linear(shape):
    def work(size: int) -> Callable[[], object]:
        pieces = SHAPES[shape](size)
        return lambda: parsed(pieces, max_event=1 << 40)

    assert_linear(work, 20_000)
