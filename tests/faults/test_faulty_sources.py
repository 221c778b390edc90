"""Sources that raise, hang, end early, go on too long, and give what they should not: what had come is kept.

Each case runs with each shape of source, and is read in each way there is. Whatever happens, the source is closed once.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import json
import threading
from typing import Any

import pytest
from faulty import (
    ASYNC,
    DELTAS,
    RECIPE,
    SHAPES,
    SYNC,
    WAYS,
    AsyncGenerator,
    AsyncResponse,
    Iterator,
    Log,
    Recipe,
    Response,
    Step,
    closed,
    drained,
    dumped,
    fed,
    outcome,
    shares,
)

from chunks import chunk
from partway import (
    LimitError,
    Limits,
    MalformedJSONError,
    NoJSONError,
    PartwayError,
    SourceError,
    TruncatedJSONError,
    UsageError,
    record,
    stream,
    stream_all,
)
from sources import each, given


class Stop(BaseException):
    """What is no `Exception`, and that neither Python nor asyncio know."""


# What a source raises. Ctrl-C ends a loop of asyncio's, and what runs in it: that is in `test_steps.py`.
ERRORS: list[Any] = [ConnectionError, ValueError, RuntimeError, asyncio.CancelledError, GeneratorExit, Stop]
SYNC_ERRORS: list[Any] = [*ERRORS, KeyboardInterrupt, SystemExit]


@pytest.mark.parametrize("at", range(len(DELTAS) + 1))
@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        *((shape, kind) for shape in SYNC for kind in SYNC_ERRORS),
        *((shape, kind) for shape in ASYNC for kind in ERRORS),
    ],
    ids=lambda value: value.__name__,
)
def test_what_a_source_raises_comes_through_and_what_had_come_is_kept(shape, kind, at):
    async def scenario(way: str) -> None:
        log, error = Log(), kind("gone")
        run = stream(shape([*DELTAS[:at], error, *DELTAS[at:]], log), Recipe)
        raised = await outcome(lambda: WAYS[way](run))
        if raised is not error:  # it had all before
            assert way in ("text", "value")
            assert at > 3
            raised = await outcome(run.result)
        assert raised is error
        assert log.given == DELTAS[:at]
        assert log.closed == dict.fromkeys(shape.closes, 1)
        same = fed(DELTAS[:at])
        assert (dumped(run.partial), run.json) == (dumped(same.partial), same.text)
        await later(run, error)
        await closed(run)
        assert log.closed == dict.fromkeys(shape.closes, 1)

    async def later(run: Any, error: BaseException) -> None:
        """An exception is raised again; else it is as if the run had been closed there."""
        came = await outcome(run.result)
        if isinstance(error, Exception):
            assert came is error
            assert bool(getattr(error, "__notes__", None)) == (run.partial is not None)
        elif at == len(DELTAS):
            assert came == RECIPE
        else:
            assert type(came) is (TruncatedJSONError if at else NoJSONError)
            assert came.partial is run.partial
            assert came.text == run.json

    for way in WAYS:
        asyncio.run(scenario(way))


@pytest.mark.parametrize("shape", ASYNC, ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_what_a_source_raises_is_seen_where_several_read(shape, kind):
    async def scenario() -> None:
        log = Log()
        run = stream(shape([*DELTAS[:2], kind("gone"), *DELTAS[2:]], log), Recipe)
        ways = ["items", "text", "frames", "value"]
        outcomes = await asyncio.gather(*(WAYS[way](run) for way in ways), return_exceptions=True)
        assert kind in map(type, outcomes)
        if issubclass(kind, Exception):
            assert [type(outcome) for outcome in outcomes] == [kind] * len(ways)
        assert log.closed == dict.fromkeys(shape.closes, 1)
        assert all(shares(way, run) for way in ways)

    asyncio.run(scenario())


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("at", range(len(DELTAS)))
def test_a_source_that_ends_early_is_cut_off(shape, at):
    async def scenario(way: str) -> None:
        log = Log()
        run = stream(shape(DELTAS[:at], log), Recipe)
        error = await outcome(lambda: WAYS[way](run))
        if not isinstance(error, PartwayError):
            assert way in ("text", "value")
            error = await outcome(run.result)
        same = fed(DELTAS[:at])
        assert type(error) is (TruncatedJSONError if at else NoJSONError)
        assert (dumped(error.partial), error.text, error.path) == (dumped(same.partial), same.text, same.open_path)
        assert error.partial is run.partial
        assert log.closed == dict.fromkeys(shape.closes, 1)

    for way in WAYS:
        asyncio.run(scenario(way))


# What comes behind the end, and whether it is an error: text, chunks.
BEHIND: dict[str, tuple[list[Any], Any]] = {
    "prose": ([*DELTAS, "\nThat ", "is { all."], RECIPE),
    "another document": ([*DELTAS, '{"title": "No"}'], RECIPE),
    "blanks": ([*DELTAS, *[" \n"] * 5000], RECIPE),
    "after the reason": ([*map(chunk, DELTAS), chunk(finish="stop"), chunk(" and {"), chunk("more")], RECIPE),
    "the reason again": ([*map(chunk, DELTAS), *[chunk(finish="stop")] * 3], RECIPE),
    "an error": ([*map(chunk, DELTAS), chunk(finish="stop"), {"error": {"message": "Late"}}], SourceError),
}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("case", list(BEHIND))
def test_what_is_sent_behind_the_end_changes_nothing(shape, case):
    chunks, expected = BEHIND[case]

    async def scenario(way: str) -> None:
        log = Log()
        run = stream(shape(chunks, log), Recipe)
        await outcome(lambda: WAYS[way](run))
        came = await outcome(run.result)
        assert came == expected or type(came) is expected
        assert run.partial == getattr(came, "partial", run.partial) == RECIPE
        assert log.closed == dict.fromkeys(shape.closes, 1)

    for way in WAYS:
        asyncio.run(scenario(way))


# What no source should give, and the kind of error; it is given in the middle of the answer.
WRONG: list[tuple[Any, type[Exception]]] = [
    (7, UsageError),
    (None, UsageError),
    ([1], UsageError),
    ({"neither": 1}, UsageError),
    (Stop("given, and not raised"), Stop),
    (b"\xff", SourceError),
    ("\ud800", MalformedJSONError),
    ("\x00", MalformedJSONError),
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
@pytest.mark.parametrize(("wrong", "kind"), WRONG, ids=repr)
def test_a_chunk_of_a_wrong_type_is_an_error_that_keeps_what_had_come(shape, wrong, kind):
    async def scenario(way: str) -> None:
        log = Log()
        run = stream(shape([*DELTAS[:2], wrong, *DELTAS[2:]], log), Recipe, json_only=False)
        with pytest.raises(kind) as caught:
            await WAYS[way](run)
        same = fed(DELTAS[:2])
        assert dumped(run.partial) == dumped(same.partial)
        if isinstance(caught.value, PartwayError):
            assert dumped(caught.value.partial) == dumped(same.partial)
            assert caught.value.text.startswith(same.text)
        assert log.closed == dict.fromkeys(shape.closes, 1)

    for way in WAYS:
        asyncio.run(scenario(way))


# How the same text may come: pieces, and what gives the same value.
TEXT = "".join(DELTAS)
PIECES: dict[str, list[Any]] = {
    "in one": [TEXT],
    "character by character": list(TEXT),
    "byte by byte": [bytes([byte]) for byte in TEXT.encode()],
    "among thousands that are empty": [part for char in TEXT for part in (char, *[""] * 200)],
    "bytes among thousands that are empty": [part for char in TEXT.encode() for part in (bytes([char]), *[b""] * 50)],
    "chunks among thousands that are empty": [part for char in TEXT for part in (chunk(char), *[chunk("")] * 20)],
    "only empty ones before": [*[""] * 5000, *DELTAS],
    "only empty ones behind": [*DELTAS, *[""] * 5000],
}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("case", list(PIECES))
def test_empty_and_tiny_chunks_show_nothing_twice(shape, case):
    async def scenario() -> None:
        log = Log()
        partials = await drained(stream(shape(PIECES[case], log), Recipe))
        assert partials[-1] == RECIPE
        assert len(partials) <= len(TEXT)
        assert all(one is not other for one, other in itertools.pairwise(partials))
        assert log.closed == dict.fromkeys(shape.closes, 1)

    asyncio.run(scenario())


MANY = 5000
LONG = "é" * 5_000_000


@pytest.mark.parametrize("shape", [Iterator, AsyncGenerator], ids=lambda shape: shape.__name__)
def test_enormous_chunks_are_read(shape):
    async def scenario() -> None:
        text = json.dumps({"title": LONG, "steps": [{"text": "Boil."}]}, ensure_ascii=False)
        for chunks in ([text], [text.encode()], [chunk(text)], [text[:5_000_000], text[5_000_000:]]):
            recipe = await given(stream(shape(chunks, Log()), Recipe).result())
            assert (len(recipe.title), recipe.steps) == (len(LONG), [Step(text="Boil.")])
        log = Log()
        run = stream(shape([text[:-1]], log), Recipe, limits=Limits(max_string=4_999_999))
        with pytest.raises(LimitError) as caught:
            await given(run.result())
        assert caught.value.partial.title is None or LONG.startswith(caught.value.partial.title)
        assert log.closed == dict.fromkeys(shape.closes, 1)

    asyncio.run(scenario())


@pytest.mark.parametrize("shape", [Iterator, AsyncGenerator], ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("behind", [ConnectionError("gone"), None], ids=["error", "end"])
def test_a_chunk_of_thousands_of_documents_gives_each_before_what_comes_next(shape, behind):
    async def scenario() -> None:
        log, texts = Log(), []
        text = "".join(f'{{"text": "{number}"}}\n' for number in range(MANY))
        runs = stream_all(shape([text, *([behind] if behind else [])], log), Step)
        error = None
        try:
            async for run in each(runs):
                texts.append((await given(run.result())).text)  # noqa: PERF401  # it raises on the way
        except ConnectionError as caught:
            error = caught
        assert texts == list(map(str, range(MANY)))
        assert error is behind
        assert log.closed == dict.fromkeys(shape.closes, 1)

    asyncio.run(scenario())


# A source that hangs


@pytest.mark.parametrize("shape", ASYNC, ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("at", range(len(DELTAS) + 1))
def test_a_source_that_hangs_is_left_by_a_timeout(shape, way, at):
    async def scenario() -> None:
        log = Log()
        run = stream(Hanging.of(shape, at, log), Recipe)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(60) as deadline:
                log.hangs = lambda: deadline.reschedule(0)
                await WAYS[way](run)
                assert way in ("text", "value")
        assert dumped(run.partial) == dumped(fed(log.given).partial)
        if not log.closed:
            assert way in ("text", "value")
        await closed(run)
        assert log.closed == dict.fromkeys(shape.closes, 1)
        for _ in range(3):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())


class Hanging:
    """Steps of which one never comes."""

    @staticmethod
    def of(shape: Any, at: int, log: Log) -> Any:
        class Slow(shape):  # type: ignore[misc]  # whichever it is
            if hasattr(shape, "__anext__"):

                async def __anext__(self) -> Any:
                    if len(self.log.given) == at:
                        self.log.hangs()
                        await asyncio.Event().wait()
                    return await super().__anext__()

            elif hasattr(shape, "__aiter__"):

                def __aiter__(self) -> Any:
                    return Hanging.pieces(self.log, at)

            else:

                @staticmethod
                def pieces(_: Any, log: Log) -> Any:
                    return Hanging.pieces(log, at)

        return Slow(DELTAS, log)

    @staticmethod
    async def pieces(log: Log, at: int) -> Any:
        try:
            for delta in DELTAS[:at]:
                yield log.step(delta)
            log.hangs()
            await asyncio.Event().wait()
        finally:
            log.closed["generator"] += 1
            await asyncio.sleep(0)


class Connection:
    """A sync source that waits for what does not come until it is closed, as the response of an HTTP client does."""

    def __init__(self) -> None:
        self.closed, self.waits, self.goes_on = 0, threading.Event(), threading.Event()

    def __iter__(self) -> Any:
        yield from DELTAS[:2]
        self.waits.set()
        assert self.goes_on.wait(60)
        raise ConnectionError("closed")

    def close(self) -> None:
        self.closed += 1
        self.goes_on.set()


@pytest.mark.parametrize("way", list(WAYS))
def test_a_sync_source_that_hangs_is_closed_from_outside(way):
    connection = Connection()
    run = stream(connection, Recipe)
    outcome: list[Any] = []

    def read() -> None:
        try:
            asyncio.run(_of(WAYS[way](run)))
        except ConnectionError as error:
            outcome.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    assert connection.waits.wait(60)
    for refused in (run.close, run.result, lambda: next(iter(run)), lambda: run.value("title")):
        with pytest.raises(UsageError, match="is being pulled already, in another thread"):
            refused()
    assert connection.closed == 0
    connection.close()
    reader.join()
    assert [str(error) for error in outcome] == ["closed"]
    assert dumped(run.partial) == dumped(fed(DELTAS[:2]).partial)
    with pytest.raises(ConnectionError):
        run.result()


async def _of(value: Any) -> Any:
    return await value if asyncio.iscoroutine(value) else value


def test_a_source_of_several_runs_that_hangs_is_closed_from_outside():
    connection = Connection()
    runs = stream_all(connection, Recipe)
    begun: list[Any] = []

    def read() -> None:
        with contextlib.suppress(ConnectionError):
            for run in runs:
                begun.append(run)
                run.result()

    reader = threading.Thread(target=read)
    reader.start()
    assert connection.waits.wait(60)
    for refused in (runs.close, begun[0].result, lambda: next(iter(begun[0]))):
        with pytest.raises(UsageError, match="is being pulled already, in another thread"):
            refused()
    connection.close()
    reader.join()
    with pytest.raises(ConnectionError):
        begun[0].result()


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_a_run_that_is_dropped_on_the_way_is_collected_and_leaves_its_source(shape):
    async def scenario() -> None:
        log = Log()
        run = stream(shape(DELTAS, log), Recipe)
        values = each(run)
        await anext(values)
        await values.aclose()
        del run, values
        gc.collect()
        assert log.closed == dict.fromkeys(shape.closes, 1)

    asyncio.run(scenario())


# Closing that fails


@pytest.mark.parametrize("shape", [Response, AsyncResponse], ids=lambda shape: shape.__name__)
def test_what_closing_raises_comes_through_and_the_rest_is_closed(shape):
    class Torn(shape):  # type: ignore[misc]  # whichever it is
        def __iter__(self) -> Any:
            return self.torn()

        __aiter__ = __iter__ if shape is AsyncResponse else None

        if shape is Response:

            def torn(self) -> Any:
                try:
                    yield from DELTAS
                finally:
                    self.log.closed["generator"] += 1
                    raise OSError("torn")

        else:
            __iter__ = None

            def __aiter__(self) -> Any:
                return self.torn()

            async def torn(self) -> Any:
                try:
                    for delta in DELTAS:
                        yield delta
                finally:
                    self.log.closed["generator"] += 1
                    raise OSError("torn")

    async def scenario() -> None:
        log = Log()
        run = stream(Torn(DELTAS, log), Recipe)
        values = aiter(run) if shape is AsyncResponse else iter(run)
        await given(anext(values) if shape is AsyncResponse else next(values))
        assert str(await outcome(run.aclose if shape is AsyncResponse else run.close)) == "torn"
        assert log.closed == dict.fromkeys(shape.closes, 1)

    asyncio.run(scenario())


class Stuck(Response):
    """One that cannot be closed."""

    def close(self) -> None:
        super().close()
        raise OSError("stuck")


class AsyncStuck(AsyncResponse):
    """The same, async."""

    async def close(self) -> None:
        await super().close()
        raise OSError("stuck")


STUCK: list[Any] = [Stuck, AsyncStuck]


async def one(source: Any, _: Any) -> Any:
    return stream(source, Recipe)


async def of_several(source: Any, _: Any) -> Any:
    return await anext(each(stream_all(source, Recipe)))


async def written_down(source: Any, folder: Any) -> Any:
    return stream(record(source, folder / "tape.jsonl"), Recipe)


@pytest.mark.parametrize("shape", STUCK, ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("run_of", [one, of_several, written_down])
def test_what_closing_raises_hides_no_error_that_came_first(shape, run_of, tmp_path):
    async def scenario() -> None:
        log = Log()
        broken = ConnectionError("reset")
        run = await run_of(shape([*DELTAS[:2], broken], log), tmp_path)
        assert await outcome(run.result) is broken
        assert "closing the source failed as well: OSError('stuck')" in broken.__notes__
        assert run.partial.title == "Tea"
        assert log.closed == dict.fromkeys(shape.closes, 1)

        if run_of is one:  # of others it is an error of their source, or comes too late
            run = await run_of(shape(DELTAS, log), tmp_path)
            assert isinstance(await outcome(run.result), OSError)
            assert await outcome(run.result) == RECIPE

    asyncio.run(scenario())


@pytest.mark.parametrize("begins", [iter, aiter])
def test_an_attribute_that_is_no_method_closes_nothing(begins):
    async def scenario() -> None:
        shape = Response if begins is iter else AsyncResponse
        source = shape(DELTAS, Log())
        source.close = True
        assert await outcome(stream(source, Recipe).result) == RECIPE

    asyncio.run(scenario())
