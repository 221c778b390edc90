"""Gemini's chunks, in JSON and of google-genai, and Vertex's calls in pieces."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.genai.types import GenerateContentResponse
from recorded import calls, chunks_in, endings, files, namespace, parts_of, put, texts

from partway.providers import CONTENT, Channel, Closed, Delta, Ending, Facts, Failure, Operation, channel
from partway.providers.gemini import Adapter, recognizes

FILES = files("vercel-ai/google/google-*")
F, G, SECOND = Channel("tool", 0, 0, "f"), Channel("tool", 0, 1, "f"), Channel("tool", 1, 0, "f")


def chunk(*parts: Any, finish: str | None = None, index: int | None = None) -> dict[str, Any]:
    said = {"content": {"role": "model", "parts": list(parts)}, "finishReason": finish, "index": index}
    return {"candidates": [{key: value for key, value in said.items() if value is not None}]}


def call(*pieces: Any, goes_on: bool = True, **fields: Any) -> dict[str, Any]:
    more = {"partialArgs": list(pieces)} if pieces else {}
    return {"functionCall": {**fields, **more, **({"willContinue": True} if goes_on else {})}}


def piece(path: str, goes_on: bool = False, **value: Any) -> dict[str, Any]:
    return {"jsonPath": path, **value, **({"willContinue": True} if goes_on else {})}


OPEN = chunk(call(name="f"))
CLOSE = chunk({"functionCall": {}})


def at(*path: str | int, value: Any, goes_on: bool = False, to: Channel = F) -> Operation:
    return Operation(to, path, value, goes_on)


# Name, chunks, and what is read
READ: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [chunk({"text": "a"}, {"text": "b"})], [Delta(CONTENT, "a"), Delta(CONTENT, "b")]),
    ("a thought", [chunk({"text": "a", "thought": True})], [Delta(channel("reasoning", 0), "a")]),
    ("no text", [chunk({"text": ""}), chunk()], []),
    ("text with the finish", [chunk({"text": "a"}, finish="STOP")], [Delta(CONTENT, "a"), Ending("stop", "STOP")]),
    ("another candidate", [chunk({"text": "a"}, finish="MAX_TOKENS", index=1)],
     [Delta(channel("content", 1), "a"), Ending("length", "MAX_TOKENS", 1)]),
    ("code and its result", [chunk({"executableCode": {"code": "a", "language": "PYTHON"}},
      {"codeExecutionResult": {"output": "b", "outcome": "OUTCOME_OK"}})], []),
    ("a whole call", [chunk({"functionCall": {"name": "f", "args": {"a": "é"}}})],
     [Delta(F, '{"a": "é"}'), Closed(F)]),
    ("a whole call with its id", [chunk({"functionCall": {"name": "f", "args": {}, "id": "i"}})],
     [Delta(Channel("tool", 0, 0, "f", "i"), "{}"), Closed(Channel("tool", 0, 0, "f", "i"))]),
    ("a whole call without arguments", [chunk({"functionCall": {"name": "f"}}), CLOSE], [Delta(F, "{}"), Closed(F)]),
    ("two whole calls", [chunk({"functionCall": {"name": "f"}}, {"functionCall": {"name": "f"}})],
     [Delta(F, "{}"), Closed(F), Delta(G, "{}"), Closed(G)]),
    ("a call opens", [OPEN], [Delta(F, "")]),
    ("and closes", [OPEN, CLOSE], [Delta(F, ""), Closed(F)]),
    ("once", [OPEN, CLOSE, CLOSE], [Delta(F, ""), Closed(F)]),
    ("goes on without a piece", [OPEN, chunk(call())], [Delta(F, "")]),
    ("a string in pieces", [OPEN, chunk(call(piece("$.a", True, stringValue="x"))),
      chunk(call(piece("$.a", True, stringValue="y"))), chunk(call(piece("$.a", stringValue="")))],
     [Delta(F, ""), at("a", value="x", goes_on=True), at("a", value="y", goes_on=True), at("a", value="")]),
    ("several pieces", [chunk(call(piece("$.a", stringValue="x"), piece("$.b[0]", boolValue=False), name="f"))],
     [Delta(F, ""), at("a", value="x"), at("b", 0, value=False)]),
    ("numbers",
     [OPEN, chunk(call(piece("$.a", numberValue=0.5), piece("$.b", numberValue=5), piece("$.c", numberValue=-0.0)))],
     [Delta(F, ""), at("a", value=0.5), at("b", value=5), at("c", value=0)]),
    ("a large number", [OPEN, chunk(call(piece("$.a", numberValue=1e300)))], [Delta(F, ""), at("a", value=1e300)]),
    ("booleans", [OPEN, chunk(call(piece("$.a", boolValue=True)))], [Delta(F, ""), at("a", value=True)]),
    ("null", [OPEN, chunk(call(piece("$.a", nullValue=None)))], [Delta(F, ""), at("a", value=None)]),
    ("no value behind a string", [OPEN, chunk(call(piece("$.a", True, stringValue="x"))), chunk(call(piece("$.a")))],
     [Delta(F, ""), at("a", value="x", goes_on=True), at("a", value="")]),
    ("no value behind another string",
     [OPEN, chunk(call(piece("$.a", True, stringValue="x"))), chunk(call(piece("$.b")))],
     [Delta(F, ""), at("a", value="x", goes_on=True), at("b", value=None)]),
    ("no value that goes on", [OPEN, chunk(call(piece("$.a", True)))], [Delta(F, ""), at("a", value="", goes_on=True)]),
    ("the last piece closes", [OPEN, chunk(call(piece("$.a", boolValue=True), goes_on=False)), CLOSE],
     [Delta(F, ""), at("a", value=True), Closed(F)]),
    ("the next call closes", [OPEN, OPEN], [Delta(F, ""), Closed(F), Delta(G, "")]),
    ("a whole call closes", [OPEN, chunk({"functionCall": {"name": "f", "args": {}}})],
     [Delta(F, ""), Closed(F), Delta(G, "{}"), Closed(G)]),
    ("the finish closes", [OPEN, chunk(finish="STOP")], [Delta(F, ""), Closed(F), Ending("stop", "STOP")]),
    ("cut off", [OPEN, chunk(finish="MAX_TOKENS"), CLOSE], [Delta(F, ""), Ending("length", "MAX_TOKENS")]),
    ("a malformed call", [OPEN, chunk(finish="MALFORMED_FUNCTION_CALL")],
     [Delta(F, ""), Ending("stop", "MALFORMED_FUNCTION_CALL")]),
    ("the finish of one candidate leaves the other's call",
     [OPEN, chunk(call(name="f"), index=1), chunk(finish="STOP", index=1), CLOSE],
     [Delta(F, ""), Delta(SECOND, ""), Closed(SECOND), Ending("stop", "STOP", 1), Closed(F)]),
    ("a name said again", [chunk(call(name="f", id="i")), chunk(call(piece("$.a", boolValue=True), name="f", id="i"))],
     [Delta(Channel("tool", 0, 0, "f", "i"), ""), at("a", value=True, to=Channel("tool", 0, 0, "f", "i"))]),
    ("pieces of no call", [chunk(call(piece("$.a", boolValue=True)))], []),
    ("a path of several places", [OPEN, chunk(call(piece("$.a[*]", boolValue=True)))],
     [Delta(F, ""),
     Failure("the arguments of a call to f have no path of one place, at character 3: '$.a[*]'", "jsonPath")]),
    *((reason, [chunk(finish=reason)], [Ending("filter", reason)])
      for reason in ["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"]),
    ("no reason", [chunk(finish="FINISH_REASON_UNSPECIFIED")], []),
    ("a prompt that is blocked", [{"promptFeedback": {"blockReason": "SAFETY"}}], [Ending("filter", "SAFETY")]),
    ("feedback that blocks nothing", [{"promptFeedback": {"safetyRatings": []}}], []),
]  # fmt: skip
LOOSE: list[tuple[str, list[Any], list[Any]]] = [
    ("no content", [{"candidates": [{}]}, {"candidates": None}, {"candidates": []}], []),
    ("null fields", [{"candidates": [{"content": {"parts": None}, "finishReason": None, "index": None}]}], []),
    ("a piece without a path", [OPEN, chunk(call({"boolValue": True}))], [Delta(F, ""), at(value=True)]),
]
JSON_ONLY: list[tuple[str, list[Any], list[Any]]] = [
    ("counts", [{**chunk({"text": "a"}), "usageMetadata": {"totalTokenCount": 3}, "modelVersion": "m"}],
     [Delta(CONTENT, "a"), Facts("m", {"totalTokenCount": 3})]),
    ("an error", [{"error": {"code": 429, "message": "Slow down", "status": "RESOURCE_EXHAUSTED"}}],
     [Failure("Slow down", "RESOURCE_EXHAUSTED")]),
    ("an error without a status", [{"error": {"code": 429, "message": "Slow down"}}], [Failure("Slow down", "429")]),
]  # fmt: skip


def snake(value: Any) -> Any:
    """With Python's names, as the attributes of an object and the keys of its dump have them."""
    if isinstance(value, dict):
        return {
            "".join(f"_{c.lower()}" if c.isupper() else c for c in key): part if key == "args" else snake(part)
            for key, part in value.items()
        }
    return [snake(part) for part in value] if isinstance(value, list) else value


