"""Broadcast: many clients of one run, those that come late, come back, are slow or go."""

from __future__ import annotations

import asyncio
import json
import math
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viewers import BEGINNING, PIECES, SO_FAR, VALUE, Client, Fed, Recipe, Screen, settled, turns, watch

from partway import stream, stream_all, stream_choices
from partway.patches import Replica, encoder
from partway.web import Broadcast, EventStream, _readers

MANY = 1000


@pytest.fixture(autouse=True)
def _told_at_once(monkeypatch):
    """On a busy machine, frames would be held back until there is time for them: here each is counted."""
    monkeypatch.setattr(_readers, "_LONG", math.inf)


async def each_looked_at(source, chunks=PIECES):
    """Feed chunks one by one, and let all that comes of each be told."""
    for chunk in chunks:
        source.feed(chunk)
        await turns(8)


def test_a_thousand_clients_see_the_same_though_some_are_slow_and_some_come_back():
    async def scenario():
        source = Fed()
        broadcast = Broadcast(stream(source, Recipe), per_second=1e9, keep=16)
        screens = [Screen() for _ in range(MANY)]

        async def steady(screen):
            await watch(EventStream(broadcast), screen)

        async def slow(screen):
            client = Client(EventStream(broadcast), take=screen.show)
            screen.connect()
            task = asyncio.create_task(client.run())
            await client.until(lambda: bool(client.body))
            client.reading.clear()
            await fed.wait()
            client.reading.set()
            await task

        async def drops(screen, after):
            while not screen.over:
                await watch(EventStream(broadcast), screen, after=after)

        fed = asyncio.Event()
        async with broadcast, asyncio.TaskGroup() as group:
            for number, screen in enumerate(screens):
                kind = number % 10
                behaves = slow(screen) if kind == 0 else drops(screen, kind) if kind < 4 else steady(screen)
                group.create_task(behaves)
            await turns(3)
            assert broadcast.clients == MANY
            for at in range(0, len(PIECES), 4):
                source.feed(*PIECES[at : at + 4])
                await turns(8)
            fed.set()
            source.end()
        assert source.pulled == len(PIECES)
        return screens

    screens = asyncio.run(scenario())
    assert all(screen.value == VALUE and screen.over for screen in screens)


def test_a_client_that_drops_after_any_message_misses_nothing_and_gets_nothing_twice():
    async def scenario():
        whole, source = Screen(), Fed()
        broadcast = Broadcast(stream(source, Recipe), per_second=1e9)
        watching = asyncio.create_task(watch(EventStream(broadcast), whole))
        drops = [Screen() for _ in range(40)]

        async def dropping(screen, after):
            await watch(EventStream(broadcast), screen, after=after)
            if not screen.over:
                await watch(EventStream(broadcast), screen)

        tasks = [asyncio.create_task(dropping(screen, after)) for after, screen in enumerate(drops, 1)]
        await each_looked_at(source)
        source.end()
        await asyncio.gather(watching, *tasks)
        assert whole.messages > len(drops) / 2
        assert all(screen.value == VALUE and screen.over for screen in drops)

    asyncio.run(scenario())


@pytest.mark.parametrize("keep", [1, 4, 1000])
def test_from_every_number_on_the_tail_leads_to_the_same(keep):
    async def scenario():
        source = Fed()
        broadcast = Broadcast(stream(source, Recipe), per_second=1e9, keep=keep, linger=math.inf)
        seen = {}  # number: a screen that has stopped there

        async def noting():
            screen = Screen()
            screen.connect()

            def note(body):
                screen.show(body)
                copy = seen[screen.seq] = Screen()
                copy.seq = screen.seq
                copy.replica = type(screen.replica)()
                copy.replica.feed(json.dumps({"v": 1, "s": screen.value, "o": screen.replica.open_path}))

            await Client(EventStream(broadcast), take=note).run()

        task = asyncio.create_task(noting())
        await each_looked_at(source)
        source.end()
        await task
        last = max(seen)
        assert len(seen) > len(PIECES) / 2
        for seq, screen in seen.items():
            if seq != last:
                await watch(EventStream(broadcast), screen)
                assert screen.value == VALUE
                assert screen.messages == 1

    asyncio.run(scenario())


