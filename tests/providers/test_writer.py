"""Chunks of Writer's completions as dicts and objects, and the recording of them."""

from __future__ import annotations

import enum
from types import SimpleNamespace

import pytest
from pydantic import BaseModel
from recorded import Told, none_of, recognized, recordings

from partway.providers import CONTENT, Delta, writer


class CompletionChunk(BaseModel):
    """What the SDK's own class is."""

    value: str


class Word(enum.Enum):
    ONE = "one"


@pytest.mark.parametrize("form", [dict, SimpleNamespace, CompletionChunk])
def test_a_value_is_recognised_and_read(form):
    read = writer.Adapter().read
    for text in ["a", " \n", ""]:
        assert writer.recognizes(form(value=text))
        assert list(read(form(value=text))) == ([Delta(CONTENT, text)] if text else [])


def test_a_value_that_is_missing_is_nothing():
    read = writer.Adapter().read
    assert [*read({}), *read({"value": None}), *read(SimpleNamespace())] == []


@pytest.mark.parametrize("other", [Word.ONE, Word, {"value": None}, {"value": ["a"]}, {"value": "a", "type": "b"}])
def test_other_values_are_not_recognised(other):
    assert not writer.recognizes(other)


def test_the_recording_is_recognised_and_told_whole(corpus):
    none_of(writer)
    (name,) = recognized(writer, corpus)
    chunks = dict(recordings(corpus))[name]
    told = Told(writer, chunks)
    assert told.texts["content"] == "".join(one["value"] for one in chunks)
    assert told.texts["content"].endswith("find out why it wasn't!")
