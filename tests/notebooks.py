"""Notebooks as their tools run them, each in a process of its own: Jupyter by nbclient, marimo by its own export."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[1] / "examples" / "ui"
_ALONE = {
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "MARIMO_SKIP_UPDATE_CHECK": "1",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    # whoever asks the internet all the same is told no at once
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1,localhost",
}

_JUPYTER = """
import json, sys
import nbclient, nbformat

class Client(nbclient.NotebookClient):
    def process_message(self, message, cell, index):
        if message["msg_type"] in ("display_data", "update_display_data"):
            content = message["content"]
            sent.append([index, message["msg_type"], content["transient"]["display_id"], content["data"]])
        return super().process_message(message, cell, index)

sent = []
cells = [nbformat.v4.new_code_cell(source) for source in json.load(sys.stdin)]
notebook = nbformat.v4.new_notebook(cells=cells)
Client(notebook, kernel_name="python3", allow_errors=True, timeout=60).execute()
json.dump({"cells": [cell.outputs for cell in notebook.cells], "sent": sent}, sys.stdout)
"""


def in_process(*args: str, home: Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python beside the recipes, with a home of its own and without the network."""
    return subprocess.run(  # noqa: S603  # our own
        [sys.executable, *args],
        cwd=home,
        env={**os.environ, **_ALONE, "HOME": str(home), "PYTHONPATH": str(EXAMPLES), "PYTHONIOENCODING": "utf-8"},
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


def in_jupyter(cells: list[str], home: Path) -> dict[str, Any]:
    """Execute cells in a kernel; give the outputs that each has in the end, and all displays that were sent."""
    done = in_process("-c", _JUPYTER, home=home, stdin=json.dumps(cells))
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def in_marimo(notebook: Path, home: Path) -> list[list[dict[str, Any]]]:
    """Execute a copy of a notebook of marimo, which leaves files beside it; give the outputs of each cell."""
    copy, file = home / "in_marimo.py", home / "in_marimo.ipynb"
    copy.write_text(notebook.read_text("utf-8"), "utf-8")
    done = in_process(
        "-m", "marimo", "-q", "export", "ipynb", str(copy), "--include-outputs", "-o", str(file), home=home
    )
    assert file.exists(), done.stderr
    return [cell["outputs"] for cell in json.loads(file.read_text("utf-8"))["cells"]]
