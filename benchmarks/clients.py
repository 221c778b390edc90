"""A thousand browsers on one run: `python -m benchmarks.clients [CLIENTS]` says what that costs.

A server process (uvicorn) sends one run to all of them over real sockets, in the compact form. A second process is the
clients, without an HTTP library, which would cost more than what is measured. Of every ten, one does not read until the
run is over, and two drop their connection again and again and come back with `Last-Event-ID`. All must end with the
same value. The command raises the number of files that a process may open, as far as it is allowed to.

What counts of the memory is what the server has resident (`VmRSS`) with all clients connected, and in the end, above
what it had before the first of them, divided by their number. Most of it is uvicorn's and Python's own, which is why a
response that only waits is measured beside it, in a server of its own. What the system keeps in its
buffers for sockets is not in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import socket
import time
from typing import TYPE_CHECKING, Any, Final

from benchmarks.memory import resident
from partway.patches import Replica
from partway.sse import Parser

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from multiprocessing.connection import Connection

VALUE: Final = {
    "title": "A thousand readers",
    "items": [{"name": f"Number {number}", "text": "It grows, and all of them see it. " * 6} for number in range(40)],
}
DELTA: Final = 20
"""Characters in a delta."""
PAUSE: Final = 0.01
"""Seconds between two deltas."""


async def deltas(begin: asyncio.Event) -> AsyncIterator[str]:
    """Give the text in deltas, at about the speed of a fast model, when told to."""
    await begin.wait()
    text = json.dumps(VALUE)
    for at in range(0, len(text), DELTA):
        yield text[at : at + DELTA]
        await asyncio.sleep(PAUSE)


def serve(listening: socket.socket, tell: Connection) -> None:
    """Be the server process: answer on `/`, begin the run on `/begin`, and say what is resident on `/resident`."""
    import uvicorn  # noqa: PLC0415  # for this process alone
    from pydantic import BaseModel  # noqa: PLC0415
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.responses import PlainTextResponse, StreamingResponse  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    from partway import stream  # noqa: PLC0415
    from partway.web import Broadcast, EventStream  # noqa: PLC0415

    class Item(BaseModel):
        name: str
        text: str

    class Page(BaseModel):
        title: str
        items: list[Item]

    begin = asyncio.Event()
    broadcast = Broadcast(stream(deltas(begin), Page), linger=60)

    async def page(_: Any) -> EventStream:
        return EventStream(broadcast)

    async def waits(_: Any) -> StreamingResponse:
        return StreamingResponse(deltas(asyncio.Event()))

    async def ask(request: Any) -> PlainTextResponse:
        if request.url.path == "/begin":
            begin.set()
        return PlainTextResponse(f"{resident()[0]} {time.process_time()} {broadcast.clients}")

    paths = {"/": page, "/waits": waits, "/begin": ask, "/resident": ask}
    app = Starlette(routes=[Route(path, endpoint) for path, endpoint in paths.items()])
    config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="none", timeout_graceful_shutdown=0)
    tell.send(True)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


class Client:
    """One browser."""

    def __init__(self, port: int, kind: int) -> None:
        self.port = port
        self.kind = kind
        self.replica = Replica()
        self.received = self.connections = 0
        self._known = ""  # the id of the message before, which a parser repeats

    async def watch(self, over: asyncio.Event) -> None:
        """Watch to the end, the way that its kind does."""
        while self.replica.status == "streaming":
            await self._connect(over)

    async def _connect(self, over: asyncio.Event) -> None:
        self.connections += 1
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=4096)
        has = f"Last-Event-ID: {self.replica.seq}\r\n" if self.replica.seq else ""
        writer.write(f"GET / HTTP/1.1\r\nHost: localhost\r\n{has}\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        if self.kind == 0:
            await over.wait()
        parser, pieces = Parser(), 0
        while (size := int(await reader.readline(), 16)) and not (self.kind in (1, 2) and pieces == 20 * self.kind):
            self._take(parser, await reader.readexactly(size))
            await reader.readexactly(2)
            pieces += 1
        writer.transport.abort()

    def _take(self, parser: Parser, body: bytes) -> None:
        self.received += len(body)
        for event in parser.feed(body.decode()):
            self.replica.feed(event.data, int(event.id) if event.id != self._known else None)
            self._known = event.id


async def asked(port: int, path: str) -> list[float]:
    """Ask the server what is resident, how long it has worked, and how many it serves."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return [float(word) for word in answer.partition(b"\r\n\r\n")[2].split()]


async def waiting(port: int, number: int) -> float:
    """Say what a response costs that waits and does nothing else, in bytes."""
    before, *_ = await asked(port, "/resident")
    writers = []
    for _ in range(number):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4096)
        writer.write(b"GET /waits HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        writers.append(writer)
    after, *_ = await asked(port, "/resident")
    for writer in writers:
        writer.transport.abort()
    return (after - before) / number


async def watched(port: int, number: int) -> dict[str, Any]:
    """Have a number of clients watch one run to its end."""
    before, *_ = await asked(port, "/resident")
    clients = [Client(port, at % 10) for at in range(number)]
    over = asyncio.Event()
    tasks = [asyncio.create_task(client.watch(over)) for client in clients]
    connected: list[float] = []
    while not connected or connected[2] < number:
        await asyncio.sleep(0.1)
        connected = await asked(port, "/resident")
    start = time.monotonic()
    await asked(port, "/begin")
    reading = [task for task, client in zip(tasks, clients, strict=True) if client.kind != 0]
    await asyncio.gather(*reading)
    took = time.monotonic() - start
    ended, worked, _ = await asked(port, "/resident")
    over.set()
    await asyncio.gather(*tasks)
    steady = [client for client in clients if client.kind > 2]
    return {
        "same": all(client.replica.value == VALUE for client in clients),
        "connections": sum(client.connections for client in clients),
        "connected": (connected[0] - before) / number,
        "ended": (ended - before) / number,
        "seconds": took,
        "worked": worked - connected[1],
        "bytes": sum(client.received for client in steady) / len(steady),
    }


def with_server(measure: Callable[[int, int], Coroutine[Any, Any, Any]], number: int) -> Any:
    """Start a server, measure something of it, and stop it."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=number)
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(listening, there), daemon=True)
    server.start()
    here.recv()
    try:
        return asyncio.run(measure(listening.getsockname()[1], number))
    finally:
        server.terminate()
        server.join()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clients")
    parser.add_argument("clients", nargs="?", type=int, default=1000)
    number = parser.parse_args().clients
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    size = len(json.dumps(VALUE))
    print(f"{number} clients, {size:,} characters in deltas of {DELTA}, {os.cpu_count()} cores")
    bare = with_server(waiting, number)
    figures = with_server(watched, number)
    alone = size / DELTA * PAUSE
    print(f"all have the same value      {figures['same']}, over {figures['connections']:,} connections")
    print(f"memory a client, connected   {figures['connected'] / 1000:.1f} kB")
    print(f"memory a client, in the end  {figures['ended'] / 1000:.1f} kB")
    print(f"memory a bare response       {bare / 1000:.1f} kB")
    print(f"time                         {figures['seconds']:.1f} s, of a source that takes {alone:.1f} s alone")
    print(f"work of the server           {figures['worked']:.1f} s of one core")
    print(f"bytes to a steady client     {figures['bytes']:,.0f}")


if __name__ == "__main__":
    main()
