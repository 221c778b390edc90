"""Tokens and a plan in, the value so far and events out.

A stack of frames, one for each object or array that is open; no recursion, so that depth costs memory only. Complete
parts are validated as they complete and kept; when a frame closes, its shape makes the validated value of them, which
becomes a part of the frame below. At the bottom is a frame for the whole: its only part is the result.

A place that the plan reads whole is passed over until it closes (`_whole` counts how deep it is in); then its JSON
text is parsed at once. A place that does not fit is rejected and the story goes on: what had been shown of it stays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from partway._diagnose import Flaw
from partway._plan import Plan, ValidationError, retitled
from partway._reader import Reader, Token
from partway._shapes import ATOMS, HIDDEN, ArrayShape, DictShape, ObjectShape, Place, Shape
from partway._snapshot import Level, Spine, holds, show
from partway._strings import OpenString
from partway.events import Appended, Completed, Event, Kind, Opened, Path, Rejected, State

__all__ = ["Builder"]

_STARTS: Final = frozenset(("start_map", "start_array"))
_ENDS: Final = frozenset(("end_map", "end_array"))
_NOTHING: Final = object()
_KINDS: Final[dict[str, Kind]] = {
    "string": "string",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
    "start_map": "object",
    "start_array": "array",
}


class _Frame:
    """An object or array that is open.

    Attributes:
        parts: Its complete parts: a list for an array, a dict by key for an object.
        fields: The fields by JSON key, if it has any.
        mixed: Whether its elements have different places, or it is the frame of the whole.
        key: The JSON key of the part that is being written, if it is an object; for an array its length tells.
        slot: The same as the key in `parts`.
        child: The place of the part that is being written.
        bad: The errors of the parts that were rejected, by key or index.
        start: Where it begins in the JSON text, if it is validated from that.
        again: Whether the key of the part that is about to begin was there before.
        order: The keys in their order, once one was repeated.
        seen: How many snapshots had been taken when `parts` was last copied.
    """

    __slots__ = (
        "again",
        "array",
        "bad",
        "child",
        "fields",
        "key",
        "mixed",
        "order",
        "parts",
        "seen",
        "shape",
        "slot",
        "start",
    )

    def __init__(self, shape: Shape, start: int, seen: int) -> None:
        self.shape = shape
        self.array = array = shape.array
        self.fields = shape.fields
        self.mixed = shape.mixed
        self.child: Place = shape.start or HIDDEN
        self.parts: Any = [] if array else {}
        self.key: str | None = None
        self.slot: Any = None
        self.bad: dict[Any, ValidationError] | None = None
        self.start = start
        self.seen = seen
        self.again = False
        self.order: list[Any] | None = None

    @property
    def step(self) -> str | int | None:
        """The step of a path from here to the part that is being written."""
        return len(self.parts) if self.array else self.key


class Builder:
    """Builds one candidate's value.

    Attributes:
        done: Whether the whole value is there: `value`, or what had been shown of it and `error`.
        over: Whether it takes no more: it is done, or there is a flaw.
        changed: Whether what can be seen has changed; the extractor sets it back.
        string: The string that is open, if it is to be seen while it grows.
        rejected: The places that did not fit, and why.
        flaw: The limit that was passed.
        emit: Called with each event.
    """

    def __init__(self, plan: Plan, *, max_depth: int, emit: Callable[[Event], object] | None = None) -> None:
        self._root = _Frame(ArrayShape(list, plan.root, None), 0, 0)
        self._root.mixed = True
        self._frame = self._root
        self._stack = [self._root]
        self.emit = emit
        self._max_depth = max_depth
        self._whole = 0
        self._whole_start = 0
        self._passed = False  # whether anything inside one was passed over
        self._busy = False  # a string that is not shown, or a whole value, is being written
        self._snapshots = 0
        # Of a set that took some of its elements for the same: how many there were.
        self._elements: dict[Path, int] = {}
        self.changed = False
        self.done = False
        self.over = False
        self.value: Any = None
        self.error: ValidationError | None = None
        self.string: OpenString | None = None
        self.rejected: dict[Path, ValidationError] = {}
        self.flaw: Flaw | None = None

    @property
    def began(self) -> bool:
        """Whether anything of the value can be seen, or could be told of."""
        return self.done or self.depth > 0 or self._busy or self.string is not None

    @property
    def depth(self) -> int:
        """How many objects and arrays are open."""
        return len(self._stack) - 1 + self._whole

    @property
    def filled(self) -> bool:
        """Whether anything inside the value has arrived."""
        return self.depth > 1 or self._passed or bool(self._frame.parts) or self._frame.key is not None

    def take(self, tokens: list[Token], reader: Reader) -> None:
        """Take tokens of ijson's.

        Keys and atoms, most of all tokens, are written out here, without calls, as long as nobody listens to events.
        """
        frame = self._frame
        for index, (event, value) in enumerate(tokens):
            if self._whole:
                self._pass_over(event, reader, index)
            elif event == "map_key":
                self.key(value)
            elif event in ATOMS:
                place = frame.child
                if place.takes[event] is not None or self.emit is not None or frame.mixed or not place.shown:
                    self._atom(event, value)
                elif frame.array:
                    frame.parts.append(value)
                    self.changed = True
                else:
                    frame.parts[frame.slot] = value
                    frame.key = None
                    self.changed = True
            else:
                if event in _STARTS:
                    self._start(event, reader, index)
                else:
                    self._end(reader, index)
                frame = self._frame
            if self.over:
                if self.done:
                    reader.end = reader.span(index)[1]
                return

    def key(self, key: str) -> None:
        """Take a key: find the place of the part that is about to begin."""
        frame = self._frame
        if frame.fields is not None and not self._whole and frame.bad is None and key not in frame.parts:
            field = frame.fields.get(key)
            if field is not None:
                frame.key = frame.slot = key
                frame.child = field.place
                return
        if self._whole:
            self._passed = True
        else:
            self._any_key(key)

    def _any_key(self, key: str) -> None:
        """Take a key that may be an extra, a key of a mapping, or repeated."""
        frame = self._frame
        shape = frame.shape
        frame.key = frame.slot = key
        if isinstance(shape, ObjectShape):
            field = shape.fields.get(key)
            if field is not None:
                frame.child = field.place
            else:
                frame.child = shape.extra
                if shape.forbidden is not None:
                    self._note(frame, key, shape.forbidden)
        elif isinstance(shape, DictShape):
            frame.child = shape.values
            if shape.key is not None:
                try:
                    frame.slot = shape.key(key)
                except ValidationError as error:
                    frame.child = HIDDEN
                    self._note(frame, key, retitled("dict", error, "[key]"))
                    return
        if frame.slot in frame.parts or (frame.bad and frame.slot in frame.bad and frame.child.shown):
            frame.again = frame.mixed = True

    def open_string(self, string: OpenString) -> None:
        """Take the beginning of a string."""
        if self._whole:
            self._passed = True
            return
        place = self._frame.child
        if self._frame.again:
            self._reopen(self._frame)
        if place.shown and self.emit is not None:
            self.emit(Opened(self._path(), "string"))
        if place.shown and place.streams:
            self.string = string
            self.changed = True
        else:
            self._busy = True

    def append(self, piece: str) -> None:
        """Take more of it."""
        if self.string is not None:
            self.changed = True
            if self.emit is not None:
                self.emit(Appended(self._path(), piece))

    def close_string(self, piece: str, whole: str) -> None:
        """Take its end."""
        if self._whole:
            return
        if piece and self.string is not None and self.emit is not None:
            self.emit(Appended(self._path(), piece))
        self.string = None
        self._busy = False
        frame = self._frame
        place = frame.child
        if place.takes["string"] is not None or self.emit is not None or frame.mixed or not place.shown:
            self._atom("string", whole, opened=True)
        elif frame.array:
            frame.parts.append(whole)
            self.changed = True
        else:
            frame.parts[frame.slot] = whole
            frame.key = None
            self.changed = True

    def _reopen(self, frame: _Frame) -> None:
        """The value of a repeated key begins: the last one counts, in the place of the first, as in `json.loads`."""
        frame.again = frame.mixed = False
        if frame.order is None:
            frame.order = list(frame.parts)
        if frame.seen != self._snapshots:
            frame.parts = dict(frame.parts)
            frame.seen = self._snapshots
        frame.parts.pop(frame.slot, None)
        path = self._path()
        for known in [known for known in self.rejected if known[: len(path)] == path]:
            del self.rejected[known]
        if frame.bad and isinstance(frame.shape, ObjectShape):  # of a dict, pydantic validates every one
            frame.bad.pop(frame.slot, None)
        self.changed = True

    def _atom(self, event: str, value: Any, *, opened: bool = False) -> None:
        """A string, number, boolean or null is there."""
        frame = self._frame
        place = frame.child
        take = place.takes[event]
        if not place.shown:
            frame.key = None
            return
        if frame.again:
            self._reopen(frame)
        if self.emit is not None and not opened:
            self.emit(Opened(self._path(), _KINDS[event]))
            if event == "string" and place.streams and value:
                self.emit(Appended(self._path(), value))
        if take is not None:
            try:
                value = take(value)
            except ValidationError as error:
                self._reject(error, value if event == "string" and place.streams else _NOTHING)
                return
        self._put(value)

    def _put(self, value: Any) -> None:
        """A part of the frame on top is complete."""
        frame = self._frame
        path = self._path() if self.emit is not None else ()
        if frame.array:
            frame.parts.append(value)
            if frame is self._root:
                self.value = value
                self.done = self.over = True
            else:
                frame.child = frame.shape.place(len(frame.parts))  # type: ignore[union-attr]  # it is an array
        else:
            frame.parts[frame.slot] = value
            frame.key = None
        self.changed = True
        if self.emit is not None:
            self.emit(Completed(path, value))

    def _reject(self, error: ValidationError, shown: Any) -> None:
        """A part of the frame on top is there and does not fit; what had been shown of it stays."""
        frame = self._frame
        path = self._path()
        self.rejected[path] = error
        self._note(frame, len(frame.parts) if frame.array else frame.slot, error)
        if frame.array:
            frame.parts.append(None if shown is _NOTHING else shown)
            if frame is self._root:
                self.value = frame.parts[0]
                self.error = error
                self.done = self.over = True
            else:
                frame.child = frame.shape.place(len(frame.parts))  # type: ignore[union-attr]  # an array
        else:
            if shown is not _NOTHING:
                frame.parts[frame.slot] = shown
            frame.key = None
        self.changed = True
        if self.emit is not None:
            self.emit(Rejected(path, error))

    def _note(self, frame: _Frame, key: Any, error: ValidationError) -> None:
        if frame.bad is None:
            frame.bad = {}
        frame.bad[key] = error

    def _start(self, event: str, reader: Reader, index: int) -> None:
        """An object or array begins."""
        place = self._frame.child
        if self._frame.again:
            self._reopen(self._frame)
        shape: Shape | None = place.object if event == "start_map" else place.array
        if self.emit is not None and place.shown:
            self.emit(Opened(self._path(), _KINDS[event]))
        if shape is None:
            self._whole = 1
            self._whole_start = reader.span(index)[0] if place.shown else 0
            return
        self._frame = frame = _Frame(shape, reader.span(index)[0] if shape.from_text else 0, self._snapshots)
        self._stack.append(frame)
        self.changed = True
        if len(self._stack) + self._whole > self._max_depth + 1:
            self._too_deep(reader, index)

    def _end(self, reader: Reader, index: int) -> None:
        """The object or array on top is there: validate it."""
        frame = self._stack.pop()
        self._frame = self._stack[-1]
        shape: Any = frame.shape
        parts, value = frame.parts, None
        if frame.order is not None:
            parts = {**{key: parts[key] for key in frame.order if key in parts}, **parts}
        try:
            if shape.from_text:
                value = shape.close(reader.text.slice(frame.start, reader.span(index)[1]))
            elif frame.bad:
                key, error = next(iter(frame.bad.items()))
                self._reject_frame(frame, retitled(shape.title, error, key))
                return
            elif shape.close is None:
                value = parts
            else:
                value = shape.close(parts)
                if isinstance(value, set | frozenset) and len(value) != len(parts):
                    self._elements[self._path()] = len(parts)
        except ValidationError as error:
            self._reject_frame(frame, error if shape.from_text else retitled(shape.title, error))
        else:
            self._put(value)

    def _reject_frame(self, frame: _Frame, error: ValidationError) -> None:
        level = (frame.shape, frame.parts, len(frame.parts), None)
        self._reject(error, show(Spine([level], None)))

    def _pass_over(self, event: str, reader: Reader, index: int) -> None:
        """Go on in a value that is read whole."""
        self._passed = True
        if event in _STARTS:
            self._whole += 1
            if len(self._stack) + self._whole > self._max_depth + 1:
                self._too_deep(reader, index)
        elif event in _ENDS:
            self._whole -= 1
            if not self._whole:
                self._end_whole(reader, index)

    def _end_whole(self, reader: Reader, index: int) -> None:
        place = self._frame.child
        if not place.shown:
            self._frame.key = None
            return
        try:
            value = place.parse(reader.text.slice(self._whole_start, reader.span(index)[1]))
        except ValidationError as error:
            self._reject(error, _NOTHING)
        else:
            self._put(value)

    def _too_deep(self, reader: Reader, index: int) -> None:
        sentence = f"the JSON is nested deeper than max_depth={self._max_depth:,}"
        self.flaw = Flaw(reader.span(index)[0], sentence, limit=True)
        self.over = True

    def _path(self) -> Path:
        """Where the part of the frame on top stands that is being written."""
        return tuple(frame.step for frame in self._stack[1:])  # type: ignore[misc]  # a key is known by now

    def open_path(self, *, bare: bool) -> Path:
        """Where the text is being written; `bare`: a number or literal has begun."""
        path = tuple(frame.step for frame in self._stack[1:-1])
        top = self._frame
        if top is not self._root and (
            top.key is not None or (top.array and (bare or self._busy or self._whole or self.string is not None))
        ):
            path = (*path, top.step)
        return path  # type: ignore[return-value]  # as in _path

    def snapshot(self) -> Any:
        """The value so far; `None` if nothing of it can be seen."""
        if self.done:
            return self.value
        if self.string is None and len(self._stack) == 1:
            return None
        self._snapshots += 1
        levels: list[Level] = [(f.shape, f.parts, len(f.parts), f.slot) for f in self._stack[1:]]
        return show(Spine(levels, self.string))

    def state(self, path: Path, *, bare: bool) -> State:
        """How far a place has come; `bare`: a number or literal has begun."""
        if path in self.rejected:
            return State.REJECTED
        if path and isinstance(path[-1], int) and 0 <= path[-1] < self._elements.get(path[:-1], 0):
            return State.COMPLETE
        steps: Path = (0, *path)  # from the frame of the whole
        for frame, step, rest in zip(self._stack, steps, (steps[n:] for n in range(1, len(steps) + 1)), strict=False):
            if step != frame.step or self.done:
                return _part_state(frame, step, rest)
            if frame is self._frame:
                if self._busy or self._whole or self.string is not None or (bare and not frame.again):
                    return State.STREAMING if not rest else State.ABSENT
                return _part_state(frame, step, rest)
        return State.STREAMING


def _part_state(frame: _Frame, step: str | int, rest: Path) -> State:
    """The state of what is at `rest` in the complete part at `step` of a frame."""
    shape, parts = frame.shape, frame.parts
    place: Place
    if isinstance(shape, ArrayShape):
        if not isinstance(step, int) or not 0 <= step < len(parts):
            return State.ABSENT
        place = shape.place(step)
    elif isinstance(step, int):
        return State.ABSENT
    elif isinstance(shape, ObjectShape):
        place = shape.fields[step].place if step in shape.fields else shape.extra
    else:
        place = shape.values
        try:
            step = step if shape.key is None else shape.key(step)
        except ValidationError:
            return State.ABSENT
    if step not in parts and not isinstance(shape, ArrayShape):
        return State.ABSENT
    return State.COMPLETE if holds(parts[step], place, rest) else State.ABSENT
