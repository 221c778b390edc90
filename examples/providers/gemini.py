"""Gemini, through Google's SDK."""

from google import genai
from models import Recipe

from partway import stream

with genai.Client() as client:
    responses = client.models.generate_content_stream(
        model="gemini-2.5-flash",
        contents="A recipe for pancakes, as JSON.",
        config={"thinking_config": {"include_thoughts": True}},
    )
    run = stream(responses, Recipe)
    for recipe in run:
        print(recipe.title, recipe.steps, recipe.minutes)
    print(repr(run.result()), run.model, run.reasoning)
