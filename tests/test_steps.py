"""One async generator pulled for several tasks: who pulls, who waits, and who is told of an end."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from partway._steps import AsyncSteps


class Generator:
    """A generator that says what is done to it."""

    def __init__(self, count: int = 3, error: Exception | None = None) -> None:
        self.given = 0
        self.tasks: set[Any] = set()
        self.closed = False
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self._count, self._error = count, error

    async def __call__(self) -> Any:
        try:
            while self.given < self._count:
                await self.goes_on.wait()
                await asyncio.sleep(0)
                self.tasks.add(asyncio.current_task())
                self.given += 1
                yield True
            if self._error is not None:
                raise self._error
        finally:
            self.closed = True


def scenario(test: Any) -> Any:
    def run() -> None:
        asyncio.run(asyncio.wait_for(test(), 10))

    run.__name__ = test.__name__
    return run


async def turns(count: int = 10) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def all_of(steps: AsyncSteps, *, shares: bool = False) -> int:
    """Advance to the end; how often."""
    if shares:
        steps.share()
    count = 0
    try:
        while await steps.advance(shares=shares):
            count += 1
    finally:
        if shares:
            steps.leave()
    return count


@scenario
async def test_one_task_pulls_by_itself():
    generator = Generator()
    steps = AsyncSteps(generator())
    assert await all_of(steps) == 3
    assert (steps.over, generator.closed, generator.tasks) == (True, True, {asyncio.current_task()})
    assert await steps.advance() is False


@scenario
async def test_one_pulls_and_the_others_wait_for_it():
    generator = Generator()
    steps = AsyncSteps(generator())
    counts = await asyncio.gather(*(all_of(steps) for _ in range(3)))
    assert generator.given == 3
    assert max(counts) <= 4
    assert generator.closed


@scenario
async def test_those_who_share_have_a_task_of_their_own():
    generator = Generator(5)
    steps = AsyncSteps(generator())
    await asyncio.gather(*(all_of(steps, shares=True) for _ in range(3)), all_of(steps))
    assert len(generator.tasks) == 1
    assert not generator.tasks & {asyncio.current_task()}
    await turns()
    assert len(asyncio.all_tasks()) == 1 + 1  # this one, and that of `wait_for`


@scenario
async def test_the_driver_pulls_only_while_somebody_waits():
    generator = Generator()
    steps = AsyncSteps(generator())
    steps.share()
    await turns()
    assert generator.given == 0
    for number in (1, 2):
        assert await steps.advance(shares=True)
        await turns()
        assert generator.given == number
    steps.leave()
    await turns()
    assert len(asyncio.all_tasks()) == 2
    assert await steps.advance()  # somebody alone goes on
    assert generator.given == 3


@scenario
async def test_who_waits_for_so_long_is_told_that_there_may_be_more():
    generator = Generator()
    generator.goes_on.clear()
    steps = AsyncSteps(generator())
    steps.share()
    assert await steps.advance(shares=True, within=0.001)
    assert generator.given == 0
    generator.goes_on.set()
    assert await steps.advance(shares=True, within=10)
    assert generator.given == 1
    steps.leave()
    await turns()


@scenario
async def test_a_wait_that_is_cancelled_leaves_the_generator_open():
    generator = Generator()
    generator.goes_on.clear()
    steps = AsyncSteps(generator())
    waiting = asyncio.ensure_future(all_of(steps, shares=True))
    await turns()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert not generator.closed
    generator.goes_on.set()
    await all_of(steps, shares=True)
    assert (generator.given, generator.closed) == (3, True)


@scenario
async def test_a_pull_that_is_cancelled_ends_the_generator():
    generator = Generator()
    generator.goes_on.clear()
    steps = AsyncSteps(generator())
    pulling = asyncio.ensure_future(steps.advance())
    await turns()
    pulling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pulling
    assert (generator.closed, steps.over) == (True, True)


@pytest.mark.parametrize("shares", [True, False])
def test_closing_stops_the_driver_and_waits_for_anybody_else(shares):
    async def test() -> None:
        generator = Generator()
        generator.goes_on.clear()
        steps = AsyncSteps(generator())
        pulling = asyncio.ensure_future(all_of(steps, shares=shares))
        await turns()
        closing = asyncio.ensure_future(steps.aclose())
        await turns()
        assert closing.done() == shares
        generator.goes_on.set()
        await closing
        assert (generator.closed, steps.over, generator.given) == (True, True, int(not shares))
        await pulling
        assert await steps.advance(shares=shares) is False

    asyncio.run(asyncio.wait_for(test(), 10))


@scenario
async def test_closing_that_is_cancelled_leaves_it_open():
    generator = Generator()
    generator.goes_on.clear()
    steps = AsyncSteps(generator())
    pulling = asyncio.ensure_future(all_of(steps))
    await turns()
    closing = asyncio.ensure_future(steps.aclose())
    await turns()
    closing.cancel()
    await asyncio.gather(closing, return_exceptions=True)
    generator.goes_on.set()
    assert await pulling == 3


@scenario
async def test_an_error_is_raised_where_it_was_pulled_and_tells_the_others_that_it_is_over():
    steps = AsyncSteps(Generator(1, ZeroDivisionError())())
    outcomes = await asyncio.gather(all_of(steps), all_of(steps), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ZeroDivisionError", "int"]
    steps = AsyncSteps(Generator(1, ZeroDivisionError())())
    counts = await asyncio.gather(all_of(steps, shares=True), all_of(steps, shares=True))
    assert steps.over
    assert set(counts) == {2}


@scenario
async def test_a_driver_that_is_stopped_before_it_begins_is_gone():
    generator = Generator()
    steps = AsyncSteps(generator())
    steps.share()
    waiting = asyncio.ensure_future(steps.advance(shares=True))
    await asyncio.sleep(0)
    waiting.cancel()
    steps.leave()
    await steps.aclose()
    assert (steps.over, generator.given) == (True, 0)


@scenario
async def test_who_comes_to_share_while_it_is_being_closed_is_told_that_it_is_over():
    generator = Generator()
    generator.goes_on.clear()
    steps = AsyncSteps(generator())
    pulling = asyncio.ensure_future(steps.advance())
    await turns()
    closing = asyncio.ensure_future(steps.aclose())
    await turns()
    coming = asyncio.ensure_future(all_of(steps, shares=True))
    await turns()
    generator.goes_on.set()
    await asyncio.gather(pulling, closing, coming)
    assert (steps.over, generator.closed, generator.given) == (True, True, 1)


def test_ctrl_c_in_the_driver_is_told_once(caplog):
    # It stops the loop; the task that it stopped told of it again, as an exception that nobody has asked for.
    async def test() -> None:
        await all_of(AsyncSteps(interrupted()), shares=True)

    async def interrupted() -> Any:
        yield True
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(test())
    gc.collect()
    assert caplog.records == []
