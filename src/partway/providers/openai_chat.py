"""OpenAI Chat Completions (`chat.completion.chunk`), as many other providers and gateways send it too.

    {"choices": [{"index": 0, "delta": {"content": "…", "refusal": null}, "finish_reason": null}], "usage": null}

A tool call opens with its name and id, and goes on with its index:

    {"delta": {"tool_calls": [{"index": 0, "id": "…", "function": {"name": "…", "arguments": ""}}]}}

Every field may be missing or null. The first chunk may have no choices (Azure's filter results), nor may the last one
(usage); LiteLLM fills every field with null; chunks may follow the one with the `finish_reason`, or text may come with
it. A completion that was not streamed has a `message` instead of a `delta`. Reasoning is `reasoning_content`
(DeepSeek, Moonshot, xAI, vLLM) or `reasoning` (Groq, OpenRouter). Mistral sends content as a list of typed parts, tool
calls without an index, and its SDK wraps each chunk in `data`. The streaming helper of OpenAI's SDK wraps each one in
`chunk`, among events of its own that repeat what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from partway.providers._calls import Calls
from partway.providers._delta import Delta, Ending, Facts, Part, Reason, channel, field, members
from partway.providers._failures import failure_of

__all__ = ["Adapter", "recognizes"]

_REASONS: Final[dict[str, Reason]] = {"length": "length", "error": "length", "content_filter": "filter"}
_HELPERS: Final = ("content.", "refusal.", "tool_calls.", "logprobs.")


def recognizes(chunk: Any) -> bool:
    """Whether a chunk has choices with deltas, or says what it is."""
    if (inner := field(chunk, "data")) is not None and not isinstance(inner, str):
        chunk = inner
    if field(chunk, "object") == "chat.completion.chunk":
        return True
    choices = field(chunk, "choices")
    if choices is None and isinstance(chunk, dict) and "choices" in chunk:
        return True
    if isinstance(choices, list):
        return not any(isinstance(choice, str | int | list) or field(choice, "text") is not None for choice in choices)
    kind = field(chunk, "type")
    return (kind == "chunk" and field(chunk, "chunk") is not None) or (
        isinstance(kind, str) and kind.startswith(_HELPERS)
    )


class Adapter:
    """Reads one stream."""

    __slots__ = ("_calls", "_model")

    def __init__(self) -> None:
        self._calls = Calls()
        self._model: str | None = None

    def read(self, chunk: Any) -> Sequence[Part]:
        """Content, refusal, reasoning and calls of each choice, then why it ended."""
        fields = members(chunk)
        choices = fields.get("choices")
        if choices is None:
            inner = fields.get("chunk") or fields.get("data")
            if field(inner, "choices") is not None:
                return self.read(inner)
            if not fields.get("usage") or fields.get("error") or fields.get("type"):  # else it is of another format
                return ()
            choices = ()
        parts: list[Part] = []
        usage = None
        for choice in choices:
            said = members(choice)
            index = said.get("index") or 0
            delta = said.get("delta") or said.get("message")
            if delta is not None:
                get = members(delta).get
                if content := get("content"):
                    if isinstance(content, str):
                        parts.append(Delta(channel("content", index), content))
                    else:
                        _typed(parts, content, index)
                if thought := get("reasoning_content") or get("reasoning"):
                    parts.append(Delta(channel("reasoning", index), thought))
                if refusal := get("refusal"):
                    parts.append(Delta(channel("refusal", index), refusal))
                if calls := get("tool_calls"):
                    self._call(parts, calls, index)
            if (error := said.get("error")) is not None and (failure := failure_of({"error": error})) is not None:
                parts.append(failure)
            elif word := said.get("finish_reason"):
                reason: Reason = _REASONS.get(word, "stop")
                if reason == "stop":
                    self._calls.close_all(parts, index)
                parts.append(Ending(reason, word, index))
                usage = said.get("usage") or field(fields.get("x_groq"), "usage")  # Moonshot's, Groq's
        model = fields.get("model")
        usage = fields.get("usage") or usage
        if usage is not None or (model and model != self._model):
            self._model = model
            parts.append(Facts(model, usage))
        return parts

    def _call(self, parts: list[Part], calls: Any, choice: int) -> None:
        for call in calls:
            function = field(call, "function")
            id_, name, text = field(call, "id"), field(function, "name"), field(function, "arguments") or ""
            index = field(call, "index")
            key = self._calls.last(choice) if index is None and not id_ else (choice, id_ if index is None else index)
            if not isinstance(text, str):
                self._calls.whole(parts, name or "", text, id_, choice)
            else:
                self._calls.piece(parts, key, text, name, id_, choice)


def _typed(parts: list[Part], content: Any, index: int) -> None:
    """Take content that is a list of parts: Mistral's."""
    for part in content:
        if text := field(part, "text"):
            parts.append(Delta(channel("content", index), text))
        thoughts = (field(thought, "text") for thought in field(part, "thinking") or ())
        parts += (Delta(channel("reasoning", index), thought) for thought in thoughts if thought)
