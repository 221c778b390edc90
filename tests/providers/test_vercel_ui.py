"""Vercel's streams of UI messages and of the SDK's own parts, in JSON and of pydantic-ai's classes."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter
from pydantic_ai.ui.vercel_ai import response_types as types
from recorded import namespace, parts_of

from partway.providers import CONTENT, Channel, Closed, Delta, Ending, Facts, Failure, Restart, channel
from partway.providers.vercel_ui import Adapter, recognizes

F, G = Channel("tool", 0, 0, "f", "c0"), Channel("tool", 0, 1, "f", "c1")
REASONING = channel("reasoning", 0)


def call(id_: str = "c0", **fields: Any) -> dict[str, Any]:
    return {"type": "tool-input-start", "toolCallId": id_, "toolName": "f", **fields}


def given(text: str, id_: str = "c0") -> dict[str, Any]:
    return {"type": "tool-input-delta", "toolCallId": id_, "inputTextDelta": text}


def whole(value: Any, id_: str = "c0") -> dict[str, Any]:
    return {"type": "tool-input-available", "toolCallId": id_, "toolName": "f", "input": value}


def end(reason: str | None = None) -> dict[str, Any]:
    return {"type": "finish", **({"finishReason": reason} if reason else {})}


# Name, events of the UI message stream, and what is read
READ: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [{"type": "start"}, {"type": "text-start", "id": "0"}, {"type": "text-delta", "id": "0", "delta": "a"},
      {"type": "text-end", "id": "0"}], [Delta(CONTENT, "a")]),
    ("no text", [{"type": "text-delta", "id": "0", "delta": ""}], []),
    ("reasoning", [{"type": "reasoning-start", "id": "0"}, {"type": "reasoning-delta", "id": "0", "delta": "a"}],
     [Delta(REASONING, "a")]),
    ("a call", [call(), given('{"a'), given('":1}'), whole({"a": 1})],
     [Delta(F, ""), Delta(F, '{"a'), Delta(F, '":1}'), Closed(F)]),
    ("a call without pieces", [call(), whole({"a": "é"})], [Delta(F, ""), Delta(F, '{"a": "é"}'), Closed(F)]),
    ("a call all at once", [whole({})], [Delta(F, ""), Delta(F, "{}"), Closed(F)]),
    ("an input that is a string", [whole("a")], [Delta(F, ""), Delta(F, '"a"'), Closed(F)]),
    ("calls side by side", [call(), call("c1"), given("{}", "c1"), given("{ }"), whole({}, "c1"), whole({})],
     [Delta(F, ""), Delta(G, ""), Delta(G, "{}"), Delta(F, "{ }"), Closed(G), Closed(F)]),
    ("an input that is no JSON", [call(), given('{"a'),
     {"type": "tool-input-error", "toolCallId": "c0", "toolName": "f",
      "input": '{"a', "errorText": "bad"}, end("length")], [Delta(F, ""), Delta(F, '{"a'), Ending("length", "length")]),
    ("a result", [{"type": "tool-output-available", "toolCallId": "c0", "output": {"a": 1}}], []),
    ("an object of the server's", [{"type": "data-recipe", "id": "1", "data": {"title": "a"}}], []),
    ("a source", [{"type": "source-url", "sourceId": "1", "url": "https://example.com"}], []),
    ("the end", [{"type": "finish-step"}, end("stop")], [Ending("stop", "stop")]),
    ("the end without a reason", [call(), end()], [Delta(F, "")]),
    ("the end of an open call", [call(), given("{}"), end("tool-calls")],
     [Delta(F, ""), Delta(F, "{}"), Closed(F), Ending("stop", "tool-calls")]),
    ("cut off", [call(), end("length")], [Delta(F, ""), Ending("length", "length")]),
    ("filtered", [call(), end("content-filter")], [Delta(F, ""), Ending("filter", "content-filter")]),
    ("ended by an error", [call(), end("error")], [Delta(F, ""), Ending("length", "error")]),
    ("an error", [{"type": "error", "errorText": "No"}], [Failure("No", "error")]),
    ("aborted", [{"type": "abort", "reason": "timeout"}, {"type": "abort"}],
     [Failure("timeout", "abort"), Failure("the stream was aborted", "abort")]),
]  # fmt: skip
# What pydantic-ai's classes do not have
NEWER: list[tuple[str, list[Any], list[Any]]] = [
    ("an input that is told to be no JSON", [call(inputEncoding="text"), given("SELECT"), whole("SELECT")],
     [Delta(F, ""), Delta(F, '"SELECT"'), Closed(F)]),
    ("a step that is reset", [{"type": "text-delta", "id": "0", "delta": "a"}, call(), {"type": "reset-step"}, call()],
     [Delta(CONTENT, "a"), Delta(F, ""), Restart("the step was reset"), Delta(F, "")]),
    ("interrupted", [call(), end("interrupted")], [Delta(F, ""), Ending("length", "interrupted")]),
]  # fmt: skip
# Parts of a fullStream, of now and of version 4
FULL: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [{"type": "text-delta", "id": "0", "text": "a"}], [Delta(CONTENT, "a")]),
    ("text of version 4", [{"type": "text-delta", "textDelta": "a"}], [Delta(CONTENT, "a")]),
    ("reasoning", [{"type": "reasoning-delta", "id": "0", "text": "a"}], [Delta(REASONING, "a")]),
    ("reasoning of version 4", [{"type": "reasoning", "textDelta": "a"}], [Delta(REASONING, "a")]),
    ("a call", [{"type": "tool-input-start", "id": "c0", "toolName": "f"},
     {"type": "tool-input-delta", "id": "c0", "delta": "{}"},
      {"type": "tool-input-end", "id": "c0"}, {"type": "tool-call", "toolCallId": "c0", "toolName": "f", "input": {}}],
     [Delta(F, ""), Delta(F, "{}"), Closed(F)]),
    ("a call of version 4", [{"type": "tool-call-streaming-start", "toolCallId": "c0", "toolName": "f"},
      {"type": "tool-call-delta", "toolCallId": "c0", "toolName": "f", "argsTextDelta": "{}"},
      {"type": "tool-call", "toolCallId": "c0", "toolName": "f", "args": {}}],
      [Delta(F, ""), Delta(F, "{}"), Closed(F)]),
    ("a call all at once", [{"type": "tool-call", "toolCallId": "c0", "toolName": "f", "args": {"a": 1}}] * 2,
     [Delta(F, ""), Delta(F, '{"a": 1}'), Closed(F)]),
    ("a call of a model, as JSON", [{"type": "tool-call", "toolCallId": "c0", "toolName": "f", "input": '{"a":1}'}],
     [Delta(F, ""), Delta(F, '{"a":1}'), Closed(F)]),
    ("a call that is not valid", [{"type": "tool-input-start", "id": "c0", "toolName": "f"},
     {"type": "tool-input-end", "id": "c0"},
      {"type": "tool-call", "toolCallId": "c0", "toolName": "f", "input": "{", "invalid": True}], [Delta(F, "")]),
    ("counts",
     [{"type": "finish-step", "finishReason": "stop", "usage": {"totalTokens": 3}, "response": {"modelId": "m"}},
      {"type": "finish", "finishReason": "stop", "totalUsage": {"totalTokens": 4}}],
     [Facts("m", {"totalTokens": 3}), Facts(None, {"totalTokens": 4}), Ending("stop", "stop")]),
    ("a reason of a model",
     [{"type": "finish", "finishReason": {"unified": "length", "raw": "max_tokens"}, "usage": {"totalTokens": 4}}],
     [Facts(None, {"totalTokens": 4}), Ending("length", "length")]),
    ("the model", [{"type": "response-metadata", "modelId": "m"}], [Facts("m")]),
    ("an error", [{"type": "error", "error": {"message": "No"}}, {"type": "error", "error": "No"},
     {"type": "error", "error": {}}],
     [Failure("No", "error"), Failure("No", "error"), Failure("{}", "error")]),
    ("an object", [{"type": "object", "object": {"a": 1}}], []),
    ("null text", [{"type": "text-delta", "textDelta": None}, {"type": "tool-input-delta", "delta": None}], []),
]  # fmt: skip

CHUNK = TypeAdapter(
    types.TextStartChunk | types.TextDeltaChunk | types.TextEndChunk | types.ReasoningStartChunk
    | types.ReasoningDeltaChunk
    | types.ErrorChunk | types.ToolInputStartChunk | types.ToolInputDeltaChunk | types.ToolOutputAvailableChunk
    | types.ToolInputAvailableChunk | types.ToolInputErrorChunk | types.SourceUrlChunk | types.DataChunk
    | types.FinishStepChunk | types.StartChunk | types.FinishChunk | types.AbortChunk
)  # fmt: skip
FORMS: dict[str, Any] = {
    "JSON": lambda event: event,
    "dump": lambda event: CHUNK.validate_python(event).model_dump(exclude_none=True),
    "object": lambda event: namespace(CHUNK.validate_python(event).model_dump()),
    "pydantic-ai": CHUNK.validate_python,
}
CASES = [
    pytest.param([FORMS[form](event) for event in events], parts, id=f"{form}-{name}")
    for form in FORMS
    for name, events, parts in READ + (NEWER + FULL if form == "JSON" else [])
]


@pytest.mark.parametrize(("events", "parts"), CASES)
def test_events_are_read(events, parts):
    assert parts_of(Adapter(), events) == parts


def test_every_event_of_the_protocol_is_recognised():
    for form in FORMS.values():
        for _, events, _ in READ:
            assert all(recognizes(form(event)) for event in events)


@pytest.mark.parametrize(("event", "known"), [
    *((event, True) for _, events, _ in NEWER for event in events),
    ({"type": "error", "error": {"message": "a"}}, False),
    ({"type": "tool-call-delta", "delta": {"message": {"tool_calls": {}}}}, False),
    ({"type": "tool-call-start", "delta": {"message": {}}}, False),
    ({"type": "tool-call", "id": "a", "function": {}}, False),
    ({"type": "text-delta", "delta": {"text": "a"}}, False),
    ({"type": "content-delta", "delta": {"message": {}}}, False),
    ({"type": "message-start"}, False),
    ({"type": "content_block_delta"}, False),
    ({"type": "response.output_text.delta", "delta": "a"}, False),
    ({"type": "text", "text": "a"}, False),
    ({"type": "ping"}, False),
    ({"type": "chunk"}, False),
    ({"type": 1}, False),
    ({}, False),
    (None, False),
])  # fmt: skip
def test_events_are_recognised(event, known):
    assert recognizes(event) is known
    assert recognizes(namespace(event)) is known
