"""Types are found by what a user names, and whatever is wrong with that is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from command_line import run
from partway._load_type import load_type, module_name
from partway.errors import UsageError

EXAMPLES = Path(__file__).parents[1] / "examples"
LANGUAGE = str(EXAMPLES / "language.md")
pytestmark = pytest.mark.usefixtures("modules_as_they_were")

MODELS = {
    "the only one": ("class A(BaseModel):\n    a: int\n", "A"),
    "a dataclass": ("@dataclass\nclass A:\n    a: int\n", "A"),
    "a TypedDict": ("class A(TypedDict):\n    a: int\n", "A"),
    "an enum beside it": ("class E(Enum):\n    X = 1\nclass A(BaseModel):\n    a: int\n", "A"),
    "the one that no other refers to": (
        """
class In(BaseModel):
    b: int
class A(BaseModel):
    a: int
    i: dict[str, list[In]] | None = None
@dataclass
class D:
    a: A
class T(TypedDict):
    d: D
""",
        "T",
    ),
    "the one at the end of a base": ("class Base(BaseModel):\n    a: int\nclass A(Base):\n    b: int = 1\n", "A"),
    "one that refers to itself": ("class A(BaseModel):\n    a: int\n    more: 'list[A]' = []\n", "A"),
    "one with a name that is not there at run time": (
        "class In(BaseModel):\n    a: int\n@dataclass\nclass A:\n    a: 'In'\n    b: 'Missing'\n    c: 'A'\n",
        None,
    ),
    "an imported one beside it": ("from pydantic import RootModel\nclass A(BaseModel):\n    a: int\n", "A"),
}
IMPORTS = """
from dataclasses import dataclass
from enum import Enum
from pydantic import BaseModel
from typing_extensions import TypedDict
"""


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"], ids=["", "future"])
@pytest.mark.parametrize(("code", "name"), MODELS.values(), ids=MODELS)
def test_a_file_without_a_name_gives_its_outermost_type(tmp_path, code, name, future):
    (tmp_path / "models.py").write_text(future + IMPORTS + code)
    if name is None:
        with pytest.raises(UsageError, match=r"one of In, A$"):
            load_type(str(tmp_path / "models.py"))
    else:
        assert load_type(str(tmp_path / "models.py")).__name__ == name


def test_an_ambiguous_file_lists_its_types(tmp_path):
    file = tmp_path / "models.py"
    file.write_text(IMPORTS + "class A(BaseModel):\n    a: int\nclass B(BaseModel):\n    b: int\n")
    ran = run("replay", LANGUAGE, "--model", str(file))
    assert ran.exit_code == 2
    assert "one of A, B" in re.sub(r"\s+", " ", ran.stderr)
    file.write_text(IMPORTS + "x = 1\n")
    assert "defines no model" in run("replay", LANGUAGE, "--model", str(file)).stderr


def test_a_module_is_found_in_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "my_models.py").write_text("class Outer:\n    Names = dict[str, str | list[str]]\n")
    monkeypatch.chdir(tmp_path)
    ran = run("replay", LANGUAGE, "--model", "my_models:Outer.Names")
    assert ran.exit_code == 0, ran.stderr


def test_a_file_may_import_its_neighbours(tmp_path):
    (tmp_path / "neighbour.py").write_text("Frameworks = list[str]\n")
    (tmp_path / "model.py").write_text(
        IMPORTS + "import neighbour\nclass A(BaseModel):\n    language: str\n    frameworks: neighbour.Frameworks\n"
    )
    assert run("replay", LANGUAGE, "--model", str(tmp_path / "model.py")).exit_code == 0


@pytest.mark.parametrize("code", ["1 / 0", "raise SystemExit(0)", "def"])
def test_a_file_that_cannot_be_imported_says_why(tmp_path, code):
    (tmp_path / "models.py").write_text(code)
    ran = run("replay", LANGUAGE, "--model", str(tmp_path / "models.py"))
    assert ran.exit_code == 2
    assert re.search(r"(ZeroDivision|SystemExit|Syntax)", ran.stderr)


def test_a_file_that_is_named_twice_is_loaded_once(tmp_path):
    file = tmp_path / "models.py"
    file.write_text(IMPORTS + "class A(BaseModel):\n    a: int\n")
    loaded = {}
    assert load_type(str(file), loaded) is load_type(f"{file}:A", loaded)
    assert load_type(str(file)) is not load_type(str(file))


def test_a_module_is_called_what_others_import(tmp_path):
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("")
    file = tmp_path / "pack" / "json.py"
    file.write_text(IMPORTS + "class A(BaseModel):\n    a: int\n")
    assert module_name(load_type(str(file)).__module__) == "pack.json"
    assert module_name("json") == "json"
