"""The UI message stream of Vercel's AI SDK: a tool call whose input streams, or a data part that is updated.

A tool's input is text that grows, which the client parses again with each piece; it cannot be taken back, so an
answer that begins anew ends in an error. A data part of one id is replaced by each that follows: the whole value, in
every frame. The stream ends with `[DONE]`. It is specified at https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from partway.patches._encoder import EVENT_STREAM, RESTARTED, Message, Sent, named
from partway.patches._frame import Frame
from partway.patches._json import dumps

__all__ = ["VercelData", "VercelTool"]

_DONE: Final = "[DONE]"


class _Vercel:
    """What both have in common: the message around them."""

    media_type: str = EVENT_STREAM
    headers: Mapping[str, str] = {"x-vercel-ai-ui-message-stream": "v1"}
    sse: bool = True

    def __init__(self, *, message_id: str | None = None) -> None:
        self._start = {"type": "start"} if message_id is None else {"type": "start", "messageId": message_id}
        self._begun = False
        self._fresh = False  # whether the frame at hand is where the message begins, on no connection before this one
        self._over = False

    def _parts(self, frame: Frame) -> list[str]:
        raise NotImplementedError

    def encode(self, frame: Frame) -> Sequence[Message]:
        """The messages for a frame, which follows the one before."""
        if self._over:
            return []
        self._fresh = not self._begun and frame.after == 0
        if not self._begun:
            self._name(frame)
        parts = [dumps(self._start)] if self._fresh else []
        parts += self._parts(frame)
        self._begun = True
        if not self._over and frame.status == "complete":
            parts += [dumps({"type": "finish"}), _DONE]
        elif not self._over and frame.error is not None:
            parts += self._failed(frame.error["message"])
        return [Message(data, id=frame.seq if n == len(parts) else None) for n, data in enumerate(parts, 1)]

    def _name(self, frame: Frame) -> None:
        """Give names to what the caller has not named."""

    def _failed(self, message: str) -> list[str]:
        self._over = True
        return [dumps({"type": "error", "errorText": message}), _DONE]


class VercelTool(_Vercel):
    """Writes the JSON text as the input of a tool call.

    Args:
        message_id: The message that the call is part of.
        tool_call_id: The call.
        tool_name: The tool that is called.
    """

    def __init__(
        self, *, message_id: str | None = None, tool_call_id: str | None = None, tool_name: str = "answer"
    ) -> None:
        super().__init__(message_id=message_id)
        self._call_id = tool_call_id
        self._call: dict[str, str] = {}
        self._tool = {"toolName": tool_name}
        self._sent = Sent()

    def _name(self, frame: Frame) -> None:
        self._call = {"toolCallId": self._call_id or named(frame, "call")}

    def _parts(self, frame: Frame) -> list[str]:
        parts: list[dict[str, Any]] = []
        text = self._sent.more(frame)
        if text is None:
            return self._failed(RESTARTED)
        if self._fresh:
            parts.append({"type": "tool-input-start", **self._call, **self._tool})
        if text:
            parts.append({"type": "tool-input-delta", **self._call, "inputTextDelta": text})
        if frame.status == "complete":
            parts.append({"type": "tool-input-available", **self._call, **self._tool, "input": frame.whole()})
        return [dumps(part) for part in parts]


class VercelData(_Vercel):
    """Writes the value as a data part, whole in each frame.

    Args:
        message_id: The message that the part is in.
        name: The type of the part, without its `data-`.
        part_id: The part: what comes later replaces it.
    """

    def __init__(self, *, message_id: str | None = None, name: str = "answer", part_id: str = "answer") -> None:
        super().__init__(message_id=message_id)
        self._part = {"type": f"data-{name}", "id": part_id}

    def _parts(self, frame: Frame) -> list[str]:
        if not frame.changes:
            return []
        if "value" not in frame.encoded:
            frame.encoded["value"] = dumps(frame.whole())
        return [f'{dumps(self._part)[:-1]},"data":{frame.encoded["value"]}}}']
