"""Path operations in, tokens out: what stands in for the reader where a value comes as operations and not as text.

Vertex AI can stream the arguments of a call so (`partialArgs` with a `jsonPath` each): a scalar is put at a path from
the root, or a string is begun there and goes on with the next operation at the same path. Nothing says where an object
or array begins or ends; the paths do. The first that leads into one opens it, the first that leads elsewhere closes
it, and what is open at the end is closed by `close`, since only the caller knows whether the end was a good one.

    steps[0].text  "Sti" …      {"steps":[{"text":"Sti
    steps[0].text  "r."                               r."
    steps[1].text  "Serve."                              },{"text":"Serve."
    the end                                                                }]}

So the operations must come in the order of the text that they spell, as they do. That text is written along: errors
point into it, and what is validated from text is validated from it. What would lose something is refused: an operation
that leads back into what was left, that skips an index, or that puts a value where an object or array is. To put a
scalar where there was one in an object is a repeated key, for which the builder has a rule.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, TypeAlias

from partway._diagnose import Flaw
from partway._reader import Reader, Sink
from partway._shapes import STARTS
from partway._strings import TAIL, OpenString
from partway.errors import UsageError, format_path
from partway.events import Path

__all__ = ["Operations", "Scalar"]

Scalar: TypeAlias = str | float | bool | None
"""What an operation may put."""

_write: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode  # `json.dumps` makes one for each call
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_HIGH: Final = re.compile(r"[\ud800-\udbff]")
_LONE: Final = "a surrogate pair instead of a lone surrogate"


class _Container:
    """An object or array that is open.

    Attributes:
        step: The key or index of its newest part; `None` if it has none yet.
        parts: Of an object, whether each of its parts is an object or array; `None` for an array.
    """

    __slots__ = ("parts", "step")

    def __init__(self, *, array: bool) -> None:
        self.step: Any = None
        self.parts: dict[str, bool] | None = None if array else {}

    @property
    def kind(self) -> str:
        return "an array" if self.parts is None else "an object"


class _RefusedError(Exception):
    """An operation that cannot be: what was expected instead, or the limit that it would pass."""

    def __init__(self, expected: str, *, limit: bool = False) -> None:
        super().__init__(expected)
        self.expected = expected
        self.limit = limit


class Operations(Reader):
    """Turns operations into tokens, and into the JSON text that they spell.

    It is a reader in all that the builder and the extractor ask of one, but takes no text.
    """

    __slots__ = ("_containers", "_here", "_path", "_spans", "_unclosed", "_was_string")

    def __init__(self, sink: Sink, *, max_string: int, max_number_digits: int) -> None:
        super().__init__(sink, max_string=max_string, max_number_digits=max_number_digits)
        self._containers: list[_Container] = []
        self._path: Path = ()  # of the newest operation
        self._was_string = False  # whether it put a string
        self._unclosed: set[Path] = set()  # strings of which more was to come when another operation came
        self._spans: list[tuple[int, int]] = []  # of the tokens that the sink is taking
        self._here = 0

    def put(self, path: Path, value: Any, goes_on: bool) -> None:
        """Put a value at a path; a string `goes_on` if more of it may come.

        What cannot be is not raised but kept in `flaw`, and nothing of it is taken.
        """
        try:
            if path != self._path or not self._was_string:
                self._place(path, value, goes_on)
            elif self.string is None:
                if goes_on or value != "":  # it closes a string that is closed
                    self._place(path, value, goes_on)
            elif isinstance(value, str):
                self._go_on(self.string, value, goes_on)
            else:
                raise _RefusedError(f"more of the string that {_name(path)} is")  # noqa: TRY301
        except _RefusedError as refused:
            self._fail(Flaw(len(self.text), refused.expected, refused.limit))

    def close(self) -> None:
        """The operations have ended well: close what is open. Without any, the value is an empty object."""
        try:
            if self.string is not None:
                self._go_on(self.string, "", goes_on=False)
        except _RefusedError as refused:
            self._fail(Flaw(len(self.text), refused.expected))
        if not self.stopped:
            batch = _Batch(len(self.text))
            if not batch.at:
                self._enter(batch, array=False)
            self._leave(batch, 0)
            self._take(batch)

    def feed(self, text: str) -> None:  # noqa: ARG002  # it takes none
        """Refuse text."""
        raise UsageError("feed() after operate(): a value comes as text or as operations, not as both")

    def span(self, index: int) -> tuple[int, int]:
        """Where the token at `index` of those that the sink is taking stands."""
        return self._spans[index]

    def mark(self, index: int) -> tuple[int, int]:
        """By what `find` finds the token at `index` later, if it is one that starts something; else where it ends."""
        start, end = self._spans[index]
        return (start if self.tokens[index][0] in STARTS else end), -1

    @property
    def here(self) -> int:
        """Where the string ends that has come in pieces and is being told of."""
        return self._here

    def _place(self, path: Path, value: Any, goes_on: bool) -> None:
        """Put a value where no string is open."""
        kept = self._kept(path)
        if isinstance(value, str):
            value = _paired(value)
        event, atom = ("string", "") if goes_on and isinstance(value, str) else self._atom(value)
        keys = [self._quoted(step) if isinstance(step, str) else "" for step in path[max(kept - 1, 0) :]]
        if self.string is not None:
            self._unclosed.add(self._path)
            self._go_on(self.string, "", goes_on=False)
            if self.stopped:
                return
        batch = _Batch(len(self.text))
        self._leave(batch, kept)
        for at, key in enumerate(keys, max(kept - 1, 0)):
            step, is_last = path[at], at == len(path) - 1
            if at == len(self._containers):
                self._enter(batch, array=not isinstance(step, str))
            container = self._containers[at]
            if container.step is not None:
                batch.write(",")
            container.step = step
            if container.parts is not None:
                container.parts[step] = not is_last  # type: ignore[index]  # of an object, it is a key
                batch.add("map_key", step, key)
                batch.write(":")
        self._path = path
        self._was_string = event == "string"
        if not goes_on or not self._was_string:
            batch.add(event, value, atom)
            self._take(batch)
            return
        self._take(batch)
        if not self.stopped:
            self.text.write('"')
            self.string = string = OpenString()
            self._sink.open_string(string)
            self._go_on(string, value, goes_on=True)

    def _kept(self, path: Path) -> int:
        """How many of the containers that are open are still open when an operation at this path is done."""
        containers = self._containers
        if not containers:
            if len(self.text):
                raise _RefusedError("no more, since the value is no object or array")
            _check_new(path, 0)
            return 0
        if not path:
            raise _RefusedError(f"a place inside the value, which is {containers[0].kind}")
        last = len(path) - 1
        at = 0
        while at < min(last, len(containers) - 1) and path[at] == containers[at].step:
            at += 1
        container, step = containers[at], path[at]
        if (container.parts is None) == isinstance(step, str):
            raise _RefusedError(f"a place inside {_name(path[:at])}, which is {container.kind}")
        if at == last and at < len(containers) - 1 and step == container.step:
            raise _RefusedError(f"a place inside {_name(path)}, which is {containers[at + 1].kind}")
        if container.parts is None:
            due = 0 if container.step is None else container.step + 1
            if step != due:
                left = f", since {_name(path[: at + 1])} was left" if 0 <= step < due else ""  # type: ignore[operator]
                raise _RefusedError(f"{_name(path[:at])}[{due}] next{left}")
        elif (is_container := container.parts.get(step)) or (is_container is False and at < last):  # type: ignore[arg-type]
            raise _RefusedError(f"no more in {_name(path[: at + 1])}, which was left")
        elif path in self._unclosed:
            raise _RefusedError(f"no more of {_name(path)}, which was left before it was closed")
        _check_new(path, at + 1)
        return at + 1

    def _atom(self, value: Any) -> tuple[str, str]:
        """The event and the text of a value that comes whole."""
        match value:
            case None:
                return "null", "null"
            case bool():
                return "boolean", "true" if value else "false"
            case str():
                return "string", self._quoted(value)
            case _:
                pass  # a number
        try:
            text = _write(value)
        except ValueError as error:
            if isinstance(value, float):
                raise _RefusedError("a number that JSON has") from error
            text = ""  # an integer of more digits than Python writes
        if not 0 < len(text) <= self._max_digits:
            raise _RefusedError(
                f"a number is longer than max_number_digits={self._max_digits:,} characters", limit=True
            )
        return "number", text

    def _quoted(self, text: str) -> str:
        """The text of a string or key that comes whole."""
        self._check_length(len(text))
        if not text.isprintable() and _SURROGATE.search(text):
            raise _RefusedError(_LONE)
        return _write(text)

    def _check_length(self, length: int) -> None:
        if length > self._max_string:
            raise _RefusedError(f"a string is longer than max_string={self._max_string:,} characters", limit=True)

    def _go_on(self, string: OpenString, piece: str, goes_on: bool) -> None:
        """A string that is open goes on, or closes with this."""
        if self.carry or not piece.isprintable():
            piece = _paired(self.carry + piece)
            kept = len(piece) - (goes_on and _HIGH.match(piece[-1:]) is not None)
            piece, half = piece[:kept], piece[kept:]
            if _SURROGATE.search(piece):
                raise _RefusedError(_LONE)
            self.carry = half
        self._check_length(string.length + len(piece))
        string.tail += piece
        if len(string.tail) > TAIL:
            string.settle()
        self.text.write(_write(piece)[1:-1])
        if goes_on:
            if piece:
                self._sink.append(piece)
            return
        self.text.write('"')
        self._here = self.end = len(self.text)
        self.string = None
        self._sink.close_string(piece, string.text(), self)
        self.stopped = self._sink.over

    def _enter(self, batch: _Batch, *, array: bool) -> None:
        """An object or array begins."""
        self._containers.append(_Container(array=array))
        batch.add("start_array" if array else "start_map", None, "[" if array else "{")

    def _leave(self, batch: _Batch, kept: int) -> None:
        """All but so many of the objects and arrays that are open end."""
        while len(self._containers) > kept:
            array = self._containers.pop().parts is None
            batch.add("end_array" if array else "end_map", None, "]" if array else "}")

    def _take(self, batch: _Batch) -> None:
        """Write the text of some tokens, and give them to the sink."""
        self.text.write("".join(batch.text))
        self.tokens += batch.tokens
        self._spans = batch.spans
        self._sink.take(self.tokens, self)
        self.tokens.clear()
        self.stopped = self._sink.over


class _Batch:
    """Tokens that are told in one go, and their text.

    Args:
        at: Where it stands in the text of all.
    """

    __slots__ = ("at", "spans", "text", "tokens")

    def __init__(self, at: int) -> None:
        self.at = at
        self.tokens: list[tuple[str, Any]] = []
        self.spans: list[tuple[int, int]] = []
        self.text: list[str] = []

    def add(self, event: str, value: Any, text: str) -> None:
        self.tokens.append((event, value))
        self.spans.append((self.at, self.at + len(text)))
        self.write(text)

    def write(self, text: str) -> None:
        self.text.append(text)
        self.at += len(text)


def _name(path: Path) -> str:
    return format_path(path) or "the value"


def _check_new(path: Path, start: int) -> None:
    """Refuse a path whose steps from `start` on lead into new arrays, and not to their first elements."""
    for at in range(start, len(path)):
        if isinstance(path[at], int) and path[at]:
            raise _RefusedError(f"{_name(path[:at])}[0] next")


def _paired(text: str) -> str:
    """The same text, in which two halves of a surrogate pair are one character."""
    if text.isprintable() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
