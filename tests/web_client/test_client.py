"""The browser's client, in Node: its own tests, its size, its types, and what it makes of the runs of Python."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import re
from typing import TYPE_CHECKING, Any

import pytest
from nodejs import HERE, STATIC, missing, ran, workspace
from pydantic import BaseModel, Field

from partway import PartwayError, State, stream
from partway.patches import Log, encoder

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = HERE.parents[1] / "examples"
BESIDE_PYTHON = {"replay.test.mjs", "served.test.mjs"}  # which are run with what Python has
NODE_TESTS = sorted({file.name for file in HERE.glob("*.test.mjs")} - BESIDE_PYTHON)
PAGE = (HERE.parents[1] / "docs" / "browser.md").read_text("utf-8")
RUN = dict(re.findall(r"<!-- node: (\w+) -->\n```js\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
PARSED = dict(re.findall(r"<!-- parsed: (\S+) -->\n```\w+\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
LARGEST = 3_000  # bytes, minified
MINIFIERS = [
    ("esbuild", "partway.js", "--minify", "--format=esm", "--outfile=small.js", "--allow-overwrite"),
    ("terser", "partway.js", "--module", "--compress", "--mangle", "--output=small.js"),
]


class Step(BaseModel):
    text: str
    minutes: int | None = Field(default=None, lt=100)


class Recipe(BaseModel):
    title: str
    steps: list[Step] = []
    notes: dict[str, Any] = {}


def _expedition() -> Any:
    found = importlib.util.spec_from_file_location("expedition_of_the_client", EXAMPLES / "expedition.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module.Expedition


def _cut(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


PANCAKES = json.dumps(
    {
        "title": "Pan\ncakes \U0001f95e\u2028",
        "steps": [{"text": "Mix", "minutes": 2}, {"text": "", "minutes": None}, {"text": 'Fry "well"\\'}],
        "notes": {"__proto__": {"polluted": True}, "constructor": ["x", "yy"], "": "", "0": [], "a.b": [[1, 2.5], {}]},
    }
)
RUNS = [
    *[(f"in pieces of {size}", Recipe, _cut(PANCAKES, size)) for size in (1, 3, 20, 1000)],
    *[(f"cut off after {at}", Recipe, _cut(PANCAKES[:at], 4)) for at in (1, 30, 75, 180)],
    ("a value that does not fit", Recipe, _cut('{"title": "a", "steps": [{"text": "b", "minutes": 100}]}', 2)),
    ("a key that comes again", Recipe, _cut('{"title": "a", "steps": [{"text": "b"}], "title": "c", "steps": []}', 2)),
    ("an answer that begins twice", Recipe, _cut('```\n{"title": "a",]\n```\nNo:\n```\n{"title": "b"}\n```', 3)),
    ("no JSON at all", Recipe, ["Sorry."]),
    ("any value", Any, _cut('[[1, [2, {"a": "bcd"}]], null, "text", true]', 1)),
    ("a string", str, _cut('"a string"', 2)),
]


@pytest.mark.parametrize("name", NODE_TESTS)
def test_the_tests_in_node_pass(name, tmp_path):
    assert "# fail 0" in ran(workspace(tmp_path), "node", "--test", "--test-reporter=tap", name)


@pytest.mark.parametrize("command", MINIFIERS, ids=lambda command: command[0])
def test_it_is_small(command, tmp_path):
    ran(workspace(tmp_path), *command)
    size = (tmp_path / "small.js").stat().st_size
    assert size < LARGEST
    assert size > LARGEST // 2, "all of it is there"


def test_what_is_minified_passes_the_tests_too(tmp_path):
    ran(workspace(tmp_path), *MINIFIERS[0])
    (tmp_path / "small.js").replace(tmp_path / "partway.js")
    assert "# fail 0" in ran(tmp_path, "node", "--test", "--test-reporter=tap", "replica.test.mjs", "patterns.test.mjs")


def test_it_needs_no_other_module():
    source = (STATIC / "partway.js").read_text("utf-8")
    assert "import " not in source.split("*/", 1)[1]


def test_the_types_are_those_of_typescript(tmp_path):
    ran(workspace(tmp_path), "tsc", "--project", "tsconfig.json")


def test_node_has_what_python_has_after_each_frame(tmp_path):
    lines = (EXAMPLES / "expedition.jsonl").read_text("utf-8").splitlines()
    runs = [("the expedition", _expedition(), lines), *RUNS]
    told = [{"name": name, "steps": list(_steps(tp, chunks))} for name, tp, chunks in runs]
    assert sum(len(run["steps"]) for run in told) > len(lines)
    file = tmp_path / "runs.json"
    file.write_text(json.dumps(told), "utf-8")
    ran(workspace(tmp_path), "node", "--test", "--test-reporter=tap", "replay.test.mjs", PARTWAY_RUNS=str(file))


def _steps(tp: Any, chunks: list[str]) -> Iterator[dict[str, Any]]:
    """What is sent for each frame of a run, and what there is to be seen then."""
    run = stream(chunks, tp)
    log, write = Log(run), encoder("partway")
    error = None
    try:
        for _ in run:
            if frame := log.look():
                yield {"messages": _sent(write.encode(frame)), **_seen(run, log)}
    except PartwayError as raised:
        error = raised
    yield {"messages": _sent(write.encode(log.end(error))), **_seen(run, log)}


def _sent(messages: Any) -> list[dict[str, Any]]:
    return [{"data": message.data, "id": message.id} for message in messages]


def _seen(run: Any, log: Log) -> dict[str, Any]:
    frame = log.since(None)
    assert frame is not None
    assert frame.rejected is not None
    states = {path: run.state(*path) for path in _places(log.value) if path}
    return {
        "value": log.value,
        "status": frame.status,
        "rejected": frame.rejected,
        # Whether something around a place that does not fit is to be given up, too, is not told.
        "states": [
            (path, state.name.lower())
            for path, state in states.items()
            if state is not State.REJECTED or path in frame.rejected
        ],
    }


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from _places(one, (*path, key))


@pytest.mark.parametrize("name", RUN)
def test_an_example_prints_what_its_comments_say(name, tmp_path):
    code = RUN[name]
    (workspace(tmp_path) / "example.mjs").write_text(code, "utf-8")
    assert ran(tmp_path, "node", "example.mjs").splitlines() == re.findall(r"^// (.*)$", code, re.MULTILINE)


@pytest.mark.parametrize("name", PARSED)
def test_an_example_can_be_read(name, tmp_path):
    code = PARSED[name]
    if name.endswith(".html"):
        code, name = re.search(r"<script type=\"module\">(.*)</script>", code, re.DOTALL)[1], "page.mjs"
    (workspace(tmp_path) / name).write_text(code, "utf-8")
    assert "import " in ran(tmp_path, "esbuild", name, "--format=esm")


def test_the_page_says_how_small_it_is(tmp_path):
    ran(workspace(tmp_path), *MINIFIERS[0])
    said = int(re.search(r"([\d,]+) with gzip", PAGE)[1].replace(",", ""))
    assert abs(len(gzip.compress((tmp_path / "small.js").read_bytes())) - said) < 0.05 * said


def test_where_node_cannot_be_had_ci_fails_and_others_skip(monkeypatch):
    monkeypatch.setitem(os.environ, "CI", "true")
    with pytest.raises(pytest.fail.Exception, match="not there"):
        missing("it is not there")
    monkeypatch.delitem(os.environ, "CI")
    with pytest.raises(pytest.skip.Exception, match="not there"):
        missing("it is not there")
