"""Who is woken when: in a loop that has time, and in one that has none."""

from __future__ import annotations

import asyncio

import pytest
from viewers import turns

from partway.patches import Frame
from partway.web import _readers
from partway.web._readers import Reader, Readers


class Told:
    """Readers of a log whose newest frame is the one of this number."""

    def __init__(self):
        self.seq = 0
        self.calls = []
        self.readers = Readers(
            self._since,
            first=lambda: self.calls.append("first"),
            last=lambda: self.calls.append("last"),
            settled=self._settled,
        )

    def _since(self, seq):
        return None if seq == self.seq else Frame(self.seq, seq)

    async def _settled(self):
        self.calls.append("settled")

    def tell(self, *, over=False):
        self.seq += 1
        self.readers.tell(over=over)


async def numbers(reader, seen):
    async with reader:
        async for frame in reader:
            seen.append(frame.seq)  # it is looked at meanwhile


@pytest.fixture
def told():
    return Told()


def test_who_comes_and_goes_is_counted(told):
    async def scenario():
        one, other = (Reader(told.readers, 0, None) for _ in range(2))
        async with one:
            async with other:
                assert (len(told.readers), told.calls) == (2, ["first"])
            assert told.calls == ["first", "settled"]
            one.leave()
            assert (len(told.readers), told.calls) == (0, ["first", "settled", "last"])
            with pytest.raises(StopAsyncIteration):
                await anext(one)
        assert told.calls == ["first", "settled", "last", "settled"]

    asyncio.run(scenario())


def test_a_reader_that_waits_is_woken_by_each_frame_and_ends_with_the_last(told):
    async def scenario():
        seen = []
        task = asyncio.create_task(numbers(Reader(told.readers, 0, None), seen))
        for over in (False, False, True):
            await turns(3)
            told.tell(over=over)
        await task
        assert seen == [1, 2, 3]

    asyncio.run(scenario())


def test_a_frame_that_took_long_to_send_keeps_the_next_one_waiting_but_not_the_last(told, monkeypatch):
    async def scenario():
        loop, seen = asyncio.get_running_loop(), []
        clock = [loop.time()]
        monkeypatch.setattr(loop, "time", lambda: clock[0])
        task = asyncio.create_task(numbers(Reader(told.readers, 0, None), seen))
        await turns(3)
        told.tell()
        clock[0] += 2 * _readers._LONG  # what it takes to send it
        await turns(3)
        told.tell()
        told.tell()
        await turns(3)
        assert seen == [1]
        clock[0] += 2 * _readers._LONG
        await turns(3)
        assert seen == [1, 3]
        clock[0] += 2 * _readers._LONG
        told.tell()
        clock[0] += 2 * _readers._LONG
        await turns(3)
        told.tell(over=True)
        await task
        assert seen == [1, 3, 4, 5]

    asyncio.run(scenario())


def test_silence_is_told_of_once_in_a_while_and_frames_begin_it_anew(told, monkeypatch):
    async def scenario():
        loop = asyncio.get_running_loop()
        clock = [loop.time()]
        monkeypatch.setattr(loop, "time", lambda: clock[0])
        seen = []

        async def read():
            async with Reader(told.readers, 0, 10.0) as reader:
                async for frame in reader:
                    seen.append(frame and frame.seq)  # noqa: PERF401  # it is looked at meanwhile

        task = asyncio.create_task(read())
        await turns(3)
        for passed, expected in ((9, []), (2, [None]), (9, [None]), (2, [None, None])):
            clock[0] += passed
            await turns(3)
            assert seen == expected
        clock[0] += 9
        told.tell()
        await turns(3)
        clock[0] += 9
        await turns(3)
        assert seen == [None, None, 1]
        clock[0] += 2
        await turns(3)
        assert seen == [None, None, 1, None]
        told.tell(over=True)
        await task

    asyncio.run(scenario())
