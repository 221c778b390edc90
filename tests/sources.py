"""Sources that watch how they are read, sync and async, and scenarios that run with both."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import AsyncIterable
from typing import Any

import pytest

from partway import PartwayError


class Source:
    """A source that is never pulled after its end, and remembers how often it was pulled and closed."""

    def __init__(self, chunks: Any, error: BaseException | None = None) -> None:
        self.chunks, self.error = iter(chunks), error
        self.pulls = self.closed = 0
        self.over = False

    def pull(self) -> Any:
        assert not self.over, "pulled after its end"
        assert not self.closed, "pulled after it was closed"
        self.pulls += 1
        for part in self.chunks:
            return part
        self.over = True
        raise self.error or StopIteration

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        return self.pull()

    def close(self) -> None:
        self.closed += 1


class AsyncSource(Source):
    """The same, async."""

    __iter__ = __next__ = close = None

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> Any:
        await asyncio.sleep(0)
        try:
            return self.pull()
        except StopIteration:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        self.closed += 1


def both(scenario: Any) -> Any:
    """Run a scenario with a sync source and with an async one."""

    @pytest.mark.parametrize("source", [Source, AsyncSource], ids=["sync", "async"])
    @functools.wraps(scenario)
    def test(**arguments: Any) -> None:
        asyncio.run(scenario(**arguments))

    return test


async def given(value: Any) -> Any:
    """What a call gives, which is awaited if the run is async."""
    return await value if inspect.isawaitable(value) else value


async def each(values: Any) -> Any:
    """Loop over what is sync or async; what is left early is closed."""
    if isinstance(values, AsyncIterable):
        loop = aiter(values)
        try:
            async for value in loop:
                yield value
        finally:
            await loop.aclose()
    else:
        for value in values:
            yield value


async def came_to(run: Any) -> Any:
    """The value of a run, or the kind of its error."""
    try:
        return await given(run.result())
    except PartwayError as error:
        return type(error)
