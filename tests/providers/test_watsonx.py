"""Chunks of watsonx's text generation as dicts and objects, and the recording of them."""

from __future__ import annotations

from typing import Any

import pytest
from recorded import Told, namespace, none_of, recognized, recordings

from partway.providers import CONTENT, Channel, Delta, Ending, Facts, Failure, watsonx


def chunk(text: str | None, stop: str | None = "not_finished", generated: int = 1, read: int = 0) -> dict[str, Any]:
    counts = {"generated_token_count": generated, "input_token_count": read}
    return {"model_id": "m", "results": [{"generated_text": text, **counts, "stop_reason": stop}]}


def counted(generated: int, read: int = 0) -> Facts:
    return Facts("m", {"input_token_count": read, "generated_token_count": generated})


# Name, chunks, and what is read
READ: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [chunk("a"), chunk(" \n")], [Delta(CONTENT, "a"), Delta(CONTENT, " \n")]),
    ("no text", [chunk(""), chunk(None), chunk("", None)], []),
    ("the end, with what was counted on the way", [chunk("", read=8), chunk("a"), chunk("", "eos_token", 2)],
     [Delta(CONTENT, "a"), Ending("stop", "eos_token"), counted(2, 8)]),
    ("a stop sequence", [chunk("", "stop_sequence")], [Ending("stop", "stop_sequence"), counted(1)]),
    ("a limit, behind the last text", [chunk("a", "max_tokens")],
     [Delta(CONTENT, "a"), Ending("length", "max_tokens"), counted(1)]),
    ("a limit in capitals", [chunk("", "MAX_TOKENS")], [Ending("length", "max_tokens"), counted(1)]),
    ("another limit", [chunk("", "token_limit")], [Ending("length", "token_limit"), counted(1)]),
    ("a limit of time", [chunk("", "time_limit")], [Ending("length", "time_limit"), counted(1)]),
    ("cancelled", [chunk("", "cancelled")], [Ending("length", "cancelled"), counted(1)]),
    ("an error", [chunk("", "error")], [Failure("the generation ended with an error", "error"), counted(1)]),
    ("several results", [{"results": [{"generated_text": "a"}, {"generated_text": "b"}]}],
     [Delta(CONTENT, "a"), Delta(Channel("content", 1), "b")]),
    ("no results", [{"results": None}, {"results": []}, {"system": {}}], []),
]  # fmt: skip

FORMS = {"dict": lambda one: one, "object": namespace}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("chunks", "parts"), [pytest.param(chunks, parts, id=name) for name, chunks, parts in READ])
def test_a_chunk_is_read(form, chunks, parts):
    read = watsonx.Adapter().read
    assert [part for one in chunks for part in read(FORMS[form](one))] == parts


def test_the_recording_is_recognised_and_told_whole(corpus):
    none_of(watsonx)
    (name,) = recognized(watsonx, corpus)
    chunks = dict(recordings(corpus))[name]
    for form in FORMS.values():
        assert all(watsonx.recognizes(form(one)) for one in chunks)
        told = Told(watsonx, map(form, chunks))
        assert told.texts["content"] == "".join(one["results"][0]["generated_text"] for one in chunks)
        assert told.texts["content"].startswith("the sun is")
        assert told.endings == [Ending("stop", "eos_token")]
        assert (told.model, told.usage) == (
            "google/flan-ul2",
            {"input_token_count": 8, "generated_token_count": 11},
        )
