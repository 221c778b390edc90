r"""Anthropic Messages: the events as they are sent, and those that the helper of Anthropic's SDK adds.

    {"type": "message_start", "message": {"model": "…", "content": [], "usage": {"input_tokens": 25}}}
    {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "…", "name": "…"}}
    {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": "{\"a"}}
    {"type": "content_block_stop", "index": 0}
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 15}}

(platform.claude.com, "Streaming messages".) Blocks of `tool_use`, `server_tool_use` and `mcp_tool_use` are calls; the
results of the server's tools, signatures and citations are neither text nor calls. A call that the server's code makes
has its whole `input` in its start, or stands in a `message_start`. A `fallback` block names the model that writes on.
A message that starts before another has ended replaces it; one that starts behind it is another turn. A block stops
also where the answer is cut off, so a call closes with what follows its stop. `client.messages.stream()` repeats each
raw delta in an event of its own, and whole blocks in the stops, which counts only where users filter the raw ones out.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from typing import Any, Final

from partway.providers._calls import Calls
from partway.providers._delta import Delta, Ending, Facts, Failure, Part, Restart, channel, field, members, plain

__all__ = ["Adapter", "recognizes"]

_CONTENT: Final = channel("content", 0)
_TEXTS: Final = {"text": _CONTENT, "thinking": channel("reasoning", 0)}
_DELTAS: Final = {"thinking_delta": "thinking", "input_json_delta": "partial_json"}
_REPEATS: Final = {"text": "text", "thinking": "thinking", "input_json": "partial_json"}
_LENGTH: Final = ("max_tokens", "model_context_window_exceeded")
_RAW: Final = ("message_start", "message_delta", "message_stop", "content_block_", "ping")
_COMMON: Final = {"citation": "snapshot", "input_json": "partial_json", "signature": "signature"}
_HELPED: Final = "input_json"  # the key of a call of the helper's events, which say no index


def recognizes(chunk: Any) -> bool:
    """Whether the type is one of Anthropic's; where that is a common word, a field must go with it."""
    kind = field(chunk, "type")
    if not isinstance(kind, str):
        return False
    if kind in _TEXTS or kind in _COMMON:
        return field(chunk, _COMMON.get(kind, "snapshot")) is not None
    return kind.startswith(_RAW)


class Adapter:
    """Reads one stream."""

    __slots__ = ("_began", "_calls", "_came", "_input", "_over", "_raw", "_usage")

    def __init__(self) -> None:
        self._calls = Calls()
        self._usage: dict[str, Any] = {}
        self._raw = False  # whether raw deltas come
        self._began = self._over = False  # something of the message has come; all of it has
        self._came = False  # text of the block has come
        self._input: Any = None  # of the block, from its start

    def read(self, chunk: Any) -> Sequence[Part]:
        """Content, reasoning and calls; why the message ended, and its counts."""
        get = members(chunk).get
        kind = get("type")
        parts: list[Part] = []
        if kind == "content_block_delta":
            self._raw = self._began = True
            delta = get("delta")
            of_delta = members(delta).get
            if (name := of_delta("type")) == "text_delta" and (text := of_delta("text")):  # by far the most
                self._came = True
                parts.append(Delta(_CONTENT, text))
            elif name := _DELTAS.get(name):
                self._piece(parts, name, delta, get("index"))
        elif kind == "content_block_start":
            self._calls.settle(parts)
            self._start(parts, field(chunk, "index"), field(chunk, "content_block"))
        elif kind == "content_block_stop":
            self._stop(parts, field(chunk, "index"), field(chunk, "content_block"))
        elif kind == "message_delta":
            self._end(parts, field(chunk, "delta"), field(chunk, "usage"))
        elif kind == "message_start":
            if self._began and not self._over:
                parts.append(Restart("another message began before this one had ended"))
                self._calls.clear()
            self._began, self._over, self._usage = False, False, {}
            self._message(parts, field(chunk, "message"))
        elif kind == "message_stop":
            if not self._over:
                self._message(parts, field(chunk, "message"))
            self._calls.settle(parts)
            self._over = True
        elif kind == "error":
            error = field(chunk, "error")
            parts.append(Failure(field(error, "message") or str(plain(error)), field(error, "type")))
        elif not self._raw and (name := _REPEATS.get(kind)):
            self._calls.settle(parts)
            key = self._calls.last()
            self._piece(parts, name, chunk, _HELPED if key is None else key)
        return parts

    def _piece(self, parts: list[Part], name: str, holder: Any, key: Hashable) -> None:
        if text := field(holder, name):
            self._came = self._began = True
            if name == "partial_json":
                self._calls.piece(parts, key, text, None, None)
            else:
                parts.append(Delta(_TEXTS[name], text))

    def _start(self, parts: list[Part], key: Hashable, block: Any) -> None:
        kind = field(block, "type") or ""
        self._began, self._came, self._input = True, False, None
        if kind in _TEXTS:
            self._piece(parts, kind, block, key)
        elif kind == "fallback":
            parts.append(Facts(field(field(block, "to"), "model")))
        elif kind.endswith("tool_use"):
            self._calls.piece(parts, key, "", field(block, "name"), field(block, "id"))
            self._input = field(block, "input")

    def _stop(self, parts: list[Part], key: Hashable, block: Any) -> None:
        if block is not None and self._calls.channel(key) is None:  # a helper's, and no call that was seen to start
            key, came = key if self._raw else _HELPED, self._came
            if not came or field(block, "type") not in _TEXTS:
                self._start(parts, key, block)
                self._came = came or self._came
        if self._input and not self._came and (to := self._calls.channel(key)) is not None:
            parts.append(Delta(to, json.dumps(self._input, ensure_ascii=False)))
        self._calls.stop(parts, key)
        self._came, self._input = False, None

    def _message(self, parts: list[Part], message: Any) -> None:
        """Take a whole message, or what has come of it with its start or its stop."""
        for index, block in enumerate(() if self._began else field(message, "content") or ()):
            self._start(parts, index, block)
            self._stop(parts, index, None)
        self._end(parts, message, field(message, "usage"), field(message, "model"))

    def _end(self, parts: list[Part], delta: Any, usage: Any, model: str | None = None) -> None:
        if said := field(delta, "stop_reason"):
            reason: Any = "length" if said in _LENGTH else "refusal" if said == "refusal" else "stop"
            self._calls.end(parts, whole=reason == "stop")
            if explanation := field(field(delta, "stop_details"), "explanation"):
                parts.append(Delta(channel("refusal", 0), explanation))
            parts.append(Ending(reason, said))
            self._over = True
        if usage is not None or model:
            self._usage |= plain(usage) or {}
            parts.append(Facts(model, dict(self._usage)))
