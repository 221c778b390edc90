"""Events of Google's Interactions API, in JSON and of google-genai."""

from __future__ import annotations

from typing import Any

import pytest
from google.genai._gaos.types.interactions import InteractionSSEEvent
from pydantic import TypeAdapter
from recorded import calls, chunks_in, endings, files, namespace, parts_of, texts

from partway.providers import CONTENT, Channel, Closed, Delta, Ending, Facts, Failure, channel
from partway.providers.gemini_interactions import Adapter, recognizes

FILES = files(*(f"vercel-ai/google/{name}*" for name in ["basic", "multi-turn", "tool-call-step"]))
REASONING = channel("reasoning", 0)
F, G = Channel("tool", 0, 0, "f", "c0"), Channel("tool", 0, 1, "f", "c1")


def start(kind: str, index: int = 0, **fields: Any) -> dict[str, Any]:
    return {"event_type": "step.start", "index": index, "step": {"type": kind, **fields}}


def call(index: int = 0, **arguments: Any) -> dict[str, Any]:
    return start("function_call", index, id=f"c{index}", name="f", arguments=arguments)


def delta(kind: str, index: int = 0, **fields: Any) -> dict[str, Any]:
    return {"event_type": "step.delta", "index": index, "delta": {"type": kind, **fields}}


def given(text: str, index: int = 0) -> dict[str, Any]:
    return delta("arguments_delta", index, arguments=text)


def stop(index: int = 0) -> dict[str, Any]:
    return {"event_type": "step.stop", "index": index}


def end(status: str, **fields: Any) -> dict[str, Any]:
    return {"event_type": "interaction.completed", "interaction": {"id": "i", "status": status, **fields}}


def status(word: str) -> dict[str, Any]:
    return {"event_type": "interaction.status_update", "interaction_id": "i", "status": word}


# Name, events, and what is read
READ: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [start("model_output"), delta("text", text="a"), stop()], [Delta(CONTENT, "a")]),
    ("no text", [delta("text", text="")], []),
    ("text in its start", [start("model_output", content=[{"type": "text", "text": "a"}])], [Delta(CONTENT, "a")]),
    ("a thought", [start("thought"), delta("thought_summary", content={"type": "text", "text": "a"})],
     [Delta(REASONING, "a")]),
    ("a thought in its start", [start("thought", summary=[{"type": "text", "text": "a"}])], [Delta(REASONING, "a")]),
    ("a signature", [delta("thought_signature", signature="YQ==")], []),
    ("a call", [call(), given('{"a'), given('":1}')], [Delta(F, ""), Delta(F, '{"a'), Delta(F, '":1}')]),
    ("a call has not closed with its stop", [call(), given("{}"), stop()], [Delta(F, ""), Delta(F, "{}")]),
    ("but with what follows", [call(), stop(), call(1)], [Delta(F, ""), Closed(F), Delta(G, "")]),
    ("no arguments", [call(), stop(), end("requires_action")],
     [Delta(F, ""), Closed(F), Ending("stop", "requires_action")]),
    ("cut off", [call(), stop(), end("incomplete")], [Delta(F, ""), Ending("length", "incomplete")]),
    ("arguments in the start", [call(a="é"), stop()], [Delta(F, ""), Delta(F, '{"a": "é"}')]),
    ("arguments in the start and in pieces", [call(a=1), given("{}"), stop()], [Delta(F, ""), Delta(F, "{}")]),
    ("a call of MCP", [start("mcp_server_tool_call", id="c0", name="f", server_name="s", arguments={"a": 1}), stop()],
     [Delta(F, ""), Delta(F, '{"a": 1}')]),
    ("a call of Google's, with arguments in a delta",
     [start("code_execution_call", id="c", arguments={"code": "", "language": "python"}),
      delta("code_execution_call", arguments={"code": "1", "language": "python"}), stop(), stop(1)],
     [Delta(Channel("tool", 0, 0, "code_execution", "c"), ""),
      Delta(Channel("tool", 0, 0, "code_execution", "c"), '{"code": "1", "language": "python"}'),
      Closed(Channel("tool", 0, 0, "code_execution", "c"))]),
    ("the model",
     [{"event_type": "interaction.created", "interaction": {"id": "i", "status": "in_progress", "model": "m"}}],
     [Facts("m")]),
    ("done", [end("completed")], [Ending("stop", "completed")]),
    *((word, [end(word)],
    [Ending("length", word)]) for word in ["requires_continuation", "budget_exceeded", "cancelled"]),
    ("failed", [end("failed")], [Failure("the interaction failed", "failed")]),
    ("a status on the way", [status("in_progress"), status("requires_action"), status("completed")], []),
    ("a status at the end", [call(), stop(), status("incomplete")], [Delta(F, ""), Ending("length", "incomplete")]),
    ("an error", [{"event_type": "error", "error": {"code": "429", "message": "Slow down"}}],
     [Failure("Slow down", "429")]),
]  # fmt: skip
LOOSE: list[tuple[str, list[Any], list[Any]]] = [
    ("no delta", [{"event_type": "step.delta"}], []),
    ("no step", [{"event_type": "step.start"}, stop()], []),
    ("a stop alone", [stop(), stop()], []),
    ("no interaction", [{"event_type": "interaction.completed"}], []),
    ("null content", [start("model_output", content=None), delta("thought_summary", content=None)], []),
    ("counts", [end("completed", usage={"total_tokens": 3}, model="m")],
     [Ending("stop", "completed"), Facts("m", {"total_tokens": 3})]),
]  # fmt: skip

FORMS: dict[str, Any] = {
    "dict": lambda event: event,
    "object": namespace,
    "google-genai": TypeAdapter(InteractionSSEEvent).validate_python,
}
CASES = [
    pytest.param([FORMS[form](event) for event in events], parts, id=f"{form}-{name}")
    for form in FORMS
    for name, events, parts in READ + (LOOSE if form == "dict" else [])
]


@pytest.mark.parametrize(("events", "parts"), CASES)
def test_events_are_read(events, parts):
    assert parts_of(Adapter(), events) == parts


@pytest.mark.parametrize(("event", "known"), [
    (start("thought"), True),
    (stop(), True),
    (end("completed"), True),
    ({"event_type": "text-generation", "text": "a"}, False),
    ({"event_type": "stream-start"}, False),
    ({"event_type": None}, False),
    ({"type": "step.start"}, False),
    ({"type": "response.created"}, False),
    ({}, False),
    (None, False),
])  # fmt: skip
def test_events_are_recognised(event, known):
    assert recognizes(event) is known
    assert recognizes(namespace(event)) is known


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", FILES)
def test_recordings_are_read(path, form):
    chunks = chunks_in(path)
    deltas = [chunk for chunk in chunks if chunk["event_type"] == "step.delta"]
    called = [
        (c["step"]["name"], "".join(d["delta"]["arguments"] for d in deltas if d["index"] == c["index"]), True)
        for c in chunks
        if c["event_type"] == "step.start" and c["step"]["type"] == "function_call"
    ]
    events = [FORMS[form](chunk) for chunk in chunks]
    assert all(map(recognizes, events))
    parts = parts_of(Adapter(), events)
    assert texts(parts) == "".join(d["delta"]["text"] for d in deltas if d["delta"]["type"] == "text")
    assert texts(parts, "reasoning") == ""
    assert calls(parts) == called
    assert endings(parts) == [("stop", chunks[-1]["interaction"]["status"])]
