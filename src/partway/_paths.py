"""Path patterns: `steps[*].text` names the `text` of every element of `steps`.

A subset of JSONPath (RFC 9535), whose `$` in front may be left out:

| pattern | names |
| --- | --- |
| ``` `` ``` or `$` | the whole value |
| `name`, `.name`, `['name']`, `["name"]` | a member of an object, by its key as it stands in the JSON |
| `[0]` | an element of an array |
| `[*]`, `.*` | every member or element |
| `..name`, `..[0]`, `..[*]`, `..*` | the same, of what is there and of everything inside it |

There are no filters, slices, negative indices or unions. A name in dots may have any character but white space, dots,
brackets, quotes and asterisks; others are quoted.

To match paths one by one would cost more than to read the JSON. So patterns are compiled to a `Watch`: an automaton
that is at a `Node` for each place, and steps to the next with the key or index that the builder steps to anyway. Below
a node that `leads` nowhere nothing can match, and nothing is looked at. Nodes are made when they are first stepped
to, one for each set of places in the patterns, so that however large the JSON is, there are few.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeVar

from partway.errors import UsageError
from partway.events import Appended, Event, Finished, Path, Restarted

__all__ = ["APPENDS", "BOTH", "OTHERS", "Node", "Pattern", "Watch", "watch_for"]

V = TypeVar("V")

APPENDS: Final = 1
"""Of a place, `Appended` is to be told. Strings grow far more often than anything else happens."""
OTHERS: Final = 2
"""Of a place, all but `Appended` is to be told."""
BOTH: Final = APPENDS | OTHERS

_SEGMENT: Final = re.compile(
    r"""(?P<deep>\.\.)?
        (?: \[(?P<every>\*)\]
          | \[(?P<index>0|[1-9][0-9]{0,8})\]
          | \[(?P<double>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*")\]
          | \[(?P<single>'(?:[^'\\\x00-\x1f]|\\(?:['\\/bfnrt]|u[0-9A-Fa-f]{4}))*')\]
          | (?P<dot>\.)?(?:(?P<star>\*)|(?P<name>[^\s.\[\]"'*]+)) )""",
    re.VERBOSE,
)
_QUIET: Final = 64
"""How many answers of `Node.quiet` are kept."""
_ROOT: Final = re.compile(r"\$(?=[.\[]|$)")


class _Segment(NamedTuple):
    """One step of a pattern: which key or index, `None` for any; and whether it may be `deep` inside."""

    step: str | int | None
    deep: bool


class Pattern:
    """A pattern that has been read.

    Attributes:
        text: How it was written.
        segments: Its steps.

    Raises:
        UsageError: The pattern has something that is not supported; the message shows where.
    """

    __slots__ = ("segments", "text")

    def __init__(self, text: Any) -> None:
        if not isinstance(text, str):
            raise UsageError(f"a path is written as a str, such as 'steps[*].text', not {text!r}")
        self.text = text
        self.segments = tuple(_segments(text))

    @property
    def path(self) -> Path | None:
        """The one path that it names, if there can be only one."""
        steps = tuple(segment.step for segment in self.segments if segment.step is not None and not segment.deep)
        return steps if len(steps) == len(self.segments) else None

    def matches(self, path: Path) -> bool:
        """Whether a path is one of those that the pattern names."""
        return bool(watch_for([(self, BOTH)]).find(path).matched)


def _segments(text: str) -> Iterator[_Segment]:
    at = start = found.end() if (found := _ROOT.match(text)) else 0
    while at < len(text):
        found = _SEGMENT.match(text, at)
        named = found and (found["name"] or found["star"])
        # A name follows a dot, but for the first one without a `$`.
        if found is None or (named and bool(found["dot"]) == bool(found["deep"] or (at == 0 == start))):
            raise UsageError(
                f"cannot read the path {text!r} at column {at + 1}: it takes names, [0], [*], .. and "
                "['quoted names'], as in steps[*].text; there are no filters, slices or negative indices"
            )
        yield _Segment(_step(found), bool(found["deep"]))
        at = found.end()


def _step(found: re.Match[str]) -> str | int | None:
    """The key or index that a segment names; `None` for any."""
    if found["index"]:
        return int(found["index"])
    if found["double"]:
        return str(json.loads(found["double"]))
    if found["single"]:
        inner = found["single"][1:-1].replace('"', '\\"').replace("\\'", "'")
        return str(json.loads(f'"{inner}"'))
    return found["name"]


class Node:
    """What is known of the patterns at one place.

    Attributes:
        matched: Which of the patterns name it, by their number.
        tells: Which events of the place they are to be told of: `APPENDS`, `OTHERS`, both or none.
        leads: Whether any of them may name something inside it.
        by_index: Whether it matters which element of it is looked at.
        known: The answers that `quiet` has given, by the id of the fields.
    """

    __slots__ = ("_default", "_kept", "_places", "_steps", "_watch", "by_index", "known", "leads", "matched", "tells")

    def __init__(self, watch: Watch, places: frozenset[tuple[int, int]]) -> None:
        self._watch = watch
        self._places = places
        matched: list[int] = []
        self.tells = 0
        self.leads = self.by_index = False
        for number, at in places:
            segments = watch.patterns[number].segments
            if at == len(segments):
                matched.append(number)
                self.tells |= watch.tells[number]
            else:
                self.leads = True
                self.by_index |= isinstance(segments[at].step, int)
        self.matched = tuple(sorted(matched))
        self._steps: dict[str | int, Node] | None = None  # the nodes of what the patterns tell apart
        self._default = self  # that of all the rest
        self.known: dict[int, dict[str, Any]] = {}
        self._kept: list[Mapping[str, Any]] = []

    def step(self, step: str | int) -> Node:
        """The node of a member or element."""
        steps = self._steps
        if steps is None:
            steps = self._expand()
        return steps.get(step, self._default)

    def quiet(self, fields: Mapping[str, V]) -> dict[str, V]:
        """The fields of an object here, by their keys, of which nothing is to be told."""
        if len(self._kept) == _QUIET:  # types may be made for each call, and a watch is kept
            self.known, self._kept = {}, []
        quiet = self.known[id(fields)] = {key: field for key, field in fields.items() if not self.step(key).tells}
        self._kept.append(fields)  # alive: an id may be used again
        return quiet

    def lead(self, steps: dict[str | int, Node], default: Node) -> None:
        """Say where the steps lead."""
        self._default = default
        self._steps = steps  # in this order: another thread may take a step meanwhile

    def _expand(self) -> dict[str | int, Node]:
        """Find out which nodes there are behind this one."""
        steps: dict[str | int, Node] = {}
        for number, at in self._places:
            segments = self._watch.patterns[number].segments
            if at < len(segments) and (step := segments[at].step) is not None:
                steps[step] = self._behind(step)
        self.lead(steps, self._behind(None))
        return steps

    def _behind(self, step: str | int | None) -> Node:
        """The node behind a step; `None` is one that no pattern names."""
        places = set()
        for number, at in self._places:
            segments = self._watch.patterns[number].segments
            if at == len(segments):
                continue
            if segments[at].step in (None, step):
                places.add((number, at + 1))
            if segments[at].deep:
                places.add((number, at))
        return self._watch.node(frozenset(places))


def watch_for(wanted: Sequence[tuple[Pattern, int]]) -> Watch:
    """Patterns and which events of their places are to be told, compiled: once for all who ask for the same."""
    return _compiled(tuple(pattern.text for pattern, _ in wanted), tuple(tells for _, tells in wanted))


@lru_cache(maxsize=128)
def _compiled(patterns: tuple[str, ...], tells: tuple[int, ...]) -> Watch:
    return Watch([Pattern(pattern) for pattern in patterns], tells)


class Watch:
    """Patterns, compiled.

    Args:
        patterns: What is watched; a pattern's number is its index here.
        tells: For each of them, which events of its places are to be told.

    Attributes:
        patterns: What it was made of.
        tells: Likewise.
        root: The node of the whole value.
        above: A node of which any step leads to that of the whole.
    """

    __slots__ = ("_nodes", "above", "patterns", "root", "tells")

    def __init__(self, patterns: Sequence[Pattern], tells: Sequence[int]) -> None:
        self.patterns = patterns
        self.tells = tells
        self._nodes: dict[frozenset[tuple[int, int]], Node] = {}
        self.root = self.node(frozenset((number, 0) for number in range(len(self.patterns))))
        self.above = Node(self, frozenset())
        self.above.leads = True
        self.above.lead({}, self.root)

    def node(self, places: frozenset[tuple[int, int]]) -> Node:
        """The one node for a set of places in the patterns."""
        node = self._nodes.get(places)
        if node is None:
            node = self._nodes[places] = Node(self, places)
        return node

    def wants(self, event: Event) -> bool:
        """Whether an event is to be told; one of no place always is."""
        return isinstance(event, Restarted | Finished) or bool(
            self.find(event.path).tells & (APPENDS if isinstance(event, Appended) else OTHERS)
        )

    def find(self, path: Path) -> Node:
        """The node of a path."""
        node = self.root
        for step in path:
            node = node.step(step)
        return node
