"""What is sent as AG-UI is what its own classes take, in the order of the protocol."""

from __future__ import annotations

from typing import Any

import jsonpatch
import pytest
from ag_ui.core import Event
from pydantic import TypeAdapter
from streams import ANEW, CUT, DELTAS, ENDED, TEXT, sent

from partway.patches import encoder

AG_UI = TypeAdapter[Any](Event)
IDS = {"threadId": "t", "runId": "r"}
STARTED, FINISHED = {"type": "RUN_STARTED", **IDS}, {"type": "RUN_FINISHED", **IDS}
NAMES = {"thread_id": "t", "run_id": "r"}
CALL = {"toolCallId": "c"}


def state(deltas: list[str], late: int = 0) -> list[dict[str, Any]]:
    return sent(encoder("ag-ui", **NAMES), deltas, late=late)


def tool(deltas: list[str], late: int = 0) -> list[dict[str, Any]]:
    return sent(encoder("ag-ui-tool", tool_call_id="c", tool_name="cook", **NAMES), deltas, late=late)


@pytest.mark.parametrize("events", [state(DELTAS), state(ANEW), state(CUT), tool(DELTAS), tool(ANEW), tool(CUT)])
def test_every_event_is_one_of_the_protocol(events: list[dict[str, Any]]):
    assert [AG_UI.dump_python(AG_UI.validate_python(event), mode="json", by_alias=True) for event in events] == events


def test_a_state_is_a_snapshot_and_deltas():
    assert state(DELTAS) == [
        STARTED,
        {"type": "STATE_SNAPSHOT", "snapshot": {"title": "Pan"}},
        {"type": "STATE_DELTA", "delta": [{"op": "replace", "path": "/title", "value": "Panca"}]},
        {"type": "STATE_DELTA", "delta": [{"op": "replace", "path": "/title", "value": "Pancakes"}]},
        {"type": "STATE_DELTA", "delta": [{"op": "add", "path": "/steps", "value": ["Mi"]}]},
        {"type": "STATE_DELTA", "delta": [{"op": "replace", "path": "/steps/0", "value": "Mix"}]},
        {"type": "STATE_DELTA", "delta": [{"op": "replace", "path": "/steps", "value": []}]},
        FINISHED,
    ]


@pytest.mark.parametrize("late", range(len(DELTAS) + 1))
def test_one_who_comes_late_starts_with_a_snapshot(late: int):
    events = state(DELTAS, late)
    assert events[0] == STARTED
    assert events[-1] == FINISHED
    value: Any = None
    for event in events[1:-1]:
        value = event["snapshot"] if "snapshot" in event else jsonpatch.apply_patch(value, event["delta"])
    assert value == {"title": "Pancakes", "steps": []}


def test_a_state_that_is_given_up_is_a_new_snapshot():
    assert [event["snapshot"] for event in state(ANEW) if event["type"] == "STATE_SNAPSHOT"] == [
        {"title": "one"}, {"title": "two"}
    ]  # fmt: skip


@pytest.mark.parametrize("events", [state(CUT), tool(CUT)])
def test_a_run_that_fails_ends_with_its_error(events: list[dict[str, Any]]):
    assert events[0] == STARTED
    assert events[-1] == {"type": "RUN_ERROR", "message": ENDED, "code": "TruncatedJSONError"}


@pytest.mark.parametrize("late", range(len(DELTAS) + 1))
def test_a_call_is_its_text(late: int):
    first, start, *args, end, last = tool(DELTAS, late)
    assert (first, last) == (STARTED, FINISHED)
    assert start == {"type": "TOOL_CALL_START", **CALL, "toolCallName": "cook"}
    assert end == {"type": "TOOL_CALL_END", **CALL}
    assert {(event["type"], event["toolCallId"]) for event in args} == {("TOOL_CALL_ARGS", "c")}
    assert "".join(event["delta"] for event in args) == TEXT


def test_a_call_whose_text_is_given_up_ends_with_an_error():
    *_, args, last = tool(ANEW)
    assert args["type"] == "TOOL_CALL_ARGS"
    assert (last["type"], last["code"]) == ("RUN_ERROR", "Restarted")
    assert tool(ANEW, late=3)[-1] == FINISHED  # who had nothing of it is not concerned


def test_without_names_a_run_and_a_call_have_some_of_their_own():
    one, other = (sent(encoder("ag-ui-tool"), DELTAS) for _ in range(2))
    assert one[0]["runId"] == one[-1]["runId"] != other[0]["runId"]
    assert one[1]["toolCallId"] == one[2]["toolCallId"] != other[1]["toolCallId"]
