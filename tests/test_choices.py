"""`stream_choices()` and `choice=`: several answers side by side, which never mix."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given as holds_for
from hypothesis import strategies as st
from pydantic import BaseModel

from chunks import call, chunk
from partway import (
    AsyncRuns,
    Finished,
    MismatchError,
    NoJSONError,
    PartwayError,
    RefusalError,
    Restarted,
    Runs,
    SourceError,
    TruncatedJSONError,
    UsageError,
    stream,
    stream_all,
    stream_choices,
    stream_tools,
)
from sources import AsyncSource, Source, both, came_to, each


class Tea(BaseModel):
    name: str
    minutes: int = 3


A, B = Tea(name="Assam"), Tea(name="Sencha", minutes=1)
a, b = '{"name":"Assam"}', '{"name":"Sencha","minutes":1}'


SECOND = chunk(b, choice=1)
SPLIT = [chunk(a[:5]), chunk("So: " + b[:9], choice=1), chunk(b[9:], choice=1), chunk(a[5:])]
STOP = [chunk(finish="stop"), chunk(finish="stop", choice=1)]

# The chunks, and what the answers come to, by index; and the error of the loop.
ENDS: list[tuple[str, list[Any], dict[int, Any], type[Exception] | None]] = [
    ("nothing", [], {}, None),
    ("plain text is one answer", [a[:5], a[5:]], {0: A}, None),
    ("bytes too", [a.encode()], {0: A}, None),
    ("one", [chunk(a), chunk(finish="stop")], {0: A}, None),
    ("two, mixed", [*SPLIT, *STOP], {0: A, 1: B}, None),
    ("two, no word on their ends", SPLIT, {0: A, 1: B}, None),
    ("the second comes first", [SECOND, chunk(a)], {1: B, 0: A}, None),
    ("one is cut off", [*SPLIT, chunk(finish="length"), STOP[1]], {0: TruncatedJSONError, 1: B}, None),
    ("one is filtered", [chunk(a[:7]), SECOND, chunk(finish="content_filter")], {0: RefusalError, 1: B}, None),
    ("one refuses halfway", [chunk(a[:7]), SECOND, chunk(refusal="No.")], {0: RefusalError, 1: B}, None),
    ("one refuses", [SECOND, chunk(refusal="No."), *STOP], {1: B}, RefusalError),
    ("one has no JSON", [chunk("Hello"), SECOND], {0: NoJSONError, 1: B}, None),
    ("one does not fit", [chunk('{"name":1}'), SECOND], {0: MismatchError, 1: B}, None),
    ("an error inside", [*SPLIT[:3], *STOP[1:], {"error": {"message": "Overloaded"}}], {0: SourceError, 1: B}, None),
    ("an error behind", [*SPLIT, *STOP, {"error": {"message": "Overloaded"}}], {0: A, 1: B}, SourceError),
    ("what comes behind the end", [chunk(a), *STOP, chunk("{"), {"choices": [], "usage": {}}], {0: A}, None),
    ("half a character", [a.encode() + b"\xc3"], {0: A}, None),
    ("half a character inside", [b'{"name":"\xc3'], {0: TruncatedJSONError}, None),
]  # fmt: skip


@pytest.mark.parametrize(("chunks", "answers", "last"), [pytest.param(*row[1:], id=row[0]) for row in ENDS])
@both
async def test_each_answer_comes_to_its_value_or_its_error(source, chunks, answers, last):
    made, runs, error = source(chunks), [], None
    found = {}
    try:
        async for run in each(stream_choices(made, Tea)):
            runs.append(run)
            found[run.index] = await came_to(run)
    except PartwayError as raised:
        error = type(raised)
    assert found == answers
    assert list(found) == list(answers)
    assert {run.index: await came_to(run) for run in runs} == answers
    assert error is last
    assert made.closed == 1


@both
async def test_each_answer_has_what_was_said_of_it(source):
    chunks = [
        *[chunk(reasoning_content="one"), chunk(reasoning_content="two", choice=1), *SPLIT, STOP[0]],
        *[chunk(finish="eos", choice=1), {"choices": [], "model": "m-1", "usage": {"total_tokens": 3}}],
    ]
    runs = stream_choices(source(chunks), Tea)
    first, second = [run async for run in each(runs)]
    assert (first.reasoning, first.prose, first.finish_reason) == ("one", "", "stop")
    assert (second.reasoning, second.prose, second.finish_reason) == ("two", "So: ", "eos")
    for run in (runs, first, second):
        assert (run.model, run.usage) == ("m-1", {"total_tokens": 3})


@both
async def test_events_of_an_answer_are_its_own(source):
    events = {
        run.index: [event async for event in each(run.events())]
        async for run in each(stream_choices(source(SPLIT), Tea))
    }
    assert {index: told[-1] for index, told in events.items()} == {0: Finished(A), 1: Finished(B)}


@both
async def test_fail_fast_ends_the_one_answer(source):
    chunks = [chunk('{"name":1,'), chunk(b, choice=1), chunk('"minutes":1}')]
    found = [await came_to(run) async for run in each(stream_choices(source(chunks), Tea, fail_fast=True))]
    assert found == [MismatchError, B]


def test_an_answer_whose_json_is_in_a_call_points_to_it():
    (run,) = stream_choices([chunk("Look:"), call(0, a, "make_tea")], Tea)
    with pytest.raises(NoJSONError, match="the answer calls make_tea"):
        run.result()


def test_partials_can_be_shown_as_a_class_of_your_own():
    class SoFar(BaseModel):
        name: str = ""
        minutes: int | None = None

    for run in stream_choices([chunk(a[:10]), chunk(a[10:])], Tea, partial=SoFar):
        assert [partial.name for partial in run] == ["A", "Assam"]


def test_the_kind_of_runs_is_the_source_s():
    assert isinstance(stream_choices([], Tea), Runs)
    assert isinstance(stream_choices(AsyncSource([]), Tea), AsyncRuns)


@pytest.mark.parametrize(("choice", "value"), [(0, A), (1, B)])
@both
async def test_one_of_several_answers_can_be_chosen(source, choice, value):
    run = stream(source([chunk(reasoning_content="hm", choice=choice), *SPLIT, *STOP]), Tea, choice=choice)
    assert await came_to(run) == value
    assert (run.index, run.reasoning, run.finish_reason) == (choice, "hm", "stop")


def test_an_answer_that_never_comes_is_no_json():
    with pytest.raises(NoJSONError):
        stream([*SPLIT, *STOP], Tea, choice=2).result()
    with pytest.raises(NoJSONError):
        stream([a], Tea, choice=1).result()


@pytest.mark.parametrize("choice", [-1, 1.0, "0", True, None])
def test_a_choice_is_a_whole_number(choice):
    with pytest.raises(UsageError, match="choice takes a whole number from 0"):
        stream([], Tea, choice=choice)


@pytest.mark.parametrize("begin", [stream, stream_all, stream_choices, stream_tools])
def test_a_form_is_one_that_is_known(begin):
    with pytest.raises(UsageError, match="form takes 'text', 'sse', 'ndjson', 'json' or None, not 'xml'"):
        begin([], [Tea] if begin is stream_tools else Tea, form="xml")


TEAS = st.lists(st.builds(Tea, name=st.text(max_size=5), minutes=st.integers(0, 99)), min_size=1, max_size=4)


@holds_for(TEAS, st.lists(st.integers(1, 12), min_size=1), st.randoms(), st.booleans())
def test_answers_never_mix(teas: list[Tea], sizes: list[int], random: Any, outer_first: bool):
    left = [tea.model_dump_json() for tea in teas]
    chunks = []
    for size in itertools.cycle(sizes):
        if not any(left):
            break
        at = random.choice([at for at, text in enumerate(left) if text])
        chunks.append(chunk(left[at][:size], choice=at))
        left[at] = left[at][size:]
    runs = stream_choices(Source(chunks), Tea)
    assert {run.index: run.result() for run in (list(runs) if outer_first else runs)} == dict(enumerate(teas))


def anthropic(*texts: str | None) -> list[dict[str, Any]]:
    """A message in pieces; where there is `None`, it starts anew."""
    start = {"type": "message_start", "message": {"model": "c"}}
    return [start] + [
        start
        if text is None
        else {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
        for text in texts
    ]


@both
async def test_a_message_that_begins_anew_restarts_its_answer(source):
    events = []
    async for run in each(stream_choices(source(anthropic(a[:9], None, "No: ", b)), Tea)):
        events += [event async for event in each(run.events())]
        assert await came_to(run) == B
        assert run.prose == "No: "
    assert [type(event) for event in events if isinstance(event, Restarted | Finished)] == [Restarted, Finished]


@both
async def test_a_message_that_begins_anew_restarts_the_document_that_is_open(source):
    runs = [run async for run in each(stream_all(source(anthropic(a + b[:9], None, b)), Tea))]
    assert [await came_to(run) for run in runs] == [A, B]


def test_an_error_without_any_text_is_raised_by_the_loop():
    with pytest.raises(SourceError, match="Busy"):
        list(stream_choices([{"error": {"message": "Busy"}}], Tea))


def test_a_choice_that_has_failed_is_fed_no_more():
    chunks = [chunk('{"name":1}'), chunk(' {"name":2}'), SECOND, *STOP]
    runs = list(stream_choices(chunks, Tea, fail_fast=True))
    with pytest.raises(MismatchError):
        runs[0].result()
    assert runs[1].result() == B
