"""stream_all(): several documents in one text, each with its own run; how the runs share what is pulled.

A table has the texts and what each document comes to; a scenario is told once, as a coroutine, and run with a sync
source and with an async one.
"""

# ruff: noqa: E501  # a case of a table is one line

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import inspect
import json
import weakref
from collections import deque
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError, ValidationInfo, field_validator

from growth import assert_linear
from partway import (
    AsyncRun,
    Completed,
    Finished,
    Gate,
    LimitError,
    Limits,
    MalformedJSONError,
    MismatchError,
    Opened,
    PartwayError,
    RefusalError,
    Restarted,
    Run,
    SourceError,
    State,
    TruncatedJSONError,
    UsageError,
    stream,
    stream_all,
)
from sources import AsyncSource, Source, both, each


class Tea(BaseModel):
    name: str
    minutes: int = 3
    notes: list[str] = []


A, B, C = Tea(name="Assam"), Tea(name="Bancha"), Tea(name="Ceylon")
a, b, c = '{"name":"Assam"}', '{"name":"Bancha"}', '{"name":"Ceylon"}'

# The type, a text, and what each document in it comes to: its value, or the error and the text that is its own.
Bad = tuple[type[PartwayError], str]
TEXTS: list[tuple[str, Any, str, list[Any]]] = [
    ("nothing", Tea, "", []),
    ("prose", Tea, "Sorry, {no} tea [1].", []),
    ("a brace in prose is no document", Tea, 'With {"curly braces\n, but ' + a, [A]),
    ("one document", Tea, f"Sure: {a} Enjoy!", [A]),
    ("JSON lines", Tea, f"{a}\n{b}\n{c}\n", [A, B, C]),
    ("JSON lines, blank lines, CRLF", Tea, f"\r\n{a}\r\n\r\n \t\r\n{b}\r\n{c}", [A, B, C]),
    ("one behind the other", Tea, a + b + c, [A, B, C]),
    ("over several lines", Tea, json.dumps(A.model_dump(), indent=2) + json.dumps(B.model_dump(), indent=2), [A, B]),
    ("lists one behind the other", list[int], "[1][2][]\n[3, 4]", [[1], [2], [], [3, 4]]),
    ("numbers, one a line", int, "1\n22\r\n\n 3\n-4", [1, 22, 3, -4]),
    ("several numbers in a line", int, "1 2 3\n4", [1, 4]),
    ("strings, one a line", str, '"a"\n"b c"\n', ["a", "b c"]),
    ("a broken string among strings", str, '"a"\n"b\n"c"', ["a", (MalformedJSONError, '"b'), "c"]),
    ("strings that are cut off", str, '"a"\n"b', ["a", (TruncatedJSONError, '"b')]),
    ("several fences with prose", Tea, f"First:\n```json\n{a}\n```\nThen, {{perhaps}}:\n~~~\n{b}\n~~~\nAnd {c}.", [A, B, C]),
    ("one fence with several", Tea, f"```jsonl\n{a}\n{b}{c}\n```\nThat was all.", [A, B, C]),
    ("a fence that closes behind the brace", Tea, f"```json\n{a}```\n```json\n{b}```", [A, B]),
    ("a block in another language", Tea, f"{a}\n```python\nx = {b}\n```\n{c}", [A, C]),
    ("drafts in thinking", Tea, f"<think>{b}\n```json\n{c}</think>{a}<thinking>{b}{{</thinking>\n{c}", [A, C]),
    ("thinking that never ends", Tea, f"{a}<think>{b}", [A]),
    ("empty objects", Tea, "{}{}", [(MismatchError, "{}")] * 2),
    ("a type that takes anything", Any, f'{a} [1] {{"x": null}}', [{"name": "Assam"}, [1], {"x": None}]),
    ("a mismatch in the middle", Tea, f'{a}\n{{"name":1}}\n{c}', [A, (MismatchError, '{"name":1}'), C]),
    ("a mismatch with a fitting object inside", Tea, '{"name":{"name":"x"}}' + b, [(MismatchError, '{"name":{"name":"x"}}'), B]),
    ("a broken line among good ones", Tea, f'{a}\n{{"name":"Ban", oops}}\n{c}', [A, (MalformedJSONError, '{"name":"Ban", '), C]),
    ("a line that is cut off among good ones", Tea, f'{a}\n{{"name":"Ban\n{c}', [A, (MalformedJSONError, '{"name":"Ban'), C]),
    ("a broken one in a fence", Tea, f'```json\n{{"name":"Ban\n```\n```json\n{c}\n```', [(MalformedJSONError, '{"name":"Ban'), C]),
    ("a broken one with objects inside", Tea, f'{{"name":"x","notes":oops,{b},[{b}]}}{c}', [(MalformedJSONError, '{"name":"x","notes":'), C]),
    ("a broken one of which nothing fits", Tea, f'{{"minutes":"x","notes":oops,{b}}}{c}', [(MalformedJSONError, '{"minutes":"x","notes":'), C]),
    ("a broken one of which nothing is shown", Tea, f'{{"zzz":1,oops,{b}}}{c}', [(MalformedJSONError, '{"zzz":1,'), C]),
    ("a broken list of strings", list[str], '["a\n["b"]', [(MalformedJSONError, '["a'), ["b"]]),
    ("the last one is cut off", Tea, f'{a}\n{{"name":"Ban', [A, (TruncatedJSONError, '{"name":"Ban')]),
    ("the last one is cut off in its first key", Tea, f'{a}\n{{"na', [A, (TruncatedJSONError, '{"na')]),
    ("the last one is cut off, and was broken", list[int], "[1]\n[2, [3:4", [[1], (MalformedJSONError, "[2, [3")]),
    ("all of it is wrong", Tea, '{"name":1}{"x":2}{"name"', [(MismatchError, '{"name":1}'), (MismatchError, '{"x":2}'), (TruncatedJSONError, '{"name"')]),
]  # fmt: skip


