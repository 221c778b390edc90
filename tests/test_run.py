"""Reading one run in several ways: strings, values, items and frames, one after the other and side by side.

`test_stream.py` has the rest of what a run does.
"""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, Field

from partway import (
    Appended,
    AsyncRun,
    Completed,
    Extractor,
    Gate,
    MalformedJSONError,
    MismatchError,
    NoJSONError,
    Opened,
    PartwayError,
    Restarted,
    TruncatedJSONError,
    UsageError,
    Whole,
    stream,
    stream_all,
)
from partway._feeds import TextFeed
from partway._listeners import Listener, Listeners
from partway._paths import Pattern
from sources import AsyncSource, Source, both, each, given


class Step(BaseModel):
    text: str
    minutes: int = Field(default=1, le=60)


class Recipe(BaseModel):
    title: str
    language: str = "en"
    summary: Annotated[str, Whole()] = ""
    steps: list[Step] = []
    prices: dict[str, float] = {}
    note: Annotated[str, AfterValidator(str.upper)] = ""


DELTAS = [
    'Sure!\n```json\n{"ti',
    'tle": "Pâ',
    'té 🍞", "language": "d',
    'e", "summary": "Gut',
    'es", "steps": [{"te',
    'xt": "Mix."}, {"text": "Ba',
    'ke.", "minutes": 3}], "prices": {"salt": 1.5}}\n```',
]
STEPS = [Step(text="Mix."), Step(text="Bake.", minutes=3)]
RESULT = Recipe(title="Pâté 🍞", language="de", summary="Gutes", steps=STEPS, prices={"salt": 1.5})


async def drained(values: Any) -> list[Any]:
    return [value async for value in each(values)]


# One string, one value

TEXTS = [
    ("title", ["Pâ", "té 🍞"]),
    ("language", ["d", "e"]),
    ("summary", ["Gutes"]),
    ("steps[1].text", ["Ba", "ke."]),
    ("$['steps'][0]['text']", ["Mix."]),
    ("steps", []),
    ("note", []),
    ("nowhere", []),
    ("", []),
]


@pytest.mark.parametrize(("path", "pieces"), TEXTS)
@both
async def test_the_pieces_of_a_string_come_as_they_are_written(source, path, pieces):
    run = stream(source(DELTAS), Recipe)
    assert await drained(run.text(path)) == pieces
    assert await given(run.result()) == RESULT


@both
async def test_the_loop_over_a_string_ends_with_it_and_leaves_the_run_open(source):
    run = stream(made := source(DELTAS), Recipe)
    assert await drained(run.text("title")) == ["Pâ", "té 🍞"]
    assert (made.pulls, made.closed) == (3, 0)
    assert await drained(run.text("title")) == ["Pâté 🍞"]
    assert await drained(run.text("language")) == ["d", "e"]
    assert (made.pulls, made.closed) == (4, 0)


@both
async def test_a_string_that_begins_anew_is_told_from_its_beginning(source):
    run = stream(source(['{"title": "No", "steps": 1}', '{"title": "Yes"}']), Recipe)
    assert (await drained(run.text("title")))[:1] == ["No"]
    assert await drained(run.text("title")) == ["No"]
    assert (await given(run.result())).title == "Yes"
    assert await drained(run.text("title")) == ["Yes"]


@both
async def test_a_string_that_is_begun_and_not_shown_yet_can_be_asked_for(source):
    # It is streaming, and nothing is there of it to be looked up: a LookupError.
    for path, pieces in [("summary", ["Gutes"]), ("steps[1].minutes", []), ("steps", [])]:
        for at in range(1, len(DELTAS)):
            run = stream(source(DELTAS), Recipe)
            partials = each(run)
            for _ in range(min(at, 6)):
                await anext(partials)
            assert await drained(run.text(path)) == pieces
            await partials.aclose()


VALUES = [
    ("title", "Pâté 🍞", 3),
    ("language", "de", 4),
    ("summary", "Gutes", 5),
    ("steps[0]", STEPS[0], 6),
    ("steps", STEPS, 7),
    ("prices.salt", 1.5, 7),
    ("steps[1].minutes", 3, 7),
    ("", RESULT, 7),
    ("note", "", 8),
    ("steps[0].minutes", 1, 8),
]


