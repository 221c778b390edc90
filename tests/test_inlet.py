"""Whatever a source yields comes out as parts: the model's text, chunks of any format, bodies in any form."""

# ruff: noqa: E501  # a case of a table is one line

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as holds_for
from hypothesis import strategies as st
from pydantic import BaseModel

from chunks import call, chunk
from partway import (
    LimitError,
    Limits,
    MismatchError,
    NoJSONError,
    PartwayError,
    SourceError,
    TruncatedJSONError,
    UsageError,
    stream,
    stream_all,
    stream_choices,
    stream_tools,
)
from partway._inlet import Inlet
from partway.providers import CONTENT, Delta, Ending
from sources import Source, both, given


class Tea(BaseModel):
    name: str


A = '{"name":"Assam"}'
CHUNKS = [chunk("So: "), chunk(A[:9]), chunk(A[9:]), chunk(finish="stop")]
ASSAM = Tea(name="Assam")

NDJSON = "".join(json.dumps(each) + "\n" for each in CHUNKS)
SSE = "".join(f"data: {json.dumps(each)}\n\n" for each in CHUNKS) + "data: [DONE]\n\n"
ARRAY = json.dumps(CHUNKS)
BODIES = {
    "ndjson": NDJSON,
    "sse": SSE,
    "json": ARRAY,
    "text": f"So: {A}",
    "CRLF": SSE.replace("\n", "\r\n"),
    "BOM": "\ufeff" + SSE,
}


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@both
async def test_a_body_is_read_however_it_is_cut(source, body, size):
    data = body.encode()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    run = stream(source(pieces), Tea)
    assert await given(run.result()) == ASSAM
    assert run.prose == "So: "


@pytest.mark.parametrize("keep", [True, False], ids=["with their ends", "without"])
@pytest.mark.parametrize("kind", [bytes, str])
@pytest.mark.parametrize("body", [NDJSON, SSE], ids=["ndjson", "sse"])
def test_a_body_may_come_in_lines(body, kind, keep):
    lines = body.splitlines(keepends=keep)
    assert stream([line if kind is str else line.encode() for line in lines], Tea).result() == ASSAM


@pytest.mark.parametrize("form", ["ndjson", "sse", "json", "text"])
def test_the_form_may_be_said(form):
    assert stream([BODIES[form]], Tea, form=form).result() == ASSAM


def test_what_is_said_is_not_found_out():
    with pytest.raises(NoJSONError):
        stream([A], Tea, form="sse").result()
    assert stream(['{"choices": []}'], dict[str, Any], form="text").result() == {"choices": []}


@pytest.mark.parametrize("body", [NDJSON, SSE, ARRAY], ids=["ndjson", "sse", "json"])
def test_calls_and_choices_are_read_from_bodies(body):
    assert [run.result() for run in stream_choices([body.encode()], Tea)] == [ASSAM]
    calls = "".join(f"data: {json.dumps(each)}\n\n" for each in (call(0, A, "make_tea"), chunk(finish="tool_calls")))
    assert [run.result() for run in stream_tools([calls.encode()], {"make_tea": Tea})] == [ASSAM]
    assert stream([calls.encode()], Tea, tool="make_tea").result() == ASSAM


# A chunk of text, of formats whose errors on the way are an object, though their own are a text.
OBJECT_ERRORS: list[Any] = [
    {"message": {"content": "{"}, "done": False},
    {"token": {"id": 1, "text": "{", "special": False}},
]


@pytest.mark.parametrize("begun", OBJECT_ERRORS)
def test_an_error_on_the_way_may_be_an_object_in_every_format(begun):
    with pytest.raises(SourceError, match="the provider reported 503: Busy") as caught:
        stream([begun, {"error": {"message": "Busy", "code": 503}}], Tea).result()
    assert caught.value.code == "503"


BUSY = {"message": "Busy", "code": 503}
ENDING = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
# What follows an answer that was whole, and says that it is none: its JSON was taken for the result.
ERRORS_BEHIND: list[tuple[str, list[Any], Any]] = [
    ("beside choices", CHUNKS[:-1], {"object": "chat.completion.chunk", "choices": [ENDING], "error": BUSY}),
    ("beside choices that are empty", CHUNKS[:-1], {"choices": [], "model": "m", "usage": {"a": 1}, "error": BUSY}),
    ("in a choice", CHUNKS[:-1], {"choices": [{**ENDING, "error": BUSY}]}),
    ("beside choices of completions", [{"choices": [{"text": A}]}], {"choices": [{"text": "", "finish_reason": "error"}], "error": BUSY}),
    ("beside candidates", [{"candidates": [{"content": {"parts": [{"text": A}]}}]}], {"candidates": [{"finishReason": "OTHER"}], "error": BUSY}),
    ("beside a message", [{"message": {"content": A}, "done": False}], {"message": {"content": ""}, "done": True, "error": BUSY}),
    ("flat, with a type", CHUNKS[:-1], {"type": "BadRequestError", **BUSY}),
    ("flat, an object", CHUNKS[:-1], {"object": "error", "type": None, **BUSY}),
    ("flat", CHUNKS[:-1], BUSY),
    ("a message alone", CHUNKS[:-1], {"message": "Busy"}),
    ("a detail", CHUNKS[:-1], {"detail": "Busy"}),
    ("errors", [{"results": [{"generated_text": A}]}], {"errors": [BUSY]}),
]  # fmt: skip


