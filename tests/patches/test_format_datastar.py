"""Datastar's merge patches come to the value, but for what they cannot say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from readers import merged
from streams import CUT, ENDED, Recipe

from partway import Extractor, PartwayError
from partway.patches import Change, Frame, Log, encoder, replay


def patches(frame: Frame) -> list[Any]:
    write = encoder("datastar")
    write.encode(Frame(1, 0))
    messages = write.encode(frame)
    assert {message.event for message in messages} <= {"datastar-patch-signals"}
    return [json.loads(message.data.removeprefix("signals "))["answer"] for message in messages]


def step(kind: Any, *path: Any, value: Any = None) -> Change:
    return Change(kind, path, value)


# The value before, the changes, the patches
PATCHES: list[tuple[Any, list[Change], list[Any]]] = [
    ({"a": 1}, [step("replace", "a", value=2), step("add", "b", "c", value=3)], [{"a": 2, "b": {"c": 3}}]),
    ({"a": 1, "b": 2}, [step("remove", "a")], [{"a": None}]),
    ({"a": {"x": 1}}, [step("replace", "a", value={"y": 2})], [{"a": None}, {"a": {"y": 2}}]),
    ({"a": {"x": 1}, "c": 1}, [step("replace", "c", value=2), step("replace", "a", value={})],
     [{"c": 2, "a": None}, {"a": {}}]),
    ({"a": [1, {"b": "x"}]}, [step("replace", "a", 1, "b", value="y"), step("add", "a", 2, value=3)],
     [{"a": [1, {"b": "y"}, 3]}]),
    ({}, [step("add", "a", value={}), step("add", "a", "b", value=1)], [{"a": {"b": 1}}]),
    ({}, [step("add", "a", value={"c": 1}), step("add", "a", "b", value=1)], [{"a": {"c": 1, "b": 1}}]),
    ({}, [step("add", "a", value=[]), step("add", "a", 0, value=1)], [{"a": []}, {"a": [1]}]),
    ([1], [step("add", 1, value=2)], [[1, 2]]),
    ({"a": 1}, [step("replace", value={"b": 1})], [None, {"b": 1}]),
    ({"a": 1}, [step("replace", value={})], [None, {}]),
    ({"a": 1}, [step("replace", value="x")], ["x"]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "changes", "said"), PATCHES)
def test_the_patches_come_to_the_value(before: Any, changes: list[Change], said: list[Any]):
    before = {"b": {}, **before} if changes[-1].path[:1] == ("b",) and len(changes[-1].path) > 1 else before
    copy = json.dumps(before)
    after = replay(changes, json.loads(copy))
    values = json.dumps([change.value for change in changes])
    found = patches(Frame(2, 1, tuple(changes), whole=lambda: after))
    assert found == said
    assert json.dumps([change.value for change in changes]) == values
    signals = {"answer": before}
    for patch in found:
        signals = merged(signals, {"answer": patch})
    assert signals.get("answer") == after


def test_status_and_error_are_signals_of_their_own():
    extractor: Extractor[Any] = Extractor(Recipe)
    log, write, signals = Log(extractor), encoder("datastar", signal="recipe"), {}
    for delta in CUT:
        extractor.feed(delta)
        for message in write.encode(log.look() or Frame(0, 0)):
            signals = merged(signals, json.loads(message.data.removeprefix("signals ")))
    assert signals == {"recipe": {"title": "Pancakes", "steps": ["Mi"]}, "recipeStatus": "streaming"}
    with pytest.raises(PartwayError) as failed:
        extractor.finish()
    [message] = write.encode(log.end(failed.value))
    assert json.loads(message.data.removeprefix("signals ")) == {"recipeStatus": "error", "recipeError": ENDED}