@pytest.mark.parametrize(("path", "value", "pulls"), VALUES)
@both
async def test_a_value_is_given_with_the_chunk_that_completes_it(source, path, value, pulls):
    run = stream(made := source(DELTAS), Recipe)
    assert await given(run.value(path)) == value
    assert (made.pulls, made.closed) == (pulls, int(pulls == 8))
    assert await given(run.value(path)) == value
    assert await given(run.result()) == RESULT


@both
async def test_a_value_that_does_not_fit_is_an_error(source):
    run = stream(source(['{"title": 7, "steps": [{"text": "a", "minutes": 61}]}']), Recipe)
    for path, kind in [("title", "string_type"), ("steps[0].minutes", "less_than_equal"), ("steps[0]", None)]:
        with pytest.raises(MismatchError) as caught:
            await given(run.value(path))
        assert kind in (None, caught.value.validation_error.errors()[0]["type"])
        assert caught.value.partial is run.partial


@both
async def test_a_value_that_did_not_fit_and_is_written_anew_with_the_same_chunk_is_an_error(source):
    # It was told as rejected, and is no more when it is asked for: a KeyError.
    for text in ('{"title": 7, "title": "T', '{"title": 7} {"title": "T'):
        with pytest.raises(MismatchError, match="valid string") as caught:
            await given(stream(source([text, 'ea"}']), Recipe).value("title"))
        assert caught.value.path == ("title",)


@both
async def test_a_place_that_never_comes_is_an_error(source):
    run = stream(source(DELTAS), Recipe)
    for path in ("steps[7]", "prices.pepper", "nowhere"):
        with pytest.raises(NoJSONError, match="the answer has ended without anything at ") as caught:
            await given(run.value(path))
        assert caught.value.partial == RESULT


@both
async def test_a_value_of_a_run_that_fails_first_is_that_error(source):
    run = stream(source(['{"title": "T', "ea"]), Recipe)
    for _ in range(2):
        with pytest.raises(TruncatedJSONError):
            await given(run.value("title"))
    pieces = each(run.text("title"))
    assert await anext(pieces) == "Tea"
    with pytest.raises(TruncatedJSONError):  # half of a string does not pass for all of it
        await anext(pieces)


@pytest.mark.parametrize("path", ["steps[*]", "..title", "*", "steps[*].text"])
def test_text_and_value_take_the_path_of_one_place(path):
    run = stream(DELTAS, Recipe)
    for ask in (run.text, run.value):
        with pytest.raises(UsageError, match="takes the path of one place"):
            ask(path)


# Items and events of some places


@both
async def test_items_that_were_complete_before_come_first(source):
    for at in range(len(DELTAS) + 1):
        run = stream(source(DELTAS), Recipe)
        partials = each(run)
        for _ in range(min(at, 6)):
            await anext(partials)
        assert await drained(run.items("steps[*]")) == STEPS
        await partials.aclose()


@both
async def test_items_are_members_of_an_object_as_well(source):
    assert await drained(stream(source(DELTAS), Recipe).items("prices[*]")) == [1.5]


@both
async def test_events_of_some_places_are_those(source):
    events = await drained(stream(source(DELTAS), Recipe).events("title", "steps[*]"))
    assert [event.path for event in events if isinstance(event, Completed)] == [("title",), ("steps", 0), ("steps", 1)]
    assert [event.path for event in events if isinstance(event, Opened)] == [("title",), ("steps", 0), ("steps", 1)]


def test_a_loop_over_events_that_is_alone_pulls_in_its_own_task():
    # It had the others' task pull for it, which needs asyncio.
    async def scenario() -> None:
        events = stream(AsyncSource(DELTAS), Recipe).events("title")
        await anext(events)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        await events.aclose()

    asyncio.run(scenario())


@both
async def test_the_last_frame_is_shown_before_an_error_of_the_source(source):
    # What was held back was lost when the error was not one of ours.
    frames = each(stream(source(['{"title": "T', "e", "a"], ConnectionError()), Recipe).frames(0.001))
    assert [(await anext(frames)).title for _ in range(2)] == ["T", "Tea"]
    with pytest.raises(ConnectionError):
        await anext(frames)


class Card(BaseModel):
    name: str
    id: Annotated[int, Gate()] = 0


GATED = ['[{"name": "Al', 'pha", "i', 'd": 1}]']


@pytest.mark.parametrize(("way", "at"), [("text", 1), ("text", 2), ("items", 2)])
def test_a_reader_that_begins_while_a_gate_is_closed_misses_nothing(way, at):
    run = stream(GATED, list[Card])
    pulling = iter(run._steps)
    for _ in range(at):
        next(pulling)
    assert "".join(getattr(run, way)("[0].name")) == "Alpha"


