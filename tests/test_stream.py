"""stream(): every kind of source and chunk, what a run gives, and that the source is closed on every way out.

A scenario is told once, as a coroutine, and run with a sync source and with an async one.
"""

# ruff: noqa: E501  # a case of a table is one line

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterable, Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pytest
from openai.types.chat import ChatCompletionChunk
from pydantic import BaseModel, Field

from partway import (
    Appended,
    AsyncRun,
    Completed,
    Finished,
    LimitError,
    Limits,
    MalformedJSONError,
    MismatchError,
    NoJSONError,
    Opened,
    Partial,
    PartwayError,
    RefusalError,
    Rejected,
    Restarted,
    Run,
    SourceError,
    State,
    TruncatedJSONError,
    UsageError,
    stream,
)
from partway._recording import read_recording
from sources import AsyncSource, Source, both, given

if TYPE_CHECKING:
    from pathlib import Path


class Step(BaseModel):
    text: str


class Recipe(BaseModel):
    title: str
    serves: int | None = Field(default=None, le=100)
    steps: list[Step] = []


class Answer(BaseModel):
    language: str
    frameworks: list[str] | None = None


def chunk(content: str | None = None, *, index: int = 0, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": index, "delta": {"content": content, **delta}, "finish_reason": finish}]}


def sdk_chunk(content: str) -> ChatCompletionChunk:
    head = {"id": "c", "created": 1, "model": "m", "object": "chat.completion.chunk"}
    return ChatCompletionChunk.model_validate(head | chunk(content))


def namespace(value: Any) -> Any:
    if isinstance(value, dict):
        return SimpleNamespace(**{key: namespace(part) for key, part in value.items()})
    return [namespace(part) for part in value] if isinstance(value, list) else value


# What one delta may come as
FORMS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "bytes": str.encode,
    "bytearray": lambda text: bytearray(text.encode()),
    "memoryview": lambda text: memoryview(text.encode()),
    "dict": chunk,
    "object": lambda text: namespace(chunk(text)),
    "openai": sdk_chunk,
    "all fields": lambda text: chunk(text, role=None, function_call=None, tool_calls=None, refusal=None, audio=None),
}

DELTAS = [
    'Sure!\n```json\n{"ti',
    'tle": "Pâ',
    'té 🍞", "serves"',
    ': 4, "steps": [{"te',
    'xt": "Mix."}, {"text',
    '": "Bake."}]}\n```',
]
JSON = '{"title": "Pâté 🍞", "serves": 4, "steps": [{"text": "Mix."}, {"text": "Bake."}]}'
RECIPE = Recipe.model_validate_json(JSON)
SHOWN = [
    {},
    {"title": "Pâ"},
    {"title": "Pâté 🍞"},
    {"title": "Pâté 🍞", "serves": 4, "steps": [{}]},
    {"title": "Pâté 🍞", "serves": 4, "steps": [{"text": "Mix."}, {}]},
    {"title": "Pâté 🍞", "serves": 4, "steps": [{"text": "Mix."}, {"text": "Bake."}]},
]

WHOLE = chunk('{"title": "Tea"}')
# (name, chunks, error, what its message holds, its partial as JSON)
BAD_ENDS: list[tuple[str, list[Any], type[PartwayError], str, dict[str, Any] | None]] = [
    ("nothing at all", [], NoJSONError, "the text was empty", None),
    ("no JSON", ["I am ", "sorry."], NoJSONError, "'I am sorry.'", None),
    ("cut off", ['{"title": "Te'], TruncatedJSONError, "ended inside the JSON", {"title": "Te"}),
    ("cut off later", ['{"title": "T', "e", "a"], TruncatedJSONError, "ended inside the JSON", {"title": "Tea"}),
    ("broken", ['{"title": "Tea"; '], MalformedJSONError, "expected", {"title": "Tea"}),
    ("another type", ['{"serves": 4}'], MismatchError, "does not fit the type", {"serves": 4}),
    ("out of tokens", [chunk('{"title": "Te'), chunk(finish="length")], TruncatedJSONError, "at its limit",
     {"title": "Te"}),
    ("out of tokens, though the JSON is whole", [WHOLE, chunk(finish="length")], TruncatedJSONError, "at its limit",
     {"title": "Tea"}),
    ("filtered", [chunk('{"title": "Te', finish="content_filter")], RefusalError, "content filter", {"title": "Te"}),
    ("filtered, though the JSON is whole", [WHOLE, chunk(finish="content_filter")], RefusalError, "content filter",
     {"title": "Tea"}),
    ("refused", [chunk(refusal="I will "), chunk(refusal="not."), chunk(finish="stop")], RefusalError,
     "refused: I will not.", None),
    ("refused on the way", [chunk('{"title": "Te', refusal="Oh, no.")], RefusalError, "Oh, no.", {"title": "Te"}),
    ("inside a character, in a string", [b'{"title": "T\xc3'], TruncatedJSONError, "inside a UTF-8 character",
     {"title": "T"}),
    ("inside a character, in prose", [b"Voil\xc3"], TruncatedJSONError, "inside a UTF-8 character", None),
    ("invalid from the first byte", [b"\xff{}"], SourceError, "not UTF-8 at byte 0", None),
    ("invalid in the second chunk", [b'{"title": "T', b"ea\xff"], SourceError, "not UTF-8 at byte 14", {"title": "Tea"}),
    ("invalid across chunks", [b'{"title": "T\xe2\x82', b"("], SourceError, "not UTF-8 at byte 12", {"title": "T"}),
]  # fmt: skip

