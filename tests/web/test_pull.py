"""A run whose source is not async: pulled in a thread, shown while that waits, closed when it can be."""

from __future__ import annotations

import asyncio
import queue
import threading

import pytest
from viewers import BEGINNING, PIECES, SO_FAR, VALUE, Client, Recipe, Screen, settled, turns, watch

from partway import stream
from partway.web import Broadcast, EventStream


class Blocking:
    """A source that is not async: it waits in its thread until it is fed, or its test is over."""

    def __init__(self):
        self.closed = False
        self.fed = self.asked = 0
        self._chunks = queue.SimpleQueue()

    def feed(self, *chunks):
        self.fed += len(chunks)
        for chunk in chunks:
            self._chunks.put(chunk)

    def __iter__(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.feed(None)

    @property
    def waits(self):
        """Whether it has given what it was fed, and is asked for more."""
        return self.asked > self.fed

    def __next__(self):
        self.asked += 1
        chunk = self._chunks.get()
        if chunk is None:
            raise StopIteration
        return chunk

    def close(self):
        self.closed = True


@pytest.mark.parametrize("keep", [1, 3, 256])
def test_who_comes_while_a_thread_waits_for_the_source_sees_what_there_is(keep):
    async def scenario():
        with Blocking() as source:
            broadcast = Broadcast(stream(source, Recipe), per_second=1e9, keep=keep)
            screens, tasks = [Screen()], []
            tasks.append(asyncio.create_task(watch(EventStream(broadcast), screens[0])))
            for chunk in PIECES:
                source.feed(chunk)
                await settled(lambda: source.waits)
                screens.append(Screen())
                tasks.append(asyncio.create_task(watch(EventStream(broadcast), screens[-1])))
                await settled(lambda: screens[-1].seq is not None and screens[-1].value == screens[0].value)
            source.feed(None)
            await asyncio.gather(*tasks)
        assert all(screen.value == VALUE and screen.over for screen in screens)
        assert source.closed

    asyncio.run(scenario())


def test_what_a_thread_holds_back_is_told_when_its_time_has_come():
    async def scenario():
        with Blocking() as source:
            screen = Screen()
            broadcast = Broadcast(stream(source, Recipe), per_second=50)
            task = asyncio.create_task(watch(EventStream(broadcast), screen))
            source.feed(*BEGINNING)  # and then nothing more comes
            await settled(lambda: screen.value == SO_FAR)
            source.feed(None)
            await task

    asyncio.run(scenario())


def test_a_source_in_a_thread_is_closed_behind_the_chunk_that_it_is_waiting_for():
    closed = []

    async def scenario():
        loop = asyncio.get_running_loop()
        asked, given = asyncio.Event(), threading.Event()

        def blocking():
            try:
                yield from BEGINNING
                loop.call_soon_threadsafe(asked.set)
                given.wait()
                yield PIECES[9]
                raise AssertionError("pulled after the client had gone")
            finally:
                closed.append(True)

        client = Client(EventStream(stream(blocking(), Recipe)))
        task = asyncio.create_task(client.run())
        await asked.wait()
        client.leave()
        await turns(9)
        assert not closed
        for each in asyncio.all_tasks() - {asyncio.current_task()}:
            each.cancel()  # a server in a hurry makes it no faster
        await asyncio.wait([task])
        await turns(9)
        assert len(asyncio.all_tasks()) == 2  # who closes it is still there
        given.set()
        await settled(lambda: len(asyncio.all_tasks()) == 1)

    asyncio.run(scenario())
    assert closed == [True]


def test_a_server_that_is_stopped_waits_for_a_source_in_a_thread_to_be_closed():
    closed, given = [], threading.Event()

    def blocking():
        try:
            yield from BEGINNING
            given.wait()
            yield PIECES[9]
        finally:
            closed.append(True)

    async def scenario():
        client = Client(EventStream(stream(blocking(), Recipe)))
        client.task = asyncio.create_task(client.run())
        await client.until(lambda: bool(client.body))
        threading.Timer(0.05, given.set).start()  # and the loop ends before that

    asyncio.run(scenario())
    assert closed == [True]