# Side by side

READERS: dict[str, tuple[Any, Any]] = {
    "title": (lambda run: drained(run.text("title")), ["Pâ", "té 🍞"]),
    "language": (lambda run: run.value("language"), "de"),
    "steps": (lambda run: drained(run.items("steps[*]")), STEPS),
    "texts": (lambda run: drained(run.items("..text")), ["Mix.", "Bake."]),
    "result": (lambda run: run.result(), RESULT),
    "last partial": (lambda run: last(aiter(run)), RESULT),
    "last frame": (lambda run: last(run.frames(1e-9)), RESULT),
    "a price": (lambda run: run.value("prices.salt"), 1.5),
}


async def last(values: Any) -> Any:
    return (await drained(values))[-1]


@pytest.mark.parametrize("names", [list(READERS), list(READERS)[::-1], ["title", "result"], ["steps", "last partial"]])
def test_several_tasks_read_one_run_side_by_side(names):
    async def scenario() -> None:
        run = stream(made := AsyncSource(DELTAS), Recipe)
        values = await asyncio.gather(*(READERS[name][0](run) for name in names))
        assert values == [READERS[name][1] for name in names]
        assert (made.pulls, made.closed) == (8, 1)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(scenario())


@pytest.mark.parametrize("slow", list(READERS))
def test_a_reader_that_begins_late_misses_nothing(slow):
    async def scenario() -> None:
        run = stream(AsyncSource(DELTAS), Recipe)
        others = asyncio.gather(*(READERS[name][0](run) for name in READERS if name != slow))
        for _ in range(9):
            await asyncio.sleep(0)
        expected = "".join(READERS[slow][1]) if slow == "title" else READERS[slow][1]
        value = await READERS[slow][0](run)
        assert ("".join(value) if slow == "title" else value) == expected
        await others

    asyncio.run(scenario())


@pytest.mark.parametrize("name", list(READERS))
def test_a_reader_that_is_cancelled_takes_nothing_from_the_others(name):
    async def scenario(turns: int) -> None:
        run = stream(made := AsyncSource(DELTAS), Recipe)
        # What is asked first decides who pulls: the others share a task for it, these pull in their own.
        others = [other for other in READERS if other not in (name, "result", "last partial")]
        reading = [asyncio.ensure_future(READERS[other][0](run)) for other in others]
        leaving = asyncio.ensure_future(READERS[name][0](run))
        for _ in range(turns):
            await asyncio.sleep(0)
        leaving.cancel()
        assert await asyncio.gather(*reading) == [READERS[other][1] for other in others]
        await asyncio.gather(leaving, return_exceptions=True)
        assert made.closed == 1

    for turns in range(40):
        asyncio.run(scenario(turns))


@pytest.mark.parametrize("cancelled", [False, True], ids=["goes on", "is cancelled"])
def test_a_loop_that_is_left_takes_nothing_from_who_waits_for_the_result(cancelled):
    async def scenario() -> None:
        run = stream(made := AsyncSource(DELTAS), Recipe)
        waiting = asyncio.ensure_future(run.result())
        items = run.items("steps[*]")
        assert await anext(items) == STEPS[0]
        await items.aclose()
        assert made.closed == 0
        if cancelled:
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        else:
            assert await waiting == READERS["result"][1]
        assert made.closed == 1
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(scenario())


def test_a_reader_in_the_middle_is_told_that_another_thread_pulls():
    go, pulling = threading.Event(), threading.Event()

    def source():
        yield '{"title":"T","steps":[{"text":"a"}'
        pulling.set()
        assert go.wait(10)
        yield ',{"text":"b"}]}'

    run = stream(source(), Recipe)
    items, texts = run.items("steps[*]"), run.text("title")
    assert (next(items), next(texts)) == (Step(text="a"), "T")
    thread = threading.Thread(target=run.result)
    thread.start()
    assert pulling.wait(10)
    with pytest.raises(UsageError, match="being pulled already"):
        next(items)
    go.set()
    thread.join()
    assert run.result().steps == [Step(text="a"), Step(text="b")]


def test_the_last_reader_that_leaves_closes_the_source():
    async def scenario() -> None:
        run = stream(made := AsyncSource(DELTAS), Recipe)
        texts, items = run.text("steps[1].text"), run.items("steps[*]")
        assert await anext(texts) == "Ba"
        assert await anext(items) == STEPS[0]
        await texts.aclose()
        assert made.closed == 0
        await items.aclose()
        assert made.closed == 1
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(scenario())