def chunk(content: str | None = None, *, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": content, **delta}, "finish_reason": finish}]}


CUT_OFF = '{"name":"Ban'
# Chunks, and what the runs come to; the error that the loop over them raises.
ENDINGS: list[tuple[str, list[Any], list[Any], type[Exception] | None, str]] = [
    ("out of tokens inside", [chunk(a + CUT_OFF), chunk(finish="length")], [A, (TruncatedJSONError, CUT_OFF)], None, ""),
    ("out of tokens in the first key", [chunk(a + '{"na'), chunk(finish="length")], [A, (TruncatedJSONError, '{"na')], None, ""),
    ("out of tokens behind", [chunk(a + b), chunk(finish="length")], [A, B], TruncatedJSONError, "at its limit of length"),
    ("out of tokens without any", [chunk("So"), chunk(finish="length")], [], TruncatedJSONError, "at its limit of length"),
    ("filtered inside", [chunk(a + CUT_OFF), chunk(finish="content_filter")], [A, (RefusalError, CUT_OFF)], None, ""),
    ("filtered behind", [chunk(a), chunk(finish="content_filter")], [A], RefusalError, "content filter"),
    ("refused", [chunk(refusal="No."), chunk(finish="stop")], [], RefusalError, "refused: No."),
    ("refused inside", [chunk(a + CUT_OFF, refusal="No.")], [A, (RefusalError, CUT_OFF)], None, ""),
    ("no UTF-8 inside", [a.encode(), b'{"name":"Ban', b"\xff"], [A, (SourceError, CUT_OFF)], None, ""),
    ("no UTF-8 behind", [a.encode(), b"\xff"], [A], SourceError, "not UTF-8 at byte 16"),
    ("half a character inside", [a.encode() + b'{"name":"Ban\xc3'], [A, (TruncatedJSONError, CUT_OFF)], None, ""),
    ("half a character behind", [a.encode() + b" Voil\xc3"], [A], None, ""),
    ("a chunk that is unknown", [a, 5], [A], UsageError, "int is no chunk"),
    ("a chunk that is unknown, inside", [a + CUT_OFF, 5], [A, (UsageError, CUT_OFF)], UsageError, "int is no chunk"),
    ("every kind of chunk", [a[:5], a[5:].encode(), chunk(b), chunk(None), "", c, chunk(finish="stop")], [A, B, C], None, ""),
]  # fmt: skip

# Texts in which stream() finds one document, or the first of several that fits.
ALONE = [
    a,
    f"Sure, {{tea}} [1]: {a} Enjoy {{it}}!",
    f"```json\n{a}\n```",
    f"```json{a}```",
    f"~~~~ JSON title=x\r\n{a}\r\n~~~~\r\n",
    f"```python\nx = {b}\n```\n{a}",
    f"<think>{b}</think>{a}",
    f"1. `code`\n   ```\n   {a}\n   ```",
    f"{{}} {{1}} [{{x}}] '{{' {a}",
    f'{{"name":1}} or rather {a}',
    f'{{"name":"x", oops}}\n{a}',
    f'```json\n{{"name":"x\n```\nAgain:\n```json\n{a}\n```',
]

# Limits, a text, what the runs come to, and the error of the loop. A limit that is passed ends all.
LIMITED: list[tuple[str, Limits, str, list[Any], str]] = [
    ("max_chars holds for each", Limits(max_chars=18), f"{a}\n{b}\n{c}", [A, B, C], ""),
    ("max_chars, one is longer", Limits(max_chars=17), f"{a}\n{b}\n{c}", [A, LimitError], ""),
    ("max_chars, in prose", Limits(max_chars=20), a + "x" * 15 + b, [A, LimitError], ""),
    ("max_chars, in endless prose", Limits(max_chars=20), a + "x" * 21, [A], "longer than max_chars=20"),
    ("max_depth", Limits(max_depth=2), f'{a}{{"name":"x","y":[[1]]}}{c}', [A, LimitError], ""),
    ("max_string", Limits(max_string=6), f'{a}{b}{{"name":"Darjeeling"}}{c}', [A, B, LimitError], ""),
    ("max_string, in the first key", Limits(max_string=6), f'{a}{{"namenamename', [A, LimitError], ""),
    ("max_number_digits", Limits(max_number_digits=2), f'{a}{{"minutes":123}}{c}', [A, LimitError], ""),
    ("max_candidates counts braces before a document", Limits(max_candidates=2), '{"x\n{"x\n' + a, [], "max_candidates=2"),
    ("max_candidates starts again with each", Limits(max_candidates=2), ('{"x\n' + a) * 9, [A] * 9, ""),
]  # fmt: skip


async def drained(values: Any) -> list[Any]:
    return [value async for value in each(values)]


async def noted(values: Any, seen: list[Any]) -> None:
    """Loop to the end, which may be an error, and note what comes before."""
    async for value in each(values):
        seen.append(value)  # noqa: PERF401  # a comprehension would lose what came before an error


async def first(values: Any, count: int = 1) -> list[Any]:
    """Loop, and break after so many values."""
    seen: list[Any] = []
    loop = each(values)
    async for value in loop:
        seen.append(value)
        if len(seen) == count:
            break
    await loop.aclose()
    return seen


async def awaited(value: Any) -> Any:
    """What a call gives, which is awaited if the run is async."""
    return await value if inspect.isawaitable(value) else value


async def outcome(run: Any) -> Any:
    """The value of a run, or its error and the text that is its own."""
    try:
        return await awaited(run.result())
    except (PartwayError, UsageError) as error:
        assert isinstance(error, UsageError) or error.text == run.json  # noqa: PT017  # more than that it was raised
        return type(error), run.json


def told(tp: Any, deltas: Any, **options: Any) -> list[Any]:
    """What each document comes to, if each is asked for its result as soon as it is there."""
    outcomes = []
    for run in stream_all(deltas, tp, **options):
        try:
            outcomes.append(run.result())
        except PartwayError as error:
            outcomes.append((type(error), run.json))
    return outcomes


def ways(text: str) -> list[list[str]]:
    return [[text], list(text), *([text[:cut], text[cut:]] for cut in range(1, len(text)))]


def rows(table: list[tuple[Any, ...]]) -> list[Any]:
    return [pytest.param(*row, id=name) for name, *row in table]


def dumped(partials: list[Any]) -> list[Any]:
    return [partial.model_dump(exclude_unset=True) for partial in partials]


# What is found


@pytest.mark.parametrize(("tp", "text", "expected"), rows(TEXTS))
def test_each_document_has_its_own_result_or_error_at_every_cut(tp: Any, text: str, expected: list[Any]):
    for deltas in ways(text):
        assert told(tp, deltas) == expected, deltas


@pytest.mark.parametrize(("tp", "text", "expected"), rows(TEXTS))
@both
async def test_when_the_outer_loop_has_ended_every_result_is_at_hand(source, tp, text, expected):
    for deltas in ([text], list(text)):
        pieces = source(deltas)
        runs = await drained(stream_all(pieces, tp))
        pulls = pieces.pulls
        assert [await outcome(run) for run in runs] == expected
        assert pieces.pulls == pulls
        assert pieces.closed == 1


@pytest.mark.parametrize("text", ALONE)
def test_what_stream_finds_is_found(text: str):
    assert stream([text], Tea).result() == A
    for deltas in ways(text):
        assert told(Tea, deltas)[-1] == A


@pytest.mark.parametrize(("chunks", "expected", "error", "message"), rows(ENDINGS))
@both
async def test_what_ends_the_text_early_is_told_by_the_run_that_is_open_or_by_the_loop(
    source, chunks, expected, error, message
):
    for eager in (True, False):
        pieces, runs, outcomes, raised = source(chunks), [], [], None
        try:
            async for run in each(stream_all(pieces, Tea)):
                runs.append(run)
                if eager:
                    outcomes.append(await outcome(run))
        except (PartwayError, UsageError) as caught:
            raised = caught
        assert (outcomes if eager else [await outcome(run) for run in runs]) == expected
        assert type(raised) is (error or type(None))
        assert message in str(raised)
        assert pieces.closed == 1


@pytest.mark.parametrize(("limits", "text", "expected", "message"), rows(LIMITED))
def test_limits_hold_for_each_document_and_to_pass_one_ends_all(
    limits: Limits, text: str, expected: list[Any], message: str
):
    for deltas in ways(text):
        source = Source(deltas)
        outcomes, raised = [], None
        try:
            for run in stream_all(source, Tea, limits=limits):
                try:
                    outcomes.append(run.result())
                except PartwayError as error:
                    outcomes.append(type(error))
        except LimitError as error:
            raised = error
        assert outcomes == expected
        assert bool(message) == (raised is not None)
        assert message in str(raised)
        assert source.closed == 1


def test_an_error_says_where_in_its_own_document():
    runs = list(stream_all([a + '\n{"name":"x",\n "minutes":"y"}\n{"name":"x",\n oops}\n' + c], Tea))
    with pytest.raises(MismatchError) as mismatch:
        runs[1].result()
    assert (mismatch.value.line, mismatch.value.column, mismatch.value.path) == (2, 12, ("minutes",))
    assert mismatch.value.validation_error.errors()[0]["loc"] == ("minutes",)
    with pytest.raises(MalformedJSONError, match=r"expected a key in double quotes \(line 2, column 2") as broken:
        runs[2].result()
    assert broken.value.partial.name == "x"


# What a run gives


@both
async def test_a_run_comes_out_as_soon_as_something_inside_its_document_has_arrived(source):
    deltas = ["Two {teas}: {", '"na', 'me"', ":", '"As', 'sam"', "}", " and ", '{"', 'name":"B', 'ancha"}', " bye"]
    pieces, seen = source(deltas), []
    async for run in each(stream_all(pieces, Tea)):
        now = (pieces.pulls, run.state(), run.candidate, dumped([run.partial]))
        seen.append(now)
    assert seen == [(3, State.STREAMING, 1, [{}]), (10, State.STREAMING, 2, [{"name": "B"}])]


@both
async def test_a_run_shows_one_partial_for_each_chunk_and_its_value_last(source):
    deltas = ['{"name":"As', "sam", '","minutes":2}{"name":"', 'Ban"', ',"minutes":4}' + c]
    shown = [dumped(await drained(run)) async for run in each(stream_all(source(deltas), Tea))]
    assert shown == [
        [{"name": "As"}, {"name": "Assam"}, {"name": "Assam", "minutes": 2}],
        [{"name": ""}, {"name": "Ban"}, {"name": "Ban", "minutes": 4}],
        [{"name": "Ceylon"}],
    ]


class TeaSoFar(BaseModel):
    name: str = "?"
    minutes: int | None = None
    notes: list[str] | None = None


@both
async def test_partials_of_each_document_are_of_the_class_that_is_given(source):
    deltas = ['{"name":"As', 'sam"}{', '"minutes":4', ',"notes":oops}' + b]
    shown, outcomes = [], []
    async for run in each(stream_all(source(deltas), Tea, partial=TeaSoFar)):
        seen: list[Any] = []
        with contextlib.suppress(MalformedJSONError):
            await noted(run, seen)
        shown.append(seen)
        outcomes.append(await outcome(run))
    assert shown == [
        [TeaSoFar(name="As"), TeaSoFar(name="Assam", minutes=3, notes=[])],
        [TeaSoFar(), TeaSoFar(minutes=4)],
        [TeaSoFar(name="Bancha", minutes=3, notes=[])],
    ]
    assert outcomes == [A, (MalformedJSONError, '{"minutes":4,"notes":'), B]


@both
async def test_every_throttles_each_run_and_always_shows_its_last_value(source):
    deltas = ['{"name":"As', "sa", "m", '"}{"name":"', "Ban", "cha", '"}']
    shown = [dumped(await drained(run)) async for run in each(stream_all(source(deltas), Tea, every=3600))]
    assert shown == [[{"name": "As"}, {"name": "Assam"}], [{"name": ""}, {"name": "Bancha"}]]


@both
async def test_a_loop_over_a_run_raises_its_error_after_the_last_partial(source):
    seen: list[Any] = []
    async for run in each(stream_all(source([a, '{"name":"Ban', "cha\n", c]), Tea)):
        try:
            async for partial in each(run):
                seen.append(partial.name)  # noqa: PERF401  # a comprehension would lose what came before an error
        except MalformedJSONError:
            seen.append("broken")
    assert seen == ["Assam", "Ban", "Bancha", "broken", "Ceylon"]


@both
async def test_events_tell_all_from_the_beginning_of_the_document(source):
    text = 'So {x}: {"y\n' + f'{a}{{"minutes":1,"notes":["n"]}}\n{b}'
    expected = []
    for one in (a, '{"minutes":1,"notes":["n"]}', b):
        events: list[Any] = []
        try:
            for event in stream([one], Tea).events():
                events.append(event)  # noqa: PERF402  # a list would lose what came before an error
        except MismatchError:
            events.append("no fit")
        expected.append(events)
    seen = []
    async for run in each(stream_all(source([text]), Tea)):
        events = []
        try:
            async for event in each(run.events()):
                events.append(event)
        except MismatchError:
            events.append("no fit")
        seen.append(events)
    assert [str(events) for events in seen] == [str(events) for events in expected]
    assert not any(isinstance(event, Restarted) for events in seen for event in events)


@both
async def test_events_are_kept_when_the_outer_loop_goes_on_first(source):
    runs = await drained(stream_all(source(list(a + b)), Tea))
    for run, value in zip(runs, (A, B), strict=True):
        events = await drained(run.events())
        assert events[0] == Opened((), "object")
        assert events[-2:] == [Completed((), value), Finished(value)]
        assert await awaited(run.result()) == value


@both
async def test_items_come_once_each(source):
    deltas = list('{"name":"x","notes":["a","b"]}{"name":"y","notes":["c"]}')
    notes = [await drained(run.items("notes[*]")) async for run in each(stream_all(source(deltas), Tea))]
    assert notes == [["a", "b"], ["c"]]


@both
async def test_events_are_gone_once_the_run_was_asked_for_something_else(source):
    for ask in (drained, outcome):
        async for run in each(stream_all(source([a, '{"name":"B', "x"]), Tea)):
            try:
                await ask(run)
            except TruncatedJSONError:
                assert ask is drained
            with pytest.raises(UsageError, match="its events are gone"):
                run.events()


@both
async def test_what_is_asked_of_a_run_is_about_its_own_document(source):
    first_, second = await drained(stream_all(source([a, '{"minutes":"x","name":"y"}']), Tea))
    assert (first_.json, first_.candidate, first_.state("name"), first_.partial) == (a, 1, State.COMPLETE, A)
    assert (second.candidate, second.state("minutes"), second.open_path) == (2, State.REJECTED, ())
    assert len(second.rejected) > 0
    assert not first_.rejected


# How the loops share the source


@both
async def test_the_inner_loop_pulls_no_more_than_its_document(source):
    pieces = source([a[:9], a[9:] + b[:9], b[9:], c])
    async for run in each(stream_all(pieces, Tea)):
        assert await awaited(run.result()) == {1: A, 2: B, 3: C}[run.candidate]
        assert pieces.pulls == {1: 2, 2: 3, 3: 4}[run.candidate]


@both
async def test_leaving_an_inner_loop_leaves_the_source_open_and_the_run_can_go_on(source):
    pieces = source(list(a + b))
    names = []
    async for run in each(stream_all(pieces, Tea)):
        names.append([(await first(run))[0].name])
        assert not pieces.closed
        names[-1] += [partial.name for partial in await first(run, 2)]
        await awaited(run.aclose() if isinstance(run, AsyncRun) else run.close())
        assert not pieces.closed
        assert await awaited(run.result()) == (A, B)[len(names) - 1]
    assert names == [[None, "", "A"], [None, "", "B"]]
    assert pieces.closed == 1


@both
async def test_a_run_that_the_outer_loop_has_passed_shows_its_last_value(source):
    runs = await drained(stream_all(source(list(f"{a}\n{CUT_OFF}\n{c}")), Tea))
    assert await drained(runs[0]) == [A]
    assert await drained(runs[0]) == []
    for _ in range(2):
        with pytest.raises(MalformedJSONError):
            await drained(runs[1])
    assert runs[1].partial.name == "Ban"
    assert await drained(runs[2]) == [C]
    assert [type(run) for run in runs].count(type(runs[0])) == 3
    assert isinstance(runs[0], AsyncRun if source is AsyncSource else Run)


@both
async def test_leaving_the_outer_loop_closes_the_source_and_a_run_that_was_open_has_ended_there(source):
    pieces = source(list(a + b))
    (run,) = await first(stream_all(pieces, Tea))
    assert pieces.closed == 1
    pulls = pieces.pulls
    assert await outcome(run) == (TruncatedJSONError, '{"name"')
    assert pieces.pulls == pulls


@both
async def test_closing_and_context_managers_close_the_source_once(source):
    for pulled in (False, True):
        pieces = source(list(a + b))
        runs = stream_all(pieces, Tea)
        if source is Source:
            with runs as entered:
                assert entered is runs
                run = next(iter(runs)) if pulled else None
            runs.close()
        else:
            async with runs as entered:
                assert entered is runs
                loop = aiter(runs)
                run = await anext(loop) if pulled else None
            await runs.aclose()
        assert pieces.closed == 1
        assert pieces.pulls == (7 if pulled else 0)
        assert await drained(runs) == []
        if run is not None:
            assert type(await outcome(run)) is tuple


@both
async def test_an_exception_of_the_source_is_raised_by_the_run_that_is_open_and_by_the_loop(source):
    for deltas, alone in (([a, CUT_OFF], False), ([a, "x"], True), ([a, '{"na'], True)):
        for cause in (OSError("gone"), MalformedJSONError("of another run")):
            pieces, runs = source(deltas, cause), []
            with pytest.raises(type(cause)) as caught:
                await noted(stream_all(pieces, Tea), runs)
            assert caught.value is cause
            assert pieces.closed == 1
            assert await awaited(runs[0].result()) == A
            assert len(runs) == (1 if alone else 2)
            for run in runs[1:]:
                with pytest.raises(type(cause)):
                    await awaited(run.result())
                assert run.partial.name == "Ban"


@both
async def test_an_exception_of_the_source_caught_in_the_inner_loop_is_raised_by_the_outer_one(source):
    caught = []

    async def loop() -> None:
        async for run in each(stream_all(source([a, CUT_OFF], OSError("gone")), Tea)):
            try:
                caught.append(await awaited(run.result()))
            except OSError as error:
                caught.append(error)

    with pytest.raises(OSError, match="gone"):
        await loop()
    assert [type(one) for one in caught] == [Tea, OSError]


@both
async def test_an_interrupt_goes_to_who_pulled_and_to_others_the_text_has_ended(source):
    class Interrupt(BaseException):
        pass

    pieces, runs = source([a, CUT_OFF], Interrupt()), []
    with pytest.raises(Interrupt):
        await noted(stream_all(pieces, Tea), runs)
    assert pieces.closed == 1
    assert [await outcome(run) for run in runs] == [A, (TruncatedJSONError, CUT_OFF)]


def test_several_tasks_may_read_runs_at_once():
    async def scenario() -> None:
        pieces = AsyncSource(list(f"{a}\n{b}\n{CUT_OFF}\n{c}"))
        tasks = []
        async for run in stream_all(pieces, Tea):
            tasks.append(asyncio.create_task(outcome(run)))
            await asyncio.sleep(0)
        assert await asyncio.gather(*tasks) == [A, B, (MalformedJSONError, CUT_OFF), C]
        assert pieces.closed == 1

    asyncio.run(scenario())


def test_a_task_that_is_cancelled_while_it_pulls_ends_the_source_for_the_others():
    async def scenario() -> None:
        async def forever() -> Any:
            yield CUT_OFF
            try:
                await asyncio.sleep(3600)
            finally:
                closed.append(True)

        closed: list[bool] = []
        async for run in stream_all(forever(), Tea):
            pulling, waiting = (asyncio.create_task(outcome(run)) for _ in range(2))
            await asyncio.sleep(0.01)
            pulling.cancel()
            with pytest.raises(asyncio.CancelledError):
                await pulling
            assert await waiting == (TruncatedJSONError, CUT_OFF)
        assert closed == [True]

    asyncio.run(scenario())


def test_a_task_that_is_cancelled_while_it_waits_leaves_the_source_to_the_others():
    async def scenario() -> None:
        pieces = AsyncSource(list(a + b))
        runs = stream_all(pieces, Tea)
        async for run in runs:
            tasks = [asyncio.create_task(outcome(run)) for _ in range(2)]
            tasks.append(asyncio.create_task(runs.aclose()))
            await asyncio.sleep(0)
            tasks[1].cancel()
            tasks[2].cancel()
            assert await tasks[0] == {1: A, 2: B}[run.candidate]
            assert await asyncio.gather(*tasks[1:], return_exceptions=True)
            assert not pieces.closed
        assert pieces.closed == 1

    asyncio.run(scenario())


def test_closing_waits_for_a_task_that_is_pulling():
    async def scenario() -> None:
        pieces = AsyncSource(list(a + b))
        runs = stream_all(pieces, Tea)
        loop = aiter(runs)
        run = await anext(loop)
        task = asyncio.create_task(outcome(run))
        await asyncio.sleep(0)
        await runs.aclose()
        assert type(await task) is tuple
        assert pieces.closed == 1

    asyncio.run(scenario())


@pytest.mark.parametrize("source", [[], [1]])
def test_wrong_arguments_are_told_at_once(source: list[int]):
    with pytest.raises(UsageError, match="every takes a number of seconds"):
        stream_all(source, Tea, every=-1)
    with pytest.raises(UsageError, match="a whole str"):
        stream_all(a, Tea)
    with pytest.raises(UsageError, match="Source"):
        stream_all(source, Source)
    with pytest.raises(UsageError, match=r"Gated cannot show a Tea"):
        stream_all(source, Tea, partial=Gated)


@both
async def test_fail_fast_ends_all_at_the_first_value_that_does_not_fit(source):
    pieces, outcomes = source([a, '{"name":"x","minutes":"y"', ',"notes":[]}', b]), []
    async for run in each(stream_all(pieces, Tea, fail_fast=True)):
        outcomes.append(await outcome(run))
        assert run.state("minutes") in (State.ABSENT, State.REJECTED)
    assert outcomes == [A, (MismatchError, '{"name":"x","minutes":"y"')]
    assert (pieces.pulls, pieces.closed) == (2, 1)


def test_validators_get_the_context():
    class Counted(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def count(cls, name: str, info: ValidationInfo) -> str:
            return name + info.context

    assert [made.name for made in told(Counted, list(a + b), validation_context="!")] == ["Assam!", "Bancha!"]


class Gated(BaseModel):
    ready: Annotated[bool, Gate()]
    name: str
    inner: list[Gated] = []


@pytest.mark.parametrize("at", range(1, 73))
def test_a_gated_object_can_be_asked_for_its_result_at_any_point(at: int):
    text = '{"name":"a","inner":[{"name":"b","ready":true}],"ready":false,"inner":[]}{"ready":true,"name":"c"}'
    values = told(Gated, [text[:at], *text[at:]])
    assert [value.name for value in values] == ["a", "c"]
    shown = [[partial.name for partial in run if partial.ready is not None] for run in stream_all(list(text), Gated)]
    assert shown[1][-1] == "c"
    (first_, _) = stream_all([text[:at], *text[at:]], Gated)
    events = list(first_.events())
    assert events[-1] == Finished(values[0])


def test_thinking_tags_are_those_that_are_given():
    assert told(Tea, [f"<think>{a}</think><plan>{b}</plan>{c}"], thinking=["plan"]) == [A, C]


# Memory and time


def test_a_run_that_nobody_holds_is_freed_at_once():
    gc.disable()
    try:
        seen: list[Any] = []
        for run in stream_all([f"{a}{b}\n", *f"{c}{a}"], Tea):
            assert [there() for there in seen] == [None] * len(seen)
            list(run.events())
            seen = [weakref.ref(run)]
            del run
        assert seen[0]() is None
    finally:
        gc.enable()


@pytest.mark.no_cover  # times are compared here: coverage would measure itself
@pytest.mark.parametrize("size", [None, 40, 1], ids=["whole", "by the line", "by the character"])
def test_documents_are_read_in_linear_time(size: int | None):
    def reading(count: int) -> Callable[[], object]:
        text = "".join(f'{{"name":"tea number {n:06}","minutes":3}}\n' for n in range(count))
        pieces = [text] if size is None else [text[at : at + size] for at in range(0, len(text), size)]

        def read() -> None:
            assert sum(1 for _ in stream_all(pieces, Tea)) == count

        return read

    assert_linear(reading, 250 if size == 1 else 2500)


@pytest.mark.no_cover
@pytest.mark.parametrize("bad", ['{"name":"x",oops}\n', '{"name":1}\n', '{"x\n', "{} ", '{"name":"x\n', "[[{x}]]\n"])
def test_wrong_documents_are_passed_in_linear_time(bad: str):
    limits = Limits(max_candidates=10**9)

    def reading(count: int) -> Callable[[], object]:
        text = bad * count
        return lambda: deque(stream_all([text], Tea, limits=limits), maxlen=0)

    assert_linear(reading, 2000)


# Any documents, joined in any way, at any cut

TYPES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (Tea, st.fixed_dictionaries({"name": st.text(max_size=8) | st.integers()}, optional={"minutes": st.integers() | st.just("x"), "notes": st.lists(st.text(max_size=4), max_size=3), "other": st.just({"name": "no"})})),
    (list[int], st.lists(st.integers() | st.sampled_from(["1", "x", None, [1]]), max_size=4)),
    (dict[str, list[str]], st.dictionaries(st.text(max_size=3), st.lists(st.text(max_size=5), max_size=2) | st.none(), max_size=3)),
    (Any, st.lists(st.dictionaries(st.text(max_size=3), st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)), max_size=3)),
]  # fmt: skip
JOINTS = [
    "",
    "\n",
    "\r\n\n",
    " ",
    ",\n",
    " or else (see below): ",
    "\n# And {then}\n",
    "\n- <think>{[</think>",
    "</p>",
    "\n```\n",
]


