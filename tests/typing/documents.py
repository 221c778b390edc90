"""What type checkers must see of `stream_all`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, assert_type

from pydantic import BaseModel

from partway import AsyncRun, AsyncRuns, Event, Run, Runs, stream_all


class Recipe(BaseModel):
    title: str


class RecipeSoFar(BaseModel):
    title: str | None = None


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


def partial_class_of_ones_own(source: Iterator[str]) -> None:
    runs = stream_all(source, Recipe, partial=RecipeSoFar, every=0.1)
    assert_type(runs, Runs[Recipe, RecipeSoFar])
    for run in runs:
        assert_type(run, Run[Recipe, RecipeSoFar])
        for recipe in run:
            assert_type(recipe.title, str | None)
        assert_type(run.result(), Recipe)
    same: Runs[Recipe] = stream_all(source, Recipe)
    assert_type(same, Runs[Recipe, Recipe])
    assert_type(stream_all(source, list[Recipe], partial=list[RecipeSoFar]), Runs[list[Recipe], list[RecipeSoFar]])
    stream_all(source, Recipe, partial=Recipe | RecipeSoFar)


async def partial_class_of_ones_own_from_async(source: AsyncIterator[str]) -> None:
    async for run in stream_all(source, Recipe, partial=RecipeSoFar):
        assert_type(run, AsyncRun[Recipe, RecipeSoFar])
        async for recipe in run:
            assert_type(recipe, RecipeSoFar)
        assert_type(await run.result(), Recipe)
