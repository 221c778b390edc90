"""Chunks of the completions API as dicts, objects and the SDK's own, and every recording of them."""

from __future__ import annotations

from typing import Any

import pytest
from openai._models import construct_type  # what the SDK itself makes chunks with: it validates nothing
from openai.types import Completion
from recorded import Told, namespace, none_of, recognized, recordings

from partway.providers import CONTENT, Channel, Delta, Ending, Facts, openai_completions

SECOND = Channel("content", 1)


def chunk(*choices: Any, **fields: Any) -> dict[str, Any]:
    return {"id": "c", "object": "text_completion", "created": 1, "choices": list(choices), **fields}


def choice(text: str | None, finish: str | None = None, index: int | None = 0) -> dict[str, Any]:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": finish}


# Name, chunks, and what is read
READ: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [chunk(choice("a")), chunk(choice(" \n"))], [Delta(CONTENT, "a"), Delta(CONTENT, " \n")]),
    ("no text", [chunk(choice("")), chunk(choice(None))], []),
    ("no index", [chunk(choice("a", index=None)), chunk({"text": "b"})], [Delta(CONTENT, "a"), Delta(CONTENT, "b")]),
    ("several choices", [chunk(choice("b", index=1), choice("a"))], [Delta(SECOND, "b"), Delta(CONTENT, "a")]),
    ("stop", [chunk(choice("", "stop"))], [Ending("stop", "stop")]),
    ("a reason that is not known", [chunk(choice("", "eos"))], [Ending("stop", "eos")]),
    ("length, behind the last text", [chunk(choice("a", "length"))], [Delta(CONTENT, "a"), Ending("length", "length")]),
    ("the filter, of another choice", [chunk(choice("", "content_filter", 1))],
     [Ending("filter", "content_filter", 1)]),
    ("the model, once", [chunk(choice("a"), model="m"), chunk(choice("b"), model="m")],
     [Delta(CONTENT, "a"), Facts("m"), Delta(CONTENT, "b")]),
    ("no choices", [chunk()], []),
    ("null choices", [chunk() | {"choices": None}], []),
]  # fmt: skip

FORMS = {
    "dict": lambda one: one,
    "object": namespace,
    "openai": lambda one: construct_type(type_=Completion, value=one),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("chunks", "parts"), [pytest.param(chunks, parts, id=name) for name, chunks, parts in READ])
def test_a_chunk_is_read(form, chunks, parts):
    read = openai_completions.Adapter().read
    assert [part for one in chunks for part in read(FORMS[form](one))] == parts


def test_usage_is_as_the_provider_counts_it():
    usage = {"prompt_tokens": 14, "completion_tokens": 16, "total_tokens": 30}
    read = openai_completions.Adapter().read
    assert read(chunk(usage=usage, model="m")) == [Facts("m", usage)]
    (facts,) = read(FORMS["openai"](chunk(usage=usage, model="m")))
    assert (facts.model, facts.usage.total_tokens) == ("m", 30)


def test_completions_are_recognised_and_nothing_else(corpus):
    none_of(openai_completions)
    for one in [chunk(choice("a")), chunk(), chunk(choice("")) | {"object": None}]:
        assert all(openai_completions.recognizes(form(one)) for form in FORMS.values())
    assert openai_completions.recognizes({"object": "completion.chunk", "choices": [{"text": "a", "delta": {}}]})
    theirs = [name for name, chunks in recordings(corpus) if chunks[0].get("object") == "text_completion"]
    assert recognized(openai_completions, corpus) == theirs


def test_recordings_are_told_whole(corpus):
    for name in recognized(openai_completions, corpus):
        chunks = dict(recordings(corpus))[name]
        content = "".join(one["choices"][0]["text"] for one in chunks if one["choices"])
        for form in FORMS.values():
            told = Told(openai_completions, map(form, chunks))
            assert told.texts["content"] == content, name
            assert content
            assert told.endings == [Ending("length", "length")], name
            assert told.model == chunks[0]["model"], name
