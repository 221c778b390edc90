r"""pydantic-ai's events, of `agent.run_stream_events()`, `node.stream()` and the handlers of a model's stream.

    PartStartEvent(index=0, part=ToolCallPart(tool_name="…", args=None, tool_call_id="…"))
    PartDeltaEvent(index=0, delta=ToolCallPartDelta(args_delta="{\"a"))
    PartEndEvent(index=0, part=…, next_part_kind="text")

(ai.pydantic.dev, `pydantic_ai.messages`.) They are dataclasses, and say in `event_kind` what they are, so dumps of them
are told as well. Arguments come as JSON, or as a dict whose keys are merged into what has come. A dict in a part's
start is mostly all of them, and is given as JSON; one in a delta as the values in it, and if those add to arguments
that were given as JSON, the call is told anew.

An agent answers in several turns, and the parts of each are numbered from 0. A turn is over when a part's end says no
next part, or when tools run. A part that starts where its turn has one already replaces it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from inspect import ismethod
from typing import Any, Final, Literal

from partway.providers._calls import Calls
from partway.providers._delta import CONTENT, REASONING, Channel, Delta, Ending, Facts, Operation, Part, Restart, field

__all__ = ["Adapter", "recognizes"]

_TEXTS: Final = {"text": CONTENT, "thinking": REASONING}
_CALLS: Final = ("tool-call", "builtin-tool-call")
_TOOLS_RUN: Final = ("function_tool_", "output_tool_")
_REASONS: Final[dict[str, Literal["stop", "length", "filter"]]] = {"length": "length", "content_filter": "filter"}


def recognizes(chunk: Any) -> bool:
    """Whether a chunk says its kind of event."""
    return isinstance(field(chunk, "event_kind"), str)


class Adapter:
    """Reads one stream."""

    __slots__ = ("_calls", "_over", "_parts")

    def __init__(self) -> None:
        self._calls = Calls()
        self._parts: dict[int, Any] = {}  # the turn's that have begun, by index: a dict if it was given as JSON
        self._over = False

    def read(self, chunk: Any) -> Sequence[Part]:
        """Content, reasoning and calls; the counts and the reason when the agent is done."""
        kind = field(chunk, "event_kind")
        parts: list[Part] = []
        if kind == "part_delta":
            delta, index = field(chunk, "delta"), field(chunk, "index")
            kind = field(delta, "part_delta_kind")
            if kind in _TEXTS:
                self._text(parts, index, kind, field(delta, "content_delta"))
            elif kind == "tool_call":
                self._arguments(parts, index, delta, field(delta, "args_delta"))
        elif kind == "part_start":
            self._start(parts, field(chunk, "index"), field(chunk, "part"))
        elif kind == "part_end":
            self._calls.close(parts, field(chunk, "index"))
            self._over = not field(chunk, "next_part_kind")
        elif kind == "agent_run_result":
            self._done(parts, field(chunk, "result"))
        elif isinstance(kind, str) and kind.startswith(_TOOLS_RUN):
            self._calls.close_all(parts)
            self._over = True
        return parts

    def _text(self, parts: list[Part], index: int, kind: str, text: str | None) -> None:
        if text:
            self._parts[index] = True
            parts.append(Delta(_TEXTS[kind], text))

    def _start(self, parts: list[Part], index: int, part: Any) -> None:
        if self._over:
            self._parts.clear()
            self._over = False
        elif index in self._parts:
            parts.append(Restart("a part of the answer was replaced"))
            self._calls.clear()
            self._parts.clear()
        kind = field(part, "part_kind")
        if kind in _TEXTS:
            self._text(parts, index, kind, field(part, "content"))
        elif kind in _CALLS:
            given = field(part, "args") or ""
            self._parts[index] = given
            text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
            self._calls.piece(parts, index, text, field(part, "tool_name"), field(part, "tool_call_id"))

    def _arguments(self, parts: list[Part], index: int, delta: Any, given: Any) -> None:
        to = self._calls.channel(index)
        if isinstance(given, dict):
            if to is not None and isinstance(before := self._parts.get(index), dict):
                parts.append(Restart("arguments were added to a call that seemed whole"))
                self._calls.clear()
                self._parts.clear()
                self._calls.piece(parts, index, "", to.name, to.id)
                to, given = self._calls.channel(index), before | given
            self._parts[index] = True
            if to is not None:
                parts += _leaves(to, given)
        elif to is None:
            name, id_ = field(delta, "tool_name_delta"), field(delta, "tool_call_id")
            self._calls.piece(parts, index, given or "", name, id_)
        elif given:
            parts.append(Delta(to, given))

    def _done(self, parts: list[Part], result: Any) -> None:
        response: Any = None
        with suppress(ValueError):  # a property of an object, which has no response after some ends
            response = field(result, "response")
        if said := field(response, "finish_reason"):
            reason = _REASONS.get(said, "stop")
            self._calls.end(parts, whole=reason == "stop")
            parts.append(Ending(reason, said))
        usage = field(result, "usage")
        parts.append(Facts(field(response, "model_name"), usage() if ismethod(usage) else usage))


def _leaves(to: Channel, given: dict[str, Any]) -> list[Part]:
    """The values in arguments that are no containers, in their order."""
    found: list[Part] = []
    places: list[tuple[tuple[str | int, ...], Any]] = [((), given)]
    while places:
        path, value = places.pop()
        if isinstance(value, dict):
            places += reversed([((*path, key), inner) for key, inner in value.items()])
        elif isinstance(value, list):
            places += reversed([((*path, index), inner) for index, inner in enumerate(value)])
        else:
            found.append(Operation(to, path, value, goes_on=False))
    return found
