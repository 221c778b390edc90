"""AG-UI's events, in JSON and of ag-ui-protocol."""

from __future__ import annotations

from typing import Any

import pytest
from ag_ui.core import Event
from pydantic import TypeAdapter
from recorded import namespace, parts_of

from partway.providers import CONTENT, Channel, Closed, Delta, Ending, Facts, Failure, channel
from partway.providers.ag_ui import Adapter, recognizes

F, G = Channel("tool", 0, 0, "f", "c0"), Channel("tool", 0, 1, "f", "c1")
REASONING = channel("reasoning", 0)
RUN = {"threadId": "t", "runId": "r"}


def text(words: str, message: str = "m", **fields: Any) -> dict[str, Any]:
    return {"type": "TEXT_MESSAGE_CONTENT", "messageId": message, "delta": words, **fields}


def begin(role: str, message: str = "m") -> dict[str, Any]:
    return {"type": "TEXT_MESSAGE_START", "messageId": message, "role": role}


def call(id_: str = "c0", **fields: Any) -> dict[str, Any]:
    return {"type": "TOOL_CALL_START", "toolCallId": id_, "toolCallName": "f", **fields}


def given(words: str, id_: str = "c0") -> dict[str, Any]:
    return {"type": "TOOL_CALL_ARGS", "toolCallId": id_, "delta": words}


def stop(id_: str = "c0") -> dict[str, Any]:
    return {"type": "TOOL_CALL_END", "toolCallId": id_}


def chunk(words: str | None = None, id_: str | None = None) -> dict[str, Any]:
    named = {"toolCallId": id_, "toolCallName": "f"} if id_ else {}
    return {"type": "TOOL_CALL_CHUNK", **named, **({} if words is None else {"delta": words})}


def end(**fields: Any) -> dict[str, Any]:
    return {"type": "RUN_FINISHED", **RUN, **fields}


