"""The examples in the README and in docs/ run, and print what they say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
_EXAMPLE = re.compile(r"<!-- test: (\w+) -->\n```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
EXAMPLES = {
    f"{page.name}: {name}": code
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for name, code in _EXAMPLE.findall(page.read_text("utf-8"))
}
SHOWN = re.compile(r"\)(?:  # .*)?\n((?:# .*\n)+)")
"""The comment behind a call that prints, which may have one of its own: what it prints."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_and_prints_what_its_comments_say(name, capsys):
    code = EXAMPLES[name]
    exec(compile(code, name, "exec", dont_inherit=True), {"__name__": "readme"})  # noqa: S102  # our own text
    printed = capsys.readouterr().out
    said = SHOWN.findall(code)
    assert said
    at = 0
    for comment in said:
        lines = comment.replace("# ", "", 1).replace("\n# ", "\n")
        at = printed.index(lines, at) + len(lines)


def test_the_first_command_prints_the_partials_growing():
    said = re.search(r"```text\n(.*?)^```", README, re.DOTALL | re.MULTILINE)[1]
    done = subprocess.run(
        [sys.executable, "examples/replay.py"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == said