@both
async def test_who_reads_one_string_closes_the_source_for_one_that_left_before(source):
    # It stayed open, since the end of a string alone leaves it as it is.
    made = source(['{"title": "A', 'B", "language": "de', '", "summary": "', "C", '"}'])
    run = stream(made, Recipe)
    texts, left = each(run.text("title")), each(run)
    assert await anext(texts) == "A"
    await anext(left)
    await left.aclose()
    assert made.closed == 0
    assert [piece async for piece in texts] == ["B"]
    assert made.closed == 1


def test_who_waits_for_a_value_closes_the_source_for_one_that_left_before():
    async def scenario() -> None:
        made = AsyncSource(['{"title": "A', 'B", "language": "de', '", "summary": "', "C", '"}'])
        run = stream(made, Recipe)
        left = run.frames()
        waiting = asyncio.create_task(run.value("language"))
        await anext(left)
        await left.aclose()
        assert made.closed == 0
        assert await waiting == "de"
        assert made.closed == 1

    asyncio.run(scenario())


def test_a_value_that_nobody_waits_for_any_more_leaves_the_run_open():
    async def scenario() -> None:
        gate = asyncio.Event()

        async def pieces() -> Any:
            yield DELTAS[0]
            await gate.wait()
            for delta in DELTAS[1:]:
                yield delta

        run = stream(pieces(), Recipe)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(run.value("language"), 0.01)
        gate.set()
        assert await run.result() == RESULT

    asyncio.run(scenario())


