"""Chunks of Text Generation Inference as dicts, objects and the client's own. The corpus has no recording of them."""

from __future__ import annotations

from typing import Any

import pytest
from huggingface_hub import TextGenerationStreamOutput
from recorded import Told, namespace, none_of, recognized

from partway.providers import CONTENT, Delta, Ending, Facts, Failure, tgi


def chunk(text: str | None, *, special: bool = False, **fields: Any) -> dict[str, Any]:
    token = {"id": 1, "text": text, "logprob": -0.1, "special": special}
    return {"index": 1, "token": token, "generated_text": None, "details": None, **fields}


def over(reason: str | None) -> dict[str, Any]:
    details = {"finish_reason": reason, "generated_tokens": 2, "input_length": 4, "seed": None}
    return {"generated_text": "ab", "details": details}


COUNTED = Facts(usage={"input_length": 4, "generated_tokens": 2})

# Name, chunks, and what is read
READ: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [chunk("a"), chunk(" \n")], [Delta(CONTENT, "a"), Delta(CONTENT, " \n")]),
    ("no text", [chunk(""), chunk(None)], []),
    ("no token", [chunk("a") | {"token": None}], []),
    ("a special token", [chunk("</s>", special=True)], []),
    ("the end is a special token", [chunk("a"), chunk("</s>", special=True, **over("eos_token"))],
     [Delta(CONTENT, "a"), Ending("stop", "eos_token"), COUNTED]),
    ("the end has text", [chunk("a"), chunk("b", **over("length"))],
     [Delta(CONTENT, "a"), Delta(CONTENT, "b"), Ending("length", "length"), COUNTED]),
    ("a stop sequence", [chunk("b", **over("stop_sequence"))],
     [Delta(CONTENT, "b"), Ending("stop", "stop_sequence"), COUNTED]),
    ("the end without details says no reason", [chunk("b", generated_text="ab")], [Delta(CONTENT, "b")]),
    ("no reason", [chunk("b", **over(None))], [Delta(CONTENT, "b"), COUNTED]),
]  # fmt: skip

FORMS = {
    "dict": lambda one: one,
    "object": namespace,
    "huggingface_hub": TextGenerationStreamOutput.parse_obj_as_instance,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("chunks", "parts"), [pytest.param(chunks, parts, id=name) for name, chunks, parts in READ])
def test_a_chunk_is_read(form, chunks, parts):
    read = tgi.Adapter().read
    assert [part for one in chunks for part in read(FORMS[form](one))] == parts


def test_an_error_on_the_way_is_a_failure():
    error = {"error": "Request failed during generation", "error_type": "generation"}
    assert Told(tgi, [chunk("a"), error]).failures == [Failure("Request failed during generation", "generation")]
    assert Told(tgi, [chunk("a"), {"error": "Overloaded"}]).failures == [Failure("Overloaded")]


def test_tokens_are_recognised_and_nothing_else(corpus):
    none_of(tgi)
    for one in [chunk("a"), chunk("</s>", special=True), chunk("", **over("length"))]:
        assert all(tgi.recognizes(form(one)) for form in FORMS.values())
    assert recognized(tgi, corpus) == []
