"""A run is messages: all of it, at a rate, with its ending, and closed when it is left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from streams import CUT, DELTAS, Recipe

from partway import Extractor, UsageError, stream
from partway.patches import Message, Replica, patches

ALL = float("inf")


def test_a_run_is_messages():
    replica = Replica()
    assert all(replica.feed(message) for message in patches(stream(DELTAS, Recipe), "partway", 1e9))
    assert (replica.value, replica.status) == ({"title": "Pancakes", "steps": []}, "complete")


def test_the_first_and_the_last_are_among_them_however_few_there_may_be():
    assert list(patches(stream(DELTAS, Recipe), per_second=1e-6)) == [
        Message('[{"op":"replace","path":"","value":{"title":"Pan"}}]', id=1),
        Message('[{"op":"replace","path":"/title","value":"Pancakes"},{"op":"add","path":"/steps","value":[]}]', id=2),
        Message("{}", "complete", 3),
    ]


def test_an_error_of_the_data_is_a_message():
    *_, last = patches(stream(CUT, Recipe), "partway")
    replica = Replica()
    replica.feed('{"v":1,"s":null}', 1)
    replica.feed(last)
    assert replica.error is not None
    assert replica.error["type"] == "TruncatedJSONError"


def broken(closed: list[bool]) -> Iterator[str]:
    try:
        yield CUT[0]
        raise ConnectionError("secret")
    finally:
        closed.append(True)


def test_any_other_error_is_told_by_its_class_and_raised():
    closed: list[bool] = []
    told: list[Message] = []
    with pytest.raises(ConnectionError):
        told.extend(patches(stream(broken(closed), Recipe)))
    assert told[-1] == Message('{"type":"ConnectionError","message":"the source failed","path":[]}', "error", 2)
    assert closed


def test_a_loop_that_is_left_closes_the_run():
    closed: list[bool] = []
    for _ in patches(stream(broken(closed), Recipe)):
        break
    assert closed


async def slowly(deltas: list[str], closed: list[bool]) -> AsyncIterator[str]:
    try:
        for delta in deltas:
            await asyncio.sleep(0)
            yield delta
    finally:
        closed.append(True)


def test_an_async_run_is_an_async_iterator():
    async def read(deltas: list[str], *, all_of_it: bool) -> tuple[list[Message], list[bool]]:
        closed: list[bool] = []
        messages = patches(stream(slowly(deltas, closed), Recipe), "json-patch", per_second=1e-6)
        found: list[Message] = []
        async for message in messages:
            found.append(message)
            if not all_of_it:
                await messages.aclose()  # type: ignore[attr-defined]  # as `aclosing` does
                break
        return found, closed

    found, closed = asyncio.run(read(DELTAS, all_of_it=True))
    assert found == list(patches(stream(DELTAS, Recipe), per_second=1e-6))
    assert closed
    found, closed = asyncio.run(read(DELTAS, all_of_it=False))
    assert (len(found), closed) == (1, [True])
    found, closed = asyncio.run(read(CUT, all_of_it=True))
    assert found[-1].event == "error"


REFUSED: list[tuple[Any, tuple[Any, ...], str]] = [
    (Extractor(Recipe), (), "patches() takes a run, as stream() gives one, not Extractor"),
    (stream([], Recipe), ("partway", 0), "frames() takes how many there are in a second at most, not 0"),
    (stream([], Recipe), ("xml",), "there is no format 'xml': it is one of "),
]


@pytest.mark.parametrize(("run", "arguments", "message"), REFUSED)
def test_what_cannot_work_is_refused_at_once(run: Any, arguments: tuple[Any, ...], message: str):
    with pytest.raises(UsageError) as refused:
        patches(run, *arguments)
    assert str(refused.value).startswith(message)
