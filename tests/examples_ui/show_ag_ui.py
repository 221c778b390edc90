"""Ask the agent of the recipe for AG-UI, check each event with the protocol's own classes, and print the states."""

import copy
import json
import sys

import httpx
import jsonpatch
from ag_ui.core import Event, EventType, RunAgentInput
from ag_ui_agent import app
from pydantic import TypeAdapter
from served import served

from partway.sse import Parser

asked = RunAgentInput(
    thread_id="thread", run_id="run", state={}, messages=[], tools=[], context=[], forwarded_props={}
).model_dump(mode="json", by_alias=True)
frames, state, kinds = [], None, []
with served(app) as url, httpx.stream("POST", f"{url}/agent", json=asked, timeout=30, trust_env=False) as response:
    parser, events = Parser(), TypeAdapter(Event)
    for data in response.iter_text():
        for message in parser.feed(data):
            event = events.validate_json(message.data)
            kinds.append(event.type)
            if event.type == EventType.STATE_SNAPSHOT:
                state = event.snapshot
            elif event.type == EventType.STATE_DELTA:
                state = jsonpatch.apply_patch(state, event.model_dump(mode="json", exclude_unset=True)["delta"])
            if state:
                frames.append([state.get("title"), copy.copy(state.get("steps", []))])
assert (kinds[0], kinds[-1]) == (EventType.RUN_STARTED, EventType.RUN_FINISHED), kinds
sys.stdout.write(json.dumps({"frames": frames, "last": frames[-1]}))
