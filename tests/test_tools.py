"""`stream_tools()` and `tool=`: parallel calls, read in any order, sync and async, and all their ends."""

from __future__ import annotations

import asyncio
import functools
import itertools
from typing import Annotated, Any

import pytest
from hypothesis import given as holds_for
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from chunks import call, chunk
from partway import (
    AsyncToolRuns,
    Finished,
    MalformedJSONError,
    MismatchError,
    NoJSONError,
    PartwayError,
    RefusalError,
    Restarted,
    SourceError,
    State,
    ToolRuns,
    TruncatedJSONError,
    UsageError,
    stream,
    stream_tools,
)
from partway._tools import tool_types
from sources import AsyncSource, Source, both, came_to, each, given


class Weather(BaseModel):
    city: str
    days: int = 1


class Search(BaseModel):
    query: str


class Nothing(BaseModel):
    pass


TOOLS = {"get_weather": Weather, "search": Search, "nothing": Nothing}
DONE = chunk(finish="tool_calls")
PARIS, ROME, QUERY = Weather(city="Paris"), Weather(city="Rome", days=3), Search(query="x")


W, S = "get_weather", "search"
OVERLOADED = {"error": {"message": "Overloaded"}}

# The chunks, and what the calls come to: name, index, value or error; and the error of the loop.
ENDS: list[tuple[str, list[Any], list[tuple[str, int, Any]], type[Exception] | None]] = [
    ("no call", [chunk("Hello"), chunk(finish="stop")], [], None),
    ("one call", [call(0, name=W), call(0, '{"city":'), call(0, '"Paris"}'), DONE],
     [(W, 0, PARIS)], None),
    ("one that comes whole", [call(0, '{"city":"Paris"}', W), DONE],
     [(W, 0, PARIS)], None),
    ("parallel, one behind the other", [call(0, '{"city":"Paris"}', W), call(1, '{"query":"x"}', S), DONE],
     [(W, 0, PARIS), (S, 1, QUERY)], None),
    ("parallel, mixed", [call(0, '{"city":"', W), call(1, '{"que', S),
                          call(0, 'Paris"}'), call(1, 'ry":"x"}'), DONE],
     [(W, 0, PARIS), (S, 1, QUERY)], None),
    ("the same tool twice", [call(0, '{"city":"Paris"}', W), call(1, '{"city":"Rome","days":3}', W), DONE],
     [(W, 0, PARIS), (W, 1, ROME)], None),
    ("blanks for arguments", [call(0, " \n", "nothing"), DONE], [("nothing", 0, Nothing())], None),
    ("without arguments", [call(0, "", "nothing"), DONE],
     [("nothing", 0, Nothing())], None),
    ("without arguments that it needs", [call(0, "", S), DONE],
     [(S, 0, MismatchError)], None),
    ("an unknown one between", [call(0, "{", "other"), call(1, '{"query":"x"}', S), call(0, "}"), DONE],
     [(S, 1, QUERY)], None),
    ("cut off by length", [call(0, '{"city":"Pa', W), chunk(finish="length")],
     [(W, 0, TruncatedJSONError)], None),
    ("cut off by length, though its JSON is whole", [call(0, '{"city":"Paris"}', W), chunk(finish="length")],
     [(W, 0, TruncatedJSONError)], None),
    ("cut off before its first character", [call(0, "", "nothing"), chunk(finish="length")],
     [("nothing", 0, TruncatedJSONError)], None),
    ("the source ends inside", [call(0, '{"city":"Pa', W)],
     [(W, 0, TruncatedJSONError)], None),
    ("the source ends before any character", [call(0, "", "nothing")], [("nothing", 0, TruncatedJSONError)], None),
    ("the source ends behind", [call(0, '{"city":"Paris"}', W)], [(W, 0, PARIS)], None),
    ("broken, and the next one goes on", [call(0, '{"city":,', W), call(1, '{"query":"x"}', S), DONE],
     [(W, 0, MalformedJSONError), (S, 1, QUERY)], None),
    ("more than one document", [call(0, '{"query":"x"} {}', S), DONE],
     [(S, 0, MalformedJSONError)], None),
    ("no fence is looked for", [call(0, '```json\n{"query":"x"}\n```', S), DONE],
     [(S, 0, MalformedJSONError)], None),
    ("one that does not fit", [call(0, '{"city":1}', W), call(1, '{"query":"x"}', S), DONE],
     [(W, 0, MismatchError), (S, 1, QUERY)], None),
    ("refused inside", [call(0, '{"city":"Pa', W), chunk(refusal="No."), chunk(finish="stop")],
     [(W, 0, TruncatedJSONError)], RefusalError),
    ("refused instead", [chunk(refusal="No."), chunk(finish="stop")], [], RefusalError),
    ("filtered inside", [call(0, '{"city":"Pa', W), chunk(finish="content_filter")],
     [(W, 0, RefusalError)], None),
    ("an error inside", [call(0, '{"city":"Pa', W), OVERLOADED],
     [(W, 0, SourceError)], None),
    ("an error behind", [call(0, '{"query":"x"}', S), DONE, OVERLOADED],
     [(S, 0, QUERY)], SourceError),
    ("other answers are not it", [call(0, '{"query":"x"}', S), call(0, '{"query":"y"}', S, choice=1), DONE],
     [(S, 0, QUERY)], None),
]  # fmt: skip


