"""assistant-ui's transport: the value as the state of an agent, in operations.

There are two: `set` a value at a path, `append-text` to a string. So text costs what it is long, and where something
is removed the whole state is set. A path is made of strings, indices too. The stream ends with `[DONE]`. It is
specified at https://www.assistant-ui.com/docs/runtimes/custom/assistant-transport.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from partway.patches._encoder import EVENT_STREAM, Message
from partway.patches._frame import Frame
from partway.patches._json import dumps

__all__ = ["AssistantUi"]


class AssistantUi:
    """Writes assistant-ui's transport."""

    media_type: str = EVENT_STREAM
    headers: Mapping[str, str] = {}
    sse: bool = True

    def __init__(self) -> None:
        self._begun = False

    def encode(self, frame: Frame) -> Sequence[Message]:
        """The messages for a frame, which follows the one before."""
        chunks: list[str] = []
        if not self._begun:
            chunks.append(_update([_set((), frame.whole())]))
        elif frame.changes:
            if "assistant-ui" not in frame.encoded:
                frame.encoded["assistant-ui"] = _update(_operations(frame))
            chunks.append(frame.encoded["assistant-ui"])
        self._begun = True
        if frame.error is not None:
            chunks.append(dumps({"type": "error", "path": [], "error": frame.error["message"]}))
        if frame.status != "streaming":
            chunks.append("[DONE]")
        return [Message(data, id=frame.seq if n == len(chunks) else None) for n, data in enumerate(chunks, 1)]


def _operations(frame: Frame) -> list[dict[str, Any]]:
    if any(change.kind == "remove" for change in frame.changes):
        return [_set((), frame.whole())]
    return [
        {"type": "append-text", "path": list(map(str, path)), "value": value} if kind == "append" else _set(path, value)
        for kind, path, value in frame.changes
    ]


def _set(path: Sequence[str | int], value: Any) -> dict[str, Any]:
    return {"type": "set", "path": list(map(str, path)), "value": value}


def _update(operations: list[dict[str, Any]]) -> str:
    return dumps({"type": "update-state", "path": [], "operations": operations})
