"""Parallel calls of tools: each is a run of its own, and comes out as it opens."""

from models import Search, Weather
from openai import OpenAI, pydantic_function_tool

from partway import stream_tools

tools = {"get_weather": Weather, "search": Search}
chunks = OpenAI().chat.completions.create(
    model="gpt-5-mini",
    messages=[{"role": "user", "content": "How is the weather in Lisbon, and when does tram 28 run?"}],
    tools=[pydantic_function_tool(model, name=name) for name, model in tools.items()],
    stream=True,
)
for run in stream_tools(chunks, tools):
    for arguments in run:
        print(run.index, run.name, arguments.model_dump(exclude_unset=True))
    print(run.id, repr(run.result()))
