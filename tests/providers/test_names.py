"""Fields with a name on the wire and another in Python."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from partway.providers._names import either


@pytest.mark.parametrize(("chunk", "value"), [
    ({"toolName": "a"}, "a"),
    ({"tool_name": "a"}, "a"),
    ({"toolName": None, "tool_name": "a"}, "a"),
    ({"toolName": "", "tool_name": "a"}, ""),
    ({}, None),
    (SimpleNamespace(tool_name="a"), "a"),
    (SimpleNamespace(toolName="a"), "a"),
    (None, None),
])  # fmt: skip
def test_either_name_is_read(chunk, value):
    assert either(chunk, "toolName", "tool_name") == value
