"""Over real sockets: uvicorn on the loopback, and httpx as it comes."""

from __future__ import annotations

import asyncio
import json
import math
import socket
from contextlib import asynccontextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from viewers import BEGINNING, PIECES, VALUE, Fed, Recipe, Screen, settled, turns

from partway import stream
from partway.web import Broadcast, EventStream

CLIENTS = 50
LONG = "x" * 2_000_000
BUFFER = 64 * 1024
"""Bytes that the system holds for a client that does not read, at either end: little beside what is long."""


@asynccontextmanager
async def served(broadcast, **how):
    """An address where a broadcast is sent, as long as this lasts."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
    listening.bind(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/", lambda _: EventStream(broadcast, **how))])
    config = uvicorn.Config(app, lifespan="off", ws="none", log_level="critical", timeout_graceful_shutdown=0)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await settled(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def browser():
    """What connects as often as it is asked to."""
    options = [(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)]
    transport = httpx.AsyncHTTPTransport(socket_options=options, limits=httpx.Limits(max_connections=None))
    async with httpx.AsyncClient(transport=transport, timeout=None) as client:  # noqa: S113  # pytest has one
        yield client


async def watch(client, url, screen, *, drops_after=math.inf):
    """Watch until the end, or until so many pieces of the body have come."""
    screen.connect()
    headers = {} if screen.seq is None else {"last-event-id": str(screen.seq)}
    async with client.stream("GET", url, headers=headers) as response:
        pieces = 0
        async for piece in response.aiter_raw():
            screen.show(piece)
            pieces += 1
            if pieces >= drops_after:
                return


async def until_over(client, url, screen, *, drops_after):
    while not screen.over:
        await watch(client, url, screen, drops_after=drops_after)


def test_fifty_clients_see_the_same_though_some_keep_dropping():
    async def scenario():
        source = Fed()
        broadcast = Broadcast(stream(source, Recipe), per_second=1e9, keep=16, linger=math.inf)
        screens = [Screen() for _ in range(CLIENTS)]
        async with served(broadcast) as url, browser() as client, asyncio.TaskGroup() as group:
            for number, screen in enumerate(screens):
                drops_after = 7 * (number % 5) or math.inf
                group.create_task(until_over(client, url, screen, drops_after=drops_after))
            await settled(lambda: broadcast.clients == CLIENTS)
            for chunk in PIECES:
                source.feed(chunk)
                await turns(20)
            source.end()
        assert source.pulled == len(PIECES)
        assert all(screen.value == VALUE for screen in screens)

    asyncio.run(scenario())


def test_a_client_that_does_not_read_keeps_nobody_waiting_and_gets_the_rest_in_few_messages():
    async def scenario():
        source, slow, steady = Fed(), Screen(), Screen()
        broadcast = Broadcast(stream(source, Recipe), per_second=1e9)
        async with served(broadcast) as url, browser() as client, client.stream("GET", url) as response:
            task = asyncio.create_task(watch(client, url, steady))
            await settled(lambda: broadcast.clients == 2)
            text = json.dumps({"title": LONG})
            for at in range(0, len(text), 4000):
                source.feed(text[at : at + 4000])
                await turns(20)
            source.end()
            await task
            slow.connect()
            async for piece in response.aiter_raw():
                slow.show(piece)
        assert steady.value == slow.value == {"title": LONG}
        assert slow.over
        assert slow.messages < steady.messages / 2

    asyncio.run(scenario())


def test_the_source_is_closed_when_the_only_client_hangs_up():
    async def scenario():
        source, screen = Fed(), Screen()
        source.feed(*BEGINNING)
        broadcast = Broadcast(stream(source, Recipe))
        async with served(broadcast) as url, browser() as client:
            await watch(client, url, screen, drops_after=1)
            await settled(lambda: source.closed)
        assert broadcast.ended

    asyncio.run(scenario())


def test_a_server_that_is_stopped_closes_the_source_and_leaves_no_task():
    async def scenario():
        source, screen = Fed(), Screen()
        source.feed(*BEGINNING)
        broadcast = Broadcast(stream(source, Recipe))
        async with browser() as client:
            async with served(broadcast) as url:
                watching = asyncio.create_task(watch(client, url, screen))
                await settled(lambda: screen.messages > 0)
            await settled(lambda: source.closed)
            await asyncio.wait([watching])
            assert isinstance(watching.exception(), httpx.RemoteProtocolError)  # cut off, and so it may ask again
        await settled(lambda: len(asyncio.all_tasks()) == 1)

    asyncio.run(scenario())


def test_head_and_silence_over_the_wire():
    async def scenario():
        source = Fed()
        async with served(Broadcast(stream(source, Recipe)), keep_alive=0.005) as url, browser() as client:
            head = await client.head(url)
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert source.pulled == 0
            async with client.stream("GET", url) as response:
                async for piece in response.aiter_raw():
                    assert piece == b":\n\n"
                    break

    asyncio.run(scenario())
