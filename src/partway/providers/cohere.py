"""Cohere's chat, API v2 (docs.cohere.com: "v2 Chat", stream events).

    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "…"}}}}

Content is `text` or `thinking`. The calls of tools come after a plan in prose, which is text of the answer:

    {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "…"}}}
    {"type": "tool-call-start", "index": 0,
     "delta": {"message": {"tool_calls": {"id": "…", "function": {"name": "…", "arguments": ""}}}}}
    {"type": "tool-call-delta", "index": 0, "delta": {"message": {"tool_calls": {"function": {"arguments": "…"}}}}}
    {"type": "tool-call-end", "index": 0}
    {"type": "message-end", "delta": {"finish_reason": "TOOL_CALL", "usage": {…}}}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from partway.providers._calls import Calls
from partway.providers._delta import CONTENT, REASONING, Delta, Ending, Facts, Failure, Part, Reason, field

__all__ = ["Adapter", "recognizes"]

_TYPES: Final = frozenset(
    f"{what}-{when}"
    for what, moments in {
        "message": ("start", "end"),
        "content": ("start", "delta", "end"),
        "tool-plan": ("delta",),
        "tool-call": ("start", "delta", "end"),
        "citation": ("start", "end"),
    }.items()
    for when in moments
)
_REASONS: Final[dict[str, Reason]] = {
    "MAX_TOKENS": "length",
    "ERROR_LIMIT": "length",
    "ERROR": "length",
    "ERROR_TOXIC": "filter",
}


def recognizes(chunk: Any) -> bool:
    """Whether a chunk says that it is one of Cohere's events."""
    kind = field(chunk, "type")
    return isinstance(kind, str) and kind in _TYPES


class Adapter:
    """Reads one stream."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls = Calls()

    def read(self, chunk: Any) -> Sequence[Part]:
        """Text, thinking or plan, a call, or the end."""
        kind = field(chunk, "type")
        delta = field(chunk, "delta")
        parts: list[Part] = []
        if kind in {"content-delta", "content-start"}:
            content = field(field(delta, "message"), "content")
            if text := field(content, "text"):
                parts.append(Delta(CONTENT, text))
            elif thought := field(content, "thinking"):
                parts.append(Delta(REASONING, thought))
        elif kind in {"tool-call-delta", "tool-call-start"}:
            call = field(field(delta, "message"), "tool_calls")
            function = field(call, "function")
            key, text = field(chunk, "index"), field(function, "arguments") or ""
            name = field(function, "name") if kind == "tool-call-start" else None
            self._calls.piece(parts, key, text, name, field(call, "id") if name else None)
        elif kind == "tool-plan-delta":
            if plan := field(field(delta, "message"), "tool_plan"):
                parts.append(Delta(CONTENT, plan))
        elif kind == "tool-call-end":
            self._calls.close(parts, field(chunk, "index"))
        elif kind == "message-end":
            self._end(parts, delta)
        return parts

    def _end(self, parts: list[Part], delta: Any) -> None:
        said, error = field(delta, "finish_reason"), field(delta, "error")
        if error or said in {"ERROR", "TIMEOUT"}:
            message = error if isinstance(error, str) else field(error, "message")
            parts.append(Failure(message or "the generation ended before the answer did", said))
        elif said:
            reason = _REASONS.get(said, "stop")
            if reason == "stop":
                self._calls.close_all(parts)
            parts.append(Ending(reason, said))
        if (usage := field(delta, "usage")) is not None:
            parts.append(Facts(usage=usage))
