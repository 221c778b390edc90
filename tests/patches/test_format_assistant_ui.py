"""What is sent to assistant-ui sets and appends, and ends."""

from __future__ import annotations

import json

from streams import ANEW, CUT, DELTAS, ENDED, sent

from partway.patches import Change, Frame, encoder


def update(*operations: tuple[str, list[str], object]) -> dict[str, object]:
    written = [{"type": kind, "path": path, "value": value} for kind, path, value in operations]
    return {"type": "update-state", "path": [], "operations": written}


def test_a_run_is_operations():
    assert sent(encoder("assistant-ui"), DELTAS) == [
        update(("set", [], {"title": "Pan"})),
        update(("append-text", ["title"], "ca")),
        update(("append-text", ["title"], "kes")),
        update(("set", ["steps"], ["Mi"])),
        update(("append-text", ["steps", "0"], "x")),
        update(("set", ["steps"], [])),
        "[DONE]",
    ]


def test_one_who_comes_late_has_the_state_set():
    assert sent(encoder("assistant-ui"), DELTAS, late=5) == [
        update(("set", [], {"title": "Pancakes", "steps": []})), "[DONE]"
    ]  # fmt: skip


def test_what_is_removed_or_given_up_sets_the_whole():
    write = encoder("assistant-ui")
    write.encode(Frame(1, 0))
    frame = Frame(2, 1, (Change("remove", ("a",), None), Change("add", ("b",), 1)), whole=lambda: {"b": 1})
    assert [json.loads(message.data) for message in write.encode(frame)] == [update(("set", [], {"b": 1}))]
    assert update(("set", [], {"title": "two"})) in sent(encoder("assistant-ui"), ANEW)


def test_a_run_that_fails_says_so():
    assert sent(encoder("assistant-ui"), CUT)[-2:] == [{"type": "error", "path": [], "error": ENDED}, "[DONE]"]
