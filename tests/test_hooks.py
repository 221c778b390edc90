"""Hooks: who is called, with what, in which order; and what a callback may do that it should not."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from partway import (
    Appended,
    AsyncRun,
    Completed,
    Extractor,
    Finished,
    Hooks,
    MalformedJSONError,
    MismatchError,
    Opened,
    PartwayError,
    Rejected,
    Restarted,
    TruncatedJSONError,
    UsageError,
    stream,
    stream_all,
    stream_choices,
    stream_tools,
)
from sources import AsyncSource, Source, both, each, given


class Step(BaseModel):
    text: str
    minutes: int = Field(default=1, le=60)


class Recipe(BaseModel):
    title: str
    steps: list[Step] = []


DELTAS = ['{"title": "T', 'ea", "steps": [{"text": "Bo', 'il.", "minutes": 3}, {"text": "Po', 'ur.", "minutes": 1}]}']
RECIPE = Recipe(title="Tea", steps=[Step(text="Boil.", minutes=3), Step(text="Pour.", minutes=1)])

# (pattern, kind, what is told of each event)
CALLS: list[tuple[str, str, list[Any]]] = [
    ("title", "opened", [Opened(("title",), "string")]),
    ("title", "appended", [Appended(("title",), "T"), Appended(("title",), "ea")]),
    ("title", "completed", [Completed(("title",), "Tea")]),
    ("title", "rejected", []),
    ("steps[*].text", "appended", [
        Appended(("steps", 0, "text"), "Bo"), Appended(("steps", 0, "text"), "il."),
        Appended(("steps", 1, "text"), "Po"), Appended(("steps", 1, "text"), "ur."),
    ]),
    ("steps[1].minutes", "completed", [Completed(("steps", 1, "minutes"), 1)]),
    ("..minutes", "completed", [Completed(("steps", 0, "minutes"), 3), Completed(("steps", 1, "minutes"), 1)]),
    ("$.steps", "opened", [Opened(("steps",), "array")]),
    ("", "completed", [Completed((), RECIPE)]),
    ("nothing", "finished", [Finished(RECIPE)]),
    ("nothing[*].here", "completed", []),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "kind", "events"), CALLS)
@both
async def test_a_hook_is_called_with_each_event_of_its_kind_at_its_places(source, pattern, kind, events):
    called: list[Any] = []
    run = stream(source(DELTAS), Recipe)
    run.on(pattern, **{kind: called.append})
    assert await given(run.result()) == RECIPE
    assert called == events


@pytest.mark.parametrize(("pattern", "kind", "events"), CALLS)
@both
async def test_a_decorator_does_the_same(source, pattern, kind, events):
    called: list[Any] = []

    def note(event: Any) -> None:
        called.append(event)

    run = stream(source(DELTAS), Recipe)
    assert getattr(run.on(pattern), kind)(note) is note
    await given(run.result())
    assert called == events


@pytest.mark.parametrize(("pattern", "kind", "events"), CALLS)
@both
async def test_hooks_serve_any_number_of_runs(source, pattern, kind, events):
    called: list[Any] = []
    hooks = Hooks()
    hooks.on(pattern, **{kind: called.append})
    for _ in range(2):
        called.clear()
        await given(stream(source(DELTAS), Recipe, hooks=hooks).result())
        assert called == events


@pytest.mark.parametrize(("pattern", "kind", "events"), CALLS)
@pytest.mark.parametrize("paths", [True, False])
def test_hooks_serve_an_extractor(pattern, kind, events, paths):
    called: list[Any] = []
    hooks = Hooks()
    hooks.on(pattern, **{kind: called.append})
    extractor = Extractor(Recipe, on_event=hooks, paths=hooks.paths if paths else None)
    for delta in DELTAS:
        extractor.feed(delta)
    extractor.finish()
    assert called == events


@both
async def test_calls_come_in_the_order_of_the_text_sync_and_async_ones_in_turn(source):
    told: list[str] = []
    run = stream(source(["".join(DELTAS)]), Recipe)

    def note(event: Any) -> None:
        told.append(f"{type(event).__name__} {'.'.join(map(str, event.path))}")

    async def slowly(event: Any) -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        note(event)

    run.on("steps[*]", opened=note, completed=slowly if isinstance(run, AsyncRun) else note)
    run.on("..text", completed=note)
    run.on("title", appended=slowly if isinstance(run, AsyncRun) else note, completed=note)
    await given(run.result())
    assert told == [
        "Appended title", "Completed title",
        "Opened steps.0", "Completed steps.0.text", "Completed steps.0",
        "Opened steps.1", "Completed steps.1.text", "Completed steps.1",
    ]  # fmt: skip


@both
async def test_hooks_of_one_place_are_called_in_the_order_in_which_they_were_added(source):
    told: list[int] = []
    hooks = Hooks()
    hooks.on("title", completed=lambda _: told.append(1))
    hooks.on("..title", completed=lambda _: told.append(2))
    run = stream(source(DELTAS), Recipe, hooks=hooks)
    run.on("*", completed=lambda event: told.append(3) if event.path == ("title",) else None)
    await given(run.result())
    assert told == [1, 2, 3]


@both
async def test_a_hook_sees_the_run_as_it_is_after_the_chunk(source):
    seen: list[Any] = []
    run = stream(source(DELTAS), Recipe)
    run.on("title", appended=lambda event: seen.append((event.text, run.partial.title, run.open_path)))
    await given(run.result())
    assert seen == [("T", "T", ("title",)), ("ea", "Tea", ("steps", 0, "text"))]


@both
async def test_hooks_are_called_while_a_loop_goes_on_and_before_it_is_told(source):
    told: list[Any] = []
    run = stream(source(DELTAS), Recipe)
    run.on("title", appended=lambda event: told.append(event.text))
    async for partial in each(run):
        told.append(partial.title)  # noqa: PERF401  # beside what the hook adds
    assert told == ["T", "T", "ea", "Tea", "Tea", "Tea"]


@both
async def test_a_hook_that_is_added_on_the_way_is_called_from_then_on(source):
    late: list[Any] = []
    run = stream(source(DELTAS), Recipe)
    run.on("title", completed=lambda _: run.on("steps[*].text", completed=lambda event: late.append(event.value)))
    await given(run.result())
    assert late == ["Boil.", "Pour."]


@both
async def test_hooks_are_told_of_a_value_that_does_not_fit_and_of_a_wrong_candidate(source):
    told: list[Any] = []
    run = stream(source(['{"title": 1}', *DELTAS]), Recipe)
    run.on("title", rejected=told.append, completed=told.append)
    run.on(restarted=told.append)
    await given(run.result())
    assert [type(event) for event in told] == [Rejected, Restarted, Completed]


@both
async def test_hooks_are_called_for_what_came_before_an_error(source):
    told: list[Any] = []
    run = stream(source(['{"title": "Tea", oops']), Recipe, json_only=True)
    run.on("title", completed=told.append)
    with pytest.raises(MalformedJSONError):
        await given(run.result())
    assert told == [Completed(("title",), "Tea")]


@both
async def test_hooks_are_called_for_what_came_with_an_error_at_the_end(source):
    # A number is whole when the text has ended: its events came due with the error, and nobody was called.
    told: list[Any] = []
    run = stream(source(["61"]), Annotated[int, Field(le=60)], json_only=True)
    run.on("", opened=told.append, rejected=told.append)
    with pytest.raises(MismatchError):
        await given(run.result())
    assert [type(event) for event in told] == [Opened, Rejected]


# A callback that raises


def failing(event: Any) -> None:
    raise ZeroDivisionError(event.path)


@both
async def test_an_exception_of_a_callback_ends_the_run(source):
    for way in (lambda run: run.result(), drained):
        told: list[Any] = []
        run = stream(made := source(DELTAS), Recipe)
        run.on("steps[*].text", appended=failing)
        run.on("steps[*].text", appended=told.append)
        with pytest.raises(ZeroDivisionError):
            await given(way(run))
        assert (made.pulls, made.closed) == (2, 1)
        assert told == []
        with pytest.raises(ZeroDivisionError):
            await given(run.result())
        assert run.partial.title == "Tea"


async def drained(run: Any) -> list[Any]:
    return [value async for value in each(run)]


@both
async def test_an_exception_of_a_callback_is_logged_and_passed_over_if_that_is_asked_for(source, caplog):
    told: list[Any] = []
    run = stream(source(DELTAS), Recipe, on_hook_error="log")
    run.on("steps[*].text", appended=failing)
    run.on("steps[*].text", appended=told.append)
    run.on("", completed=failing)
    with caplog.at_level(logging.ERROR, logger="partway"):
        assert await given(run.result()) == RECIPE
    assert [event.text for event in told] == ["Bo", "il.", "Po", "ur."]
    assert [record.getMessage() for record in caplog.records] == [
        *["a hook failed: Appended at steps[0].text"] * 2,
        *["a hook failed: Appended at steps[1].text"] * 2,
        "a hook failed: Completed at the root",
    ]
    assert {record.exc_info[0] for record in caplog.records} == {ZeroDivisionError}


@both
async def test_a_hook_that_fails_at_the_end_takes_the_result_with_it(source):
    def fail(_: Finished) -> None:
        raise ZeroDivisionError

    run = stream(source(DELTAS), Recipe)
    run.on(finished=fail)
    with pytest.raises(ZeroDivisionError):
        await given(run.result())
    with pytest.raises(ZeroDivisionError):
        await given(run.result())


def test_an_async_callback_that_raises_ends_the_run():
    async def fail(_: Any) -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    async def scenario() -> None:
        run = stream(made := AsyncSource(DELTAS), Recipe)
        run.on("title", completed=fail)
        with pytest.raises(ZeroDivisionError):
            await run.result()
        assert made.closed == 1

    asyncio.run(scenario())


# What cannot work


async def nothing(_: Any) -> None: ...


def test_an_async_callback_is_refused_by_a_run_that_is_not():
    run = stream(DELTAS, Recipe)
    with pytest.raises(UsageError, match="a hook is async, and the run is not"):
        run.on("title", completed=nothing)
    hooks = Hooks()
    hooks.on("title").completed(nothing)
    with pytest.raises(UsageError, match="a hook is async, and the run is not"):
        stream(DELTAS, Recipe, hooks=hooks)


@pytest.mark.parametrize("on_hook_error", ["raise", "log"])
def test_a_callback_that_turns_out_to_be_async_is_refused_and_not_logged(on_hook_error):
    run = stream(DELTAS, Recipe, on_hook_error=on_hook_error)
    run.on("title", completed=lambda event: nothing(event))  # noqa: PLW0108  # nobody can tell before
    with pytest.raises(UsageError, match="a hook is async, and the run is not"):
        run.result()


def test_hooks_that_are_async_cannot_be_called_without_a_run():
    hooks = Hooks()
    hooks.on("title", completed=nothing)
    with pytest.raises(UsageError, match="a hook is async, and the run is not"):
        hooks(Completed(("title",), "Tea"))


@both
async def test_a_callback_cannot_read_or_close_the_run_that_calls_it(source):
    for call in ("result", "aclose" if source is AsyncSource else "close"):
        run = stream(made := source(DELTAS), Recipe)

        async def asynchronous(_: Any, run: Any = run, call: str = call) -> None:
            await getattr(run, call)()

        synchronous = lambda _, run=run, call=call: getattr(run, call)()  # noqa: E731
        run.on("title", completed=asynchronous if source is AsyncSource else synchronous)
        with pytest.raises(UsageError, match="a hook cannot read or close the run that calls it"):
            await given(run.result())
        assert made.closed == 1


def test_a_callback_may_start_a_task_that_reads_the_run():
    # The task inherits the context of the call, and was taken for the callback itself for as long as it lived.
    async def scenario() -> None:
        texts = ["", ""]
        tasks: list[asyncio.Task[None]] = []
        run = stream(AsyncSource(DELTAS), Recipe)

        async def type_out(index: int) -> None:
            async for piece in run.text(f"steps[{index}].text"):
                texts[index] += piece

        run.on("steps[*]", opened=lambda event: tasks.append(asyncio.create_task(type_out(event.path[1]))))
        await run.result()
        await asyncio.gather(*tasks)
        assert texts == ["Boil.", "Pour."]

    asyncio.run(scenario())


@both
async def test_callbacks_of_two_runs_cannot_read_each_other_s(source):
    # Only the innermost call was known: async runs waited for each other for ever.
    one, two = (stream(source(DELTAS), Recipe) for _ in range(2))
    for run, other in ((one, two), (two, one)):

        async def asynchronous(_: Any, other: Any = other) -> None:
            await other.result()

        synchronous = lambda _, other=other: other.result() and None  # noqa: E731
        run.on("title", completed=asynchronous if source is AsyncSource else synchronous)
    with pytest.raises(UsageError, match="a hook cannot read or close the run that calls it"):
        await asyncio.wait_for(given(one.result()), 10)


@both
async def test_a_callback_may_read_another_run(source):
    titles: list[str] = []

    async def other(_: Any) -> None:
        titles.append((await stream(AsyncSource(DELTAS), Recipe).result()).title)

    run = stream(source(DELTAS), Recipe)
    synchronous = lambda _: titles.append(stream(Source(DELTAS), Recipe).result().title)  # noqa: E731
    run.on("title", completed=other if source is AsyncSource else synchronous)
    await given(run.result())
    assert titles == ["Tea"]


@pytest.mark.parametrize(("pattern", "column"), [("steps[?@.a]", 6), ("steps[1:2]", 6), ("steps[-1]", 6), ("a b", 2)])
def test_a_pattern_that_cannot_be_read_is_refused_at_once(pattern, column):
    for on in (Hooks().on, stream(DELTAS, Recipe).on):
        with pytest.raises(UsageError, match=rf"at column {column}: .*there are no filters, slices"):
            on(pattern, completed=print)


@pytest.mark.parametrize("pattern", [None, 1, ("steps", 0)])
def test_a_pattern_is_a_str(pattern):
    with pytest.raises(UsageError, match="a path is written as a str"):
        Hooks().on(pattern)


def test_a_callback_can_be_called():
    with pytest.raises(UsageError, match="'print' cannot be called"):
        Hooks().on("title", completed="print")


def test_on_hook_error_is_one_of_two():
    for stream_ in (stream, stream_all, stream_choices):
        with pytest.raises(UsageError, match="on_hook_error takes 'raise' or 'log', not 'ignore'"):
            stream_(DELTAS, Recipe, on_hook_error="ignore")


# Runs of several


@both
async def test_each_run_of_several_has_the_hooks(source):
    told: list[Any] = []
    hooks = Hooks()
    hooks.on("title", completed=lambda event: told.append(event.value))
    async for run in each(stream_all(source(['{"title": "A"}', '\n{"title": ', '"B"}']), Recipe, hooks=hooks)):
        run.on(finished=lambda event: told.append(event.value.title.lower()))
        await given(run.result())
    assert told == ["A", "a", "B", "b"]


@both
async def test_a_hook_of_a_run_of_several_is_called_for_what_came_before_it_was_there(source):
    told: list[Any] = []
    async for run in each(stream_all(source(['{"title": "A", "steps": [']), Recipe)):
        run.on("title", appended=told.append, completed=told.append)
        with pytest.raises(TruncatedJSONError):
            await given(run.result())
    assert told == [Appended(("title",), "A"), Completed(("title",), "A")]


@both
async def test_what_came_before_a_run_of_several_was_there_is_told_in_the_order_of_the_text(source):
    # It was told hook by hook: every `Opened` before the first `Completed`.
    told: list[Any] = []
    async for run in each(stream_all(source(["".join(DELTAS)]), Recipe)):
        run.on("steps[*]", opened=told.append, completed=told.append)
        await given(run.result())
    assert [(type(event), event.path[-1]) for event in told] == [
        (Opened, 0), (Completed, 0), (Opened, 1), (Completed, 1)
    ]  # fmt: skip


@both
async def test_a_hook_that_fails_ends_its_own_run_and_no_other(source):
    outcomes: list[Any] = []
    async for run in each(stream_all(source(['{"title": "A"}\n', '{"title": "B"}']), Recipe)):
        if not outcomes:
            run.on("title", completed=failing)
        for _ in range(2):
            try:
                outcomes.append((await given(run.result())).title)
            except ZeroDivisionError:
                outcomes.append("failed")
    assert outcomes == ["failed", "failed", "B", "B"]


def test_a_reader_of_a_run_of_several_that_is_cancelled_in_a_hook_takes_no_calls_from_the_others():
    # The run goes on, but what was due with the hook that was cancelled was dropped.
    async def scenario() -> None:
        told: list[Any] = []
        called = asyncio.Event()

        async def slowly(event: Any) -> None:
            told.append(event.path)
            called.set()
            await asyncio.sleep(0)

        async for run in stream_all(AsyncSource(["".join(DELTAS)]), Recipe):
            run.on("steps[*]", opened=slowly, completed=slowly)
            reading = asyncio.ensure_future(drained(run))
            await called.wait()
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await run.result()
        assert told == [("steps", 0), ("steps", 0), ("steps", 1), ("steps", 1)]

    asyncio.run(scenario())


def test_hooks_of_tools_and_choices_are_called():
    told: list[Any] = []
    hooks = Hooks()
    hooks.on("title", completed=lambda event: told.append(event.value))
    call = {"index": 0, "function": {"name": "cook", "arguments": '{"title": "Tea"}'}}
    chunks = [{"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}]
    chunks += [{"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}]
    for run in stream_tools(chunks, {"cook": Recipe}, hooks=hooks):
        run.result()
    texts = [{"choices": [{"index": index, "delta": {"content": f'{{"title": "{index}"}}'}}]} for index in (0, 1)]
    for run in stream_choices(texts, Recipe, hooks=hooks):
        run.result()
    assert told == ["Tea", "0", "1"]


# What is not listened to costs nothing


def test_nothing_is_made_for_places_that_no_hook_names(monkeypatch):
    made: list[Any] = []
    for kind in (Opened, Appended, Completed, Rejected):
        monkeypatch.setattr(f"partway._builder.{kind.__name__}", lambda *a, kind=kind: made.append(a) or kind(*a))
    extractor = Extractor(Recipe, on_event=made.append, paths=["steps[*].nothing", "nothing..text", "steps[7].text"])
    for delta in DELTAS:
        extractor.feed(delta)
    assert made == []
    extractor.finish()
    assert made == [Finished(RECIPE)]


def test_a_partway_error_is_still_the_run_s_own_when_hooks_have_been_called():
    run = stream(['{"title": "T'], Recipe)
    run.on("title", appended=lambda _: None)
    with pytest.raises(PartwayError) as caught:
        run.result()
    assert caught.value.partial.title == "T"


@both
async def test_hooks_of_a_run_that_the_loop_passes_over_are_called_when_it_goes_on(source):
    # They were called when the run was read, which was never.
    told: list[Any] = []
    hooks = Hooks()
    hooks.on("title", completed=lambda event: told.append(event.value))
    async for _ in each(
        stream_all(source(['{"title": "A"}\n', '{"title": "B"}', '\n{"title": "C"}']), Recipe, hooks=hooks)
    ):
        told.append("run")  # noqa: PERF401  # beside what the hooks add
    assert told == ["run", "A", "run", "B", "run", "C"]


@both
async def test_what_a_hook_raises_of_a_run_that_was_passed_over_is_the_error_of_that_run(source):
    hooks = Hooks()
    hooks.on("title", completed=failing)
    runs = [run async for run in each(stream_all(source(['{"title": "A"}\n', '{"title": "B"}']), Recipe, hooks=hooks))]
    assert len(runs) == 2
    for run in runs:
        with pytest.raises(ZeroDivisionError):
            await given(run.result())


@both
async def test_a_hook_that_raises_stop_iteration_does_not_pass_for_an_end(source):
    # The run ended as if it had come to its end, and its result was None.
    for over in (False, True):
        hooks = Hooks()
        hooks.on("title", completed=lambda _: next(iter(())))
        runs = each(stream_all(source(['{"title": "A", ', '"steps": []}\n']), Recipe, hooks=hooks))
        async for run in runs if not over else each([run async for run in runs]):
            for _ in range(2):
                with pytest.raises((RuntimeError, StopIteration)):
                    await given(run.result())


@both
@pytest.mark.parametrize("kind", [StopIteration, StopAsyncIteration])
async def test_a_stop_iteration_is_another_error_each_time_it_is_told(source, kind):
    # It ended the loop in which the result was asked for a second time.
    def stop(_: object) -> None:
        raise kind("x")

    run = stream(source(['{"title": "A", "steps": []}']), Recipe)
    run.on("title", completed=stop)
    for _ in range(3):
        with pytest.raises((RuntimeError, kind)) as caught:
            await given(run.result())
        # What is no end of a loop is raised as it is.
        ends = kind is StopIteration or isinstance(run, AsyncRun)
        assert type(caught.value.__cause__ if ends else caught.value) is kind


@both
async def test_hooks_of_a_run_of_several_are_called_before_a_loop_over_it_is_told(source):
    # The first partial came before the hooks of its chunk.
    seen: list[Any] = []
    for run_of in (stream, stream_all):
        runs = run_of(source(['{"title": "Tea", ', '"steps": []}']), Recipe)
        async for run in each([runs] if run_of is stream else runs):
            run.on("title", completed=lambda event: seen.append(f"hook {event.value}"))
            async for partial in each(run):
                seen.append(partial.title)  # noqa: PERF401  # beside what the hooks add
    assert seen == ["hook Tea", "Tea", "Tea"] * 2


@pytest.mark.parametrize("seconds", [0, 0.02])
def test_a_slow_hook_takes_no_calls_from_the_runs_that_are_passed_over(seconds):
    # While it was awaited, another task pulled; what was due then of a run that had ended was dropped.
    def chunk(index: int, text: str | None, name: str | None = None) -> dict[str, Any]:
        call = {"index": index, "function": {"name": name, "arguments": text}}
        return {"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}

    async def scenario() -> None:
        told: list[Any] = []

        async def slowly(event: Completed) -> None:
            await asyncio.sleep(seconds)
            told.append(event.value)

        hooks = Hooks()
        hooks.on("title", completed=slowly)
        chunks = [chunk(0, '{"title": "A', "first"), chunk(1, '{"title": "B"}', "second"), chunk(0, '"}')]
        chunks += [{"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}]
        async with asyncio.TaskGroup() as reading:
            async for run in stream_tools(AsyncSource(chunks), {"first": Recipe, "second": Recipe}, hooks=hooks):
                if run.name == "second":
                    reading.create_task(run.result())
        assert sorted(told) == ["A", "B"]

    asyncio.run(scenario())
