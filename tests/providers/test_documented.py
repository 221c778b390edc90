"""The format that docs/providers.md shows how to write works as it stands there, and every module is in the table."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from pydantic import BaseModel

from partway import TruncatedJSONError, providers, stream

PAGE = (Path(__file__).parents[2] / "docs" / "providers.md").read_text("utf-8")


class Tea(BaseModel):
    name: str


def test_the_example_is_a_format(monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    example = ModuleType("example")
    exec(code, vars(example))  # noqa: S102  # our own page
    monkeypatch.setattr(providers, "FORMATS", (*providers.FORMATS, example))
    chunks = [{"event": "text", "text": '{"name":'}, {"event": "text", "text": '"Assam"}'}]
    run = stream([*chunks, SimpleNamespace(event="end", why="stop")], Tea)
    assert run.result() == Tea(name="Assam")
    assert run.finish_reason == "stop"
    with pytest.raises(TruncatedJSONError):
        stream([*chunks, {"event": "end", "why": "max_tokens"}], Tea).result()


def test_every_format_is_in_the_table():
    documented = re.findall(r"^\| [^|]+ \| `(\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(documented) == sorted(format_.__name__.rpartition(".")[2] for format_ in providers.FORMATS)
