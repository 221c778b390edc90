"""One answer in any number of browsers, here and after a reload.

    pip install "partway[web]" fastapi uvicorn
    uvicorn --app-dir examples/web fastapi_app:app
    curl -N http://127.0.0.1:8000/recipes/soup

A second `curl` joins the first, and one that comes when the recipe is written gets all of it at once.
"""

import asyncio
from collections.abc import AsyncIterator

from fastapi import FastAPI
from pydantic import BaseModel

from partway import stream
from partway.web import Broadcast, EventStream


class Recipe(BaseModel):
    title: str
    steps: list[str]


async def answer(name: str) -> AsyncIterator[str]:
    """Stands for a model: what a provider's client streams is given to `stream()` as it is."""
    text = f'{{"title": "{name.capitalize()}", "steps": ["Chop all that you have.", "Let it simmer for an hour."]}}'
    for at in range(0, len(text), 4):
        yield text[at : at + 4]
        await asyncio.sleep(0.05)


app = FastAPI()
recipes: dict[str, Broadcast] = {}


@app.get("/recipes/{name}")
async def recipe(name: str) -> EventStream:
    if name not in recipes:
        recipes[name] = Broadcast(stream(answer(name), Recipe), linger=10)
    return EventStream(recipes[name])