@pytest.mark.parametrize(("chunks", "calls", "last"), [pytest.param(*row[1:], id=row[0]) for row in ENDS])
@both
async def test_each_call_comes_to_its_value_or_its_error(source, chunks, calls, last):
    made, runs, error = source(chunks), [], None
    found = []
    try:
        async for run in each(stream_tools(made, TOOLS)):
            found.append((run.name, run.index, await came_to(run)))  # those before an error count
            runs.append(run)
    except PartwayError as raised:
        error = type(raised)
    assert found == calls
    assert [(run.name, run.index, await came_to(run)) for run in runs] == calls
    assert error is last
    assert made.closed == 1


@both
async def test_an_error_that_is_reported_keeps_what_had_arrived_of_each_call(source):
    chunks = [call(0, '{"city":"Pa', W), call(1, '{"query":"x', S), OVERLOADED]
    runs = [run async for run in each(stream_tools(source(chunks), TOOLS))]
    for run, text in zip(runs, ['{"city":"Pa', '{"query":"x'], strict=True):
        with pytest.raises(SourceError) as caught:
            await given(run.result())
        assert caught.value.text == text
        assert caught.value.partial is not None


@pytest.mark.parametrize(("chunks", "calls"), [pytest.param(*row[1:3], id=row[0]) for row in ENDS if row[3] is None])
@both
async def test_results_are_at_hand_when_the_outer_loop_is_through(source, chunks, calls):
    runs = [run async for run in each(stream_tools(source(chunks), TOOLS))]
    assert [(run.name, run.index, await came_to(run)) for run in runs] == calls


MIXED = ENDS[4][1]


@both
async def test_partials_grow_whichever_run_pulls(source):
    shown: dict[str, list[Any]] = {}
    async for run in each(stream_tools(source(MIXED), TOOLS)):
        shown[run.name] = [partial async for partial in each(run)]
    assert [partial.city for partial in shown["get_weather"]] == ["", "Paris"]
    assert shown["search"][-1] == QUERY  # the other run has pulled its chunks


def test_tasks_read_side_by_side():
    async def main() -> list[Any]:
        async def read(run: Any) -> list[Any]:
            return [partial async for partial in run]

        runs = stream_tools(AsyncSource(MIXED), TOOLS)
        tasks = [asyncio.create_task(read(run)) async for run in runs]
        return [partials[-1] for partials in await asyncio.gather(*tasks)]

    assert asyncio.run(main()) == [PARIS, QUERY]