@given(st.lists(st.sampled_from(["feed", "drop", "late"]), max_size=60), st.sampled_from([1, 3, 256]))
def test_whatever_happens_in_whatever_order_a_client_ends_with_the_value(steps, keep):
    async def scenario():
        source, chunks = Fed(), list(PIECES)
        broadcast = Broadcast(stream(source, Recipe), per_second=1e9, keep=keep, linger=math.inf)
        screens, tasks, clients = [], [], []

        def connect(screen):
            screen.connect()
            client = Client(EventStream(broadcast), take=screen.show, last=screen.seq)
            clients.append(client)
            tasks.append(asyncio.create_task(client.run()))

        for step in ["late", *steps]:
            if step == "feed" and chunks:
                source.feed(chunks.pop(0))
            elif step == "late":
                screens.append(Screen())
                connect(screens[-1])
            elif step == "drop":
                clients[-1].leave()
                await tasks[-1]
                connect(screens[-1])
            await turns(len(steps) % 3)
        source.feed(*chunks)
        source.end()
        await asyncio.gather(*tasks)
        assert all(screen.value == VALUE and screen.over for screen in screens)

    asyncio.run(scenario())


@pytest.mark.parametrize("kind", ["async", "sync"])
def test_the_source_of_several_runs_is_not_read_for_one_that_nobody_reads(kind):
    def source():
        yield '{"title":"Soup"'
        while True:  # were it read on, there would be no end
            time.sleep(0.0001)
            yield " "

    async def async_source():
        for piece in source():
            yield piece
            await asyncio.sleep(0)

    async def scenario():
        if kind == "async":
            runs = aiter(stream_all(async_source(), Recipe))
            run = await anext(runs)
        else:
            runs = iter(stream_all(source(), Recipe))
            run = next(runs)
        broadcast = Broadcast(run)
        async with broadcast.read() as frames:
            await anext(frames)
        assert broadcast.since(None).error["type"] == "TruncatedJSONError"

    asyncio.run(scenario())


@pytest.mark.parametrize("several", [False, True])
def test_a_thread_closes_its_source_at_the_next_chunk_though_that_changes_nothing(several):
    """Once the loop had left the thread alone with them, it read such chunks to their end."""
    waits, pulled = threading.Event(), []

    def source():
        yield '{"title":"Soup"'
        for n in range(20_000):
            pulled.append(n)
            waits.set()
            time.sleep(0.0005)
            yield " "

    async def scenario():
        runs = iter(stream_all(source(), Recipe)) if several else iter([stream(source(), Recipe)])
        run = next(runs)
        async with Broadcast(run).read() as frames:
            assert (await anext(frames)).changes
            assert await asyncio.to_thread(waits.wait, 60)
        assert len(pulled) < 10_000

    asyncio.run(scenario())


def test_one_of_several_runs_that_is_all_there_is_complete():
    async def source():
        yield choice(0, json.dumps({"title": "Soup"}))
        for _ in range(500):
            yield choice(1, "x")
            await asyncio.sleep(0)

    def choice(index, text):
        return {"choices": [{"index": index, "delta": {"content": text}}]}

    async def scenario():
        runs = aiter(stream_choices(source(), Recipe))
        broadcast = Broadcast(await anext(runs))
        async with broadcast.read() as frames:
            async for frame in frames:
                if frame.whole():
                    break
        assert (broadcast.since(None).status, broadcast.since(None).whole()["title"]) == ("complete", "Soup")

    asyncio.run(scenario())


