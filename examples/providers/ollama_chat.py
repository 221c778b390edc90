"""Ollama, on one's own machine."""

from models import Recipe
from ollama import chat

from partway import stream

responses = chat(
    model="qwen3",
    messages=[{"role": "user", "content": "A recipe for pancakes, as JSON."}],
    stream=True,
)
run = stream(responses, Recipe)
for recipe in run:
    print(recipe.title, recipe.steps, recipe.minutes)
print(repr(run.result()), run.model, run.reasoning)
