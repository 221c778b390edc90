r"""What a source yields as `str` or `bytes`, unwrapped: the model's own text, or the chunks that are framed in it.

`_beginning.py` says which forms there are and how they are told apart. What came until then is kept, and given back as
it came if it is plain text. Bytes are UTF-8, cut anywhere.

A client may yield lines, and may have taken their ends off. For JSON that makes no difference: no line end in it means
anything. In server-sent events it does, so they are put back, which takes knowing that they are missing: no piece has
one, and a new field begins where the line before is whole. A body that is merely cut does not look like that, since the
end of a line follows it; only one that is broken may, or a comment that is cut in front of `data: {…}`. Whoever yields
lines may leave out the blank ones, too.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Container, Sequence
from html import unescape
from json import JSONDecodeError
from typing import Any, Final

from partway._beginning import Beginning, Form
from partway._extent import Extent
from partway._objects import DONE, Objects, broken, parse, quote, too_large
from partway.providers import Failure, failure_of
from partway.sse import Event, EventTooLargeError, Parser

__all__ = ["Form", "Unwrapper"]

_PAGE: Final = 4096
"""How much of a page is read to quote it, in characters."""
_TITLE: Final = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
_UNSEEN: Final = re.compile(
    r"<(script|style)\b.*?(?:</\1[^>]*>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*(?:>|\Z)", re.DOTALL | re.IGNORECASE
)
_FIELD: Final = re.compile(r"(?:data|event|id|retry): ?\S")
_JSON_FIELD: Final = re.compile(r"data: ?(?=[{\[])")
_DATA: Final = re.compile(r"data: *\S")
_WHOLE: Final = re.compile(r"data: ?(?:\{.*\}|\[.*\])")
_SHORT: Final = 300  # what a line of a field that holds no JSON has at most, in characters


class Unwrapper:
    """Unwraps one source.

    Args:
        form: In which form it is, if that is known.
        keys: Those that the user's type has at its root, as they may stand in the JSON; `None` if any may be its own.
        array: Whether the type may be an array.
        max_event: What one event or object may have, in characters.

    Attributes:
        form: In which form the source is; `None` as long as it is open, and of a page.
        cut: What the source ended inside of, in words; empty before the end, and if it ended between two things.
    """

    def __init__(self, form: Form | None = None, *, keys: Container[str] | None, array: bool, max_event: int) -> None:
        self.form: Form | None = form
        self.cut = ""
        self._max = max_event
        self._decoder = getincrementaldecoder("utf-8")()
        self._bytes = 0
        self._over = False  # whether something was wrong
        self._beginning = Beginning(keys=keys, array=array, max_event=max_event)
        self._pieces: list[str] = []  # of the text whose form is open
        self._mended: list[str] = []  # the same with its line ends put back
        self._page: str | None = None
        self._lines = _Lines()
        self._parser = Parser(max_event)
        self._events = 0
        self._objects = Objects(lines=form == "ndjson", max_event=max_event)

    def read(self, chunk: str | bytes | bytearray | memoryview) -> list[Any]:
        """What the next chunk completes.

        Each item is a `str`, more of the model's text; or a value that was JSON; or a `Failure`, which is the last:
        whatever follows it is passed over. An empty chunk is a blank line.
        """
        if not isinstance(chunk, str):
            return self._decode(bytes(chunk))
        return self._read(chunk, delta=True)

    def end(self) -> list[Any]:
        """What is left at the end of the source."""
        if self._over:
            return []
        items: list[Any] = []
        if self._page is not None:
            items.append(_failed(self._page))
        elif self.form is None:
            self.form = "text"
            items += filter(None, ["".join(self._pieces)])
        elif self.form == "sse":
            items += self._read_tail()
        elif self.form != "text":
            items, self.cut = self._objects.end()
        if self._decoder.getstate()[0]:
            self.cut = "a UTF-8 character"
        return items

    def _decode(self, chunk: bytes) -> list[Any]:
        try:
            text = self._decoder.decode(chunk)
        except UnicodeDecodeError as error:
            at = self._bytes - (len(error.object) - len(chunk)) + error.start
            text = error.object[: error.start].decode()
            items = self._read(text, delta=False) if text else []
            if not self._over:
                self._over = True
                failure = Failure(f"the source is not UTF-8 at byte {at}: {error.reason}")
                items.append(failure if self._page is None else _failed(self._page))
            return items
        self._bytes += len(chunk)
        return self._read(text, delta=False) if text or not chunk else []

    def _read(self, text: str, *, delta: bool) -> list[Any]:
        if self._over:
            return []
        if self.form == "text":
            return [text] if text else []
        if self.form == "sse":
            items = self._read_events(text if self._lines.whole else self._lines.mend(text))
        elif self.form is not None:
            items = self._objects.read(text)
        elif self._page is not None:
            items = self._read_page(text)
        else:
            items = self._read_beginning(text, delta=delta)
        if items and type(items[-1]) is Failure:
            self._over = True
        return items

    def _read_beginning(self, text: str, *, delta: bool) -> list[Any]:
        """Tell the form if that is possible, and then read what was kept."""
        mended = self._lines.mend(text)
        self._pieces.append(text)
        self._mended.append(mended)
        told = self._beginning.tell(mended, delta=delta)
        if told is None:
            return []
        kept = "".join(self._mended if told == "sse" else self._pieces)
        self._pieces, self._mended = [], []
        if told == "page":
            self._page = ""
            return self._read_page(kept)
        self.form = told
        if told == "sse":
            return self._read_events(kept)
        if told == "text":
            return [kept]
        self._objects = Objects(lines=told == "ndjson", max_event=self._max)
        return self._objects.read(kept)

    def _read_page(self, text: str) -> list[Any]:
        self._page = ((self._page or "") + text)[:_PAGE]
        return [] if len(self._page) < _PAGE else [_failed(self._page)]

    def _read_events(self, text: str) -> list[Any]:
        items: list[Any] = []
        try:
            events = self._parser.feed(text)
        except EventTooLargeError as error:
            if self._unwrap(items, error.events):
                items.append(too_large(self._max))
            return items
        self._unwrap(items, events)
        return items

    def _unwrap(self, items: list[Any], events: Sequence[Event]) -> bool:
        """Take the values that events hold, up to one that is broken; say whether none is."""
        for data, type_, _, _ in events:
            self._events += 1
            try:
                value, end = parse(data)
            except (ValueError, RecursionError):
                value, end = None, -1
            if end == len(data) and type_ != "error":
                items.append(value)
            elif not self._take_odd(items, data, type_):
                return False
        return True

    def _take_odd(self, items: list[Any], data: str, type_: str) -> bool:
        """Take an event that is an error, is no chunk, or is broken; say whether it is not broken."""
        data = data.strip()
        if not data or data == DONE:
            return True
        try:
            value, end = parse(data)
            if end < len(data):
                raise JSONDecodeError("Extra data", data, end)
        except (ValueError, RecursionError) as error:
            if type_ != "error":
                items.append(broken(f"event {self._events}", data, error))
                return False
            value = data
        if type_ == "error" and not (isinstance(value, dict) and failure_of(value) is not None):
            value = {"type": "error", "error": value}
        items.append(value)
        return True

    def _read_tail(self) -> list[Any]:
        """Take the event that no blank line ends, unless it is cut off."""
        items: list[Any] = []
        events = self._parser.finish()
        if events and events[0].data[:1] in ("{", "[") and Extent().find(events[0].data) < 0:
            self.cut = "an event"
        else:
            self._unwrap(items, events)
        return items


class _Lines:
    """Puts back the line ends that a client has taken off, and blank lines that were left out.

    Attributes:
        whole: Whether the text is known to have its line ends, so that nothing needs to be put back.
    """

    __slots__ = ("_bare", "_blank", "_extent", "_line", "_open", "_several", "whole")

    def __init__(self) -> None:
        self.whole = False
        self._bare = False  # whether it is known to have none
        self._line = ""  # the beginning of the first line
        self._extent: Extent | None = None  # of the JSON in it
        self._open = False  # whether that JSON goes on
        self._blank = False  # whether an empty chunk came behind it, which is a blank line or nothing
        self._several = False  # whether the event that is open has a line of data that others may follow

    def mend(self, text: str) -> str:
        """The text of a chunk, with the line end that was in front of it, and its own."""
        if self.whole or "\n" in text or "\r" in text:
            self.whole = True
            return text
        if self._bare:
            return self._ended(text)
        if self._begins_line(text):
            self._bare = True
            self._several = self._open
            blank = self._blank if self._extent is None else not self._open
            return ("\n\n" if blank else "\n") + self._ended(text)
        if self._extent is None:
            self._blank = not text
            self._begin(text)
        elif self._open:
            self._open = self._extent.find(text) < 0
        return text

    def _ended(self, line: str) -> str:
        """A line with its end. An event whose data is whole is ended, too: many leave out blank lines."""
        if not self._several and _is_whole(line):
            return line + "\n\n"
        if not line:
            self._several = False
        elif _DATA.match(line) is not None:
            self._several = True
        return line + "\n"

    def _begins_line(self, text: str) -> bool:
        """Whether a chunk begins another line than the first, which it could not do if that only went on."""
        field = _FIELD.match(text) is not None
        if self._extent is not None:
            return (field and not self._extent.quoted) if self._open else (field or text[:1] in ("", ":"))
        if self._line[:1] == ":":  # a comment, in which anything may stand
            return field and (self._blank or _is_whole(text))
        return field and len(self._line) < _SHORT and _FIELD.match(self._line) is not None

    def _begin(self, text: str) -> None:
        """Read what may be the first line, as far as it is needed to tell what it is."""
        if len(self._line) < _SHORT:
            line = (self._line + text).lstrip("\ufeff")
            self._line = line[:_SHORT]
            if (field := _JSON_FIELD.match(line)) is not None:
                self._extent = Extent()
                self._open = self._extent.find(line, field.end()) < 0


def _is_whole(line: str) -> bool:
    """Whether a line is one of data whose JSON goes on in no other."""
    if _WHOLE.fullmatch(line) is None:
        return False
    # braces that are no pairs stand in strings, or the end is missing
    return line.count("{") == line.count("}") or Extent().find(line, len("data:")) >= 0


def _failed(page: str) -> Failure:
    """Say that a page came, by its title or else what of it is seen."""
    title = _TITLE.search(page)
    seen = title[1] if title is not None and title[1].strip() else _UNSEEN.sub(" ", page)
    return Failure(f"an HTML page came instead of a stream: {quote(' '.join(unescape(seen).split()))}")
