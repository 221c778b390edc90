"""Text that grows: the open string, and the buffer that keeps what arrived.

ijson gives a string away only when it closes, and fed the pieces of one long string it copies what it has with each
of them. So an open string is never shown to it: `OpenString` decodes the pieces as they come. It gives out every
character with the delta that brought it and keeps back only what cannot be decoded yet: an escape that is cut in
two, and the first half of a surrogate pair until the second half is there.

Most strings are short, so the newest characters are a plain `str`, the `tail`, which costs one addition a delta and
is there to be shown as it is. When it gets long it moves to an `io.StringIO`, which appends in amortised constant
time and takes one byte a character for ASCII; a list of four-character pieces would take fifteen times the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from io import StringIO
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed lacks it
from typing import Final

__all__ = ["TAIL", "BrokenStringError", "OpenString", "TextBuffer", "after"]

# RFC 8259, section 7. A surrogate stands only in a pair, as in pydantic's parser: a `str` with a lone one cannot be
# encoded, so it would fail later and elsewhere.
_PLAIN = r'[^"\\\x00-\x1f\ud800-\udfff]'
_UNIT = r"\\u(?:[0-9a-cefA-CEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2})"
_HIGH = r"\\u[dD][89abAB][0-9a-fA-F]{2}"
_LOW = r"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_BODY = re.compile(rf'(?:{_PLAIN}++|\\["\\/bfnrt]|{_UNIT}|{_HIGH}{_LOW})*+')

_CHARACTER = re.compile(rf"{_HIGH}{_LOW}|{_UNIT}|\\?.", re.DOTALL)

# What may still become one of the above when more arrives.
_CUT_ESCAPE = re.compile(rf"\\(?:u[0-9a-fA-F]{{0,3}})?|{_HIGH}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?")


class BrokenStringError(Exception):
    """A string that cannot be: `index` into the text at hand, what was `expected` there, the `piece` before it."""

    def __init__(self, index: int, expected: str, piece: str) -> None:
        super().__init__(expected)
        self.index = index
        self.expected = expected
        self.piece = piece


TAIL: Final = 1024
"""How long the tail of a string may be before it moves, in characters."""


class OpenString:
    """A JSON string whose closing quote has not arrived.

    Attributes:
        tail: The newest characters, decoded; whoever knows that text has nothing in it to decode may add to it.
        moved: How many characters there were before those.
    """

    __slots__ = ("_older", "moved", "tail")

    def __init__(self, tail: str = "") -> None:
        self.tail = tail
        self.moved = 0

    @property
    def length(self) -> int:
        """Characters so far, decoded."""
        return self.moved + len(self.tail)

    def decode(self, text: str, start: int) -> tuple[str, int, bool]:
        """Decode from `start` to the closing quote, or as far as is certain.

        Returns:
            What was decoded, where it stopped, and whether the string is closed. If it is not, what is left is at
            most eleven characters that must come again in front of the next text.

        Raises:
            BrokenStringError: A control character, an escape that is none, or a lone surrogate.
        """
        quote = text.find('"', start)
        piece = text[start:quote] if quote >= 0 else text[start:]
        end = start + len(piece)
        if "\\" in piece or not piece.isprintable():  # there is something to decode, or a control character
            end = _BODY.match(text, start).end()  # type: ignore[union-attr]  # matches the empty string too
            piece = scanstring(text[start:end] + '"', 0)[0]
        self.tail += piece
        if len(self.tail) > TAIL:
            self.settle()
        if end == len(text):
            return piece, end, False
        if text[end] == '"':
            return piece, end + 1, True
        if _CUT_ESCAPE.fullmatch(text, end):
            return piece, end, False
        raise BrokenStringError(end, _expected(text, end), piece)

    def settle(self) -> None:
        """Move the tail to the older text."""
        if not self.moved:
            self._older = StringIO(newline="")
        self._older.write(self.tail)
        self.moved += len(self.tail)
        self.tail = ""

    def drop(self, count: int) -> None:
        """Take the newest characters back."""
        kept = len(self.tail) - count
        if kept < 0:
            self.moved += kept
            self._older.seek(self.moved)
            self._older.truncate()
        self.tail = self.tail[: max(0, kept)]

    def text(self, length: int | None = None) -> str:
        """The first `length` characters, or all."""
        # The tail first: another thread may feed meanwhile, and what leaves the tail is in the older text by then.
        tail = self.tail
        if not self.moved:
            return tail if length is None else tail[:length]
        return (self._older.getvalue() + tail)[:length]


def after(text: str, at: int, count: int) -> int:
    """Where in the text of a string so many of its characters end."""
    for _ in range(count):
        at = _CHARACTER.match(text, at).end()  # type: ignore[union-attr]  # they are there
    return at


def _expected(text: str, at: int) -> str:
    """Say what should stand where a string breaks."""
    if text[at] != "\\":
        if 0xD800 <= ord(text[at]) <= 0xDFFF:
            return "a character instead of a lone surrogate"
        return "a closing '\"' before the control character" if text[at] not in "\r\n" else "a closing '\"'"
    if re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}").match(text, at):
        return "a surrogate pair instead of a lone surrogate"
    return "an escape of JSON after '\\'"


class TextBuffer:
    """Text that is appended to often and from which slices are taken now and then, each in time of its own size.

    Attributes:
        write: Appends text. It is another function after each `slice`.
    """

    __slots__ = ("_blocks", "_settled", "_starts", "_tail", "write")

    _BLOCK: Final = 4096

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._starts: list[int] = []
        self._settled = 0  # the length of the blocks
        self._tail = StringIO(newline="")
        self.write = self._tail.write

    def __len__(self) -> int:
        return self._settled + self._tail.tell()

    def slice(self, start: int, end: int | None = None) -> str:
        """The text from `start` to `end`, both in characters."""
        self.settle()
        at = max(bisect_right(self._starts, start) - 1, 0)
        base = self._starts[at] if self._starts else 0
        parts: list[str] = []
        while at < len(self._blocks) and (end is None or self._starts[at] < end):
            parts.append(self._blocks[at])
            at += 1
        if end is None or end > self._settled:
            parts.append(self._tail.getvalue())
        return "".join(parts)[start - base : None if end is None else end - base]

    def truncate(self, size: int) -> None:
        """Forget what stands from `size` on."""
        last = self._tail.getvalue()
        while self._settled > size:
            self._settled = self._starts.pop()
            last = self._blocks.pop()
        self._tail = StringIO(newline="")
        self.write = self._tail.write
        self.write(last[: size - self._settled])
        self.settle()

    def settle(self) -> None:
        """Move the tail to the blocks once it is long enough: to read it takes time of its size."""
        if self._tail.tell() >= self._BLOCK:
            self._starts.append(self._settled)
            self._blocks.append(self._tail.getvalue())
            self._settled += len(self._blocks[-1])
            self._tail = StringIO(newline="")  # a truncated one takes four bytes a character
            self.write = self._tail.write
