"""What the tests of the formats share: recordings, what an adapter tells of their chunks, and chunks of others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from partway.providers import Channel, Closed, Delta, Ending, Facts, Failure, Format, Operation, Restart

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
GIVEN = ("input", "args", "args_delta", "arguments")


def namespace(value: Any) -> Any:
    """A dict as an object with attributes, all the way down; the arguments of a call stay a dict, as in every SDK."""
    if isinstance(value, dict):
        return SimpleNamespace(**{key: part if key in GIVEN else namespace(part) for key, part in value.items()})
    return [namespace(part) for part in value] if isinstance(value, list) else value


@cache
def chunks_in(path: Path) -> tuple[Any, ...]:
    """The chunks of a recording: JSON lines, or the data of server-sent events of one line each."""
    lines = path.read_text("utf-8").split("\n")
    if path.suffix == ".sse":
        lines = [line.removeprefix("data:") for line in lines if line.startswith("data:")]
    return tuple(json.loads(line) for line in map(str.strip, lines) if line not in {"", "[DONE]"})


def files(*patterns: str) -> list[Any]:
    """The recordings of a provider as parameters; one that is skipped where there is no corpus."""
    paths = [path for pattern in patterns for path in sorted(CORPUS.glob(pattern))]
    missing = pytest.param(None, marks=pytest.mark.skip(reason=f"no recordings in {CORPUS}"), id="none")
    return [pytest.param(path, id=path.name.split(".chunks")[0]) for path in paths] or [missing]


def recordings(corpus: Path) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Every recording but the transcript and one with lines that are no JSON: its name and its chunks."""
    paths = [path for name in ("*.chunks.txt", "*.ndjson", "*.sse") for path in corpus.rglob(name)]
    for path in sorted(paths):
        if path.name != "parallel-tool-call-wrapper.1.chunks.txt":
            yield path.relative_to(corpus).as_posix(), chunks_in(path)


def recognized(format_: Format, corpus: Path) -> list[str]:
    """The names of the recordings of which a format recognizes any chunk."""
    return [name for name, chunks in recordings(corpus) if any(map(format_.recognizes, chunks))]


def parts_of(adapter: Any, chunks: Iterable[Any]) -> list[Any]:
    return [part for chunk in chunks for part in adapter.read(chunk)]


def texts(parts: Iterable[Any], kind: str = "content", choice: int = 0) -> str:
    """The text of the channels of a kind, since the message began."""
    text = ""
    for part in parts:
        if isinstance(part, Restart):
            text = ""
        elif isinstance(part, Delta) and (part.channel.kind, part.channel.choice) == (kind, choice):
            text += part.text
    return text


def called(parts: Iterable[Any]) -> dict[Channel, tuple[Any, bool]]:
    """Of each call since the message began, as they opened: its arguments, and whether it closed.

    The arguments are the text, or the value that operations have put together.
    """
    found: dict[Channel, tuple[Any, bool]] = {}
    for part in parts:
        if isinstance(part, Restart):
            found = {}
        elif isinstance(part, Delta | Operation | Closed) and part.channel.kind == "tool":
            assert part.channel in found or isinstance(part, Delta), "a call that has not opened"
            arguments, closed = found.get(part.channel, ("", False))
            assert not closed, "more behind the end of a call"
            if isinstance(part, Delta):
                arguments += part.text
            elif isinstance(part, Operation):
                arguments = put(arguments or None, part.path, part.value)
            found[part.channel] = arguments, isinstance(part, Closed)
    assert [channel.index for channel in found] == list(range(len(found)))
    return found


def calls(parts: Iterable[Any]) -> list[tuple[str, Any, bool]]:
    """The same with the name of each call for its channel."""
    return [(channel.name, *told) for channel, told in called(parts).items()]


def put(value: Any, path: tuple[str | int, ...], leaf: Any) -> Any:
    """The value with a leaf at a path, behind the string that is there."""
    if not path:
        return value + leaf if isinstance(value, str) and isinstance(leaf, str) else leaf
    step, rest = path[0], path[1:]
    if value is None:
        value = [] if isinstance(step, int) else {}
    if isinstance(step, int):
        value += [None] * (step + 1 - len(value))
        value[step] = put(value[step], rest, leaf)
    else:
        value[step] = put(value.get(step), rest, leaf)
    return value


def endings(parts: Iterable[Any]) -> list[tuple[str, str]]:
    return [(part.reason, part.said) for part in parts if isinstance(part, Ending)]


class Told:
    """What an adapter has told of a whole stream, by what it is."""

    def __init__(self, format_: Format, stream: Iterable[Any]) -> None:
        parts = parts_of(format_.Adapter(), stream)
        found = called(parts)
        self.texts = {kind: texts(parts, kind) for kind in ("content", "reasoning", "refusal")}
        self.arguments = [(channel.name, channel.id, arguments) for channel, (arguments, _) in found.items()]
        self.closed = [closed for _, closed in found.values()]
        self.endings = [part for part in parts if isinstance(part, Ending)]
        self.failures = [part for part in parts if isinstance(part, Failure)]
        self.restarts = [part for part in parts if isinstance(part, Restart)]
        facts = [part for part in parts if isinstance(part, Facts)]
        self.model = next((part.model for part in reversed(facts) if part.model), None)
        self.usage = next((part.usage for part in reversed(facts) if part.usage is not None), None)


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
