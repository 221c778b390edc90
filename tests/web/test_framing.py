"""Bytes of an event stream, read back by our own parser, which is held against the standard elsewhere."""

from __future__ import annotations

import pytest

from partway.patches import Message
from partway.sse import Event, Parser
from partway.web._framing import KEEP_ALIVE, framed, last_event_id

WRITTEN = [
    ([Message('"abcd"')], b'data:"abcd"\n\n'),
    ([Message("{}", id=7)], b"id:7\ndata:{}\n\n"),
    ([Message("{}", "delta", 0)], b"event:delta\nid:0\ndata:{}\n\n"),
    ([Message("1"), Message("2", id=2)], b"data:1\n\nid:2\ndata:2\n\n"),
    ([Message("\U0001f525 \u2028")], "data:\U0001f525 \u2028\n\n".encode()),
    ([], b""),
]

READ_BACK = ["", "a", " a", "  a", "a\nb", "a\n\n b", "\n", " \n ", ": no comment", "data:", "\ufeff"]

SAID = [
    ({"headers": [(b"last-event-id", b"7")]}, 7),
    ({"headers": [(b"accept", b"*/*"), (b"last-event-id", b"0")], "query_string": b""}, 0),
    ({"headers": [(b"last-event-id", b"7")], "query_string": b"last_event_id=3"}, 7),
    ({"headers": [(b"last-event-id", b"x")], "query_string": b"last_event_id=3"}, None),
    ({"headers": [], "query_string": b"last_event_id=3"}, 3),
    ({"headers": [], "query_string": b"a=1&last_event_id=3&last_event_id=4"}, 4),
    ({"headers": [], "query_string": b"last_event_id=&a=%ff"}, None),
    ({"headers": [], "query_string": b"last_event_id=%2B3"}, None),
    ({"headers": [], "query_string": b"\xff\xfe"}, None),
    ({"headers": [(b"last-event-id", b"-1")]}, None),
    ({"headers": [(b"last-event-id", "\u0663".encode())]}, None),
    ({"headers": [(b"last-event-id", b"9" * 5000)]}, None),
    ({}, None),
]


@pytest.mark.parametrize(("messages", "written"), WRITTEN)
def test_messages_are_written_as_tersely_as_the_standard_allows(messages, written):
    assert framed(messages) == written


@pytest.mark.parametrize("data", READ_BACK)
def test_data_is_read_back_as_it_was(data):
    assert Parser().feed(framed([Message(data, "kind", 5)]).decode()) == [Event(data, "kind", "5")]


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_every_end_of_a_line_is_one(end):
    assert Parser().feed(framed([Message(f"a{end}b")]).decode()) == [Event("a\nb")]


def test_a_comment_is_passed_over():
    assert Parser().feed((KEEP_ALIVE + framed([Message("1")]) + KEEP_ALIVE).decode()) == [Event("1")]


@pytest.mark.parametrize(("scope", "number"), SAID)
def test_a_client_has_what_it_says_if_that_can_be(scope, number):
    assert last_event_id(scope) == number
