"""Several answers to one question, side by side."""

from models import Recipe
from openai import OpenAI

from partway import stream_choices

chunks = OpenAI().chat.completions.create(
    model="gpt-5-mini",
    messages=[{"role": "user", "content": "A recipe for pancakes or waffles, as JSON."}],
    n=2,
    stream=True,
)
for run in stream_choices(chunks, Recipe):
    for recipe in run:
        print(run.index, recipe.title, recipe.steps, recipe.minutes)
    print(run.index, repr(run.result()), run.finish_reason)