# Name, events, and what is read
READ: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [{"type": "RUN_STARTED", **RUN}, begin("assistant"), text("a"),
     {"type": "TEXT_MESSAGE_END", "messageId": "m"}],
     [Delta(CONTENT, "a")]),
    ("text in chunks", [{"type": "TEXT_MESSAGE_CHUNK", "messageId": "m", "role": "assistant", "delta": "a"},
      {"type": "TEXT_MESSAGE_CHUNK", "delta": "b"}], [Delta(CONTENT, "a"), Delta(CONTENT, "b")]),
    ("a message of the user's", [begin("user"), text("a"), begin("assistant", "n"), text("b", "n"), text("c")],
     [Delta(CONTENT, "b")]),
    ("a chunk of the user's", [{"type": "TEXT_MESSAGE_CHUNK", "messageId": "m", "role": "user", "delta": "a"},
      {"type": "TEXT_MESSAGE_CHUNK", "delta": "b"}, {"type": "TEXT_MESSAGE_CHUNK", "messageId": "n", "delta": "c"}],
     [Delta(CONTENT, "c")]),
    ("what a subagent says", [text("a", subagentRunId="s"), call(subagentRunId="s"), text("b")], [Delta(CONTENT, "b")]),
    ("reasoning", [{"type": "REASONING_MESSAGE_START", "messageId": "m", "role": "reasoning"},
      {"type": "REASONING_MESSAGE_CONTENT", "messageId": "m", "delta": "a"},
      {"type": "REASONING_MESSAGE_CHUNK", "delta": "b"}],
     [Delta(REASONING, "a"), Delta(REASONING, "b")]),
    ("a call", [call(), given('{"a'), given('":1}'), stop()],
     [Delta(F, ""), Delta(F, '{"a'), Delta(F, '":1}'), Closed(F)]),
    ("no arguments", [call(), stop(), stop()], [Delta(F, ""), Closed(F)]),
    ("calls side by side", [call(), call("c1"), given("{}", "c1"), given("{ }"), stop("c1"), stop()],
     [Delta(F, ""), Delta(G, ""), Delta(G, "{}"), Delta(F, "{ }"), Closed(G), Closed(F)]),
    ("a call in chunks", [chunk("{", "c0"), chunk("}"), chunk()], [Delta(F, "{"), Delta(F, "}")]),
    ("that names itself in each", [chunk("{", "c0"), chunk("}", "c0")], [Delta(F, "{"), Delta(F, "}")]),
    ("the next one closes it", [chunk("{}", "c0"), chunk("{ }", "c1"), end()],
     [Delta(F, "{}"), Closed(F), Delta(G, "{ }"), Closed(G), Ending("stop", "success")]),
    ("so does what is no chunk", [chunk("{}", "c0"), text("a")], [Delta(F, "{}"), Closed(F), Delta(CONTENT, "a")]),
    ("but not what passes by", [chunk("{", "c0"), {"type": "RAW", "event": {}}, chunk("}")],
     [Delta(F, "{"), Delta(F, "}")]),
    ("nor an error", [chunk("{", "c0"), {"type": "RUN_ERROR", "message": "No", "code": "x"}],
     [Delta(F, "{"), Failure("No", "x")]),
    ("a result", [{"type": "TOOL_CALL_RESULT", "messageId": "m", "toolCallId": "c0", "content": "a"}], []),
    ("state", [{"type": "STATE_SNAPSHOT", "snapshot": {"a": 1}}, {"type": "STATE_DELTA", "delta": []}], []),
    ("a subagent's error", [{"type": "SUBAGENT_ERROR", "subagentRunId": "s", "message": "No"}], []),
    ("an error without a code", [{"type": "RUN_ERROR", "message": "No"}], [Failure("No")]),
    ("the end", [call(), end()], [Delta(F, ""), Closed(F), Ending("stop", "success")]),
    ("the end that says so", [end(outcome={"type": "success"})], [Ending("stop", "success")]),
    ("cancelled", [call(), end(outcome={"type": "cancelled"})], [Delta(F, ""), Ending("length", "cancelled")]),
]  # fmt: skip
LOOSE: list[tuple[str, list[Any], list[Any]]] = [
    ("reasoning before 1.0", [{"type": "THINKING_TEXT_MESSAGE_START"},
     {"type": "THINKING_TEXT_MESSAGE_CONTENT", "delta": "a"}],
     [Delta(REASONING, "a")]),
    ("null text", [text(None), given(None), {"type": "TEXT_MESSAGE_CHUNK"}], []),  # type: ignore[arg-type]
    ("no message", [{"type": "RUN_ERROR"}], [Failure("the run failed")]),
    ("counts", [end(usage=[{"model": "m", "inputTokens": 1}])],
     [Ending("stop", "success"), Facts("m", {"model": "m", "inputTokens": 1})]),
    ("counts of several models", [end(usage=[{"model": "m"}, {"model": "n"}])],
     [Ending("stop", "success"), Facts("m", [{"model": "m"}, {"model": "n"}])]),
    ("counts that are no list", [end(usage={"inputTokens": 1})],
     [Ending("stop", "success"), Facts(None, {"inputTokens": 1})]),
    ("no counts", [end(usage=[])], [Ending("stop", "success")]),
]  # fmt: skip


def attributes(event: dict[str, Any]) -> Any:
    return namespace({"".join(f"_{c.lower()}" if c.isupper() else c for c in key): part for key, part in event.items()})


EVENT = TypeAdapter(Event)
FORMS: dict[str, Any] = {
    "JSON": lambda event: event,
    "dump": lambda event: EVENT.validate_python(event).model_dump(),
    "object": attributes,
    "ag-ui": EVENT.validate_python,
}
CASES = [
    pytest.param([FORMS[form](event) for event in events], parts, id=f"{form}-{name}")
    for form in FORMS
    for name, events, parts in READ + (LOOSE if form == "JSON" else [])
]


@pytest.mark.parametrize(("events", "parts"), CASES)
def test_events_are_recognised_and_read(events, parts):
    assert all(map(recognizes, events))
    assert parts_of(Adapter(), events) == parts


@pytest.mark.parametrize(
    "event", [{"type": "text"}, {"type": "start"}, {"type": "message_start"}, {"type": 1}, {"type": None}, {}, None]
)
def test_other_events_are_not_recognised(event):
    assert not recognizes(event)
    assert not recognizes(namespace(event))
