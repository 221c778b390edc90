"""Events of Cohere's chat as dicts, objects and the SDK's own, and every recording of them."""

from __future__ import annotations

from typing import Any

import pytest
from cohere import V2ChatStreamResponse
from cohere.core.unchecked_base_model import construct_type  # what the SDK itself makes events with
from recorded import Told, namespace, none_of, recognized, recordings

from partway.providers import CONTENT, Channel, Closed, Delta, Ending, Facts, Failure, channel, cohere

CALL = Channel("tool", 0, 0, "search", "search_1")
OTHER = Channel("tool", 0, 1, "save", "save_1")


def event(kind: str, index: int = 0, **message: Any) -> dict[str, Any]:
    return {"type": kind, "index": index, "delta": {"message": message}}


def start(index: int = 0, name: str = "search", arguments: str | None = "") -> dict[str, Any]:
    call = {"id": f"{name}_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return event("tool-call-start", index, tool_calls=call)


def piece(arguments: str | None, index: int = 0) -> dict[str, Any]:
    return event("tool-call-delta", index, tool_calls={"function": {"arguments": arguments}})


def end(index: int = 0) -> dict[str, Any]:
    return {"type": "tool-call-end", "index": index}


def over(reason: str | None, **fields: Any) -> dict[str, Any]:
    return {"type": "message-end", "delta": {"finish_reason": reason, **fields}}


# Name, events, and what is read
READ: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [event("content-delta", content={"text": "a"})], [Delta(CONTENT, "a")]),
    ("blanks are text", [event("content-delta", content={"text": " \n", "thinking": None})], [Delta(CONTENT, " \n")]),
    ("thinking", [event("content-delta", content={"thinking": "a"})], [Delta(channel("reasoning", 0), "a")]),
    ("the start of text", [event("content-start", content={"type": "text", "text": ""})], []),
    ("the start of text, not empty", [event("content-start", content={"type": "text", "text": "a"})],
     [Delta(CONTENT, "a")]),
    ("no text", [event("content-delta", content={}), event("content-delta", content=None), event("content-delta"),
                 {"type": "content-delta", "delta": None}, {"type": "content-delta"}], []),
    ("the start of the message", [event("message-start", role="assistant", content=[], tool_plan="")], []),
    ("a plan", [event("tool-plan-delta", tool_plan="I will"), event("tool-plan-delta", tool_plan="")],
     [Delta(CONTENT, "I will")]),
    ("citations", [event("citation-start", citations={"text": "a"}), {"type": "citation-end", "index": 0}], []),
    ("a call", [start(), piece('{"a"'), piece(":1}"), end()],
     [Delta(CALL, ""), Delta(CALL, '{"a"'), Delta(CALL, ":1}"), Closed(CALL)]),
    ("a call without arguments", [start(), end()], [Delta(CALL, ""), Closed(CALL)]),
    ("null arguments", [start(arguments=None), piece(None), piece("{}")], [Delta(CALL, ""), Delta(CALL, "{}")]),
    ("arguments with the name", [start(arguments="{}"), end()], [Delta(CALL, "{}"), Closed(CALL)]),
    ("calls side by side", [start(), start(1, "save"), piece("{", 1), piece("["), end(1), end()],
     [Delta(CALL, ""), Delta(OTHER, ""), Delta(OTHER, "{"), Delta(CALL, "["), Closed(OTHER), Closed(CALL)]),
    ("the end", [over("COMPLETE")], [Ending("stop", "COMPLETE")]),
    ("the end closes what is open", [start(), piece("{}"), over("TOOL_CALL")],
     [Delta(CALL, ""), Delta(CALL, "{}"), Closed(CALL), Ending("stop", "TOOL_CALL")]),
    ("a call that is cut off", [start(), piece("{"), over("MAX_TOKENS")],
     [Delta(CALL, ""), Delta(CALL, "{"), Ending("length", "MAX_TOKENS")]),
    ("toxic", [over("ERROR_TOXIC")], [Ending("filter", "ERROR_TOXIC")]),
    ("an error, and a call that it cuts off", [start(), over("ERROR", error="Oh.")],
     [Delta(CALL, ""), Failure("Oh.", "ERROR")]),
    ("an error that is an object", [over("ERROR", error={"message": "Oh."})], [Failure("Oh.", "ERROR")]),
    ("a timeout", [over("TIMEOUT")], [Failure("the generation ended before the answer did", "TIMEOUT")]),
    ("no reason", [over(None), {"type": "message-end"}], []),
]  # fmt: skip

FORMS = {
    "dict": lambda one: one,
    "object": namespace,
    "cohere": lambda one: construct_type(type_=V2ChatStreamResponse, object_=one),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("events", "parts"), [pytest.param(events, parts, id=name) for name, events, parts in READ])
def test_an_event_is_read(form, events, parts):
    read = cohere.Adapter().read
    assert [part for one in events for part in read(FORMS[form](one))] == parts


def test_usage_is_as_the_provider_counts_it():
    read = cohere.Adapter().read
    usage = {"tokens": {"input_tokens": 1, "output_tokens": 2}}
    assert read(over("COMPLETE", usage=usage)) == [Ending("stop", "COMPLETE"), Facts(usage=usage)]
    facts = read(FORMS["cohere"](over("COMPLETE", usage=usage)))[1]
    assert facts.usage.tokens.output_tokens == 2


def test_events_are_recognised_and_nothing_else(corpus):
    none_of(cohere)
    for one in [event("content-delta", content={"text": "a"}), event("message-start"), over("COMPLETE"), end()]:
        assert all(cohere.recognizes(form(one)) for form in FORMS.values())
    assert recognized(cohere, corpus) == [name for name, _ in recordings(corpus) if "/cohere/" in name]


def test_recordings_are_told_whole(corpus):
    names = recognized(cohere, corpus)
    assert len(names) >= 14
    for name in names:
        chunks = dict(recordings(corpus))[name]
        texts = {"content": "", "reasoning": "", "refusal": ""}
        calls: list[dict[str, str]] = []
        for one in chunks:
            message = one.get("delta", {}).get("message", {})
            content = message.get("content") or {}
            texts["content"] += content.get("text", "") if one["type"] == "content-delta" else ""
            texts["content"] += message.get("tool_plan", "")
            texts["reasoning"] += content.get("thinking", "") if one["type"] == "content-delta" else ""
            if one["type"] == "tool-call-start":
                called = message["tool_calls"]
                calls.append({"name": called["function"]["name"], "id": called["id"], "text": ""})
            elif one["type"] == "tool-call-delta":
                calls[one["index"]]["text"] += message["tool_calls"]["function"]["arguments"]
        for form in FORMS.values():
            told = Told(cohere, map(form, chunks))
            assert told.texts == texts, name
            assert told.arguments == [tuple(call.values()) for call in calls], name
            assert all(told.closed), name
            assert told.endings == [Ending("stop", "TOOL_CALL" if calls else "COMPLETE")], name
            assert told.usage, name
