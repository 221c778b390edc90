r"""Vercel's AI SDK: its UI message stream, and the parts of its `fullStream` where they are sent as JSON.

    {"type": "text-delta", "id": "0", "delta": "…"}
    {"type": "tool-input-start", "toolCallId": "…", "toolName": "…"}
    {"type": "tool-input-delta", "toolCallId": "…", "inputTextDelta": "{\"a"}
    {"type": "tool-input-available", "toolCallId": "…", "toolName": "…", "input": {"a": 1}}
    {"type": "finish", "finishReason": "tool-calls"}

(ai-sdk.dev, "Stream protocols"; `UIMessageChunk`, `TextStreamPart` in the package `ai`.) In a `fullStream` text is in
`text`, and was in `textDelta` up to version 4; a call has `id` and `delta` in its pieces, and at its end is a
`tool-call` with its `input`, once `args`. Only that event, or `tool-input-available`, says that a call is whole:
`tool-input-end` comes when it was cut off, too, and `tool-input-error` when the input is no JSON. Inputs that are said
to be `text` are no JSON until then. Objects that a server has put together, `data-…` and `object`, are no text of the
model. `reset-step` takes back what came in the step. pydantic-ai has classes for these events, with snake_case names.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, Literal

from partway.providers._calls import Calls
from partway.providers._delta import CONTENT, REASONING, Delta, Ending, Facts, Failure, Part, Restart, field, plain
from partway.providers._names import either

__all__ = ["Adapter", "recognizes"]

_REASONS: Final[dict[str, Literal["stop", "length", "filter"]]] = {
    "length": "length",
    "interrupted": "length",
    "error": "length",
    "content-filter": "filter",
}
_STARTS: Final = ("data-", "reasoning", "source-", "text-", "tool-input-", "tool-output-")
_TYPES: Final = frozenset(
    ("start", "start-step", "step-start", "stream-start", "reset-step", "message-metadata", "file", "object", "abort")
)
_NEED: Final = {  # a field that other formats' events of this type lack
    "error": ("errorText", "error_text"),
    "tool-call": ("toolCallId", "tool_call_id"),
    "tool-call-delta": ("argsTextDelta", "args_text_delta"),
    "tool-call-streaming-start": ("toolCallId", "tool_call_id"),
}
_PIECES: Final = ("tool-input-delta", "tool-call-delta")
_OPENING: Final = ("tool-input-start", "tool-call-streaming-start")
_PIECE_NAMES: Final = ("delta", "inputTextDelta", "input_text_delta", "text", "textDelta", "argsTextDelta")
_ENDS: Final = ("finish", "finish-step", "step-finish", "response-metadata")
_WHOLE: Final = ("tool-input-available", "tool-call")


def recognizes(chunk: Any) -> bool:
    """Whether the type is one of theirs; those that others have, too, need a field to go with it."""
    kind = field(chunk, "type")
    if not isinstance(kind, str):
        return False
    if kind == "text-delta":
        return isinstance(_piece(chunk), str)
    if kind in _NEED:
        return either(chunk, *_NEED[kind]) is not None
    return kind in _TYPES or kind in _ENDS or kind.startswith(_STARTS)


class Adapter:
    """Reads one stream."""

    __slots__ = ("_calls", "_closed", "_plain", "_said")

    def __init__(self) -> None:
        self._calls = Calls()
        self._closed: set[str] = set()
        self._said: set[str] = set()  # calls of which pieces have come
        self._plain: set[str] = set()  # calls whose pieces are no JSON

    def read(self, chunk: Any) -> Sequence[Part]:
        """Content, reasoning and calls; why the answer ended, its counts, and errors."""
        kind = field(chunk, "type")
        if kind == "text-delta":
            return (Delta(CONTENT, text),) if (text := _piece(chunk)) else ()
        parts: list[Part] = []
        if kind in _PIECES:
            if (text := _piece(chunk)) and (id_ := _id(chunk)) not in self._plain:
                self._said.add(id_)
                name = either(chunk, "toolName", "tool_name") if self._calls.channel(id_) is None else None
                self._calls.piece(parts, id_, text, name, id_)
        elif kind in {"reasoning-delta", "reasoning"}:
            if text := _piece(chunk):
                parts.append(Delta(REASONING, text))
        elif kind in _OPENING:
            id_ = _id(chunk)
            if either(chunk, "inputEncoding", "input_encoding") == "text":
                self._plain.add(id_)
            self._calls.piece(parts, id_, "", either(chunk, "toolName", "tool_name"), id_)
        elif kind in _WHOLE:
            self._whole(parts, chunk, _id(chunk))
        elif kind in _ENDS:
            self._end(parts, chunk, kind)
        elif kind == "reset-step":
            parts.append(Restart("the step was reset"))
            self._calls.clear()
        elif kind == "error":
            error = either(chunk, "errorText", "error_text") or field(chunk, "error")
            message = error if isinstance(error, str) else field(error, "message")
            parts.append(Failure(message or str(plain(error)), "error"))
        elif kind == "abort":
            parts.append(Failure(field(chunk, "reason") or "the stream was aborted", "abort"))
        return parts

    def _whole(self, parts: list[Part], chunk: Any, id_: str) -> None:
        if id_ in self._closed or field(chunk, "invalid"):
            return
        self._closed.add(id_)
        self._calls.piece(parts, id_, "", either(chunk, "toolName", "tool_name"), id_)
        to, given = self._calls.channel(id_), field(chunk, "input")
        given = field(chunk, "args") if given is None else given
        if to is not None and id_ not in self._said and given is not None:
            json_already = isinstance(given, str) and id_ not in self._plain and field(chunk, "type") == "tool-call"
            parts.append(Delta(to, given if json_already else json.dumps(given, ensure_ascii=False)))
        self._calls.close(parts, id_)

    def _end(self, parts: list[Part], chunk: Any, kind: str) -> None:
        model = either(field(chunk, "response") or chunk, "modelId", "model_id")
        usage = either(chunk, "totalUsage", "total_usage") or field(chunk, "usage")
        if usage is not None or model:
            parts.append(Facts(model, usage))
        said = either(chunk, "finishReason", "finish_reason")
        said = said if isinstance(said, str) else field(said, "unified")  # as models give it to the SDK
        if said and kind == "finish":
            reason = _REASONS.get(said, "stop")
            self._calls.end(parts, whole=reason == "stop")
            parts.append(Ending(reason, said))


def _id(chunk: Any) -> str:
    return either(chunk, "toolCallId", "tool_call_id") or field(chunk, "id") or ""


def _piece(chunk: Any) -> Any:
    """A piece of text: every kind of event, and every version, has its own name for it."""
    if not isinstance(chunk, dict):
        return field(chunk, "input_text_delta" if field(chunk, "type") == "tool-input-delta" else "delta")
    for name in _PIECE_NAMES:
        if (text := chunk.get(name)) is not None:
            return text
    return None
