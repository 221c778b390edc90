"""What type checkers must accept; `assert_type` says what they must see."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, assert_type

from pydantic import BaseModel

from partway import AsyncRun, Event, Extractor, Partial, Path, Run, State, stream


class Recipe(BaseModel):
    title: str
    steps: list[str] = []


def sync(source: Iterator[str]) -> None:
    run = stream(source, Recipe)
    assert_type(run, Run[Recipe])
    for recipe in run:
        assert_type(recipe, Recipe)
    assert_type(run.result(), Recipe)
    assert_type(run.state("steps", 0), State)
    assert_type(run.open_path, Path)
    for event in stream(source, Recipe).events():
        assert_type(event, Event)
    assert_type(stream(source, list[int]), Run[list[int]])


async def asynchronous(source: AsyncIterator[dict[str, Any]]) -> None:
    run = stream(source, Recipe)
    assert_type(run, AsyncRun[Recipe])
    async for recipe in run:
        assert_type(recipe, Recipe)
    assert_type(await run.result(), Recipe)


def core(delta: str) -> None:
    extractor = Extractor(Recipe)
    assert_type(extractor.feed(delta), bool)
    assert_type(extractor.finish(), Recipe)


partial_class: type = Partial[Recipe]
