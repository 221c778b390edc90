"""Where a JSON object ends, in text that comes in pieces."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["Extent"]

_KEPT: Final = 200
"""How much of a key is kept, in characters."""

_MARK: Final = re.compile(r'["{}\[\]:]')
_MARK_OR_LINE_END: Final = re.compile(r'["{}\[\]:\n]')
_BODY: Final = re.compile(r'[^"\\\n]*+(?:\\.[^"\\\n]*+)*+')  # of a string, which holds no raw line end


class Extent:
    """Finds where an object ends by its brackets, in text that comes in pieces; it is not checked in any other way.

    Args:
        one_line: Whether a line end in it ends it, too: then it is broken.

    Attributes:
        keys: Those of the object itself, as they are written, in order.
        quoted: Whether the text so far ends inside a string.
    """

    __slots__ = ("_depth", "_escaped", "_mark", "_name", "keys", "quoted")

    def __init__(self, *, one_line: bool = False) -> None:
        self._mark = _MARK_OR_LINE_END if one_line else _MARK
        self._depth = 0
        self._name = ""  # the last string right inside the object, and its quote: a key if a colon follows
        self._escaped = False  # whether the text so far ends in a backslash that escapes what follows
        self.quoted = False
        self.keys: list[str] = []

    def find(self, text: str, at: int = 0) -> int:
        """The index in the next piece behind the end of the object, or of what broke it; -1 if it goes on."""
        size = len(text)
        while at < size:
            if self.quoted:
                end = at if self._escaped else _BODY.match(text, at).end()  # type: ignore[union-attr]  # it matches ""
                if end < size and text[end] == "\n":
                    return end
                stop = min(end + 1, size)
                if self._depth == 1 and len(self._name) < _KEPT:
                    self._name += text[at : min(stop, at + _KEPT)]
                if end < size:
                    self.quoted = self._escaped or text[end] == "\\"
                    self._escaped = not self._escaped and self.quoted
                at = stop
                continue
            mark = self._mark.search(text, at)
            if mark is None:
                return -1
            at = mark.end()
            match mark[0]:
                case '"':
                    self.quoted, self._name = True, ""
                case "{" | "[":
                    self._depth += 1
                case "}" | "]":
                    self._depth -= 1
                    if self._depth <= 0:
                        return at
                case ":":
                    if self._depth == 1:
                        self.keys.append(self._name[:-1])
                case _:
                    return at - 1
        return -1
