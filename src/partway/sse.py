r"""Server-sent events, read as they come: text in pieces cut anywhere in, events out. No I/O.

The rules are those of WHATWG HTML, "server-sent events", 9.2.6 (https://html.spec.whatwg.org/#event-stream-interpretation):

    : a comment                        passed over
    event: content_block_delta         the event's type; without one it is "message"
    data: {"type":"ping",              several lines of data are joined with LF
    data: "n":1}
    id: 7                              kept for the events that follow, too; not if it has a NUL in it
    retry: 3000                        milliseconds; digits only
                                       a blank line: the event is complete, and dispatched if it had data

A BOM in front is passed over, lines end in CR, LF or CRLF, and one space behind a colon is no part of the value.

One rule is not followed: the standard throws away an event that no blank line ends. Recorded responses of providers end
like that, so `finish` dispatches it. (The clients that were measured lose that event, and the first one behind a BOM.)

A provider sends one event in a piece, as a rule, so that shape has a pattern to itself; whatever it does not match is
read line by line. What is left of a line waits in a list until its end is there: no character is looked at again with
each piece that follows.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

__all__ = ["Event", "EventTooLargeError", "Parser"]

# A whole event as providers send it, its lines ending in LF: maybe its type, one line of data, a blank line.
_EVENT: Final = re.compile(r"(?:event: ?(.*+)\n)?data: ?(.*+)\n\n")
_DIGITS: Final = re.compile(r"[0-9]{1,18}")
_BOM: Final = "\ufeff"


class Event(NamedTuple):
    """What one block of lines says."""

    data: str
    event: str = "message"
    id: str = ""
    """The last one that was sent, with this event or before it."""
    retry: int | None = None
    """How long to wait before connecting again, in milliseconds, if this event says so."""


class EventTooLargeError(ValueError):
    """An event is larger than a `Parser` may take in.

    Attributes:
        limit: What it may have, in characters.
        events: Those that were complete before it, in the piece of text that went too far.
    """

    def __init__(self, limit: int, events: list[Event]) -> None:
        super().__init__(f"an event has more than {limit:,} characters")
        self.limit = limit
        self.events = events


class Parser:
    """Reads one stream of events.

    Args:
        max_event: What one event may have, in characters: its data and the line that is being read.
    """

    __slots__ = ("_after_cr", "_begun", "_data", "_events", "_id", "_left", "_line", "_max", "_retry", "_size", "_type")

    def __init__(self, max_event: int = 16 * 1024 * 1024) -> None:
        self._max = max_event
        self._begun = False  # whether a BOM can no longer come
        self._after_cr = False  # whether an LF at the start of a piece is the second half of a line end
        self._line: list[str] = []  # the line that has no end yet, in pieces
        self._left = max_event  # what that line may still have
        self._events: list[Event] = []
        self._data: list[str] = []  # the lines of the event so far
        self._size = 0  # of the data, with the LFs between
        self._type = ""
        self._id = ""
        self._retry: int | None = None

    def feed(self, text: str) -> list[Event]:
        """Take in the next piece; give the events that it completes.

        Raises:
            EventTooLargeError: An event is larger than it may be. Nothing can be fed after that.
        """
        if not self._begun or self._after_cr:
            text = self._seam(text)
        if "\r" in text:
            self._after_cr = text[-1] == "\r"
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if self._line:
            if "\n" not in text:
                self._events = []
                self._keep(text)
                return self._events
            self._line.append(text)
            text = "".join(self._line)
            self._line.clear()
        events: list[Event] = []
        at, size = 0, len(text)
        if not self._data and not self._type and self._retry is None:
            while at < size and (whole := _EVENT.match(text, at)) is not None and whole.end() - at <= self._max:
                type_, data = whole.groups()
                events.append(Event(data, type_ or "message", self._id))
                at = whole.end()
        if at < size:
            self._events = events
            *lines, rest = text[at:].split("\n")
            for line in lines:
                self._read(line)
            self._left = self._max - self._size
            self._keep(rest)
        return events

    def finish(self) -> list[Event]:
        """The stream has ended: give the event that it ended in, if it had data."""
        self._events = []
        if self._line:
            line = "".join(self._line)
            self._line.clear()
            self._read(line)
        self._read("")
        return self._events

    def _seam(self, text: str) -> str:
        """Take off what belongs to the start of the stream, or to a line end that was cut in two."""
        if not text:
            return text
        if self._after_cr:
            self._after_cr = False
            return text[1:] if text[0] == "\n" else text
        self._begun = True
        return text[1:] if text[0] == _BOM else text

    def _keep(self, piece: str) -> None:
        """Keep a piece of a line whose end has not come."""
        self._left -= len(piece)
        if self._left < 0:
            raise EventTooLargeError(self._max, self._events)
        if piece:
            self._line.append(piece)

    def _read(self, line: str) -> None:
        """Take in a whole line, without its end."""
        if not line:
            self._dispatch()
            return
        if self._size + len(line) > self._max:
            raise EventTooLargeError(self._max, self._events)
        name, _, value = line.partition(":")
        if value[:1] == " ":
            value = value[1:]
        match name:
            case "data":
                self._data.append(value)
                self._size += len(value) + 1
            case "event":
                self._type = value
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if _DIGITS.fullmatch(value):
                self._retry = int(value)
            case _:  # a comment, or a field that is not known
                pass

    def _dispatch(self) -> None:
        if self._data:
            self._events.append(Event("\n".join(self._data), self._type or "message", self._id, self._retry))
            self._data.clear()
            self._size = 0
        self._type = ""
        self._retry = None
