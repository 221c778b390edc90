"""What a line of `partway replay` shows: just what has arrived, as JSON."""

from __future__ import annotations

import json

import pytest

from command_line import run

pytestmark = pytest.mark.usefixtures("modules_as_they_were")

SHAPES = """
from dataclasses import dataclass
from typing_extensions import TypedDict
from pydantic import BaseModel, Field

class Typed(TypedDict):
    a: int | None
    b: str

@dataclass
class Data:
    a: int | None
    b: str
    c: int = 7

class Model(BaseModel):
    a: int | None
    b: str
    c: int = 7

class Named(BaseModel):
    first: int | None = Field(alias="a")
    second: str = Field(alias="b")

Many = list[Data]
"""


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("Typed", {"a": None, "b": "x"}),
        ("Data", {"a": None, "b": "x", "c": 7}),
        ("Model", {"a": None, "b": "x", "c": 7}),
        ("Named", {"a": None, "b": "x"}),
    ],
)
def test_absent_null_and_default_are_told_apart(tmp_path, name, result):
    (tmp_path / "shapes.py").write_text(SHAPES)
    ran = run(
        "replay", "-", "--json", "--cut", "1", "--model", f"{tmp_path / 'shapes.py'}:{name}", stdin='{"a":null,"b":"x"}'
    )
    assert ran.exit_code == 0, ran.stderr
    steps = [json.loads(line) for line in ran.stdout.splitlines()]
    shown = [step["partial"] for step in steps[:-1]]
    expected = [{}, {"a": None}, {"a": None, "b": ""}, {"a": None, "b": "x"}]
    assert shown[:4] == expected
    assert steps[-1] == {"result": result}


def test_a_partial_element_of_a_list_has_only_what_arrived(tmp_path):
    (tmp_path / "shapes.py").write_text(SHAPES)
    ran = run(
        "replay",
        "-",
        "--plain",
        "--cut",
        "20",
        "--model",
        f"{tmp_path / 'shapes.py'}:Many",
        stdin='[{"a":1,"b":"x"},{"a":null',
    )
    assert ran.exit_code == 1
    assert ran.stdout.splitlines()[-1].endswith('[{"a": 1, "b": "x", "c": 7}, {"a": null}]')


LEAVES = {
    "datetime.date": ('"2031-06-14"', "2031-06-14"),
    "datetime.datetime": ('"2031-06-14T00:00:00+00:00"', "2031-06-14T00:00:00Z"),
    "uuid.UUID": ('"12345678-1234-5678-1234-567812345678"', "12345678-1234-5678-1234-567812345678"),
    "decimal.Decimal": ('"1.50"', "1.50"),
    "bytes": ('"ab"', "ab"),
    "signal.Signals": ("2", 2),
    "tuple[int, str]": ('[1, "a"]', [1, "a"]),
    "set[int]": ("[1, 1]", [1]),
    "dict[int, bool]": ('{"7": true}', {"7": True}),
    "float | None": ("null", None),
}


@pytest.mark.parametrize(("kind", "text", "written"), [(kind, *case) for kind, case in LEAVES.items()])
def test_values_outside_models_are_written_as_json(tmp_path, kind, text, written):
    module = kind.partition(".")[0] if "." in kind else "json"
    (tmp_path / "kinds.py").write_text(f"import {module}\nMany = list[{kind}]\n")
    ran = run("replay", "-", "--json", "--model", f"{tmp_path / 'kinds.py'}:Many", stdin=f"[{text}]")
    assert ran.exit_code == 0, ran.stderr
    assert json.loads(ran.stdout.splitlines()[-1]) == {"result": [written]}
