r"""Amazon Bedrock's ConverseStream: dicts of one key, which says what they are, as boto3 gives them.

    {"contentBlockStart": {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "…", "name": "…"}}}}
    {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"toolUse": {"input": "{\"a"}}}}
    {"contentBlockStop": {"contentBlockIndex": 1}}
    {"messageStop": {"stopReason": "tool_use"}}
    {"metadata": {"usage": {"inputTokens": 51}, "metrics": {"latencyMs": 2281}}}

(Amazon Bedrock API Reference, "ConverseStreamOutput".) A block of text often has no start. `metadata` comes before
`messageStop` or behind it. An error has a key of its own, `{"throttlingException": {"message": "…"}}`. On the wire
an event may hold padding beside its key.

A block's stop does not say that the block is whole: the reason comes after it, and may be that the answer was cut off.
So a call closes with what follows its stop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from partway.providers._calls import Calls
from partway.providers._delta import CONTENT, REASONING, Delta, Ending, Facts, Failure, Part, Reason, field, plain

__all__ = ["Adapter", "recognizes"]

_EVENTS: Final = (
    "messageStart",
    "contentBlockStart",
    "contentBlockDelta",
    "contentBlockStop",
    "messageStop",
)
_ERRORS: Final = (
    "internalServerException",
    "modelStreamErrorException",
    "modelTimeoutException",
    "serviceUnavailableException",
    "throttlingException",
    "validationException",
)
_REASONS: Final[dict[str, Reason]] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "filter",
    "content_filtered": "filter",
    "refusal": "refusal",
}


def recognizes(chunk: Any) -> bool:
    """Whether a chunk has one of the keys."""
    if any(field(chunk, name) is not None for name in _EVENTS + _ERRORS):
        return True
    if isinstance(chunk, dict) and not chunk.keys().isdisjoint(_EVENTS):
        return True
    facts = field(chunk, "metadata")
    return field(field(facts, "usage"), "inputTokens") is not None or field(facts, "metrics") is not None


class Adapter:
    """Reads one stream."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls = Calls()

    def read(self, chunk: Any) -> Sequence[Part]:
        """Content, reasoning and calls; why the message ended, its counts, and errors."""
        parts: list[Part] = []
        if (event := field(chunk, "contentBlockDelta")) is not None:
            delta = field(event, "delta")
            if text := field(delta, "text"):
                parts.append(Delta(CONTENT, text))
            elif (use := field(delta, "toolUse")) is not None:
                key = field(event, "contentBlockIndex")
                self._calls.piece(parts, key, field(use, "input") or "", None, None)
            elif text := field(field(delta, "reasoningContent"), "text"):
                parts.append(Delta(REASONING, text))
        elif (event := field(chunk, "contentBlockStart")) is not None:
            self._calls.settle(parts)
            if (use := field(field(event, "start"), "toolUse")) is not None:
                key = field(event, "contentBlockIndex")
                self._calls.piece(parts, key, "", field(use, "name"), field(use, "toolUseId"))
        elif (event := field(chunk, "contentBlockStop")) is not None:
            self._calls.stop(parts, field(event, "contentBlockIndex"))
        elif (event := field(chunk, "messageStop")) is not None:
            said = field(event, "stopReason") or ""
            reason = _REASONS.get(said, "stop")
            self._calls.end(parts, whole=reason == "stop" and not said.startswith("malformed"))
            parts.append(Ending(reason, said))
        elif (event := field(chunk, "metadata")) is not None:
            if (usage := field(event, "usage")) is not None:
                parts.append(Facts(usage=usage))
        else:
            errors = [(name, field(chunk, name)) for name in _ERRORS]
            parts += [
                Failure(field(said, "message") or str(plain(said)), name) for name, said in errors if said is not None
            ]
        return parts
