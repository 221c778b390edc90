"""What type checkers must see of `stream_tools`, `stream_choices` and `record`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, assert_type

from pydantic import BaseModel

from partway import (
    AsyncRecorder,
    AsyncRun,
    AsyncRuns,
    AsyncToolRuns,
    Recorder,
    Run,
    Runs,
    ToolRuns,
    UnknownCall,
    record,
    stream,
    stream_choices,
    stream_tools,
)


class Weather(BaseModel):
    city: str


class WeatherSoFar(BaseModel):
    city: str | None = None


def find_route(start: str) -> str:
    return start


def sync(source: Iterator[dict[str, Any]]) -> None:
    runs = stream_tools(source, {"get_weather": Weather})
    assert_type(runs, ToolRuns[Weather])
    for run in runs:
        assert_type(run, Run[Weather])
        assert_type(run.name, str | None)
        assert_type(run.index, int)
        assert_type(run.result(), Weather)
    assert_type(runs.unknown, tuple[UnknownCall, ...])
    assert_type(stream_tools(source, [Weather]), ToolRuns[Weather])
    assert_type(stream_tools(source, [find_route]), ToolRuns[Any])
    assert_type(stream(source, Weather, tool="get_weather"), Run[Weather])
    assert_type(stream_choices(source, Weather), Runs[Weather])
    assert_type(stream_choices(source, Weather, partial=WeatherSoFar), Runs[Weather, WeatherSoFar])
    assert_type(record(source, "weather.jsonl"), Recorder[dict[str, Any]])
    assert_type(stream(record(source, "weather.jsonl"), Weather).usage, dict[str, Any] | None)


async def asynchronous(source: AsyncIterator[dict[str, Any]]) -> None:
    runs = stream_tools(source, {"get_weather": Weather})
    assert_type(runs, AsyncToolRuns[Weather])
    async for run in runs:
        assert_type(run, AsyncRun[Weather])
        assert_type(await run.result(), Weather)
    assert_type(stream_choices(source, Weather), AsyncRuns[Weather])
    assert_type(record(source, "weather.jsonl"), AsyncRecorder[dict[str, Any]])
