"""The demo on a port of this machine, and what a test asks of it beside the browser."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn


class Demo:
    """A demo that is served.

    Attributes:
        url: Where its page is.
        cuts: After how many bytes the next responses of event streams are to be dropped; further ones are not.
        dropped: How many were.
    """

    def __init__(self, app: Any, url: str) -> None:
        self.url = url
        self.cuts: list[int] = []
        self.dropped = 0
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The application, behind a line that can be cut."""
        streams = scope["type"] == "http" and scope["path"].endswith(("/value", "/deltas"))
        left = self.cuts.pop(0) if streams and self.cuts else None
        if left is None:
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, self._cut(send, left))

    def _cut(self, send: Any, left: int) -> Any:
        async def cut(message: Any) -> None:
            nonlocal left
            body = message.get("body", b"")
            if len(body) <= left:
                left -= len(body)
                await send(message)
                return
            await send({**message, "body": body[:left], "more_body": True})
            self.dropped += 1
            raise ConnectionError("the line was cut")  # the server closes the connection in the middle of the body

        return cut

    def start(self, scenario: str, **asked: Any) -> str:
        """Start a replay that waits, and give its id."""
        answer = httpx.post(f"{self.url}replays", json={"scenario": scenario, "playing": False, **asked})
        answer.raise_for_status()
        return str(answer.json()["id"])

    def steer(self, replay: str, **asked: Any) -> Any:
        """Steer a replay, and give what is told of it."""
        answer = httpx.post(f"{self.url}replays/{replay}", json=asked)
        answer.raise_for_status()
        return answer.json()

    def address(self, scenario: str, replay: str) -> str:
        """Where the page shows a replay."""
        return f"{self.url}#{scenario}/{replay}"


@contextmanager
def served(app: Any) -> Iterator[Demo]:
    """Serve the demo in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        demo = Demo(app, f"http://127.0.0.1:{listening.getsockname()[1]}/")
        server = uvicorn.Server(uvicorn.Config(demo, log_level="critical", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield demo
        finally:
            server.should_exit = True
            thread.join()
