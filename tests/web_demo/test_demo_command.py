"""`partway demo`: where it listens, what it says, and how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import httpx
import pytest

from command_line import finish, run, start


def test_it_says_where_it_is_and_ends_at_once_when_interrupted_though_a_replay_waits():
    process = start("demo", "--port", "0", stdout=subprocess.PIPE)
    said = process.stdout.readline().decode()
    assert said.startswith("The demo is at http://127.0.0.1:")
    url = said.split()[4].removesuffix(",")
    assert "<title>partway</title>" in httpx.get(url).text
    replay = httpx.post(f"{url}replays", json={"playing": False}).json()["id"]
    with httpx.stream("GET", f"{url}replays/{replay}/value"):
        process.send_signal(signal.SIGINT)
        assert finish(process) == (130, "", "")


def test_a_port_that_is_taken_is_a_message():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = run("demo", "--port", str(port))
    assert ran.exit_code == 2
    assert f"Error: cannot listen on 127.0.0.1, port {port}: Address already in use" in ran.stderr


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_what_is_not_installed_is_named(monkeypatch, missing):
    for module in [name for name in sys.modules if name.split(".")[0] == missing or name.startswith("partway.web")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, missing, None)
    ran = run("demo")
    assert ran.exit_code == 2
    assert "the demo needs " in ran.stderr
    assert "pip install 'partway[demo]'" in ran.stderr
