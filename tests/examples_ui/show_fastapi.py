"""Serve the recipe for FastAPI, read the stream as a client does, and print what it saw."""

import json
import sys

import httpx
from fastapi_app import app
from served import served

from partway.patches import Replica
from partway.sse import Parser

frames, replica = [], Replica()
with served(app) as url, httpx.stream("GET", f"{url}/recipe", timeout=30, trust_env=False) as response:
    assert response.headers["content-type"].startswith("text/event-stream")
    parser = Parser()
    for data in response.iter_text():
        for message in parser.feed(data):
            replica.feed(message.data)
            if replica.value:
                frames.append([replica.value.get("title"), [*replica.value.get("steps", [])]])
sys.stdout.write(json.dumps({"frames": frames, "last": frames[-1], "status": replica.status}))