FORMS: dict[str, Any] = {
    "JSON": lambda said: said,
    "dump": snake,
    "object": lambda said: namespace({"candidates": None, "prompt_feedback": None, **snake(said)}),
    "google-genai": GenerateContentResponse.model_validate,
}
CASES = [
    pytest.param([FORMS[form](chunk) for chunk in chunks], parts, id=f"{form}-{name}")
    for form in FORMS
    for name, chunks, parts in READ + (LOOSE if form != "google-genai" else []) + (JSON_ONLY if form == "JSON" else [])
]


@pytest.mark.parametrize(("chunks", "parts"), CASES)
def test_chunks_are_read(chunks, parts):
    assert parts_of(Adapter(), chunks) == parts


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("number", "value"), [(5, 5), (5.0, 5), (0.5, 0.5), (-3.0, -3), (2.0**53, 2**53), (2.0**54, 2.0**54)]
)
def test_a_number_is_an_integer_where_it_can_be(number, value, form):
    chunks = [FORMS[form](said) for said in [OPEN, chunk(call(piece("$.a", numberValue=number)))]]
    given = parts_of(Adapter(), chunks)[-1].value
    assert (type(given), given) == (type(value), value)


def test_counts_of_the_sdk_are_given_as_they_are():
    said = GenerateContentResponse.model_validate({"usageMetadata": {"totalTokenCount": 3}, "modelVersion": "m"})
    assert recognizes(said)
    assert parts_of(Adapter(), [said]) == [Facts("m", said.usage_metadata)]


