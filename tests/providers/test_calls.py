"""Tool calls as they open, stop, and end with an answer that is whole or was cut off."""

from __future__ import annotations

from typing import Any

import pytest

from partway.providers import Channel, Closed, Delta
from partway.providers._calls import Calls

A, B, OTHER = Channel("tool", 0, 0, "f", "a"), Channel("tool", 0, 1, "f", "b"), Channel("tool", 1, 0, "f", "c")


# What is done with two calls of one answer and one of another, and which of them have closed then
@pytest.mark.parametrize(("steps", "closed"), [
    ([], []),
    ([("stop", "a")], []),
    ([("stop", "a"), ("settle",)], [A]),
    ([("stop", "a"), ("settle",), ("settle",)], [A]),
    ([("stop", "a"), ("stop", "b")], [A]),
    ([("stop", "a"), ("stop", "x")], [A]),
    ([("stop", "x"), ("settle",)], []),
    ([("end", True)], [A, B, OTHER]),
    ([("end", True, 0)], [A, B]),
    ([("end", False)], []),
    ([("stop", "a"), ("end", False), ("settle",), ("close_all",)], []),
    ([("end", False, 0), ("close_all",)], [OTHER]),
    ([("stop", "a"), ("end", True), ("settle",)], [A, B, OTHER]),
    ([("stop", "a"), ("clear",), ("settle",), ("close_all",)], []),
])  # fmt: skip
def test_calls_close(steps, closed):
    calls = Calls()
    parts: list[Any] = []
    for key, choice in [("a", 0), ("b", 0), ("c", 1)]:
        calls.piece(parts, key, "", "f", key, choice)
    assert parts == [Delta(A, ""), Delta(B, ""), Delta(OTHER, "")]
    parts.clear()
    for name, *arguments in steps:
        getattr(calls, name)(*([] if name == "clear" else [parts]), *arguments)
    assert parts == [Closed(channel) for channel in closed]


def test_an_answer_that_was_cut_off_counts_on():
    calls = Calls()
    parts: list[Any] = []
    calls.piece(parts, 0, "", "f", "a")
    calls.end(parts, whole=False)
    calls.piece(parts, 0, "", "f", "b")
    assert parts == [Delta(A, ""), Delta(B, "")]
