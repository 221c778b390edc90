"""Anthropic's Messages, with the thinking that comes before the answer."""

from anthropic import Anthropic
from models import Recipe

from partway import stream

events = Anthropic().messages.create(
    model="claude-sonnet-5",
    max_tokens=4096,
    thinking={"type": "enabled", "budget_tokens": 1024},
    messages=[{"role": "user", "content": "A recipe for pancakes, as JSON."}],
    stream=True,
)
run = stream(events, Recipe)
for recipe in run:
    print(recipe.title, recipe.steps, recipe.minutes)
print(repr(run.result()), run.finish_reason, run.reasoning)
