"""An outline as HTML and as text: everything there, in order, escaped, and no longer than it may be."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from pydantic import BaseModel

from partway import Extractor
from partway._outline import Place, marks
from partway._page import as_html, as_text, page


class Part(BaseModel):
    name: str
    size: int | None = None


class Thing(BaseModel):
    title: str
    tags: list[list[str]]
    parts: list[Part]
    notes: str | None = None


def drawn(text, shape=Any, room=None):
    extractor = Extractor(shape)
    extractor.feed(text)
    place = Place(extractor.snapshot, shape, extractor.open_path, marks=marks(extractor.rejected))
    return page(place, room)


# Type, what has come, the lines
LINES = {
    "a model": (
        Thing,
        '{"title": "Cha',
        ["title: Cha▌", "tags:", "parts:", "notes:"],
    ),
    "lists in a list": (
        Thing,
        '{"title": "x", "tags": [["a", "b"], ["c',
        ["title: x", "tags:", "  - - a", "    - b", "  - - c▌", "parts:", "notes:"],
    ),
    "models in a list": (
        list[Part],
        '[{"name": "leg", "size": 1}, {"name": "s',
        ["- name: leg", "  size: 1", "- name: s▌", "  size:"],
    ),
    "what does not fit": (
        list[Part],
        '[{"name": "leg", "size": "<b>"}, 7, {',
        [
            "- name: leg",
            '  size: ✗ "<b>": Input should be a valid integer, unable to parse string as an integer',
            "- ✗ 7: Input should be an object",
            "- name: ▌",
            "  size:",
        ],
    ),
    "between two places": (Any, '{"a": {"b": [1, "x"]', ["a:", "  b:", "    - 1", "    - x▌"]),
    "nothing inside": (Any, '{"a": [], "b": {}, "c": [', ["a: []", "b: {}", "c: ▌"]),
    "several lines": (Any, '{"a": "one\\ntwo", "b": ["one\\ntwo', ["a: one", "  two", "b:", "  - one", "    two▌"]),
    "a string": (str, '"abc', ["abc▌"]),
    "null": (Any, '{"a": null, "b": tr', ["a: null", "b: ▌"]),
    "what a terminal obeys": (Any, '{"a\\nb": "\\u001b[2J', ["a␊b: ␛[2J▌"]),
}


@pytest.mark.parametrize(("shape", "text", "lines"), LINES.values(), ids=LINES)
def test_a_page_is_written_in_lines(shape, text, lines):
    assert [line.rstrip() for line in as_text(drawn(text, shape)).splitlines()] == lines


class Tags(HTMLParser):
    """The text of a page, and a check that its tags are closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.names, self.text = [], set(), ""

    def handle_starttag(self, tag, attrs):
        assert {name for name, _ in attrs} <= {"style", "class"}
        self.open.append(tag)
        self.names.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def parsed(html):
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert tags.open == []
    assert tags.names <= {"div", "span", "ul", "li"}
    return tags


@pytest.mark.parametrize(("shape", "text", "lines"), LINES.values(), ids=LINES)
def test_html_says_the_same(shape, text, lines):
    words = re.sub(r"^[\s-]*", "", "\n".join(lines), flags=re.MULTILINE)
    assert re.sub(r"\s", "", parsed(as_html(drawn(text, shape))).text) == re.sub(r"\s", "", words).replace("␊", "")


EVIL = '<script>alert("1")</script> & \' <!-- <img src=x onerror=1> ]]> </span>'


def test_text_is_never_markup():
    quoted = EVIL.replace('"', '\\"')
    html = as_html(drawn(f'{{"{quoted}": ["{quoted}", "{quoted}'), EVIL, EVIL)
    assert parsed(html).text.count(EVIL) == 5


def test_what_does_not_fit_is_escaped_too():
    html = as_html(drawn('{"title": "x", "tags": {"<i>": 1}, ', Thing))
    assert "<i>" not in html
    assert '{"<i>": 1}' in parsed(html).text


def test_there_is_one_cursor_at_every_cut():
    text = '{"title": "a\\u00e9", "tags": [["x"], []], "parts": [{"name": "x"}, {"size": 1'
    for shape in (Thing, Any):
        for end in range(1, len(text)):
            item = drawn(text[:end], shape)
            assert as_text(item).count("▌") == as_html(item).count("▌") == 1


def test_a_result_has_no_cursor():
    item = page(Place(Part(name="x"), Part))
    assert as_text(item) == "name: x\nsize:"


def test_absent_names_are_dimmed_and_others_are_not():
    html = as_html(drawn('{"title": "x', Thing))
    assert '<span style="font-weight:600">title:</span>' in html
    assert '<span style="opacity:.5">tags:</span>' in html


LONG = {
    "a list": (list[int], "[" + "1," * 20_000 + "2, 777"),
    "a list of models": (list[Part], "[" + '{"name": "n", "size": 1},' * 5_000 + '{"name": "777'),
    "a dict": (dict[str, str], "{" + ",".join(f'"k{n}": "v"' for n in range(5_000)) + ', "last": "777'),
    "a string": (str, '"' + "word " * 20_000 + "777"),
    "a string of lines": (str, '"' + "line\\n" * 20_000 + "777"),
    "strings before": (list[str], "[" + f'"{"x" * 1000}",' * 300 + '"777'),
    "lists in lists": (Any, "[" + ("[" + "[1,2,3]," * 100 + "4],") * 100 + '"777'),
    "depth": (Any, '{"k":[' * 90 + '"777'),
}


@pytest.mark.parametrize(("shape", "text"), LONG.values(), ids=LONG)
def test_a_page_is_as_long_as_it_may_be_and_has_the_open_place(shape, text):
    item = drawn(text, shape, room=50)
    lines = as_text(item)
    assert "▌" in lines
    assert "777" in lines or shape == list[int]  # a number is shown when it is whole
    assert len(lines.splitlines()) <= 100
    assert len(as_html(item)) < 60_000
    assert "⋮" in lines or "…" in lines


def test_what_is_left_out_is_counted():
    item = page(Place(list(range(1000)), list[int], (500,)), room=10)
    lines = as_text(item).splitlines()
    above, below = (int(re.sub(r"\D", "", line)) for line in (lines[0], lines[-1]))
    assert above + below + len(lines) - 2 == 1000


def test_all_of_a_value_can_be_had():
    lines = as_text(page(Place([["x" * 9000]] * 3000, list[list[str]]))).splitlines()
    assert lines == ["- - " + "x" * 9000] * 3000
