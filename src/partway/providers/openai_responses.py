"""OpenAI Responses (streaming events), as Azure, GitHub Copilot, LM Studio, vLLM and Ollama send it too.

    {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "item_id": "…", "delta": "…"}

A tool call is an item of the output. It opens with its name, its arguments come by its place, and they end twice:

    {"type": "response.output_item.added", "output_index": 1,
     "item": {"type": "function_call", "call_id": "…", "name": "…", "arguments": "", "status": "in_progress"}}
    {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": "…"}
    {"type": "response.function_call_arguments.done", "output_index": 1, "arguments": "…"}
    {"type": "response.output_item.done", "output_index": 1, "item": {…, "arguments": "…", "status": "completed"}}

The place is the key, since Copilot gives an item a new id with every event. LM Studio sends arguments only whole. An
item that is done may still be `in_progress`: as a call that was cut off is, and one that a program of the model's
makes; only the end of the response tells them apart. Items whose arguments do not stream (web search, code interpreter,
shell, patches) are not given: most are run by the provider. A stream of several turns has one response after another.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Final, Literal

from partway.providers._calls import Calls
from partway.providers._delta import CONTENT, Channel, Delta, Ending, Facts, Failure, Part, Restart, channel, field

__all__ = ["Adapter", "recognizes"]

_TEXTS: Final[dict[str, Channel]] = {
    "response.output_text.delta": CONTENT,
    "response.reasoning_text.delta": channel("reasoning", 0),
    "response.reasoning_summary_text.delta": channel("reasoning", 0),
    "response.refusal.delta": channel("refusal", 0),
}
_PIECES: Final = frozenset(
    f"response.{name}.delta" for name in ("function_call_arguments", "mcp_call_arguments", "custom_tool_call_input")
)
_WHOLES: Final = {
    "response.function_call_arguments.done": "arguments",
    "response.mcp_call_arguments.done": "arguments",
    "response.custom_tool_call_input.done": "input",
}
_ITEMS: Final = {"function_call": "arguments", "mcp_call": "arguments", "custom_tool_call": "input"}
_ENDS: Final = frozenset({"response.completed", "response.incomplete", "response.failed"})
_REASONS: Final[dict[str, Literal["length", "filter"]]] = {"content_filter": "filter"}


def recognizes(chunk: Any) -> bool:
    """Whether a chunk says that it is an event of a response."""
    kind = field(chunk, "type")
    return isinstance(kind, str) and kind.startswith("response.")


class Adapter:
    """Reads one stream."""

    __slots__ = ("_begun", "_calls", "_closed", "_failed", "_fed", "_turn")

    def __init__(self) -> None:
        self._calls = Calls()
        self._fed: set[Hashable] = set()  # the calls of which arguments have come
        self._closed: set[Hashable] = set()
        self._turn = 0
        self._begun = self._failed = False

    def read(self, chunk: Any) -> Sequence[Part]:
        """Text, a piece of a call, or what an event says of an item or of the response."""
        kind = field(chunk, "type")
        if (text_channel := _TEXTS.get(kind)) is not None:
            return (Delta(text_channel, text),) if (text := field(chunk, "delta")) else ()
        parts: list[Part] = []
        if kind in _PIECES:
            if text := field(chunk, "delta"):
                key = self._key(chunk, chunk, "item_id")
                self._fed.add(key)
                self._calls.piece(parts, key, text, None, None)
        elif kind in _WHOLES:
            # Without arguments there were none, or it was cut off before the first: the item tells.
            key, arguments = self._key(chunk, chunk, "item_id"), field(chunk, _WHOLES[kind])
            if arguments and self._calls.channel(key) is not None:
                self._whole(parts, key, arguments, closed=True)
        elif kind in {"response.output_item.added", "response.output_item.done"}:
            item = field(chunk, "item")
            if (name := _ITEMS.get(field(item, "type"))) is not None:
                self._item(parts, self._key(chunk, item, "id"), item, name, done=kind.endswith("done"))
        elif kind == "response.created":
            self._begin(parts, field(chunk, "response"))
        elif kind in _ENDS:
            self._end(parts, kind, field(chunk, "response"))
        elif kind == "error":
            self._fail(parts, field(chunk, "error") or chunk)
        return parts

    def _key(self, chunk: Any, named: Any, name: str) -> Hashable:
        index = field(chunk, "output_index")
        return self._turn, field(named, name) if index is None else index

    def _item(self, parts: list[Part], key: Hashable, item: Any, name: str, *, done: bool) -> None:
        if key in self._closed:
            return
        if self._calls.channel(key) is None:
            self._calls.piece(parts, key, "", field(item, "name"), field(item, "call_id") or field(item, "id"))
        if done:
            closed = field(item, "status") not in {"in_progress", "incomplete"}
            self._whole(parts, key, field(item, name), closed=closed)

    def _whole(self, parts: list[Part], key: Hashable, arguments: str | None, *, closed: bool) -> None:
        """Take all the arguments, unless they have come in pieces."""
        if arguments and key not in self._fed:
            self._fed.add(key)
            self._calls.piece(parts, key, arguments, None, None)
        if closed:
            self._closed.add(key)
            self._calls.close(parts, key)

    def _begin(self, parts: list[Part], response: Any) -> None:
        if self._begun:
            parts.append(Restart("the response began anew before it had ended"))
            self._calls.clear()
        self._begun = True
        self._turn += 1
        if model := field(response, "model"):
            parts.append(Facts(model))

    def _end(self, parts: list[Part], kind: str, response: Any) -> None:
        self._begun = False
        if kind == "response.completed":
            self._calls.close_all(parts)
            parts.append(Ending("stop", "completed"))
        elif kind == "response.incomplete":  # whatever the reason, it is not all of the answer
            said = field(field(response, "incomplete_details"), "reason") or "incomplete"
            parts.append(Ending(_REASONS.get(said, "length"), said))
        else:
            self._fail(parts, field(response, "error"))
        model, usage = field(response, "model"), field(response, "usage")
        if model or usage is not None:
            parts.append(Facts(model, usage))

    def _fail(self, parts: list[Part], error: Any) -> None:
        if not self._failed:  # `response.failed` repeats what `error` said
            self._failed = True
            code = field(error, "code") or field(error, "type")
            code = None if code == "error" else code  # the type of an event that is flat
            parts.append(Failure(field(error, "message") or "the response failed", code))
