"""Anthropic's calls of tools, read from the SDK's helper; `run.prose` is what the model said besides."""

from anthropic import Anthropic
from models import Search, Weather

from partway import stream_tools

tools = {"get_weather": Weather, "search": Search}
with Anthropic().messages.stream(
    model="claude-sonnet-5",
    max_tokens=1024,
    messages=[{"role": "user", "content": "How is the weather in Lisbon, and when does tram 28 run?"}],
    tools=[{"name": name, "input_schema": model.model_json_schema()} for name, model in tools.items()],
) as events:
    for run in stream_tools(events, tools):
        for arguments in run:
            print(run.index, run.name, arguments.model_dump(exclude_unset=True))
        print(run.id, repr(run.result()))