@pytest.mark.parametrize(("chunks", "error"), [pytest.param(*row[1:], id=row[0]) for row in ERRORS_BEHIND])
@both
async def test_an_error_behind_a_whole_answer_is_told_in_the_words_of_the_provider(source, chunks, error):
    for made in ([*chunks, error], ["".join(f"data: {json.dumps(one)}\n\n" for one in (*chunks, error)).encode()]):
        with pytest.raises(SourceError, match="Busy") as caught:
            await given(stream(source(made), Tea).result())
        assert caught.value.partial == ASSAM


# What says that it ended by an error, and not by which; no SDK's class has the word.
@pytest.mark.parametrize("chunks", [
    [*CHUNKS[:-1], {"choices": [ENDING]}],
    [{"choices": [{"text": A}]}, {"choices": [{"text": "", "finish_reason": "error"}]}],
])  # fmt: skip
def test_an_answer_that_ends_by_an_error_is_cut_off(chunks: list[Any]):
    with pytest.raises(TruncatedJSONError, match=r"cut the answer off \(error\)") as caught:
        stream(chunks, Tea).result()
    assert caught.value.partial == ASSAM


class Choosy(BaseModel):
    choices: list[str]
    id: str = ""


# Answers that look like chunks, and are the user's.
OWN = [
    (Choosy, '{"choices":["a","b"]}'),
    (Choosy, '{"id":"x","choices":["a"]}'),
    (Choosy, '{"choices":[]}'),
    (dict[str, Any], '{"name":"x","error":"y"}'),
    (list[dict[str, int]], '[{"id":1},{"id":2}]'),
    (Tea, A),
]


@pytest.mark.parametrize(("type_", "text"), OWN)
@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("kind", [bytes, str])
def test_an_answer_that_looks_like_a_chunk_is_an_answer(type_, text, size, kind):
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    value = stream([piece if kind is str else piece.encode() for piece in pieces], type_).result()
    assert value == (type_.model_validate_json(text) if hasattr(type_, "model_validate_json") else json.loads(text))


PAGE = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>nginx {1}</body></html>"
# What came instead of a stream, the error, and what it says.
INSTEAD: list[tuple[str, str, str]] = [
    ("a page", PAGE, "an HTML page came instead of a stream: 502 Bad Gateway"),
    ("OpenAI's 401", json.dumps({"error": {"message": "Incorrect API key", "type": "auth_error"}}, indent=2),
     "the provider reported auth_error: Incorrect API key"),
    ("Anthropic's 401", '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
     "the provider reported authentication_error: invalid x-api-key"),
    ("Google's 400", '[{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT"}}]',
     "the provider reported INVALID_ARGUMENT: API key not valid"),
    ("Ollama's 404", '{"error":"model not found"}', "the provider reported an error: model not found"),
    ("FastAPI's 422", '{"detail":"Not Found"}', "Not Found"),
    ("Cohere's 401", '{"message":"invalid api token"}', "invalid api token"),
    ("an event", 'event: error\ndata: {"error":{"message":"Busy","code":503}}\n\n', "the provider reported 503: Busy"),
    ("broken JSON in an event", 'data: {"choices":[}\n\n', 'event 1 is broken: Expecting value at character 12, in {"'),
    ("broken JSON in a line", NDJSON.splitlines()[0] + '\n{"choices":[}\n', "Expecting value at character 12"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "words"), [pytest.param(*row[1:], id=row[0]) for row in INSTEAD])
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_what_came_instead_of_a_stream_is_quoted(body, words, size):
    data = body.encode()
    made = Source([data[at : at + size] for at in range(0, len(data), size)])
    with pytest.raises(SourceError) as caught:
        stream(made, Tea).result()
    assert words in str(caught.value)
    assert made.closed == 1


def test_an_error_on_many_lines_is_told_line_by_line_too():
    body = json.dumps({"error": {"message": "Incorrect API key", "type": "x"}}, indent=2)
    with pytest.raises(SourceError, match="the provider reported x: Incorrect API key") as caught:
        stream(body.splitlines(), Tea).result()
    assert isinstance(caught.value.__cause__, MismatchError)


