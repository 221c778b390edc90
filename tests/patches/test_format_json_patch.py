"""JSON Patch is RFC 6902 to the letter: one operation for a path, paths of RFC 6901."""

from __future__ import annotations

import json
from typing import Any

import jsonpatch
import pytest

from partway.patches import Change, Frame, Message, encoder, replay
from partway.patches.json_patch import operations, pointer

POINTERS = [((), ""), (("a", 0, "b"), "/a/0/b"), (("", "a/b", "m~n"), "//a~1b/m~0n"), (("0",), "/0")]


@pytest.mark.parametrize(("path", "text"), POINTERS)
def test_a_path_is_a_pointer(path: Any, text: str):
    assert pointer(path) == text


def step(kind: Any, *path: Any, value: Any = None) -> Change:
    return Change(kind, path, value)


# The value before, the changes, the operations
COALESCED: list[tuple[Any, list[Change], list[tuple[Any, ...]]]] = [
    ({"a": "x"}, [step("append", "a", value="y"), step("append", "a", value="z")], [("replace", "/a", "xyz")]),
    ({}, [step("add", "a", value="x"), step("append", "a", value="y")], [("add", "/a", "xy")]),
    ({"a": 1}, [step("replace", "a", value=2), step("remove", "a")], [("remove", "/a")]),
    ({"a": 1}, [step("remove", "a"), step("add", "a", value=2)], [("replace", "/a", 2)]),
    ({}, [step("add", "a", value=1), step("remove", "a")], []),
    ({}, [step("add", "a", value=[]), step("add", "a", 0, value=1)], [("add", "/a", []), ("add", "/a/0", 1)]),
    ({"a": {"b": 1}}, [step("replace", "a", "b", value=2), step("replace", "a", value=3)], [("replace", "/a", 3)]),
    ({"a": {"b": 1}}, [step("remove", "a", "b"), step("remove", "a")], [("remove", "/a")]),
    ([1], [step("add", 1, value=2), step("add", 2, value=3), step("remove", 2)], [("add", "/1", 2)]),
    (None, [step("replace", value={"a": 1}), step("add", "b", value=2)], [("replace", "", {"a": 1}), ("add", "/b", 2)]),
    ({"a": 1}, [step("remove", "a"), step("add", "b", value=1), step("add", "a", value={})],
     [("replace", "/a", {}), ("add", "/b", 1)]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "changes", "ops"), COALESCED)
def test_there_is_one_operation_for_a_path(before: Any, changes: list[Change], ops: list[tuple[Any, ...]]):
    after = replay(changes, json.loads(json.dumps(before)))

    def whole(path: Any) -> Any:
        value = after
        for one in path:
            value = value[one]
        return value

    texts = {change.path: lambda path=change.path: whole(path) for change in changes if change.kind == "append"}
    found = operations(Frame(1, 0, tuple(changes), texts=texts))
    written = [operation.as_dict() for operation in found]
    assert [tuple(operation.values()) for operation in written] == ops
    assert jsonpatch.apply_patch(before, written) == after


def test_messages_are_patches_and_an_ending():
    write = encoder("json-patch")
    assert write.encode(Frame(1, 0, open_path=("a",))) == []
    assert write.encode(Frame(2, 1, (step("replace", value={"é": 1}),))) == [
        Message('[{"op":"replace","path":"","value":{"é":1}}]', id=2)
    ]
    assert write.encode(Frame(3, 2, (step("remove", "é"),), status="complete")) == [
        Message('[{"op":"remove","path":"/é"}]'),
        Message("{}", "complete", 3),
    ]
    error = {"type": "X", "message": "m", "path": []}
    assert write.encode(Frame(3, 2, status="error", error=error)) == [
        Message('{"type":"X","message":"m","path":[]}', "error", 3)
    ]
