"""Ollama's own API, chat and generate, in lines of JSON (docs/api.md of its repository).

    {"model": "…", "message": {"role": "assistant", "content": "…", "thinking": "…"}, "done": false}
    {"model": "…", "response": "…", "thinking": "…", "done": false}

Tool calls come whole: `{"message": {"tool_calls": [{"function": {"name": "…", "arguments": {…}}}]}}`. The last line
has the reason and the counts; an error on the way is a line of its own, `{"error": "…"}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from partway.providers._calls import Calls
from partway.providers._delta import CONTENT, REASONING, Delta, Ending, Facts, Failure, Part, field

__all__ = ["Adapter", "recognizes"]

_COUNTS: Final = ("prompt_eval_count", "eval_count")


def recognizes(chunk: Any) -> bool:
    """Whether a chunk says if it is done, and has a message or a response."""
    return isinstance(field(chunk, "done"), bool) and (
        field(chunk, "message") is not None
        or isinstance(field(chunk, "response"), str)
        or (isinstance(chunk, dict) and "message" in chunk)
    )


class Adapter:
    """Reads one stream."""

    __slots__ = ("_calls", "_chat", "_model")

    def __init__(self) -> None:
        self._calls = Calls()
        self._chat: bool | None = None  # one stream is all the one or all the other
        self._model: str | None = None

    def read(self, chunk: Any) -> Sequence[Part]:
        """Thinking, text, whole calls, then why it ended."""
        parts: list[Part] = []
        if self._chat is None and (field(chunk, "message") is not None or field(chunk, "response") is not None):
            self._chat = field(chunk, "message") is not None
        message = field(chunk, "message") if self._chat else chunk
        if thought := field(message, "thinking"):
            parts.append(Delta(REASONING, thought))
        if text := field(message, "content" if self._chat else "response"):
            parts.append(Delta(CONTENT, text))
        if self._chat:
            for call in field(message, "tool_calls") or ():
                function = field(call, "function")
                self._calls.whole(parts, field(function, "name") or "", field(function, "arguments"), field(call, "id"))
        model, usage = field(chunk, "model"), None
        if field(chunk, "done"):
            said = field(chunk, "done_reason") or "stop"
            parts.append(Ending("length" if said == "length" else "stop", said))
            usage = {name: count for name in _COUNTS if (count := field(chunk, name)) is not None} or None
        elif model is None and isinstance(error := field(chunk, "error"), str) and error:
            parts.append(Failure(error))
        if usage is not None or (model and model != self._model):
            self._model = model
            parts.append(Facts(model, usage))
        return parts
