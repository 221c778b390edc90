"""The recipes, each in its real place: what people see there grows as the answer does, and ends with all of it."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from runpy import run_path

import pytest

from needed import need
from notebooks import EXAMPLES, in_jupyter, in_marimo, in_process
from partway import stream

HERE = Path(__file__).parent
PAGE = (EXAMPLES.parents[1] / "docs" / "recipes.md").read_text("utf-8")
SHOWN = dict(re.findall(r"<!-- recipe: (\w+) -->\n```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
RECIPES = sorted(file.stem for file in EXAMPLES.glob("*.py") if file.stem != "recipe")

# The driver of a recipe, and the packages that it needs
PLACES = {
    "streamlit": ["streamlit"],
    "gradio": ["gradio"],
    "textual": ["textual"],
    "nicegui": ["nicegui"],
    "fastapi": ["fastapi", "uvicorn", "httpx"],
    "ag_ui": ["fastapi", "uvicorn", "httpx", "ag_ui", "jsonpatch"],
}
WHOLE = ["Pancakes", ["Mix the batter", "Fry"]]
LINES = ["title: Pancakes", "steps:", "  - Mix the batter", "  - Fry", "minutes: 25"]


@pytest.fixture(scope="module")
def possible():
    """All that can be shown of the answer, in its order: the title and the steps."""
    recording = run_path(str(EXAMPLES / "recipe.py"))
    partials = stream([event + b"\n\n" for event in recording["EVENTS"]], recording["Recipe"])
    return [["…", []], *([partial.title, partial.steps or []] for partial in partials)]


@pytest.mark.parametrize("place", PLACES)
def test_a_recipe_shows_the_answer_growing(place, possible, tmp_path):
    need(*PLACES[place])
    done = in_process(str(HERE / f"show_{place}.py"), str(EXAMPLES), home=tmp_path)
    assert done.returncode == 0, done.stderr
    frames, last = (json.loads(done.stdout.splitlines()[-1])[key] for key in ("frames", "last"))
    assert last == frames[-1] == WHOLE
    assert frames[0] != WHOLE
    at = 0
    for frame in frames:
        at = possible.index(frame, at)  # in this order, and nothing else


def test_the_recipe_for_jupyter_grows_in_a_notebook(tmp_path):
    need("nbclient", "ipykernel")
    told = in_jupyter([(EXAMPLES / "jupyter_cell.py").read_text("utf-8")], tmp_path)
    frames = [data["text/plain"].splitlines() for _, _, _, data in told["sent"]]
    assert frames[0] == ["title: ▌", "steps:", "minutes:"]
    assert frames[1] == ["title: Pan▌", "steps:", "minutes:"]
    assert frames[-1] == LINES
    assert told["cells"][0][-1]["text"] == "Pancakes in 25 minutes\n"


def test_the_recipe_for_marimo_ends_with_the_answer_in_the_notebook(tmp_path):
    need("marimo", "nbformat")
    _, cell, other = in_marimo(EXAMPLES / "marimo_notebook.py", tmp_path)
    text = re.sub(r"<[^>]*>", "", "".join(cell[0]["data"]["text/html"]))
    assert text == "Recipetitle: Pancakessteps: Mix the batterFryminutes: 25"
    assert "".join(other[0]["text"]) == "Pancakes in 25 minutes\n"


def test_the_recipe_for_a_terminal_writes_the_answer_to_a_pipe(tmp_path):
    done = in_process(str(EXAMPLES / "terminal_script.py"), home=tmp_path)
    assert done.stdout.splitlines() == [*LINES, "Pancakes in 25 minutes"]


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_has_ten_lines_beside_its_imports(name):
    source = (EXAMPLES / f"{name}.py").read_text("utf-8")
    docstring, *statements = ast.parse(source).body
    assert isinstance(docstring, ast.Expr)
    about = [docstring, *(each for each in statements if isinstance(each, ast.Import | ast.ImportFrom))]
    apart = {line for each in about for line in range(each.lineno, each.end_lineno + 1)}
    lines = [line for number, line in enumerate(source.splitlines(), 1) if number not in apart and line.strip()]
    if name == "marimo_notebook":  # its imports stand in a block of their own
        lines = [line for line in lines if "import " not in line]
    assert 0 < len(lines) <= 10


@pytest.mark.parametrize("name", RECIPES)
def test_the_docs_show_a_recipe_as_it_is(name):
    assert SHOWN[name] == (EXAMPLES / f"{name}.py").read_text("utf-8")
