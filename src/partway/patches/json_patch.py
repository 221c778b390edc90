"""JSON Patch: a message is a list of operations (RFC 6902, paths as in RFC 6901).

The standard knows no appending, so a string that has grown is replaced by the whole: the bytes grow with the square of
its length, divided by how many frames are sent in the meantime. So there is at most one operation for a path in a
frame. The standard knows no end either: the last message is an event `complete`, or `error` with what went wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from partway.events import Path
from partway.patches._encoder import EVENT_STREAM, Message
from partway.patches._frame import Frame
from partway.patches._json import dumps

__all__ = ["JsonPatch", "Operation", "operations", "pointer"]

_ESCAPES: Final = str.maketrans({"~": "~0", "/": "~1"})


class Operation(NamedTuple):
    """An operation of RFC 6902."""

    op: Literal["add", "replace", "remove"]
    path: Path
    value: Any = None

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        written: dict[str, Any] = {"op": self.op, "path": pointer(self.path)}
        return written if self.op == "remove" else {**written, "value": self.value}


class JsonPatch:
    """Writes JSON Patch."""

    media_type: str = EVENT_STREAM
    headers: Mapping[str, str] = {}
    sse: bool = True

    def encode(self, frame: Frame) -> Sequence[Message]:
        """The messages for a frame, which follows the one before."""
        if "json-patch" not in frame.encoded:
            patch = [operation.as_dict() for operation in operations(frame)]
            frame.encoded["json-patch"] = dumps(patch) if patch else ""
        data = frame.encoded["json-patch"]
        last = frame.status != "streaming"
        messages = [Message(data, id=None if last else frame.seq)] if data else []
        if frame.status == "complete":
            messages.append(Message("{}", "complete", frame.seq))
        elif frame.status == "error":
            messages.append(Message(dumps(frame.error), "error", frame.seq))
        return messages


_Found: TypeAlias = dict[Path, Operation]


def operations(frame: Frame) -> list[Operation]:
    """The operations that a frame comes to, at most one for a path."""
    found: _Found = {}
    for kind, path, value in frame.changes:
        known = found.get(path)
        if kind == "append":
            op: Literal["add", "replace", "remove"] = "replace"
            value = frame.texts[path]()  # noqa: PLW2901  # of what was appended, the whole
        else:
            op = kind
        if op != "add":
            _drop_inside(found, path)
        if known is None:
            found[path] = Operation(op, path, value)
        elif op == "remove" and known.op == "add":
            del found[path]
        elif op == "remove":
            found[path] = Operation(op, path)
        else:
            found[path] = Operation("add" if known.op == "add" else "replace", path, value)
    return list(found.values())


def _drop_inside(found: _Found, path: Path) -> None:
    """Forget what is done inside a place that is replaced or removed."""
    for inner in [inner for inner in found if len(inner) > len(path) and inner[: len(path)] == path]:
        del found[inner]


def pointer(path: Path) -> str:
    """A path as a JSON Pointer (RFC 6901): `/steps/2/text`, and an empty string for the whole."""
    return "".join("/" + str(step).translate(_ESCAPES) for step in path)
