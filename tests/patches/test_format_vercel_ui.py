"""What is sent as a UI message stream is a tool call that streams, or a data part that is replaced."""

from __future__ import annotations

from typing import Any

import pytest
from streams import ANEW, CUT, DELTAS, ENDED, TEXT, sent

from partway.patches import encoder

NAMES = {"message_id": "m", "tool_call_id": "c", "tool_name": "cook"}
VALUE = {"title": "Pancakes", "steps": []}


def tool(deltas: list[str], late: int = 0) -> list[Any]:
    return sent(encoder("vercel-ui", **NAMES), deltas, late=late)


@pytest.mark.parametrize("late", range(len(DELTAS) + 1))
def test_a_tool_call_is_its_text_and_then_its_input(late: int):
    start, opened, *deltas, available, finish, done = tool(DELTAS, late)
    assert (start, finish, done) == ({"type": "start", "messageId": "m"}, {"type": "finish"}, "[DONE]")
    assert opened == {"type": "tool-input-start", "toolCallId": "c", "toolName": "cook"}
    assert "".join(part["inputTextDelta"] for part in deltas) == TEXT
    assert available == {"type": "tool-input-available", "toolCallId": "c", "toolName": "cook", "input": VALUE}


def test_a_data_part_is_the_whole_value():
    start, *parts, finish, done = sent(encoder("vercel-data", name="recipe", part_id="p"), DELTAS)
    assert (start, finish, done) == ({"type": "start"}, {"type": "finish"}, "[DONE]")
    assert parts == [
        {"type": "data-recipe", "id": "p", "data": data}
        for data in [
            {"title": "Pan"},
            {"title": "Panca"},
            {"title": "Pancakes"},
            {"title": "Pancakes", "steps": ["Mi"]},
            {"title": "Pancakes", "steps": ["Mix"]},
            VALUE,
        ]
    ]


def test_a_run_that_fails_says_so():
    for make in (lambda: encoder("vercel-ui"), lambda: encoder("vercel-data")):
        assert sent(make(), CUT)[-2:] == [{"type": "error", "errorText": ENDED}, "[DONE]"]


def test_text_that_is_given_up_is_an_error_and_a_value_is_not():
    error, done = tool(ANEW)[-2:]
    assert (error["type"], done) == ("error", "[DONE]")
    assert sent(encoder("vercel-data"), ANEW)[-3]["data"] == {"title": "two"}


def test_the_client_knows_the_protocol_by_a_header():
    assert encoder("vercel-ui").headers == {"x-vercel-ai-ui-message-stream": "v1"}
