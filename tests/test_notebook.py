"""A run in real notebooks: what was sent to them while it grew, and what they keep."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from needed import need
from notebooks import in_jupyter, in_marimo, in_process
from partway import UsageError, stream
from partway.notebook import display

# Each cell, and what stands in it in the end
SESSION = """\
from pydantic import BaseModel
from partway import stream
from partway.notebook import display

class Recipe(BaseModel):
    title: str
    steps: list[str] = []

async def flowing(chunks):
    for chunk in chunks:
        yield chunk

GROWING = ['{"title": "<b>Pan', 'cakes", "steps": ["Mi', 'x", "Fry"]}']
---
print("before")
recipe = display(stream(GROWING, Recipe), per_second=1e9)
print("after", recipe.steps)
---
recipe = await display(stream(flowing(GROWING), Recipe), per_second=1e9)
print(recipe.steps)
---
display(stream(GROWING[:2], Recipe))
---
display(stream(['{"title": "', *"x" * 1000, '"}'], Recipe), per_second=0.01) and None
---
display(stream(['{"title": ["no"], "steps": ["Mix"]}'], Recipe))
---
display([])
"""
CELLS = SESSION.split("---\n")

WHOLE = "title: <b>Pancakes\nsteps:\n  - Mix\n  - Fry"
GROWN = [
    "title: ▌\nsteps:",
    "title: <b>Pan▌\nsteps:",
    "title: <b>Pancakes\nsteps:\n  - Mi▌",
    "title: <b>Pancakes\nsteps:\n  - Mix\n  - Fry▌",
    WHOLE,
]


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    need("nbclient", "ipykernel")
    return in_jupyter(CELLS, tmp_path_factory.mktemp("jupyter"))


def texts(jupyter, cell):
    """The text of each display that a cell has sent, and of those it keeps."""
    sent = [told for told in jupyter["sent"] if told[0] == cell]
    kinds, ids = [told[1] for told in sent], {told[2] for told in sent}
    assert kinds == ["display_data", *["update_display_data"] * (len(sent) - 1)]
    assert len(ids) == 1, "one display, updated in place"
    return [told[3]["text/plain"] for told in sent], kept(jupyter["cells"][cell], "text/plain")


def kept(outputs, kind):
    return [output["data"][kind] for output in outputs if output["output_type"] == "display_data"]


@pytest.mark.parametrize("cell", [1, 2])
def test_in_jupyter_a_run_grows_in_place(jupyter, cell):
    sent, last = texts(jupyter, cell)
    assert sent == GROWN
    assert last == [WHOLE]


def test_in_jupyter_what_else_a_cell_prints_stays_and_the_result_is_returned(jupyter):
    first, second = jupyter["cells"][1:3]
    assert [output.get("text", "shown") for output in first] == ["before\n", "shown", "after ['Mix', 'Fry']\n"]
    assert second[-1]["text"] == "['Mix', 'Fry']\n"


def test_in_jupyter_text_is_no_markup(jupyter):
    [html] = kept(jupyter["cells"][1], "text/html")
    assert "&lt;b&gt;Pancakes" in html
    assert "<b>" not in html


def test_in_jupyter_what_had_arrived_stays_with_the_error_below(jupyter):
    _, last = texts(jupyter, 3)
    assert last == ["title: <b>Pancakes\nsteps:\n  - Mi▌\n✗ TruncatedJSONError in steps[0]"]
    [html] = kept(jupyter["cells"][3], "text/html")
    assert "✗ TruncatedJSONError in steps[0]</div>" in html
    assert [output["ename"] for output in jupyter["cells"][3] if output["output_type"] == "error"] == [
        "TruncatedJSONError"
    ]


def test_in_jupyter_many_chunks_are_few_updates_the_first_and_last_among_them(jupyter):
    sent, last = texts(jupyter, 4)
    assert len(sent) == 4  # nothing, the first, the last, the result
    assert last == ["title: " + "x" * 1000 + "\nsteps: []"]


def test_in_jupyter_what_does_not_fit_is_marked(jupyter):
    _, [last] = texts(jupyter, 5)
    assert last.splitlines() == [
        'title: ✗ ["no"]: Input should be a valid string',
        "steps:",
        "  - Mix▌",
        "✗ MismatchError in title",
    ]


def test_in_jupyter_only_runs_are_displayed(jupyter):
    [error] = jupyter["cells"][6]
    assert (error["ename"], error["evalue"]) == ("UsageError", "display() shows a run, as stream() makes one, not list")


MARIMO = """
import marimo

