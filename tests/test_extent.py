"""Where an object ends, however the text is cut."""

from __future__ import annotations

import pytest

from partway._extent import Extent

# Name, text, and how much of it is the object
EXTENTS: list[tuple[str, str, int]] = [
    ("empty", "{} x", 2),
    ("nested", '{"a": [{"b": {}}], "c": 1}}', 26),
    ("brackets in strings", '{"a": "}]{[:"} ', 14),
    ("quotes in strings", r'{"a": "\"}", "b": "\\"} }', 23),
    ("a line end outside strings", '{\n"a"\n:\n1}\n', 10),
    ("a line end in a string breaks it", '{"a": "x\n"}', 8),
    ("an escaped line end breaks it", '{"a": "x\\\n"}', 9),
    ("not ended", '{"a": [1, 2]', -1),
    ("not ended in a string", '{"a": "}', -1),
    ("not ended in an escape", '{"a": "\\', -1),
    ("brackets that do not match are not its matter", '{"a": 1]', 8),
    ("an array", "[1, [2]] 3", 8),
]


@pytest.mark.parametrize("size", [1, 2, 1000])
@pytest.mark.parametrize(("_name", "text", "end"), EXTENTS, ids=[name for name, *_ in EXTENTS])
def test_extent(_name, text, end, size):
    extent = Extent()
    for at in range(0, len(text), size):
        found = extent.find(text[at : at + size])
        if found >= 0:
            assert at + found == end
            break
    else:
        assert end == -1


def test_extent_of_one_line_ends_with_it():
    assert Extent(one_line=True).find('{"a": 1\n}') == 7


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_keys_are_those_of_the_object_itself(size):
    text = r'{"a": {"b": [{"c": 1}]}, "d" : ":x", "e\"": "f", "": null}'
    extent = Extent()
    for at in range(0, len(text), size):
        extent.find(text[at : at + size])
    assert extent.keys == ["a", "d", r"e\"", ""]