# (name, chunks): each ends well as RECIPE
GOOD_ENDS: list[tuple[str, list[Any]]] = [
    ("stop", [chunk(JSON), chunk(finish="stop")]),
    ("a reason in the last chunk with text", [chunk(JSON, finish="stop")]),
    ("a reason that is not known", [chunk(JSON), chunk(finish="eos")]),
    ("usage behind", [chunk(JSON), chunk(finish="stop"), {"choices": [], "usage": {"total_tokens": 3}}]),
    ("filter results in front, as Azure has them", [{"choices": [], "prompt_filter_results": []}, chunk(JSON)]),
    ("text behind the reason", [chunk(JSON[:9]), chunk(finish="stop"), chunk(JSON[9:])]),
    ("null content and a null role", [chunk(None, role=None), chunk(JSON, role=None)]),
    ("no delta", [{"choices": [{"delta": None}]}, {"choices": [{}]}, chunk(JSON)]),
    ("another choice is not read", [chunk("{", index=1), chunk(JSON[:9]), chunk("{", index=2), chunk(JSON[9:])]),
    ("another choice's end is not this one's", [chunk(JSON), chunk(index=1, finish="length")]),
    ("another choice's refusal is not this one's", [chunk(JSON), chunk(index=1, refusal="No.")]),
    ("an empty refusal is none", [chunk(JSON, refusal="")]),
    ("several kinds of chunks", [JSON[:9], chunk(JSON[9:15]), namespace(chunk(JSON[15:]))]),
    ("half a character behind the answer", [JSON.encode() + b"\nVoil\xc3"]),
    ("empty chunks", ["", JSON[:9], "", JSON[9:], ""]),
]


async def _coroutine() -> list[str]:
    return [JSON]


def _generator() -> Any:
    yield JSON


async def _async_generator() -> Any:
    yield JSON


# (name, what makes the source, what the message holds)
WRONG_SOURCES: list[tuple[str, Callable[[], Any], str]] = [
    ("an int", lambda: 5, "an iterable or async iterable of str, bytes or chunks"),
    ("None", lambda: None, "NoneType, which cannot be iterated over"),
    ("a function", lambda: len, "which cannot be iterated over"),
    ("a whole str", lambda: JSON, "a whole str: pass an iterable of pieces, [text] for one"),
    ("whole bytes", JSON.encode, "a whole bytes: pass an iterable of pieces"),
    ("a whole bytearray", lambda: bytearray(b"{}"), "a whole bytearray: pass an iterable of pieces"),
    ("a whole memoryview", lambda: memoryview(b"{}"), "a whole memoryview: pass an iterable of pieces"),
    ("a dict", lambda: WHOLE, "a single dict: pass an iterable of chunks, [chunk] for one"),
    ("a coroutine", _coroutine, "pass `await` of it"),
    ("a generator function", lambda: _generator, "pass what calling it gives"),
    ("an async generator function", lambda: _async_generator, "pass what calling it gives"),
    ("a class", lambda: list, "pass what calling it gives"),
]

# (name, chunk, what the message holds)
UNKNOWN_CHUNKS: list[tuple[str, Any, str]] = [
    ("a dict", {"kind": "odd", "data": 1}, "dict with the keys 'kind', 'data'"),
    ("an object", Step(text="x"), "Step with the keys 'text' is no chunk"),
    ("a number", 5, "int is no chunk"),
    ("None", None, "NoneType is no chunk"),
    ("choices that are no list", {"choices": "ab"}, "dict with the keys 'choices'"),
]


def table(rows: list[tuple[Any, ...]], names: str) -> Any:
    values = [row[1:] if "," in names else row[1] for row in rows]
    return pytest.mark.parametrize(names, values, ids=[row[0] for row in rows])


async def drained(values: Any) -> list[Any]:
    """Loop to the end."""
    return [value async for value in values] if isinstance(values, AsyncIterable) else list(values)


