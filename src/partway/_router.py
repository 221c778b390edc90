"""Whose a part of a chunk is: branches, one for each value that is read from a source, and who feeds them.

Where a text holds several documents, or an answer several choices or calls, each is a `Branch`, which knows how it
ended and which of its events nobody has taken yet. A `Router` knows what is in a chunk: it feeds the branches that are
open, lays new ones in `opened`, and ends them. Nothing is pulled here, and nobody is waited for.

What ends a source before its time is told to every branch that is open. An error of the data (`PartwayError`) goes to
the loop over the runs only where no branch was open to have it; any other, which the source or a validator raised, goes
there as well.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from partway._answer import NO_ARGUMENTS, Answer, reported
from partway._calls import Calls
from partway._extractor import Extractor
from partway._intake import note_partial
from partway._listeners import Listener, Listeners
from partway.errors import PartwayError, TruncatedJSONError, UsageError
from partway.events import Event
from partway.providers import Channel, Failure

__all__ = ["Branch", "Router"]

T = TypeVar("T")


class Branch(Generic[T]):
    """One of the values that are read from a source: what its run looks at.

    Args:
        extractor: What reads it.
        events: The list that `extractor` tells its events to, from the first one on.
        answer: What the chunks say besides.
        index: Which document, answer or call it is, from 0.
        call: The call of a tool that it is.

    Attributes:
        events: Those that nobody has taken yet; `None` when nobody can any more.
        listeners: Who is told of them besides.
        calls: The hooks of its run, once that was made.
        over: Whether it has ended, with `value` or with `error`.
    """

    __slots__ = (
        "_history",
        "answer",
        "call",
        "calls",
        "error",
        "events",
        "extractor",
        "index",
        "listeners",
        "over",
        "value",
    )

    def __init__(
        self,
        extractor: Extractor[T, Any],
        events: list[Event],
        answer: Answer,
        *,
        index: int = 0,
        call: Channel | None = None,
    ) -> None:
        self.extractor = extractor
        self.answer = answer
        self.index = index
        self.call = call
        self.events: list[Event] | None = events
        self.calls: Calls | None = None
        self.listeners = Listeners(extractor)
        self._history = Listener(events.append)
        self.listeners.add(self._history)
        self.over = False
        self.value: T | None = None
        self.error: Exception | None = None

    def end(self) -> None:
        """All of it has been read: ask for its value."""
        self.over = True
        try:
            if self.call is not None and not self.extractor.text:
                raise self.extractor.fail(TruncatedJSONError, NO_ARGUMENTS)
            self.value = self.extractor.finish()
        except PartwayError as error:
            self.error = error

    def fail(self, error: Exception) -> None:
        """It ends with this error."""
        self.over = True
        self.error = error

    def look(self) -> None:
        """Somebody looks: the events are kept no longer, but for those who listen already."""
        if self.events is not None:
            self.events = None
            self.listeners.drop(self._history)


class Router(ABC, Generic[T]):
    """Knows what is in the chunks of a source, and which branch each part is for.

    Attributes:
        answer: What the chunks say besides; of the first answer, where there are several.
        opened: The branches that have begun and have no run yet.
        error: What the loop over the runs raises in the end.
        over: Whether no more chunks are taken.
    """

    def __init__(self) -> None:
        self.answer = Answer()
        self.opened: deque[Branch[T]] = deque()
        self.error: Exception | None = None
        self.over = False

    @abstractmethod
    def take(self, chunk: Any) -> Iterator[object]:
        """Feed what is in a chunk; pause after each opening and each end, when somebody may wait for no more."""

    @abstractmethod
    def end(self) -> None:
        """The source has ended: end every branch that is open."""

    @abstractmethod
    def branches(self) -> list[Branch[T]]:
        """The branches that are open."""

    def steps(self, chunk: Any) -> Iterator[object]:
        """Take a chunk, step by step; an error of the data ends it all."""
        try:
            yield from self.take(chunk)
        except PartwayError as error:
            self.fail(error)
            self.over = True

    def finish(self) -> None:
        """The source has ended well."""
        try:
            self.end()
        except PartwayError as error:
            self.fail(error)

    def fail(self, error: PartwayError) -> None:
        """The data has ended before its time: that is told by the runs that are open, or by the loop."""
        if not self._tell(error):
            self.error = error

    def report(self, failure: Failure) -> None:
        """The provider reports an error, which ends it all: each branch that is open keeps in it what had arrived."""
        told = self.branches()
        for branch in told:
            branch.fail(reported(failure, branch.extractor))
        if not told:
            raise reported(failure)
        self.over = True

    def break_off(self, error: Exception) -> None:
        """The source, or code that is not ours, has failed: everybody is told, and the error what had arrived."""
        if not isinstance(error, UsageError):
            for branch in self.branches():
                note_partial(error, branch.extractor.partial)
        self._tell(error)
        self.error = error

    def close(self) -> None:
        """Nothing more will come: of what is open, what had come may be all."""
        for branch in self.branches():
            if not branch.over:
                branch.end()

    def _tell(self, error: Exception) -> bool:
        told = self.branches()
        for branch in told:
            branch.fail(error)
        return bool(told)
