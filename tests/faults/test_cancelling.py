"""A task that reads is cancelled at each point where it waits, for every way to read: nothing is lost or left behind.

How often a task waits is counted by driving it by hand (`Cancelled`): first to its end, then once more for each of
these points, and there it is cancelled.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Coroutine
from contextlib import aclosing, suppress
from typing import Any

import pytest
from faulty import ASYNC, DELTAS, RECIPE, WAYS, Log, Recipe, Step, closed, drained, dumped, fed, outcome

from chunks import call, chunk
from partway import AsyncRun, NoJSONError, TruncatedJSONError, stream, stream_all, stream_choices, stream_tools


class Cancelled(Coroutine):
    """A coroutine for a task, which counts how often that waits, and has it cancelled at one of these points."""

    def __init__(self, coroutine: Any, at: int | None) -> None:
        self.coroutine, self.at, self.waits = coroutine, at, 0

    def send(self, value: Any) -> Any:
        waiting = self.coroutine.send(value)
        if self.waits == self.at:
            asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)
        self.waits += 1
        return waiting

    def throw(self, *error: Any) -> Any:
        waiting = self.coroutine.throw(*error)
        self.waits += 1
        return waiting

    def close(self) -> None:
        self.coroutine.close()

    def __await__(self) -> Any:
        return self.coroutine.__await__()


async def in_context(run: Any) -> Any:
    async with run:
        return await drained(run)


async def broken_off(run: Any) -> None:
    async with aclosing(aiter(run)) as partials:
        async for _ in partials:
            break


async def left(run: Any) -> None:
    """Leave each kind of loop on the way, which closes the run."""
    async with run, aclosing(run.text("title")) as texts, aclosing(run.items("steps[*]")) as items:
        async for _ in texts:
            break
        async for _ in items:
            break


async def side_by_side(run: Any) -> Any:
    async with run, asyncio.TaskGroup() as group:  # `value` alone would leave the run open
        for way in ("items", "text", "frames", "value"):
            group.create_task(WAYS[way](run))


async def with_hooks(run: Any) -> Any:
    async def wait(_: Any) -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    run.on("title", appended=wait, completed=wait)
    run.on("..text", completed=wait, finished=wait)
    return await run.result()


async def one_behind_the_other(run: Any) -> Any:
    await drained(run.text("title"))
    await run.value("steps[0]")
    return await run.result()


MORE_WAYS = (in_context, broken_off, left, side_by_side, with_hooks, one_behind_the_other)
ALL_WAYS = {**WAYS, **{way.__name__: way for way in MORE_WAYS}}
LEFT_OPEN = {"text", "value", "one_behind_the_other"}
"""The ways that may leave the run open when they are cancelled, as they do when they end."""


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def driven(scenario: Any) -> None:
    """Run it to its end, and cancelled at each point: nothing may go wrong unseen, and no task may be left."""
    unseen: list[Any] = []

    async def watched(at: int | None) -> int:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unseen.append(context))
        waits: int = await scenario(at)
        await turns()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return waits

    waits = asyncio.run(watched(None))
    assert waits
    for at in range(waits):
        asyncio.run(watched(at))
    gc.collect()  # what a task raised that nobody asked for is told then
    assert unseen == []


async def cancelled_at(at: int | None, reading: Any) -> tuple[bool, int]:
    """Whether a task was cancelled, and how often it has waited."""
    coroutine = Cancelled(reading, at)
    task: Any = asyncio.get_running_loop().create_task(coroutine)
    await asyncio.wait([task])
    if not task.cancelled() and task.exception() is not None:
        raise task.exception()
    return task.cancelled(), coroutine.waits


@pytest.mark.parametrize("shape", ASYNC, ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("way", list(ALL_WAYS))
def test_a_reader_is_cancelled_wherever_it_waits(way, shape):
    async def scenario(at: int | None) -> int:
        log = Log()
        run = stream(shape(DELTAS, log), Recipe)
        was_cancelled, waits = await cancelled_at(at, ALL_WAYS[way](run))
        await turns()
        once = dict.fromkeys(shape.closes, 1)
        if was_cancelled and way not in LEFT_OPEN:
            assert log.closed == once
        same = fed(log.given)
        assert dumped(run.partial) == dumped(same.partial)
        assert run.json == same.text
        assert run.state("steps", 0) is same.state("steps", 0)
        await goes_on(run, log, once)
        return waits

    driven(scenario)


async def goes_on(run: AsyncRun[Any], log: Log, once: dict[str, int]) -> None:
    """Whoever asks later gets the result, if all has come or the run was left open; else what is missing."""
    given, partial = list(log.given), run.partial
    was_closed = bool(log.closed)
    came = await outcome(run.result)
    if came != RECIPE:
        assert was_closed
        assert type(came) is (TruncatedJSONError if given else NoJSONError)
        assert came.partial is partial
        assert came.text == run.json
    if was_closed:
        assert log.given == given
    else:
        assert log.given == DELTAS
    await closed(run)
    assert log.closed == once


TEXT = ['{"text": "Bo', 'il."}\n', '{"text": "Pour.", "mi', 'nutes": 3}\n']
CHOICES = [
    chunk('{"text": "Bo'),
    chunk('{"text": "Po', choice=1),
    chunk('il."}'),
    chunk('ur."}', choice=1),
    chunk(finish="stop"),
]
CALLS = [call(0, '{"text": "Bo', "do"), call(1, '{"text": "Po', "do"), call(0, 'il."}'), call(1, 'ur."}')]
SEVERAL: dict[str, Any] = {
    "stream_all": (TEXT, lambda source: stream_all(source, Step)),
    "stream_choices": (CHOICES, lambda source: stream_choices(source, Step)),
    "stream_tools": (CALLS, lambda source: stream_tools(source, {"do": Step})),
}


async def one_by_one(runs: Any, begun: list[Any]) -> None:
    async with aclosing(aiter(runs)) as loop:
        async for run in loop:
            begun.append(run)
            await drained(run)


async def text_and_result(runs: Any, begun: list[Any]) -> None:
    async with runs:
        async for run in runs:
            begun.append(run)
            await drained(run.text("text"))
            await run.result()


async def heedless(reading: Any) -> None:
    with suppress(TruncatedJSONError):  # another task has closed the source
        await reading


async def all_at_once(runs: Any, begun: list[Any]) -> None:
    async with runs, asyncio.TaskGroup() as group:
        async for run in runs:
            begun.append(run)
            group.create_task(heedless(drained(run)))
            group.create_task(heedless(run.value("text")))


@pytest.mark.parametrize("shape", ASYNC, ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("way", [one_by_one, text_and_result, all_at_once], ids=lambda way: way.__name__)
@pytest.mark.parametrize("kind", list(SEVERAL))
def test_a_reader_of_several_runs_is_cancelled_wherever_it_waits(kind, way, shape):
    async def scenario(at: int | None) -> int:
        log, begun = Log(), []
        chunks, make = SEVERAL[kind]
        runs = make(shape(chunks, log))
        was_cancelled, waits = await cancelled_at(at, way(runs, begun))
        await turns()
        if was_cancelled:
            assert log.closed == dict.fromkeys(shape.closes, 1)
        given = len(log.given)
        for run in begun:
            partial = run.partial
            came = await outcome(run.result)
            if isinstance(came, TruncatedJSONError):
                assert was_cancelled
                assert came.partial is partial
            else:
                assert came.text in ("Boil.", "Pour.")
        assert len(log.given) == given
        await closed(runs)
        assert log.closed == dict.fromkeys(shape.closes, 1)
        return waits

    driven(scenario)
