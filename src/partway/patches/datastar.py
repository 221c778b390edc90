"""Datastar: the value as a signal, patched.

`datastar-patch-signals` takes a JSON Merge Patch (RFC 7386): objects are merged, everything else is replaced, `null`
removes. So a list is sent whole when anything in it changes, a string when it grows, and a `null` of the value is not
there. Beside the signal itself two others tell its status and its error. The events are specified at
https://data-star.dev/reference/sse_events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, Final, TypeAlias

from partway.patches._encoder import EVENT_STREAM, Message
from partway.patches._frame import Frame
from partway.patches._json import dumps
from partway.patches.json_patch import operations

__all__ = ["Datastar"]

Keys: TypeAlias = tuple[Any, ...]

_EVENT: Final = "datastar-patch-signals"


class Datastar:
    """Writes patches of a signal.

    Args:
        signal: The name of the signal. That of its status (`streaming`, `complete`, `error`) ends in `Status`, that of
            the message of an error in `Error`.
    """

    media_type: str = EVENT_STREAM
    headers: Mapping[str, str] = {}
    sse: bool = True

    def __init__(self, *, signal: str = "answer") -> None:
        self._signal = signal
        self._status = ""

    def encode(self, frame: Frame) -> Sequence[Message]:
        """The messages for a frame, which follows the one before."""
        patches: list[dict[str, Any]] = []
        if not self._status or frame.snapshot:
            patches += [{self._signal: None}, {self._signal: frame.whole()}]
        else:
            patches += self._patches(frame)
        if frame.status != self._status:
            self._status = frame.status
            about: dict[str, Any] = {f"{self._signal}Status": frame.status}
            if frame.error is not None:
                about[f"{self._signal}Error"] = frame.error["message"]
            patches.append(about)
        last = len(patches)
        return [
            Message(f"signals {dumps(patch)}", _EVENT, frame.seq if n == last else None)
            for n, patch in enumerate(patches, 1)
        ]

    def _patches(self, frame: Frame) -> list[dict[str, Any]]:
        """The merge patches of a frame, made once for all connections."""
        key = ("datastar", self._signal)
        if key not in frame.encoded:
            frame.encoded[key] = list(_merge_patches(self._signal, frame))
        patches: list[dict[str, Any]] = frame.encoded[key]
        return patches


def _merge_patches(signal: str, frame: Frame) -> Iterator[dict[str, Any]]:
    """The merge patches that a frame comes to, to be applied one after the other."""
    whole = {signal: frame.whole()}
    patch: dict[str, Any] = {}
    arrays: set[Keys] = set()
    for op, path, new in operations(frame):
        value = new
        keys = (signal, *takewhile(lambda step: isinstance(step, str), path))
        if len(keys) <= len(path):  # it is in an array, which is sent as it is in the end
            value = _at(whole, keys)
            if keys in arrays or not isinstance(value, list):
                continue
            arrays.add(keys)
        elif op == "replace" and isinstance(value, dict):  # the keys that the old one had would stay
            _put(patch, keys, None)
            yield patch
            patch = {}
        if not _put(patch, keys, value):
            yield patch
            patch = {}
            _put(patch, keys, value)
    if patch:
        yield patch


def _put(patch: dict[str, Any], keys: Keys, value: Any) -> bool:
    """Put a value into a patch, unless something is there that does not go with it."""
    inner: Any = patch
    for key in keys[:-1]:
        known = inner.get(key, {})
        if not isinstance(known, dict):
            return False
        inner[key] = inner = dict(known)  # a copy: it may be the value of a frame
    if keys[-1] in inner and inner[keys[-1]] != {}:
        return False
    inner[keys[-1]] = value
    return True


def _at(value: Any, keys: Keys) -> Any:
    """What stands at these keys; `None` if nothing does."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
