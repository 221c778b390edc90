"""The command line as tests run it: here, or as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from partway.cli import commands

ROOT = Path(__file__).parents[1]
# What is started by a shell in the background ignores interrupts, and so does whatever it starts in turn.
MAIN = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from partway.cli import main; main()"


def run(*args, stdin=None):
    return CliRunner().invoke(commands(), args, input=stdin, prog_name="partway")


def start(*args, prelude="", **options):
    """Start the real thing in a process of its own."""
    command = [sys.executable, "-c", f"{prelude}\n{MAIN}", *args]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, **options)  # noqa: S603  # our own


def finish(process, stdin=None):
    out, err = process.communicate(stdin, timeout=60)
    return process.returncode, (out or b"").decode(), err.decode()
