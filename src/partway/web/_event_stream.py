"""A run as the response of a Starlette or FastAPI endpoint.

One task answers, one waits for the client to go away: a server tells of that only to those who ask it, and some keep a
`send` waiting when nobody reads any more. So the second task ends the first, wherever it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

try:
    from starlette.responses import Response
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "partway.web needs starlette, which is not installed: pip install 'partway[web]'", name=missing.name
    ) from missing

from partway import AsyncRun, Run, UsageError
from partway._intake import is_number
from partway.patches import Format, encoder
from partway.web._broadcast import Broadcast
from partway.web._framing import KEEP_ALIVE, framed, last_event_id
from partway.web._readers import Reader

if TYPE_CHECKING:
    from starlette.background import BackgroundTask
    from starlette.types import Receive, Scope, Send

__all__ = ["EventStream"]

_HEADERS = {"cache-control": "no-cache", "x-accel-buffering": "no"}
_KEPT_AS = "_broadcast"


class EventStream(Response):
    """A run that is sent while it is being written, to be returned from an endpoint.

    Its clients may be many, come late, be slow, and come back: each gets a frame for all that it has missed. A client
    that connects again says what it has in the header `Last-Event-ID`, or in the query parameter `last_event_id`. One
    that has all of a run that has ended gets the status 204, with which an `EventSource` gives up.

    Args:
        run: A run of `stream()`, or a `Broadcast` of it. Streams of the same run share one broadcast, which the first
            of them makes.
        format: The format that is sent; see `partway.patches`.
        per_second: How often at most; for a run.
        keep_alive: After how many seconds without a frame a comment is sent, so that proxies do not hang up; `None` for
            never. Only server-sent events have comments.
        linger: How many seconds without a client it takes until the source is closed; for a run.
        keep: How many frames are kept for clients that are behind; for a run.
        headers: More headers, or others.
        background: What Starlette runs when the response is over.
        options: What the format takes besides.

    Raises:
        UsageError: There is no such format, it has no such option, or `run` is no run.
    """

    def __init__(
        self,
        run: Run[Any, Any] | AsyncRun[Any, Any] | Broadcast,
        *,
        format: Format = "partway",  # noqa: A002  # as `json.dumps(indent=)`: the plain word is the right one
        per_second: float = 30.0,
        keep_alive: float | None = 15.0,
        linger: float = 0.0,
        keep: int = 256,
        headers: Mapping[str, str] | None = None,
        background: BackgroundTask | None = None,
        **options: Any,
    ) -> None:
        if keep_alive is not None and not (is_number(keep_alive) and keep_alive > 0):
            raise UsageError(f"keep_alive is a number of seconds, not {keep_alive!r}")
        self._encoder = partial(encoder, format, **options)
        shape = self._encoder()
        self._broadcast = (
            run if isinstance(run, Broadcast) else _broadcast(run, per_second=per_second, keep=keep, linger=linger)
        )
        self._keep_alive = keep_alive if shape.sse else None
        self.status_code = 200
        self.media_type = shape.media_type
        self.background = background
        self.init_headers({**_HEADERS, **shape.headers, **(headers or {})})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        after = last_event_id(scope)
        if self._broadcast.ended and after is not None and self._broadcast.since(after) is None:
            headers = [each for each in self.raw_headers if each[0] != b"content-type"]
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            if scope.get("method") == "HEAD":
                await send({"type": "http.response.body", "body": b""})
            else:
                await self._serve(after, receive, send)
        if self.background is not None:
            await self.background()

    async def _serve(self, after: int | None, receive: Receive, send: Send) -> None:
        """Send to one client until the run is over or the client has gone."""
        try:
            async with self._broadcast.read(after, idle=self._keep_alive) as reader, asyncio.timeout(None) as limit:
                listening = asyncio.create_task(_until_gone(receive, reader, limit))
                try:
                    await self._send(reader, send)
                finally:
                    listening.cancel()
                    await asyncio.gather(listening, return_exceptions=True)
        except OSError:  # so a server says that the client has gone; a TimeoutError, which is one, says that we said so
            pass

    async def _send(self, reader: Reader, send: Send) -> None:
        encoded = self._encoder()
        async for frame in reader:
            if frame is None:
                body = KEEP_ALIVE
            elif encoded.sse:
                body = framed(encoded.encode(frame))
            else:
                body = "".join(message.data for message in encoded.encode(frame)).encode()
            if body:
                await send({"type": "http.response.body", "body": body, "more_body": True})
        if not reader.left:
            await send({"type": "http.response.body", "body": b""})


async def _until_gone(receive: Receive, reader: Reader, limit: asyncio.Timeout) -> None:
    """Wait until the client has gone, and end what is being sent to it."""
    while (await receive())["type"] != "http.disconnect":
        pass
    reader.leave()  # the source is to be closed without a turn of the loop more
    limit.reschedule(asyncio.get_running_loop().time())


def _broadcast(run: Run[Any, Any] | AsyncRun[Any, Any], **settings: Any) -> Broadcast:
    """Find the broadcast of a run, or make it.

    It is kept on the run itself. A table of all runs would keep them alive, even a weak one: a broadcast holds its run.
    """
    if not isinstance(run, Run | AsyncRun):
        return Broadcast(run, **settings)  # which says what is wrong
    broadcast: Broadcast = vars(run).setdefault(_KEPT_AS, Broadcast(run, **settings))
    return broadcast
