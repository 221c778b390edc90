"""Every recording of the corpus, in every form in which it may arrive, says what `assembly.py` makes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

import assembly
from assembly import BROKEN, CORPUS, Assembly, Call, Recording
from partway._inlet import Inlet
from partway.providers._delta import Channel, Closed, Delta, Ending, Facts, Failure, Operation, Part, Restart

RECORDINGS = list(assembly.recordings()) if CORPUS.is_dir() else []
NAMED = {recording.name: recording for recording in RECORDINGS}
EACH = [pytest.param(recording, id=recording.name) for recording in RECORDINGS] or [
    pytest.param(None, marks=pytest.mark.skip(f"the corpus is not at {CORPUS}"))
]
needs_corpus = pytest.mark.skipif(not RECORDINGS, reason=f"the corpus is not at {CORPUS}")

# --- What arrives

WITH_EVENT_LINES = (assembly.anthropic, assembly.responses, assembly.abridged, assembly.cohere)
WITH_DONE = (assembly.chat, assembly.completions)
FREE = {"args", "input", "arguments"}  # SDKs leave what stands here as it is


def as_object(value: Any, *, snake: bool) -> Any:
    if isinstance(value, list):
        return [as_object(item, snake=snake) for item in value]
    if not isinstance(value, dict):
        return value
    names = {key: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower() if snake else key for key in value}
    return SimpleNamespace(
        **{
            names[key]: item if key in FREE and isinstance(item, dict) else as_object(item, snake=snake)
            for key, item in value.items()
        }
    )


def documents(recording: Recording) -> list[str]:
    return [json.dumps(chunk, ensure_ascii=False, separators=(",", ":")) for chunk in recording.chunks]


def server_sent_events(recording: Recording) -> bytes:
    """The body as it was recorded, or as the provider frames it."""
    if recording.body is not None:
        return recording.body
    newline = "\r\n" if recording.wire in {assembly.gemini, assembly.interactions} else "\n"
    lines: list[str] = []
    for chunk, document in zip(recording.chunks, documents(recording), strict=True):
        if recording.wire in WITH_EVENT_LINES and "type" in chunk:
            lines.append(f"event: {chunk['type']}")
        lines += [f"data: {document}", ""]
    if recording.wire in WITH_DONE:
        lines += ["data: [DONE]", ""]
    return "".join(line + newline for line in lines).encode()


def cut(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


def body_of_lines(recording: Recording) -> bytes:
    return "".join(document + "\n" for document in documents(recording)).encode()


def array(recording: Recording) -> bytes:
    """What Gemini sends to those who do not ask for events."""
    return ("[" + ",\r\n".join(documents(recording)) + "\n]").encode()


# Google's SDK has `function_call` where the JSON has `functionCall`
FORMS: dict[str, Any] = {
    "dicts": lambda recording: recording.chunks,
    "objects": lambda recording: [
        as_object(chunk, snake=recording.wire is assembly.gemini) for chunk in recording.chunks
    ],
    "lines": documents,
    "lines with their ends": lambda recording: [document + "\n" for document in documents(recording)],
    "lines of events": lambda recording: server_sent_events(recording).decode().splitlines(),
    "lines as one body": lambda recording: [body_of_lines(recording)],
    "events, a byte at a time": lambda recording: cut(server_sent_events(recording), 1),
    "events, 7 bytes at a time": lambda recording: cut(server_sent_events(recording), 7),
    "events, 4096 bytes at a time": lambda recording: cut(server_sent_events(recording), 4096),
}

# --- What is made of it


def parts_of(source: Iterable[Any]) -> Iterator[Part]:
    inlet = Inlet()
    for chunk in source:
        yield from inlet.read(chunk)
    yield from inlet.end()


def collect(source: Iterable[Any]) -> dict[int, Assembly]:
    """The answers that partway makes of a source, put together."""
    answers: dict[int, Assembly] = {}
    calls: dict[Channel, tuple[str, Any]] = {}  # text, and value of those that come as operations
    strings: dict[Channel, tuple[str | int, ...] | None] = {}  # where a string is open
    closed: set[Channel] = set()
    failure: str | None = None
    for part in parts_of(source):
        match part:
            case Delta(Channel(kind="tool") as call, text):
                assert call not in closed, "a call goes on behind its end"
                calls[call] = (calls.get(call, ("", None))[0] + text, None)
            case Delta(channel, text):
                answer = answers.setdefault(channel.choice, Assembly())
                match channel.kind:
                    case "content":
                        answer.text += text
                    case "reasoning":
                        answer.reasoning += text
                    case "refusal":
                        answer.refusal += text
            case Operation(call, path, value, goes_on):
                assert call not in closed, "a call goes on behind its end"
                arguments = calls.get(call, ("", None))[1] or {}
                calls[call] = ("", arguments)
                put(arguments, path, value, more=strings.get(call) == path)
                strings[call] = path if goes_on else None
            case Closed(call):
                closed.add(call)
            case Ending(reason, said, choice):
                answers.setdefault(choice, Assembly()).finish = (reason, said)
            case Failure(_, code):
                failure = failure or code or "unnamed"
            case Restart():
                for held in (answers, calls, strings, closed):
                    held.clear()
            case Facts():
                pass
    for call, (text, value) in calls.items():
        arguments = value if value is not None else text or ("{}" if call in closed else "")
        answer = answers.setdefault(call.choice, Assembly())
        assert call.index == len(answer.calls), "calls are numbered as they open"
        answer.calls.append(Call(call.name, call.id, arguments, call in closed))
    if failure:
        answers.setdefault(0, Assembly()).failure = failure
    return answers


def put(holder: Any, path: tuple[str | int, ...], value: Any, *, more: bool) -> None:
    """Put a value at a path, through containers that may be new; a string that is open there goes on."""
    for key, below in pairwise(path):
        holder = held(holder, key, [] if isinstance(below, int) else {})
    before = held(holder, path[-1], None)
    holder[path[-1]] = before + value if more else value


def held(holder: Any, key: str | int, new: Any) -> Any:
    if isinstance(holder, list):
        assert isinstance(key, int)
        assert key <= len(holder), "an element comes before the one ahead of it"
        if key == len(holder):
            holder.append(new)
        return holder[key]
    return holder.setdefault(key, new)


def alike(expected: dict[int, Assembly], seen: dict[int, Assembly]) -> dict[int, Assembly]:
    """What was seen, where arguments that did not come as text are values, whatever text was made of them."""
    for choice, answer in expected.items():
        calls = seen[choice].calls if choice in seen else []
        for at, (wanted, call) in enumerate(zip(answer.calls, calls, strict=False)):
            if not isinstance(wanted.arguments, str) and isinstance(call.arguments, str):
                calls[at] = call._replace(arguments=json.loads(call.arguments))
    return seen


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("recording", EACH)
def test_a_recording_says_the_same_in_every_form(recording: Recording, form: str):
    expected = recording.assembled()
    assert alike(expected, collect(FORMS[form](recording))) == expected


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize("recording", [case for case in EACH if case.id and "google/google-" in str(case.id)] or EACH)
def test_gemini_says_the_same_as_an_array(recording: Recording, size: int):
    expected = recording.assembled()
    assert alike(expected, collect(cut(array(recording), size))) == expected


@needs_corpus
def test_a_recording_whose_json_is_broken_fails():
    lines = (CORPUS / BROKEN).read_text("utf-8").splitlines()
    body = "".join(f"data: {line}\n\n" for line in lines).encode()
    assert any(isinstance(part, Failure) for part in parts_of(cut(body, 4096)))


# --- The oracle itself, where it can be seen with the eye

SEEN: dict[str, tuple[str, list[tuple[str, str, bool]], tuple[str, str]]] = {
    "anthropic-sdk/incomplete_partial_json_response.sse": (
        "I'll create a comprehensive tax guide",
        [("make_file", '{"filename": "taxes.txt", "lines_of_text": [\n"# COMPREHENSIVE TAX GUIDE', False)],
        ("length", "max_tokens"),
    ),
    "vercel-ai/anthropic/spliced-message-start.chunks.txt": (
        "",
        [("test-tool", '{"value":"Sparkle Day"}', True)],
        ("stop", "tool_use"),
    ),
    "vercel-ai/cohere/cohere-tool-call.chunks.txt": (
        "I will use the weather tool to find the weather in San Francisco and the cityAttractions tool",
        [("weather", '{"location": "San Francisco"}', True), ("cityAttractions", '{"city": "San Francisco"}', True)],
        ("stop", "TOOL_CALL"),
    ),
    "vercel-ai/google/google-stream-no-args-tool-call.chunks.txt": (
        "",
        [("read_theme", "{}", True), *[("read_screen", f"{{'id': '{screen}'}}", True) for screen in "ABC"]],
        ("stop", "STOP"),
    ),
    "vercel-ai/open-responses/lmstudio-tool-call.1.chunks.txt": (
        "I'll get the current weather information for San Francisco for you.",
        [("weather", '{"location":"San Francisco"}', True)],
        ("stop", "completed"),
    ),
}


@needs_corpus
@pytest.mark.parametrize("name", SEEN)
def test_the_oracle_sees_what_one_sees(name):
    text, calls, finish = SEEN[name]
    answer = NAMED[name].assembled()[0]
    assert answer.text.startswith(text)
    assert answer.finish == finish
    assert len(answer.calls) == len(calls)
    for call, (tool, start, whole) in zip(answer.calls, calls, strict=True):
        assert call.name == tool
        assert str(call.arguments).startswith(start)
        assert call.whole is whole


WITHOUT_WORDS = {  # the model has only called tools of the provider's own
    "vercel-ai/openai/openai-apply-patch-tool-delete.1.chunks.txt",
    "vercel-ai/openai/openai-apply-patch-tool.1.chunks.txt",
    "vercel-ai/openai/openai-client-tool-search.1.chunks.txt",
}


@needs_corpus
def test_the_oracle_finds_something_in_every_recording():
    empty = {
        recording.name
        for recording in RECORDINGS
        for answer in recording.assembled().values()
        if not (answer.text or answer.reasoning or answer.refusal or answer.calls or answer.failure)
    }
    assert empty == WITHOUT_WORDS
