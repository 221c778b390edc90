"""What the tests of the formats share: the recordings, their chunks in each form, and what an adapter tells of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from partway.providers import Closed, Delta, Ending, Operation, Restart

GIVEN = ("input", "args", "args_delta", "arguments")
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def recordings(*patterns: str) -> list[Any]:
    """The files of a provider as parameters; one that is skipped where there is no corpus."""
    paths = [path for pattern in patterns for path in sorted(CORPUS.glob(pattern))]
    missing = pytest.param(None, marks=pytest.mark.skip(reason=f"no recordings in {CORPUS}"), id="none")
    return [pytest.param(path, id=path.name.split(".chunks")[0]) for path in paths] or [missing]


def chunks_in(path: Path) -> list[Any]:
    """The chunks of a recording: JSON lines, or the data of server-sent events of one line each."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if path.suffix == ".sse":
        lines = [line.removeprefix("data:") for line in lines if line.startswith("data:")]
    return [json.loads(line) for line in lines if line.strip()]


def namespace(value: Any) -> Any:
    """A dict as an object with attributes; the arguments of a call stay a dict, as in every SDK."""
    if isinstance(value, dict):
        return SimpleNamespace(**{key: part if key in GIVEN else namespace(part) for key, part in value.items()})
    return [namespace(part) for part in value] if isinstance(value, list) else value


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


def calls(parts: Iterable[Any]) -> list[tuple[str, Any, bool]]:
    """Of each call since the message began, as they opened: its name, its arguments, and whether it closed.

    The arguments are the text, or the value that operations have put together.
    """
    found: dict[Any, list[Any]] = {}
    for part in parts:
        if isinstance(part, Restart):
            found = {}
        elif isinstance(part, Delta) and part.channel.kind == "tool":
            call = found.setdefault(part.channel, [part.channel.name, "", False])
            assert not call[2], "text behind the end of a call"
            call[1] += part.text
        elif isinstance(part, Operation):
            found[part.channel][1] = put(found[part.channel][1] or None, part.path, part.value)
        elif isinstance(part, Closed):
            assert not found[part.channel][2], "a call closes twice"
            found[part.channel][2] = True
    assert [channel.index for channel in found] == list(range(len(found)))
    return [(name, arguments, closed) for name, arguments, closed in found.values()]


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
