"""The examples of providers, each run as its user would: the real SDK, over real HTTP, from a recording of our own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SERVE = run_path(str(EXAMPLES / "serve.py"))

GROWING = """\
Pan None None
Pancakes ['Mix the'] None
Pancakes ['Mix the batter', 'Fry'] None
Pancakes ['Mix the batter', 'Fry'] None
Pancakes ['Mix the batter', 'Fry'] 25
"""
RECIPE = "Recipe(title='Pancakes', steps=['Mix the batter', 'Fry'], minutes=25)"
CALLS = """\
0 get_weather {'city': 'Lis'}
0 get_weather {'city': 'Lisbon'}
0 get_weather {'city': 'Lisbon', 'unit': 'celsius'}
{weather} Weather(city='Lisbon', unit='celsius')
{first}1 search {'query': 'tram 28 timetable'}
{search} Search(query='tram 28 timetable')
"""
CHOICES = """\
0 Pan None None
0 Pancakes ['Mix'] None
0 Pancakes ['Mix', 'Fry'] 25
0 Recipe(title='Pancakes', steps=['Mix', 'Fry'], minutes=25) stop
1 Waffles ['Mix', 'Bake'] 20
1 Recipe(title='Waffles', steps=['Mix', 'Bake'], minutes=20) stop
"""


def calls(weather: str, search: str, first: str = "") -> str:
    return CALLS.replace("{weather}", weather).replace("{search}", search).replace("{first}", first)


# Name, the SDK that it needs, what it prints
PRINTED: list[tuple[str, str, str]] = [
    ("openai_chat", "openai", f"{GROWING}{RECIPE} stop 55\n"),
    ("openai_choices", "openai", CHOICES),
    ("openai_responses", "openai", f"{GROWING}{RECIPE} A short recipe, as JSON.\n"),
    # OpenAI says only at the end that a call has ended: by then the second has come, too
    ("openai_tools", "openai", calls("call_weather", "call_search")),
    ("anthropic_messages", "anthropic", f"{GROWING}{RECIPE} end_turn A short recipe, as JSON.\n"),
    ("anthropic_tools", "anthropic", calls("toolu_weather", "toolu_search", "1 search {'query': 'tram 28'}\n")),
    ("gemini", "google.genai", f"{GROWING}{RECIPE} gemini-2.5-flash A short recipe, as JSON.\n"),
    ("mistral", "mistralai", f"{GROWING}{RECIPE} stop A short recipe, as JSON.\n"),
    ("bedrock", "boto3", f"{GROWING}{RECIPE} end_turn 55\n"),
    ("cohere_chat", "cohere", f"{GROWING}{RECIPE} COMPLETE A short recipe, as JSON.\n"),
    ("ollama_chat", "ollama", f"{GROWING}{RECIPE} qwen3 A short recipe, as JSON.\n"),
    ("litellm_chat", "litellm", f"{GROWING}{RECIPE} stop\n"),
    ("langchain_chat", "langchain_openai", f"{GROWING}{RECIPE} stop\n"),
    ("pydantic_ai_agent", "pydantic_ai", f"{GROWING}{RECIPE}\n"),
    ("raw_sse", "httpx", f"{GROWING}{RECIPE} stop\n"),
    ("raw_array", "httpx", f"{GROWING}{RECIPE} gemini-2.5-flash A short recipe, as JSON.\n"),
    ("vercel_ui", "httpx", f"{GROWING}{RECIPE} A short recipe, as JSON.\n"),
    ("ag_ui_events", "httpx", f"{GROWING}{RECIPE}\n"),
]
RAW = {"raw_sse", "raw_array", "ag_ui_events"}  # a network may hand over several events at once: fewer lines


def installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # of the package that it is in
        return False


CASES = [
    pytest.param(name, printed, id=name, marks=pytest.mark.skipif(not installed(sdk), reason=f"{sdk} is not installed"))
    for name, sdk, printed in PRINTED
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = SERVE["serve"]()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def run(name: str, url: str) -> subprocess.CompletedProcess[str]:
    variable, path = SERVE["ADDRESSES"][name]
    environment: dict[str, Any] = {
        **os.environ,
        **SERVE["KEYS"],
        variable: url + path,
        "NO_PROXY": "127.0.0.1",
        "PYTHONIOENCODING": "utf-8",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # or it asks the internet for prices when it is imported
    }
    example = EXAMPLES / "providers" / f"{name}.py"
    return subprocess.run(  # noqa: S603  # our own
        [sys.executable, str(example)], env=environment, capture_output=True, encoding="utf-8", timeout=90, check=False
    )


@pytest.mark.parametrize(("name", "printed"), CASES)
def test_an_example_prints_what_arrives(url, name, printed):
    done = run(name, url)
    assert done.returncode == 0, done.stderr
    if name not in RAW:
        assert done.stdout == printed
        return
    lines, possible = done.stdout.splitlines(), iter(printed.splitlines())
    assert lines[-1] == printed.splitlines()[-1]
    assert all(line in possible for line in lines), done.stdout  # in this order


def test_every_example_is_run():
    there = {file.stem for file in (EXAMPLES / "providers").glob("*.py")} - {"models"}
    assert there == {name for name, _, _ in PRINTED} == set(SERVE["ADDRESSES"])


def test_no_recording_is_left_over():
    asked_for = {path.split("/")[1] for _, path in SERVE["ADDRESSES"].values()}
    assert {file.stem for file in SERVE["RECORDINGS"].iterdir()} == asked_for
