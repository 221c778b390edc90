"""Text that grows: the open string, and the buffer that keeps what arrived.

ijson gives a string away only when it closes, and fed the pieces of one long string it copies what it has with each
of them. So an open string is never shown to it: `OpenString` decodes the pieces as they come. It gives out every
character with the delta that brought it and keeps back only what cannot be decoded yet: an escape that is cut in
two, and the first half of a surrogate pair until the second half is there.

Growing text is written to an `io.StringIO`, which appends in amortised constant time and takes one byte a character
for ASCII; a list of four-character pieces would take fifteen times the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from io import StringIO
from json.decoder import scanstring
from typing import NamedTuple

__all__ = ["BrokenStringError", "OpenString", "TextBuffer"]

# RFC 8259, section 7. A surrogate stands only in a pair, as in pydantic's parser: a `str` with a lone one cannot be
# encoded, so it would fail later and elsewhere.
_PLAIN = r'[^"\\\x00-\x1f\ud800-\udfff]'
_UNIT = r"\\u(?:[0-9a-cefA-CEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2})"
_HIGH = r"\\u[dD][89abAB][0-9a-fA-F]{2}"
_LOW = r"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_BODY = re.compile(rf'(?:{_PLAIN}++|\\["\\/bfnrt]|{_UNIT}|{_HIGH}{_LOW})*+')

# What may still become one of the above when more arrives.
_CUT_ESCAPE = re.compile(rf"\\(?:u[0-9a-fA-F]{{0,3}})?|{_HIGH}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?")


class BrokenStringError(Exception):
    """A string that cannot be: `index` into the text at hand, and what was `expected` there."""

    def __init__(self, index: int, expected: str) -> None:
        super().__init__(expected)
        self.index = index
        self.expected = expected


class Piece(NamedTuple):
    """What one piece of JSON text gave to an open string."""

    text: str
    """The characters that became certain, decoded."""
    end: int
    """Index behind the closing quote, or behind what was decoded if the string is still open."""
    closed: bool


class OpenString:
    """A JSON string whose closing quote has not arrived.

    Attributes:
        write: Appends decoded text that is known to have no quote, escape or control character in it.
        length: Characters so far, decoded.
    """

    __slots__ = ("_buffer", "length", "write")

    def __init__(self) -> None:
        self._buffer = StringIO(newline="")
        self.write = self._buffer.write
        self.length = 0

    def decode(self, text: str, start: int) -> Piece:
        """Decode from `start` to the closing quote, or as far as is certain; append it.

        What is left from `Piece.end` on, if the string is still open, is at most eleven characters that must come
        again in front of the next text.

        Raises:
            BrokenStringError: A control character, an escape that is none, or a lone surrogate.
        """
        end = _BODY.match(text, start).end()  # type: ignore[union-attr]  # matches the empty string too
        raw = text[start:end]
        piece = scanstring(raw + '"', 0)[0] if "\\" in raw else raw
        self.write(piece)
        self.length += len(piece)
        if end == len(text):
            return Piece(piece, end, closed=False)
        if text[end] == '"':
            return Piece(piece, end + 1, closed=True)
        if _CUT_ESCAPE.fullmatch(text, end):
            return Piece(piece, end, closed=False)
        raise BrokenStringError(end, _expected(text, end))

    def text(self, length: int | None = None) -> str:
        """The first `length` characters, or all."""
        return self._buffer.getvalue()[:length]


def _expected(text: str, at: int) -> str:
    """Say what should stand where a string breaks."""
    if text[at] != "\\":
        if "\ud800" <= text[at] <= "\udfff":
            return "a character instead of a lone surrogate"
        return 'a closing \'"\' before the control character' if text[at] not in "\r\n" else "a closing '\"'"
    if re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}").match(text, at):
        return "a surrogate pair instead of a lone surrogate"
    return "an escape of JSON after '\\'"


class TextBuffer:
    """Text that is appended to often and from which slices are taken now and then, each in time of its own size."""

    __slots__ = ("_blocks", "_starts", "_tail", "length", "write")

    _BLOCK = 4096

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._starts: list[int] = []
        self._tail = StringIO(newline="")
        self.write = self._tail.write
        self.length = 0  # of the blocks; the tail knows its own

    def settle(self) -> int:
        """Move the tail into a block once it is long enough; return the length so far."""
        size = self._tail.tell()
        if size >= self._BLOCK:
            self._starts.append(self.length)
            self._blocks.append(self._tail.getvalue())
            self.length += size
            self._tail = StringIO(newline="")
            self.write = self._tail.write
            size = 0
        return self.length + size

    def slice(self, start: int, end: int | None = None) -> str:
        """The text from `start` to `end`, both in characters."""
        at = max(bisect_right(self._starts, start) - 1, 0)
        base = self._starts[at] if self._starts else 0
        parts: list[str] = []
        while at < len(self._blocks) and (end is None or self._starts[at] < end):
            parts.append(self._blocks[at])
            at += 1
        if at == len(self._blocks) and (end is None or end > self.length):
            parts.append(self._tail.getvalue())
        return "".join(parts)[start - base : None if end is None else end - base]
