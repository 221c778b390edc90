"""What type checkers accept and refuse: the files in tests/typing, and classes that `partway stubs` writes."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TYPING = Path(__file__).parent / "typing"
MARK = re.compile(r"# error$")
pytestmark = pytest.mark.timeout(600)  # pyright may have to fetch its node first


def run(module, folder, *arguments):
    """What a type checker prints of the files in a folder."""
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed: it is in the extra dev")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "MYPYPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", module, *arguments]
    ran = subprocess.run(  # noqa: S603  # our own
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    return ran.stdout


def flagged_by_mypy(folder, files):
    out = run("mypy", folder, "--strict", "--no-error-summary", *files)
    found = [line.split(":", 2) for line in out.splitlines() if ": error: " in line]
    return {(Path(file).name, int(line)) for file, line, _ in found}


def flagged_by_pyright(folder, files):
    config = {"extraPaths": [str(ROOT / "src")], "typeCheckingMode": "standard"}
    (folder / "pyrightconfig.json").write_text(json.dumps(config), "utf-8")
    said = json.loads(run("pyright", folder, "--outputjson", f"--pythonpath={sys.executable}"))
    assert said["summary"]["filesAnalyzed"] == len(files)
    return {(Path(one["file"]).name, one["range"]["start"]["line"] + 1) for one in said["generalDiagnostics"]}


@pytest.mark.parametrize("flagged", [flagged_by_mypy, flagged_by_pyright])
def test_a_line_is_refused_if_and_only_if_it_is_marked(flagged, tmp_path):
    files = {path.name: path.read_text("utf-8") for path in sorted(TYPING.glob("*.py"))}
    assert {"good.py", "bad.py", "shop_so_far.py"} <= {*files}
    marked = set()
    for name, text in files.items():  # elsewhere, where the project's own settings do not hold
        (tmp_path / name).write_text(text, "utf-8")
        marked |= {(name, number) for number, line in enumerate(text.splitlines(), 1) if MARK.search(line)}
    assert len(marked) > 20
    assert flagged(tmp_path, list(files)) == marked
