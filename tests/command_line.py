"""The command line as tests run it: here, or as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from partway.cli import commands

ROOT = Path(__file__).parents[1]


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