async def noted(values: Any, seen: list[Any]) -> None:
    """Loop to the end, which may be an error, and note what comes before."""
    if isinstance(values, AsyncIterable):
        async for value in values:
            seen.append(value)  # noqa: PERF401  # a comprehension would lose what came before an error
    else:
        for value in values:
            seen.append(value)  # noqa: PERF402  # the same


async def begun(values: Any, count: int = 1) -> list[Any]:
    """Loop, and break after so many values; what was left then has been closed."""
    seen = []
    if isinstance(values, AsyncIterable):
        async for value in values:
            seen.append(value)
            if len(seen) == count:
                break
    else:
        for value in values:
            seen.append(value)
            if len(seen) == count:
                break
    del values
    for _ in range(20):  # asyncio closes an async generator that was left in a task of its own
        await asyncio.sleep(0)
    return seen


def dumped(partials: list[Any]) -> list[Any]:
    return [partial.model_dump(exclude_unset=True) for partial in partials]


# What a run gives


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@both
async def test_every_kind_of_chunk_tells_the_same_story(source, form):
    run = stream(source(map(form, DELTAS)), Recipe)
    partials = await drained(run)
    assert dumped(partials) == SHOWN
    assert all(isinstance(partial, Partial[Recipe]) for partial in partials[:-1])
    assert type(partials[-1]) is Recipe
    assert await given(run.result()) is partials[-1]
    assert partials[-1] == RECIPE


def test_an_async_source_gives_an_async_run_and_any_other_a_sync_one():
    assert type(stream(Source([]), Recipe)) is Run
    assert type(stream(iter([JSON]), Recipe)) is Run
    assert type(stream(AsyncSource([]), Recipe)) is AsyncRun


@both
async def test_bytes_cut_anywhere_give_the_text(source):
    text = JSON.encode()
    for at in range(len(text) + 1):
        assert await given(stream(source([text[:at], text[at:]]), Recipe).result()) == RECIPE
    run = stream(source(text[at : at + 1] for at in range(len(text))), Recipe)
    titles = [partial.title for partial in await drained(run)]
    assert list(dict.fromkeys(titles)) == [None, "", "P", "Pâ", "Pât", "Pâté", "Pâté ", "Pâté 🍞"]


@table(GOOD_ENDS, "chunks")
@both
async def test_what_surrounds_the_answer_does_not_matter(source, chunks):
    assert await given(stream(source(chunks), Recipe).result()) == RECIPE


@table(BAD_ENDS, "chunks, error, words, partial")
@both
async def test_a_bad_end_is_an_error_that_keeps_what_arrived(source, chunks, error, words, partial):
    run = stream(made := source(chunks), Recipe)
    with pytest.raises(error, match=re.escape(words)) as caught:
        await given(run.result())
    assert type(caught.value) is error
    assert (caught.value.partial and caught.value.partial.model_dump(exclude_unset=True)) == partial
    assert caught.value.partial is run.partial
    assert caught.value.text == run.json
    assert made.closed == 1


@table(BAD_ENDS, "chunks, error, words, partial")
@both
async def test_a_loop_shows_the_last_partial_before_the_error(source, chunks, error, words, partial):
    run = stream(made := source(chunks), Recipe, every=3600)
    seen = []
    with pytest.raises(error, match=re.escape(words)):
        await noted(run, seen)
    assert dumped(seen[-1:]) == [partial] * (partial is not None)
    assert made.closed == 1


@both
async def test_half_a_character_behind_the_answer_counts_where_nothing_may_follow(source):
    with pytest.raises(TruncatedJSONError, match="inside a UTF-8 character"):
        await given(stream(source([JSON.encode() + b" \xc3"]), Recipe, json_only=True).result())


@table(UNKNOWN_CHUNKS, "unknown, words")
@both
async def test_an_unknown_chunk_is_named_with_its_keys(source, unknown, words):
    for before, error in (([], UsageError), ([chunk('{"title": ')], SourceError)):
        made = source([*before, unknown, chunk('"Tea"}')])
        with pytest.raises(error, match=re.escape(words)) as caught:
            await given(stream(made, Recipe).result())
        assert "yield str, bytes, or chunks of openai_responses, " in str(caught.value)
        assert (made.pulls, made.closed) == (1 + len(before), 1)


@both
async def test_options_reach_the_extractor(source):
    with pytest.raises(LimitError, match="max_chars=5"):
        await given(stream(source([JSON]), Recipe, limits=Limits(max_chars=5)).result())
    with pytest.raises(MalformedJSONError):
        await given(stream(source(["So: ", JSON]), Recipe, json_only=True).result())
    draft = '<plan>{"title": "Draft"}</plan>' + JSON
    assert await given(stream(source([draft]), Recipe, thinking=["plan"]).result()) == RECIPE
    assert (await given(stream(source([draft]), Recipe).result())).title == "Draft"


