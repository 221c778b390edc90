r"""AG-UI's events, in JSON or of `ag-ui-protocol`, whose `type` is an enum that equals the word.

    {"type": "TEXT_MESSAGE_CONTENT", "messageId": "…", "delta": "…"}
    {"type": "TOOL_CALL_START", "toolCallId": "…", "toolCallName": "…"}
    {"type": "TOOL_CALL_ARGS", "toolCallId": "…", "delta": "{\"a"}
    {"type": "TOOL_CALL_END", "toolCallId": "…"}
    {"type": "RUN_FINISHED", "threadId": "…", "runId": "…", "outcome": {"type": "success"}}

(docs.ag-ui.com, "Events".) A `…_CHUNK` stands for a start, a piece and an end: those behind the first need not name
their call, and it ends with the next event of another kind, unless that only passes by (`RAW`, `ACTIVITY_…`). Reasoning
is `REASONING_…`, and was `THINKING_…` before 1.0. Messages of other roles than the assistant's, and all that a subagent
says, are not the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from partway.providers._calls import Calls
from partway.providers._delta import CONTENT, REASONING, Delta, Ending, Facts, Failure, Part, field
from partway.providers._names import either

__all__ = ["Adapter", "recognizes"]

_TEXTS: Final = ("TEXT_MESSAGE_", "TOOL_CALL_", "REASONING_", "THINKING_")
_OTHERS: Final = ("STATE_", "MESSAGES_", "ACTIVITY_", "RUN_", "STEP_", "SUBAGENT_", "CUSTOM", "RAW")
_THOUGHTS: Final = ("REASONING_MESSAGE_CONTENT", "REASONING_MESSAGE_CHUNK", "THINKING_TEXT_MESSAGE_CONTENT")
_PASSING: Final = ("RAW", "ACTIVITY_SNAPSHOT", "ACTIVITY_DELTA", "REASONING_ENCRYPTED_VALUE", "TOOL_CALL_CHUNK")


def recognizes(chunk: Any) -> bool:
    """Whether the type is one of AG-UI's, which no other format writes like this."""
    kind = field(chunk, "type")
    return isinstance(kind, str) and kind.startswith(_TEXTS + _OTHERS)


class Adapter:
    """Reads one stream."""

    __slots__ = ("_calls", "_chunked", "_message", "_others")

    def __init__(self) -> None:
        self._calls = Calls()
        self._chunked: str | None = None  # the call that came in a chunk last, and may go on
        self._message: str | None = None  # that began last
        self._others: set[str | None] = set()  # messages that are not the assistant's

    def read(self, chunk: Any) -> Sequence[Part]:
        """Content, reasoning and calls; why the run ended, its counts, and its error."""
        kind = field(chunk, "type")
        parts: list[Part] = []
        if either(chunk, "subagentRunId", "subagent_run_id") is not None:
            return parts
        if self._chunked is not None and kind not in _PASSING and kind != "RUN_ERROR":
            self._calls.close(parts, self._chunked)
            self._chunked = None
        if kind == "TEXT_MESSAGE_CONTENT":
            if self._others and either(chunk, "messageId", "message_id") in self._others:
                return parts
            if text := field(chunk, "delta"):
                parts.append(Delta(CONTENT, text))
        elif kind == "TOOL_CALL_ARGS":
            key = either(chunk, "toolCallId", "tool_call_id")
            self._calls.piece(parts, key, field(chunk, "delta") or "", None, None)
        elif kind in _THOUGHTS:
            if text := field(chunk, "delta"):
                parts.append(Delta(REASONING, text))
        elif kind in {"TEXT_MESSAGE_START", "TEXT_MESSAGE_CHUNK"}:
            if not self._foreign(chunk) and (text := field(chunk, "delta")):
                parts.append(Delta(CONTENT, text))
        elif kind == "TOOL_CALL_START":
            key = either(chunk, "toolCallId", "tool_call_id")
            self._calls.piece(parts, key, "", either(chunk, "toolCallName", "tool_call_name"), key)
        elif kind == "TOOL_CALL_END":
            self._calls.close(parts, either(chunk, "toolCallId", "tool_call_id"))
        elif kind == "TOOL_CALL_CHUNK":
            self._chunk(parts, chunk)
        elif kind == "RUN_FINISHED":
            self._finish(parts, chunk)
        elif kind == "RUN_ERROR":
            parts.append(Failure(field(chunk, "message") or "the run failed", field(chunk, "code")))
        return parts

    def _foreign(self, chunk: Any) -> bool:
        """Whether a message is not the assistant's; what goes on need not say of which it is."""
        self._message = either(chunk, "messageId", "message_id") or self._message
        if role := field(chunk, "role"):
            (self._others.discard if role == "assistant" else self._others.add)(self._message)
        return self._message in self._others

    def _chunk(self, parts: list[Part], chunk: Any) -> None:
        key = either(chunk, "toolCallId", "tool_call_id") or self._chunked
        if self._chunked is not None and key != self._chunked:
            self._calls.close(parts, self._chunked)
        self._chunked = key
        name = either(chunk, "toolCallName", "tool_call_name")
        self._calls.piece(parts, key, field(chunk, "delta") or "", name, key)

    def _finish(self, parts: list[Part], chunk: Any) -> None:
        said = field(field(chunk, "outcome"), "type") or "success"
        cancelled = said == "cancelled"
        self._calls.end(parts, whole=not cancelled)
        parts.append(Ending("length" if cancelled else "stop", said))
        if usage := field(chunk, "usage"):  # a list: one entry for each model
            first = usage[0] if isinstance(usage, list) else usage
            parts.append(Facts(field(first, "model"), usage if isinstance(usage, list) and len(usage) > 1 else first))
