"""Recordings of the corpus as chunks, what an adapter makes of them, and chunks that are of none of several formats."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from partway.providers import Channel, Closed, Delta, Ending, Facts, Failure, Format, Restart


def namespace(value: Any) -> Any:
    """The same as objects with attributes, all the way down."""
    if isinstance(value, dict):
        return SimpleNamespace(**{key: namespace(part) for key, part in value.items()})
    return [namespace(part) for part in value] if isinstance(value, list) else value


@cache
def chunks(path: Path) -> tuple[Any, ...]:
    """The chunks of a recording: lines of JSON, or the data of SSE."""
    lines = path.read_text("utf-8").split("\n")
    if path.suffix == ".sse":
        lines = [line.removeprefix("data:") for line in lines if line.startswith("data:")]
    return tuple(json.loads(line) for line in map(str.strip, lines) if line not in {"", "[DONE]"})


def recordings(corpus: Path) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Every recording but the transcript and one with lines that are no JSON, by name."""
    paths = [path for name in ("*.chunks.txt", "*.ndjson", "*.sse") for path in corpus.rglob(name)]
    for path in sorted(paths):
        if path.name != "parallel-tool-call-wrapper.1.chunks.txt":
            yield path.relative_to(corpus).as_posix(), chunks(path)


def recognized(format_: Format, corpus: Path) -> list[str]:
    """The recordings of which a format recognizes any chunk."""
    return [name for name, all_ in recordings(corpus) if any(map(format_.recognizes, all_))]


class Told:
    """What an adapter has told of a stream, put together."""

    def __init__(self, format_: Format, stream: Iterable[Any]) -> None:
        read = format_.Adapter().read
        self.texts = dict.fromkeys(("content", "reasoning", "refusal"), "")
        self.calls: dict[Channel, str] = {}
        self.closed: list[Channel] = []
        self.endings: list[Ending] = []
        self.failures: list[Failure] = []
        self.restarts: list[Restart] = []
        self.model: str | None = None
        self.usage: Any = None
        for part in (part for chunk in stream for part in read(chunk)):
            match part:
                case Delta(channel, text) if channel.kind == "tool":
                    assert channel not in self.closed
                    self.calls[channel] = self.calls.get(channel, "") + text
                case Delta(channel, text):
                    self.texts[channel.kind] += text
                case Closed(channel):
                    assert channel not in self.closed
                    self.closed.append(channel)
                case Ending():
                    self.endings.append(part)
                case Facts(model, usage):
                    self.model = model or self.model
                    self.usage = self.usage if usage is None else usage
                case Failure():
                    self.failures.append(part)
                case Restart():
                    self.restarts.append(part)

    @property
    def arguments(self) -> list[tuple[str, str, str]]:
        """The name, id and text of each call."""
        return [(channel.name, channel.id, text) for channel, text in self.calls.items()]


NO_CHUNKS: list[Any] = [
    {},
    {"type": "ping"},
    {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
    {"type": "message_start", "message": {"content": []}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}},
    {"type": "text", "text": "a", "snapshot": "a"},
    {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "a"}}},
    {"candidates": [{"content": {"parts": [{"text": "a"}]}}]},
    {"type": "text-delta", "id": "1", "delta": "a"},
    {"type": "text-delta", "textDelta": "a"},
    {"type": "TEXT_MESSAGE_CONTENT", "messageId": "1", "delta": "a"},
    {"event_kind": "part_delta", "index": 0, "delta": {"part_delta_kind": "text", "content_delta": "a"}},
    {"choices": [], "usage": {"total_tokens": 3}},
    {"choices": [{"index": 0, "delta": {"content": "a"}}]},
    {"object": "chat.completion.chunk", "choices": [{"index": 0, "text": "a", "delta": {"content": "a"}}]},
    {"type": "human", "content": "a"},
    {"token": "a"},
    {"value": 3},
    {"value": "a", "done": False},
    {"response": "a"},
    {"message": {"content": "a"}},
    {"results": []},
    {"type": 3, "choices": "ab", "results": "ab", "token": "ab"},
    "value",
    b"value",
    3,
    None,
    (),
    object(),
    Told,
]
"""What the formats tested with it must not take for theirs."""


def none_of(format_: Format) -> None:
    """See that a format recognizes no chunk of others, as dicts and objects, and nothing that is no chunk."""
    for chunk in NO_CHUNKS:
        assert not format_.recognizes(chunk), chunk
        assert not format_.recognizes(namespace(chunk)), chunk