@both
async def test_a_recorded_transcript_shows_each_field_with_its_chunk(source, corpus: Path):
    recording = corpus / "transcripts" / "astreaming.md"
    if not recording.is_file():
        pytest.skip(f"the recording is not at {recording}")
    chunks = read_recording(recording.read_text("utf-8")).chunks
    assert len(chunks) == 6
    run = stream(source(chunks), Answer)
    steps = run._steps
    after = []
    for _ in chunks:
        await steps.advance() if isinstance(run, AsyncRun) else next(steps)
        after.append(run.partial)
    assert after[0] is None
    assert after[1].model_fields_set == set()
    assert (after[2].language, after[2].frameworks, after[2].model_fields_set) == ("javascript", None, {"language"})
    assert (after[3].frameworks, after[3].model_fields_set) == ([], {"language", "frameworks"})
    assert after[3] is after[4] is after[5]
    assert await given(run.result()) == Answer(language="javascript", frameworks=[])


# Events and items


@both
async def test_events_come_in_the_order_of_the_text(source):
    run = stream(source(['{"title": "T', 'ea", "serves": 4}']), Recipe)
    tea = Recipe(title="Tea", serves=4)
    assert await drained(run.events()) == [
        Opened((), "object"),
        Opened(("title",), "string"),
        Appended(("title",), "T"),
        Appended(("title",), "ea"),
        Completed(("title",), "Tea"),
        Opened(("serves",), "number"),
        Completed(("serves",), 4),
        Completed((), tea),
        Finished(tea),
    ]
    assert await given(run.result()) == tea


@both
async def test_events_tell_of_a_wrong_candidate_and_of_a_value_that_does_not_fit(source):
    run = stream(source(['{"serves": 400}', JSON]), Recipe)
    events = await drained(run.events())
    assert [event.path for event in events if isinstance(event, Rejected)] == [("serves",), ()]
    assert [type(event) for event in events].count(Restarted) == 1
    assert events[-1] == Finished(RECIPE)


@both
async def test_events_before_an_error_are_given(source):
    run = stream(source(['{"title":', '"Tea"; ', "{"]), Recipe, json_only=True)
    seen = []
    with pytest.raises(MalformedJSONError):
        await noted(run.events(), seen)
    assert seen[-1] == Completed(("title",), "Tea")


@both
async def test_items_are_given_once_complete_and_validated(source):
    run = stream(source(DELTAS), Recipe)
    items = await drained(run.items("steps[*]"))
    assert items == [Step(text="Mix."), Step(text="Bake.")]
    assert {type(item) for item in items} == {Step}
    result = await given(run.result())
    assert [id(item) for item in items] == [id(step) for step in result.steps]


@pytest.mark.parametrize(
    ("path", "items"),
    [("", [RECIPE]), ("title", ["Pâté 🍞"]), ("steps[1].text", ["Bake."]), ("steps[*].text", ["Mix.", "Bake."]),
     ("steps[7]", []), ("nothing", [])],
)  # fmt: skip
@both
async def test_items_are_those_of_the_path(source, path, items):
    assert await drained(stream(source(DELTAS), Recipe).items(path)) == items


@both
async def test_an_item_is_given_as_soon_as_it_is_complete(source):
    made = source(DELTAS)
    assert await begun(stream(made, Recipe).items("steps[*]")) == [Step(text="Mix.")]
    assert (made.pulls, made.closed) == (5, 1)


@both
async def test_events_come_before_anything_is_pulled(source):
    run = stream(source(DELTAS), Recipe)
    await begun(run)
    with pytest.raises(UsageError, match="come before anything is pulled"):
        run.events()


@both
async def test_a_path_that_cannot_be_read_is_refused_before_anything_is_pulled(source):
    run = stream(made := source(DELTAS), Recipe)
    with pytest.raises(UsageError, match="cannot read the path"):
        run.items("steps[")
    assert made.pulls == 0
    assert await drained(run.items("title")) == ["Pâté 🍞"]


# Looking at a run


@both
async def test_a_run_shows_how_far_it_has_come(source):
    run = stream(source(['So: {"title": "Tea", "serves": 400, "steps": [{"text": "Mi', "x."]), Recipe)
    assert (run.partial, run.state(), run.open_path, run.json, run.candidate, run.rejected) == (
        None, State.ABSENT, (), "", 0, (),
    )  # fmt: skip
    [partial] = await begun(run)
    assert run.partial is partial
    assert run.state() is State.STREAMING
    assert run.state("title") is State.COMPLETE
    assert run.state("serves") is State.REJECTED
    assert run.state("steps", 0, "text") is State.STREAMING
    assert run.state("steps", 1) is State.ABSENT
    assert run.open_path == ("steps", 0, "text")
    assert run.json == '{"title": "Tea", "serves": 400, "steps": [{"text": "Mi'
    assert run.candidate == 1
    [rejection] = run.rejected
    assert (rejection.path, rejection.json) == (("serves",), "400")
    assert rejection.error.errors()[0]["type"] == "less_than_equal"


