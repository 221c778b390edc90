"""Branches and routers by themselves; `test_documents.py` has them at work."""

from __future__ import annotations

import pytest

from partway import Completed, Extractor, MismatchError, NoJSONError, Opened, TruncatedJSONError
from partway._answer import Answer
from partway._listeners import Listener
from partway._router import Branch, Router


def branch(text=""):
    events = []
    extractor = Extractor(list[int], on_event=events.append)
    extractor.feed(text)
    return Branch(extractor, events, Answer())


class Routed(Router[list[int]]):
    """Feeds everything to one branch; a chunk that is an error ends all."""

    def __init__(self, only=None):
        super().__init__()
        self.only = only

    def take(self, chunk):
        if isinstance(chunk, Exception):
            raise chunk
        self.only.extractor.feed(chunk)
        yield

    def end(self):
        self.only.end()

    def branches(self):
        return [self.only] if self.only is not None and not self.only.over else []


ENDS = {"[1]": ([1], None), '["x"]': (None, MismatchError), "[1": (None, TruncatedJSONError), "": (None, NoJSONError)}


@pytest.mark.parametrize("text", ENDS)
def test_a_branch_ends_with_its_value_or_its_error(text):
    ended = branch(text)
    ended.end()
    value, error = ENDS[text]
    assert ended.over
    assert ended.value == value
    assert error is None if ended.error is None else type(ended.error) is error


def test_events_are_kept_until_somebody_looks_another_way():
    heard, looked = [], branch("[1")
    assert looked.events == [Opened((), "array")]
    looked.listeners.add(Listener(heard.append))
    looked.look()
    looked.extractor.feed(", 2]")
    assert looked.events is None
    assert [type(event) for event in heard] == [Opened, Completed, Opened, Completed, Completed]


@pytest.mark.parametrize("is_open", [True, False])
def test_an_error_of_the_data_is_told_by_what_is_open_or_else_by_the_loop(is_open):
    error = NoJSONError("no more")
    router = Routed(branch("[1") if is_open else None)
    assert list(router.steps(error)) == []
    assert router.over
    assert (router.error, router.only and router.only.error) == ((None, error) if is_open else (error, None))


def test_any_other_error_is_told_by_both():
    router, error = Routed(branch("[1")), ValueError()
    router.break_off(error)
    assert router.error is router.only.error is error


def test_what_is_open_when_nothing_more_comes_ends_where_it_is():
    router = Routed(branch("[1"))
    assert list(router.steps(", 2]")) == [None]
    router.close()
    assert router.only.value == [1, 2]
