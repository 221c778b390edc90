"""The clients that the formats are made for read them, and have the value that there is."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from npm import clients
from pydantic import BaseModel

from partway import Extractor, PartwayError
from partway.patches import Format, Log, encoder

FORMATS: tuple[Format, ...] = ("json-patch", "vercel-ui", "vercel-data", "assistant-ui", "text")


class Step(BaseModel):
    text: str
    minutes: float | None = None


class Recipe(BaseModel):
    title: str
    steps: list[Step] = []
    notes: dict[str, list[str]] = {}


PANCAKES = json.dumps(
    {
        "title": 'Pan\ncakes "größe" \U0001f95e',
        "steps": [{"text": "Mix", "minutes": 2.5}, {"text": "", "minutes": None}, {"text": "Fry\\"}],
        "notes": {"a/b": ["x", ""], "m~n": [], "": ["{"]},
    }
)
DOCUMENTS = [
    (Recipe, PANCAKES),
    (Recipe, json.dumps(json.loads(PANCAKES), ensure_ascii=False)),
    (Recipe, '{"title": "a", "steps": [{"text": "b"}], "title": "c", "steps": []}'),
    (Recipe, PANCAKES[:-40]),
    (list[Step], '[{"text": "a"}, {"text": "b", "minutes": 1}]'),
    (Any, '[[1, [2, {"a": "b"}]], null, "text", true]'),
]


def stories(name: Format, size: int) -> list[dict[str, Any]]:
    return [story(tp, [text[at : at + size] for at in range(0, len(text), size)], name) for tp, text in DOCUMENTS]


def story(tp: Any, deltas: list[str], name: Format) -> dict[str, Any]:
    extractor: Extractor[Any] = Extractor(tp, json_only=True)
    log, write = Log(extractor), encoder(name)
    messages: list[tuple[str, str]] = []
    values: list[Any] = []
    frames = []
    error = None
    for delta in deltas:
        extractor.feed(delta)
        frames.append(log.look())
        if frames[-1] is not None:
            messages += [(message.data, message.event) for message in write.encode(frames[-1])]
            values += [json.loads(json.dumps(log.value))] if frames[-1].changes else []
    try:
        extractor.finish()
    except PartwayError as failed:
        error = failed
    last = log.end(error)
    messages += [(message.data, message.event) for message in write.encode(last)]
    values += [log.value] if last.changes else []
    text = "".join(deltas)
    return {"messages": messages, "values": values, "value": log.value, "text": text, "ending": last.status}


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_the_clients_from_npm_have_the_value(tmp_path: Path, size: int):
    folder = clients()
    told = tmp_path / "stories.json"
    told.write_text(json.dumps({name: stories(name, size) for name in FORMATS}), "utf-8")
    script = folder / "clients.mjs"
    shutil.copy(Path(__file__).with_name("clients.mjs"), script)  # Node looks for packages beside the script
    command = [str(shutil.which("node")), str(script), str(told)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)  # noqa: S603
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