@both
async def test_nothing_is_pulled_before_it_is_asked_for(source):
    run = stream(made := source(DELTAS), Recipe)
    run.events()
    assert made.pulls == 0


# The result


@both
async def test_the_result_is_given_again(source):
    run = stream(made := source(DELTAS), Recipe)
    first = await given(run.result())
    assert first == RECIPE
    assert await given(run.result()) is first
    assert await drained(run) == [first]
    assert await drained(run) == []
    assert (made.pulls, made.closed) == (len(DELTAS) + 1, 1)


@both
async def test_a_lack_of_one_is_raised_again(source):
    run = stream(made := source(["nothing"]), Recipe)
    caught = []
    for _ in range(2):
        with pytest.raises(NoJSONError) as error:
            await given(run.result())
        caught.append(error.value)
    assert caught[0] is caught[1]
    assert (made.pulls, made.closed) == (2, 1)


@both
async def test_a_result_inside_a_loop_pulls_the_rest_and_the_loop_shows_it(source):
    run = stream(made := source(DELTAS), Recipe)
    seen = []
    if isinstance(run, AsyncRun):
        async for partial in run:
            seen.append((partial, await run.result()))  # noqa: PERF401  # as a user writes it
    else:
        for partial in run:
            seen.append((partial, run.result()))  # noqa: PERF401  # as a user writes it
    assert dumped([partial for partial, _ in seen]) == [SHOWN[0], SHOWN[-1]]
    assert [result for _, result in seen] == [RECIPE, RECIPE]
    assert made.closed == 1


@both
async def test_a_result_after_a_break_is_what_had_come_if_that_was_all(source):
    run = stream(source([JSON, " and more"]), Recipe)
    assert await begun(run) == [RECIPE]
    assert await given(run.result()) == RECIPE
    assert await given(run.result()) == RECIPE


@both
async def test_a_result_after_a_break_is_cut_off_if_it_was_not(source):
    run = stream(source(DELTAS), Recipe)
    assert dumped(await begun(run, 2)) == SHOWN[:2]
    for _ in range(2):
        with pytest.raises(TruncatedJSONError) as caught:
            await given(run.result())
    assert caught.value.partial.title == "Pâ"
    with pytest.raises(TruncatedJSONError):
        await drained(run)


@both
async def test_a_result_after_a_break_heeds_what_the_provider_said(source):
    run = stream(source([chunk(JSON, finish="length"), chunk()]), Recipe)
    await begun(run)
    with pytest.raises(TruncatedJSONError, match="at its limit of length"):
        await given(run.result())


@both
async def test_a_result_after_a_break_at_the_very_end_is_there(source):
    count = len(await drained(stream(source(DELTAS), Recipe).events()))
    run = stream(source(DELTAS), Recipe)
    *_, last = await begun(run.events(), count)
    assert last == Finished(RECIPE)
    assert await given(run.result()) == RECIPE
    number = stream(source(["4", "2"]), int)
    assert await begun(number) == [42]
    assert await given(number.result()) == 42


# At most one in so many seconds


@pytest.mark.parametrize(
    ("every", "times", "shown"),
    [
        (None, [0, 0, 0, 0, 0, 0], [0, 1, 2, 3, 4, 5]),
        (0, [0, 0, 0, 0, 0, 0], [0, 1, 2, 3, 4, 5]),
        (1, [0, 0.5, 0.9, 1, 1.5, 2], [0, 3, 5]),
        (1, [0, 0.5, 1.5, 2, 2.4, 2.49], [0, 2, 5]),  # an interval begins where a partial was shown
        (10, [0, 1, 2, 3, 4, 5], [0, 5]),
        (float("inf"), [0, 1, 2, 3, 4, 5], [0, 5]),
    ],
)
@both
async def test_partials_are_held_back_for_an_interval_but_not_the_last(source, monkeypatch, every, times, shown):
    now = 0.0
    monkeypatch.setattr("partway._feeds.time", SimpleNamespace(monotonic=lambda: now))

    def ticking() -> Any:
        nonlocal now
        for time, delta in zip(times, DELTAS, strict=True):
            now = time
            yield delta

    partials = await drained(stream(source(ticking()), Recipe, every=every))
    assert dumped(partials) == [SHOWN[number] for number in shown]
    assert partials[-1] == RECIPE


