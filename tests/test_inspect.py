"""`partway inspect`: when each value was there, how late, and that the cuts change nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import partway._inspect
from command_line import run
from partway._inspect import _last_characters

EXAMPLES = Path(__file__).parents[1] / "examples"
LANGUAGE = str(EXAMPLES / "language.md")
LANGUAGE_MODEL = str(EXAMPLES / "language.py")
EXPEDITION = str(EXAMPLES / "expedition.jsonl")
EXPEDITION_MODEL = str(EXAMPLES / "expedition.py")
pytestmark = pytest.mark.usefixtures("modules_as_they_were")


def columns(row):
    return re.split(r"\s{2,}", row)


def test_inspect_says_when_each_value_was_there():
    ran = run("inspect", LANGUAGE, "--model", LANGUAGE_MODEL)
    assert ran.exit_code == 0, ran.stderr
    head, *rows = ran.stdout.splitlines()
    assert columns(head) == ["path", "kind", "opened", "complete", "late"]
    assert [columns(row) for row in rows[:3]] == [
        ["(the value)", "object", "chunk 1, character 12", "chunk 3, character 57", "0"],
        ["language", "string", "chunk 2, character 24", "chunk 2, character 35", "0"],
        ["frameworks", "array", "chunk 3, character 54", "chunk 3, character 55", "0"],
    ]
    assert rows[3:] == [
        "the same story as it was recorded, whole, character by character, and cut in two at 61 of 61 places",
        "the result validates",
    ]


def test_nothing_in_the_long_example_is_late():
    ran = run("inspect", EXPEDITION, "--model", EXPEDITION_MODEL)
    assert ran.exit_code == 0, ran.stderr
    rows = [columns(row) for row in ran.stdout.splitlines()[1:-2]]
    assert len(rows) > 60
    assert {row[-1] for row in rows} == {"0"}
    assert "cut in two at 500 of " in ran.stdout


def test_inspect_of_text_that_is_cut_off():
    ran = run("inspect", "-", "--cut", "2", stdin='{"a": [1, {"b": "x')
    assert ran.exit_code == 1
    rows = {row[0]: row for row in map(columns, ran.stdout.splitlines())}
    assert rows["a[0]"][-1] == "0"
    for path in ("(the value)", "a", "a[1]", "a[1].b"):
        assert rows[path][3] == "never"
    assert "the text ended inside the JSON" in ran.stderr


def test_inspect_of_broken_text():
    ran = run("inspect", "-", stdin='{"a": [1, 2], "b": oops}')
    assert ran.exit_code == 1
    rows = {row[0]: row for row in map(columns, ran.stdout.splitlines())}
    assert rows["a"][-1] == "0"
    assert "b" not in rows
    assert ran.stderr.startswith("Error: expected ")


def test_inspect_says_what_was_rejected_and_begun_anew():
    text = '```json\n{"language": 1, "frameworks": []}\n```\nSorry:\n```json\n{"language": "x", "frameworks": []}\n```'
    ran = run("inspect", "-", "--model", LANGUAGE_MODEL, stdin=text)
    assert ran.exit_code == 0, ran.stderr
    assert re.search(r"^started over in chunk \d+: ", ran.stdout, re.MULTILINE)
    ran = run("inspect", "-", "--model", LANGUAGE_MODEL, stdin=text[: text.index("Sorry")])
    assert ran.exit_code == 1
    assert ", rejected" in ran.stdout


CALL = '{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"f","input":{}}}'
BEGIN = '{"type":"message_start","message":{"content":[]}}'
ANEW = {
    "text": ("text_delta", "text", (BEGIN, BEGIN), ()),
    "a call": ("input_json_delta", "partial_json", (BEGIN + "\n" + CALL, BEGIN + "\n" + CALL), ("--tool", "f")),
}


@pytest.mark.parametrize("what", ANEW)
def test_inspect_counts_in_the_message_that_began_anew(what):
    kind, key, (first, second), options = ANEW[what]
    void, text = (
        json.dumps({"type": "content_block_delta", "index": 0, "delta": {"type": kind, key: piece}})
        for piece in ('{"void": 1, "la', '{"language": "go"}')
    )
    end = '{"type":"message_delta","delta":{"stop_reason":"end_turn"}}'
    ran = run("inspect", "-", *options, stdin=f"{first}\n{void}\n{second}\n{text}\n{end}")
    (row,) = [columns(row) for row in ran.stdout.splitlines() if row.startswith("language")]
    assert [place.partition(", ")[2] for place in row[2:4]] == ["character 13", "character 16"]
    assert "void" not in ran.stdout
    assert ran.stdout.endswith("the result validates\n")


AWKWARD = {
    "repeated keys": '{"a": 1, "a": [2, {"b": 3}], "a": "x"}',
    "odd keys": '{"": 1, "a.b": {"\\u00e9\\"": [0]}, "\\ud83d\\ude00": null}',
    "numbers to the end": "[1,\n2.5e3]",
    "literals": "[true, false, null]",
    "no space": '[[],{},[{}],"",[""]]',
    "a draft that is the same": '<think>{"a": 1}</think>{"a": 1}',
    "behind braces": 'using {curly} here and [1]: {"a": [{}]} and {"c": 2}',
}


@pytest.mark.parametrize("cut", ["1", "3", "1000"])
@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_awkward_text_is_told_in_one_story_and_in_time(text, cut):
    ran = run("inspect", "-", "--cut", cut, stdin=text)
    assert ran.exit_code == 0, ran.stderr
    rows = [columns(row) for row in ran.stdout.splitlines()[1:] if "chunk" in row and "started over" not in row]
    assert rows
    assert {row[-1] for row in rows} == {"0"}, ran.stdout


def test_inspect_notices_a_story_that_depends_on_the_cut(monkeypatch):
    class Forgetful(partway._inspect.Extractor):
        def feed(self, delta):
            return super().feed(delta.replace("x", "y") if len(delta) == 7 else delta)

    monkeypatch.setattr(partway._inspect, "Extractor", Forgetful)
    ran = run("inspect", "-", "--cut", "1", stdin='{"a": "xxxxx"}')
    assert ran.exit_code == 1
    assert "Error: how the text is cut changes the story: cut in two at character 7, it says " in ran.stderr
    assert "same story" not in ran.stdout


ENDS = {
    "12": {(): 1},
    '{"a": [1, "]"], "b": {}}': {("a", 0): 7, ("a", 1): 12, ("a",): 13, ("b",): 22, (): 23},
    '{"a": 1, "a": 22}': {("a",): 15, (): 16},
    '{"\\u0061\\"": tr': {('a"',): 14},
    '{"a": 1, b': {("a",): 6},
    "[[], [[]]] [1]": {(0,): 2, (1, 0): 7, (1,): 8, (): 9},
}


@pytest.mark.parametrize("text", ENDS)
def test_where_values_end_is_found_in_the_text(text):
    assert _last_characters(text) == ENDS[text]
