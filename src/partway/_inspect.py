"""When each value of a recording was there, how late that was, and whether the cuts change what is told.

It tells the truth in characters and not in chunks only: it feeds the text character by character, and compares where
each value was complete with where it ends in a scan of the JSON that shares nothing with the parser. A number is
certain with the character behind it, so that is when it is due.

What must not depend on the cuts is a `_Story`. The one that is told character by character is held against the text
cut as it was recorded, whole, and in two, at every place; in a long text at places evenly over it, since a text that
is read anew for each of its characters is quadratic.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import re
from bisect import bisect_right
from itertools import accumulate, chain, zip_longest
from typing import TYPE_CHECKING, Any, Final

from partway import Extractor, stream
from partway._intake import inlet_for
from partway._output import printable
from partway._recording import Playback, Recording
from partway.errors import PartwayError, UsageError, format_path
from partway.events import Appended, Completed, Event, Finished, Opened, Path, Rejected, Restarted
from partway.providers import CONTENT, Delta, Operation, Part, Restart

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["CutError", "inspected"]

_MOST_CUTS: Final = 500
_FEWEST_CUTS: Final = 8
_CUT_BUDGET: Final = 5_000_000
"""How many characters are fed for all two-way cuts together, unless that makes them fewer than `_FEWEST_CUTS`."""
_WIDEST: Final = 60
"""How many cells a column of the table takes at most."""


class CutError(Exception):
    """How a text is cut has changed its story, which is a fault of partway's own and not of the recording."""


def inspected(recording: Recording, type_: Any, tool: str | None = None) -> Iterator[str]:
    """Give the lines of what there is to say about a recording, or about the arguments of the first call of a tool.

    Raises:
        PartwayError: There is no result.
        UsageError: The arguments came as operations, which cannot be cut.
        CutError: How the text is cut changes the story.
    """
    recorded, error = _heard(recording, type_, tool)
    pieces = _pieces(recording, type_, tool)
    text = "".join(delta for _, delta in pieces)
    told = functools.partial(_told, type_, tool is not None)
    single = told(text)
    yield from _timeline(recorded, single, _due(single, text), pieces)
    for number, reason in recorded.restarts:
        yield f"started over in chunk {number}: {reason}"
    places = _places_to_cut(len(text))
    ways = {"as it was recorded": [delta for _, delta in pieces], "whole": [text]}
    ways |= {f"cut in two at character {place}": [text[:place], text[place:]] for place in places}
    difference = next(filter(None, (single.difference(told(ways[way]), way) for way in ways)), None)
    if error is not None:
        raise error
    if difference is not None:
        raise CutError(f"how the text is cut changes the story: {difference}")
    yield (
        "the same story as it was recorded, whole, character by character, "
        f"and cut in two at {len(places):,} of {max(len(text) - 1, 0):,} places"
    )
    yield "the result validates"


@dataclasses.dataclass(slots=True)
class _Span:
    """Where a place opened and where it ended, in chunks or in characters."""

    kind: str
    opened: int
    ended: int | None = None
    rejected: bool = False


class _Story:
    """What a run told: where each place opened and ended, and what no cut may change."""

    def __init__(self) -> None:
        self.at = 0  # the number of the chunk, or the offset of the text, that is being told of
        self.json = ""
        self.spans: dict[Path, _Span] = {}
        self.restarts: list[tuple[int, str]] = []
        self._appended: dict[tuple[int, Path], list[str]] = {}
        self._facts: list[tuple[Any, ...]] = []

    def hear(self, event: Event) -> None:
        """Take in an event that happened at `at`."""
        match event:
            case Opened(path, kind):
                self.spans[path] = _Span(kind, self.at)
            case Appended(path, text):
                self._appended.setdefault((len(self.restarts), path), []).append(text)
            case Completed(path, value):
                self._end(path, "completed", value)
            case Rejected(path, error):
                self._end(path, "rejected", str(error))
            case Restarted(reason):
                self.spans.clear()
                self.restarts.append((self.at, reason))
                self._facts.append(("restarted",))
            case Finished(value):
                self._facts.append(("finished", value))

    def fail(self, error: PartwayError) -> None:
        """Take in that the run ended in an error."""
        self._facts.append((type(error).__name__, str(error)))

    def _end(self, path: Path, how: str, value: Any) -> None:
        if path in self.spans:
            self.spans[path].ended = self.at
            self.spans[path].rejected = how == "rejected"
        self._facts.append((how, format_path(path), value))

    def difference(self, other: _Story, way: str) -> str | None:
        """Say in what another story differs from this one, told character by character; `None` if it does not."""
        for one, two in zip_longest(self._facts, other._facts):  # of the same class
            if one != two and repr(one) != repr(two):  # `repr` for what is never equal, as NaN
                return f"{way}, it says {two} where character by character it says {one}"
        for place in self._appended | other._appended:
            one, two = ("".join(story._appended.get(place, ())) for story in (self, other))  # noqa: SLF001
            if one != two:
                return f"{way}, {format_path(place[1])} is {two!r}, and character by character {one!r}"
        return None


