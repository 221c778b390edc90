"""What type checkers must see of `stream_all`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, assert_type

from pydantic import BaseModel

from partway import AsyncRun, AsyncRuns, Event, Run, Runs, stream_all


class Recipe(BaseModel):
    title: str


def sync(source: Iterator[str]) -> None:
    assert_type(stream_all(source, Recipe), Runs[Recipe])
    assert_type(stream_all(source, list[int]), Runs[list[int]])
    for run in stream_all(source, Recipe, every=0.1):
        assert_type(run, Run[Recipe])
        for recipe in run:
            assert_type(recipe, Recipe)
        for event in run.events():
            assert_type(event, Event)
        assert_type(run.result(), Recipe)


async def asynchronous(source: AsyncIterator[dict[str, Any]]) -> None:
    assert_type(stream_all(source, Recipe), AsyncRuns[Recipe])
    async for run in stream_all(source, Recipe):
        assert_type(run, AsyncRun[Recipe])
        async for recipe in run:
            assert_type(recipe, Recipe)
        assert_type(await run.result(), Recipe)
