"""What a text is, told by how it begins: whole, and with the character that makes it certain."""

from __future__ import annotations

import json
from typing import Any

import pytest

from growth import assert_linear
from partway._beginning import Beginning

RECIPE = ("title", "steps")
CHUNK = {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "a"}}]}
LINE = json.dumps(CHUNK)
ERROR = {"error": {"message": "No such key", "type": "invalid_request_error"}}

# Name, text up to the character that tells, and what it is
TOLD: list[tuple[str, str, str]] = [
    ("a letter", "S", "text"),
    ("a digit", "1", "text"),
    ("a quote", '"', "text"),
    ("a fence", "`", "text"),
    ("a letter behind blanks", "\ufeff \n\tS", "text"),
    # Server-sent events
    ("data of an object", "data: {", "sse"),
    ("data of an array, or [DONE]", "data:[", "sse"),
    ("data of a string", 'data: "', "sse"),
    ("data behind a BOM and blank lines", "\ufeff\n\r\n\ndata: {", "sse"),
    ("a type", "event: message_start\ndata:", "sse"),
    ("a type, and CRLF", "event:message-start\r\ndata:", "sse"),
    ("an id and a type", "id: 1\nevent: message\ndata:", "sse"),
    ("a time to wait, and CR", "retry: 3000\rdata:", "sse"),
    ("a comment", ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata:", "sse"),
    ("a comment of padding", ":" + " " * 2048 + "\nevent: x\ndata:", "sse"),
    ("prose that begins like data", "data: t", "text"),
    ("prose that begins like data, and a line end", "data:\n", "text"),
    ("prose that begins like data, and two blanks", "data:  ", "text"),
    ("prose that begins like the name of data", "datas", "text"),
    ("prose that begins like a type", "event: my w", "text"),
    ("prose that begins like a line of a type", "event: wedding\nf", "text"),
    ("prose that begins like a name", "eve ", "text"),
    ("prose that begins like an id", "ide", "text"),
    ("prose that begins like a time to wait", "retry: l", "text"),
    ("a line that is a name alone", "data\n", "text"),
    ("a comment and prose", ": )\nS", "text"),
    ("a comment and an indented field", ": )\n ", "text"),
    ("an indented field", "  d", "text"),
    ("another field", "x", "text"),
    ("very long lines", "event: " + "x" * 101, "text"),
    # Pages
    ("a page", "<!DOCTYPE html", "page"),
    ("a page in small letters", "<!doctype html", "page"),
    ("a page without a type", "<HTML", "page"),
    ("a page behind blanks", "\r\n\ufeff <html", "page"),
    ("a thought", "<t", "text"),
    ("a comment of a page's", "<!-", "text"),
    ("a heading", "<h1", "text"),
    # Objects
    ("a chunk on one line", LINE, "ndjson"),
    ("a chunk behind blanks", f"\ufeff\n {LINE}", "ndjson"),
    ("a chunk on several lines", json.dumps(CHUNK, indent=2), "json"),
    ("the type's key", '{"title":', "text"),
    ("the type's key behind blanks", '{\n  "title" :', "text"),
    ("the type's key, later", '{"id": {"title": 1}, "x": "title", "steps":', "text"),
    ("no string", "{c", "text"),
    ("an empty object", "{}", "text"),
    ("another brace", "{{", "text"),
    ("an object that no format knows", '{"name": "x", "size": 3}', "text"),
    ("an object that is none", "{\"quoted\" and 'x'}", "text"),
    ("a line end in a string", '{"quoted\n', "text"),
    ("too many blanks", "{" + " " * 1000, "text"),
    # Arrays
    ("an array of a chunk", f"[{LINE}", "json"),
    ("an array of a chunk on several lines", f"[\n {json.dumps(CHUNK, indent=2)}", "json"),
    ("an array of something else", '[{"a": 1}', "text"),
    ("a citation", "[1", "text"),
    ("an array of strings", '["', "text"),
    ("an empty array", "[]", "text"),
    ("an array of arrays", "[[", "text"),
    # Errors
    ("an error", json.dumps(ERROR), "json"),
    ("an error on several lines", json.dumps(ERROR, indent=2), "json"),
    ("Anthropic's", '{"type":"error","error":{"type":"x","message":"y"},"request_id":"r"}', "json"),
    ("Anthropic's, flat", '{"type":"error","message":"y"}', "json"),
    ("Google's", '[{\n  "error": {\n    "code": 400,\n    "message": "x",\n    "status": "y"\n  }\n}', "json"),
    ("Ollama's", '{"error":"model not found"}', "json"),
    ("FastAPI's", '{"detail":"Not Found"}', "json"),
    ("FastAPI's, of validation", '{"detail":[{"loc":["body"],"msg":"x"}]}', "json"),
    ("Bedrock's", '{"message":"x"}', "json"),
    ("a list of errors", '{"errors":[{"code":1}],"success":false}', "json"),
    ("a message that is none", '{"message":{"text":"x"}}', "text"),
    ("an error that is none", '{"error":3}', "text"),
    ("no error", '{"error":null}', "text"),
]

# Name, keys, whether the type may be an array, text up to the character that tells, and what it is
TYPES: list[tuple[str, Any, bool, str, str]] = [
    ("a chunk, where every key may be the type's", None, False, LINE, "ndjson"),
    ("a first key that no chunk has", None, False, '{"title":', "text"),
    ("a second key that no chunk has", None, False, '{"id":3,"name":', "text"),
    ("a later key that no chunk has", None, False, LINE[:-1] + ', "new": 1}', "ndjson"),
    ("an error, where every key may be the type's", None, False, json.dumps(ERROR), "json"),
    ("a mere message, where every key may be the type's", None, False, '{"error":"x"}', "text"),
    ("the type's key that no chunk has, behind one that chunks have", ("id", "name"), False, '{"id":3,"name":', "text"),
    ("a chunk with a key of the type", ("id", "name"), False, LINE, "ndjson"),
    ("an object with keys of the type alone", ("id", "choices"), False, '{"id":3,"choices":[]}', "text"),
    ("an error, of a type that has one", ("error", "type"), False, '{"error":{"message":"x"},"x":1}', "text"),
    ("a detail, of a type that has one", ("detail",), False, '{"detail":', "text"),
    ("a message, of a type that has one", ("message",), False, '{"message":"x","x":1}', "text"),
    ("an object, of a type that is none", (), False, LINE, "ndjson"),
    ("an array, of a type that may be one", RECIPE, True, '[{"title":', "text"),
    ("an array of chunks, of a type that may be one", RECIPE, True, f"[{LINE}", "json"),
    ("an array of what has an id, of a type that may be one", RECIPE, True, '[{"id":3,"name":', "text"),
    ("an array with a key of the type, which is none", RECIPE, False, '[{"title":1}', "text"),
    ("an array of errors, of a type that may be one", (), True, f"[{json.dumps(ERROR)}", "json"),
]
ALL = [(name, RECIPE, False, text, told) for name, text, told in TOLD] + TYPES


@pytest.mark.parametrize(("_name", "keys", "array", "text", "told"), ALL, ids=[name for name, *_ in ALL])
def test_it_is_told_by_the_last_character_and_not_before(_name, keys, array, text, told):
    beginning = Beginning(keys=keys, array=array, max_event=10_000)
    for character in text[:-1]:
        assert beginning.tell(character, delta=False) is None
    assert beginning.tell(text[-1], delta=False) == told


@pytest.mark.parametrize(("_name", "keys", "array", "text", "told"), ALL, ids=[name for name, *_ in ALL])
def test_it_is_told_by_the_whole(_name, keys, array, text, told):
    for delta in (True, False):
        beginning = Beginning(keys=keys, array=array, max_event=10_000)
        assert beginning.tell(text, delta=delta) == told
    if told != "text":  # whatever follows
        beginning = Beginning(keys=keys, array=array, max_event=10_000)
        assert beginning.tell(text + "\n{]", delta=False) == told


@pytest.mark.parametrize("piece", ["{", "[", '{"', '{"id": 3', LINE[:-1], f"\n [{LINE[:-1]}"])
def test_a_str_that_ends_in_an_object_is_a_delta(piece):
    assert Beginning(keys=RECIPE, array=False, max_event=10_000).tell(piece, delta=True) == "text"


@pytest.mark.parametrize("piece", ["", "\n", "data: ", "event: x\n", ": x", "<htm"])
def test_a_str_that_may_be_anything_else_waits(piece):
    assert Beginning(keys=RECIPE, array=False, max_event=10_000).tell(piece, delta=True) is None


@pytest.mark.parametrize("text", [" " * 200, ": x\n\n" * 50, '{"id": "' + "x" * 200, "[" + LINE + " " * 200])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_nothing_is_waited_for_without_end(text, size):
    beginning = Beginning(keys=RECIPE, array=False, max_event=len(LINE) - 1)
    told = [beginning.tell(text[at : at + size], delta=False) for at in range(0, len(text), size)]
    assert next(form for form in told if form) == "text"


@pytest.mark.parametrize(
    "text", [" {n}", '{{"id": "{n}', "{{{keys}", ":{n}", ": x\n{lines}"], ids=["blanks", "id", "keys", "line", "lines"]
)
@pytest.mark.parametrize("whole", [True, False])
def test_work_is_linear(text, whole):
    def work(size: int) -> Any:
        made = text.format(n=" " * size, keys='"a": 1, ' * (size // 8), lines=": x\n" * (size // 4))
        pieces = [made] if whole else list(made)

        def tell() -> None:
            beginning = Beginning(keys=RECIPE, array=False, max_event=1 << 40)
            for piece in pieces:
                if beginning.tell(piece, delta=False):
                    break

        return tell

    assert_linear(work, 20_000)
