"""What type checkers must accept; `assert_type` says what they must see."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, assert_type

from pydantic import BaseModel, ValidationError

from partway import (
    Appended,
    AsyncRun,
    Completed,
    Event,
    Extractor,
    Hooks,
    Opened,
    Partial,
    Path,
    Run,
    State,
    stream,
)
from shop import Category, Color, Item, Order
from shop_so_far import CategorySoFar, DimensionsSoFar, ItemSoFar, OrderSoFar


class Recipe(BaseModel):
    title: str
    steps: list[str] = []


class Step(BaseModel):
    text: str


class Steps(BaseModel):
    steps: list[Step]


class StepSoFar(BaseModel):
    text: str | None = None


class StepsSoFar(BaseModel):
    steps: list[Step | StepSoFar] | None = None


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
    assert_type(extractor, Extractor[Recipe])
    assert_type(extractor.feed(delta), bool)
    assert_type(extractor.partial, Recipe | None)
    assert_type(extractor.finish(), Recipe)


def partial_class_of_ones_own(source: Iterator[str]) -> None:
    run = stream(source, Steps, partial=StepsSoFar)
    assert_type(run, Run[Steps, StepsSoFar])
    assert_type(run.partial, StepsSoFar | None)
    for partial in run:
        assert_type(partial, StepsSoFar)
        assert_type(partial.steps, list[Step | StepSoFar] | None)
        for step in partial.steps or []:
            if isinstance(step, Step):
                assert_type(step.text, str)
            else:
                assert_type(step.text, str | None)
    assert_type(run.result(), Steps)
    several = stream(source, list[Step], partial=list[StepSoFar])
    assert_type(several, Run[list[Step], list[StepSoFar]])
    same: Run[Steps] = stream(source, Steps)
    assert_type(same, Run[Steps, Steps])
    stream(source, Steps, partial=Steps | StepsSoFar)


async def partial_class_of_ones_own_from_async(source: AsyncIterator[str]) -> None:
    run = stream(source, Steps, partial=StepsSoFar)
    assert_type(run, AsyncRun[Steps, StepsSoFar])
    async for partial in run:
        assert_type(partial, StepsSoFar)
    assert_type(await run.result(), Steps)


def partial_class_of_ones_own_without_io(delta: str) -> None:
    extractor = Extractor(Steps, partial=StepsSoFar)
    assert_type(extractor, Extractor[Steps, StepsSoFar])
    assert_type(extractor.partial, StepsSoFar | None)
    extractor.feed(delta)
    assert_type(extractor.finish(), Steps)


partial_class: type = Partial[Recipe]


def written_by_partway_stubs(source: Iterator[str]) -> None:
    for order in stream(source, Order, partial=OrderSoFar):
        assert_type(order.items, list[Item | ItemSoFar] | None)
        assert_type(order.category, Category | CategorySoFar | None)
        assert_type(order.dimensions, DimensionsSoFar | None)
        assert_type(order.pairs, tuple[int | Item | ItemSoFar, ...] | None)
        for item in order.items or []:
            assert_type(item.color, Color | None)


def hooks_and_readers(source: Iterator[str]) -> None:
    hooks = Hooks()
    run = stream(source, Steps, hooks=hooks, on_hook_error="log")

    @run.on("steps[*].text").appended
    def typed(event: Appended) -> int:
        return len(event.text)

    @hooks.on("..*").completed
    async def stored(event: Completed) -> None: ...

    def either(event: Opened | Completed) -> None: ...

    assert_type(typed(Appended((), "")), int)
    run.on("steps", opened=either, completed=either, rejected=print, appended=lambda event: event.text.upper())
    hooks.on(restarted=lambda event: event.reason, finished=lambda event: event.value)
    assert_type(run.text("title"), Iterator[str])
    assert_type(run.frames(10), Iterator[Steps])
    assert_type(run.events("steps[*]"), Iterator[Event])
    assert_type(run.json, str)
    assert_type([rejection.error for rejection in run.rejected], list[ValidationError])
    Extractor(Steps, on_event=hooks, paths=hooks.paths)


async def readers_of_async(source: AsyncIterator[str]) -> None:
    run = stream(source, Steps, partial=StepsSoFar)
    assert_type(run.text("title"), AsyncIterator[str])
    async for frame in run.frames():
        assert_type(frame, StepsSoFar)