@pytest.mark.parametrize(("said", "known"), [
    (chunk({"text": "a"}), True),
    ({"candidates": []}, True),
    ({"promptFeedback": {"blockReason": "SAFETY"}}, True),
    ({"prompt_feedback": {"block_reason": "SAFETY"}}, True),
    ({"usageMetadata": {"totalTokenCount": 3}}, True),
    ({"candidates": "a"}, False),
    ({"content": "a", "usage_metadata": {"total_tokens": 3}}, False),
    ({"choices": []}, False),
    ({"type": "message_start"}, False),
    ({"event_type": "step.start"}, False),
    ({}, False),
    (None, False),
])  # fmt: skip
def test_chunks_are_recognised(said, known):
    assert recognizes(said) is known


def test_an_object_of_another_sdk_is_not_recognised():
    assert not recognizes(namespace({"content": "a", "usage_metadata": {"total_tokens": 3}}))
    assert not recognizes(namespace({"choices": []}))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", FILES)
def test_recordings_are_read(path, form):
    chunks = chunks_in(path)
    candidates = [candidate for chunk in chunks for candidate in chunk["candidates"]]
    said = [part for candidate in candidates for part in candidate["content"]["parts"]]
    called: list[tuple[str, Any, bool]] = []
    for use in (part["functionCall"] for part in said if "functionCall" in part):
        if "name" in use:
            arguments = "" if use.get("willContinue") else json.dumps(use.get("args", {}), ensure_ascii=False)
            called.append((use["name"], arguments, True))
        for step in use.get("partialArgs", ()):
            name, arguments, closed = called[-1]
            value = next(step[key] for key in step if key.endswith("Value"))
            keys = step["jsonPath"].replace("[", ".[").split(".")[1:]
            place = tuple(int(key[1:-1]) if key.startswith("[") else key for key in keys)
            called[-1] = name, put(arguments or None, place, value), closed
    events = [FORMS[form](chunk) for chunk in chunks]
    assert all(map(recognizes, events))
    parts = parts_of(Adapter(), events)
    assert texts(parts) == "".join(part.get("text", "") for part in said if not part.get("thought"))
    assert texts(parts, "reasoning") == "".join(part["text"] for part in said if part.get("thought"))
    assert calls(parts) == called
    assert [word for _, word in endings(parts)] == [c["finishReason"] for c in candidates if "finishReason" in c]
    assert [part.model for part in parts if isinstance(part, Facts)] == [chunk["modelVersion"] for chunk in chunks]
