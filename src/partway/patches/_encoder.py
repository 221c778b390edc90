"""What every wire format has in common: frames in, messages out.

An encoder belongs to one connection: it may have to say something first, or remember what it has said. It does no
I/O. Over server-sent events a message is one event; over a WebSocket its `data` is one text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol
from uuid import NAMESPACE_OID, uuid4, uuid5

from partway.patches._frame import Frame

__all__ = ["EVENT_STREAM", "RESTARTED", "Encoder", "Message", "Sent", "named"]

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


class Sent:
    """What one connection was sent of the JSON text, which cannot be taken back."""

    def __init__(self) -> None:
        self._document: int | None = None
        self._end = 0

    def more(self, frame: Frame) -> str | None:
        """The text of a frame that was not sent yet; `None` if what was sent, here or before, is given up in it.

        A client that is far behind gets a snapshot, with all of the text. Of that it has some already.
        """
        text, begun = frame.text, self._document is not None
        if frame.restarted and (begun or frame.after):
            return None
        if begun and frame.snapshot:
            if frame.document != self._document:
                return None
            text = text[self._end :]
        self._document = frame.document
        self._end = frame.start + len(frame.text)
        return text


def named(frame: Frame, what: str) -> str:
    """A name for something that a format wants named: the same on each connection that tells of the same run."""
    return str(uuid5(NAMESPACE_OID, frame.run + what) if frame.run else uuid4())


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