def test_an_error_reaches_every_reader():
    async def scenario() -> None:
        run = stream(made := AsyncSource(['{"title": "T', 'ea", ', "oops"]), Recipe, json_only=True)
        readers = [run.text("summary"), run.items("steps[*]"), run.events("steps"), run, run.frames()]
        outcomes = await asyncio.gather(
            *map(drained, readers), run.value("language"), run.result(), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [MalformedJSONError] * 7
        assert made.closed == 1

    asyncio.run(scenario())


def test_a_reader_that_is_busy_elsewhere_is_told_of_the_error_too():
    async def scenario() -> None:
        run = stream(AsyncSource(['{"title": "T', 'ea", ', "oops"]), Recipe, json_only=True)
        texts = run.text("title")
        assert await anext(texts) == "T"
        with pytest.raises(MalformedJSONError):
            await run.result()
        assert await anext(texts) == "ea"
        with pytest.raises(StopAsyncIteration):  # it was complete before
            await anext(texts)
        run = stream(AsyncSource(['{"title": "T', "\n"]), Recipe, json_only=True)
        texts = run.text("title")
        assert await anext(texts) == "T"
        with pytest.raises(MalformedJSONError):
            await run.result()
        with pytest.raises(MalformedJSONError):
            await anext(texts)

    asyncio.run(scenario())


def test_sync_readers_take_turns():
    run = stream(made := Source(DELTAS), Recipe)
    title, steps, partials = run.text("title"), run.items("steps[*]"), iter(run)
    assert next(title) == "Pâ"
    assert next(partials).title == "Pâ"
    assert next(steps) == STEPS[0]
    assert list(title) == ["té 🍞"]
    assert next(partials).language == "de"
    assert made.pulls == 6
    assert run.value("prices.salt") == 1.5
    assert list(steps) == [STEPS[1]]
    assert list(partials) == [RESULT]
    assert (made.pulls, made.closed) == (8, 1)


def test_a_source_is_pulled_by_one_task_as_long_as_somebody_shares():
    async def scenario() -> None:
        tasks = set()

        async def pieces() -> Any:
            for delta in DELTAS:
                tasks.add(asyncio.current_task())
                yield delta
            tasks.add(asyncio.current_task())

        run = stream(pieces(), Recipe)
        await asyncio.gather(drained(run.items("steps[*]")), drained(run.frames()), run.value("language"))
        assert len(tasks) == 1

    asyncio.run(scenario())


@both
async def test_nothing_is_pulled_for_readers_that_do_not_ask(source):
    run = stream(made := source(DELTAS), Recipe)
    title, items = run.text("title"), run.items("steps[*]")
    assert isinstance(run, AsyncRun) == (source is AsyncSource)
    loop = each(title)
    assert await anext(loop) == "Pâ"
    for _ in range(20):
        await asyncio.sleep(0)
    assert made.pulls == 2
    assert await drained(items) == STEPS


@both
async def test_runs_of_several_are_read_in_all_ways_too(source):
    told: list[Any] = []
    text = [delta.replace("```", "") for delta in [*DELTAS, "\n", *DELTAS]]
    async for run in each(stream_all(source(text), Recipe)):
        told.append(await given(run.value("language")))
        told += await drained(run.text("steps[1].text"))
        told += await drained(run.items("steps[*]"))
        told.append((await drained(run.frames()))[-1])
    assert told == ["de", "Ba", "ke.", *STEPS, RESULT] * 2


def test_runs_of_several_are_read_side_by_side():
    async def scenario() -> None:
        text = [delta.replace("```", "") for delta in [*DELTAS, "\n", *DELTAS]]
        async for run in stream_all(AsyncSource(text), Recipe):
            values = await asyncio.gather(run.value("language"), drained(run.items("steps[*]")), last(run.frames()))
            assert values == ["de", STEPS, RESULT]

    asyncio.run(scenario())


# Frames


@pytest.mark.parametrize(
    ("per_second", "times", "shown"),
    [
        (1e9, [0, 1, 2, 3], ["", "a", "ab", "abc", "abc"]),
        (1, [0, 0.5, 1, 1.5], ["", "ab", "abc"]),
        (0.5, [0, 0.5, 1, 1.5], ["", "abc"]),
        (2, [0, 0.1, 0.2, 0.7], ["", "abc", "abc"]),
    ],
)
def test_frames_are_held_back_but_not_the_first_or_the_last(monkeypatch, per_second, times, shown):
    now = 0.0
    monkeypatch.setattr("partway._feeds.time", SimpleNamespace(monotonic=lambda: now))

    def pieces() -> Any:
        nonlocal now
        for time, piece in zip(times, ['{"title": "', "a", "b", "c"], strict=True):
            now = time
            yield piece
        yield '"}'

    assert [frame.title for frame in stream(pieces(), Recipe).frames(per_second)] == shown


def test_a_frame_that_was_held_back_is_shown_when_its_time_has_come_and_no_chunk_has():
    async def scenario() -> None:
        goes_on = asyncio.Event()

        async def pieces() -> Any:
            yield '{"title": "a'
            yield "b"
            await goes_on.wait()
            yield 'c"}'

        frames = stream(pieces(), Recipe).frames(100)
        assert (await anext(frames)).title == "a"
        assert (await anext(frames)).title == "ab"  # though the source is silent
        goes_on.set()
        assert [frame.title async for frame in frames][-1] == "abc"

    asyncio.run(scenario())


@both
async def test_frames_end_with_the_error_of_the_run_and_the_last_partial_before(source):
    seen: list[Any] = []
    run = stream(source(['{"title": "a', "b", "\n"]), Recipe, json_only=True)
    frames = each(run.frames(1e-9))
    for _ in range(2):
        seen.append((await anext(frames)).title)  # noqa: PERF401  # a comprehension would be no shorter
    with pytest.raises(PartwayError):
        await anext(frames)
    assert seen == ["a", "ab"]


@pytest.mark.parametrize("per_second", [0, -1, "30", None, True, float("nan")])
def test_frames_come_a_number_of_times_in_a_second(per_second):
    with pytest.raises(UsageError, match="frames\\(\\) takes how many there are in a second at most"):
        stream(DELTAS, Recipe).frames(per_second)


# The snapshot


class Titled(BaseModel):
    title: str


class Seen(BaseModel):
    title: str = "…"


def test_the_snapshot_is_not_shown_as_a_class_of_the_user_s():
    run = stream(['{"title": "Te', 'a"}'], Titled, partial=Seen)
    first = next(iter(run))
    assert (first.title, type(first)) == ("Te", Seen)
    assert isinstance(run.snapshot, Titled)
    assert run.partial is run.partial
    assert run.snapshot is run.snapshot


@pytest.mark.parametrize("leaves_at", range(4))
def test_who_listens_to_one_place_hears_no_other_when_a_gate_opens(leaves_at):
    # What the gate held back for one who has left was told to whoever was there.
    run = stream(GATED, list[Card])
    heard: list[Any] = []
    run.on("[*].id", appended=heard.append, completed=heard.append)
    everything = run.events()
    for _ in range(leaves_at):
        next(everything)
    everything.close()
    extractor, told = Extractor(list[Card]), []
    listeners = Listeners(extractor)
    all_of_it, one = Listener([].append), Listener(told.append, (Pattern("[*].id"),))
    listeners.add(all_of_it, one)
    extractor.feed(GATED[0])
    listeners.drop(all_of_it)
    extractor.feed("".join(GATED[1:]))
    assert [event for event in told if isinstance(event, Completed)] == [Completed((0, "id"), 1)]
    assert {event.path for event in told} == {(0, "id")}
    assert {event.path for event in heard} <= {(0, "id")}


@both
async def test_an_element_of_a_set_is_given_late_as_it_is_early(source):
    # A set has no order: it was looked up in vain.
    for at in range(3):
        run = stream(source(["[3", ", 1, 3, 2", "]"]), set[int])
        partials = each(run)
        for _ in range(at):
            await anext(partials)
        assert [await given(run.value(f"[{index}]")) for index in range(4)] == [3, 1, 3, 2]
        await partials.aclose()


# A type, the text cut, and what `text("[0]")` of it comes to, whenever it is asked for.
LATE_TEXTS: list[tuple[Any, list[str], list[str]]] = [
    (list[str], ['["he', "ll", 'o"', "]"], ["he", "ll", "o"]),
    (set[str], ['["he', "ll", 'o"', "]"], ["he", "ll", "o"]),
    (list[Annotated[str, Field(max_length=3)]], ['["he', "ll", 'o"', "]"], ["he", "ll", "o"]),
    (list[Annotated[str, AfterValidator(len)]], ['["he', "ll", 'o"', "]"], []),
    (list[int], ["[1", "]"], []),
]


@both
@pytest.mark.parametrize(("tp", "deltas", "pieces"), LATE_TEXTS)
async def test_a_text_is_whole_however_late_it_is_asked_for(source, tp, deltas, pieces):
    # Of an element of a set, and of what was rejected, the beginning was missing.
    for at in range(len(deltas)):
        run = stream(source(deltas), tp)
        partials = each(run)
        for _ in range(at):
            await anext(partials)
        said = [piece async for piece in each(run.text("[0]"))]
        assert "".join(said) == "".join(pieces)
        if not at:
            assert said == pieces
        await partials.aclose()


@both
async def test_a_string_that_comes_anew_in_one_piece_is_told(source):
    # What had come of it before was taken for it.
    run = stream(source(['{"summary": "No", "steps": 1}', '{"title": "T", "summary": "Yes"}']), Recipe)
    seen = [piece async for piece in each(run.events("summary")) if isinstance(piece, Completed)]
    assert [event.value for event in seen] == ["No", "Yes"]
    feed = TextFeed("summary", Extractor(Recipe))
    for event in (Appended(("summary",), "N"), Restarted("again"), Completed(("summary",), "Yes")):
        feed.hear(event)
    assert list(feed.ready()) == ["N", "Yes"]


# A text, and what `text("title")` and `value("title")` come to in it.
ANEW = [
    ('For example {"title": "A", "steps": "?"}. So:\n{"title": "B"}', "A", "A"),
    ('{"title": "A", "title": "B"}', "A", "A"),
    ('Not {"title": 3, "steps": 2} but\n{"title": "B"}', "", MismatchError),
]


@both
@pytest.mark.parametrize(("text", "pieces", "value"), ANEW)
@pytest.mark.parametrize("size", [1, 5, 1000])
async def test_a_text_and_a_value_end_where_they_end_however_the_text_is_cut(source, size, text, pieces, value):
    # In one chunk, what came behind them was taken for theirs.
    deltas = [text[at : at + size] for at in range(0, len(text), size)]
    assert "".join([piece async for piece in each(stream(source(deltas), Recipe).text("title"))]) == pieces
    run = stream(source(deltas), Recipe)
    if value is MismatchError:
        with pytest.raises(MismatchError):
            await given(run.value("title"))
    else:
        assert await given(run.value("title")) == value
    assert await given(run.result()) == Recipe(title="B")


@both
async def test_a_reader_made_before_an_error_is_told_of_it_whenever_it_begins(source):
    # It ended as if all had come.
    run = stream(source(['{"title": "T']), Recipe)
    late = run.items("steps[*]")
    with pytest.raises(TruncatedJSONError):
        await given(run.result())
    with pytest.raises(TruncatedJSONError):
        await drained(late)