@both
async def test_an_error_of_the_source_comes_through_while_a_partial_is_held_back(source):
    run = stream(source(DELTAS[:3], ConnectionError("gone")), Recipe, every=3600)
    with pytest.raises(ConnectionError, match="gone"):
        await drained(run)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"limits": {"max_chars": 1}}, r"limits= takes Limits\(...\), not {'max_chars': 1}"),
        ({"hooks": print}, r"hooks= takes Hooks\(\), to which hooks.on\(...\) adds, not <built-in"),
        ({"tool": ""}, "tool takes the name of a tool, not ''"),
        ({"tool": 5}, "tool takes the name of a tool, not 5"),
    ],
)
def test_options_are_of_their_types(options, sentence):
    with pytest.raises(UsageError, match=sentence):
        stream(DELTAS, Recipe, **options)


@pytest.mark.parametrize("step", [("steps", 0), ["steps"], None])
def test_a_state_is_asked_for_step_by_step(step):
    run = stream(DELTAS, Recipe)
    with pytest.raises(
        UsageError, match=r"state\(\) takes the steps of a path one by one, as state\('steps', 0\), not"
    ):
        run.state(step)
    run.result()
    with pytest.raises(UsageError, match="one by one"):
        run.state(step)


@pytest.mark.parametrize("every", [-1, float("nan"), True, "1"])
def test_an_interval_is_a_number_of_seconds(every):
    with pytest.raises(UsageError, match="every takes a number of seconds, not"):
        stream([JSON], Recipe, every=every)


# The source is closed on every way out


@both
async def test_a_source_is_closed_once_at_its_end(source):
    for way in [drained, lambda run: drained(run.events()), lambda run: drained(run.items("steps[*]")),
                lambda run: given(run.result())]:  # fmt: skip
        made = source(DELTAS)
        await way(stream(made, Recipe))
        assert (made.pulls, made.closed, made.over) == (len(DELTAS) + 1, 1, True)


@both
async def test_an_error_of_the_source_comes_through_and_closes_it(source):
    for way in [drained, lambda run: drained(run.events()), lambda run: drained(run.items("steps[*]")),
                lambda run: given(run.result())]:  # fmt: skip
        error = ConnectionError("gone")
        run = stream(made := source(DELTAS[:3], error), Recipe)
        with pytest.raises(ConnectionError) as caught:
            await way(run)
        assert caught.value is error
        assert (made.pulls, made.closed) == (4, 1)
        with pytest.raises(ConnectionError) as again:
            await given(run.result())
        assert again.value is error
        assert run.partial.title == "Pâté 🍞"
        assert made.pulls == 4


@both
async def test_an_error_of_ours_closes_it(source):
    for way in [drained, lambda run: drained(run.events()), lambda run: drained(run.items("steps[*]")),
                lambda run: given(run.result())]:  # fmt: skip
        made = source(['{"title": nope', JSON])
        with pytest.raises(MalformedJSONError):
            await way(stream(made, Recipe, json_only=True))
        assert (made.pulls, made.closed) == (1, 1)


@both
async def test_a_break_closes_it(source):
    for way in [lambda run: run, lambda run: run.events(), lambda run: run.items("title")]:
        made = source(DELTAS)
        await begun(way(stream(made, Recipe)))
        assert made.closed == 1
        assert made.pulls <= 3


@both
async def test_leaving_the_run_as_a_context_manager_closes_it(source):
    made = source(DELTAS)
    run = stream(made, Recipe)
    if isinstance(run, AsyncRun):
        async with run as entered:
            async for _ in run:
                break
    else:
        with run as entered:
            values = iter(run)
            next(values)  # the loop is held, and not what closes it
    assert entered is run
    assert (made.pulls, made.closed) == (1, 1)
    assert await drained(run) == []
    assert made.pulls == 1


@both
async def test_an_error_inside_the_context_comes_through(source):
    async def failing(run: Any) -> None:
        if isinstance(run, AsyncRun):
            async with run:
                async for _ in run:
                    raise ZeroDivisionError
        else:
            with run:
                for _ in run:
                    raise ZeroDivisionError

    made = source(DELTAS)
    with pytest.raises(ZeroDivisionError):
        await failing(stream(made, Recipe))
    assert made.closed == 1


@both
async def test_closing_twice_closes_the_source_once(source):
    made = source(DELTAS)
    run = stream(made, Recipe)
    values = aiter(run) if isinstance(run, AsyncRun) else iter(run)
    await anext(values) if isinstance(run, AsyncRun) else next(values)
    for _ in range(2):
        await given(run.aclose() if isinstance(run, AsyncRun) else run.close())
    assert made.closed == 1