@st.composite
def joined(draw: st.DrawFn) -> tuple[Any, list[str], str]:
    tp, values = draw(st.sampled_from(TYPES))
    dump = functools.partial(json.dumps, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1])))
    documents = [dump(value) for value in draw(st.lists(values, max_size=5))]
    text = draw(st.sampled_from(["", "Sure!\n", "```json\n", "<think>{}</think>", "~~~\n"]))
    fenced = text.startswith(("```", "~~~"))
    for document in documents:
        text += document + draw(st.sampled_from(JOINTS[:4] if fenced else JOINTS[:-1]))
        if draw(st.booleans()):
            text += ("\n```\nSo:\n" if text.count("```") % 2 else "\n```json\n") if not text.startswith("~") else "\n"
            fenced = text.startswith("~") or text.count("```") % 2 == 1
    return tp, documents, text


def pydantics(tp: Any, document: str) -> Any:
    try:
        return TypeAdapter(tp).validate_json(document)
    except ValidationError as error:
        return [(each["loc"], each["type"]) for each in error.errors()]


def ours(tp: Any, deltas: list[str]) -> list[Any]:
    outcomes: list[Any] = []
    for run in stream_all(deltas, tp):
        try:
            outcomes.append(run.result())
        except MismatchError as error:
            outcomes.append([(each["loc"], each["type"]) for each in error.validation_error.errors()])
    return outcomes


