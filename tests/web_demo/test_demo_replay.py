"""Replays: a tape that is played, paused and stepped, and replays that end when nobody wants them."""

from __future__ import annotations

import asyncio
import math

import pytest

from partway import UsageError
from partway.web._demo_replay import Replay, Replays, Tape

DELTAS = ["a", "b", "c", "d"]


async def until(holds):
    """Let the loop turn until something holds: the test's own time limit says when that is never."""
    while not holds():  # noqa: ASYNC110  # what it waits for tells nobody
        await asyncio.sleep(0.001)


def test_a_tape_gives_all_by_the_clock_to_all_who_read_it():
    async def main():
        tape = Tape(DELTAS, 1000.0)

        async def read():
            return [delta async for delta in tape]

        assert await asyncio.gather(read(), read()) == [DELTAS, DELTAS]
        assert not tape.playing
        await tape.aclose()

    asyncio.run(main())


def test_a_tape_that_waits_gives_what_is_asked_for_by_hand():
    async def main():
        tape = Tape(DELTAS, 1000.0, playing=False)
        reading = aiter(tape)
        tape.step(2)
        assert [await anext(reading), await anext(reading)] == ["a", "b"]
        third = asyncio.ensure_future(anext(reading))
        await asyncio.sleep(0.01)
        assert not third.done()
        tape.step()
        assert await third == "c"
        tape.step(100)
        assert tape.given == len(tape) == 4
        await reading.aclose()
        await tape.aclose()

    asyncio.run(main())


def test_a_tape_that_is_paused_gives_nothing_more():
    async def main():
        tape = Tape(DELTAS * 1000, 1000.0)
        await until(lambda: tape.given > 2)
        tape.playing = False
        given = tape.given
        await asyncio.sleep(0.02)
        assert tape.given == given
        tape.playing = True
        await until(lambda: tape.given > given)
        await tape.aclose()

    asyncio.run(main())


@pytest.mark.parametrize("pace", [0, -1, 0.4, 1001, math.inf, math.nan])
def test_a_pace_that_cannot_be_is_refused_and_leaves_nothing_behind(pace):
    async def main():
        with pytest.raises(UsageError, match=r"per_second is from 0\.5 to 1000 deltas, not "):
            Tape(DELTAS, pace)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


def test_a_replay_shows_what_was_given_and_what_became_of_it():
    async def main():
        replay = Replay("language", per_second=1000.0)
        async with replay.value.read() as frames, replay.deltas.read() as given:
            last = [frame async for frame in frames][-1]
            assert last.status == "complete"
            assert [frame async for frame in given][-1].status == "complete"
        assert replay.value.since(None).changes[0].value == {"language": "javascript", "frameworks": []}
        assert replay.deltas.since(None).changes[0].value == list(replay.scenario.deltas)
        await replay.aclose()

    asyncio.run(main())


def test_replays_are_bounded_and_the_one_that_nobody_watches_goes_first():
    async def main():
        replays = Replays(most=2)
        first, second, third = (Replay("night", playing=False) for _ in range(3))
        replays.add(first)
        replays.add(second)
        async with first.value.read():
            replays.add(third)
            assert [replays.find(each.id) for each in (first, second, third)] == [first, None, third]
        await replays.aclose()
        assert len(replays) == 0
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


def test_a_replay_that_nobody_wants_ends_and_one_that_is_watched_does_not():
    async def main():
        replays = Replays(idle=0.02)
        watched, left = Replay("night", playing=False), Replay("night", playing=False)
        replays.add(watched)
        replays.add(left)
        async with watched.value.read():
            await until(lambda: replays.find(watched.id) and len(replays) == 1)
        await until(lambda: len(replays) == 0)
        await replays.aclose()

    asyncio.run(main())


def test_ending_a_replay_ends_what_is_read_of_it():
    async def main():
        replay = Replay("night", playing=False)
        async with replay.value.read() as frames:
            reading = asyncio.ensure_future(anext(frames))
            await asyncio.sleep(0)
            await replay.aclose()
            assert (await reading).status == "error"
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())
