"""What every wire format has in common: frames in, messages out.

An encoder belongs to one connection: it may have to say something first, or remember what it has said. It does no
I/O. Over server-sent events a message is one event; over a WebSocket its `data` is one text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from partway.patches._frame import Frame

__all__ = ["EVENT_STREAM", "RESTARTED", "Encoder", "Message"]

EVENT_STREAM: Final = "text/event-stream"
"""The media type of server-sent events."""

RESTARTED: Final = "the answer began anew, and what was sent of it cannot be taken back"
"""The message of an error, in formats that send text."""


class Message(NamedTuple):
    """What is sent in one piece.

    Attributes:
        data: Its text, without a line break if it goes over server-sent events.
        event: The type of the event; empty for the default one.
        id: The number to ask from after a reconnect; `None` if the format or the place has none.
    """

    data: str
    event: str = ""
    id: int | None = None


class Encoder(Protocol):
    """Writes the frames of one connection in one wire format."""

    media_type: str
    """The media type of the response."""
    headers: Mapping[str, str]
    """Headers that the format wants besides."""
    sse: bool
    """Whether messages go over server-sent events; if not, their `data` is sent as it is, one behind the other."""

    def encode(self, frame: Frame) -> Sequence[Message]:
        """The messages for a frame, which follows the one before; there may be none."""
        ...
