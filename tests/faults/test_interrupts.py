"""Ctrl-C, and what else is no `Exception`, while text is read: it comes out as it is, and the source is closed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import BaseModel, field_validator

from chunks import call, chunk
from partway import TruncatedJSONError, stream, stream_all, stream_choices, stream_tools
from sources import AsyncSource, Source, each, given


class Interrupted(BaseModel):
    number: int
    text: str = ""

    @field_validator("number")
    @classmethod
    def interrupt(cls, number: int) -> int:
        if number == 7:
            raise KeyboardInterrupt
        return number


TEXT = ['{"number":', "7,", '"text":"x"}']


async def read(runs: Any) -> None:
    async for run in each(runs):
        await given(run.result())


SEVERAL = {
    "choices": lambda source: stream_choices(source([chunk(text) for text in TEXT]), Interrupted),
    "tools": lambda source: stream_tools(source([call(0, text, "f") for text in TEXT]), {"f": Interrupted}),
    "documents": lambda source: stream_all(source(TEXT), Interrupted),
}


def sources(shape: Any, made: list[Any]) -> Any:
    def source(chunks: Any) -> Any:
        made.append(shape(chunks))
        return made[-1]

    return source


def run_it(scenario: Any) -> None:
    """Run a scenario that is interrupted: `asyncio.run` would see to the interrupt itself."""
    loop = asyncio.new_event_loop()
    try:
        with pytest.raises(KeyboardInterrupt):
            loop.run_until_complete(scenario)
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


@pytest.mark.parametrize("shape", [Source, AsyncSource])
@pytest.mark.parametrize("kind", SEVERAL)
def test_an_interrupt_comes_out_of_several_runs_and_closes_the_source(kind: str, shape: Any):
    made: list[Any] = []
    run_it(read(SEVERAL[kind](sources(shape, made))))
    assert made[0].closed == 1


@pytest.mark.parametrize("shape", [Source, AsyncSource])
def test_after_an_interrupt_the_result_says_that_there_is_none(shape: Any):
    source = shape(TEXT)
    run = stream(source, Interrupted)

    async def scenario() -> None:
        await given(run.result())

    run_it(scenario())
    assert source.closed == 1

    async def later() -> None:
        with pytest.raises(TruncatedJSONError, match="an exception of a callback or a validator"):
            await given(run.result())

    asyncio.run(later())
