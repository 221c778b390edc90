"""Which member of a union an object or array is, found out as early as it is certain.

Until then its tokens go into a `Record` and nothing of it is shown. A `Chooser` looks at its keys and at the values
that stand directly in it, and rules members out: by an extra key that is forbidden, by a value of a kind that a field
cannot take, by a literal, enum or other atom that pydantic refuses without running code of the user's. When one member
is left, or the tag says which it is, the record is told to the builder as if it had just arrived.

Each token is looked at a constant number of times, unions in unions included: the record knows where each container in
it ends, so a chooser steps over what is inside, and a union that begins inside a record looks ahead in it instead of
making one of its own.

A discriminator that is a function of the user's must not see half an object. It gets a dict that has what is complete,
and any question that this cannot answer for good (a key that has not come, a look at all keys) stops it: then it is
asked again when that key is complete. So what it says is what it will say of the whole object, if it is a function of
what it looks at.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, NoReturn

from partway._lexemes import REACH, lexeme
from partway._shapes import ENDS, STARTS, EitherShape, Member, Place

__all__ = ["Chooser", "Record", "by_tag"]


class Record:
    """Tokens that were not told yet, in columns: there may be one for every second character of the text.

    Attributes:
        events: ijson's events, of strings and keys that came in pieces as well.
        values: Their values.
        open: The starts of the containers that are not complete.
    """

    __slots__ = ("_counts", "_ends", "_looked_up", "_origins", "_slice", "_text", "events", "open", "values")

    def __init__(self, text: Callable[[int, int], str]) -> None:
        self._slice = text
        self._origins = array("q")  # with `_counts` the marks
        self._counts = array("q")
        self._looked_up = (-1, 0, 0)  # the mark that was last looked up, and where in `_text` it was found
        self._text = ""
        self.events: list[str] = []
        self.values: list[Any] = []
        self._ends = array("q")
        self.open: list[int] = []

    def __len__(self) -> int:
        return len(self.events)

    def add(self, event: str, value: Any, mark: tuple[int, int]) -> None:
        """Take another token, and the reader's mark of it.

        Instead of a mark it may be the place and -1: where a container starts or ends, or a string in pieces ends.
        """
        if event in STARTS:
            self.open.append(len(self.events))
        elif event in ENDS:
            self._ends[self.open.pop()] = len(self.events)
        self.events.append(event)
        self.values.append(value)
        self._origins.append(mark[0])
        self._counts.append(mark[1])
        self._ends.append(-1)

    def end(self, start: int) -> int:
        """The index of the end of the container that starts at an index; -1 if that has not come."""
        return self._ends[start]

    def ahead(self, start: int) -> list[tuple[str, Any]]:
        """The tokens from an index on that `by_tag` looks at."""
        end = start + _AHEAD + 1
        return list(zip(self.events[start:end], self.values[start:end], strict=True))

    def span(self, index: int) -> tuple[int, int]:
        """Where the token at `index` stands in the JSON text."""
        origin, count = self.mark(index)
        if count < 0:
            return origin, origin
        known, looked, at = self._looked_up
        if known != origin or looked > count:
            self._text = self._slice(origin, origin + REACH)
            looked = at = 0
        found = lexeme(self._text, at, count - looked)
        self._looked_up = origin, count, found.start()
        return origin + found.start(), origin + found.end()

    def mark(self, index: int) -> tuple[int, int]:
        """The mark of the token at `index`."""
        return self._origins[index], self._counts[index]

    def slice(self, start: int, end: int) -> str:
        """A part of the JSON text."""
        return self._slice(start, end)

    def depth(self, start: int) -> int:
        """How many containers are open from the one that starts at `start` inwards."""
        return sum(1 for index in reversed(self.open) if index >= start)


_AHEAD: Final = 64
"""How many tokens are looked through for a tag before a record is begun."""


def by_tag(shape: EitherShape, tokens: Sequence[tuple[str, Any]], start: int) -> Place | None:
    """The place of the member whose tag stands not far behind the start of the object, among tokens that have come."""
    depth = 0
    for at in range(start + 1, min(start + _AHEAD, len(tokens) - 1)):
        event, value = tokens[at]
        if event == "map_key":
            if not depth and value == shape.tag:
                return shape.place(tokens[at + 1][1])
        elif event in STARTS:
            depth += 1
        elif event in ENDS:
            depth -= 1
            if depth < 0:
                return None
    return None


class Chooser:
    """Finds out which member of a union a container in a record is.

    Attributes:
        record: The record.
        start: Where in it the container starts.
        end: Where in it the container ends, once it has.
        found: The place of the member, once there is only one left.
        sure: Whether the place that was found is that of the union for certain; if not, the object may still fit none.
    """

    __slots__ = (
        "_asks",
        "_at",
        "_index",
        "_key",
        "_left",
        "_probe",
        "_seen",
        "_shape",
        "end",
        "found",
        "record",
        "start",
        "sure",
    )

    def __init__(self, shape: EitherShape, record: Record, start: int) -> None:
        self.record = record
        self.start = start
        self.end: int | None = None
        self.found: Place | None = None
        self.sure = shape.discriminate is None
        self._shape = shape
        self._left: list[Member] = list(shape.members)
        self._at = start + 1
        self._key = ""
        self._index = 0
        self._seen: set[str] = set()
        self._probe: _Probe | None = None if shape.discriminate is None else _Probe()
        self._asks: str | None = ""  # the key whose value the function waits for; `None`: it wants to see everything

    def look(self) -> None:
        """Look at the tokens that have come."""
        self.found = self._look()

    def _look(self) -> Place | None:
        record = self.record
        tag = self._shape.tag
        place = self._ask("") if self._at == self.start + 1 else None
        while place is None and self._at < len(record) and self.end is None:
            event, value = record.events[self._at], record.values[self._at]
            if event in STARTS:
                if tag is None:
                    place = self.begins(event)
                if place is None:
                    start, end = self._at, record.end(self._at)
                    if end < 0:
                        return None
                    self._at = end + 1
                    place = self._has(partial(self._parse, start))
            elif event in ENDS:
                self.end = self._at
            elif event == "map_key":
                self._at += 1
                if tag is None:
                    place = self._take_key(value)
                else:
                    self._key = value
            else:
                self._at += 1
                if tag is None:
                    place = self._take_atom(event, value)
                elif self._key == tag:
                    place = self._shape.place(value)
        return place

    def begins(self, event: str) -> Place | None:
        """A value begins; the place of the member, if there is only one left."""
        if self._shape.tag is not None:
            return None
        step = self._key if self._seen else self._index
        return self._rule_out(lambda member: (test := member.test(step)) is not None and event in test.events)

    def _take_key(self, key: str) -> Place | None:
        self._key = key
        if key in self._seen:  # the last one counts, and what was made of the first is void
            self._left, self._asks = [], None
            return None
        self._seen.add(key)
        return self._rule_out(lambda member: member.test(key) is not None)

    def _take_atom(self, event: str, value: Any) -> Place | None:
        place = self.begins(event) or self._rule_out(lambda member: self._fits(member, event, value))
        return place or self._has(lambda: value)

    def _fits(self, member: Member, event: str, value: Any) -> bool:
        test = member.test(self._key if self._seen else self._index)
        take = test.takes.get(event) if test is not None else None
        if take is not None:
            try:
                take(value)
            except ValueError:  # pydantic's ValidationError is one
                return False
        return True

    def _rule_out(self, fits: Callable[[Member], bool]) -> Place | None:
        """Keep the members that fit."""
        left = [member for member in self._left if not member.sure or fits(member)]
        if not left:
            self._left = left
            return None
        self._left = left
        place = left[0].place
        return place if all(member.place is place for member in left) else None

    def _has(self, value: Callable[[], Any]) -> Place | None:
        """The value of a key or element is complete."""
        self._index += 1
        if self._probe is None or not self._seen:
            return None
        self._probe.known[self._key] = value
        return self._ask(self._key)

    def _ask(self, key: str) -> Place | None:
        """Ask the user's function, if what it waits for has come."""
        if self._probe is None or self._asks is None or self._asks != key:
            return None
        discriminate: Any = self._shape.discriminate
        self._probe.refused = _NOTHING
        place = None
        with suppress(_NotYetError, Exception):  # whatever it makes of the object, pydantic will say
            place = self._shape.tags.get(discriminate(self._probe))
        if self._probe.refused is not _NOTHING:  # it may have caught what stops it
            self._asks = self._probe.refused
            return None
        self._asks = None
        self.sure = place is not None
        return place

    def _parse(self, start: int) -> Any:
        record = self.record
        return json.loads(record.slice(record.span(start)[0], record.span(record.end(start))[1]))


