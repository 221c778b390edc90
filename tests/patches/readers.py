"""Readers of each wire format: what a client that knows only the format has in the end.

Each applies the messages by the format's own rules, with the library that is used for it where there is one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import jsonpatch
from ag_ui.core import Event
from pydantic import TypeAdapter

from partway.patches import Format, Frame, Log, Message, Replica, encoder

AG_UI = TypeAdapter[Any](Event)


def exact(value: Any) -> str:
    """A JSON value, written down: `1`, `1.0` and `true` differ, the order of keys does not."""
    return json.dumps(value, sort_keys=True)


class Reader:
    """A client of one format, which asks a log for what is new."""

    format: Format

    def __init__(self, log: Log, seq: int | None = None) -> None:
        self.log = log
        self.seq = seq
        self.encoder = encoder(self.format)
        self.value: Any = None
        self.ending = ""

    def look(self) -> Frame | None:
        frame = self.log.since(self.seq)
        if frame is not None:
            for message in self.encoder.encode(frame):
                self.read(message)
            self.seq = frame.seq
        return frame

    def read(self, message: Message) -> None:
        raise NotImplementedError

    def expected(self, value: Any) -> Any:
        """What the format makes of a value that it cannot say as it is."""
        return value


class CompactReader(Reader):
    format = "partway"

    def __init__(self, log: Log, seq: int | None = None) -> None:
        super().__init__(log, seq)
        self.replica = Replica()

    def again(self) -> CompactReader:
        """The same client over a new connection: with what it has, and its number."""
        other = CompactReader(self.log, self.replica.seq or None)
        other.replica = deepcopy(self.replica)
        other.value, other.ending = other.replica.value, other.replica.status
        return other

    def read(self, message: Message) -> None:
        assert self.replica.feed(message)
        self.value = self.replica.value
        self.ending = self.replica.status


class JsonPatchReader(Reader):
    format = "json-patch"

    def read(self, message: Message) -> None:
        said = json.loads(message.data)
        if message.event:
            self.ending = message.event
            return
        paths = [operation["path"] for operation in said]
        assert len(set(paths)) == len(paths), said
        self.value = jsonpatch.apply_patch(self.value, said)


class AgUiReader(Reader):
    format = "ag-ui"

    def read(self, message: Message) -> None:
        assert not self.ending, message
        said = json.loads(message.data)
        AG_UI.validate_python(said)
        match said["type"]:
            case "STATE_SNAPSHOT":
                self.value = said["snapshot"]
            case "STATE_DELTA":
                self.value = jsonpatch.apply_patch(self.value, said["delta"])
            case "RUN_FINISHED":
                self.ending = "complete"
            case "RUN_ERROR":
                self.ending = "error"
            case other:
                assert other == "RUN_STARTED"


class AssistantUiReader(Reader):
    format = "assistant-ui"

    def read(self, message: Message) -> None:
        if message.data == "[DONE]":
            self.ending = self.ending or "complete"
            return
        said = json.loads(message.data)
        if said["type"] == "error":
            self.ending = "error"
            return
        for operation in said["operations"]:
            self.value = _assigned(self.value, operation["path"], operation["value"], append=operation["type"] != "set")


def _assigned(state: Any, path: list[str], value: Any, *, append: bool) -> Any:
    if not path:
        return state + value if append else value
    copy = state.copy()
    if isinstance(copy, list):
        index = int(path[0])
        old = copy[index] if index < len(copy) else None
        copy[index : index + 1] = [_assigned(old, path[1:], value, append=append)]
    else:
        copy[path[0]] = _assigned(copy.get(path[0]), path[1:], value, append=append)
    return copy


class VercelDataReader(Reader):
    format = "vercel-data"

    def read(self, message: Message) -> None:
        if message.data == "[DONE]":
            return
        said = json.loads(message.data)
        match said["type"]:
            case "data-answer":
                assert said["id"] == "answer"
                self.value = said["data"]
            case "error":
                self.ending = "error"
            case "finish":
                self.ending = "complete"
            case other:
                assert other == "start"


class DatastarReader(Reader):
    format = "datastar"

    def __init__(self, log: Log, seq: int | None = None) -> None:
        super().__init__(log, seq)
        self.signals: dict[str, Any] = {}

    def read(self, message: Message) -> None:
        assert message.event == "datastar-patch-signals"
        self.signals = merged(self.signals, json.loads(message.data.removeprefix("signals ")))
        self.value = self.signals.get("answer")
        self.ending = self.signals.get("answerStatus", "")

    def expected(self, value: Any) -> Any:
        return without_null(value)


def merged(target: Any, patch: Any) -> Any:
    """RFC 7386, section 2."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        else:
            target[key] = merged(target.get(key), value)
    return target


def without_null(value: Any) -> Any:
    """A value without the members of objects that are null; in an array they may stand."""
    if isinstance(value, dict):
        return {key: without_null(inner) for key, inner in value.items() if inner is not None}
    return value


READERS: list[type[Reader]] = [
    CompactReader,
    JsonPatchReader,
    AgUiReader,
    AssistantUiReader,
    VercelDataReader,
    DatastarReader,
]


def look_all(readers: Iterable[Reader]) -> None:
    for reader in readers:
        reader.look()
