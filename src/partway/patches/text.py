"""The JSON text itself, without fence or prose, as the chunks of a body: what Vercel's `useObject` reads.

The client parses it, again with each chunk. There is nothing but the text, so there is no word for an error: the body
ends, and its JSON is not whole. Nor can text be taken back: where the answer begins anew, nothing more is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from partway.patches._encoder import Message, Sent
from partway.patches._frame import Frame

__all__ = ["Text"]


class Text:
    """Writes the JSON text."""

    media_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = {}
    sse: bool = False

    def __init__(self) -> None:
        self._sent = Sent()
        self._over = False

    def encode(self, frame: Frame) -> Sequence[Message]:
        """The messages for a frame, which follows the one before."""
        text = None if self._over else self._sent.more(frame)
        self._over = text is None
        return [Message(text)] if text else []
