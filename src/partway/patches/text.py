"""The JSON text itself, without fence or prose, as the chunks of a body: what Vercel's `useObject` reads.

The client parses it, again with each chunk. There is nothing but the text, so there is no word for an error: the body
ends, and its JSON is not whole. Nor can text be taken back: where the answer begins anew, nothing more is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from partway.patches._encoder import Message
from partway.patches._frame import Frame

__all__ = ["Text"]


class Text:
    """Writes the JSON text."""

    media_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = {}
    sse: bool = False

    def __init__(self) -> None:
        self._begun = False
        self._over = False

    def encode(self, frame: Frame) -> Sequence[Message]:
        """The messages for a frame, which follows the one before."""
        self._over |= self._begun and frame.restarted
        self._begun = True
        return [] if self._over or not frame.text else [Message(frame.text)]