def test_a_cancelled_task_closes_the_source_it_waits_for():
    class Waiting(AsyncSource):
        async def __anext__(self) -> Any:
            value = await super().__anext__()
            if self.pulls == 3:
                reached.set()
                await asyncio.Event().wait()
            return value

    async def scenario(way: Any) -> None:
        nonlocal reached
        reached, made = asyncio.Event(), Waiting(DELTAS)
        run = stream(made, Recipe)
        task = asyncio.create_task(way(run))
        await reached.wait()
        assert made.closed == 0
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (made.pulls, made.closed) == (3, 1)
        with pytest.raises(TruncatedJSONError):  # and not as if the task that asks now had been cancelled
            await run.result()

    reached = asyncio.Event()
    for way in [drained, lambda run: drained(run.events()), lambda run: drained(run.items("steps[*]")),
                lambda run: run.result()]:  # fmt: skip
        asyncio.run(scenario(_coroutine_of(way)))


def _coroutine_of(way: Any) -> Any:
    async def go(run: Any) -> Any:
        return await way(run)

    return go


def test_a_cancelled_task_closes_the_source_when_it_waits_elsewhere_inside_the_context():
    made = AsyncSource(DELTAS)

    async def slow(reached: asyncio.Event) -> None:
        async with stream(made, Recipe) as run:
            async for _ in run:
                reached.set()
                await asyncio.Event().wait()

    async def scenario() -> None:
        reached = asyncio.Event()
        task = asyncio.create_task(slow(reached))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (made.pulls, made.closed) == (1, 1)

    asyncio.run(scenario())


def test_generators_are_closed():
    log = []

    def pieces() -> Any:
        try:
            yield from DELTAS
        finally:
            log.append("sync")

    async def async_pieces() -> Any:
        try:
            for delta in DELTAS:
                yield delta
        finally:
            await asyncio.sleep(0)
            log.append("async")

    async def scenario() -> None:
        async with stream(async_pieces(), Recipe) as run:
            await begun(run.events())
        assert log == ["sync", "async"]

    for _ in stream(pieces(), Recipe):
        break
    assert log == ["sync"]
    asyncio.run(scenario())


