"""The README's examples run, and print what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_example_of_use_runs_and_prints_what_its_comments_say(capsys):
    code = re.search(r"<!-- test: use -->\n```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)[1]
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})  # noqa: S102  # our own text
    printed = capsys.readouterr().out
    said = [line[2:] for line in code.splitlines() if line.startswith("# Pan")]
    assert said
    assert printed.startswith("\n".join(said) + "\n")


def test_the_first_command_prints_the_partials_growing():
    said = re.search(r"```text\n(.*?)^```", README, re.DOTALL | re.MULTILINE)[1]
    done = subprocess.run(
        [sys.executable, "examples/replay.py"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == said