_NOTHING: Final = object()


class _NotYetError(BaseException):
    """What the user's function asks for cannot be answered yet."""


class _Probe(dict[Any, Any]):
    """An object of which some keys are complete, as a dict that answers only what it knows for good.

    Attributes:
        known: What gives the value of each complete key.
        refused: The last question that had no answer: a key, or `None` for everything.
    """

    def __init__(self) -> None:
        super().__init__({"": None})  # `json.dumps` asks a dict for its items only if there is something in it
        self.known: dict[Any, Callable[[], Any]] = {}
        self.refused: Any = _NOTHING

    def __getitem__(self, key: Any) -> Any:
        if key not in self.known:
            self._refuse(key)
        return self.known[key]()

    def get(self, key: Any, default: Any = None) -> Any:  # noqa: ARG002  # a key that has not come may still come
        return self[key]

    def __contains__(self, key: Any) -> bool:
        return key in self.known or self._refuse(key)

    def _refuse(self, key: Any = None) -> NoReturn:
        self.refused = key if isinstance(key, str) else None
        raise _NotYetError

    def __bool__(self) -> bool:
        return bool(self.known) or self._refuse()

    def _whole(self, *_: Any, **__: Any) -> NoReturn:
        self._refuse()

    __hash__ = None


_ABOUT_ALL: Final = (
    ("__iter__", "__len__", "__reversed__", "__eq__", "__ne__", "__or__", "__ror__", "__repr__"),
    ("copy", "items", "keys", "values"),
    ("__setitem__", "__delitem__", "__ior__", "clear", "pop", "popitem", "setdefault", "update"),
)
"""What looks at all of a dict, or would change it."""
for _names in _ABOUT_ALL:
    for _name in _names:
        setattr(_Probe, _name, _Probe._whole)  # noqa: SLF001  # its own
