"""Hooks that raise, cancel, and take long, of every kind of event: what had come is kept, and the source is closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from faulty import ASYNC, DELTAS, RECIPE, SYNC, Log, Recipe, drained, dumped, fed, outcome

from partway import Appended, Completed, Hooks, NoJSONError, TruncatedJSONError, UsageError, stream
from sources import given


class Stop(BaseException):
    """What is no `Exception`."""


# A text with every kind of event, where a hook stands, and its kind; and with which delta it is called.
RESTARTING = ['{"title": 7}', " No: ", *DELTAS]
PLACES: list[tuple[str, str, int]] = [
    ("title", "opened", 0),
    ("title", "appended", 2),
    ("title", "completed", 3),
    ("title", "rejected", 0),
    ("", "restarted", 2),
    ("steps[1].text", "opened", 4),
    ("..minutes", "completed", 5),
    ("", "completed", 6),
    ("", "finished", 7),
]
ERRORS: list[Any] = [ZeroDivisionError, UsageError, Stop, asyncio.CancelledError, KeyboardInterrupt]


def raising(error: BaseException, *, is_async: bool) -> Callable[[Any], Any]:
    def fail(_: Any) -> None:
        raise error

    async def fail_later(_: Any) -> None:
        await asyncio.sleep(0)
        raise error

    return fail_later if is_async else fail


@pytest.mark.parametrize(
    ("shape", "is_async"),
    [*((shape, False) for shape in (*SYNC, *ASYNC)), *((shape, True) for shape in ASYNC)],
    ids=lambda value: getattr(value, "__name__", "async" if value else "sync"),
)
@pytest.mark.parametrize(("path", "kind", "at"), PLACES)
def test_what_a_hook_raises_ends_the_run_and_keeps_what_had_come(shape, is_async, path, kind, at):
    async def scenario(error: BaseException, on_hook_error: Any) -> None:
        log, told = Log(), []
        hooks = Hooks()
        hooks.on(path, **{kind: raising(error, is_async=is_async)})
        hooks.on(path, **{kind: told.append})
        run = stream(shape(RESTARTING, log), Recipe, hooks=hooks, on_hook_error=on_hook_error)
        assert await outcome(run.result) is error
        assert log.given == RESTARTING[: at + 1]
        assert log.closed == dict.fromkeys(shape.closes, 1)
        assert told == []  # those behind it are not called for that event any more
        same = fed(log.given)
        assert (dumped(run.partial), run.json) == (dumped(same.partial), same.text)
        again = await outcome(run.result)
        if isinstance(error, Exception):
            assert again is error
        elif at > 5:  # all had come
            assert again == RECIPE
        else:
            assert isinstance(again, TruncatedJSONError | NoJSONError) or at < 2
        assert log.given == RESTARTING[: at + 1]

    for error in ERRORS:
        if issubclass(error, KeyboardInterrupt) and shape in ASYNC:
            continue  # it ends the loop, and all that runs in it
        asyncio.run(scenario(error(), "raise"))
        if not issubclass(error, Exception):
            asyncio.run(scenario(error(), "log"))


@pytest.mark.parametrize(
    ("shape", "is_async"),
    [*((shape, False) for shape in (*SYNC, *ASYNC)), *((shape, True) for shape in ASYNC)],
    ids=lambda value: getattr(value, "__name__", "async" if value else "sync"),
)
@pytest.mark.parametrize(("path", "kind", "at"), PLACES)
def test_what_a_hook_raises_is_logged_and_nothing_else_where_that_is_asked_for(shape, is_async, path, kind, at, caplog):
    async def scenario() -> None:
        log, told = Log(), []
        hooks = Hooks()
        hooks.on(path, **{kind: raising(ZeroDivisionError(), is_async=is_async)})
        hooks.on(path, **{kind: told.append})
        assert await given(stream(shape(RESTARTING, log), Recipe, hooks=hooks, on_hook_error="log").result()) == RECIPE
        assert log.closed == dict.fromkeys(shape.closes, 1)
        assert told
        assert len(caplog.records) == len(told)

    assert at < len(RESTARTING) + 1
    with caplog.at_level(logging.ERROR, logger="partway"):
        asyncio.run(scenario())


@pytest.mark.parametrize("shape", ASYNC, ids=lambda shape: shape.__name__)
def test_a_hook_that_cancels_the_task_that_reads_ends_it_at_its_next_wait(shape):
    async def scenario() -> None:
        log = Log()
        run = stream(shape(DELTAS, log), Recipe)
        run.on("title", completed=lambda _: reading.cancel())
        reading = asyncio.ensure_future(run.result())
        await asyncio.wait([reading])
        assert reading.cancelled()
        assert log.closed == dict.fromkeys(shape.closes, 1)
        assert dumped(run.partial) == dumped(fed(log.given).partial)
        with pytest.raises(TruncatedJSONError):
            await run.result()

    asyncio.run(scenario())


@pytest.mark.parametrize("shape", ASYNC, ids=lambda shape: shape.__name__)
def test_hooks_that_take_long_are_awaited_in_the_order_of_the_text_before_more_is_pulled(shape):
    async def scenario() -> None:
        log, told = Log(), []

        async def slowly(event: Any) -> None:
            pulled = len(log.given)
            for _ in range(30):
                await asyncio.sleep(0)
            assert len(log.given) == pulled
            told.append(event)

        run = stream(shape(DELTAS, log), Recipe)
        run.on("title", appended=slowly, completed=slowly)
        run.on("steps[*]", completed=slowly)
        partials, result = await asyncio.gather(drained(run), run.result())
        assert partials[-1] == result == RECIPE
        assert [type(event) for event in told] == [Appended, Appended, Completed, Completed, Completed]
        assert log.closed == dict.fromkeys(shape.closes, 1)

    asyncio.run(scenario())


@pytest.mark.parametrize("shape", ASYNC, ids=lambda shape: shape.__name__)
def test_a_hook_that_is_left_by_a_timeout_ends_the_run_where_it_was(shape):
    async def scenario() -> None:
        log = Log()

        async def for_ever(_: Any) -> None:
            deadline.reschedule(0)
            await asyncio.Event().wait()

        run = stream(shape(DELTAS, log), Recipe)
        run.on("title", completed=for_ever)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60) as deadline:
                await run.result()
        assert log.closed == dict.fromkeys(shape.closes, 1)
        assert (log.given, run.partial.title) == (DELTAS[:2], "Tea")
        with pytest.raises(TruncatedJSONError):
            await run.result()

    asyncio.run(scenario())
