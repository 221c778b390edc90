"""Lines of Ollama's chat and generate as dicts, objects and the SDK's own, and every recording of them."""

from __future__ import annotations

from typing import Any

import pytest
from ollama import ChatResponse, GenerateResponse
from recorded import Told, namespace, none_of, recognized, recordings

from partway.providers import CONTENT, Channel, Closed, Delta, Ending, Facts, Failure, channel, ollama

REASONING = channel("reasoning", 0)
COUNTS = {"prompt_eval_count": 17, "eval_count": 63}


def chat(content: str | None = "", *, done: bool = False, **fields: Any) -> dict[str, Any]:
    message = {name: fields.pop(name) for name in ("thinking", "tool_calls") if name in fields}
    return {"message": {"role": "assistant", "content": content, **message}, "done": done, **fields}


def generate(response: str | None = "", *, done: bool = False, **fields: Any) -> dict[str, Any]:
    return {"response": response, "done": done, **fields}


def call(name: str, arguments: Any) -> dict[str, Any]:
    return {"function": {"name": name, "arguments": arguments}}


FIRST, SECOND = Channel("tool", 0, 0, "search"), Channel("tool", 0, 1, "save")

# Name, lines, and what is read
READ: list[tuple[str, list[Any], list[Any]]] = [
    ("text of a chat", [chat("a"), chat(" \n")], [Delta(CONTENT, "a"), Delta(CONTENT, " \n")]),
    ("text of a generation", [generate("a"), generate(" \n")], [Delta(CONTENT, "a"), Delta(CONTENT, " \n")]),
    ("no text", [chat(""), chat(None)], []),
    ("no text of a generation", [generate("")], []),
    ("thinking in a chat", [chat("", thinking="a"), chat("b", thinking="")],
     [Delta(REASONING, "a"), Delta(CONTENT, "b")]),
    ("thinking in a generation", [generate("", thinking="a"), generate("b", thinking=None)],
     [Delta(REASONING, "a"), Delta(CONTENT, "b")]),
    ("calls, whole", [chat(tool_calls=[call("search", {"q": "é"})]), chat(tool_calls=[call("save", {})])],
     [Delta(FIRST, '{"q": "é"}'), Closed(FIRST), Delta(SECOND, "{}"), Closed(SECOND)]),
    ("no calls", [chat("a", tool_calls=None), chat("b", tool_calls=[])], [Delta(CONTENT, "a"), Delta(CONTENT, "b")]),
    ("the end of a chat", [chat(done=True, done_reason="stop", **COUNTS)],
     [Ending("stop", "stop"), Facts(usage=COUNTS)]),
    ("the end of a generation, behind the last text", [generate("a", done=True, done_reason="length", **COUNTS)],
     [Delta(CONTENT, "a"), Ending("length", "length"), Facts(usage=COUNTS)]),
    ("the end without a reason or counts", [chat(done=True)], [Ending("stop", "stop")]),
    ("the model, once", [chat("a", model="m"), chat("b", model="m")],
     [Delta(CONTENT, "a"), Facts("m"), Delta(CONTENT, "b")]),
]  # fmt: skip


FORMS = {
    "dict": lambda one: one,
    "object": namespace,
    "ollama": lambda one: (ChatResponse if "message" in one else GenerateResponse)(**one),
}
ERROR = {"error": "an error was encountered while running the model"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("lines", "parts"), [pytest.param(lines, parts, id=name) for name, lines, parts in READ])
def test_a_line_is_read(form, lines, parts):
    read = ollama.Adapter().read
    assert [part for one in lines for part in read(FORMS[form](one))] == parts


@pytest.mark.parametrize("before", [[], [chat("a", model="m")], [generate("a")]])
def test_an_error_on_the_way_is_a_failure(before):
    assert Told(ollama, [*before, ERROR]).failures == [Failure(ERROR["error"])]


def test_lines_are_recognised_and_nothing_else(corpus):
    none_of(ollama)
    assert not ollama.recognizes({"done": True, "type": "finish"})
    for one in [chat("a"), generate("a"), chat(done=True), generate(done=True)]:
        assert all(ollama.recognizes(form(one)) for form in FORMS.values())
    assert recognized(ollama, corpus) == [name for name, _ in recordings(corpus) if "/ollama/" in name]


def test_recordings_are_told_whole(corpus):
    names = recognized(ollama, corpus)
    assert len(names) >= 5
    for name in names:
        chunks = dict(recordings(corpus))[name]
        content = "".join(one["message"]["content"] if "message" in one else one["response"] for one in chunks)
        for form in FORMS.values():
            told = Told(ollama, map(form, chunks))
            assert told.texts == {"content": content, "reasoning": "", "refusal": ""}, name
            assert told.endings == [Ending("stop", "stop")], name
            assert told.model == chunks[0]["model"], name
            assert told.usage["eval_count"] == chunks[-1]["eval_count"], name