def _pieces(recording: Recording, type_: Any, tool: str | None) -> list[tuple[int, str]]:
    """The pieces of the text, each with the number of its chunk; the end of the source has the last's.

    What came before the message began anew is void, and none of them.
    """
    inlet, wanted = inlet_for(Extractor(type_), None, None), CONTENT if tool is None else None
    pieces: list[tuple[int, str]] = []
    chunks = recording.chunks
    said: Iterable[Sequence[Part]] = map(inlet.read, chunks)
    last = (inlet.end() for _ in range(1))  # a generator, so that the end is told when the chunks are through
    for number, parts in enumerate(chain(said, last)):
        for part in parts:
            if isinstance(part, Restart):
                pieces.clear()
                wanted = CONTENT if tool is None else None
            if not isinstance(part, Delta | Operation):
                continue
            if wanted is None and part.channel.name == tool and part.channel.choice == 0:
                wanted = part.channel
            if part.channel is not wanted:
                continue
            if isinstance(part, Operation):
                raise UsageError(f"the arguments of {tool} came as path operations, which have no text to be cut")
            pieces.append((max(min(number, len(chunks) - 1), 0), part.text))
    return pieces


def _heard(recording: Recording, type_: Any, tool: str | None) -> tuple[_Story, PartwayError | None]:
    """Hear a recording through `stream()`, counted in chunks."""
    source, story = Playback(recording), _Story()
    try:
        for event in stream(source, type_, tool=tool).events():
            story.at = max(source.number, 0)
            story.hear(event)
    except PartwayError as error:
        return story, error
    return story, None


def _told(type_: Any, json_only: bool, pieces: Iterable[str]) -> _Story:
    """Hear a text in these pieces, counted in characters."""
    story = _Story()
    extractor = Extractor(type_, on_event=story.hear, json_only=json_only)
    try:
        for piece in pieces:
            extractor.feed(piece)
            story.at += len(piece)
        extractor.finish()
    except PartwayError as error:
        story.fail(error)
    story.json = extractor.text
    return story


def _places_to_cut(size: int) -> list[int]:
    """Where to cut a text in two: everywhere, or evenly over a long one."""
    possible = max(size - 1, 0)
    count = min(possible, _MOST_CUTS, max(_CUT_BUDGET // (size + 1), _FEWEST_CUTS))
    return [1 + number * possible // count for number in range(count)]


def _due(single: _Story, text: str) -> dict[Path, int]:
    """For each path the character with which it is certain: its last, or the one behind a number."""
    root = single.spans.get(())
    if root is None:
        return {}
    start = text.rfind(single.json, 0, root.opened + len(single.json))
    ends = {path: start + end for path, end in _last_characters(single.json).items()}
    numbers = {path for path, span in single.spans.items() if span.kind == "number"}
    return {path: end + (path in numbers) for path, end in ends.items()}


_LEXEME = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^\s{}\[\],:"]++', re.DOTALL)


def _last_characters(text: str) -> dict[Path, int]:
    """Where in a JSON text each value ends; of broken text, as far as it can be followed."""
    ends: dict[Path, int] = {}
    path: list[str | int] = []
    key_comes = False
    for lexeme in _LEXEME.finditer(text):
        match lexeme[0]:
            case "{" | "[" as bracket:
                path.append("" if bracket == "{" else 0)
                key_comes = bracket == "{"
                continue
            case ":":
                continue
            case ",":
                if path and isinstance(path[-1], int):
                    path[-1] += 1
                else:
                    key_comes = True
                continue
            case "}" | "]":
                key_comes = False
                if path:
                    path.pop()
            case key if key_comes and path:
                try:
                    path[-1] = json.loads(key)
                except ValueError:
                    break
                key_comes = False
                continue
            case _:
                pass
        ends[tuple(path)] = lexeme.end() - 1
        if not path:
            break
    return ends


def _timeline(recorded: _Story, single: _Story, due: dict[Path, int], pieces: list[tuple[int, str]]) -> Iterator[str]:
    """Write the rows of the table: a place each, in the order in which they opened."""
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415  # an extra

    starts = list(accumulate((len(delta) for _, delta in pieces), initial=0))[:-1]
    rows = [("path", "kind", "opened", "complete", "late")]
    for path, span in recorded.spans.items():
        exact = single.spans.get(path, _Span("", 0))
        late = ""
        if exact.ended is not None and span.ended is not None and path in due:
            chunk = pieces[bisect_right(starts, due[path]) - 1][0]
            late = _late(exact.ended - due[path], span.ended - chunk)
        name = printable(format_path(path).replace("\n", "\\n") or "(the value)")
        rows.append((name, span.kind, _place(span.opened, exact.opened), _ended(span, exact), late))
    widths = [min(max(cell_len(row[column]) for row in rows), _WIDEST) for column in range(5)]
    for row in rows:
        yield "  ".join(set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _place(chunk: int, character: int) -> str:
    return f"chunk {chunk}, character {character}"


def _ended(span: _Span, exact: _Span) -> str:
    if span.ended is None or exact.ended is None:
        return "never"
    return _place(span.ended, exact.ended) + (", rejected" if span.rejected else "")


def _late(characters: int, chunks: int) -> str:
    late = f"{characters} character{'s' * (characters != 1)}" if characters else "0"
    return late + (f", {chunks} chunk{'s' * (chunks != 1)}" if chunks > 0 else "")
