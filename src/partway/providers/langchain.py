"""LangChain's `AIMessageChunk`, whichever provider is behind it, or a dump of it.

    {"type": "AIMessageChunk", "content": "…", "tool_call_chunks": [], "response_metadata": {}, "usage_metadata": null}

`message_to_dict` puts it all under `data`, `dumpd` under `kwargs`. Content is a text or a list of parts: `text`,
`refusal`, and thinking in a shape of each provider's own. Calls are in `tool_call_chunks`, and again in the content:

    {"tool_call_chunks": [{"index": 0, "id": "…", "name": "…", "args": "…"}]}

One without an index is whole, since LangChain itself joins only those that have one. The reason why it ended goes by
the provider's name for it. LangGraph (`stream_mode="messages"`) yields pairs of a message and facts about its node,
also for the messages of tools, which are none of the model's.

Only the message may be an object; what it holds are dicts. So its `__dict__` is read, where pydantic keeps all fields:
less than half of the time that reading attributes takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from partway.providers._calls import Calls
from partway.providers._delta import CONTENT, REASONING, Channel, Delta, Ending, Facts, Part, Reason, channel

__all__ = ["Adapter", "recognizes"]

_REFUSAL: Final = channel("refusal", 0)
_SAID: Final = ("finish_reason", "stop_reason", "stopReason", "done_reason")
_REASONS: Final[dict[str, Reason]] = {
    "length": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "incomplete": "length",
    "content_filter": "filter",
    "content_filtered": "filter",
    "guardrail_intervened": "filter",
    "safety": "filter",
    "recitation": "filter",
    "blocklist": "filter",
    "prohibited_content": "filter",
    "spii": "filter",
    "refusal": "refusal",
}


def recognizes(chunk: Any) -> bool:
    """Whether a chunk, or the first of a pair, is called an `AIMessageChunk`."""
    return _message(chunk) is not None


class Adapter:
    """Reads one stream."""

    __slots__ = ("_calls", "_cut", "_model")

    def __init__(self) -> None:
        self._calls = Calls()
        self._cut = False
        self._model: str | None = None

    def read(self, chunk: Any) -> Sequence[Part]:
        """Content, thinking and calls, then why it ended."""
        if (message := _message(chunk)) is None:
            return ()
        parts: list[Part] = []
        if content := message.get("content"):
            if isinstance(content, str):
                parts.append(Delta(CONTENT, content))
            else:
                for part in content:
                    _typed(parts, part)
        if more := message.get("additional_kwargs"):
            _add(parts, REASONING, more.get("reasoning_content"))
            _add(parts, _REFUSAL, more.get("refusal"))
        for call in message.get("tool_call_chunks") or ():
            index, name, args = call.get("index"), call.get("name"), call.get("args")
            if index is not None:
                self._calls.piece(parts, index, args or "", name, call.get("id"))
            elif name:
                self._calls.whole(parts, name, args, call.get("id"))
        model, usage = None, message.get("usage_metadata")
        metadata = message.get("response_metadata")
        if metadata and (len(metadata) > 1 or "model_provider" not in metadata):  # which alone is in every chunk
            self._end(parts, metadata)
            model = metadata.get("model_name") or metadata.get("model")
        if message.get("chunk_position") == "last" and not self._cut:
            self._calls.close_all(parts)
        if usage is not None or (model and model != self._model):
            self._model = model or self._model
            parts.append(Facts(model, usage))
        return parts

    def _end(self, parts: list[Part], metadata: dict[str, Any]) -> None:
        said = next((word for key in _SAID if (word := metadata.get(key))), None)
        if said is None and (status := metadata.get("status")) in {"completed", "incomplete"}:  # OpenAI Responses
            said = (metadata.get("incomplete_details") or {}).get("reason") or status
        if isinstance(said, str):
            reason = _REASONS.get(said.lower(), "stop")
            if reason == "stop":
                self._calls.close_all(parts)
            else:
                self._cut = True
            parts.append(Ending(reason, said))


def _message(chunk: Any) -> dict[str, Any] | None:
    """The fields of the message that a chunk is or holds; `None` if it is no chunk of a model's."""
    if isinstance(chunk, tuple):
        chunk = chunk[0] if chunk else None
    fields = chunk if isinstance(chunk, dict) else getattr(chunk, "__dict__", None)
    if not isinstance(fields, dict):  # an object without one, or a class, of which it is no dict
        return None
    if (kind := fields.get("type")) == "AIMessageChunk":
        inner = fields.get("data")
        return inner if "content" not in fields and isinstance(inner, dict) else fields
    if kind == "constructor" and isinstance(path := fields.get("id"), list) and path[-1:] == ["AIMessageChunk"]:
        return fields.get("kwargs")
    return None


def _typed(parts: list[Part], part: Any) -> None:
    """Take a part of content that is a list."""
    if isinstance(part, str):
        _add(parts, CONTENT, part)
        return
    kind = part.get("type")
    if kind == "text":
        _add(parts, CONTENT, part.get("text"))
    elif kind == "refusal":
        _add(parts, _REFUSAL, part.get("refusal"))
    elif kind == "thinking":  # Anthropic, Gemini; Mistral has a list
        thought = part.get("thinking")
        for piece in thought if isinstance(thought, list) else (part,):
            _add(parts, REASONING, piece.get("text") or piece.get("thinking"))
    elif kind == "reasoning_content":  # Bedrock
        _add(parts, REASONING, (part.get("reasoning_content") or {}).get("text"))
    elif kind == "reasoning":  # LangChain's own; OpenAI
        _add(parts, REASONING, part.get("reasoning"))
        for piece in part.get("summary") or ():
            _add(parts, REASONING, piece.get("text"))


def _add(parts: list[Part], to: Channel, text: Any) -> None:
    if text:
        parts.append(Delta(to, text))
