"""Mistral, whose reasoning models send lists of parts as content."""

import os

from mistralai.client import Mistral
from models import Recipe

from partway import stream

with Mistral(api_key=os.environ["MISTRAL_API_KEY"], server_url=os.environ.get("PARTWAY_EXAMPLE_URL")) as client:
    events = client.chat.stream(
        model="magistral-medium-latest",
        messages=[{"role": "user", "content": "A recipe for pancakes, as JSON."}],
    )
    run = stream(events, Recipe)
    for recipe in run:
        print(recipe.title, recipe.steps, recipe.minutes)
    print(repr(run.result()), run.finish_reason, run.reasoning)
