"""Readers of one run come, go and are cancelled at any moment: whoever stays gets everything, and nothing is left."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from partway import AsyncRun, MalformedJSONError, stream


class Step(BaseModel):
    text: str


class Recipe(BaseModel):
    title: str
    steps: list[Step] = []
    language: str = "en"


TEXT = '{"title": "Pancakes", "steps": [{"text": "Mix."}, {"text": "Bake."}, {"text": "Eat."}], "language": "de"}'
STEPS = [Step(text="Mix."), Step(text="Bake."), Step(text="Eat.")]
RESULT = Recipe(title="Pancakes", steps=STEPS, language="de")

# What each reader comes to: read to its end, and joined where cuts and lateness decide only how finely it is sliced
WAYS: dict[str, tuple[Any, Any]] = {
    "title": (lambda run: run.text("title"), "Pancakes"),
    "a text": (lambda run: run.text("steps[1].text"), "Bake."),
    "steps": (lambda run: run.items("steps[*]"), STEPS),
    "partials": (aiter, RESULT),
    "frames": (lambda run: run.frames(1e-9), RESULT),
    "value": (lambda run: run.value("language"), "de"),
    "result": (lambda run: run.result(), RESULT),
}


@dataclass(frozen=True)
class Reader:
    """What a reader reads, after how many turns of the loop it comes, and is cancelled or leaves; never, if `None`."""

    way: str
    comes: int
    cancelled: int | None
    leaves_after: int | None
    rests: int


READERS = st.lists(
    st.builds(
        Reader,
        st.sampled_from(sorted(WAYS)),
        st.integers(0, 30),
        st.none() | st.integers(0, 60),
        st.none() | st.integers(0, 3),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=5,
)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def read(run: AsyncRun[Recipe], reader: Reader) -> Any:
    """Read as the reader does; what it came to, or `None` if it left."""
    await turns(reader.comes)
    reading = WAYS[reader.way][0](run)
    if reader.way in ("value", "result"):
        return await reading
    seen: list[Any] = []
    try:
        async for value in reading:
            seen.append(value)
            await turns(reader.rests)
            if len(seen) == reader.leaves_after:
                return None
    finally:
        await reading.aclose()
    if reader.way in ("title", "a text"):
        return "".join(seen)
    return seen if reader.way == "steps" else seen[-1] if seen else None


def may_end_it(reader: Reader) -> bool:
    """Whether a reader may take the source with it: one that pulls in its own task and is cancelled in that."""
    return reader.cancelled is not None and reader.way in ("partials", "result")


@given(READERS, st.integers(1, 40), st.integers(0, 2), st.booleans())
def test_who_stays_gets_everything(readers: list[Reader], size: int, waits: int, broken: bool):
    async def scenario() -> None:
        closed = 0

        async def pieces() -> Any:
            nonlocal closed
            try:
                for at in range(0, len(TEXT), size):
                    await turns(waits)
                    yield TEXT[at : at + size]
                if broken:
                    yield "}"
            finally:
                closed += 1

        run = stream(pieces(), Recipe, json_only=True)
        tasks = [asyncio.ensure_future(read(run, reader)) for reader in readers]

        async def cancel(task: Any, after: int) -> None:
            await turns(after)
            task.cancel()

        cancelling = [
            asyncio.ensure_future(cancel(task, reader.cancelled))
            for task, reader in zip(tasks, readers, strict=True)
            if reader.cancelled is not None
        ]
        outcomes = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 20)
        await asyncio.gather(*cancelling)
        everybody_stays = all(reader.cancelled is None and reader.leaves_after is None for reader in readers)
        for reader, outcome in zip(readers, outcomes, strict=True):
            if reader.cancelled is not None or reader.leaves_after is not None:
                continue
            others = [other for other in readers if other is not reader]
            if isinstance(outcome, MalformedJSONError):
                assert broken
            elif outcome is None and reader.way == "partials" and "partials" in [other.way for other in others]:
                pass  # a loop goes on where the one before it was, which may be the end
            elif isinstance(outcome, Exception) or outcome != WAYS[reader.way][1]:
                # Somebody closed the run on the way: the last who was there, before this one came.
                assert not everybody_stays, outcome
                assert any(map(may_end_it, others)) or any(other.comes < reader.comes for other in others) or broken
        await run.aclose()
        assert closed in ((1,) if run.json or closed else (0, 1))
        await turns(3)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())
