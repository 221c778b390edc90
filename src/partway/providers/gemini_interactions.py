r"""Google's Interactions API: the events of a stream of steps, in JSON or of `google-genai`.

    {"event_type": "interaction.created", "interaction": {"status": "in_progress", "model": "…"}}
    {"event_type": "step.start", "index": 1, "step": {"type": "function_call", "id": "…", "name": "…", "arguments": {}}}
    {"event_type": "step.delta", "index": 1, "delta": {"type": "arguments_delta", "arguments": "{\"a"}}
    {"event_type": "step.stop", "index": 1}
    {"event_type": "interaction.completed", "interaction": {"status": "requires_action", "usage": {…}}}

(ai.google.dev, "Interactions API".) Steps whose type ends in `_call` are calls: of the user's functions, of MCP servers
and of Google's own tools, which have no name but their type, and whose arguments come as objects, in the start or in a
delta of the step's own type. Deltas of results, signatures, images and annotations are neither text nor calls.

The reason why an interaction ended is its status, which comes after the last step's stop; so a call closes with what
follows its stop.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from typing import Any, Final

from partway.providers._calls import Calls
from partway.providers._delta import (
    CONTENT,
    REASONING,
    Channel,
    Delta,
    Ending,
    Facts,
    Failure,
    Part,
    Reason,
    field,
    plain,
)

__all__ = ["Adapter", "recognizes"]

_REASONS: Final[dict[str, Reason]] = {
    "completed": "stop",
    "requires_action": "stop",
    "incomplete": "length",
    "requires_continuation": "length",
    "budget_exceeded": "length",
    "cancelled": "length",
}


def recognizes(chunk: Any) -> bool:
    """Whether an event is of an interaction or of a step; other APIs have an `event_type`, too."""
    kind = field(chunk, "event_type")
    return isinstance(kind, str) and kind.startswith(("interaction.", "step."))


class Adapter:
    """Reads one stream."""

    __slots__ = ("_arguments", "_calls")

    def __init__(self) -> None:
        self._calls = Calls()
        self._arguments: Any = None  # of the step, as an object, while no text of them has come

    def read(self, chunk: Any) -> Sequence[Part]:
        """Content, reasoning and calls; why the interaction ended, and its counts."""
        kind = field(chunk, "event_type")
        parts: list[Part] = []
        if kind == "step.delta":
            self._delta(parts, field(chunk, "index"), field(chunk, "delta"))
        elif kind == "step.start":
            self._calls.settle(parts)
            self._start(parts, field(chunk, "index"), field(chunk, "step"))
        elif kind == "step.stop":
            key = field(chunk, "index")
            if self._arguments and (to := self._calls.channel(key)) is not None:
                parts.append(Delta(to, json.dumps(plain(self._arguments), ensure_ascii=False)))
            self._arguments = None
            self._calls.stop(parts, key)
        elif kind == "error":
            error = field(chunk, "error")
            code = field(error, "code")
            parts.append(Failure(field(error, "message") or str(plain(error)), code and str(code)))
        elif (interaction := field(chunk, "interaction")) is not None:
            self._status(parts, field(interaction, "status"))
            usage, model = field(interaction, "usage"), field(interaction, "model")
            if usage is not None or model:
                parts.append(Facts(model, usage))
        elif (said := field(chunk, "status")) not in {"completed", "requires_action"}:
            self._status(parts, said)  # a bad end may come without the interaction; a good one comes with it
        return parts

    def _delta(self, parts: list[Part], key: Hashable, delta: Any) -> None:
        kind = field(delta, "type") or ""
        if kind == "text":
            _text(parts, CONTENT, delta)
        elif kind == "arguments_delta":
            if text := field(delta, "arguments"):
                self._arguments = None
                self._calls.piece(parts, key, text, None, None)
        elif kind == "thought_summary":
            _text(parts, REASONING, field(delta, "content"))
        elif kind.endswith("_call"):
            self._arguments = field(delta, "arguments")

    def _start(self, parts: list[Part], key: Hashable, step: Any) -> None:
        kind = field(step, "type") or ""
        self._arguments = None
        if kind == "model_output":
            for content in field(step, "content") or ():
                _text(parts, CONTENT, content)
        elif kind == "thought":
            for summary in field(step, "summary") or ():
                _text(parts, REASONING, summary)
        elif kind.endswith("_call"):
            name = field(step, "name") or kind.removesuffix("_call")
            self._calls.piece(parts, key, "", name, field(step, "id"))
            self._arguments = field(step, "arguments")

    def _status(self, parts: list[Part], said: str | None) -> None:
        if said == "failed":
            parts.append(Failure("the interaction failed", said))
        elif said in _REASONS:
            reason = _REASONS[said]
            self._calls.end(parts, whole=reason == "stop")
            parts.append(Ending(reason, said))


def _text(parts: list[Part], to: Channel, holder: Any) -> None:
    if text := field(holder, "text"):
        parts.append(Delta(to, text))
