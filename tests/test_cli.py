"""The command line: what it prints step by step, and the status it exits with."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from partway.cli import commands
from partway.errors import UsageError

ROOT = Path(__file__).parents[1]
LANGUAGE = str(ROOT / "examples" / "language.md")
LANGUAGE_MODEL = str(ROOT / "examples" / "language.py")
EXPEDITION = str(ROOT / "examples" / "expedition.jsonl")
EXPEDITION_MODEL = str(ROOT / "examples" / "expedition.py")
WHOLE = {"language": "javascript", "frameworks": []}


@pytest.fixture(autouse=True)
def _modules_as_they_were(monkeypatch):
    """`--model` adds to where modules are found, and imports some."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "modules", {**sys.modules})


def run(*args, stdin=None):
    return CliRunner().invoke(commands(), args, input=stdin, prog_name="partway")


def start(*args, prelude="", **options):
    """Start the real thing in a process of its own."""
    code = f"{prelude}\nfrom partway.cli import main\nmain()"
    command = [sys.executable, "-c", code, *args]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, **options)  # noqa: S603  # our own


def finish(process, stdin=None):
    out, err = process.communicate(stdin, timeout=60)
    return process.returncode, (out or b"").decode(), err.decode()


# replay


def test_plain_shows_each_change_in_a_line():
    ran = run("replay", LANGUAGE, "--model", LANGUAGE_MODEL, "--plain")
    assert ran.exit_code == 0
    assert ran.stderr == ""
    lines = ran.stdout.splitlines()
    assert lines[-3:] == [
        'chunk 2  {"language": "javascript"}',
        'chunk 3  {"language": "javascript", "frameworks": []}',
        'result  {"language": "javascript", "frameworks": []}',
    ]
    assert lines[:-3] == ["chunk 1  {}"]


def test_json_shows_each_change_in_an_object():
    ran = run("replay", LANGUAGE, "--model", LANGUAGE_MODEL, "--json")
    assert ran.exit_code == 0
    assert [json.loads(line) for line in ran.stdout.splitlines()] == [
        {"chunk": 1, "open_path": ["language"], "partial": {}},
        {"chunk": 2, "open_path": ["frameworks"], "partial": {"language": "javascript"}},
        {"chunk": 3, "open_path": [], "partial": WHOLE},
        {"result": WHOLE},
    ]


@pytest.mark.parametrize("form", ["--plain", "--json"])
def test_the_transcript_in_the_corpus_gives_the_same(corpus, form):
    transcript = str(corpus / "transcripts" / "astreaming.md")
    ours = run("replay", LANGUAGE, "--model", LANGUAGE_MODEL, form)
    theirs = run("replay", transcript, "--model", LANGUAGE_MODEL, form)
    assert (theirs.exit_code, theirs.stdout) == (ours.exit_code, ours.stdout)


def test_plain_is_what_a_pipe_gets():
    forms = [finish(start("replay", LANGUAGE, *form, stdout=subprocess.PIPE)) for form in ([], ["--plain"])]
    assert forms[0] == forms[1]
    assert forms[0][0] == 0


@pytest.mark.parametrize("form", ["--plain", "--json"])
def test_standard_input(form):
    data = Path(LANGUAGE).read_bytes()
    status, out, err = finish(start("replay", "-", form, stdin=subprocess.PIPE, stdout=subprocess.PIPE), data)
    assert (status, err) == (0, "")
    assert out == run("replay", LANGUAGE, form).stdout


def test_raw_text_is_cut():
    text = '{"n": 12, "s": "ab"}'
    assert run("replay", "-", "--cut", "5", stdin=text).stdout.splitlines() == [
        "chunk 0  {}",
        'chunk 1  {"n": 12}',
        'chunk 3  {"n": 12, "s": "ab"}',
        'result  {"n": 12, "s": "ab"}',
    ]
    assert len(run("replay", "-", "--cut", "100", stdin=text).stdout.splitlines()) == 2


def test_the_long_example_grows_into_its_model():
    ran = run("replay", EXPEDITION, "--model", EXPEDITION_MODEL, "--json")
    assert ran.exit_code == 0
    *steps, last = [json.loads(line) for line in ran.stdout.splitlines()]
    result = last["result"]
    assert result["status"] == "under way"
    assert result["log"][1]["entry"].startswith("Crossed the Arctic Circle at 04:17.\nTomás")
    assert result["verdict"].endswith("\N{PARTY POPPER}")
    assert [step["chunk"] for step in steps] == sorted({step["chunk"] for step in steps})
    assert steps[-1]["partial"] == result
    assert {json.dumps(step["partial"].get("status")) for step in steps} == {"null", '"under way"'}, "never half"


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


