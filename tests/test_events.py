"""The vocabulary: frozen facts, and the four states of a place."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from typing import get_args

import pytest

from partway import events
from partway.events import Appended, Completed, Event, Finished, Kind, Opened, Rejected, Restarted, State

ERROR = ValueError("no")

# (event, one that differs from it)
EVENTS = [
    (Opened(("a",), "object"), Opened(("a",), "array")),
    (Appended(("a", 0), "x"), Appended(("a", 1), "x")),
    (Completed((), 1), Completed((), 2)),
    (Rejected(("a",), ERROR), Rejected(("a",), ValueError("no"))),
    (Restarted("why"), Restarted("why not")),
    (Finished(1), Finished(None)),
]
FIELDS = {
    Opened: ["path", "kind"],
    Appended: ["path", "text"],
    Completed: ["path", "value"],
    Rejected: ["path", "error"],
    Restarted: ["reason"],
    Finished: ["value"],
}
each = pytest.mark.parametrize("event", [event for event, _ in EVENTS], ids=[kind.__name__ for kind in FIELDS])


def test_the_events_are_these_six():
    assert get_args(Event) == tuple(FIELDS) == tuple(type(event) for event, _ in EVENTS)


def test_the_states_are_these_four():
    assert {state.name: state.value for state in State} == {
        "ABSENT": "absent",
        "STREAMING": "streaming",
        "COMPLETE": "complete",
        "REJECTED": "rejected",
    }


def test_the_kinds_are_those_of_json():
    assert get_args(Kind) == ("object", "array", "string", "number", "boolean", "null")


def test_each_name_is_exported():
    classes = inspect.getmembers(events, lambda value: inspect.isclass(value) and value.__module__ == events.__name__)
    assert sorted(events.__all__) == sorted([name for name, _ in classes] + ["Event", "Kind", "Path"])


@each
def test_the_fields_stand_in_the_order_of_the_documentation(event):
    assert [field.name for field in dataclasses.fields(event)] == FIELDS[type(event)]
    assert type(event).__match_args__ == tuple(FIELDS[type(event)])


@each
def test_an_event_cannot_be_changed(event):
    for name in FIELDS[type(event)]:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(event, name, None)
        with pytest.raises(dataclasses.FrozenInstanceError):
            delattr(event, name)


@each
def test_an_event_has_slots_alone(event):
    assert not hasattr(event, "__dict__")


@pytest.mark.parametrize(("event", "other"), EVENTS, ids=[kind.__name__ for kind in FIELDS])
def test_events_are_equal_by_what_they_say(event, other):
    assert event == dataclasses.replace(event)
    assert event != other
    assert hash(event) == hash(dataclasses.replace(event))
    assert event not in [one for one, _ in EVENTS if one is not event]


@each
def test_an_event_can_be_copied_and_sent(event):
    assert copy.copy(event) == event
    sent = pickle.loads(pickle.dumps(event))  # noqa: S301  # our own
    assert repr(sent) == repr(event)
