"""The demo on a port of this machine, until it is interrupted.

When uvicorn is told to stop it waits for the responses that it is sending. Those of the demo end when their replay
does, which may be paused: so the replays are ended first.
"""

from __future__ import annotations

import os
import socket
import webbrowser
from collections.abc import Callable

import uvicorn

from partway import UsageError
from partway.web._demo import demo_app
from partway.web._demo_replay import Replays

__all__ = ["serve_demo"]


def serve_demo(host: str, port: int, say: Callable[[str], None], *, browse: bool = False) -> None:
    """Serve the demo until the process is interrupted.

    Args:
        host: The address to listen on.
        port: The port; 0 for any that is free.
        say: Called with the address of the page.
        browse: Whether to open the page in a browser.

    Raises:
        UsageError: It cannot listen there.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror  # a name that is none
        raise UsageError(f"cannot listen on {host}, port {port}: {reason}") from error
    name = f"[{host}]" if ":" in host else host
    page = f"http://{name}:{listening.getsockname()[1]}/"
    replays = Replays()
    server = _Server(uvicorn.Config(demo_app(replays), log_level="warning", timeout_graceful_shutdown=2), replays)
    say(page)
    if browse:
        webbrowser.open(page)
    with listening:
        server.run([listening])


class _Server(uvicorn.Server):
    """A server that ends its replays when it is told to stop."""

    def __init__(self, config: uvicorn.Config, replays: Replays) -> None:
        super().__init__(config)
        self._replays = replays

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._replays.aclose()
        await super().shutdown(sockets)