@pytest.mark.parametrize("kind", ["async", "sync"])
def test_a_client_of_another_run_gets_the_whole(kind):
    async def answer(text):
        for at in range(0, len(text), 4):
            yield text[at : at + 4]

    def sync_answer(text):
        yield from (text[at : at + 4] for at in range(0, len(text), 4))

    source = answer if kind == "async" else sync_answer

    async def scenario():
        screen = Replica()
        write = encoder("partway")
        for title, frames_seen in (("Pancakes", 2), ("Soup", None)):
            broadcast = Broadcast(stream(source(json.dumps({"title": title})), Recipe), per_second=1e9)
            async with broadcast.read(screen.seq or None) as frames:
                seen = 0
                while screen.seq and not broadcast.ended:  # noqa: ASYNC110  # there is nothing else to wait for
                    await asyncio.sleep(0)
                async for frame in frames:
                    for message in write.encode(frame):
                        screen.feed(message)
                    seen += 1
                    if seen == frames_seen:
                        break
        assert (screen.value["title"], screen.status) == ("Soup", "complete")

    asyncio.run(scenario())


def test_a_slow_client_gets_what_it_missed_in_one_frame_and_little_of_it():
    async def scenario():
        source, screen = Fed(), Screen()
        broadcast = Broadcast(stream(source, Recipe), per_second=1e9, keep=4)
        client = Client(EventStream(broadcast), take=screen.show)
        screen.connect()
        task = asyncio.create_task(client.run())
        steady = asyncio.create_task(watch(EventStream(broadcast)))
        source.feed(*PIECES[:6])
        await client.until(lambda: bool(client.body))
        client.reading.clear()
        await each_looked_at(source, PIECES[6:])
        source.end()
        whole = await steady
        client.reading.set()
        await task
        assert whole.messages > 20
        # what it had, what was on its way when it stopped, and all the rest
        assert screen.messages <= 3
        assert screen.value == VALUE
        assert len(b"".join(client.body)) < 2 * len(json.dumps(VALUE)) + 200

    asyncio.run(scenario())


def test_clients_that_are_at_the_same_place_get_the_same_frame():
    async def scenario():
        source = Fed()
        broadcast = Broadcast(stream(source, Recipe), per_second=1e9)
        async with broadcast.read() as one, broadcast.read() as other:
            for chunk in BEGINNING:
                source.feed(chunk)
                await turns(8)
                if chunk == PIECES[0]:
                    continue
                assert await anext(one) is await anext(other)
            async with broadcast.read() as late, broadcast.read() as later:
                assert await anext(late) is await anext(later)
            async with broadcast.read(2) as behind, broadcast.read(2) as as_far:
                assert await anext(behind) is await anext(as_far)
        assert source.closed

    asyncio.run(scenario())


def test_who_reads_waits_no_longer_than_it_says():
    async def scenario():
        source = Fed()
        broadcast = Broadcast(stream(source, Recipe))
        async with broadcast.read(idle=0.001) as frames:
            source.feed(PIECES[0])
            signs = [frame async for frame, _ in _zipped(frames, range(4))]
            assert signs[-1] is None
        assert broadcast.ended

    asyncio.run(scenario())


async def _zipped(values, others):
    for other in others:
        yield await anext(values), other


def test_the_run_begins_with_its_first_client_and_not_before():
    async def scenario():
        source = Fed()
        source.feed(*PIECES)
        source.end()
        broadcast = Broadcast(stream(source, Recipe))
        await turns(9)
        assert source.pulled == 0
        assert (await watch(EventStream(broadcast))).value == VALUE

    asyncio.run(scenario())


def test_as_long_as_anybody_is_there_the_source_is_read():
    async def scenario():
        source = Fed()
        broadcast = Broadcast(stream(source, Recipe))
        clients = [Client(EventStream(broadcast)) for _ in range(3)]
        tasks = [asyncio.create_task(client.run()) for client in clients]
        source.feed(*PIECES[:5])
        await clients[-1].until(lambda: bool(clients[-1].body))
        for number, (client, task) in enumerate(zip(clients, tasks, strict=True)):
            assert (source.closed, broadcast.clients) == (False, 3 - number)
            client.leave()
            await task
        assert (source.closed, broadcast.clients, broadcast.ended) == (True, 0, True)

    asyncio.run(scenario())


