"""Several frames are one."""

from __future__ import annotations

from typing import Any

import pytest

from partway.patches import Change, Frame
from partway.patches._frame import merge


def add(*path: Any, value: Any) -> Change:
    return Change("add", path, value)


def append(*path: Any, value: str) -> Change:
    return Change("append", path, value)


A, B, C = append("a", value="x"), append("a", value="y"), append("b", value="z")
JOINED: list[tuple[list[Change], list[Change]]] = [
    ([A, B], [append("a", value="xy")]),
    ([A, B, C, A], [append("a", value="xy"), C, A]),
    ([add("a", value="n"), A, B], [add("a", value="nxy")]),
    ([Change("remove", ("a",), None), add("a", value=""), A], [Change("remove", ("a",), None), add("a", value="x")]),
    ([A, Change("replace", (), {}), add("c", value=1)], [Change("replace", (), {}), add("c", value=1)]),
    ([Change("replace", (), "n"), append(value="x"), append(value="y")], [Change("replace", (), "nxy")]),
    ([append(value="x"), append(value="y")], [append(value="xy")]),
    ([], []),
]


@pytest.mark.parametrize(("changes", "joined"), JOINED)
def test_changes_are_joined(changes: list[Change], joined: list[Change]):
    for cut in range(len(changes) + 1):
        frames = [Frame(1, 0, tuple(changes[:cut])), Frame(2, 1, tuple(changes[cut:]))]
        assert list(merge(frames).changes) == joined


def test_one_frame_is_itself():
    frame = Frame(3, 2, (A,))
    assert merge([frame]) is frame


def test_the_last_word_counts():
    frames = [
        Frame(4, 3, (A,), text="1", open_path=("a",), rejected=(("b",),)),
        Frame(5, 4, (B,), text="2", open_path=("c",)),
        Frame(6, 5, (), text="3", open_path=None, status="error", error={"type": "X"}),
    ]
    assert merge(frames) == Frame(
        6, 3, (append("a", value="xy"),), "123", None, (("b",),), status="error", error={"type": "X"}
    )


def test_a_snapshot_makes_what_was_before_it_void():
    frames = [
        Frame(4, 3, (A,), text="1", rejected=(("b",),), restarted=True),
        Frame(5, 0, (Change("replace", (), {"a": ""}),), text="12", rejected=(), snapshot=True),
        Frame(6, 5, (A,), text="3"),
    ]
    assert merge(frames) == Frame(6, 0, (Change("replace", (), {"a": ""}), A), "123", rejected=(), snapshot=True)


def test_text_that_was_given_up_is_not_in_it():
    frames = [Frame(1, 0, text="1"), Frame(2, 1, text="2", restarted=True), Frame(3, 2, text="3")]
    assert merge(frames) == Frame(3, 0, text="23", restarted=True)


def test_the_whole_strings_are_those_of_the_last():
    frames = [Frame(1, 0, (A,), texts={("a",): lambda: "x"}), Frame(2, 1, (B,), texts={("a",): lambda: "xy"})]
    assert merge(frames).texts["a",]() == "xy"
