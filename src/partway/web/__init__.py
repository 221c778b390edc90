"""Runs for browsers: as the response of an endpoint, to any number of clients.

    @app.get("/recipe/{id}")
    async def recipe(id: str) -> EventStream:
        return EventStream(runs[id])

This package is what the extra `web` is for; it works with Starlette and whatever is made of it, in asyncio.
"""

from partway.web._broadcast import Broadcast
from partway.web._event_stream import EventStream
from partway.web._readers import Reader

__all__ = ["Broadcast", "EventStream", "Reader"]