@both
async def test_a_run_has_what_its_call_is_called(source):
    chunks = [
        chunk("I look. "),
        chunk(reasoning_content="hm"),
        *MIXED,
        {"choices": [], "usage": {"total_tokens": 3}, "model": "m-1"},
    ]
    runs = stream_tools(source(chunks), TOOLS)
    found = [run async for run in each(runs)]
    assert [(run.name, run.id, run.index) for run in found] == [("get_weather", "call_0", 0), ("search", "call_1", 1)]
    for said in (runs, *found):
        assert (said.prose, said.reasoning, said.model) == ("I look. ", "hm", "m-1")
        assert (said.usage, said.finish_reason) == ({"total_tokens": 3}, "tool_calls")
    assert [run.state() for run in found] == [State.COMPLETE] * 2
    assert [run.json for run in found] == ['{"city":"Paris"}', '{"query":"x"}']


@both
async def test_an_unknown_tool_is_reported(source):
    runs = stream_tools(source([call(0, "{1", "other"), call(1, '{"query":"x"}', "search"), call(0, ":"), DONE]), TOOLS)
    assert [run.name async for run in each(runs)] == ["search"]
    (unknown,) = runs.unknown
    assert (unknown.name, unknown.id, unknown.index, unknown.text) == ("other", "call_0", 0, "{1:")


@both
async def test_events_of_a_call_are_its_own(source):
    events = {
        run.name: [event async for event in each(run.events())]
        async for run in each(stream_tools(source(MIXED), TOOLS))
    }
    assert events["get_weather"][-1] == Finished(PARIS)
    assert events["search"][-1] == Finished(QUERY)


@both
async def test_fail_fast_ends_the_one_call(source):
    chunks = [call(0, '{"city":1,"days":', "get_weather"), call(0, "2}"), call(1, '{"query":"x"}', "search"), DONE]
    found = [await came_to(run) async for run in each(stream_tools(source(chunks), TOOLS, fail_fast=True))]
    assert found == [MismatchError, QUERY]


START = {"type": "message_start", "message": {"id": "m", "model": "c", "usage": {"input_tokens": 1}}}


def block(index: int, name: str) -> dict[str, Any]:
    return {
        "type": "content_block_start",
        "index": index,
        "content_block": {"type": "tool_use", "id": f"t{index}", "name": name, "input": {}},
    }


