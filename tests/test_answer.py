"""What the chunks say besides the JSON, part by part, and what a source's own error is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import BaseModel

from chunks import call, chunk
from partway import NoJSONError, PartwayError, RefusalError, SourceError, TruncatedJSONError, stream, stream_tools
from partway._answer import Answer, Shared, reported
from partway.providers import Channel, Delta, Ending, Facts, Failure, channel
from sources import AsyncSource, Source, both, given


class Tea(BaseModel):
    name: str


A = '{"name":"Assam"}'


def test_what_is_said_of_all_answers_is_shared():
    one = Answer(0)
    two = Answer(1, one.shared)
    one.hear(Facts("m-1", {"input_tokens": 3, "output_tokens": 1}))
    two.hear(Facts(None, {"output_tokens": 5, "cached": None}))
    assert one.shared is two.shared
    assert (one.shared.model, one.shared.usage) == ("m-1", {"input_tokens": 3, "output_tokens": 5})


def test_usage_may_be_an_object_of_an_sdk():
    class Usage(BaseModel):
        total: int
        cached: int | None = None

    shared = Shared()
    shared.hear(Facts(None, Usage(total=3)))
    assert shared.usage == {"total": 3}
    shared.hear(Facts(None, 17))  # nothing that could be told apart
    assert shared.usage == {"total": 3}


def test_answers_and_channels_do_not_mix():
    one, two = Answer(0), Answer(1)
    for part in (
        Delta(channel("reasoning", 0), "a"), Delta(channel("reasoning", 1), "b"), Delta(channel("content", 1), "c"),
        Delta(channel("refusal", 0), "d"), Ending("length", "max_tokens", 1), Ending("stop", "end_turn", 0),
    ):  # fmt: skip
        one.hear(part)
        two.hear(part)
    assert (one.reasoning, one.prose, one.finish_reason, one.reason) == ("a", "", "end_turn", "stop")
    assert (two.reasoning, two.prose, two.finish_reason, two.reason) == ("b", "c", "max_tokens", "length")
    assert one.wrong("") == (RefusalError, "the model refused: d")
    assert two.wrong("") == (TruncatedJSONError, "the provider cut the answer off at its limit of length")


def test_each_call_is_named_once():
    answer, weather = Answer(), Channel("tool", 0, 0, "weather")
    answer.hear(Delta(weather, ""))
    answer.hear(Delta(weather, "{}"))
    answer.hear(Delta(Channel("tool", 0, 1, "search"), ""))
    error = NoJSONError("no JSON")
    answer.point_out(error)
    assert "the answer calls weather, search: its arguments are read with tool=" in str(error)


# The reason, the text of the answer, the error, and its words.
WRONG: list[tuple[Any, str, type[PartwayError] | None, str]] = [
    ("stop", "", None, ""),
    ("filter", "x", RefusalError, "the provider's content filter stopped the answer"),
    ("refusal", "", RefusalError, "the model refused to answer"),
    ("refusal", " I can't. ", RefusalError, "the model refused: I can't."),
    ("length", "", TruncatedJSONError, "the provider cut the answer off (said so)"),
]


@pytest.mark.parametrize(("reason", "prose", "error", "words"), WRONG)
def test_how_an_answer_ends_may_be_an_error(reason, prose, error, words):
    answer = Answer()
    answer.hear(Ending(reason, "said so"))
    assert answer.wrong(prose) == (None if error is None else (error, words))


def test_what_was_cut_off_stays_so():
    answer = Answer()
    for part in (Ending("length", "length"), Ending("stop", "stop")):
        answer.hear(part)
    assert (answer.reason, answer.finish_reason) == ("length", "length")
    answer.hear(Ending("refusal", "refusal"))
    assert answer.reason == "refusal"


def test_a_reported_error_has_its_code():
    error = reported(Failure("Overloaded", "overloaded_error"))
    assert isinstance(error, SourceError)
    assert (str(error), error.code) == ("the provider reported overloaded_error: Overloaded", "overloaded_error")
    assert SourceError("x").code is None


# An error in the stream, its words, and its code.
REPORTED: list[tuple[Any, str, str | None]] = [
    ({"error": {"message": "Busy", "type": "overloaded_error"}}, "reported overloaded_error: Busy", "overloaded_error"),
    ({"type": "error", "error": {"type": "overloaded_error", "message": "Busy"}}, "Busy", "overloaded_error"),
    ({"type": "error", "code": "rate_limit", "message": "Slow down"}, "reported rate_limit: Slow down", "rate_limit"),
    ({"error": {"code": 503, "message": "Try", "status": "UNAVAILABLE"}}, "UNAVAILABLE: Try", "UNAVAILABLE"),
    ({"error": {"code": 502, "message": "Bad gateway"}}, "reported 502: Bad gateway", "502"),
    ({"error": "model not found"}, "the provider reported an error: model not found", None),
    ({"error": {"reason": "odd"}}, "{'reason': 'odd'}", None),
]  # fmt: skip


@pytest.mark.parametrize(("unwell", "words", "code"), REPORTED)
@both
async def test_an_error_in_the_stream_keeps_what_had_arrived(source, unwell, words, code):
    for chunks in ([chunk(A[:10]), unwell, chunk(A[10:])], [unwell]):
        made = source(chunks)
        with pytest.raises(SourceError) as caught:
            await given(stream(made, Tea).result())
        assert words in str(caught.value)
        assert caught.value.code == code
        assert made.closed == 1
        assert (caught.value.text, made.pulls) == ((A[:10], 2) if len(chunks) > 1 else ("", 1))


@both
async def test_an_error_of_the_source_passes_unchanged_and_is_told_what_had_arrived(source):
    error = ConnectionError("gone")
    made = source([chunk(A[:10])], error)
    run = stream(made, Tea)
    with pytest.raises(ConnectionError) as caught:
        await given(run.result())
    assert caught.value is error
    assert error.__notes__ == ["what had arrived: Partial[Tea](name='A')"]
    assert made.closed == 1


def test_with_several_runs_what_had_arrived_of_each_is_noted():
    error = ConnectionError("gone")
    chunks = [call(0, A[:10], "tea"), call(1, A, "tea"), call(2, A[:11], "tea")]
    with pytest.raises(ConnectionError):
        list(stream_tools(Source(chunks, error), {"tea": Tea}))
    assert error.__notes__ == [f"what had arrived: {shown}" for shown in (
        "Partial[Tea](name='A')", "Tea(name='Assam')", "Partial[Tea](name='As')"
    )]  # fmt: skip


class Priced(BaseModel):
    amount: float
    name: str = ""

    def __repr__(self) -> str:
        return f"{self.amount:.2f}"


@both
async def test_a_repr_that_cannot_show_a_partial_hides_nothing(source):
    error = ConnectionError("gone")
    run = stream(source([chunk('{"name":"As')], error), Priced)
    for _ in range(2):
        with pytest.raises(ConnectionError) as caught:
            await given(run.result())
        assert caught.value is error
    assert error.__notes__ == ["what had arrived: a Partial[Priced] that its own repr() cannot show"]


def test_the_note_is_short_and_is_left_out_where_nothing_had_arrived():
    early, late = ConnectionError("gone"), ConnectionError("gone")
    for error, chunks in ((early, []), (late, [chunk('{"name":"' + "x" * 5000)])):
        with pytest.raises(ConnectionError):
            stream(Source(chunks, error), Tea).result()
    assert not hasattr(early, "__notes__")
    assert len(late.__notes__[0]) < 1100


@both
async def test_a_run_tells_what_was_said_of_its_answer(source):
    chunks = [
        *[chunk(reasoning_content="hm "), chunk(reasoning="hm"), chunk("Here: "), chunk(A), chunk(" Enjoy!")],
        *[call(0, "{}", "other"), chunk(finish="stop"), {"choices": [], "model": "m-1", "usage": {"total_tokens": 3}}],
    ]
    run = stream(source(chunks), Tea)
    assert (run.reasoning, run.prose, run.model, run.usage, run.finish_reason) == ("", "", None, None, None)
    assert await given(run.result()) == Tea(name="Assam")
    assert (run.reasoning, run.prose, run.model) == ("hm hm", "Here:  Enjoy!", "m-1")
    assert (run.usage, run.finish_reason) == ({"total_tokens": 3}, "stop")
    assert (run.name, run.id, run.index) == (None, None, 0)


def test_thoughts_in_tags_are_reasoning_too():
    run = stream([chunk(reasoning="one "), chunk("<think>two</think>" + A)], Tea)
    run.result()
    assert (run.reasoning, run.prose) == ("one two", "")


def test_a_source_of_both_kinds_is_pulled_as_it_is_read():
    class Both(AsyncSource):
        __iter__, __next__, close = Source.__iter__, Source.__next__, Source.close

    async def main() -> Any:
        return await stream(Both([A]), Tea).result()

    assert stream(Both([A]), Tea).result() == asyncio.run(main()) == Tea(name="Assam")
