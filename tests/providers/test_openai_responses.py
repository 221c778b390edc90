"""Events of the Responses API as dicts, objects and the SDK's own, and every recording of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai._models import construct_type  # what the SDK itself makes events with: it validates nothing
from openai.types.responses import ResponseStreamEvent
from recorded import Told, namespace, none_of, recognized, recordings

from partway.providers import (
    CONTENT,
    Channel,
    Closed,
    Delta,
    Ending,
    Facts,
    Failure,
    Restart,
    channel,
    openai_responses,
)

CALL = Channel("tool", 0, 0, "search", "call_1")
OTHER = Channel("tool", 0, 1, "save", "call_2")


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", "sequence_number": 1, **fields}


def text(delta: str | None, kind: str = "output_text") -> dict[str, Any]:
    return event(f"{kind}.delta", output_index=0, content_index=0, item_id="i", delta=delta)


def item(when: str, index: int = 0, kind: str = "function_call", **fields: Any) -> dict[str, Any]:
    named = {"type": kind, "id": f"fc_{when}", "call_id": "call_1", "name": "search", **fields}
    return event(f"output_item.{when}", output_index=index, item=named)


def piece(delta: str, index: int | None = 0, kind: str = "function_call_arguments", **fields: Any) -> dict[str, Any]:
    return event(f"{kind}.delta", **fields | ({} if index is None else {"output_index": index}), delta=delta)


def whole(index: int = 0, kind: str = "function_call_arguments", **fields: Any) -> dict[str, Any]:
    return event(f"{kind}.done", output_index=index, item_id="i", **fields)


def ended(how: str, **fields: Any) -> dict[str, Any]:
    return event(how, response={"id": "r", "status": how, "output": [], **fields})


USAGE = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
ADDED = item("added", arguments="", status="in_progress")
DONE = item("done", arguments='{"a":1}', status="completed")
OPENED = Delta(CALL, "")
ALL = [OPENED, Delta(CALL, '{"a":1}'), Closed(CALL)]
LENGTH = ended("incomplete", incomplete_details={"reason": "max_output_tokens"})
CUT = Ending("length", "max_output_tokens")
STOP = Ending("stop", "completed")

# Name, events, and what is read
READ: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [text("a"), text(" \n")], [Delta(CONTENT, "a"), Delta(CONTENT, " \n")]),
    ("no text", [text(""), text(None)], []),
    ("reasoning", [text("a", "reasoning_text")], [Delta(channel("reasoning", 0), "a")]),
    ("a summary of reasoning", [text("a", "reasoning_summary_text")], [Delta(channel("reasoning", 0), "a")]),
    ("a refusal", [text("a", "refusal")], [Delta(channel("refusal", 0), "a")]),
    ("what repeats the text", [event("output_text.done", output_index=0, content_index=0, text="a")], []),
    ("an event that is not known", [event("output_text.annotation.added", output_index=0)], []),
    ("code of a tool that the provider runs", [item("added", kind="code_interpreter_call", code=""), text(
        "import", "code_interpreter_call_code"), item("done", kind="code_interpreter_call", code="import")], []),
    ("a web search", [item("added", kind="web_search_call"), item("done", kind="web_search_call")], []),
    ("a call opens", [ADDED], [OPENED]),
    ("a call in pieces", [ADDED, piece('{"a"'), piece(":1}"), whole(arguments='{"a":1}'), DONE],
     [OPENED, Delta(CALL, '{"a"'), Delta(CALL, ":1}"), Closed(CALL)]),
    ("pieces that are empty", [ADDED, piece(""), DONE], ALL),
    ("a call whole", [ADDED, whole(arguments='{"a":1}'), DONE], ALL),
    ("a call whole in its item", [ADDED, DONE], ALL),
    ("a call that is done without having opened", [DONE], ALL),
    ("a call without arguments", [ADDED, whole(arguments=""), item("done", arguments="", status="completed")],
     [OPENED, Closed(CALL)]),
    ("arguments before the name", [piece('{"a"'), piece(":1}"), DONE], [Delta(CALL, '{"a":1}'), Closed(CALL)]),
    ("an item without a status", [ADDED, item("done", arguments='{"a":1}')], ALL),
    ("the same event twice", [ADDED, ADDED, DONE, DONE, ADDED], ALL),
    ("arguments of an item that opened at no index",
     [event("output_item.added", item=ADDED["item"] | {"id": "i"}), piece("{}", None, item_id="i")],
     [OPENED, Delta(CALL, "{}")]),
    ("an id that changes", [ADDED, piece("{", item_id="x"), piece("}", item_id="y")],
     [OPENED, Delta(CALL, "{"), Delta(CALL, "}")]),
    ("calls side by side",
     [ADDED, item("added", 1, name="save", call_id="call_2"), piece("{", 1), piece("["), piece("}", 1), piece("]"),
      whole(1, arguments="{}"), whole(arguments="[]")],
     [OPENED, Delta(OTHER, ""), Delta(OTHER, "{"), Delta(CALL, "["), Delta(OTHER, "}"), Delta(CALL, "]"),
      Closed(OTHER), Closed(CALL)]),
    ("a call of an MCP server, which has no other id than its item's",
     [item("added", kind="mcp_call", id="call_1", call_id=None), piece("{}", kind="mcp_call_arguments"),
      whole(kind="mcp_call_arguments", arguments="{}"),
      item("done", kind="mcp_call", id="call_1", arguments="{}", status="completed")],
     [OPENED, Delta(CALL, "{}"), Closed(CALL)]),
    ("input of a custom tool",
     [item("added", kind="custom_tool_call", input=""), piece("SELECT", kind="custom_tool_call_input"),
      whole(kind="custom_tool_call_input", input="SELECT"), item("done", kind="custom_tool_call", input="SELECT")],
     [OPENED, Delta(CALL, "SELECT"), Closed(CALL)]),
    ("input of a custom tool, whole", [item("added", kind="custom_tool_call", input=""),
                                       item("done", kind="custom_tool_call", input="SELECT")],
     [OPENED, Delta(CALL, "SELECT"), Closed(CALL)]),
    ("the end", [ended("completed", model="m", usage=None)], [STOP, Facts("m")]),
    ("the end closes what is open", [ADDED, piece("{}"), ended("completed")],
     [OPENED, Delta(CALL, "{}"), Closed(CALL), STOP]),
    ("a call of a program of the model's is done in progress",
     [ADDED, piece('{"a":1}'), DONE | {"item": DONE["item"] | {"status": "in_progress"}}, ended("completed")],
     [*ALL, STOP]),
    ("a call cut off, its item in progress",
     [ADDED, piece('{"a"'), item("done", arguments='{"a"', status="in_progress"), LENGTH],
     [OPENED, Delta(CALL, '{"a"'), CUT]),
    ("a call cut off, its item incomplete",
     [ADDED, item("done", arguments='{"a"', status="incomplete"), LENGTH], [OPENED, Delta(CALL, '{"a"'), CUT]),
    ("a call cut off before its arguments",
     [ADDED, whole(arguments=""), item("done", arguments="", status="incomplete"), LENGTH], [OPENED, CUT]),
    ("the content filter", [ended("incomplete", incomplete_details={"reason": "content_filter"})],
     [Ending("filter", "content_filter")]),
    ("incomplete for a reason that is not known", [ended("incomplete", incomplete_details={"reason": "x"})],
     [Ending("length", "x")]),
    ("incomplete for no reason", [ended("incomplete", incomplete_details=None)], [Ending("length", "incomplete")]),
    ("a failure", [ended("failed", error={"code": "server_error", "message": "Oh."})],
     [Failure("Oh.", "server_error")]),
    ("a failure without words", [ended("failed", error=None)], [Failure("the response failed")]),
    ("a nested error, and the failure that repeats it",
     [{"type": "error", "error": {"type": "t", "code": "quota", "message": "No."}},
      ended("failed", error={"code": "quota", "message": "No."})], [Failure("No.", "quota")]),
    ("a nested error with a type alone", [{"type": "error", "error": {"type": "t", "message": "No."}}],
     [Failure("No.", "t")]),
    ("a flat error", [{"type": "error", "code": "quota", "message": "No.", "param": None}], [Failure("No.", "quota")]),
    ("a flat error without a code", [{"type": "error", "code": None, "message": "No."}], [Failure("No.")]),
    ("the model", [event("created", response={"model": "m"})], [Facts("m")]),
    ("a response that begins anew",
     [event("created", response={"model": None}), ADDED, piece("["), event("created", response={}), ADDED, piece("{")],
     [OPENED, Delta(CALL, "["), Restart("the response began anew before it had ended"), OPENED, Delta(CALL, "{")]),
    ("one response after another",
     [event("created", response={}), ADDED, DONE, ended("completed"), event("created", response={}),
      item("added", name="save", call_id="call_2"), piece("{}"), ended("completed")],
     [*ALL, STOP, Delta(OTHER, ""), Delta(OTHER, "{}"), Closed(OTHER), STOP]),
    ("a response after one that was cut off leaves its call open",
     [event("created", response={}), ADDED, piece("{"), LENGTH, event("created", response={}),
      item("added", name="save", call_id="call_2"), DONE | {"item": DONE["item"] | {"arguments": "{}"}}],
     [OPENED, Delta(CALL, "{"), CUT, Delta(OTHER, ""), Delta(OTHER, "{}"), Closed(OTHER)]),
    ("no item", [event("output_item.added", output_index=0), event("output_item.done", item=None)], []),
    ("a call without a name", [item("added", name=None), piece("{}"), ended("completed")], [STOP]),
]  # fmt: skip

FORMS = {
    "dict": lambda one: one,
    "object": namespace,
    "openai": lambda one: construct_type(type_=ResponseStreamEvent, value=one),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("events", "parts"), [pytest.param(events, parts, id=name) for name, events, parts in READ])
def test_an_event_is_read(form, events, parts):
    read = openai_responses.Adapter().read
    assert [part for one in events for part in read(FORMS[form](one))] == parts


@pytest.mark.parametrize("form", FORMS)
def test_usage_is_as_the_provider_counts_it(form):
    told = Told(openai_responses, [FORMS[form](ended("completed", model="m", usage=USAGE))])
    assert (told.model, getattr(told.usage, "total_tokens", None) or told.usage["total_tokens"]) == ("m", 3)


def test_events_are_recognised_and_nothing_else(corpus):
    none_of(openai_responses)
    for one in [text("a"), ADDED, ended("completed"), event("created", response={})]:
        assert all(openai_responses.recognizes(form(one)) for form in FORMS.values())
    theirs = [name for name, chunks in recordings(corpus) if chunks[0].get("type") == "response.created"]
    assert recognized(openai_responses, corpus) == theirs


def test_recordings_are_told_whole(corpus):
    seen = 0
    for name, chunks in recordings(corpus):
        if chunks[0].get("type") != "response.created":
            continue
        seen += 1
        done = [one["item"] for one in chunks if one["type"] == "response.output_item.done"]
        calls = [
            (one["name"], one["call_id"], one["arguments"] if one["type"] == "function_call" else one["input"])
            for one in done
            if one["type"] in {"function_call", "custom_tool_call"}
        ]
        reasoning = [one["text"] for one in chunks if one["type"].startswith("response.reasoning") and "text" in one]
        content = "".join(one["delta"] for one in chunks if one["type"] == "response.output_text.delta")
        whole = "".join(one["text"] for one in chunks if one["type"] == "response.output_text.done")
        assert content == whole or "phase" in name or "programmatic" in name, name  # of those, deltas were taken out
        last = [one["response"] for one in chunks if one["type"] in {"response.completed", "response.failed"}][-1]
        for form in FORMS.values():
            told = Told(openai_responses, map(form, chunks))
            assert told.texts == {"content": content, "reasoning": "".join(reasoning), "refusal": ""}, name
            assert told.arguments == calls, name
            assert all(told.closed), name
            assert told.model == last["model"], name
            assert not told.restarts, name
            if last.get("error"):
                assert told.failures == [Failure(last["error"]["message"], last["error"]["code"])], name
                assert not told.endings
            else:
                assert not told.failures
                assert {ending.reason for ending in told.endings} == {"stop"}, name
    assert seen >= 22


def test_a_recording_cut_short_is_never_closed(corpus):
    chunks = dict(recordings(corpus))["vercel-ai/azure/azure-tool-call.1.chunks.txt"]
    cut = [one for one in chunks if not one["type"].endswith((".done", ".completed"))]
    told = Told(openai_responses, [*cut, LENGTH])
    assert json.loads(told.arguments[0][2]) == {"location": "San Francisco"}
    assert (told.closed, told.endings) == ([False], [CUT])
