"""Chunks of Chat Completions, by what they say."""

from __future__ import annotations

from typing import Any


def chunk(content: str | None = None, *, finish: str | None = None, choice: int = 0, **delta: Any) -> dict[str, Any]:
    """One with a delta, of one of several answers."""
    return {"choices": [{"index": choice, "delta": {"content": content, **delta}, "finish_reason": finish}]}


def call(index: int, text: str = "", name: str | None = None, choice: int = 0) -> dict[str, Any]:
    """One with more of a call; with a name, the call opens."""
    opened = {} if name is None else {"id": f"call_{index}", "type": "function"}
    function = {"name": name, "arguments": text}
    return chunk(choice=choice, tool_calls=[{"index": index, "function": function, **opened}])
