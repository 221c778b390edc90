"""Those who watch a run: clients without a network, what they make of what they get, and sources fed by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from partway.patches import Replica
from partway.sse import Parser


class Step(BaseModel):
    text: str
    minutes: int | None = None


class Recipe(BaseModel):
    title: str
    steps: list[Step] = []
    notes: dict[str, str] = {}


VALUE = {
    "title": 'Crêpes "Suzette" 🍊',
    "steps": [
        {"text": "Whisk eggs,\nmilk and flour.", "minutes": 5},
        {"text": "Heat the pan \\ until it smokes.", "minutes": None},
        {"text": "Flambé! 🔥🔥", "minutes": 1},
    ],
    "notes": {"wine": "a dry cidre", "": "the empty key"},
}
TEXT = json.dumps(VALUE)
"""In ASCII: its escapes can be cut."""

PIECES = [TEXT[at : at + 4] for at in range(0, len(TEXT), 4)]

BEGINNING = PIECES[:9]
SO_FAR = {"title": 'Crêpes "Suzette" '}
"""What there is of the value with that beginning: half of a character has come, too."""


class Fed:
    """An async source that gives what it is fed, and tells when it is closed."""

    def __init__(self) -> None:
        self.closed = False
        self.pulled = 0
        self._chunks: asyncio.Queue[Any] = asyncio.Queue()

    def feed(self, *chunks: Any) -> None:
        for chunk in chunks:
            self._chunks.put_nowait(chunk)

    def end(self, error: BaseException | None = None) -> None:
        self._chunks.put_nowait(error)

    def __aiter__(self) -> Any:
        return self._given()

    async def _given(self) -> Any:
        try:
            while isinstance(chunk := await self._chunks.get(), str):
                self.pulled += 1
                yield chunk
            if chunk is not None:
                raise chunk
        finally:
            self.closed = True


class Screen:
    """What a client of the compact form makes of a stream of bytes; it outlives a connection."""

    def __init__(self) -> None:
        self.replica = Replica()
        self.seq: int | None = None
        self.messages = 0
        self.over = False
        self.errors: list[Any] = []
        self._id = ""
        self._parser = Parser()

    def connect(self) -> None:
        """What comes from now on comes over another connection."""
        self._parser = Parser()
        self._id = ""

    def show(self, body: bytes) -> None:
        for event in self._parser.feed(body.decode()):
            seq = int(event.id) if event.id and event.id != self._id else None
            if seq is None:
                assert self.seq is not None, "the first message of a connection has an id"
                seq = self.seq + 1
            self._id = event.id
            payload = json.loads(event.data)
            self.seq = seq
            self.messages += 1
            self.replica.feed(event.data)
            if isinstance(payload, dict):
                self.over |= "d" in payload or "e" in payload
                self.errors += [payload["e"]] if "e" in payload else []

    @property
    def value(self) -> Any:
        return self.replica.value


class Client:
    """One connection, from the server's side of ASGI: it is read as long as `reading` is set."""

    def __init__(
        self,
        response: Any,
        *,
        last: int | str | bytes | None = None,
        query: str = "",
        method: str = "GET",
        take: Callable[[bytes], object] | None = None,
        after: int | None = None,
    ) -> None:
        self.response = response
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.body: list[bytes] = []
        self.ended = False
        self.sending = False
        self.reading = asyncio.Event()
        self.reading.set()
        self.news = asyncio.Event()
        self._gone = asyncio.Event()
        self._take = take
        self._after = after
        self.scope = {"type": "http", "method": method, "headers": [], "query_string": query.encode()}
        if last is not None:
            self.scope["headers"] = [(b"last-event-id", last if isinstance(last, bytes) else str(last).encode())]

    async def run(self) -> Client:
        await self.response(self.scope, self._receive, self._send)
        return self

    def leave(self) -> None:
        self._gone.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, which is asked with each message."""
        while not holds():
            self.news.clear()
            await self.news.wait()

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        self.sending = True
        await self.reading.wait()
        self.sending = False
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        body = message["body"]
        self.ended = not message.get("more_body", False)
        if body:
            self.body.append(body)
            if self._take is not None:
                self._take(body)
            if len(self.body) == self._after:
                self.leave()
        self.news.set()


async def watch(response: Any, screen: Screen | None = None, **how: Any) -> Screen:
    """Watch a response to its end, or until it is left; go on where a screen has stopped."""
    screen = screen or Screen()
    screen.connect()
    if screen.seq is not None:
        how.setdefault("last", screen.seq)
    await Client(response, take=screen.show, **how).run()
    return screen


async def turns(number: int) -> None:
    """Let the loop turn."""
    for _ in range(number):
        await asyncio.sleep(0)


async def settled(holds: Callable[[], bool]) -> None:
    """Let the loop turn until something holds: the test's own time limit says when that is never."""
    while not holds():  # noqa: ASYNC110  # anything may be asked, and not all of it tells when it changes
        await asyncio.sleep(0.001)
