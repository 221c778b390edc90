"""The UI message stream of Vercel's AI SDK, as a route of one's own app sends it."""

import os

import httpx
from models import Recipe

from partway import stream

request = {"messages": [{"role": "user", "parts": [{"type": "text", "text": "A recipe for pancakes, as JSON."}]}]}
with httpx.stream("POST", os.environ["PARTWAY_EXAMPLE_URL"], json=request) as response:
    run = stream(response.iter_lines(), Recipe)
    for recipe in run:
        print(recipe.title, recipe.steps, recipe.minutes)
    print(repr(run.result()), run.reasoning)
