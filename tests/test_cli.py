"""The command line: what it prints step by step, and the status it exits with."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chunks import call, chunk
from command_line import finish, run, start

ROOT = Path(__file__).parents[1]
LANGUAGE = str(ROOT / "examples" / "language.md")
LANGUAGE_MODEL = str(ROOT / "examples" / "language.py")
EXPEDITION = str(ROOT / "examples" / "expedition.jsonl")
EXPEDITION_MODEL = str(ROOT / "examples" / "expedition.py")
pytestmark = pytest.mark.usefixtures("modules_as_they_were")
WHOLE = {"language": "javascript", "frameworks": []}


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
def test_what_json_has_no_number_for_is_null(form):
    ran = run("replay", "-", form, stdin="[1.5, 1e400]")
    assert ran.exit_code == 0
    assert "Infinity" not in ran.stdout
    assert "[1.5, null]" in ran.stdout.splitlines()[-1]


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


def test_lines_come_at_once_and_at_a_pace():
    process = start("replay", LANGUAGE, "--json", "--pace", "0.4", stdout=subprocess.PIPE)
    first, at = json.loads(process.stdout.readline()), time.monotonic()
    assert first["chunk"] == 1
    second = json.loads(process.stdout.readline())
    assert second["chunk"] == 2
    assert time.monotonic() - at > 0.2
    assert process.poll() is None
    assert finish(process)[0] == 0


HEAD = json.dumps({"partway": "recording", "version": 1}) + "\n"
TIMED = "".join(
    json.dumps({"at": at, "text": text}) + "\n" for at, text in [(0.0, '{"a": 1,'), (0.3, ' "b": "x'), (0.6, '"}')]
)


@pytest.mark.parametrize(("pace", "least"), [("recorded", 0.5), ("2x", 0.25), ("0", 0), ("0.15", 0.25), (None, 0)])
def test_what_record_wrote_is_replayed_at_its_pace(pace, least):
    began = time.monotonic()
    ran = run("replay", "-", "--plain", *(["--pace", pace] if pace else []), stdin=HEAD + TIMED)
    took = time.monotonic() - began
    assert ran.exit_code == 0, ran.stderr
    assert ran.stdout.splitlines()[0] == 'chunk 0  {"a": 1}'
    assert ran.stdout.splitlines()[-1] == 'result  {"a": 1, "b": "x"}'
    assert took >= least


def test_what_record_wrote_is_inspected():
    ran = run("inspect", "-", stdin=HEAD + TIMED)
    assert ran.exit_code == 0, ran.stderr
    assert "b            string  chunk 1, character 14" in ran.stdout


@pytest.mark.parametrize("command", [["replay", "--plain"], ["inspect"]])
def test_a_recorded_failure_of_the_source_is_told(command):
    end = json.dumps({"at": 1, "end": "failed", "error": "httpx.ReadTimeout"})
    ran = run(*command, "-", stdin=HEAD + TIMED + end)
    assert ran.exit_code == 1
    assert "the source that was recorded ended with httpx.ReadTimeout" in ran.stderr


def test_a_body_of_events_is_replayed():
    chunks = [json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}) for text in ('{"a": ', "[1]}")]
    body = "".join(f"data: {chunk}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    ran = run("replay", "-", "--plain", stdin=body)
    assert ran.exit_code == 0, ran.stderr
    assert ran.stdout.splitlines() == ["chunk 0  {}", 'chunk 1  {"a": [1]}', 'result  {"a": [1]}']


CALLS = "".join(
    json.dumps(each) + "\n"
    for each in (
        call(0, '{"city":"Pa', "get_weather"),
        call(1, '{"q":1}', "search"),
        call(0, 'ris"}'),
        chunk(finish="stop"),
    )
)


def test_the_arguments_of_a_call_are_replayed_and_inspected():
    assert run("replay", "-", "--tool", "get_weather", stdin=CALLS).stdout.splitlines() == [
        'chunk 0  {"city": "Pa"}',
        'chunk 2  {"city": "Paris"}',
        'result  {"city": "Paris"}',
    ]
    ran = run("inspect", "-", "--tool", "search", stdin=CALLS)
    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[-1] == "the result validates"
    assert re.search(r"^q +number +chunk 1, character 6 ", ran.stdout, re.MULTILINE)


@pytest.mark.parametrize("command", ["replay", "inspect"])
def test_a_call_that_is_not_there_is_told(command):
    ran = run(command, "-", "--tool", "cook", stdin=CALLS)
    assert ran.exit_code == 1
    assert "the answer has no call of cook; it calls get_weather, search" in ran.stderr


def test_arguments_that_come_as_operations_are_not_inspected():
    part = {"functionCall": {"name": "f", "partialArgs": [{"jsonPath": "$.a", "numberValue": 1}], "willContinue": True}}
    parts = [part, {"functionCall": {}}]
    chunks = "".join(json.dumps({"candidates": [{"content": {"parts": [each]}}]}) + "\n" for each in parts)
    assert run("replay", "-", "--tool", "f", stdin=chunks).stdout.splitlines()[-1] == 'result  {"a": 1}'
    ran = run("inspect", "-", "--tool", "f", stdin=chunks)
    assert ran.exit_code == 2
    assert "came as path operations, which have no text to be cut" in ran.stderr


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
        assert "FILE is a recording" in run(command, "--help").stdout
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
    "a pace that is none": (["replay", LANGUAGE, "--pace", "fast"], "is no number of seconds from 0, 'recorded', or a"),
    "no speed": (["replay", LANGUAGE, "--pace", "0x"], "Invalid value for '--pace'"),
    "no times": (["replay", LANGUAGE, "--plain", "--pace", "recorded"], "does not say when its chunks came"),
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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
@pytest.mark.parametrize("command", ["replay", "inspect"])
def test_what_cannot_be_read_or_written_is_said_in_a_line(command):
    with Path("/dev/full").open("w") as full:
        status, _, err = finish(start(command, LANGUAGE, stdout=full))
    assert (status, err) == (1, "Error: [Errno 28] No space left on device\n")
    status, _, err = finish(start(command, LANGUAGE, prelude="import sys; sys.stdout = None"))
    assert (status, err) == (1, "Error: standard output is closed\n")
    status, _, err = finish(start(command, "-", prelude="import sys; sys.stdin = None"))
    assert (status, err.splitlines()[-1]) == (2, "Error: standard input is closed")


@pytest.mark.skipif(sys.platform == "win32", reason="no signals on Windows")
def test_an_interrupt_ends_quietly():
    process = start("replay", EXPEDITION, "--pace", "0.05", stdout=subprocess.PIPE)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    status, _, err = finish(process)
    assert (status, err) == (130, "")


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
