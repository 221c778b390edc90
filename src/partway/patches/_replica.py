"""The other end of the compact form: what its messages mean, said in Python.

It is the reference that the browser's client is held against, and a client for Python programs. It keeps no history
and does no I/O; what comes twice is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from partway.errors import UsageError
from partway.events import Path, State
from partway.patches._encoder import Message
from partway.patches._frame import Change

__all__ = ["Replica", "apply", "replay"]


class Replica:
    """The value that a client of the compact form has.

    Attributes:
        value: The JSON value so far. It is changed by what is fed.
        open_path: Where the text is being written; `None` if nowhere.
        rejected: The places that were rejected.
        status: `streaming`, `complete` or `error`.
        error: The `type`, `message` and `path` of what ended the run.
        seq: The number of the last frame.
    """

    def __init__(self) -> None:
        self.value: Any = None
        self.open_path: Path | None = None
        self.rejected: tuple[Path, ...] = ()
        self.status = "streaming"
        self.error: dict[str, Any] | None = None
        self.seq = 0
        self._last: Path = ()

    def feed(self, payload: str | Message, id: int | None = None) -> bool:  # noqa: A002  # so it is called in the format
        """Take in a message; say whether it was new.

        Args:
            payload: Its data, or the message itself.
            id: Its number, if it came with one.

        Raises:
            UsageError: It is no message of the compact form, or one of a later version of it.
        """
        if isinstance(payload, Message):
            payload, _, id = payload  # noqa: A001  # as above
        seq = self.seq + 1 if id is None else id
        try:
            said = json.loads(payload)
            # A snapshot counts whatever its number is: another run may be there by now.
            if seq <= self.seq and "s" not in said:
                return False
            self._take(said)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise UsageError(f"not a message of the compact form: {payload[:80]!r}") from error
        self.seq = seq
        return True

    def state(self, path: Iterable[str | int]) -> State:
        """How far the place at a path has come."""
        path = tuple(path)
        if path in self.rejected:
            return State.REJECTED
        if not self.seq or not _has(self.value, path):
            return State.ABSENT
        if not path and self.status == "complete":
            return State.COMPLETE
        if self.open_path is not None and self.open_path[: len(path)] == path:
            return State.STREAMING
        return State.COMPLETE

    def _take(self, said: Any) -> None:
        if isinstance(said, str):
            self._change(Change("append", self._last, said))
            self.open_path = self._last
            return
        if said.get("v", 1) > 1:
            raise UsageError(f"version {said['v']} of the compact form is not known here")
        if "s" in said:
            self.value, self.rejected, self.error, self._last = said["s"], (), None, ()
            self.status = "streaming"
        for path, *rest in said.get("p", ()):
            kind = "append" if len(rest) > 1 else "replace" if rest else "remove"
            self._change(Change(kind, tuple(path), rest[0] if rest else None))  # type: ignore[arg-type]  # one of them
        if "o" in said:
            self.open_path = None if said["o"] is None else tuple(said["o"])
        elif said.get("p"):
            self.open_path = self._last
        if "x" in said:
            self.rejected = tuple(map(tuple, said["x"]))
        if "e" in said:
            self.status, self.error = "error", said["e"]
        elif "d" in said:
            self.status = "complete"

    def _change(self, change: Change) -> None:
        self.value = apply(self.value, change)
        self._last = change.path


def apply(value: Any, change: Change) -> Any:
    """Change a JSON value in place, and return it: the whole may be another one.

    Args:
        value: The value before.
        change: The step. `add` and `replace` may stand for each other.
    """
    kind, path, new = change
    if not path:
        return value + new if kind == "append" else new
    inner = value
    for step in path[:-1]:
        inner = inner[step]
    last: Any = path[-1]
    if kind == "remove":
        del inner[last]
    elif kind == "append":
        inner[last] += new
    elif isinstance(inner, list) and last == len(inner):
        inner.append(_own(new))
    else:
        inner[last] = _own(new)
    return value


def replay(changes: Iterable[Change], value: Any = None) -> Any:
    """The JSON value that changes lead to, from another one; which is changed."""
    for change in changes:
        value = apply(value, Change(change.kind, change.path, _own(change.value)))
    return value


def _own(value: Any) -> Any:
    """A copy that may be changed."""
    if isinstance(value, dict):
        return {key: _own(inner) for key, inner in value.items()}
    return [_own(inner) for inner in value] if isinstance(value, list) else value


def _has(value: Any, path: Path) -> bool:
    step: Any
    for step in path:
        is_key = isinstance(value, dict) and step in value
        is_index = isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value)
        if not (is_key or is_index):
            return False
        value = value[step]
    return True
