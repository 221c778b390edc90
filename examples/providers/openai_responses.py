"""OpenAI's Responses, with the summary of what the model thought."""

from models import Recipe
from openai import OpenAI

from partway import stream

events = OpenAI().responses.create(
    model="gpt-5-mini",
    input="A recipe for pancakes, as JSON.",
    reasoning={"summary": "auto"},
    stream=True,
)
run = stream(events, Recipe)
for recipe in run:
    print(recipe.title, recipe.steps, recipe.minutes)
print(repr(run.result()), run.reasoning)
