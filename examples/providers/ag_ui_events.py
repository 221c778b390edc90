"""AG-UI: the events that an agent sends to its user interface."""

import os

import httpx
from models import Recipe

from partway import stream

request = {"threadId": "thread", "runId": "run", "messages": [{"id": "1", "role": "user", "content": "Pancakes!"}]}
with httpx.stream("POST", os.environ["PARTWAY_EXAMPLE_URL"], json=request) as response:
    run = stream(response.iter_bytes(), Recipe)
    for recipe in run:
        print(recipe.title, recipe.steps, recipe.minutes)
    print(repr(run.result()))
