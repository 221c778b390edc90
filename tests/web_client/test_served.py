"""The browser's client, and the server that it is made for."""

from __future__ import annotations

import asyncio
import json
import math
import socket
from contextlib import asynccontextmanager

import uvicorn
from nodejs import ran, workspace
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import Route

from partway import stream
from partway.web import Broadcast, EventStream

SENTENCE = "Whisk the eggs, the flour and the größte 🥞 until nothing is left of them; then wait a long while. "


class Step(BaseModel):
    text: str


class Recipe(BaseModel):
    title: str
    steps: list[Step]


VALUE = {"title": "Pan\u2028cakes", "steps": [{"text": SENTENCE[at:]} for at in range(0, len(SENTENCE), 5)]}


async def _answer(asked):
    await asked.wait()
    text = json.dumps(VALUE)
    for at in range(0, len(text), 5):
        yield text[at : at + 5]
        await asyncio.sleep(0)


@asynccontextmanager
async def _served(broadcast, asked):
    async def answer(_):
        asked.set()
        return EventStream(broadcast)

    listening = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/", answer)])
    config = uvicorn.Config(app, lifespan="off", ws="none", log_level="critical", timeout_graceful_shutdown=0)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        server.should_exit = True
        await serving


async def _watched(folder):
    asked = asyncio.Event()
    broadcast = Broadcast(stream(_answer(asked), Recipe), per_second=math.inf, keep=16, linger=math.inf)
    async with _served(broadcast, asked) as url:
        command = ["node", "--test", "--test-reporter=tap", "served.test.mjs"]
        return await asyncio.to_thread(ran, folder, *command, PARTWAY_URL=url, PARTWAY_VALUE=json.dumps(VALUE))


def test_clients_whose_connections_break_off_miss_nothing(tmp_path):
    assert "# pass 1" in asyncio.run(_watched(workspace(tmp_path)))