def test_an_event_that_is_too_large_is_a_limit():
    with pytest.raises(LimitError, match="one event has more than max_event=50 characters"):
        stream([SSE.encode()], Tea, limits=Limits(max_event=50)).result()


@pytest.mark.parametrize("body", [SSE[:-40], NDJSON[:-40]], ids=["sse", "ndjson"])
def test_a_body_that_is_cut_off_inside_an_event_is_truncated_unless_the_answer_was_there(body):
    short = body[: body.index("ssam") + 2]
    with pytest.raises(TruncatedJSONError, match="the source ended inside"):
        stream([short.encode()], Tea).result()
    assert stream([body.encode()], Tea).result() == ASSAM


def test_an_event_of_a_newer_kind_is_passed_over():
    news = {"type": "content_sparkle", "sparkle": 1, "message": "ah", "detail": "oh"}
    assert stream([CHUNKS[0], news, *CHUNKS[1:]], Tea).result() == ASSAM
    with pytest.raises(UsageError, match="'type', 'sparkle'"):
        stream([{"type": "content_sparkle", "sparkle": 1}, *CHUNKS], Tea).result()


def anthropic(**delta: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": delta}


class Odd:
    """An object of no SDK, whose `repr` fails, with choices that are none."""

    object = "chat.completion.chunk"
    choices = 3

    def __repr__(self) -> str:
        raise RuntimeError


# Chunks of a format that hold something else than they should, and what is said of them.
MALFORMED: list[tuple[str, Any, str]] = [
    ("choices that are a number", {"object": "chat.completion.chunk", "choices": 3}, "a chunk of openai_chat is mal"),
    ("text that is a list", {"choices": [{"delta": {"reasoning": ["a"]}}]}, "malformed: {'choices': [{'delta'"),
    ("text that is a number", anthropic(type="text_delta", text=7), "of anthropic is malformed: {'type'"),
    ("a type that is an object", anthropic(type={"a": 1}), "of anthropic is malformed"),
    ("an index that is no number", {"choices": [{"index": "0", "finish_reason": "stop"}]}, "of openai_chat is"),
    ("a reason that is a list", {"choices": [{"delta": {}, "finish_reason": ["stop"]}]}, "of openai_chat is malformed"),
    ("a tool whose name is an object", chunk(tool_calls=[{"function": {"name": {"a": 1}}}]), "of openai_chat is"),
    ("parts that are a number", {"candidates": [{"content": {"parts": 1}}]}, "of gemini is malformed"),
    ("a value that is no scalar", {"candidates": [{"content": {"parts": [{"functionCall": {
        "name": "make_tea", "partialArgs": [{"jsonPath": "$.name", "stringValue": ["a"]}]}}]}}]}, "of gemini is"),
    ("a usage that is a list", {"type": "message_delta", "delta": {}, "usage": [1]}, "of anthropic is malformed"),
    ("an object whose repr fails", Odd(), "a chunk of openai_chat is malformed: a Odd"),
]  # fmt: skip


@pytest.mark.parametrize(("odd", "words"), [pytest.param(*row[1:], id=row[0]) for row in MALFORMED])
@pytest.mark.parametrize("first", [True, False], ids=["first", "behind others"])
@pytest.mark.parametrize("how", ["text", "tool", "tools", "choices", "all"])
def test_a_malformed_chunk_is_an_error_of_the_source(odd, words, first, how):
    made = Source([*([] if first else [chunk("So: "), chunk('{"name":"As')]), odd])
    ways: dict[str, Any] = {
        "text": lambda: stream(made, Tea).result(),
        "tool": lambda: stream(made, Tea, tool="make_tea").result(),
        "tools": lambda: [run.result() for run in stream_tools(made, {"make_tea": Tea})],
        "choices": lambda: [run.result() for run in stream_choices(made, Tea)],
        "all": lambda: [run.result() for run in stream_all(made, Tea)],
    }
    with pytest.raises(SourceError) as caught:
        ways[how]()
    assert words in str(caught.value)
    assert isinstance(caught.value.__cause__, AttributeError | TypeError | ValueError)
    assert made.closed == 1
    if not first and how in ("text", "choices", "all"):
        assert caught.value.partial.name == "As"


OLLAMA = [{"model": "m", "message": {"content": text}, "done": False} for text in (A[:9], A[9:])]
BEDROCK = [{"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": A}}}]
USED = {"total_tokens": 3}
SPARSE: list[tuple[str, list[Any], Any]] = [
    ("no choices", [*CHUNKS, {"choices": None, "usage": USED}], USED),
    ("no choices at first", [{"choices": None, "model": "m"}, *CHUNKS], None),
    ("no choices, and it says what it is", [*CHUNKS, {"object": "chat.completion.chunk", "usage": USED}], USED),
    ("usage alone", [*CHUNKS, {"id": "1", "usage": USED}], USED),
    ("nothing", [CHUNKS[0], {}, *CHUNKS[1:]], None),
    (
        "a message of Ollama's that is null",
        [OLLAMA[0], {"model": "m", "message": None, "done": False}, OLLAMA[1]],
        None,
    ),
    ("at first", [{"message": None, "done": False}, *OLLAMA], None),
    ("an event of Bedrock's that is null", [{"messageStart": None}, *BEDROCK, {"messageStop": None}], None),
    ("metrics without usage", [*BEDROCK, {"metadata": {"metrics": {"latencyMs": 3}}}], None),
]


