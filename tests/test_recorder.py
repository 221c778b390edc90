"""`record()`: what it writes, what it leaves out, and that nobody notices it is there."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import subprocess
import sys
from enum import Enum
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel, Field, PrivateAttr

from partway import stream
from partway._recorder import VERSION, dumped, record
from partway._recording import read_recording
from partway.errors import UsageError
from sources import AsyncSource, Source, both


def lines(file):
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


async def pulled(source):
    """All that a source yields, sync or async."""
    if hasattr(source, "__aiter__"):
        return [chunk async for chunk in source]
    return list(source)


async def close(source):
    if hasattr(source, "aclose"):
        await source.aclose()
    else:
        source.close()


CHUNK = {"choices": [{"index": 0, "delta": {"content": "{}"}}]}
CHUNKS = [
    "text",
    "",
    "half \ud83d",
    '\u2028\x00 "é\n',
    b"bytes",
    b"\xf0\x9f",
    bytearray(b"\x98\x80"),
    CHUNK,
    [1, None],
]


@both
async def test_chunks_pass_unchanged_and_are_read_back_as_they_were(source, tmp_path):
    file = tmp_path / "rec.jsonl"
    recorded = record(source(CHUNKS), file)
    found = await pulled(recorded)
    assert all(one is other for one, other in zip(found, CHUNKS, strict=True))
    recording = read_recording(file.read_text("utf-8"))
    assert recording.chunks == CHUNKS
    assert recording.error == ""
    assert recording.times is not None
    assert recording.times == sorted(recording.times)


@both
async def test_the_file_says_what_it_is_and_how_it_ended(source, tmp_path):
    file = tmp_path / "rec.jsonl"
    await pulled(record(source(["a", b"b", b"\xff", CHUNK]), file))
    head, *rest, end = lines(file)
    assert (head["partway"], head["version"]) == ("recording", VERSION)
    assert head["began"].endswith("Z")
    times = [line.pop("at") for line in rest]
    assert rest == [{"text": "a"}, {"bytes": "b"}, {"base64": "/w=="}, {"chunk": CHUNK}]
    assert all(isinstance(at, float) for at in times)
    assert end.pop("at") >= times[-1]
    assert end == {"end": "done"}


@both
async def test_each_line_is_there_before_its_chunk_is_passed_on(source, tmp_path):
    file = tmp_path / "rec.jsonl"
    recorded = record(source(["a", "b"]), file)
    assert not file.exists(), "nothing was asked for"
    assert await (anext(recorded) if source is AsyncSource else asyncio.to_thread(next, recorded)) == "a"
    assert [line.get("text") for line in lines(file)] == [None, "a"]
    await close(recorded)


@both
async def test_the_time_is_that_of_arrival(source, tmp_path, monkeypatch):
    now = iter([100.0, 100.5, 102.0, 103.25])
    monkeypatch.setattr("partway._recorder.time", SimpleNamespace(monotonic=lambda: next(now)))
    file = tmp_path / "rec.jsonl"
    await pulled(record(source(["a", "b"]), file))
    assert [line["at"] for line in lines(file)[1:]] == [0.5, 2.0, 3.25]


class OwnError(Exception):
    pass


@both
async def test_an_exception_of_the_source_passes_and_is_noted_without_its_message(source, tmp_path):
    file = tmp_path / "rec.jsonl"
    error = OwnError("https://example.org/?key=sk-secret")
    watched = source(["a"], error)
    with pytest.raises(OwnError) as raised:
        await pulled(record(watched, file))
    assert raised.value is error
    assert watched.closed == 1
    assert [{**line, "at": 0} for line in lines(file)[1:]] == [
        {"at": 0, "text": "a"},
        {"at": 0, "end": "failed", "error": f"{__name__}.OwnError"},
    ]
    assert "sk-secret" not in file.read_text("utf-8")
    assert read_recording(file.read_text("utf-8")).error == f"{__name__}.OwnError"


@both
async def test_to_leave_it_closes_the_source_and_the_file(source, tmp_path):
    file = tmp_path / "rec.jsonl"
    watched = source(["a", "b"])
    recorded = record(watched, file)
    if source is AsyncSource:
        await anext(recorded)
    else:
        next(recorded)
    await close(recorded)
    await close(recorded)
    assert watched.closed == 1
    assert lines(file)[-1]["end"] == "left"
    watched = source(["a"])
    await close(record(watched, tmp_path / "unread.jsonl"))
    assert watched.closed == 1
    assert not (tmp_path / "unread.jsonl").exists()


@both
async def test_a_file_that_cannot_be_written_is_told_and_the_source_closed(source, tmp_path):
    watched = source(["a"])
    with pytest.raises(FileNotFoundError):
        await pulled(record(watched, tmp_path / "missing" / "rec.jsonl"))
    assert watched.closed == 1


@both
async def test_a_run_reads_through_it(source, tmp_path):
    file = tmp_path / "rec.jsonl"
    watched = source(['{"a": ', "[1, 2]}"])
    run = stream(record(watched, file), dict[str, list[int]])
    found = run.result()
    assert (await found if source is AsyncSource else found) == {"a": [1, 2]}
    assert watched.closed == 1
    assert read_recording(file.read_text("utf-8")).chunks == ['{"a": ', "[1, 2]}"]


def test_what_is_no_source_is_refused(tmp_path):
    with pytest.raises(UsageError, match="a whole str"):
        record("text", tmp_path / "rec.jsonl")


def test_a_crash_loses_nothing(tmp_path):
    file = tmp_path / "rec.jsonl"
    program = (
        "import os, sys\n"
        "from partway._recorder import record\n"
        "for chunk in record(['a', 'b', 'c'], sys.argv[1]):\n"
        "    if chunk == 'b':\n"
        "        os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", program, os.fspath(file)], check=False)  # noqa: S603  # our own
    assert read_recording(file.read_text("utf-8")).chunks == ["a", "b"]


# What is written of a chunk


class Kind(Enum):
    TEXT = "text"


class Inner(BaseModel):
    text: str
    kind: Kind = Kind.TEXT
    nothing: int | None = None


class Model(BaseModel):
    model_config = {"extra": "allow"}
    inner_part: Inner = Field(alias="innerPart")
    response_headers: dict[str, str] = {}
    _hidden: str = PrivateAttr("secret")


@dataclasses.dataclass
class Data:
    text: str
    inner: Any = None
    _hidden: str = "secret"


class Slotted:
    __slots__ = ("_hidden", "text", "unset")

    def __init__(self):
        self.text, self._hidden = "x", "secret"


class Broken(SimpleNamespace):
    def model_dump(self, **_):
        raise RuntimeError("not today")


def looping():
    one = SimpleNamespace(text="x")
    one.again = one
    return one


DUMPS = {
    "a model": (
        Model(innerPart=Inner(text="x"), response_headers={"a": "secret"}, more=1),
        {"innerPart": {"text": "x", "kind": "text"}, "more": 1},
    ),
    "a dataclass": (Data("x", Data("y")), {"text": "x", "inner": {"text": "y"}}),
    "attributes": (
        SimpleNamespace(a=1, _b="secret", c=[SimpleNamespace(d=None, e=b"\xff")]),
        {"a": 1, "c": [{"e": "/w=="}]},
    ),
    "slots": (Slotted(), {"text": "x"}),
    "a model in a dict": ({"delta": Inner(text="x")}, {"delta": {"text": "x", "kind": "text"}}),
    "a model that cannot dump itself": (Broken(text="x"), {"text": "x"}),
    "methods": (SimpleNamespace(text="x", close=print, kind=int), {"text": "x", "close": None, "kind": None}),
    "headers in a dict": (
        {"id": 1, "response_metadata": {"headers": {"set-cookie": "secret"}, "model": "m"}},
        {"id": 1, "response_metadata": {"model": "m"}},
    ),
    "other names of secrets": (
        dict.fromkeys(
            (
                *(
                    "Authorization",
                    "proxy-authorization",
                    "apiKey",
                    "x-api-key",
                    "api_key",
                    "Set-Cookie",
                    "access_token",
                ),
                *(
                    "client_secret",
                    "credentials",
                    "password",
                    "aws_secret_access_key",
                    "subscription-key",
                    "sessionToken",
                ),
            ),
            "secret",
        ),
        {},
    ),
    "counts of tokens": ({"usage": {"prompt_tokens": 3}, "token": "x"}, {"usage": {"prompt_tokens": 3}, "token": "x"}),
    "what the model wrote": (
        {"function": {"arguments": {"headers": {"Authorization": "x"}, "api_key": None}}},
        {"function": {"arguments": {"headers": {"Authorization": "x"}, "api_key": None}}},
    ),
}


@pytest.mark.parametrize(("chunk", "written"), DUMPS.values(), ids=DUMPS)
def test_what_is_written_of_a_chunk(chunk, written):
    assert dumped(chunk) == written
    assert json.loads(json.dumps(dumped(chunk))) == written


def test_objects_that_refer_to_themselves_come_to_an_end():
    assert json.dumps(dumped(looping())).count("again") < 50


def test_nothing_of_the_stream_object_is_written(tmp_path):
    class Stream(Source):
        response = SimpleNamespace(headers={"authorization": "sk-secret"})
        api_key = "sk-secret"

    file = tmp_path / "rec.jsonl"
    list(record(Stream([SimpleNamespace(choices=[], _request_headers="sk-secret")]), file))
    assert "sk-secret" not in file.read_text("utf-8")
    assert lines(file)[1]["chunk"] == {"choices": []}


def test_the_chunks_of_an_sdk_are_written_as_the_provider_sends_them(tmp_path):
    chat = pytest.importorskip("openai.types.chat")
    sent = {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": "{}", "refusal": None}, "finish_reason": None}],
    }
    chunk = chat.ChatCompletionChunk.model_validate(sent)
    list(record([chunk], tmp_path / "rec.jsonl"))
    (written,) = read_recording((tmp_path / "rec.jsonl").read_text("utf-8")).chunks
    assert written == {**sent, "choices": [{"index": 0, "delta": {"content": "{}"}}]}
    assert stream([written], dict).result() == stream([chunk], dict).result() == {}
