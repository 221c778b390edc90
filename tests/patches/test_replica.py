"""The compact form means what the specification says, message by message."""

from __future__ import annotations

from typing import Any

import pytest

from partway import State, UsageError
from partway.patches import Change, Message, Replica, apply

# A message, then the value and the open path behind it
MESSAGES: list[tuple[str, Any, tuple[Any, ...] | None]] = [
    ('{"v":1,"p":[[[],{"title":"Pan"}]],"o":["title"]}', {"title": "Pan"}, ("title",)),
    ('{"p":[[["title"],"ca",1]]}', {"title": "Panca"}, ("title",)),
    ('"kes"', {"title": "Pancakes"}, ("title",)),
    ('{"o":[]}', {"title": "Pancakes"}, ()),
    ('{"p":[[["steps"],[]],[["steps",0],{"text":""}]]}', {"title": "Pancakes", "steps": [{"text": ""}]}, ("steps", 0)),
    ('{"p":[[["steps",0,"text"],"Mix"],[["title"]]],"o":["steps",0]}', {"steps": [{"text": "Mix"}]}, ("steps", 0)),
    ('{"x":[["steps",0,"min"]]}', {"steps": [{"text": "Mix"}]}, ("steps", 0)),
    ('{"s":{"n":null},"o":["n"]}', {"n": None}, ("n",)),
    ('{"s":"te","o":[]}', "te", ()),
    ('{"p":[[[],"xt",1]]}', "text", ()),
    ('"!"', "text!", ()),
    ('{"d":1,"o":null}', "text!", None),
]


def test_each_message_does_what_it_says():
    replica = Replica()
    for data, value, open_path in MESSAGES:
        assert replica.feed(data)
        assert (replica.value, replica.open_path) == (value, open_path)
    assert (replica.seq, replica.status, replica.rejected) == (len(MESSAGES), "complete", ())


def test_a_message_that_was_there_is_passed_over():
    replica = Replica()
    assert replica.feed('{"v":1,"s":"a","o":[]}', 7)
    assert not replica.feed('{"p":[[[],"b",1]]}', 7)
    assert not replica.feed(Message('{"p":[[[],"b",1]]}', id=6))
    assert replica.feed('{"p":[[[],"b",1]]}')
    assert (replica.value, replica.seq) == ("ab", 8)


def test_a_snapshot_counts_whatever_its_number_is():
    replica = Replica()
    replica.feed('{"v":1,"s":{"a":1},"o":null,"d":1}', 9)
    assert replica.feed('{"v":1,"s":{"b":"x"},"o":["b"]}', 2)
    assert replica.feed('{"p":[[["b"],"y",1]]}')
    assert (replica.value, replica.seq, replica.status) == ({"b": "xy"}, 3, "streaming")


def test_the_state_of_a_place_follows_from_the_paths():
    replica = Replica()
    replica.feed('{"v":1,"s":{"a":[{"b":"x"}],"c":1},"o":["a",0,"b"],"x":[["a",0,"d"],["c"]]}')
    states = [
        replica.state(path) for path in [(), ("a",), ("a", 0), ("a", 0, "b"), ("a", 0, "e"), ("a", 1), ("a", "0")]
    ]
    assert states == [State.STREAMING] * 4 + [State.ABSENT] * 3
    assert [replica.state(path) for path in [("c",), ("a", 0, "d")]] == [State.REJECTED] * 2
    replica.feed('{"p":[[["e"],2]],"o":[]}')
    assert [replica.state(path) for path in [("a", 0, "b"), ("e",), ()]] == [
        State.COMPLETE, State.COMPLETE, State.STREAMING
    ]  # fmt: skip
    replica.feed('{"d":1,"o":null}')
    assert replica.state(()) is State.COMPLETE


def test_before_the_first_message_nothing_is_there():
    # It was said to be complete.
    assert Replica().state(()) is State.ABSENT


def test_a_later_version_is_refused():
    replica = Replica()
    with pytest.raises(UsageError, match=r"^version 2 of the compact form is not known here$"):
        replica.feed('{"v":2,"s":1}')
    assert (replica.value, replica.seq) == (None, 0)


def test_an_error_ends_it_and_what_is_shown_stays():
    replica = Replica()
    replica.feed('{"v":1,"s":{"a":1},"o":[],"x":[["b"]]}')
    replica.feed('{"o":null,"e":{"type":"TruncatedJSONError","message":"cut off","path":["a"]}}')
    assert (replica.status, replica.value) == ("error", {"a": 1})
    assert replica.error == {"type": "TruncatedJSONError", "message": "cut off", "path": ["a"]}
    replica.feed('{"s":null}')
    assert (replica.error, replica.rejected) == (None, ())


BAD = ["", "[1]", "3", '{"p":[[["a","b"],1]]}', '{"p":[7]}', '"text"', '{"p":[[["a"]]]}', "[" * 100_000]


@pytest.mark.parametrize("payload", BAD, ids=range(len(BAD)))
def test_what_is_no_message_is_refused(payload: str):
    replica = Replica()
    replica.feed('{"v":1,"s":{},"o":[]}')
    with pytest.raises(UsageError, match=r"^not a message of the compact form: "):
        replica.feed(payload)


def test_a_change_is_applied_in_place():
    value: dict[str, Any] = {"a": ["x"]}
    assert apply(value, Change("append", ("a", 0), "y")) is value
    assert apply(value, Change("add", ("a", 1), "z")) is value
    assert apply(value, Change("remove", ("a", 0), None)) == {"a": ["z"]}
    assert apply(value, Change("replace", (), 3)) == 3
