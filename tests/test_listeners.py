"""Listeners: who is told of what, alone, together, and when they come and go."""

from __future__ import annotations

import pytest

from partway import Appended, Completed, Extractor, Finished, Opened, Restarted
from partway._listeners import Listener, Listeners
from partway._paths import APPENDS, BOTH, OTHERS, Pattern

TEXT = '{"a": "x", "b": ["y"]}'
OF_A = [Opened(("a",), "string"), Appended(("a",), "x"), Completed(("a",), "x")]
OF_B0 = [Opened(("b", 0), "string"), Appended(("b", 0), "y"), Completed(("b", 0), "y")]
END = [Finished({"a": "x", "b": ["y"]})]

# Of each pattern and kinds of events: what is told
TOLD = [
    ("a", BOTH, [*OF_A, *END]),
    ("a", OTHERS, [OF_A[0], OF_A[2], *END]),
    ("a", APPENDS, [OF_A[1], *END]),
    ("b[*]", BOTH, [*OF_B0, *END]),
    ("nothing", BOTH, END),
    ("a", 0, END),
]


def listener(pattern: str, tells: int) -> tuple[Listener, list]:
    heard: list = []
    return Listener(heard.append, (Pattern(pattern),), tells), heard


def read(*listeners: Listener) -> None:
    extractor = Extractor(dict)
    Listeners(extractor).add(*listeners)
    extractor.feed(TEXT)
    extractor.finish()


@pytest.mark.parametrize(("pattern", "tells", "told"), TOLD)
def test_one_alone_is_told_of_its_places(pattern, tells, told):
    one, heard = listener(pattern, tells)
    read(one)
    assert heard == told


@pytest.mark.parametrize(("pattern", "tells", "told"), TOLD)
def test_one_beside_others_is_told_at_least_the_same(pattern, tells, told):
    one, heard = listener(pattern, tells)
    read(Listener([].append), listener("a", BOTH)[0], one, listener("b", OTHERS)[0])
    assert [event for event in heard if event in told] == told
    assert {event.path for event in heard[:-1]} <= {event.path for event in (*OF_A, *OF_B0)}


def test_one_of_several_patterns_is_told_of_each_event_once():
    heard: list = []
    read(Listener(heard.append, (Pattern("a"), Pattern("*"), Pattern("..a"))), listener("a", BOTH)[0])
    assert [event for event in heard if getattr(event, "path", None) == ("a",)] == OF_A


def test_all_are_told_in_the_order_in_which_they_came():
    heard: list = []
    first = Listener(lambda event: heard.append((1, type(event))), (Pattern("a"),))
    last = Listener(lambda event: heard.append((3, type(event))), (Pattern("..a"),))
    read(first, Listener(lambda event: heard.append((2, type(event)))), last)
    assert [who for who, kind in heard if kind is Appended][:3] == [1, 2, 3]


def test_who_is_dropped_is_told_no_more_and_nobody_else_is_touched():
    extractor = Extractor(dict)
    listeners = Listeners(extractor)
    (one, heard), (other, others) = listener("a", BOTH), listener("a", BOTH)
    listeners.add(one, other)
    extractor.feed('{"a": "x')
    for _ in range(2):
        listeners.drop(one)
    listeners.drop(None)
    extractor.feed('y"}')
    assert heard == [Opened(("a",), "string"), Appended(("a",), "x")]
    assert others[2:] == [Appended(("a",), "y"), Completed(("a",), "xy")]
    listeners.drop(other)
    extractor.finish()
    assert len(others) == 4


def test_everybody_is_told_that_all_begins_anew():
    one, heard = listener("nothing", BOTH)
    two, others = listener("nowhere", BOTH)
    extractor = Extractor(dict)
    Listeners(extractor).add(one, two)
    extractor.feed('{"a": "x')
    extractor.restart("again")
    assert heard == others == [Restarted("again")]
