"""Tool calls as they open, stop, and end with an answer that is whole or was cut off."""

# ruff: noqa: E501  # a case of a table is one line

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


# Pieces with the one index that there is: name, id, text; and the arguments of the calls that they are of.
PLACES: list[tuple[str, list[tuple[str | None, str | None, str]], list[str]]] = [
    ("ids that differ", [("f", "a", "{}"), ("g", "b", "{}")], ["{}", "{}"]),
    ("no ids, arguments that are whole", [("f", "", '{"a":'), (None, "", '"}"}'), ("f", None, "{"), (None, None, "}")], ['{"a":"}"}', "{}"]),
    ("no ids, arguments that go on", [("f", None, '{"a":{}'), ("f", None, ',"b":1}')], ['{"a":{},"b":1}']),
    ("no ids, and nothing yet", [("f", None, ""), ("f", None, "{}")], ["{}"]),
    ("an id that comes again", [("f", "a", '{"a":{}'), ("f", "a", "}")], ['{"a":{}}']),
    ("an id that comes late", [("f", None, "{"), (None, "a", "}")], ["{}"]),
]  # fmt: skip


@pytest.mark.parametrize(("pieces", "arguments"), [row[1:] for row in PLACES], ids=[row[0] for row in PLACES])
def test_one_index_may_be_that_of_several_calls(pieces, arguments):
    calls = Calls()
    parts: list[Any] = []
    for name, id_, text in pieces:
        calls.piece(parts, 0, text, name, id_)
    calls.close_all(parts)
    told = [part.channel for part in parts if isinstance(part, Closed)]
    assert [channel.index for channel in told] == list(range(len(arguments)))
    assert [
        "".join(part.text for part in parts if isinstance(part, Delta) and part.channel == channel) for channel in told
    ] == arguments