@settings(max_examples=150)
@given(joined(), st.data())
def test_any_documents_come_to_what_pydantic_makes_of_each_at_any_cut(case: Any, data: st.DataObject):
    tp, documents, text = case
    points = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    cut = [text[start:end] for start, end in zip([0, *points], [*points, len(text)], strict=True)]
    for deltas in ([text], list(text), cut):
        assert ours(tp, deltas) == [pydantics(tp, document) for document in documents]


SOUP = [
    *["`", "```", "~~~", "\n", "\n", "\r\n", " ", "x", ":", ".", "{", "}", "[", "]", '"', '"a":1', '{"a":1}', "[1]"],
    *["1", "-", "tru", "null", "12,", "```json\n", "\n```\n", "<think>", "</think>", '{"name":', '"Tea"', '"notes":'],
    *['["n"', "]}", ",", '{"name":"x"}', '\n{"name":"y"}\n', "\\", '"\\u12', '"\\ud83d', '"x\n', '{"zzz":1,', "[["],
]


@settings(max_examples=300)
@given(
    st.sampled_from([Tea, list[int], list[str], int, str, Any, Tea | str, dict[str, Any] | str, set[str] | int]),
    st.lists(st.sampled_from(SOUP), max_size=14).map("".join),
    st.data(),
)
def test_what_any_text_comes_to_does_not_depend_on_the_cut(tp: Any, text: str, data: st.DataObject):
    points = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    cut = [text[start:end] for start, end in zip([0, *points], [*points, len(text)], strict=True)]
    whole = told(tp, [text])
    assert told(tp, cut) == whole
    assert told(tp, list(text)) == whole


BUSY = {"error": {"message": "Busy"}}


@pytest.mark.parametrize("size", [1, 7, 150, 10_000])
@pytest.mark.parametrize("ends", [True, False], ids=["its last event ended", "its last event unterminated"])
def test_documents_in_front_of_an_error_in_the_same_piece_are_kept(size: int, ends: bool):
    chunks = [chunk(a), chunk(b), chunk(CUT_OFF), BUSY]
    body = "".join(f"data: {json.dumps(each)}\n\n" for each in chunks).encode()
    body = body if ends else body.rstrip()
    found: list[Any] = []
    for run in stream_all([body[at : at + size] for at in range(0, len(body), size)], Tea):
        try:
            found.append(run.result())
        except SourceError as error:
            found.append(error.text)
    assert found == [A, B, CUT_OFF]


def test_documents_in_the_last_event_are_read_though_nothing_ends_it():
    body = "".join(f"data: {json.dumps(each)}\n\n" for each in (chunk(a + b[:3]), chunk(b[3:] + c))).rstrip()
    assert [run.result() for run in stream_all([body.encode()], Tea)] == [A, B, C]