def test_lines_come_at_once_and_at_a_pace():
    process = start("replay", LANGUAGE, "--json", "--pace", "0.4", stdout=subprocess.PIPE)
    first, at = json.loads(process.stdout.readline()), time.monotonic()
    assert first["chunk"] == 1
    second = json.loads(process.stdout.readline())
    assert second["chunk"] == 2
    assert time.monotonic() - at > 0.2
    assert process.poll() is None
    assert finish(process)[0] == 0


def test_output_is_safe_to_show():
    text = '{"a": "\\u001b[31m\x9b2J\u202e\\ud83d\\ude00"}'
    plain = run("replay", "-", "--plain", "--cut", "1000", stdin=text).stdout
    assert plain.splitlines()[-1] == 'result  {"a": "\\u001b[31m\\u009b2J\\u202e\N{GRINNING FACE}"}'
    process = start(
        "replay",
        "-",
        "--plain",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    status, out, _ = finish(process, text.encode())
    assert status == 0
    assert "\\U0001f600" in out


def test_an_error_comes_after_what_had_arrived():
    ran = run("replay", "-", "--plain", stdin='{"a": [1, 2')
    assert ran.exit_code == 1
    assert ran.stdout.splitlines()[-1].endswith('{"a": [1]}')
    assert ran.stderr == "Error: the text ended inside the JSON (line 1, column 12 of the JSON in a[1])\n"


BAD = {
    "no JSON": ("nothing here", None, "no JSON in the text"),
    "nothing": ("", None, "text was empty"),
    "broken": ('{"a": 1,, "b": 2}', None, "expected"),
    "another type": ('{"language": "x", "frameworks": [1]}', LANGUAGE_MODEL, "valid string"),
    "cut off by the provider": (
        json.dumps({"choices": [{"delta": {"content": '{"a": 1}'}, "finish_reason": "length"}]}),
        None,
        "limit of length",
    ),
    "refused": (json.dumps({"choices": [{"delta": {"refusal": "I \x1bcannot."}}]}), None, "refused"),
}


@pytest.mark.parametrize("command", [("replay", "--plain"), ("replay", "--json"), ("inspect",)], ids=" ".join)
@pytest.mark.parametrize(("text", "model", "message"), BAD.values(), ids=BAD)
def test_bad_data_is_one_message_and_status_1(command, text, model, message):
    ran = run(*command, "-", *(["--model", model] if model else []), stdin=text)
    assert ran.exit_code == 1
    assert message in ran.stderr
    assert ran.stderr.startswith("Error: ")
    assert ran.stderr.count("\n") == 1
    assert "\x1b" not in ran.stderr
    assert "result" not in ran.stdout


# usage


def test_help_and_version():
    assert run("--help").exit_code == 0
    for command in ("replay", "inspect"):
        assert "FILE is a transcript" in run(command, "--help").stdout
    version = run("--version")
    assert version.exit_code == 0
    assert version.stdout.startswith("partway, version ")


USAGE = {
    "no command": ([], "Usage: partway"),
    "no such file": (["replay", "nowhere.md"], "'nowhere.md' does not exist"),
    "a folder": (["replay", "."], "is a directory"),
    "two forms": (["replay", LANGUAGE, "--plain", "--json"], "choose one"),
    "a cut of 0": (["replay", LANGUAGE, "--cut", "0"], "Invalid value for '--cut'"),
    "a cut for chunks": (["inspect", LANGUAGE, "--cut", "3"], "have cuts of their own"),
    "a negative pace": (["replay", LANGUAGE, "--pace", "-1"], "Invalid value for '--pace'"),
    "a model without a module": (["replay", LANGUAGE, "--model", "Recipe"], "write module:Name"),
    "a model in no module": (["replay", LANGUAGE, "--model", "no_such:Recipe"], "No module named 'no_such'"),
    "a model in no file": (["replay", LANGUAGE, "--model", "no_such.py"], "there is no such file"),
    "a model that is not there": (["replay", LANGUAGE, "--model", f"{LANGUAGE_MODEL}:Nope"], "has no Nope"),
    "a model that is no type": (["replay", LANGUAGE, "--model", "json:decoder"], "pydantic cannot validate"),
}


@pytest.mark.parametrize(("args", "message"), USAGE.values(), ids=USAGE)
def test_bad_usage_is_status_2(args, message):
    ran = run(*args)
    assert ran.exit_code == 2
    assert message in ran.stderr
    assert ran.stdout == ""


def test_input_that_is_no_text_says_where():
    ran = run("replay", "-", stdin=b"one\ntwo \xff")
    assert ran.exit_code == 2
    assert "standard input, line 2: byte 8 is not UTF-8" in ran.stderr


def test_an_unreadable_recording_says_where(tmp_path):
    recording = tmp_path / "rec.jsonl"
    recording.write_text('{"choices": []}\n{"choices"')
    ran = run("replay", str(recording))
    assert ran.exit_code == 2
    assert "rec.jsonl, line 2, column 11" in ran.stderr


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_the_extra_it_says_how_to_install_it(missing):
    prelude = f"import sys; sys.modules[{missing!r}] = None"
    status, out, err = finish(start("replay", LANGUAGE, prelude=prelude, stdout=subprocess.PIPE))
    assert (status, out) == (2, "")
    assert err == f"partway: the command line needs {missing}: pip install 'partway[cli]'\n"


def test_a_closed_pipe_ends_quietly():
    process = start("replay", EXPEDITION, "--pace", "0.01", stdout=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    assert finish(process) == (141, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="no signals on Windows")
def test_an_interrupt_ends_quietly():
    process = start("replay", EXPEDITION, "--pace", "0.05", stdout=subprocess.PIPE)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    status, _, err = finish(process)
    assert (status, err) == (130, "")


# --model


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
    from partway.cli import _load  # noqa: PLC0415

    (tmp_path / "models.py").write_text(future + IMPORTS + code)
    if name is None:
        with pytest.raises(UsageError, match=r"one of In, A$"):
            _load(str(tmp_path / "models.py"))
    else:
        assert _load(str(tmp_path / "models.py")).__name__ == name


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


# inspect


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
    import partway.cli  # noqa: PLC0415

    class Forgetful(partway.cli.Extractor):
        def feed(self, delta):
            return super().feed(delta.replace("x", "y") if len(delta) == 7 else delta)

    monkeypatch.setattr(partway.cli, "Extractor", Forgetful)
    ran = run("inspect", "-", "--cut", "1", stdin='{"a": "xxxxx"}')
    assert ran.exit_code == 1
    assert "Error: how the text is cut changes the story: cut in two at character 7, it says " in ran.stderr
    assert "same story" not in ran.stdout


# stubs


SHOP = """
from pydantic import BaseModel
class Step(BaseModel):
    text: str
class Recipe(BaseModel):
    steps: list[Step]
class Other(BaseModel):
    step: Step
"""


@pytest.fixture
def shop(tmp_path, monkeypatch):
    (tmp_path / "shop_models.py").write_text(SHOP)
    (tmp_path / "numbers_only.py").write_text("Numbers = list[int]\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("named", ["shop_models:Recipe", "shop_models.py:Recipe"])
@pytest.mark.usefixtures("shop")
def test_stubs_are_printed_and_import_the_models_by_their_module(named):
    ran = run("stubs", named)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert "from shop_models import Step\n" in ran.stdout
    assert "    steps: list[Step | StepSoFar] | None = None\n" in ran.stdout


def test_stubs_are_written_to_a_file_that_can_be_imported_as_it_is(shop):
    ran = run("stubs", str(shop / "shop_models.py") + ":Recipe", "shop_models:Other", "--output", "so_far.py")
    assert ran.exit_code == 2
    assert "Step was imported twice" in ran.stderr
    ran = run("stubs", "shop_models.py:Recipe", "shop_models.py:Other", "--output", "so_far.py")
    assert (ran.exit_code, ran.output) == (0, "")
    program = (
        "import partway, shop_models, so_far\n"
        'run = partway.stream([\'{"steps": [{"te\'], shop_models.Recipe, partial=so_far.RecipeSoFar)\n'
        "print(next(iter(run)))\n"
    )
    ran = subprocess.run(  # noqa: S603  # our own
        [sys.executable, "-c", program], cwd=shop, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "steps=[StepSoFar(text=None)]\n"


def test_stubs_of_a_file_in_a_package_import_it_by_its_full_name(shop):
    (shop / "pack").mkdir()
    (shop / "pack" / "__init__.py").write_text("")
    (shop / "pack" / "models.py").write_text(SHOP)
    assert "from pack.models import Step\n" in run("stubs", "pack/models.py:Recipe").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'MODEL...'"),
        (["missing_module:Recipe"], "importing missing_module failed: ModuleNotFoundError"),
        (["missing.py:Recipe"], "missing.py: there is no such file"),
        (["shop_models:Missing"], "shop_models has no Missing"),
        (["shop_models"], "write module:Name"),
        (["shop_models.py"], "it defines several types; say which: shop_models.py:Name, one of Recipe, Other"),
        (["numbers_only:Numbers"], "list[int]: no model, dataclass or TypedDict in it"),
        (["shop_models:Recipe.steps"], "shop_models has no Recipe.steps"),
        (["shop_models:SHOP"], "shop_models has no SHOP"),
        (["shop_models:Recipe", "--output", "missing/so_far.py"], "it cannot be written: No such file or directory"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_stubs_of_what_is_not_there_are_refused(arguments, message):
    ran = run("stubs", *arguments)
    assert ran.exit_code == 2
    assert ran.stdout == ""
    assert message in re.sub(r"\s+", " ", ran.stderr)
