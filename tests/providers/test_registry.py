"""Which format a chunk is of, what looks alike in all formats, and what is none."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from assembly import recordings
from partway.providers import FORMATS, failure_of, format_of, unknown

NAMES = {format_.__name__.rpartition(".")[2]: format_ for format_ in FORMATS}
# What the oracle calls a format, where that is not the name of its module.
MODULES = {"chat": "openai_chat", "responses": "openai_responses", "completions": "openai_completions"}

UNKNOWN: list[tuple[Any, str]] = [
    ({}, "a dict with the keys of nothing is no chunk that is known"),
    ({"type": "surprise", 3: 4}, "a dict with the keys 'type', 3 is no chunk that is known"),
    ({"choices": "ab"}, "a dict with the keys 'choices' is no chunk that is known"),
    (SimpleNamespace(choices=3), "a SimpleNamespace with the keys 'choices' is no chunk that is known"),
    (object(), "a object is no chunk that is known"),
    (None, "a NoneType is no chunk that is known"),
    (5, "a int is no chunk that is known"),
    ([], "a list is no chunk that is known"),
    (b"{}", "a bytes is no chunk that is known"),
]


@pytest.mark.parametrize(("chunk", "words"), UNKNOWN)
def test_what_no_format_knows_is_named(chunk, words):
    assert format_of(chunk) is None
    assert failure_of(chunk) is None
    assert str(unknown(chunk)) == f"{words}: yield str, bytes, or chunks of {', '.join(NAMES)}"


@pytest.mark.usefixtures("corpus")
def test_each_chunk_of_the_corpus_is_of_one_format_only():
    """But for chunks that say too little: `choices: []`, and errors, which are everybody's."""
    seen: dict[str, set[str]] = {}
    for recording in recordings():
        for chunk in recording.chunks:
            found = {name for name, format_ in NAMES.items() if format_.recognizes(chunk)}
            if chunk.get("choices") != [] and failure_of(chunk) is None:
                assert len(found) == 1, (recording.name, found, json.dumps(chunk)[:300])
                seen.setdefault(found.pop(), set()).add(recording.wire.__name__)
    for module in (
        "openai_chat",
        "openai_responses",
        "anthropic",
        "gemini",
        "bedrock",
        "cohere",
        "ollama",
        "watsonx",
        "writer",
    ):
        assert module in seen


# A chunk or a body, and the message and code of the error that it reports.
FAILURES: list[tuple[Any, str, str | None]] = [
    ({"error": {"message": "Busy", "type": "overloaded_error"}}, "Busy", "overloaded_error"),
    ({"type": "error", "error": {"type": "overloaded_error", "message": "Busy"}}, "Busy", "overloaded_error"),
    ({"type": "error", "message": "Busy", "code": "server_error", "param": None}, "Busy", "server_error"),
    ({"type": "error", "message": "Busy", "code": None}, "Busy", None),
    ({"error": {"code": 429, "message": "Quota", "status": "RESOURCE_EXHAUSTED"}}, "Quota", "RESOURCE_EXHAUSTED"),
    ({"error": {"code": 502, "message": "Bad gateway", "metadata": {}}}, "Bad gateway", "502"),
    ({"object": "error", "message": "Too long", "type": "BadRequestError", "code": 400}, "Too long", "BadRequestError"),
    ({"object": "error", "message": "Too long", "code": 400}, "Too long", "400"),
    ({"error": "model not found"}, "the provider reported an error: model not found", None),
    ({"error": {"reason": "odd", "x": None}}, "{'reason': 'odd'}", None),
    (SimpleNamespace(error=SimpleNamespace(message="Busy", code="x")), "Busy", "x"),
]


@pytest.mark.parametrize(("chunk", "message", "code"), FAILURES)
def test_errors_look_alike(chunk, message, code):
    failure = failure_of(chunk)
    assert failure is not None
    assert (failure.message, failure.code) == (message, code)


# An object of no format, and what it says: an error only because it is of none.
ALONE: list[tuple[Any, str | None]] = [
    ({"message": "Busy"}, "Busy"),
    ({"detail": [{"loc": ["body"], "msg": "missing"}]}, '[{"loc": ["body"], "msg": "missing"}]'),
    ({"message": "", "errors": ["a", "b"]}, '["a", "b"]'),
    (SimpleNamespace(errors=[ValueError("a")]), '["a"]'),
    ({"message": {"content": "a"}}, None),
    ({"detail": None}, None),
]


@pytest.mark.parametrize(("chunk", "message"), ALONE)
def test_a_message_alone_is_an_error_of_what_is_of_no_format(chunk, message):
    failure = failure_of(chunk, alone=True)
    assert (failure and failure.message) == message
    assert failure_of(chunk) is None


def test_a_message_with_a_code_is_an_error_where_one_will_do():
    chunk = {"type": "BadRequestError", "message": "Too long", "code": 400}
    assert failure_of(chunk) is None
    for ways in ({"alone": True}, {"coded": True}):
        failure = failure_of(chunk, **ways)
        assert failure is not None
        assert (failure.message, failure.code) == ("Too long", "BadRequestError")
    assert failure_of({"type": "sparkle", "message": "Too long"}, coded=True) is None
    assert failure_of({"type": "sparkle", "code": 400}, coded=True) is None


@pytest.mark.parametrize("chunk", [{"error": None}, {"error": ""}, {"type": "response.failed"}, "error", None, 3])
def test_what_reports_no_error_is_none(chunk):
    assert failure_of(chunk) is None


def test_each_format_has_what_a_format_has():
    for name, format_ in NAMES.items():
        assert callable(format_.Adapter().read), name
        assert format_.Adapter().read({}) in ([], ()), name
        for nothing in ({}, "choices", None, 3, [], object()):
            assert not format_.recognizes(nothing), name
