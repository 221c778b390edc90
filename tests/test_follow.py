"""A view that follows a run: shown from the first partial to the result, and left on every way out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from pydantic import BaseModel

from partway import TruncatedJSONError, UsageError, stream
from partway._follow import follow

CHUNKS = ['{"a": "x', "y", '", "b": 1', "}"]


class Noted:
    """A view that notes what it is told."""

    def __init__(self):
        self.told = []

    def __enter__(self):
        self.told.append("entered")

    def __exit__(self, kind, error, trace):
        self.told.append("left" if error is None else f"left by {kind.__name__}")

    def show(self, partial, open_path, rejected):
        self.told.append((partial, open_path, len(rejected)))

    def finish(self, result):
        self.told.append(("finish", result))


async def flowing(chunks):
    for chunk in chunks:
        yield chunk


def followed(chunks, view, per_second=None):
    return follow(stream(chunks, dict[str, str | int]), view, per_second)


def followed_async(chunks, view, per_second=None):
    async def main():
        return await follow(stream(flowing(chunks), dict[str, str | int]), view, per_second)

    return asyncio.run(main())


BOTH = pytest.mark.parametrize("way", [followed, followed_async])


@BOTH
def test_each_partial_is_shown_and_then_the_result(way):
    view = Noted()
    assert way(CHUNKS, view) == {"a": "xy", "b": 1}
    assert view.told[0] == "entered"
    assert view.told[-3:] == [({"a": "xy", "b": 1}, (), 0), ("finish", {"a": "xy", "b": 1}), "left"]


@BOTH
def test_of_many_the_first_and_the_last_are_shown(way):
    view = Noted()
    way(['{"a": "x', *"x" * 499, '"}'], view, 0.001)
    shown = [told[0] for told in view.told if isinstance(told, tuple) and told[0] != "finish"]
    assert shown == [{"a": "x"}, {"a": "x" * 500}]


@BOTH
def test_an_error_leaves_the_view_and_is_raised(way):
    view = Noted()
    with pytest.raises(TruncatedJSONError):
        way(CHUNKS[:1], view)
    assert view.told[-1] == "left by TruncatedJSONError"
    assert view.told[-2] == ({"a": "x"}, ("a",), 0)


def test_who_stops_waiting_leaves_the_view_and_the_source():
    view, closed, waits = Noted(), [], asyncio.Event()

    async def stuck():
        try:
            yield '{"a": "x'
            waits.set()
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    async def main():
        task = asyncio.create_task(follow(stream(stuck(), dict[str, str]), view))
        await waits.wait()
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(main())
    assert view.told == ["entered", ({"a": "x"}, ("a",), 0), "left by CancelledError"]
    assert closed == [True]


class Thing(BaseModel):
    a: str
    b: int


@dataclass
class ThingSoFar:
    a: str | None = None
    b: int | None = None


def test_a_class_of_the_users_own_does_not_hide_what_has_arrived():
    view = Noted()
    assert follow(stream(CHUNKS, Thing, partial=ThingSoFar), view) == Thing(a="xy", b=1)
    first = view.told[1][0]
    assert (first.a, first.model_fields_set) == ("x", {"a"})


@pytest.mark.parametrize("per_second", [0, -1, True])
def test_a_pace_that_cannot_be_is_refused_before_anything_is_shown(per_second):
    view = Noted()
    with pytest.raises(UsageError, match="how many there are in a second"):
        followed(CHUNKS, view, per_second)
    assert view.told == []


def test_only_runs_can_be_followed():
    with pytest.raises(UsageError, match=r"^what is shown is a run, as stream\(\) makes one, not str$"):
        follow("text", Noted())
