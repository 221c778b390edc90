"""FastAPI: the run is the response of an endpoint, and `partway.js` shows it in the browser."""

from fastapi import FastAPI
from recipe import Recipe, async_answer

from partway import stream
from partway.web import EventStream

app = FastAPI()


@app.get("/recipe")
async def recipe() -> EventStream:
    return EventStream(stream(async_answer(), Recipe))
