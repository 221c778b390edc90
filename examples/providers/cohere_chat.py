"""Cohere's Chat, version 2."""

from cohere import ClientV2
from models import Recipe

from partway import stream

events = ClientV2().chat_stream(
    model="command-a-reasoning-08-2025",
    messages=[{"role": "user", "content": "A recipe for pancakes, as JSON."}],
)
run = stream(events, Recipe)
for recipe in run:
    print(recipe.title, recipe.steps, recipe.minutes)
print(repr(run.result()), run.finish_reason, run.reasoning)
