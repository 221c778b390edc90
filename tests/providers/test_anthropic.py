"""Anthropic's events, raw, of the SDK, and of its streaming helper."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from anthropic import Anthropic
from anthropic._models import construct_type
from anthropic.types.beta import BetaRawMessageStreamEvent
from recorded import calls, chunks_in, endings, files, namespace, parts_of, texts

from partway.providers import CONTENT, Channel, Closed, Delta, Ending, Facts, Failure, Restart, channel
from partway.providers.anthropic import Adapter, recognizes

REASONING = channel("reasoning", 0)
FILES = files("vercel-ai/anthropic/*", "anthropic-sdk/*", "openllmetry/anthropic/*.sse")
MODEL, USAGE = "claude", {"input_tokens": 9, "output_tokens": 1}


def start(**fields: Any) -> dict[str, Any]:
    message = {"id": "m", "type": "message", "role": "assistant", "content": [], "model": MODEL, "usage": USAGE}
    return {"type": "message_start", "message": {**message, "stop_reason": None, **fields}}


def block(kind: str, index: int = 0, **fields: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": {"type": kind, **fields}}


def call(index: int = 0, kind: str = "tool_use", given: Any = None, id_: str = "c0") -> dict[str, Any]:
    return block(kind, index, id=id_, name="f", input=given or {})


def delta(kind: str, text: str, index: int = 0) -> dict[str, Any]:
    name = {"text": "text_delta", "thinking": "thinking_delta", "partial_json": "input_json_delta"}[kind]
    return {"type": "content_block_delta", "index": index, "delta": {"type": name, kind: text}}


def stop(index: int = 0) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def end(reason: str | None, **fields: Any) -> dict[str, Any]:
    said = {"stop_reason": reason, "stop_sequence": None, **fields}
    return {"type": "message_delta", "delta": said, "usage": {"output_tokens": 7}}


F, G = Channel("tool", 0, 0, "f", "c0"), Channel("tool", 0, 1, "f", "c1")
LAST = {"type": "message_stop"}
ENDED = Facts(None, {"output_tokens": 7})

# Name, events, and what is read
READ: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [block("text", text=""), delta("text", "a"), stop()], [Delta(CONTENT, "a")]),
    ("text in its start", [block("text", text="a"), delta("text", "b")], [Delta(CONTENT, "a"), Delta(CONTENT, "b")]),
    ("no text", [delta("text", "")], []),
    ("thinking", [block("thinking", thinking="", signature=""), delta("thinking", "a")], [Delta(REASONING, "a")]),
    ("a ping", [{"type": "ping"}], []),
    ("a call opens at once", [call()], [Delta(F, "")]),
    ("an empty piece opens nothing", [call(), delta("partial_json", "")], [Delta(F, "")]),
    ("a call's pieces", [call(), delta("partial_json", '{"a'), delta("partial_json", '":1}')],
     [Delta(F, ""), Delta(F, '{"a'), Delta(F, '":1}')]),
    ("a call has not closed with its stop", [call(), delta("partial_json", "{}"), stop()],
     [Delta(F, ""), Delta(F, "{}")]),
    ("but with what follows", [call(), stop(), block("text", 1, text="")], [Delta(F, ""), Closed(F)]),
    ("or with the stop of the message", [call(), stop(), LAST], [Delta(F, ""), Closed(F)]),
    ("not with a ping", [call(), stop(), {"type": "ping"}], [Delta(F, "")]),
    ("no arguments", [call(), delta("partial_json", ""), stop(), end("tool_use")],
     [Delta(F, ""), Closed(F), Ending("stop", "tool_use"), ENDED]),
    ("cut off before its arguments", [call(), stop(), end("max_tokens"), LAST],
     [Delta(F, ""), Ending("length", "max_tokens"), ENDED]),
    ("a call before it was not cut off", [call(), stop(), call(1, id_="c1"), stop(1), end("max_tokens"), LAST],
     [Delta(F, ""), Closed(F), Delta(G, ""), Ending("length", "max_tokens"), ENDED]),
    ("a call that is not stopped closes with the message", [call(), end("tool_use")],
     [Delta(F, ""), Closed(F), Ending("stop", "tool_use"), ENDED]),
    ("input whole in the start", [call(given={"é": 1}), stop(), LAST],
     [Delta(F, ""), Delta(F, '{"é": 1}'), Closed(F)]),
    ("input in the start and in pieces", [call(given={"a": 1}), delta("partial_json", "{}"), stop(), LAST],
     [Delta(F, ""), Delta(F, "{}"), Closed(F)]),
    ("input in the start and an empty piece", [call(given={"a": 1}), delta("partial_json", ""), stop(), LAST],
     [Delta(F, ""), Delta(F, '{"a": 1}'), Closed(F)]),
    ("a call by the server", [call(kind="server_tool_use")], [Delta(F, "")]),
    ("a call by MCP", [call(kind="mcp_tool_use")], [Delta(F, "")]),
    ("a result", [block("web_fetch_tool_result", tool_use_id="c", content=[]), stop()], []),
    ("a fallback", [block("fallback", **{"from": {"model": "a"}, "to": {"model": "b"}}), stop()], [Facts("b")]),
    ("the end", [end("end_turn")], [Ending("stop", "end_turn"), ENDED]),
    ("no context left", [end("model_context_window_exceeded")],
     [Ending("length", "model_context_window_exceeded"), ENDED]),
    ("a refusal", [end("refusal")], [Ending("refusal", "refusal"), ENDED]),
    ("a refusal with its words", [end("refusal", stop_details={"type": "refusal", "explanation": "No."})],
     [Delta(channel("refusal", 0), "No."), Ending("refusal", "refusal"), ENDED]),
    ("a call is no part of a refusal", [call(), stop(), end("refusal")],
     [Delta(F, ""), Ending("refusal", "refusal"), ENDED]),
    ("no reason yet", [end(None)], [ENDED]),
    ("model and counts", [start(), end("end_turn")],
     [Facts(MODEL, USAGE), Ending("stop", "end_turn"), Facts(None, {"input_tokens": 9, "output_tokens": 7})]),
    ("a second start right behind the first", [start(), start()], [Facts(MODEL, USAGE), Facts(MODEL, USAGE)]),
    ("counts of another message", [start(usage={"cache": 1}), start(model=None), end(None)],
     [Facts(MODEL, {"cache": 1}), Facts(None, USAGE), Facts(None, {"input_tokens": 9, "output_tokens": 7})]),
    ("a second start within a message", [start(), block("text", text=""), start(), call()],
     [Facts(MODEL, USAGE), Restart("another message began before this one had ended"), Facts(MODEL, USAGE),
      Delta(F, "")]),
    ("calls are counted anew", [call(), delta("partial_json", "{"), start(), call(), stop(), LAST],
     [Delta(F, ""), Delta(F, "{"), Restart("another message began before this one had ended"), Facts(MODEL, USAGE),
      Delta(F, ""), Closed(F)]),
    ("another turn", [start(), delta("text", "a"), end("end_turn"), LAST, start(), delta("text", "b")],
     [Facts(MODEL, USAGE), Delta(CONTENT, "a"), Ending("stop", "end_turn"),
      Facts(None, {"input_tokens": 9, "output_tokens": 7}), Facts(MODEL, USAGE), Delta(CONTENT, "b")]),
    ("another turn leaves a call that was cut off alone",
     [call(), end("max_tokens"), LAST, start(usage=None, model=None), call(id_="c1"), end("tool_use"), LAST],
     [Delta(F, ""), Ending("length", "max_tokens"), ENDED, Delta(G, ""), Closed(G), Ending("stop", "tool_use"), ENDED]),
    ("a call in the start of a message",
     [start(content=[{"type": "tool_use", "id": "c0", "name": "f", "input": {"a": 1}}], stop_reason="tool_use"), LAST],
     [Delta(F, ""), Delta(F, '{"a": 1}'), Closed(F), Ending("stop", "tool_use"), Facts(MODEL, USAGE)]),
    ("an error", [{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}],
     [Failure("Overloaded", "overloaded_error")]),
]  # fmt: skip
# What only the helper's users get, when they have filtered the raw events out
HELPED: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [{"type": "text", "text": "a", "snapshot": "a"}], [Delta(CONTENT, "a")]),
    ("thinking", [{"type": "thinking", "thinking": "a", "snapshot": "a"}], [Delta(REASONING, "a")]),
    ("not what a raw delta said before", [delta("text", "a"), {"type": "text", "text": "a", "snapshot": "a"}],
     [Delta(CONTENT, "a")]),
    ("arguments are kept until the call has a name",
     [{"type": "input_json", "partial_json": '{"a', "snapshot": {}},
     {"type": "input_json", "partial_json": '":1}', "snapshot": {}},
      {**stop(3), "content_block": {"type": "tool_use", "id": "c0", "name": "f", "input": {"a": 1}}}, LAST],
     [Delta(F, '{"a":1}'), Closed(F)]),
    ("arguments of a call that was seen to start",
     [call(3), {"type": "input_json", "partial_json": "{}", "snapshot": {}}, stop(3), LAST],
     [Delta(F, ""), Delta(F, "{}"), Closed(F)]),
    ("two calls", [{"type": "input_json", "partial_json": "{}", "snapshot": {}},
      {**stop(0), "content_block": {"type": "tool_use", "id": "c0", "name": "f", "input": {}}},
      {"type": "input_json", "partial_json": "{ }", "snapshot": {}},
      {**stop(1), "content_block": {"type": "tool_use", "id": "c1", "name": "f", "input": {}}}],
     [Delta(F, "{}"), Closed(F), Delta(G, "{ }")]),
    ("blocks alone", [{**stop(0), "content_block": {"type": "text", "text": "a"}},
      {**stop(1), "content_block": {"type": "tool_use", "id": "c0", "name": "f", "input": {"a": 1}}}, LAST],
     [Delta(CONTENT, "a"), Delta(F, ""), Delta(F, '{"a": 1}'), Closed(F)]),
    ("the message alone", [{**LAST, "message": {"content": [{"type": "text", "text": "a"}], "stop_reason": "end_turn",
      "model": MODEL, "usage": USAGE}}],
     [Delta(CONTENT, "a"), Ending("stop", "end_turn"), Facts(MODEL, USAGE)]),
    ("the message behind its text", [{"type": "text", "text": "a", "snapshot": "a"},
      {**LAST, "message": {"content": [{"type": "text", "text": "a"}], "stop_reason": "max_tokens", "usage": None}}],
     [Delta(CONTENT, "a"), Ending("length", "max_tokens")]),
    ("signatures and citations", [{"type": "signature", "signature": "a"},
     {"type": "citation", "citation": {}, "snapshot": []}],
     []),
]  # fmt: skip
LOOSE: list[tuple[str, list[Any], list[Any]]] = [
    ("no delta", [{"type": "content_block_delta", "index": 0}], []),
    ("null text", [delta("text", None)], []),  # type: ignore[arg-type]
    ("no block", [{"type": "content_block_start", "index": 0}, stop()], []),
    ("a stop alone", [stop(), LAST], []),
    ("a start without a message", [{"type": "message_start"}], []),
    ("an unknown delta", [{"type": "content_block_delta", "delta": {"type": "compaction_delta", "content": "a"}}], []),
    ("an error without an error", [{"type": "error"}], [Failure("None")]),
]

FORMS: dict[str, Any] = {
    "dict": lambda event: event,
    "object": namespace,
    "anthropic": lambda event: construct_type(type_=BetaRawMessageStreamEvent, value=event),
}
CASES = [
    pytest.param([FORMS[form](event) for event in events], parts, id=f"{form}-{name}")
    for form in FORMS
    for name, events, parts in READ + (HELPED + LOOSE if form != "anthropic" else [])
]


def plainly(parts: list[Any]) -> list[Any]:
    return [part._replace(usage=part.usage and dict(part.usage)) if isinstance(part, Facts) else part for part in parts]


@pytest.mark.parametrize(("events", "parts"), CASES)
def test_events_are_read(events, parts):
    assert plainly(parts_of(Adapter(), events)) == parts


@pytest.mark.parametrize(("event", "known"), [
    (start(), True),
    (call(), True),
    (delta("text", "a"), True),
    (stop(), True),
    (end(None), True),
    (LAST, True),
    ({"type": "ping"}, True),
    ({"type": "text", "text": "a", "snapshot": "a"}, True),
    ({"type": "input_json", "partial_json": "a"}, True),
    ({"type": "text", "text": "a"}, False),
    ({"type": "thinking", "thinking": "a"}, False),
    ({"type": "message-start"}, False),
    ({"type": "content-delta"}, False),
    ({"type": "text-delta", "delta": "a"}, False),
    ({"type": "response.created"}, False),
    ({"type": "TEXT_MESSAGE_START"}, False),
    ({"type": ["message_start"]}, False),
    ({"type": None}, False),
    ({"event_type": "text-generation"}, False),
    ({}, False),
    (None, False),
])  # fmt: skip
def test_events_are_recognised(event, known):
    assert recognizes(event) is known
    assert recognizes(namespace(event)) is known


def told_by(chunks: list[dict[str, Any]]) -> tuple[str, str, list[tuple[str, str, bool]]]:
    """What a recording says, put together block by block."""
    turns: list[dict[int, dict[str, Any]]] = []
    over, cut = True, False
    for chunk in chunks:
        if chunk["type"] == "message_start":
            turns = turns if over else turns[:-1]
            whole = chunk["message"]["content"]
            turns.append({n: {**b, "pieces": ""} for n, b in enumerate(whole)})
            over = False
        elif chunk["type"] == "content_block_start":
            turns[-1][chunk["index"]] = {**chunk["content_block"], "pieces": ""}
        elif chunk["type"] == "content_block_delta":
            said = chunk["delta"]
            turns[-1][chunk["index"]]["pieces"] += (
                said.get("text") or said.get("thinking") or said.get("partial_json") or ""
            )
        elif chunk["type"] == "message_stop":
            over = True
        elif chunk["type"] == "message_delta":
            cut = chunk["delta"]["stop_reason"] == "max_tokens"
    blocks = [b for turn in turns for b in turn.values()]
    tools = [b for b in blocks if b["type"] in {"tool_use", "server_tool_use", "mcp_tool_use"}]
    return (
        "".join(b["text"] + b["pieces"] for b in blocks if b["type"] == "text"),
        "".join(b["thinking"] + b["pieces"] for b in blocks if b["type"] == "thinking"),
        [(b["name"], b["pieces"] or (json.dumps(b["input"], ensure_ascii=False) if b["input"] else ""),
          not (cut and b is blocks[-1])) for b in tools],
    )  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", FILES)
def test_recordings_are_read(path, form):
    chunks = chunks_in(path)
    events = [FORMS[form](chunk) for chunk in chunks]
    assert all(map(recognizes, events))
    parts = parts_of(Adapter(), events)
    assert (texts(parts), texts(parts, "reasoning"), calls(parts)) == told_by(chunks)
    reasons = [c["delta"]["stop_reason"] for c in chunks if c["type"] == "message_delta"]
    reasons += [
        c["message"]["stop_reason"] for c in chunks if c["type"] == "message_start" and c["message"]["stop_reason"]
    ]
    assert sorted(said for _, said in endings(parts)) == sorted(reasons)


BODIES: list[str] = []


@pytest.fixture(scope="module")
def client():
    """A client of the SDK that is answered with the last of the bodies."""
    kind = {"content-type": "text/event-stream"}
    answer = httpx2.MockTransport(lambda _: httpx2.Response(200, text=BODIES.pop(), headers=kind))
    return Anthropic(api_key="none", http_client=httpx2.Client(transport=answer))


def raw_delta(event: Any) -> bool:
    return event.type == "content_block_delta"


# What a user may keep of what the helper gives, and whether arguments come as the text that was sent
KEPT: dict[str, tuple[Any, bool]] = {
    "all": (lambda _: True, True),
    "no raw deltas": (lambda event: not raw_delta(event), True),
    "no starts": (lambda event: not event.type.endswith("_start"), True),
    "what the helper adds": (lambda event: not raw_delta(event) and not event.type.endswith("_start"), True),
    "stops": (lambda event: event.type.endswith("_stop"), False),
    "the last": (lambda event: event.type == "message_stop", False),
}


@pytest.mark.parametrize("path", FILES)
def test_events_of_the_helper_are_read(path, client):
    chunks = chunks_in(path)
    if sum(chunk["type"] == "message_start" for chunk in chunks) > 1:
        pytest.skip("the helper takes one message")
    BODIES.append("".join(f"event: {chunk['type']}\ndata: {json.dumps(chunk)}\n\n" for chunk in chunks))
    with client.beta.messages.stream(model="m", max_tokens=9, messages=[]) as stream:
        events = list(stream)
    content, reasoning, called = told_by(chunks)
    whole = all(closed for *_, closed in called)
    for name, (kept, as_sent) in KEPT.items():
        kept_events = [event for event in events if kept(event)]
        assert all(map(recognizes, kept_events))
        parts = parts_of(Adapter(), kept_events)
        assert (texts(parts), texts(parts, "reasoning")) == (content, reasoning), name
        if as_sent and (whole or name in {"all", "no raw deltas"}):  # what was cut off has its name in its start only
            assert calls(parts) == called, name
        elif whole:
            found = [(name, json.loads(text or "{}"), closed) for name, text, closed in calls(parts)]
            assert found == [(name, json.loads(text or "{}"), closed) for name, text, closed in called]
