"""pydantic-ai's events, and dumps of them."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest
from pydantic_ai import Agent
from pydantic_ai.messages import (
    FinalResultEvent,
    FunctionToolCallEvent,
    NativeToolCallPart,
    PartDeltaEvent,
    PartEndEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
)
from pydantic_ai.models.function import DeltaToolCall, FunctionModel
from recorded import calls, endings, namespace, parts_of, texts

from partway.providers import CONTENT, Channel, Closed, Delta, Ending, Facts, Operation, Restart, channel
from partway.providers.pydantic_ai import Adapter, recognizes

F, G = Channel("tool", 0, 0, "f", "c0"), Channel("tool", 0, 1, "f", "c1")
REPLACED, ADDED = (
    Restart("a part of the answer was replaced"),
    Restart("arguments were added to a call that seemed whole"),
)


def start(part: Any, index: int = 0) -> PartStartEvent:
    return PartStartEvent(index=index, part=part)


def call(args: Any = None, index: int = 0) -> PartStartEvent:
    return start(ToolCallPart("f", args, f"c{index}"), index)


def given(args: Any, index: int = 0, **fields: Any) -> PartDeltaEvent:
    return PartDeltaEvent(index=index, delta=ToolCallPartDelta(args_delta=args, **fields))


def text(words: str, index: int = 0) -> PartDeltaEvent:
    return PartDeltaEvent(index=index, delta=TextPartDelta(words))


def end(part: Any, index: int = 0, following: Any = None) -> PartEndEvent:
    return PartEndEvent(index=index, part=part, next_part_kind=following)


TEXT, USE = TextPart(""), ToolCallPart("f", None, "c0")


def at(*path: str | int, value: Any, to: Channel = F) -> Operation:
    return Operation(to, path, value, goes_on=False)


# Name, events, and what is read
READ: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [start(TextPart("a")), text("b")], [Delta(CONTENT, "a"), Delta(CONTENT, "b")]),
    ("no text", [start(TEXT), text("")], []),
    ("text that did not start", [text("a")], [Delta(CONTENT, "a")]),
    ("thinking", [start(ThinkingPart("a")), PartDeltaEvent(index=0, delta=ThinkingPartDelta(content_delta="b"))],
     [Delta(channel("reasoning", 0), "a"), Delta(channel("reasoning", 0), "b")]),
    ("a signature", [start(ThinkingPart("")), PartDeltaEvent(index=0, delta=ThinkingPartDelta(signature_delta="b"))],
     []),
    ("the result is found", [FinalResultEvent(tool_name=None, tool_call_id=None)], []),
    ("a call", [call(), given('{"a'), given('":1}'), end(USE)],
     [Delta(F, ""), Delta(F, '{"a'), Delta(F, '":1}'), Closed(F)]),
    ("JSON in its start", [call('{"a'), given('":1}')], [Delta(F, '{"a'), Delta(F, '":1}')]),
    ("a dict in its start", [call({"a": "é"}), end(USE)], [Delta(F, '{"a": "é"}'), Closed(F)]),
    ("no arguments", [call({}), given(None), given(""), end(USE)], [Delta(F, ""), Closed(F)]),
    ("a tool of the provider's", [start(NativeToolCallPart("f", None, "c0"))], [Delta(F, "")]),
    ("a call that did not start", [given("{}", tool_name_delta="f", tool_call_id="c0")], [Delta(F, "{}")]),
    ("a call without a name", [given("{", tool_call_id="c0"), given("}", tool_name_delta="f")], [Delta(F, "{}")]),
    ("dicts", [call(), given({"a": 1, "b": None}), given({"c": "x"}), end(USE)],
     [Delta(F, ""), at("a", value=1), at("b", value=None), at("c", value="x"), Closed(F)]),
    ("nested dicts", [call(), given({"a": {"b": [True, {"c": 0.5}], "d": 2}, "e": 3})],
     [Delta(F, ""), at("a", "b", 0, value=True), at("a", "b", 1, "c", value=0.5), at("a", "d", value=2),
     at("e", value=3)]),
    ("a dict behind a whole one", [call({"a": 1}), given({"b": 2}), given({"b": 3})],
     [Delta(F, '{"a": 1}'), ADDED, Delta(F, ""), at("a", value=1), at("b", value=2), at("b", value=3)]),
    ("two calls", [call(), end(USE, following="tool-call"), call(index=1), given("{}", 1)],
     [Delta(F, ""), Closed(F), Delta(G, ""), Delta(G, "{}")]),
    ("a part that is replaced", [start(TextPart("a")), end(TEXT, following="text"), start(TextPart("b"))],
     [Delta(CONTENT, "a"), REPLACED, Delta(CONTENT, "b")]),
    ("an empty part that is replaced", [start(TEXT), end(TEXT, following="text"), start(TextPart("b"))],
     [Delta(CONTENT, "b")]),
    ("a call that is replaced", [call("{"), end(USE, following="tool-call"), call({"a": 1})],
     [Delta(F, "{"), Closed(F), REPLACED, Delta(F, '{"a": 1}')]),
    ("the next turn", [start(TextPart("a")), end(TEXT), start(TextPart("b"))],
     [Delta(CONTENT, "a"), Delta(CONTENT, "b")]),
    ("a call in the next turn", [call(), end(USE), start(ToolCallPart("f", None, "c1"))],
     [Delta(F, ""), Closed(F), Delta(G, "")]),
    ("the next turn, without ends of parts",
     [call("{}"), FunctionToolCallEvent(USE, args_valid=True), start(ToolCallPart("f", None, "c1"))],
     [Delta(F, "{}"), Closed(F), Delta(G, "")]),
]  # fmt: skip
LOOSE: list[tuple[str, list[Any], list[Any]]] = [
    ("no part", [{"event_kind": "part_start", "index": 0}], []),
    ("no delta", [{"event_kind": "part_delta", "index": 0}], []),
    ("an unknown event", [{"event_kind": "new"}], []),
    ("no end of a part that is no call", [{"event_kind": "part_end", "index": 4}], []),
    ("the end of a run", [{"event_kind": "agent_run_result", "result": {"usage": {"input_tokens": 1},
      "response": {"finish_reason": "stop", "model_name": "m"}}}],
       [Ending("stop", "stop"), Facts("m", {"input_tokens": 1})]),
    ("cut off", [{"event_kind": "part_start", "index": 0, "part": {"part_kind": "tool-call",
     "tool_name": "f", "tool_call_id": "c0"}},
      {"event_kind": "agent_run_result", "result": {"response": {"finish_reason": "length"}}}],
     [Delta(F, ""), Ending("length", "length"), Facts()]),
    ("filtered", [{"event_kind": "agent_run_result", "result": {"response": {"finish_reason": "content_filter"}}}],
     [Ending("filter", "content_filter"), Facts()]),
]  # fmt: skip


def dump(event: Any) -> Any:
    return event if isinstance(event, dict) else dataclasses.asdict(event)


FORMS: dict[str, Any] = {
    "pydantic-ai": lambda event: event,
    "dump": dump,
    "object": lambda event: namespace(dump(event)),
}
CASES = [
    pytest.param([FORMS[form](event) for event in events], parts, id=f"{form}-{name}")
    for form in FORMS
    for name, events, parts in READ + (LOOSE if form != "pydantic-ai" else [])
]


@pytest.mark.parametrize(("events", "parts"), CASES)
def test_events_are_read(events, parts):
    told = parts_of(Adapter(), events)
    assert [
        p._replace(usage=vars(p.usage)) if isinstance(p, Facts) and hasattr(p.usage, "input_tokens") else p
        for p in told
    ] == parts


@pytest.mark.parametrize(("event", "known"), [
    (start(TEXT), True),
    ({"event_kind": "part_end"}, True),
    ({"event_kind": None}, False),
    ({"event_type": "step.start"}, False),
    ({"type": "text", "content": "a"}, False),
    ({}, False),
    (None, False),
])  # fmt: skip
def test_events_are_recognised(event, known):
    assert recognizes(event) is known


async def answers(messages: Any, _: Any) -> Any:
    """A model that calls a tool in two pieces, and then writes."""
    if len(messages) == 1:
        yield "I will "
        yield "look."
        yield {1: DeltaToolCall(name="weather", json_args='{"city": "Sp', tool_call_id="c0")}
        yield {1: DeltaToolCall(json_args='lit"}')}
    else:
        yield "It is "
        yield "fine."


@pytest.mark.parametrize("form", FORMS)
def test_a_run_of_an_agent_is_read(form):
    agent = Agent(FunctionModel(stream_function=answers))

    @agent.tool_plain
    def weather(city: str) -> str:
        return f"{city}: 30"

    async def run() -> list[Any]:
        async with agent.run_stream_events("How is Split?") as events:
            return [event async for event in events]

    events = asyncio.run(run())
    last = events.pop()
    parts = parts_of(Adapter(), [*map(FORMS[form], events), last])
    assert texts(parts) == "I will look.It is fine."
    assert calls(parts) == [("weather", '{"city": "Split"}', True)]
    assert not [part for part in parts if isinstance(part, Restart)]
    facts = parts[-1]
    assert isinstance(facts, Facts)
    assert facts.usage.requests == 2
    assert facts.model == last.result.response.model_name
    assert endings(parts) in ([], [("stop", "stop")])