def test_a_page_that_is_loaded_again_in_time_finds_its_run():
    async def scenario():
        source, screen = Fed(), Screen()
        broadcast = Broadcast(stream(source, Recipe), per_second=1e9, linger=60)
        for at in range(0, len(PIECES), 10):
            source.feed(*PIECES[at : at + 10])
            await watch(EventStream(broadcast), screen, after=1)
            assert not source.closed
        source.end()
        while not screen.over:
            await watch(EventStream(broadcast), screen)
        assert screen.value == VALUE

    asyncio.run(scenario())


def test_when_nobody_comes_back_the_source_is_closed():
    async def scenario():
        source = Fed()
        broadcast = Broadcast(stream(source, Recipe), linger=0.001)
        client = Client(EventStream(broadcast))
        task = asyncio.create_task(client.run())
        source.feed(*BEGINNING)
        await settled(lambda: source.pulled == len(BEGINNING))
        client.leave()
        await task
        await settled(lambda: source.closed)
        await settled(lambda: broadcast.ended)
        late = await watch(EventStream(broadcast))
        assert [error["type"] for error in late.errors] == ["TruncatedJSONError"]
        assert late.value == SO_FAR

    asyncio.run(scenario())


def test_whoever_comes_back_in_time_has_all_the_time():
    async def scenario():
        source, screen = Fed(), Screen()
        broadcast = Broadcast(stream(source, Recipe), linger=0.05)
        source.feed(*BEGINNING)
        await watch(EventStream(broadcast), screen, after=1)
        task = asyncio.create_task(watch(EventStream(broadcast), screen))
        await asyncio.sleep(0.1)  # what lingered would be over now
        source.feed(*PIECES[9:])
        source.end()
        await task
        assert screen.value == VALUE

    asyncio.run(scenario())


@pytest.mark.parametrize("linger", [math.inf, 60])
def test_a_run_that_lingers_goes_on_alone_and_is_there_for_whoever_comes(linger):
    async def scenario():
        source = Fed()
        broadcast = Broadcast(stream(source, Recipe), linger=linger)
        source.feed(*BEGINNING)
        await watch(EventStream(broadcast), after=1)
        source.feed(*PIECES[9:])
        source.end()
        await settled(lambda: broadcast.ended)
        late = await watch(EventStream(broadcast))
        assert (late.value, late.messages) == (VALUE, 1)

    asyncio.run(scenario())


def test_a_client_that_goes_before_the_run_has_begun_closes_it():
    async def scenario():
        source = Fed()
        broadcast = Broadcast(stream(source, Recipe))
        async with broadcast.read():
            pass
        assert broadcast.ended
        assert [error["type"] for error in (await watch(EventStream(broadcast))).errors] == ["NoJSONError"]

    asyncio.run(scenario())


@pytest.mark.parametrize("begun", [False, True])
def test_closing_a_broadcast_closes_the_source_and_tells_those_who_are_there(begun):
    async def scenario():
        source, screen = Fed(), Screen()
        async with Broadcast(stream(source, Recipe)) as broadcast:
            if begun:
                client = Client(EventStream(broadcast), take=screen.show)
                screen.connect()
                task = asyncio.create_task(client.run())
                source.feed(*BEGINNING)
                await client.until(lambda: bool(client.body))
        assert broadcast.ended
        if begun:
            await task
            assert source.closed
            assert (screen.over, client.ended) == (True, True)
        await broadcast.aclose()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(scenario())


def test_what_somebody_else_had_pulled_before_is_shown_first():
    async def scenario():
        source = Fed()
        run = stream(source, Recipe)
        source.feed('{"title": "Soup", ')
        assert await run.value("title") == "Soup"
        async with Broadcast(run) as broadcast, broadcast.read() as frames:
            frame = await anext(frames)
        assert frame.changes[0].value == {"title": "Soup"}
        assert source.closed

    asyncio.run(scenario())
