"""What one reader of a run waits for: partials, events, items, the pieces of a string, a value.

Feeds pull nothing. A run tells them what happens, asks them what is `ready` when a chunk has been taken in, and pulls
until they are `over`; so one loop serves them all, sync or async, alone or side by side.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeVar

from partway._extractor import Extractor
from partway._listeners import Listener
from partway._paths import BOTH, OTHERS, Pattern
from partway.errors import UsageError
from partway.events import Appended, Completed, Event, Path, Rejected, Restarted, State

__all__ = ["ChunkFeed", "EventFeed", "Feed", "ItemFeed", "PartialFeed", "TextFeed", "ValueFeed"]

V = TypeVar("V")


class Feed(ABC, Generic[V]):
    """What a reader waits for.

    Attributes:
        over: Whether it has come to its end before the run has.
        closes: Whether a reader that leaves it on the way leaves the run.
    """

    closes: bool = True
    over: bool = False

    @property
    def listener(self) -> Listener | None:
        """Who is to be told of events for it, if anybody."""
        return None

    @property
    def within(self) -> float | None:
        """How many seconds may pass at most before it is to be asked again, though nothing has come."""
        return None

    @abstractmethod
    def ready(self) -> Iterator[V]:
        """Give what is there to be read."""

    def rest(self) -> Iterator[V]:
        """The same, when no more will come."""
        return self.ready()


class PartialFeed(Feed[V]):
    """Partials: the newest one, if it has not been shown, and its time has come.

    Args:
        extractor: Has the newest.
        every: How many seconds are to pass between two; `None` shows each.
    """

    def __init__(self, extractor: Extractor[Any, V], every: float | None) -> None:
        self._extractor = extractor
        self._every = every
        self._last: V | None = None
        self._shown = -math.inf

    def again(self) -> PartialFeed[V]:
        """Another reader goes on where this one is."""
        other = PartialFeed(self._extractor, self._every)
        other._last, other._shown = self._last, self._shown
        return other

    @property
    def within(self) -> float | None:
        """How many seconds it is until a partial that was held back is due."""
        if self._every is None or self._extractor.partial is self._last:
            return None
        return max(0.0, self._every - (time.monotonic() - self._shown))

    def ready(self) -> Iterator[V]:
        while self._every is None or time.monotonic() - self._shown >= self._every:
            newest = self._extractor.partial
            if newest is None or newest is self._last:
                return
            yield self._show(newest)  # and there may be another by now

    def rest(self) -> Iterator[V]:
        newest = self._extractor.partial
        if newest is not None and newest is not self._last:
            yield self._show(newest)

    def _show(self, newest: V) -> V:
        if self._every is not None:
            self._shown = time.monotonic()
        self._last = newest
        return newest


class ChunkFeed(Feed[None]):
    """A turn for each chunk, whether it has changed anything or not, and one before the first."""

    def ready(self) -> Iterator[None]:
        yield

    def rest(self) -> Iterator[None]:
        return iter(())


class _HeardFeed(Feed[V]):
    """What is made of events."""

    def __init__(self, patterns: Sequence[Pattern] | None, tells: int) -> None:
        self._heard: deque[V] = deque()
        self._listener = Listener(self.hear, patterns, tells)

    @property
    def listener(self) -> Listener:
        """Who is to be told of events for it."""
        return self._listener

    @abstractmethod
    def hear(self, event: Event) -> None:
        """Take in an event."""

    def ready(self) -> Iterator[V]:
        while self._heard:
            yield self._heard.popleft()


class EventFeed(_HeardFeed[Event]):
    """The events themselves, of all places or of those that patterns name."""

    def __init__(self, patterns: Sequence[Pattern] | None) -> None:
        super().__init__(patterns, BOTH)
        if patterns is None:
            self._listener = Listener(self._heard.append)  # a call less for every event

    def hear(self, event: Event) -> None:
        self._heard.append(event)


class ItemFeed(_HeardFeed[Any]):
    """The values at the places that a pattern names, each once, when it is complete."""

    def __init__(self, pattern: str) -> None:
        super().__init__((Pattern(pattern),), OTHERS)

    def hear(self, event: Event) -> None:
        if isinstance(event, Completed):
            self._heard.append(event.value)


class TextFeed(_HeardFeed[str]):
    """The pieces of the string at one place: what is there of it, and then each as it comes.

    A string that is shown only when it is whole is one piece.
    """

    def __init__(self, path: str, extractor: Extractor[Any, Any]) -> None:
        pattern, self._path = _one_place(path, "text")
        super().__init__((pattern,), BOTH)
        self._begun = False
        state = extractor.state(*self._path)
        if state is State.ABSENT:
            return
        try:
            text = extractor.look_up(self._path) if state is not State.REJECTED else None
        except LookupError:  # nothing of it is shown, or it is an element of a set, which has no order
            text = None
        if isinstance(text, str):
            self._add(text)
        else:
            extractor.tell_again(self.hear, path)
        self.over = state in (State.COMPLETE, State.REJECTED)

    def _add(self, text: str) -> None:
        if text:
            self._heard.append(text)
            self._begun = True

    def hear(self, event: Event) -> None:
        if self.over:  # one string, also where the same chunk brings another one
            return
        match event:
            case Appended(text=text):
                self._add(text)
            case Completed(value=value):
                if not self._begun and isinstance(value, str):
                    self._add(value)
                self.over = True
            case Rejected():
                self.over = True
            case Restarted():
                self._begun = False
            case _:
                pass


class ValueFeed(_HeardFeed[Any]):
    """The one value at a place, when it is complete.

    Attributes:
        path: Where it is.
        state: How far it has come.
        value: What it is, once it is complete.
        error: Why it does not fit, if that was told.
    """

    closes = False

    def __init__(self, path: str, extractor: Extractor[Any, Any]) -> None:
        pattern, self.path = _one_place(path, "value")
        super().__init__((pattern,), OTHERS)
        self.state = extractor.state(*self.path)
        self.over = self.state in (State.COMPLETE, State.REJECTED)
        self.value: Any = None
        self.error: Any = None
        if self.state is State.COMPLETE:
            try:
                self.value = extractor.look_up(self.path)
            except LookupError:  # an element of a set, which has no order
                self.over = False
                extractor.tell_again(self.hear, path)

    def hear(self, event: Event) -> None:
        if self.over:  # the first value, also where the same chunk brings another one
            return
        match event:
            case Completed(value=value):
                self.state, self.value, self.over = State.COMPLETE, value, True
            case Rejected(error=error):
                self.state, self.error, self.over = State.REJECTED, error, True
            case _:
                pass


def _one_place(path: str, method: str) -> tuple[Pattern, Path]:
    """A path that can name one place only."""
    pattern = Pattern(path)
    if pattern.path is None:
        raise UsageError(f"{method}() takes the path of one place, and {path!r} may name several: try items() or on()")
    return pattern, pattern.path