@pytest.mark.parametrize(("chunks", "usage"), [pytest.param(*row[1:], id=row[0]) for row in SPARSE])
@both
async def test_what_is_null_or_missing_in_a_chunk_is_passed_over(source, chunks, usage):
    for made in (chunks, ["".join(f"data: {json.dumps(one)}\n\n" for one in chunks).encode()]):
        run = stream(source(made), Tea)
        assert await given(run.result()) == ASSAM
        assert run.usage == usage


@both
async def test_a_chunk_that_nobody_knows_loses_nothing_of_those_before(source):
    run = stream(source([chunk(A[:11]), {"surprise": {"text": "a"}}]), Tea)
    with pytest.raises(SourceError, match="a dict with the keys 'surprise' is no chunk that is known") as caught:
        await given(run.result())
    assert caught.value.partial.name == "As"


def test_what_came_before_it_in_a_malformed_chunk_is_kept():
    odd = {"choices": [{"delta": {"content": '{"name":"As', "refusal": 7}}]}
    with pytest.raises(SourceError, match="malformed") as caught:
        stream([odd], Tea).result()
    assert caught.value.partial.name == "As"


def test_a_malformed_error_is_told_all_the_same():
    with pytest.raises(SourceError) as caught:
        stream([{"type": "RUN_ERROR", "message": ["a"], "code": 7}], Tea).result()
    assert (str(caught.value), caught.value.code) == ("the provider reported 7: ['a']", "7")


def test_facts_of_a_wrong_type_spoil_nothing():
    run = stream([{**CHUNKS[0], "model": ["m"], "usage": 7}, *CHUNKS[1:-1], {"choices": [{"finish_reason": 7}]}], Tea)
    assert run.result() == ASSAM
    assert (run.model, run.usage, run.finish_reason) == (None, None, "7")
    opened = {"index": 0, "id": 7, "function": {"name": "make_tea", "arguments": ""}}
    calls = [
        chunk(tool_calls=[each]) for each in (opened, {**opened, "function": {"name": "make_tea", "arguments": A}})
    ]
    [tea] = stream_tools(calls, {"make_tea": Tea})
    assert (tea.result(), tea.id) == (ASSAM, "7")


def test_formats_may_change_and_are_remembered():
    parts = []
    inlet = Inlet()
    for each in (
        call(0, "{", "a"),
        {"type": "ping"},
        {"message": {"content": "x"}, "done": False},
        call(0, "}"),
        chunk(finish="stop"),
    ):
        parts += inlet.read(each)
    assert [part.text for part in parts if isinstance(part, Delta)] == ["{", "x", "}"]


def test_plain_text_is_passed_on_as_it_comes():
    inlet = Inlet(keys=("name",))
    assert inlet.read("So") == [Delta(CONTENT, "So")]
    assert inlet.text
    assert inlet.read(b": {") == [Delta(CONTENT, ": {")]
    assert inlet.end() == []


def test_what_was_kept_comes_at_the_end():
    inlet = Inlet(keys=("name",))
    assert inlet.read(b"dat") == []
    assert inlet.end() == [Delta(CONTENT, "dat")]
    last = Inlet()
    assert last.read(b'data: {"choices":[{"finish_reason":"stop"}]}') == []
    assert last.end() == [Ending("stop", "stop")]


@holds_for(st.sampled_from(sorted(BODIES)), st.data())
def test_the_cuts_do_not_matter(kind: str, data: st.DataObject):
    body = BODIES[kind].encode()
    cuts = sorted(data.draw(st.sets(st.integers(1, len(body) - 1), max_size=12)))
    pieces = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    assert stream(pieces, Tea).result() == ASSAM


@pytest.mark.usefixtures("corpus")
def test_every_body_of_the_corpus_goes_through_stream(corpus: Path):
    """Whatever it says: there is a value, or an error of ours."""
    for path in sorted(corpus.rglob("*")):
        if path.suffix in (".sse", ".ndjson") or path.name.endswith(".chunks.txt"):
            with contextlib.suppress(PartwayError):
                stream([path.read_bytes()], dict[str, Any]).result()
