"""Who is told of which events of one value: the loops over a run, and its hooks.

The extractor tells one listener, and is told which places that one wants (`Watch`), so that nothing is made of the
others. Where there are several, they are one to it: a fan, which finds out whose an event is. That is found by walking
the event's path through the patterns of all, and not again for the next piece of the same string.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from partway._extractor import Extractor
from partway._paths import BOTH, Node, Pattern, watch_for
from partway.events import Event, Finished, Path, Restarted

__all__ = ["Listener", "Listeners", "Sink"]

Sink: TypeAlias = Callable[[Event], object]


class Listener(NamedTuple):
    """One who is told.

    Attributes:
        sink: Called with each event; it may get others of its places than it wants, and passes over them.
        patterns: Its places; `None` for all. `Restarted` and `Finished` are told to everybody.
        tells: Which of their events it wants: `APPENDS`, `OTHERS` or both.
    """

    sink: Sink
    patterns: Sequence[Pattern] | None = None
    tells: int = BOTH


class Listeners:
    """All who are told of the events of one extractor."""

    def __init__(self, extractor: Extractor[Any, Any]) -> None:
        self._extractor = extractor
        self._listeners: list[Listener] = []

    def add(self, *listeners: Listener) -> None:
        """Tell these too, from now on."""
        if listeners:
            self._listeners += listeners
            self._listen()

    def drop(self, listener: Listener | None) -> None:
        """Tell this one no more, if it was told."""
        known = [known for known in self._listeners if known is not listener]
        if len(known) < len(self._listeners):
            self._listeners = known
            self._listen()

    def _listen(self) -> None:
        match self._listeners:
            case []:
                self._extractor.listen(None)
            case [Listener(sink, patterns, tells)]:
                watch = None if patterns is None else watch_for([(pattern, tells) for pattern in patterns])
                self._extractor.listen(sink, watch)
            case several:
                fan = _Fan(several)
                everything = any(listener.patterns is None for listener in several)
                self._extractor.listen(fan.tell, None if everything else fan.watch)


class _Fan:
    """Tells several."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        placed = [(pattern, listener) for listener in listeners for pattern in listener.patterns or ()]
        self.watch = watch_for([(pattern, listener.tells) for pattern, listener in placed])
        self._whose = [listener for _, listener in placed]
        self._listeners = listeners
        self._told: dict[Node, list[Sink]] = {}
        self._path: Path | None = None  # of the last event, and who is told of that place
        self._sinks: list[Sink] = []

    def tell(self, event: Event) -> None:
        if isinstance(event, Restarted | Finished):
            for listener in self._listeners:
                listener.sink(event)
            return
        if event.path is not self._path:
            self._path = event.path
            self._sinks = self._told_of(self.watch.find(event.path))
        for sink in self._sinks:
            sink(event)

    def _told_of(self, node: Node) -> list[Sink]:
        """Who is told of a place, each once and in the order in which they came."""
        sinks = self._told.get(node)
        if sinks is None:
            named = {id(self._whose[number]) for number in node.matched}
            told = [each for each in self._listeners if each.patterns is None or id(each) in named]
            sinks = self._told[node] = [listener.sink for listener in told]
        return sinks
