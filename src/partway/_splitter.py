"""Several documents in one text: each is read by an extractor of its own, which stops where its document ends.

What `Extractor` does when a candidate has failed, to go on searching, a `Document` does only if that was none: a
brace in prose. A candidate is a document for sure once something inside it has arrived, or once it is complete; then it
is never given up for another, and whatever is behind its end is handed back. One `Fence` goes from document to
document, so a fenced block that holds several stays open, a thought stays a thought, and what is left of a broken
document is skipped by the same rules (`Fence.skip`).

Whether a candidate that fails was a document must not depend on how the text was cut. While it is read, that is asked
of the builder; when it fails, of its text as well: a key or a value that came and is not shown leaves nothing in the
builder, but a cut behind it would have shown that it had begun.

What is fed in one go grows with the document, from `FIRST` characters: of a text that holds many, what is read
in vain behind the end of one is never more than it had itself, or `FIRST`. So a text is linear in its size however many
documents are in it, and however it is cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, Generic, TypeVar

from partway._core import AMPLE, QUOTED, Mode
from partway._extractor import Extractor
from partway._fence import Fence
from partway._lexemes import SLICE
from partway._limits import Limits
from partway.errors import PartwayError
from partway.events import Event, State

__all__ = ["Document", "Splitter"]

T = TypeVar("T")

FIRST: Final = 128
"""The most that is fed of a text to a document that has not begun, in characters."""

_INSIDE: Final = re.compile(r'[{\[][ \t\r\n]*+(?:"(?:[^"\\]++|\\.)*+"|[^" \t\r\n])', re.DOTALL)
"""Text in which something inside an object or array has come: a key, a whole string, anything that is no string."""


class Document(Extractor[T]):
    """Extracts the next document of a text, and no other.

    Attributes:
        events: What can be told of it so far, from its beginning.
        rest: What was fed and stands behind its end, once that has come.
    """

    __slots__ = ("_most_chars", "_number", "_open", "_was_reading", "events", "rest")

    def __init__(self, type_: Any, number: int, fence: Fence | None, limits: Limits, **options: Any) -> None:
        self.events: list[Event] = []
        self.rest: str | None = None
        self._open = False
        self._was_reading = False
        self._number = number
        self._most_chars = limits.max_chars
        super().__init__(type_, on_event=self.events.append, limits=limits, **options)
        if fence is not None:
            self._fence = fence

    @property
    def fence(self) -> Fence:
        """Where the text is, for the next document to go on with."""
        return self._fence

    @property
    def candidate(self) -> int:
        """Which document of the text it is, counted from 1."""
        return self._number

    @property
    def room(self) -> int:
        """How much text is to be fed to it in one go, at most."""
        room = min(SLICE, max(FIRST, self._most_chars - self._left))
        if self._left > AMPLE:
            return room
        self._catch_up()
        return min(room, max(1, self._left))

    @property
    def begun(self) -> bool:
        """Whether it is a document for sure."""
        if not self._open:
            builder, string = self._builder, self._reader.value
            self._open = builder.done or builder.filled or (string is not None and string.length > 0)
        return self._open

    @property
    def reading(self) -> bool:
        """Whether the text is in the middle of what may be a document, or was when that was ended by an error."""
        return self._was_reading or self._mode is Mode.READING

    def _begin(self) -> None:
        super()._begin()
        self.events.clear()  # what was told of a candidate that was none, and `Restarted`

    def _look_at_slice(self, piece: str) -> str:
        if self.rest is not None:
            self.rest += piece
            return ""
        return super()._look_at_slice(piece)

    def _ended(self) -> str:
        behind = super()._ended()
        if self._mode is Mode.READING:
            return behind
        if self._flaw is not None:
            builder, text, offset = self._builder, self._reader.text, self._flaw.offset
            if not builder.filled:
                if not (self.begun or _INSIDE.match(text.slice(0, offset))):
                    return behind
                self._open = True
                self._fence.skip(builder.depth, text.slice(max(0, offset - QUOTED), offset))
                behind = text.slice(offset)
            self._end = offset  # what follows is for the next one, and how much of it is here is up to the cuts
        self.rest = behind
        return ""

    def _over(self, error: PartwayError) -> PartwayError:
        self._was_reading = self._mode is Mode.READING
        return super()._over(error)


class Splitter(Generic[T]):
    """Divides a text into its documents, as it comes.

    To whoever feeds it, it looks like an extractor. What it was fed waits until it is `read`, document by document: a
    piece of text may hold very many, and nobody may ask for the next.

    Args:
        type_: A model, or any type that `pydantic.TypeAdapter` takes.
        limits: How much is read of one document at most, the text in front of it included.
        options: Further options of `Extractor`.
    """

    def __init__(self, type_: Any, *, limits: Limits | None = None, **options: Any) -> None:
        self._type = type_
        self._limits = limits or Limits()
        self._options = options
        self._waiting: list[str] = []
        self.document: Document[T] = Document(type_, 1, None, self._limits, **options)

    def feed(self, text: str) -> bool:
        """Take in a piece of the text, cut anywhere, to be read later."""
        if text:
            self._waiting.append(text)
        return False

    def read(self) -> Iterator[Document[T]]:
        """Read what was fed; give each document when it has begun for sure, and again when its `rest` is there.

        Raises:
            LimitError: One of the limits was passed.
        """
        waiting = [(text, 0) for text in reversed(self._waiting)]
        self._waiting.clear()
        while waiting:
            text, at = waiting.pop()
            document = self.document
            piece = text[at : at + document.room]
            at += len(piece)
            known = document.begun
            document.feed(piece)
            rest = document.rest
            if rest is not None and len(rest) <= len(piece):  # it is the end of the piece
                at -= len(rest)
                rest = None
            if at < len(text):
                waiting.append((text, at))
            if rest:
                waiting.append((rest, 0))
            if not known and document.begun:
                yield document
            if document.rest is not None:
                number, fence = document.candidate + 1, document.fence
                self.document = Document(self._type, number, fence, self._limits, **self._options)
                yield document

    def restart(self, reason: str) -> bool:
        """The text begins anew: what is open is given up; documents that were complete stay."""
        self._waiting.clear()
        return self.document.restart(reason)

    @property
    def root_keys(self) -> frozenset[str] | None:
        """The keys that a document may have at its root; `None` if they may be any."""
        return self.document.root_keys

    @property
    def starts(self) -> str:
        """The brackets with which a document may begin."""
        return self.document.starts

    @property
    def prose(self) -> str:
        """The text around the last document."""
        return self.document.prose

    def fail(self, kind: type[PartwayError], message: str) -> PartwayError:
        """End it; make an error of this kind that keeps what had arrived of the last document."""
        return self.document.fail(kind, message)

    def state(self) -> State:
        """Whether everything is complete that has begun."""
        return State.STREAMING if self.document.reading else State.COMPLETE

    def finish(self) -> None:
        """Say that the text has ended: each document is finished by whoever it was given to."""