app = marimo.App()

with app.setup:
    import marimo as mo
    from pydantic import BaseModel
    from partway import stream
    from partway.notebook import display

    class Recipe(BaseModel):
        title: str
        steps: list[str] = []

    async def flowing(chunks):
        for chunk in chunks:
            yield chunk

    GROWING = ['{"title": "<b>Pan', 'cakes", "steps": ["Mi', 'x", "Fry"]}']


@app.cell
def _():
    replace, times = mo.output.replace, []
    mo.output.replace = lambda html: (times.append(html), replace(html))
    first = display(stream(GROWING, Recipe), per_second=1e9)
    mo.output.replace = replace
    print(len(times), first.steps)


@app.cell
async def _():
    second = await display(stream(flowing(GROWING), Recipe))
    print(second.steps)


@app.cell
def _():
    display(stream(GROWING[:2], Recipe))
"""


@pytest.fixture(scope="module")
def marimo(tmp_path_factory):
    need("marimo", "nbformat")
    home = tmp_path_factory.mktemp("marimo")
    (home / "recipes_in_marimo.py").write_text(MARIMO, "utf-8")
    return in_marimo(home / "recipes_in_marimo.py", home)


def test_in_marimo_a_run_grows_in_place(marimo):
    _, first, second, _ = marimo
    for outputs, printed in ((first, "5 ['Mix', 'Fry']\n"), (second, "['Mix', 'Fry']\n")):
        [html] = kept(outputs, "text/html")
        assert "&lt;b&gt;Pancakes" in "".join(html)
        assert "▌" not in "".join(html)
        assert ["".join(output["text"]) for output in outputs if output["output_type"] == "stream"] == [printed]


def test_in_marimo_what_had_arrived_is_printed_when_the_cell_fails(marimo):
    outputs = marimo[3]
    assert "TruncatedJSONError" in [output.get("ename") for output in outputs]
    [printed] = ["".join(output["text"]) for output in outputs if output.get("name") == "stdout"]
    assert printed == "title: <b>Pancakes\nsteps:\n  - Mi▌\n✗ TruncatedJSONError in steps[0]\n"


def test_a_notebook_of_marimo_that_is_run_as_a_script_goes_on(tmp_path):
    need("marimo")
    (tmp_path / "recipes_in_marimo.py").write_text(MARIMO.rpartition("@app.cell")[0] + "app.run()\n", "utf-8")
    done = in_process("recipes_in_marimo.py", home=tmp_path)
    assert (done.returncode, done.stdout) == (0, "5 ['Mix', 'Fry']\n['Mix', 'Fry']\n"), done.stderr


# elsewhere


def test_outside_a_notebook_it_says_so(monkeypatch):
    monkeypatch.setattr(sys, "modules", {**sys.modules})
    for name in ("IPython", "marimo"):
        sys.modules.pop(name, None)
    with pytest.raises(UsageError) as caught:
        display(stream(["1"], int))
    assert str(caught.value) == (
        "display() shows a run in a notebook, and this is none; on a terminal it is terminal.render()"
    )


def test_in_ipython_on_a_terminal_it_says_so(monkeypatch):
    module = ModuleType("IPython")
    module.get_ipython = type("TerminalInteractiveShell", (), {})
    monkeypatch.setitem(sys.modules, "IPython", module)
    monkeypatch.setitem(sys.modules, "marimo", SimpleNamespace(app_meta=lambda: SimpleNamespace(mode=None)))
    with pytest.raises(UsageError, match=r"^display\(\) shows a run in a notebook, and this is a terminal: use term"):
        display(stream(["1"], int))