class Response:
    """As the streams of SDKs are: iterating gives a generator, and the connection is the object's own."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def __iter__(self) -> Any:
        try:
            yield from DELTAS
        finally:
            self.log.append("iterator")

    def close(self) -> None:
        self.log.append("source")


class AwaitedResponse(Response):
    __iter__ = None

    async def __aiter__(self) -> Any:
        try:
            for delta in DELTAS:
                yield delta
        finally:
            self.log.append("iterator")

    async def close(self) -> None:
        await asyncio.sleep(0)
        self.log.append("source")


class PlainResponse(AwaitedResponse):
    def close(self) -> None:  # not to be awaited
        self.log.append("source")


@pytest.mark.parametrize("kind", [Response, AwaitedResponse, PlainResponse])
def test_a_source_is_closed_after_its_iterator_by_whichever_method_it_has(kind):
    async def scenario() -> None:
        response = kind()
        assert dumped(await begun(stream(response, Recipe))) == SHOWN[:1]
        assert response.log == ["iterator", "source"]
        response = kind()
        assert await given(stream(response, Recipe).result()) == RECIPE
        assert response.log == ["iterator", "source"]

    asyncio.run(scenario())


def test_a_source_that_cannot_be_closed_is_left_alone():
    class Bare:
        def __aiter__(self) -> Any:
            return self

        async def __anext__(self) -> Any:
            if not deltas:
                raise StopAsyncIteration
            return deltas.pop(0)

    deltas = list(DELTAS)
    assert stream(DELTAS, Recipe).result() == RECIPE
    assert stream(tuple(DELTAS), Recipe).result() == RECIPE
    assert asyncio.run(_coroutine_of(lambda run: run.result())(stream(Bare(), Recipe))) == RECIPE


# Wrong arguments


@table(WRONG_SOURCES, "make, words")
def test_a_wrong_source_is_refused_with_what_to_pass_instead(make, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        stream(make(), Recipe)


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        (RECIPE, "got an instance of Recipe: pass Recipe itself"),
        (5, "pass a model, a dataclass, a TypedDict, or any other type that pydantic.TypeAdapter takes"),
        ("Nobody", "pydantic cannot validate 'Nobody'"),
        ([Recipe], "pydantic cannot validate [<class"),
        (object(), "pydantic cannot validate <object"),
    ],
)
def test_a_wrong_type_is_refused_with_what_to_pass_instead(type_, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        stream([JSON], type_)


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [(list[int], "[1, 2]", [1, 2]), (dict[str, Any], '{"a": null}', {"a": None}), (Any, "[true]", [True])],
)
@both
async def test_any_type_that_pydantic_takes_can_be_streamed(source, type_, text, value):
    assert await given(stream(source(text), type_).result()) == value == json.loads(text)


# Ending at the first value that does not fit


class Pet(BaseModel):
    kind: Literal["pet"]
    name: str = Field(max_length=5)
    lives: int = 0


class Plant(BaseModel):
    kind: Literal["plant"]
    name: str


class Zoo(BaseModel):
    title: str = ""
    number: int = 0
    animals: list[Annotated[Pet | Plant, Field(discriminator="kind")]] = []
    lists: list[list[int]] = []
    more: str = ""


# What, the text up to the value that does not fit, the character that shows it, its path, the partial.
FIRST_MISFITS: list[tuple[str, str, str, tuple[Any, ...], Any]] = [
    ("a number", '{"title":"ab","number":1.5', ",", ("number",), {"title": "ab"}),
    ("a string", '{"animals":[{"kind":"pet","name":"abcdef', '"', ("animals", 0, "name"), {"animals": [{"kind": "pet", "name": "abcdef"}]}),
    ("an object", '{"animals":[{"kind":"pet","lives":1', "}", ("animals", 0, "name"), {"animals": [{"kind": "pet", "lives": 1}]}),
    ("before its tag", '{"animals":[{"lives":"x","kind":"pet', '"', ("animals", 0, "lives"), {"animals": [{}]}),
    ("an unknown tag", '{"animals":[{"kind":"fox","name":"x"', "}", ("animals", 0), {"animals": [None]}),
    ("an element", '{"lists":[[1],[2,"x', '"', ("lists", 1, 1), {"lists": [[1], [2, None]]}),
]  # fmt: skip


@table(FIRST_MISFITS, "text,last,path,partial")
@pytest.mark.parametrize("size", [1, 7, 1000])
@both
async def test_fail_fast_ends_with_the_first_value_that_does_not_fit_and_closes_the_source(
    source, text, last, path, partial, size
):
    begun_with = text + last
    behind = ['"and":', "never read"]
    chunks = [*(text[at : at + size] for at in range(0, len(text), size)), last, *behind]
    run = stream(made := source(chunks), Zoo, fail_fast=True)
    with pytest.raises(MismatchError) as caught:
        await given(run.result())
    error = caught.value
    assert made.closed == 1
    assert made.pulls == len(chunks) - len(behind)
    assert error.path == path
    assert error.text == begun_with
    shown = error.partial.model_dump(exclude_unset=True, warnings=False)
    assert shown == partial  # the place of an element that does not fit stays
    location = error.validation_error.errors()[0]["loc"]
    assert tuple(step for step in location if step not in ("pet", "plant")) == path


@both
async def test_fail_fast_shows_what_there_was_before_it_ends(source):
    run = stream(made := source(['{"title":"a', 'b","number":"x', '"', ',"more":"c"}']), Zoo, fail_fast=True)
    seen: list[Any] = []
    with pytest.raises(MismatchError, match="valid integer"):
        await noted(run, seen)
    assert [partial.title for partial in seen[:2]] == ["a", "ab"]
    assert (made.pulls, made.closed) == (3, 1)
    [rejection] = run.rejected
    assert (rejection.path, rejection.json) == (("number",), '"x"')
    assert run.state("number") is State.REJECTED
    assert run.json == '{"title":"ab","number":"x"'


@both
async def test_fail_fast_ends_events_and_items_too(source):
    events: list[Any] = []
    run = stream(made := source(['{"lists":[[1],["x"', "],[2]]}"]), Zoo, fail_fast=True)
    with pytest.raises(MismatchError):
        await noted(run.events(), events)
    assert isinstance(events[-1], Rejected)
    assert events[-1].path == ("lists", 1, 0)
    assert (made.pulls, made.closed) == (1, 1)
    items: list[Any] = []
    run = stream(made := source(['{"lists":[[1],["x"', "],[2]]}"]), Zoo, fail_fast=True)
    with pytest.raises(MismatchError):
        await noted(run.items("lists[*]"), items)
    assert items == [[1]]
    assert (made.pulls, made.closed) == (1, 1)


@both
async def test_without_fail_fast_the_rest_of_the_answer_is_read(source):
    text = '{"lists":[[1],["x"],[2]],"more":"c"}'
    run = stream(made := source([text[:20], text[20:]]), Zoo)
    items: list[Any] = []
    with pytest.raises(MismatchError):
        await noted(run.items("lists[*]"), items)
    assert items == [[1], [2]]
    assert [one.path for one in run.rejected] == [("lists", 1, 0)]
    assert made.closed == 1
