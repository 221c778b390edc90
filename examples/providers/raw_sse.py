"""Server-sent events, without any SDK: the bytes as they come out of an HTTP client."""

import os

import httpx
from models import Recipe

from partway import stream

request = {
    "model": "gpt-5-mini",
    "messages": [{"role": "user", "content": "A recipe for pancakes, as JSON."}],
    "stream": True,
}
with httpx.stream("POST", os.environ["PARTWAY_EXAMPLE_URL"], json=request) as response:
    run = stream(response.iter_bytes(), Recipe)
    for recipe in run:
        print(recipe.title, recipe.steps, recipe.minutes)
    print(repr(run.result()), run.finish_reason)
