r"""JSON objects one behind another, in text that comes in pieces: each is parsed once, as soon as it is whole.

They stand on a line each (NDJSON), or in one array as Gemini's body without `alt=sse`, or one is the whole body:

    {"model":"llama3","message":{"content":"Hi"},"done":false}⏎        [{"candidates":[…]}⏎,⏎{"candidates":[…]}⏎]

An object that begins in a piece is tried at once, since most come whole. If it is not, its end is found by its brackets
and quotes, which needs no second look at any character, and it is parsed only then. Between objects, line ends are not
needed: clients that yield lines take them off.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from json import JSONDecodeError, JSONDecoder
from typing import Any, Final

from partway._extent import Extent
from partway.providers import Failure

__all__ = ["DONE", "TOO_LARGE", "Objects", "broken", "parse", "quote", "too_large"]

TOO_LARGE: Final = "max_event"
"""The code of the `Failure` that says that an event or an object is larger than it may be."""
DONE: Final = "[DONE]"
"""What OpenAI, and those that follow it, send last."""
QUOTED: Final = 200
"""How much of what is wrong is quoted, in characters."""

_BLANKS: Final = re.compile(r"[ \t\r\n\ufeff]*+")
_BLANKS_AND_COMMAS: Final = re.compile(r"[ \t\r\n,]*+")

parse: Final = JSONDecoder().raw_decode


class _Place(Enum):
    START = auto()
    ARRAY = auto()  # in the array that the objects are elements of
    ROW = auto()  # in no array
    BEHIND = auto()  # behind the array


class Objects:
    """Reads one row of objects.

    Args:
        lines: Whether each is on one line, so that a line end in one means that it is broken. Without it there may be
            an array around them.
        max_event: What one object may have, in characters.
    """

    __slots__ = ("_count", "_extent", "_lines", "_max", "_odd", "_pieces", "_place", "_size")

    def __init__(self, *, lines: bool, max_event: int) -> None:
        self._lines = lines
        self._max = max_event
        self._place = _Place.ROW if lines else _Place.START
        self._count = 0
        self._extent: Extent | None = None  # of the object that is open
        self._pieces: list[str] = []  # of its text
        self._size = 0
        self._odd: str | None = None  # the beginning of what is no object

    def read(self, text: str) -> list[Any]:
        """The objects that the next piece completes; a `Failure` is the last, and nothing can be read after it."""
        items: list[Any] = []
        at = 0
        while at < len(text):
            if self._odd is not None:
                at = self._read_odd(items, self._odd, text, at)
            elif self._extent is not None:
                at = self._read_on(items, self._extent, text, at)
            else:
                at = self._begin(items, text, at)
        return items

    def end(self) -> tuple[list[Any], str]:
        """What is wrong at the end, and what the text ended inside of, if anything."""
        if self._extent is not None:
            return [], "a JSON object"
        if self._odd is not None:
            return self._judge(self._odd), ""
        return [], "a JSON array" if self._place is _Place.ARRAY else ""

    def _begin(self, items: list[Any], text: str, at: int) -> int:
        """Go on to the next object, and take it if it is whole."""
        pattern = _BLANKS_AND_COMMAS if self._place is _Place.ARRAY else _BLANKS
        at = pattern.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        if at == len(text):
            return at
        match self._place, text[at]:
            case _Place.START, "[":
                self._place = _Place.ARRAY
                return at + 1
            case _Place.ARRAY, "]":
                self._place = _Place.BEHIND
                return at + 1
            case ((_Place.START | _Place.ROW | _Place.ARRAY), "{"):
                if self._place is _Place.START:
                    self._place = _Place.ROW
            case _:
                self._odd = ""
                return at
        self._count += 1
        try:
            value, end = parse(text, at)
        except (ValueError, RecursionError):
            pass
        else:
            if end - at <= self._max and not (self._lines and "\n" in text[at:end]):
                items.append(value)
                return end
        self._extent = Extent(one_line=self._lines)
        return at

    def _read_on(self, items: list[Any], extent: Extent, text: str, at: int) -> int:
        """Read more of the open object."""
        end = extent.find(text, at)
        stop = len(text) if end < 0 else end
        self._pieces.append(text[at:stop])
        self._size += stop - at
        if self._size > self._max:
            items.append(too_large(self._max))
            return len(text)
        if end < 0:
            return stop
        whole = "".join(self._pieces)
        self._pieces.clear()
        self._size, self._extent = 0, None
        try:
            items.append(parse(whole)[0])
        except (ValueError, RecursionError) as error:
            items.append(broken(f"JSON object {self._count}", whole, error))
            return len(text)
        return stop

    def _read_odd(self, items: list[Any], odd: str, text: str, at: int) -> int:
        """Read on in what is no object, up to the end of its line: `[DONE]`, or something wrong."""
        end = text.find("\n", at)
        stop = min(len(text) if end < 0 else end, at + QUOTED + 1 - len(odd))
        self._odd = odd + text[at:stop]
        if stop != end and len(self._odd) <= QUOTED:
            return stop
        failure = self._judge(self._odd)
        items += failure
        self._odd = None
        return len(text) if failure else stop

    def _judge(self, odd: str) -> list[Any]:
        if odd.strip() == DONE:
            return []
        where = "behind the end of the JSON" if self._place is _Place.BEHIND else "instead of a JSON object"
        return [Failure(f"{where} came {quote(odd.strip())}")]


def quote(text: str) -> str:
    """The beginning of a text, for a message."""
    return text[:QUOTED] + ("…" if len(text) > QUOTED else "")


def broken(what: str, text: str, error: Exception) -> Failure:
    """Say that something is not JSON, and why."""
    why = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
    if isinstance(error, JSONDecodeError):
        why = f"{error.msg} at character {error.pos}"
    return Failure(f"{what} is broken: {why}, in {quote(text)}")


def too_large(limit: int) -> Failure:
    """Say that an event or an object is larger than it may be."""
    return Failure(f"one event has more than max_event={limit:,} characters", TOO_LARGE)
