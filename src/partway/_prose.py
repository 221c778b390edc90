"""The text around the JSON: what the model says before and behind it, without the fence, and its thoughts apart.

What is searched for JSON is written here as it comes, but not the JSON that it begins: of a text in which much might be
JSON, the same characters are searched many times. It is divided when somebody asks: a line that opens a fence right
before the JSON, or at the end of what has come, and the run that closes it, are not told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from partway._strings import TextBuffer

__all__ = ["Prose"]

_OPENS: Final = re.compile(r"(?:(?<=[\r\n])|\A)[ \t]*+[`~]+[^\r\n]*(?:\r?\n[ \t\r\n]*)?\Z")
_CLOSES: Final = re.compile(r"[ \t\r\n]*+(?:`{3,}+|~{3,}+|[`~]{0,2}\Z)[ \t]*+")

_UNDIVIDED: Final[tuple[tuple[int, int, int, bool], tuple[str, str]]] = (0, 0, 0, False), ("", "")


@lru_cache(maxsize=16)
def _thoughts(names: tuple[str, ...]) -> re.Pattern[str]:
    """A thought in its tags, maybe open still; or, at the very end, what may become its tag."""
    any_name = "|".join(map(re.escape, names))
    return re.compile(rf"<({any_name})(?:[ \t][^>]*)?>(.*?)(?:</\1[ \t\r\n]*>|\Z)", re.DOTALL | re.IGNORECASE)


class Prose:
    """Collects the text that was searched.

    Args:
        thinking: The names of the tags around thoughts.
    """

    __slots__ = ("_divided", "_json", "_names", "_text")

    def __init__(self, thinking: Sequence[str]) -> None:
        self._names = tuple(thinking)
        self._text = TextBuffer()
        self._json: list[tuple[int, bool]] = []  # where JSON was; whether it is in a fence
        self._divided = _UNDIVIDED

    def write(self, text: str) -> None:
        """Take in what was searched."""
        self._text.write(text)

    def json(self, text: str, size: int, *, fenced: bool) -> None:
        """Take in the same up to the JSON: the last `size` characters of all that was searched are its beginning."""
        if (before := len(text) - size) >= 0:
            self._text.write(text[:before])
            self._text.settle()  # many small pieces take much more than their text
        else:
            self._text.truncate(len(self._text) + before)
        self._json.append((len(self._text), fenced))

    def no_json(self) -> None:
        """What was said to be the beginning of JSON last was none, and is searched again."""
        self._json.pop()
        self._divided = _UNDIVIDED

    def divide(self, *, kept: int, opening: bool) -> tuple[str, str]:
        """The prose, and the thoughts that stood in it.

        Args:
            kept: How many characters at its end may yet be none.
            opening: Whether it ends with a fence that opens, maybe half of it.
        """
        size = len(self._text)
        state = size, kept, len(self._json), opening
        if self._divided[0] != state:
            self._divided = state, self._divide(size - kept, opening)
        return self._divided[1]

    def _divide(self, end: int, opening: bool) -> tuple[str, str]:
        text = self._text.slice(0)
        parts: list[str] = []
        start, closes = 0, False
        for mark, fenced in (*self._json, (end, opening)):
            part = text[start:mark]
            if closes and (closing := _CLOSES.match(part)):
                part = part[closing.end() :]
            parts.append(_OPENS.sub("", part) if fenced else part)
            start, closes = mark, fenced
        prose = "".join(parts)
        if not self._names or "<" not in prose:
            return prose, ""
        pattern = _thoughts(self._names)
        return pattern.sub("", prose), "".join(found[2] for found in pattern.finditer(prose))
