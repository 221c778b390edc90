"""Sources that go wrong where a table says so, in each shape that sources have; and ways to read a run.

A source is a list of steps: a chunk is given, an exception raised. `Log` remembers what was given, and which closing
was begun how often.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from partway import AsyncRun, Extractor
from sources import each, given


class Step(BaseModel):
    text: str
    minutes: int = 1


class Recipe(BaseModel):
    title: str
    steps: list[Step] = []


DELTAS = ['Sure: {"title": "T', 'ea", "steps": [{"te', 'xt": "Boil."}, {"text": "Po', 'ur.", "minutes": 3}]', "}"]
RECIPE = Recipe(title="Tea", steps=[Step(text="Boil."), Step(text="Pour.", minutes=3)])


class Log:
    """What was done with a source."""

    def __init__(self) -> None:
        self.given: list[Any] = []
        self.closed: Counter[str] = Counter()
        self.hangs: Callable[[], object] = lambda: None

    def step(self, step: Any) -> Any:
        if isinstance(step, BaseException):
            raise step
        self.given.append(step)
        return step


class Iterator:
    """An iterator that can be closed."""

    closes = ("iterator",)

    def __init__(self, steps: Any, log: Log) -> None:
        self.steps, self.log = iter(steps), log

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        return self.log.step(next(self.steps))

    def close(self) -> None:
        self.log.closed["iterator"] += 1


class AsyncIterator(Iterator):
    """The same, async; each of its methods waits."""

    __iter__ = __next__ = close = None

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> Any:
        await asyncio.sleep(0)
        for step in self.steps:
            return self.log.step(step)
        raise StopAsyncIteration

    async def aclose(self) -> None:
        self.log.closed["iterator"] += 1
        await asyncio.sleep(0)


class Generator:
    """A generator that must be left."""

    closes = ("generator",)

    def __new__(cls, steps: Any, log: Log) -> Any:
        return cls.pieces(steps, log)

    @staticmethod
    def pieces(steps: Any, log: Log) -> Any:
        try:
            for step in steps:
                yield log.step(step)
        finally:
            log.closed["generator"] += 1


class AsyncGenerator(Generator):
    """The same, async."""

    @staticmethod
    async def pieces(steps: Any, log: Log) -> Any:
        try:
            for step in steps:
                await asyncio.sleep(0)
                yield log.step(step)
        finally:
            log.closed["generator"] += 1
            await asyncio.sleep(0)


class Response:
    """As the streams of SDKs are: iterating gives a generator, and the connection is the object's own."""

    closes = ("generator", "response")

    def __init__(self, steps: Any, log: Log) -> None:
        self.steps, self.log = steps, log

    def __iter__(self) -> Any:
        return Generator.pieces(self.steps, self.log)

    def close(self) -> None:
        self.log.closed["response"] += 1


class AsyncResponse(Response):
    """The same, async."""

    __iter__ = None

    def __aiter__(self) -> Any:
        return AsyncGenerator.pieces(self.steps, self.log)

    async def close(self) -> None:
        self.log.closed["response"] += 1
        await asyncio.sleep(0)


SYNC: list[Any] = [Iterator, Generator, Response]
ASYNC: list[Any] = [AsyncIterator, AsyncGenerator, AsyncResponse]
SHAPES: list[Any] = [*SYNC, *ASYNC]


async def drained(values: Any) -> list[Any]:
    return [value async for value in each(values)]


WAYS: dict[str, Callable[[Any], Any]] = {
    "partials": drained,
    "events": lambda run: drained(run.events()),
    "items": lambda run: drained(run.items("steps[*]")),
    "frames": lambda run: drained(run.frames(1e9)),
    "text": lambda run: drained(run.text("steps[1].text")),
    "value": lambda run: given(run.value("steps[1]")),
    "result": lambda run: given(run.result()),
}


async def outcome(ask: Callable[[], Any]) -> Any:
    """What a call gives, or what it raises."""
    try:
        return await given(ask())
    except BaseException as error:  # noqa: BLE001  # which one is for the test to say
        return error


async def closed(run: Any) -> None:
    """Close a run, sync or async, of one or of many."""
    await given(run.aclose() if hasattr(run, "aclose") else run.close())


def fed(chunks: Any, type_: Any = Recipe) -> Extractor[Any, Any]:
    """What has read the same chunks, and nothing went wrong."""
    extractor: Extractor[Any, Any] = Extractor(type_)
    for chunk in chunks:
        extractor.feed(chunk)
    return extractor


def dumped(value: Any) -> Any:
    return value.model_dump(exclude_unset=True) if isinstance(value, BaseModel) else value


def shares(way: str, run: Any) -> bool:
    """Whether a task of the run's own pulls for a way to read it."""
    return isinstance(run, AsyncRun) and way in ("items", "frames", "text", "value")
