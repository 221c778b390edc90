"""Chat Completions chunks as dicts, objects and the SDK's own, and the registry that tells formats apart."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk

from partway import UsageError
from partway.providers import FORMATS, Channel, Delta, Ending, deltas_of, format_of, openai_chat
from partway.providers._delta import field

ANSWER, SECOND = Channel("content", 0), Channel("content", 1)
REFUSED = Channel("refusal", 0)
NULLS = dict.fromkeys(["role", "function_call", "tool_calls", "audio", "provider_specific_fields"])


def choice(delta: Any, finish: str | None = None, index: int = 0) -> dict[str, Any]:
    return {"index": index, "delta": delta, "finish_reason": finish, "logprobs": None}


# Name, choices, and what is read
READ: list[tuple[str, list[Any], list[Delta | Ending]]] = [
    ("content", [choice({"content": "a"})], [Delta(ANSWER, "a")]),
    ("the first chunk's role and no text", [choice({"role": "assistant", "content": ""})], []),
    ("null content and a null role", [choice({"role": None, "content": None})], []),
    ("all fields null beside the content", [choice({**NULLS, "content": "a"})], [Delta(ANSWER, "a")]),
    ("all fields null", [choice({**NULLS, "content": None, "refusal": None})], []),
    ("an empty delta", [choice({})], []),
    ("no choices", [], []),
    ("blanks are content", [choice({"content": " \n"})], [Delta(ANSWER, " \n")]),
    ("refusal", [choice({"refusal": "No."})], [Delta(REFUSED, "No.")]),
    ("content and refusal", [choice({"content": "a", "refusal": "b"})], [Delta(ANSWER, "a"), Delta(REFUSED, "b")]),
    ("another choice", [choice({"content": "a", "refusal": "b"}, "stop", index=1)],
     [Delta(SECOND, "a"), Delta(Channel("refusal", 1), "b"), Ending(SECOND, "stop")]),
    ("several choices", [choice({"content": "b"}, index=1), choice({"content": "a"})],
     [Delta(SECOND, "b"), Delta(ANSWER, "a")]),
    ("stop", [choice({}, "stop")], [Ending(ANSWER, "stop")]),
    ("length, behind the last text", [choice({"content": "a"}, "length")],
     [Delta(ANSWER, "a"), Ending(ANSWER, "length")]),
    ("content_filter", [choice({}, "content_filter")], [Ending(ANSWER, "filter")]),
    ("tool_calls", [choice({}, "tool_calls")], [Ending(ANSWER, "stop")]),
]  # fmt: skip
# What only servers other than OpenAI's send
LOOSE: list[tuple[str, list[Any], list[Delta | Ending]]] = [
    ("a reason that is not known", [choice({}, "eos")], [Ending(ANSWER, "stop")]),
    ("a null delta", [choice(None, "stop")], [Ending(ANSWER, "stop")]),
    ("no index", [{"delta": {"content": "a"}}], [Delta(ANSWER, "a")]),
    ("a null index", [{"index": None, "delta": {"content": "a"}}], [Delta(ANSWER, "a")]),
    ("no delta", [{"finish_reason": "length"}], [Ending(ANSWER, "length")]),
    ("an empty choice", [{}], []),
    ("a null choice", [None], []),
]

UNKNOWN: list[tuple[Any, str]] = [
    ({}, "a dict with the keys of nothing is no chunk that is known"),
    ({"type": "ping", 3: 4}, "a dict with the keys 'type', 3 is no chunk that is known"),
    ({"choices": "ab"}, "a dict with the keys 'choices' is no chunk that is known"),
    (SimpleNamespace(choices=3), "a SimpleNamespace is no chunk that is known"),
    (object(), "a object is no chunk that is known"),
    (None, "a NoneType is no chunk that is known"),
    (b"{}", "a bytes is no chunk that is known"),
]


def namespace(value: Any) -> Any:
    if isinstance(value, dict):
        return SimpleNamespace(**{key: namespace(part) for key, part in value.items()})
    return [namespace(part) for part in value] if isinstance(value, list) else value


def sdk_chunk(choices: list[Any]) -> ChatCompletionChunk:
    return ChatCompletionChunk.model_validate(
        {"id": "c", "created": 1, "model": "m", "object": "chat.completion.chunk", "choices": choices}
    )


FORMS = {
    "dict": lambda choices: {"choices": choices},
    "object": lambda choices: SimpleNamespace(choices=namespace(choices)),
    "openai": sdk_chunk,
}
FORMED = [
    pytest.param(form(choices), said, id=f"{kind}-{name}")
    for kind, form in FORMS.items()
    for name, choices, said in READ + (LOOSE if kind != "openai" else [])
]


@pytest.mark.parametrize(("chunk", "said"), FORMED)
def test_a_chunk_is_recognised_and_read(chunk, said):
    assert format_of(chunk) is openai_chat
    assert list(openai_chat.read(chunk)) == said


@pytest.mark.parametrize(("chunk", "said"), FORMED)
def test_the_pieces_of_the_answer_are_those_of_the_first_choice(chunk, said):
    assert deltas_of(chunk) == [part.text for part in said if isinstance(part, Delta) and part.channel == ANSWER]


def test_usage_alone_says_nothing():
    usage = {"completion_tokens": 25, "prompt_tokens": 473, "total_tokens": 498}
    head = {"id": "c", "created": 1, "model": "m", "object": "chat.completion.chunk"}
    for chunk in [{"choices": [], "usage": usage}, ChatCompletionChunk(**head, choices=[], usage=usage)]:
        assert format_of(chunk) is openai_chat
        assert list(openai_chat.read(chunk)) == []


def test_a_plain_str_is_its_own_piece():
    assert deltas_of("a") == ["a"]
    assert deltas_of("") == [""]


@pytest.mark.parametrize(("chunk", "words"), UNKNOWN)
def test_what_no_format_knows_is_named(chunk, words):
    for read in [format_of, deltas_of]:
        with pytest.raises(UsageError) as caught:
            read(chunk)
        assert str(caught.value) == f"{words}: yield str, bytes, or chunks of openai_chat"


def test_each_format_has_what_a_format_has():
    assert openai_chat in FORMATS
    for format_ in FORMATS:
        assert callable(format_.recognizes)
        assert callable(format_.read)
        assert not format_.recognizes({})
        assert not format_.recognizes("choices")


def test_a_field_is_a_key_or_an_attribute_or_none():
    assert field({"a": 1}, "a") == field(SimpleNamespace(a=1), "a") == 1
    assert field({"a": 1}, "b") is field(SimpleNamespace(a=1), "b") is None
    assert field({}, "keys") is None  # a method of a dict is no field of a chunk
