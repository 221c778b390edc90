"""What type checkers must refuse: each line that ends in `# error` is wrong, and no other is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

from pydantic import BaseModel

from partway import Appended, AsyncRun, Completed, Extractor, Hooks, Run, Runs, stream, stream_all


class Step(BaseModel):
    text: str


class Recipe(BaseModel):
    title: str
    steps: list[Step] = []


class StepSoFar(BaseModel):
    text: str | None = None


class RecipeSoFar(BaseModel):
    title: str | None = None
    steps: list[Step | StepSoFar] | None = None


def reading(source: Iterator[str]) -> None:
    run = stream(source, Recipe, partial=RecipeSoFar)
    for recipe in run:
        recipe.title.upper()  # error
        recipe.titel  # error
        for step in recipe.steps:  # error
            step.text
        for step in recipe.steps or []:
            step.text.upper()  # error
            if isinstance(step, Step):
                step.text.upper()
    run.partial.title  # error
    run.result().title.upper()
    run.result().titel  # error
    plain = stream(source, Recipe)
    plain.partial.title  # error
    for whole in plain:
        whole.title.upper()
        whole.titel  # error


def naming(source: Iterator[str]) -> None:
    run: Run[Recipe] = stream(source, Recipe)
    other: Run[Recipe] = stream(source, Recipe, partial=RecipeSoFar)  # error
    both: Run[Recipe, RecipeSoFar] = stream(source, Recipe, partial=RecipeSoFar)
    asynchronous: AsyncRun[Recipe] = stream(source, Recipe)  # error
    result: RecipeSoFar = both.result()  # error
    assert_type(run, Run[Recipe, RecipeSoFar])  # error
    print(other, asynchronous, result)


def calling(source: Iterator[str]) -> None:
    stream(source)  # error
    stream(source, Recipe, partials=RecipeSoFar)  # error
    stream(source, Recipe, RecipeSoFar)  # error
    stream(source, Recipe, every="often")  # error
    stream(7, Recipe)  # error
    stream(source, Recipe).state(1.5)  # error
    stream(source, Recipe).items(0)  # error


async def awaiting(source: AsyncIterator[str]) -> None:
    run = stream(source, Recipe, partial=RecipeSoFar)
    async for recipe in run:
        recipe.title.upper()  # error
    for recipe in run:  # error
        print(recipe)
    run.result().title  # error
    (await run.result()).title.upper()


def core() -> None:
    extractor = Extractor(Recipe, partial=RecipeSoFar)
    extractor.feed(b"")  # error
    extractor.partial.title  # error
    if extractor.partial is not None:
        extractor.partial.title.upper()  # error
    extractor.finish().title.upper()


def several(source: Iterator[str]) -> None:
    for run in stream_all(source, Recipe, partial=RecipeSoFar):
        for recipe in run:
            recipe.title.upper()  # error
        run.result().title.upper()
    other: Runs[Recipe] = stream_all(source, Recipe, partial=RecipeSoFar)  # error
    stream_all(source, Recipe, json_only=True)  # error
    print(other)


def hooking(source: Iterator[str]) -> None:
    def takes_a_value(event: Completed) -> None: ...
    def takes_text(event: Appended) -> None: ...
    def takes_nothing() -> None: ...

    run = stream(source, Recipe)
    run.on("title", appended=takes_a_value)  # error
    run.on("title", completed=takes_text)  # error
    run.on("title", opened=takes_nothing)  # error
    run.on("title", appended="print")  # error
    run.on("title", changed=takes_text)  # error
    run.on(("title",), appended=takes_text)  # error
    run.on("title").rejected(takes_a_value)  # error
    Hooks().on("title", finished=takes_text)  # error
    stream(source, Recipe, hooks=takes_text)  # error
    stream(source, Recipe, on_hook_error="ignore")  # error
    run.text(0)  # error
    run.frames("30")  # error