def json_delta(index: int, text: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": "input_json_delta", "partial_json": text}}


def stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


SPLICED = [
    *[
        START,
        block(0, "search"),
        json_delta(0, '{"query":"lost'),
        START,
        block(0, "search"),
        json_delta(0, '{"query":"x"}'),
    ],
    *[stop(0), {"type": "message_delta", "delta": {"stop_reason": "tool_use"}}, {"type": "message_stop"}],
]


@both
async def test_a_message_that_begins_anew_takes_the_run_over(source):
    events, runs = [], stream_tools(source(SPLICED), TOOLS)
    kept = []
    async for run in each(runs):
        kept.append(run)
        events += [event async for event in each(run.events())]
    assert [await came_to(run) for run in kept] == [QUERY]
    assert len([event for event in events if isinstance(event, Restarted)]) == 1


@both
async def test_a_message_may_begin_anew_more_than_once(source):
    chunks = [*SPLICED[:3], *SPLICED[3:5], START, block(0, "get_weather"), *SPLICED[3:]]
    runs = [run async for run in each(stream_tools(source(chunks), TOOLS))]
    assert [(run.name, await came_to(run)) for run in runs] == [("search", QUERY), ("get_weather", TruncatedJSONError)]


@both
async def test_a_call_that_the_new_message_does_not_make_is_cut_off(source):
    chunks = [*SPLICED[:4], {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}]
    assert [await came_to(run) async for run in each(stream_tools(source(chunks), TOOLS))] == [TruncatedJSONError]


@both
async def test_leaving_the_outer_loop_closes_the_source(source):
    made = source(MIXED)
    runs = stream_tools(made, TOOLS)
    run = await anext(each(runs))
    await given(runs.aclose() if source is AsyncSource else runs.close())
    assert made.closed == 1
    assert await came_to(run) is TruncatedJSONError


# ------------------------------------------------------------------------------------------- a single tool


@pytest.mark.parametrize(
    ("chunks", "calls"), [pytest.param(*row[1:3], id=row[0]) for row in ENDS if row[2] and not row[3]]
)
@both
async def test_a_single_tool_is_read_by_its_name(source, chunks, calls):
    name, index, value = calls[0]
    made = source(chunks)
    run = stream(made, TOOLS[name], tool=name)
    assert await came_to(run) == value
    assert (run.name, run.id, run.index) == (name, f"call_{index}", index)
    assert made.closed == 1


def test_before_its_call_a_run_has_no_name():
    run = stream(MIXED, Search, tool="search")
    assert (run.name, run.id, run.index) == (None, None, 0)
    assert run.result() == QUERY


# What comes instead of a call of `search`, and what the error says.
MISSED: list[tuple[str, list[Any], type[PartwayError], str]] = [
    ("nothing", [chunk(finish="stop")], NoJSONError, "the answer has no call of search"),
    ("prose", [chunk("It is sunny."), chunk(finish="stop")], NoJSONError, "no call of search; it says 'It is sunny.'"),
    ("JSON in prose", [chunk('{"query":"x"}')], NoJSONError, "no call of search; it says"),
    ("another tool", [call(0, "{}", "nothing"), DONE], NoJSONError, "no call of search; it calls nothing"),
    ("plain text", ['{"query":', '"x"}'], NoJSONError, "no call of search; it says"),
    ("a refusal", [chunk(refusal="No.")], RefusalError, "No."),
    ("the limit of length", [chunk("Well"), chunk(finish="length")], TruncatedJSONError, "limit of length"),
]  # fmt: skip


@pytest.mark.parametrize(("chunks", "error", "words"), [pytest.param(*row[1:], id=row[0]) for row in MISSED])
@both
async def test_an_answer_without_the_call_says_what_there_is_instead(source, chunks, error, words):
    with pytest.raises(error, match=words):
        await given(stream(source(chunks), Search, tool="search").result())


def test_an_answer_whose_json_is_in_a_call_points_to_it():
    with pytest.raises(NoJSONError, match=r"the answer calls search: its arguments are read with tool="):
        stream([call(0, '{"query":"x"}', "search"), DONE], Search).result()


def test_a_single_call_restarts_with_its_message():
    run = stream(SPLICED, Search, tool="search")
    assert [partial.query for partial in run] == ["lost", "x"]
    assert run.result() == QUERY


def test_a_call_that_was_complete_may_be_made_again_and_cut_off():
    run = stream([*SPLICED[:3], json_delta(0, '"}'), stop(0), *SPLICED[3:5]], Search, tool="search")
    with pytest.raises(TruncatedJSONError, match="before the call had any arguments"):
        run.result()


def test_prose_and_reasoning_stand_beside_the_call():
    run = stream([chunk("Look: "), chunk(reasoning_content="hm"), *MIXED], Search, tool="search")
    assert run.result() == QUERY
    assert (run.prose, run.reasoning, run.finish_reason) == ("Look: ", "hm", "tool_calls")


# ---------------------------------------------------------------------------------------------- the tools


def find_route(start: str, end: Annotated[str, Field(min_length=2)], *, stops: list[str] | None = None) -> str:
    raise AssertionError(start, end, stops)  # a tool is never called


class Kitchen:
    def cook(self, dish: str) -> None:
        raise AssertionError(dish)


def test_tools_may_be_models_and_functions():
    chunks = [
        call(0, '{"start":"A","end":"Bn', "find_route"),
        call(1, '{"city":"Paris"}', "Weather"),
        call(0, '"}'),
        call(2, '{"dish":"soup"}', "cook"),
        DONE,
    ]
    runs = list(stream_tools(chunks, [find_route, Weather, Kitchen().cook]))
    route, weather, cook = (run.result() for run in runs)
    assert dict(route) == {"start": "A", "end": "Bn", "stops": None}
    assert weather == PARIS
    assert dict(cook) == {"dish": "soup"}


def test_the_arguments_of_a_function_grow_like_a_model():
    chunks = [call(0, '{"start":"Ab', "find_route"), call(0, 'c","end":"xy"}'), DONE]
    for run in stream_tools(chunks, [find_route]):
        assert [partial.start for partial in run] == ["Ab", "Abc"]


def test_a_function_may_take_more_by_name():
    def search_for(query: str, **options: str) -> None:
        raise AssertionError(query, options)

    (run,) = stream_tools([call(0, '{"query":"x","order":"new"}', "search_for"), DONE], [search_for])
    assert dict(run.result()) == {"query": "x", "order": "new"}
    (run,) = stream_tools([call(0, '{"start":"A","end":"Bn","order":1}', "find_route"), DONE], [find_route])
    with pytest.raises(MismatchError, match="Extra inputs"):
        run.result()


def positional(a: int, /) -> None: ...


def starred(*a: int) -> None: ...


def configured(model_config: int) -> None: ...


def hidden(_a: int) -> None: ...


def impossible(model_validate: int) -> None: ...


def unreadable(a: "NoSuchType") -> None: ...  # noqa: F821, UP037


@pytest.mark.parametrize(
    ("tools", "words"),
    [
        ([list[int]], "no name of its own"),
        ([functools.partial(find_route, "A")], "no name of its own"),
        ({"": Weather}, "no name of its own"),
        ({1: Weather}, "no name of its own"),
        ([Weather, Weather], "two tools are called Weather"),
        ([positional], "takes a by position only"),
        ([starred], "takes a by position only"),
        ([configured], "takes model_config, and no field"),
        ([hidden], "takes _a, and no field"),
        ([impossible], "impossible's parameters cannot be"),
        (None, "not None"),
        (3, "not 3"),
        ([unreadable], "cannot be read: name 'NoSuchType'"),
        ({"x": object()}, "pydantic"),
    ],
)
def test_tools_that_cannot_be_read_are_refused_at_once(tools, words):
    with pytest.raises(UsageError, match=words):
        stream_tools([], tools)


def test_a_sequence_and_a_mapping_say_the_same():
    assert tool_types([Weather, Search]) == tool_types({"Weather": Weather, "Search": Search})


def test_the_kind_of_runs_is_the_source_s():
    assert isinstance(stream_tools([], TOOLS), ToolRuns)
    assert isinstance(stream_tools(AsyncSource([]), TOOLS), AsyncToolRuns)
    with pytest.raises(UsageError, match="choice takes a whole number"):
        stream_tools([], TOOLS, choice=-1)


# Any calls, mixed in any way, at any cut: each comes to what pydantic makes of its arguments.

VALUES = st.builds(Weather, city=st.text(max_size=5), days=st.integers(0, 99))


@holds_for(
    st.lists(VALUES, min_size=1, max_size=4), st.lists(st.integers(1, 12), min_size=1), st.randoms(), st.booleans()
)
def test_calls_never_mix(values: list[Weather], sizes: list[int], random: Any, outer_first: bool):
    left = [value.model_dump_json() for value in values]
    chunks = [call(at, "", "get_weather") for at in range(len(left))]
    for size in itertools.cycle(sizes):
        if not any(left):
            break
        at = random.choice([at for at, text in enumerate(left) if text])
        chunks.append(call(at, left[at][:size]))
        left[at] = left[at][size:]
    runs = stream_tools(Source([*chunks, DONE]), TOOLS)
    assert [run.result() for run in (list(runs) if outer_first else runs)] == values
