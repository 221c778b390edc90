"""LangChain: the message chunks of any chat model."""

from langchain_openai import ChatOpenAI
from models import Recipe

from partway import stream

chunks = ChatOpenAI(model="gpt-5-mini").stream("A recipe for pancakes, as JSON.")
run = stream(chunks, Recipe)
for recipe in run:
    print(recipe.title, recipe.steps, recipe.minutes)
print(repr(run.result()), run.finish_reason)
