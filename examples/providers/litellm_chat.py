"""LiteLLM, in front of any provider."""

from litellm import completion
from models import Recipe

from partway import stream

chunks = completion(
    model="openai/gpt-5-mini",
    messages=[{"role": "user", "content": "A recipe for pancakes, as JSON."}],
    stream=True,
)
run = stream(chunks, Recipe)
for recipe in run:
    print(recipe.title, recipe.steps, recipe.minutes)
print(repr(run.result()), run.finish_reason)
