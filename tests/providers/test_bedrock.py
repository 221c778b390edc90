"""ConverseStream's events, as boto3 gives them."""

from __future__ import annotations

from typing import Any

import pytest
from recorded import calls, chunks_in, endings, files, namespace, parts_of, texts

from partway.providers import CONTENT, Channel, Closed, Delta, Ending, Facts, Failure, channel
from partway.providers.bedrock import Adapter, recognizes

FILES = files("vercel-ai/amazon-bedrock/*")
F, G = Channel("tool", 0, 0, "f", "c0"), Channel("tool", 0, 1, "f", "c1")


def delta(index: int = 0, **said: Any) -> dict[str, Any]:
    return {"contentBlockDelta": {"contentBlockIndex": index, "delta": said, "p": "abcd"}}


def call(index: int = 0) -> dict[str, Any]:
    return {
        "contentBlockStart": {"contentBlockIndex": index, "start": {"toolUse": {"toolUseId": f"c{index}", "name": "f"}}}
    }


def given(text: str | None, index: int = 0) -> dict[str, Any]:
    return delta(index, toolUse={"input": text})


def stop(index: int = 0) -> dict[str, Any]:
    return {"contentBlockStop": {"contentBlockIndex": index}}


def end(reason: str | None) -> dict[str, Any]:
    return {"messageStop": {"stopReason": reason}}


COUNTS = {"metadata": {"usage": {"inputTokens": 1}, "metrics": {"latencyMs": 2}}}

# Name, events, and what is read
READ: list[tuple[str, list[Any], list[Any]]] = [
    ("text without a start", [{"messageStart": {"role": "assistant"}}, delta(text="a"), stop()], [Delta(CONTENT, "a")]),
    ("text with a start", [{"contentBlockStart": {"contentBlockIndex": 0, "start": {}}}, delta(text="a")],
     [Delta(CONTENT, "a")]),
    ("no text", [delta(text="")], []),
    ("reasoning", [delta(reasoningContent={"text": "a"})], [Delta(channel("reasoning", 0), "a")]),
    ("a signature", [delta(reasoningContent={"signature": "a"})], []),
    ("a citation", [delta(citation={"title": "a"})], []),
    ("a call", [call(), given('{"a'), given('":1}')], [Delta(F, ""), Delta(F, '{"a'), Delta(F, '":1}')]),
    ("a call has not closed with its stop", [call(), given("{}"), stop()], [Delta(F, ""), Delta(F, "{}")]),
    ("but with what follows", [call(), stop(), call(1)], [Delta(F, ""), Closed(F), Delta(G, "")]),
    ("or with the next stop", [call(), stop(), delta(1, text="a"), stop(1)],
     [Delta(F, ""), Delta(CONTENT, "a"), Closed(F)]),
    ("no arguments", [call(), given(""), stop(), end("tool_use")],
     [Delta(F, ""), Closed(F), Ending("stop", "tool_use")]),
    ("counts between a stop and the reason", [call(), stop(), COUNTS, end("max_tokens")],
     [Delta(F, ""), Facts(usage={"inputTokens": 1}), Ending("length", "max_tokens")]),
    ("counts behind the reason", [end("end_turn"), COUNTS],
     [Ending("stop", "end_turn"), Facts(usage={"inputTokens": 1})]),
    ("cut off", [call(), given('{"a'), stop(), end("max_tokens")],
     [Delta(F, ""), Delta(F, '{"a'), Ending("length", "max_tokens")]),
    ("no context left", [end("model_context_window_exceeded")], [Ending("length", "model_context_window_exceeded")]),
    ("a guardrail", [end("guardrail_intervened")], [Ending("filter", "guardrail_intervened")]),
    ("a filter", [call(), stop(), end("content_filtered")], [Delta(F, ""), Ending("filter", "content_filtered")]),
    ("a call that is malformed", [call(), stop(), end("malformed_tool_use")],
     [Delta(F, ""), Ending("stop", "malformed_tool_use")]),
    ("an error without a word", [{"throttlingException": {}}], [Failure("{}", "throttlingException")]),
    ("an error", [{"throttlingException": {"message": "Slow down"}}], [Failure("Slow down", "throttlingException")]),
    ("an error of the model", [{"modelStreamErrorException": {"message": "No", "originalStatusCode": 500}}],
     [Failure("No", "modelStreamErrorException")]),
]  # fmt: skip
LOOSE: list[tuple[str, list[Any], list[Any]]] = [
    ("no delta", [{"contentBlockDelta": {"contentBlockIndex": 0}}], []),
    ("null input", [call(), given(None)], [Delta(F, "")]),
    ("a call that did not start", [given("{}")], []),
    ("no reason", [end(None)], [Ending("stop", "")]),
    ("no counts", [{"metadata": {"metrics": {"latencyMs": 2}}}], []),
    ("none of the keys", [{"other": {}}], []),
]
FORMS: dict[str, Any] = {"dict": lambda event: event, "object": namespace}


def plainly(part: Any) -> Any:
    return (
        part._replace(usage=part.usage if isinstance(part.usage, dict) else vars(part.usage))
        if isinstance(part, Facts)
        else part
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("events", "parts"), [pytest.param(e, p, id=name) for name, e, p in READ + LOOSE])
def test_events_are_read(events, parts, form):
    assert list(map(plainly, parts_of(Adapter(), map(FORMS[form], events)))) == parts


@pytest.mark.parametrize(("event", "known"), [
    (delta(text="a"), True),
    (call(), True),
    (stop(), True),
    (end("end_turn"), True),
    (COUNTS, True),
    ({"messageStart": {"role": "assistant"}}, True),
    ({"validationException": {"message": "a"}}, True),
    ({"metadata": {}}, False),
    ({"metadata": "a"}, False),
    ({"usage": {"inputTokens": 1}}, False),
    ({"type": "content_block_delta"}, False),
    ({"message": {"content": "a"}}, False),
    ({"choices": []}, False),
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
    deltas = [chunk["contentBlockDelta"] for chunk in chunks if "contentBlockDelta" in chunk]
    starts = [chunk["contentBlockStart"] for chunk in chunks if "contentBlockStart" in chunk]
    called = [
        (
            use["name"],
            "".join(
                d["delta"]["toolUse"]["input"] for d in deltas if d["contentBlockIndex"] == start["contentBlockIndex"]
            ),
            True,
        )
        for start in starts
        if (use := start["start"].get("toolUse"))
    ]
    events = [FORMS[form](chunk) for chunk in chunks]
    assert all(map(recognizes, events))
    parts = parts_of(Adapter(), events)
    assert texts(parts) == "".join(d["delta"].get("text", "") for d in deltas)
    assert texts(parts, "reasoning") == "".join(d["delta"].get("reasoningContent", {}).get("text", "") for d in deltas)
    assert calls(parts) == called
    assert [said for _, said in endings(parts)] == [
        c["messageStop"]["stopReason"] for c in chunks if "messageStop" in c
    ]
