"""Lines that are safe to show."""

from __future__ import annotations

import os
import subprocess

from command_line import finish, run, start


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
