"""OpenAI's Chat Completions; Azure, vLLM, Groq, DeepSeek, xAI, OpenRouter, Moonshot and more speak the same."""

from models import Recipe
from openai import OpenAI

from partway import stream

chunks = OpenAI().chat.completions.create(
    model="gpt-5-mini",
    messages=[{"role": "user", "content": "A recipe for pancakes, as JSON."}],
    stream=True,
    stream_options={"include_usage": True},
)
run = stream(chunks, Recipe)
for recipe in run:
    print(recipe.title, recipe.steps, recipe.minutes)
print(repr(run.result()), run.finish_reason, run.usage["total_tokens"])
