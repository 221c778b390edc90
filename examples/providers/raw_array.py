"""A JSON array that is sent element by element, as Gemini does when it is not asked for events."""

import os

import httpx
from models import Recipe

from partway import stream

request = {"contents": [{"parts": [{"text": "A recipe for pancakes, as JSON."}]}]}
with httpx.stream("POST", os.environ["PARTWAY_EXAMPLE_URL"], json=request) as response:
    run = stream(response.iter_text(), Recipe)
    for recipe in run:
        print(recipe.title, recipe.steps, recipe.minutes)
    print(repr(run.result()), run.model, run.reasoning)
