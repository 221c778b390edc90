"""Pydantic AI: the events of an agent's run, read asynchronously."""

import asyncio

from models import Recipe
from pydantic_ai import Agent

from partway import stream


async def main() -> None:
    async with Agent("openai-chat:gpt-5-mini").run_stream_events("A recipe for pancakes, as JSON.") as events:
        run = stream(events, Recipe)
        async for recipe in run:
            print(recipe.title, recipe.steps, recipe.minutes)
        print(repr(await run.result()))


asyncio.run(main())
