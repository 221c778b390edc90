"""Chunks of LangChain's messages as real objects and every dump of them. The corpus has no recording of them."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.load import dumpd
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessage,
    HumanMessageChunk,
    ToolMessage,
    ToolMessageChunk,
    message_to_dict,
)
from langchain_core.messages.tool import tool_call, tool_call_chunk
from recorded import Told, namespace, none_of, recognized

from partway.providers import CONTENT, Channel, Closed, Delta, Ending, Facts, channel, langchain

REASONING, REFUSAL = channel("reasoning", 0), channel("refusal", 0)
FIRST, SECOND = Channel("tool", 0, 0, "search", "call_1"), Channel("tool", 0, 1, "save", "call_2")


def chunk(content: Any = "", **fields: Any) -> AIMessageChunk:
    return AIMessageChunk(content=content, **fields)


def said(**metadata: Any) -> AIMessageChunk:
    return chunk(response_metadata=metadata)


def call(args: str | None, name: str | None = None, id_: str | None = None, index: Any = 0) -> AIMessageChunk:
    return chunk(tool_call_chunks=[tool_call_chunk(name=name, args=args, id=id_, index=index)])


def opened(name: str = "search", id_: str = "call_1", index: Any = 0) -> AIMessageChunk:
    return call("", name, id_, index)


LAST = chunk(chunk_position="last")

# Name, chunks, and what is read; in whose words they are, where it is a provider's
READ: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [chunk("a"), chunk(" \n")], [Delta(CONTENT, "a"), Delta(CONTENT, " \n")]),
    ("no text", [chunk(""), chunk([])], []),
    ("texts in a list", [chunk(["a", {"type": "text", "text": "b", "index": 0}])],
     [Delta(CONTENT, "a"), Delta(CONTENT, "b")]),
    ("parts without text", [chunk(["", {"type": "text", "text": ""}, {"type": "image", "url": "u"}, {}])], []),
    ("a refusal", [chunk([{"type": "refusal", "refusal": "No."}])], [Delta(REFUSAL, "No.")]),
    ("a refusal beside the content", [chunk(additional_kwargs={"refusal": "No."})], [Delta(REFUSAL, "No.")]),
    ("thinking: Anthropic, Gemini",
     [chunk([{"type": "thinking", "thinking": "a", "index": 0}]),
      chunk([{"type": "thinking", "signature": "s", "index": 0}])], [Delta(REASONING, "a")]),
    ("thinking: Mistral", [chunk([{"type": "thinking", "thinking": [{"type": "text", "text": "a"}]}])],
     [Delta(REASONING, "a")]),
    ("reasoning: Bedrock",
     [chunk([{"type": "reasoning_content", "reasoning_content": {"type": "text", "text": "a"}}]),
      chunk([{"type": "reasoning_content", "reasoning_content": {"signature": "s"}}])], [Delta(REASONING, "a")]),
    ("reasoning: OpenAI",
     [chunk([{"type": "reasoning", "summary": [{"type": "summary_text", "text": "a", "index": 0}], "index": 0}]),
      chunk([{"type": "reasoning", "summary": [], "id": "rs"}])], [Delta(REASONING, "a")]),
    ("reasoning: LangChain's own", [chunk([{"type": "reasoning", "reasoning": "a"}])], [Delta(REASONING, "a")]),
    ("reasoning beside the content: DeepSeek, Ollama", [chunk("b", additional_kwargs={"reasoning_content": "a"})],
     [Delta(CONTENT, "b"), Delta(REASONING, "a")]),
    ("a call in pieces", [opened(), call('{"a"'), call(":1}"), said(finish_reason="tool_calls")],
     [Delta(FIRST, ""), Delta(FIRST, '{"a"'), Delta(FIRST, ":1}"), Closed(FIRST), Ending("stop", "tool_calls")]),
    ("a call in the content, too: Anthropic",
     [chunk([{"type": "tool_use", "id": "call_1", "name": "search", "input": {}, "index": 1}],
            tool_call_chunks=[tool_call_chunk(name="search", args="", id="call_1", index=1)]),
      chunk([{"type": "input_json_delta", "partial_json": "{}", "index": 1}],
            tool_call_chunks=[tool_call_chunk(args="{}", index=1)]),
      said(stop_reason="tool_use", stop_sequence=None)],
     [Delta(FIRST, ""), Delta(FIRST, "{}"), Closed(FIRST), Ending("stop", "tool_use")]),
    ("calls side by side", [opened(), opened("save", "call_2", 1), call("{", index=1), call("["), call("}", index=1)],
     [Delta(FIRST, ""), Delta(SECOND, ""), Delta(SECOND, "{"), Delta(FIRST, "["), Delta(SECOND, "}")]),
    ("null arguments", [call(None, "search", "call_1"), call(None), call("{}")],
     [Delta(FIRST, ""), Delta(FIRST, "{}")]),
    ("whole calls, of no place", [call('{"a": 1}', "search", "call_1", None), call("{}", "save", "call_2", None)],
     [Delta(FIRST, '{"a": 1}'), Closed(FIRST), Delta(SECOND, "{}"), Closed(SECOND)]),
    ("a whole call without a chunk of its own: Ollama",
     [chunk(tool_calls=[tool_call(name="search", args={"a": 1}, id="call_1")])],
     [Delta(FIRST, '{"a": 1}'), Closed(FIRST)]),
    ("more of a call of no place", [call("{}", None, None, None)], []),
    ("the last chunk closes", [opened(), call("{}"), LAST], [Delta(FIRST, ""), Delta(FIRST, "{}"), Closed(FIRST)]),
    ("a call that is cut off stays open", [opened(), call("{"), said(finish_reason="length"), LAST],
     [Delta(FIRST, ""), Delta(FIRST, "{"), Ending("length", "length")]),
    ("the end: OpenAI, Mistral", [said(finish_reason="stop", model_name="m", model_provider="openai")],
     [Ending("stop", "stop"), Facts("m")]),
    ("the end: Anthropic", [said(stop_reason="end_turn")], [Ending("stop", "end_turn")]),
    ("the end: Bedrock", [said(stopReason="end_turn")], [Ending("stop", "end_turn")]),
    ("the end: Gemini", [said(finish_reason="MAX_TOKENS")], [Ending("length", "MAX_TOKENS")]),
    ("the end: Ollama", [said(done=True, done_reason="length", model="m")], [Ending("length", "length"), Facts("m")]),
    ("the end: OpenAI Responses", [said(status="completed", model_name="m")],
     [Ending("stop", "completed"), Facts("m")]),
    ("cut off: OpenAI Responses", [said(status="incomplete", incomplete_details={"reason": "max_output_tokens"})],
     [Ending("length", "max_output_tokens")]),
    ("filtered: OpenAI Responses", [said(status="incomplete", incomplete_details={"reason": "content_filter"})],
     [Ending("filter", "content_filter")]),
    ("incomplete, without a reason", [said(status="incomplete", incomplete_details=None)],
     [Ending("length", "incomplete")]),
    ("filtered: Gemini", [said(finish_reason="SAFETY")], [Ending("filter", "SAFETY")]),
    ("filtered: Bedrock", [said(stopReason="guardrail_intervened")], [Ending("filter", "guardrail_intervened")]),
    ("a refusal: Anthropic", [said(stop_reason="refusal")], [Ending("refusal", "refusal")]),
    ("facts that say no end", [said(model_provider="openai"), said(id="r", model_provider="openai"), said(status="x")],
     []),
    ("the model, once", [chunk("a", response_metadata={"model_name": "m", "model_provider": "p"}),
                         chunk("b", response_metadata={"model_name": "m", "model_provider": "p"})],
     [Delta(CONTENT, "a"), Facts("m"), Delta(CONTENT, "b")]),
]  # fmt: skip

FORMS = {
    "object": lambda one: one,
    "model_dump": lambda one: one.model_dump(),
    "message_to_dict": message_to_dict,
    "dumpd": dumpd,
    "LangGraph's pair": lambda one: (one, {"langgraph_node": "model", "langgraph_step": 1}),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("chunks", "parts"), [pytest.param(chunks, parts, id=name) for name, chunks, parts in READ])
def test_a_chunk_is_recognised_and_read(form, chunks, parts):
    made = [FORMS[form](one) for one in chunks]
    assert all(map(langchain.recognizes, made))
    read = langchain.Adapter().read
    assert [part for one in made for part in read(one)] == parts


def test_usage_is_as_langchain_counts_it():
    usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    told = Told(langchain, [chunk("a"), chunk(usage_metadata=usage, response_metadata={"model_name": "m", "x": 1})])
    assert (told.model, told.usage) == ("m", usage)


@pytest.mark.parametrize(
    "other",
    [
        HumanMessageChunk(content="a"),
        HumanMessage(content="a"),
        AIMessage(content="a"),  # is whole, and comes after its chunks where both come
        ToolMessage(content="a", tool_call_id="1"),
        ToolMessageChunk(content="a", tool_call_id="1"),
    ],
    ids=lambda other: type(other).__name__,
)
def test_other_messages_are_not_read(other):
    for form in FORMS.values():
        assert not langchain.recognizes(form(other))
        assert langchain.Adapter().read(form(other)) == ()


@pytest.mark.parametrize(
    "one",
    [
        {"type": "AIMessageChunk"},
        {"type": "AIMessageChunk", "content": None, "tool_call_chunks": None, "response_metadata": None},
        {"type": "AIMessageChunk", "data": {}},
    ],
)
def test_fields_may_be_missing(one):
    assert langchain.recognizes(one)
    assert langchain.Adapter().read(one) == []


def test_a_chunk_with_data_of_its_own_is_no_wrapper():
    one = {"type": "AIMessageChunk", "content": "a", "data": {"content": "b"}}
    assert langchain.Adapter().read(one) == [Delta(CONTENT, "a")]


def test_nothing_else_is_recognised(corpus):
    none_of(langchain)
    for other in [AIMessageChunk, {"type": "constructor"}, namespace({"type": "constructor", "id": []}), ((),), ("a",)]:
        assert not langchain.recognizes(other)
    assert recognized(langchain, corpus) == []
