"""The clients of other formats from npm, installed once for a machine, outside of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

PACKAGES = ("ai@6.0.326", "assistant-stream@0.3.57", "fast-json-patch@3.1.1", "zod@4.6.7")


def clients() -> Path:
    """A folder in which Node finds them. Where they cannot be had the test is skipped, or fails if that is CI."""
    folder = Path(tempfile.gettempdir()) / ("partway-clients-" + "-".join(PACKAGES).replace("@", "-"))
    if (folder / "ready").exists():
        return folder
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        _missing("node and npm are not there")
    else:
        folder.mkdir(exist_ok=True)
        command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", *PACKAGES]
        done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)  # noqa: S603
        if done.returncode:
            _missing(f"npm has not installed the clients: {done.stderr[-500:]}")
        (folder / "ready").touch()
    return folder


def _missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
