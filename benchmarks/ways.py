"""The ways in which a parser can be given a stream, and how each is timed, watched and weighed.

A parser that keeps state is run over the whole stream. One that reads the text so far again with each delta is run on
some of the deltas, evenly spaced, when the text is long: all of them would take hours, and what is asked for is the
mean. Each of them is the middle of an equal part of the stream, so that their mean is not above that of all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import inf
from sys import maxsize
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from benchmarks.measure import Trial, timed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from benchmarks.documents import Document

FEWEST = 4
"""Of the deltas of a long text, so many are timed at least."""
PIECES = 8
"""In so many pieces the text is given to a parser that is weighed and that reads all of it again with each."""


class Moment(NamedTuple):
    """What there is to see after so many characters."""

    read: int
    value: Any


class Session(NamedTuple):
    """One stream."""

    feed: Callable[[Any], Any]
    """Takes a delta and returns what there is to see."""
    end: Callable[[], Any]


class Way(ABC):
    """How a parser is given a stream."""

    grows: bool
    """Whether it reads the text so far again with each delta."""

    @abstractmethod
    def trial(self, document: Document, cut: int, seconds: float) -> Trial:
        """Make a trial, of which a turn takes about `seconds` at most if its deltas can be sampled."""

    @abstractmethod
    def moments(self, text: str) -> Iterator[Moment]:
        """Give it a text, character by character, and yield what it shows; what it raises comes out."""

    @abstractmethod
    def read(self, pieces: Iterable[str]) -> Any:
        """Give it a text in pieces, and return what it comes to."""

    def result(self, document: Document, cut: int) -> Any:
        """Return what it comes to, as plain Python."""
        return plain(self.read([document.text] if self.grows else document.cut(cut)))

    def weighed(self, pieces: Iterable[str], size: int) -> Any:
        """Read a text of `size` characters with as much in memory as a stream would need."""
        return self.read(_larger(pieces, size // PIECES) if self.grows else pieces)


@dataclass(frozen=True)
class Anew(Way):
    """A function is called with the text so far."""

    parse: Callable[[str], Any]
    grows: bool = True

    def trial(self, document: Document, cut: int, seconds: float) -> Trial:
        """See `Way`."""
        parse = self.parse
        open_text = document.text[:-1]  # some are much faster with a text that is whole
        ends = ends_of(document.text, cut, samples_in(seconds, timed(lambda: parse(open_text))))
        texts = [document.text[:end] for end in ends]

        def parse_each() -> None:
            for text in texts:
                parse(text)

        return Trial(
            timed(parse_each), len(texts), lambda: self.result(document, cut), len(texts) < count_of(document.text, cut)
        )

    def moments(self, text: str) -> Iterator[Moment]:
        """See `Way`. An error of one call is no end: the text so far may only be too short."""
        for end in range(1, len(text) + 1):
            try:
                value = self.parse(text[:end])
            except Exception:  # noqa: BLE001, S112  # whatever it raises, there is nothing to see
                continue
            yield Moment(end, value)

    def read(self, pieces: Iterable[str]) -> Any:
        """See `Way`."""
        text, value = "", None
        for piece in pieces:
            text += piece
            value = None  # or the one before would still be there beside the next
            value = self.parse(text)
        return value


def _sampled(one: Callable[[int], float], ends: Sequence[int], result: Callable[[], Any]) -> Trial:
    """Make a trial of some deltas, by where each ends, of which `one` tells the seconds."""
    return Trial(lambda: sum(map(one, ends)), len(ends), result, sampled=True)


@dataclass(frozen=True)
class Fed(Way):
    """An object is given each delta."""

    begin: Callable[[], Session]
    grows: bool = False
    chunk: Callable[[str], Any] = str
    """Makes what it takes of a delta, before the clock starts."""
    run: Callable[[Sequence[Any]], Any] | None = None
    """The same as a loop without the calls that `Session` puts around, for what is so fast that they would count."""

    def trial(self, document: Document, cut: int, seconds: float) -> Trial:
        """See `Way`."""
        text = document.text
        count = count_of(text, cut)
        samples = count
        if self.grows:
            samples = samples_in(seconds, timed(lambda: self._one(text, len(text) - 1, cut)))
        if samples >= count:
            chunks = [self.chunk(delta) for delta in document.cut(cut)]
            run = self.run or self._run
            return Trial(timed(lambda: run(chunks)), count, lambda: self.result(document, cut))
        return _sampled(
            lambda end: self._one(text, end, cut), ends_of(text, cut, samples), lambda: self.result(document, cut)
        )

    def _run(self, chunks: Sequence[Any]) -> Any:
        feed, end = self.begin()
        for chunk in chunks:
            feed(chunk)
        return end()

    def _one(self, text: str, end: int, cut: int) -> float:
        feed, _ = self.begin()
        start = _start(end, cut)
        before, delta = self.chunk(text[:start]), self.chunk(text[start:end])
        if start:
            feed(before)
        began = process_time()
        feed(delta)
        return process_time() - began

    def moments(self, text: str) -> Iterator[Moment]:
        """See `Way`."""
        feed, end = self.begin()
        for read, character in enumerate(text, 1):
            yield Moment(read, feed(self.chunk(character)))
        yield Moment(len(text), end())

    def read(self, pieces: Iterable[str]) -> Any:
        """See `Way`."""
        feed, end = self.begin()
        for piece in pieces:
            feed(self.chunk(piece))
        return end()


@dataclass(frozen=True)
class Streamed(Way):
    """A generator takes an iterator of deltas and yields values."""

    values: Callable[[Iterator[str]], Iterable[Any]]
    grows: bool = False

    def trial(self, document: Document, cut: int, seconds: float) -> Trial:
        """See `Way`."""
        text = document.text
        count = count_of(text, cut)
        samples = samples_in(seconds, timed(lambda: self._one(text, len(text) - 1, cut))) if self.grows else count
        if samples >= count:
            deltas = document.cut(cut)
            return Trial(timed(lambda: self._run(deltas)), count, lambda: self.result(document, cut))
        return _sampled(
            lambda end: self._one(text, end, cut), ends_of(text, cut, samples), lambda: self.result(document, cut)
        )

    def _run(self, deltas: Iterable[str]) -> None:
        for _ in self.values(iter(deltas)):
            pass

    def _one(self, text: str, end: int, cut: int) -> float:
        """Time it from where it gets a delta to where it asks for the next one."""
        start = _start(end, cut)
        seconds = 0.0

        def source() -> Iterator[str]:
            nonlocal seconds
            if start:
                yield text[:start]
            began = process_time()
            yield text[start:end]
            seconds = process_time() - began

        self._run(source())
        return seconds

    def moments(self, text: str) -> Iterator[Moment]:
        """See `Way`."""
        read = 0

        def source() -> Iterator[str]:
            nonlocal read
            for read, character in enumerate(text, 1):  # noqa: B007  # read from outside
                yield character

        for value in self.values(source()):
            yield Moment(read, value)

    def read(self, pieces: Iterable[str]) -> Any:
        """See `Way`."""
        value = None
        for value in self.values(iter(pieces)):  # noqa: B007  # the last one
            pass
        return value


def plain(value: Any) -> Any:
    """Return a value as `json.loads` would give it."""
    return value.model_dump() if isinstance(value, BaseModel) else value


def count_of(text: str, cut: int) -> int:
    """Say in how many deltas a text comes."""
    return -(-len(text) // cut)


def samples_in(seconds: float, step: Callable[[], float]) -> int:
    """Say how many deltas take so many seconds, preparation included, if the last one takes as long as this step.

    The mean is half of it.
    """
    if seconds == inf:
        return maxsize
    took = max(step(), 1e-9)  # a clock that has not moved in between
    return max(FEWEST, int(2 * seconds / took))


def ends_of(text: str, cut: int, samples: int) -> list[int]:
    """Return where deltas end: of all, or of so many, each in the middle of its share of the text."""
    count = count_of(text, cut)
    samples = min(count, samples)
    return [min(len(text), (int((index + 0.5) * count / samples) + 1) * cut) for index in range(samples)]


def _start(end: int, cut: int) -> int:
    return (end - 1) // cut * cut


def _larger(pieces: Iterable[str], size: int) -> Iterator[str]:
    held: list[str] = []
    length = 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length >= size:
            yield "".join(held)
            held, length = [], 0
    if held:
        yield "".join(held)
