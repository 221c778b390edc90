"""Chat Completions chunks as dicts, objects and the SDK's own, and what others than OpenAI send."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk
from recorded import namespace

from partway.providers import Channel, Closed, Delta, Ending, Facts, Part, channel, format_of, openai_chat

ANSWER, SECOND = channel("content", 0), channel("content", 1)
REFUSED, THOUGHT = channel("refusal", 0), channel("reasoning", 0)
NULLS = dict.fromkeys(["role", "function_call", "tool_calls", "audio", "provider_specific_fields"])


def choice(delta: Any, finish: str | None = None, index: int = 0) -> dict[str, Any]:
    return {"index": index, "delta": delta, "finish_reason": finish, "logprobs": None}


# Name, choices, and what is read
READ: list[tuple[str, list[Any], list[Part]]] = [
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
     [Delta(SECOND, "a"), Delta(channel("refusal", 1), "b"), Ending("stop", "stop", 1)]),
    ("several choices", [choice({"content": "b"}, index=1), choice({"content": "a"})],
     [Delta(SECOND, "b"), Delta(ANSWER, "a")]),
    ("stop", [choice({}, "stop")], [Ending("stop", "stop")]),
    ("length, behind the last text", [choice({"content": "a"}, "length")],
     [Delta(ANSWER, "a"), Ending("length", "length")]),
    ("content_filter", [choice({}, "content_filter")], [Ending("filter", "content_filter")]),
    ("tool_calls", [choice({}, "tool_calls")], [Ending("stop", "tool_calls")]),
    ("reasoning of DeepSeek", [choice({"reasoning_content": "a", "content": None})], [Delta(THOUGHT, "a")]),
    ("reasoning of Groq", [choice({"reasoning": "a"})], [Delta(THOUGHT, "a")]),
    ("reasoning that turns into text", [choice({"reasoning_content": "a", "content": "b"})],
     [Delta(ANSWER, "b"), Delta(THOUGHT, "a")]),
]  # fmt: skip
# What only servers other than OpenAI's send
LOOSE: list[tuple[str, list[Any], list[Part]]] = [
    ("a reason that is not known", [choice({}, "eos")], [Ending("stop", "eos")]),
    ("a null delta", [choice(None, "stop")], [Ending("stop", "stop")]),
    ("no index", [{"delta": {"content": "a"}}], [Delta(ANSWER, "a")]),
    ("a null index", [{"index": None, "delta": {"content": "a"}}], [Delta(ANSWER, "a")]),
    ("no delta", [{"finish_reason": "length"}], [Ending("length", "length")]),
    ("an empty choice", [{}], []),
    ("a null choice", [None], []),
    ("Mistral's parts", [choice({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "a"}, {}]},
                                             {"type": "text", "text": "b"}, {"type": "reference"}]})],
     [Delta(THOUGHT, "a"), Delta(ANSWER, "b")]),
    ("not streamed", [{"index": 0, "message": {"role": "assistant", "content": "a"}, "finish_reason": "stop"}],
     [Delta(ANSWER, "a"), Ending("stop", "stop")]),
]  # fmt: skip


HEAD = {"id": "c", "created": 1, "object": "chat.completion.chunk"}


def sdk_chunk(choices: list[Any], **said: Any) -> ChatCompletionChunk:
    return ChatCompletionChunk.model_validate({**HEAD, "model": "", "choices": choices, **said})


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


def read(*chunks: Any) -> list[Part]:
    adapter = openai_chat.Adapter()
    return [part for chunk in chunks for part in adapter.read(chunk)]


@pytest.mark.parametrize(("chunk", "said"), FORMED)
def test_a_chunk_is_recognised_and_read(chunk, said):
    assert format_of(chunk) is openai_chat
    assert read(chunk) == said


@pytest.mark.parametrize("wrap", [lambda chunk: {"data": chunk}, lambda chunk: SimpleNamespace(data=chunk),
                                  lambda chunk: {"type": "chunk", "chunk": chunk}])  # fmt: skip
def test_a_chunk_may_be_wrapped(wrap):
    wrapped = wrap({**HEAD, "choices": [choice({"content": "a"})]})
    assert format_of(wrapped) is openai_chat
    assert read(wrapped) == [Delta(ANSWER, "a")]


def test_the_events_of_the_helper_beside_the_chunks_repeat_what_these_say():
    for event in (
        {"type": "content.delta", "delta": "a", "snapshot": "a"},
        SimpleNamespace(type="refusal.done", refusal=""),
    ):
        assert format_of(event) is openai_chat
        assert read(event) == []


@pytest.mark.parametrize("form", [dict, lambda **said: namespace(said), sdk_chunk])
def test_model_and_usage_are_said_once(form):
    usage = {"completion_tokens": 25, "prompt_tokens": 473, "total_tokens": 498}
    chunks = [form(choices=[choice({"content": text})], model="m") for text in "ab"] + [
        form(choices=[], model="m", usage=usage)
    ]
    first, *others, last = read(*chunks)
    assert [first, *others] == [Delta(ANSWER, "a"), Facts("m", None), Delta(ANSWER, "b")]
    assert isinstance(last, Facts)


@pytest.mark.parametrize(
    "said",
    [
        {"choices": [{**choice({}, "stop"), "usage": {"total_tokens": 3}}]},
        {"choices": [choice({}, "stop")], "x_groq": {"usage": {"total_tokens": 3}}},
    ],
    ids=["Moonshot", "Groq"],
)
def test_usage_may_stand_elsewhere(said):
    assert read(said) == [Ending("stop", "stop"), Facts(None, {"total_tokens": 3})]


def opened(index: int | None, name: str | None, text: Any = "", id_: str | None = "c") -> dict[str, Any]:
    return {"index": index, "id": id_, "type": "function", "function": {"name": name, "arguments": text}}


def goes_on(index: int | None, text: str | None) -> dict[str, Any]:
    return {"index": index, "function": {"arguments": text}}


ONE, TWO = Channel("tool", 0, 0, "a", "c"), Channel("tool", 0, 1, "b", "d")
STOP = Ending("stop", "tool_calls")
# The calls in each chunk, and what is read; the last chunk says `tool_calls`.
CALLS: list[tuple[str, list[list[Any]], list[Part]]] = [
    ("one", [[opened(0, "a")], [goes_on(0, "{")], [goes_on(0, "}")]],
     [Delta(ONE, ""), Delta(ONE, "{"), Delta(ONE, "}"), Closed(ONE), STOP]),
    ("one that comes whole", [[opened(0, "a", "{}")]], [Delta(ONE, "{}"), Closed(ONE), STOP]),
    ("arguments that are null", [[opened(0, "a", None)], [goes_on(0, None)]], [Delta(ONE, ""), Closed(ONE), STOP]),
    ("two, mixed", [[opened(0, "a", "{")], [opened(1, "b", "{", "d")], [goes_on(0, "}")], [goes_on(1, "}")]],
     [Delta(ONE, "{"), Delta(TWO, "{"), Delta(ONE, "}"), Delta(TWO, "}"), Closed(ONE), Closed(TWO), STOP]),
    ("two in a chunk", [[opened(0, "a", "{}"), opened(1, "b", "{}", "d")]],
     [Delta(ONE, "{}"), Delta(TWO, "{}"), Closed(ONE), Closed(TWO), STOP]),
    ("an empty name and id in what goes on", [[opened(0, "a")], [opened(0, "", "{}", "")]],
     [Delta(ONE, ""), Delta(ONE, "{}"), Closed(ONE), STOP]),
    ("name and id repeated", [[opened(0, "a", "{")], [opened(0, "a", "}")]],
     [Delta(ONE, "{"), Delta(ONE, "}"), Closed(ONE), STOP]),
    ("no index, whole", [[opened(None, "a", "{}")], [opened(None, "b", "{}", "d")]],
     [Delta(ONE, "{}"), Delta(TWO, "{}"), Closed(ONE), Closed(TWO), STOP]),
    ("no index nor id in what goes on", [[opened(None, "a", "{")], [goes_on(None, "}")]],
     [Delta(ONE, "{"), Delta(ONE, "}"), Closed(ONE), STOP]),
    ("another call at the same index", [[opened(0, "a", "{}")], [opened(0, "b", "{}", "d")]],
     [Delta(ONE, "{}"), Closed(ONE), Delta(TWO, "{}"), Closed(TWO), STOP]),
    ("the name comes late", [[opened(0, None, "{")], [goes_on(0, "}")], [opened(0, "a", "", None)]],
     [Delta(ONE, "{}"), Closed(ONE), STOP]),
    ("the name never comes", [[opened(0, None, "{")]], [STOP]),
    ("arguments as an object", [[opened(0, "a", {"é": [1]})]], [Delta(ONE, '{"é": [1]}'), Closed(ONE), STOP]),
]  # fmt: skip


@pytest.mark.parametrize("form", [dict, lambda **said: namespace(said)])
@pytest.mark.parametrize(("calls", "said"), [pytest.param(*row[1:], id=row[0]) for row in CALLS])
def test_calls_are_told_apart(form, calls, said):
    chunks = [form(choices=[choice({"tool_calls": part})]) for part in calls]
    assert read(*chunks, form(choices=[choice({}, "tool_calls")])) == said


def test_calls_of_several_answers_are_told_apart():
    chunks = [
        {"choices": [choice({"tool_calls": [opened(0, "a", text)]}, index=index)]} for index, text in enumerate("{[")
    ]
    other = Channel("tool", 1, 0, "a", "c")
    assert read(*chunks, {"choices": [choice({}, "stop", 1)]}) == [
        *[Delta(ONE, "{"), Delta(other, "["), Closed(other), Ending("stop", "stop", 1)]
    ]


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_a_call_that_is_cut_off_is_not_closed(reason):
    parts = read({"choices": [choice({"tool_calls": [opened(0, "a", "{}")]})]}, {"choices": [choice({}, reason)]})
    assert not any(isinstance(part, Closed) for part in parts)


@pytest.mark.parametrize(
    "chunk", [{}, "choices", None, 3, {"choices": "ab"}, {"type": "ping"}, {"choices": [{"text": "a"}]}]
)
def test_what_is_something_else_is_not_recognised(chunk):
    assert not openai_chat.recognizes(chunk)
