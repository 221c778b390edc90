"""docs/web.md and examples/web: what they show runs, and does what they say."""

from __future__ import annotations

import asyncio
import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from viewers import Client, Fed, Screen

from partway import stream
from partway.patches import Replica
from partway.web import Broadcast, EventStream

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs/web.md").read_text("utf-8")
SNIPPETS = dict(re.findall(r"<!-- web test: (\w+) -->\n```python\n(.*?)^```", DOCS, re.DOTALL | re.MULTILINE))
SOUP = {"title": "Soup", "steps": ["Chop."]}
DELTAS = ('{"title": "So', 'up", ', '"steps": ["Ch', 'op."]}')


class Recipe(BaseModel):
    title: str
    steps: list[str] = []


async def answer():
    for delta in DELTAS:
        await asyncio.sleep(0)
        yield delta


def ran(name: str) -> dict[str, Any]:
    """The names that a snippet makes."""
    names: dict[str, Any] = {"__name__": f"docs_{name}", "answer": answer}
    exec(compile(SNIPPETS[name], f"docs/web.md ({name})", "exec", dont_inherit=True), names)  # noqa: S102  # our own text
    return names


async def asked(app: Any, path: str) -> Screen:
    """What a browser makes of an address."""
    screen = Screen()
    screen.connect()

    async def response(scope, receive, send):
        scope |= {"path": path, "raw_path": path.encode(), "root_path": "", "http_version": "1.1", "scheme": "http"}
        await app({**scope, "server": ("localhost", 80), "client": None}, receive, send)

    await Client(response, take=screen.show).run()
    return screen


@pytest.mark.parametrize(("name", "path"), [("starlette", "/recipe"), ("fastapi", "/recipes/soup")])
def test_a_recipe_sends_what_the_model_writes(name, path):
    screen = asyncio.run(asked(ran(name)["app"], path))
    assert (screen.value, screen.over) == (SOUP, True)


def test_what_is_on_the_wire_is_what_is_shown():
    async def scenario():
        source = Fed()
        client = Client(EventStream(stream(source, Recipe), per_second=1e9))
        task = asyncio.create_task(client.run())
        for number, delta in enumerate(DELTAS, 1):
            source.feed(delta)
            await client.until(lambda: len(client.body) == number)  # noqa: B023  # it is not kept
        source.end()
        await task
        return b"".join(client.body).decode()

    shown = re.search(r"```text\n(id:1\n.*?)^```", DOCS, re.DOTALL | re.MULTILINE)[1]
    assert asyncio.run(scenario()).strip() == shown.strip()
    assert all(f"`{delta}`" in DOCS for delta in DELTAS)


def test_whoever_comes_again_finds_the_same_run():
    async def scenario():
        names = ran("fastapi")
        first = await asked(names["app"], "/recipes/soup")
        again = await asked(names["app"], "/recipes/soup")
        assert (again.value, again.seq, again.messages) == (SOUP, first.seq, 1)
        assert list(names["recipes"]) == ["soup"]

    asyncio.run(scenario())


def test_frames_go_over_a_websocket():
    async def scenario():
        sent = []

        async def send(message):
            sent.append(message)

        async def receive():
            return {"type": "websocket.connect"}

        serve = ran("websocket")["recipe"]
        broadcast = Broadcast(stream(answer(), Recipe))
        app = Starlette(routes=[WebSocketRoute("/", lambda websocket: serve(websocket, broadcast))])
        await app({"type": "websocket", "path": "/", "headers": [], "query_string": b""}, receive, send)
        replica = Replica()
        for message in sent:
            if message["type"] == "websocket.send":
                replica.feed(message["text"])
        assert (replica.value, replica.status) == (SOUP, "complete")
        assert sent[-1]["type"] == "websocket.close"

    asyncio.run(scenario())


def test_the_example_serves_its_recipes():
    spec = importlib.util.spec_from_file_location("fastapi_app", ROOT / "examples/web/fastapi_app.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    screen = asyncio.run(asked(module.app, "/recipes/soup"))
    assert screen.value["title"] == "Soup"
    assert screen.over
