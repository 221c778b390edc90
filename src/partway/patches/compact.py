"""The compact form, version 1: what `partway.js` and `Replica` read.

It is made for text that grows by a few characters: a message is then the characters alone, as a JSON string, and
everything else (where they go, the number of the frame, where the text is being written) is what it was. The
specification is in docs/patches.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from partway.events import Path
from partway.patches._encoder import EVENT_STREAM, Message
from partway.patches._frame import Change, Frame
from partway.patches._json import dumps

__all__ = ["Compact"]

VERSION: Final = 1
NUMBERED: Final = 64
"""One frame in so many has its number with it."""


class Compact:
    """Writes the compact form."""

    media_type: str = EVENT_STREAM
    headers: Mapping[str, str] = {}
    sse: bool = True

    def __init__(self) -> None:
        self._seq: int | None = None
        self._path: Path | None = None  # of the last change
        self._open: Path | None = None

    def encode(self, frame: Frame) -> Sequence[Message]:
        """The messages for a frame, which follows the one before."""
        first = self._seq is None
        goes_on = not first and _goes_on(frame, self._path)
        if goes_on:
            data = _kept(frame, "text", lambda: dumps(frame.changes[0].value))
        elif first:
            data = _kept(frame, "first", lambda: dumps({"v": VERSION} | _payload(frame, first=True)))
        else:
            moved = frame.open_path != self._open
            data = _kept(frame, ("later", moved), lambda: dumps(_payload(frame, first=False, moved=moved)))
        if data == "{}":
            return []
        numbered = frame.seq % NUMBERED == 0 or frame.status != "streaming" or frame.seq - 1 != self._seq
        self._seq = frame.seq
        self._open = frame.open_path
        if frame.snapshot:
            self._path = None
        elif frame.changes:
            self._path = frame.changes[-1].path
        return [Message(data, id=frame.seq if numbered else None)]


def _goes_on(frame: Frame, path: Path | None) -> bool:
    """Whether a frame is nothing but more text where the last change was."""
    if len(frame.changes) != 1 or frame.snapshot or frame.rejected is not None or frame.status != "streaming":
        return False
    [change] = frame.changes
    return change.kind == "append" and change.path == path == frame.open_path


def _payload(frame: Frame, *, first: bool, moved: bool = True) -> dict[str, Any]:
    payload: dict[str, Any] = {}
    last: Path | None = None
    if frame.snapshot:
        payload["s"] = frame.changes[0].value
    elif frame.changes:
        payload["p"] = [_written(change) for change in frame.changes]
        last = frame.changes[-1].path
    if frame.open_path != last if "p" in payload else (first or frame.snapshot or moved):
        payload["o"] = frame.open_path
    if frame.rejected is not None and (frame.rejected or not frame.snapshot):
        payload["x"] = frame.rejected
    if frame.status == "complete":
        payload["d"] = 1
    elif frame.status == "error":
        payload["e"] = frame.error
    return payload


def _written(change: Change) -> list[Any]:
    if change.kind == "remove":
        return [change.path]
    return [change.path, change.value, 1] if change.kind == "append" else [change.path, change.value]


def _kept(frame: Frame, key: Any, make: Any) -> str:
    """What is made once for all connections."""
    key = ("partway", key)
    if key not in frame.encoded:
        frame.encoded[key] = make()
    text: str = frame.encoded[key]
    return text
