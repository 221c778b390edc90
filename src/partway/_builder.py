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
from partway._plan import Plan, ValidationError, nested_error
from partway._reader import Reader, Token
from partway._shapes import ATOMS, HIDDEN, ArrayShape, DictShape, Field, ObjectShape, Place, Shape
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
        seen: How many snapshots had been taken when `parts` was last copied.
    """

    __slots__ = ("array", "bad", "child", "fields", "key", "mixed", "parts", "seen", "shape", "slot", "start")

    def __init__(self, shape: Shape, start: int, seen: int) -> None:
        self.shape = shape
        self.key: str | None = None
        self.slot: Any = None
        self.bad: dict[Any, ValidationError] | None = None
        self.start = start
        self.seen = seen
        self.parts: Any
        self.fields: dict[str, Field] | None = None
        self.mixed = False
        if isinstance(shape, ArrayShape):
            self.array = True
            self.parts = []
            self.child = shape.place(0)
            self.mixed = bool(shape.first)
        else:
            self.array = False
            self.parts = {}
            self.child = HIDDEN
            if isinstance(shape, ObjectShape):
                self.fields = shape.fields

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
        end: Where the value ends in the JSON text, once it is done.
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
        self._busy = False  # a string that is not shown, or a whole value, is being written
        self._snapshots = 0
        self.changed = False
        self.done = False
        self.over = False
        self.value: Any = None
        self.error: ValidationError | None = None
        self.string: OpenString | None = None
        self.rejected: dict[Path, ValidationError] = {}
        self.flaw: Flaw | None = None
        self.end = 0

    @property
    def began(self) -> bool:
        """Whether anything of the value can be seen, or could be told of."""
        return self.done or len(self._stack) > 1 or self._busy or self.string is not None

    @property
    def depth(self) -> int:
        """How many objects and arrays are open."""
        return len(self._stack) - 1 + self._whole

    @property
    def filled(self) -> bool:
        """Whether anything inside the value has arrived."""
        return len(self._stack) > 2 or self._whole > 1 or bool(self._frame.parts) or self._frame.key is not None

    def take(self, tokens: list[Token], reader: Reader) -> None:
        """Take tokens of ijson's.

        Keys and atoms, most of all tokens, are written out here, without calls, as long as nobody listens to events.
        """
        frame = self._frame
        for index, (event, value) in enumerate(tokens):
            if self._whole:
                self._pass_over(event, reader, index)
            elif event == "map_key":
                field = None if frame.fields is None else frame.fields.get(value)
                if field is None or value in frame.parts or frame.bad:
                    self.key(value)
                else:
                    frame.key = frame.slot = value
                    frame.child = field.place
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
                    self.end = reader.span(index)[1]
                return

    def key(self, key: str) -> None:
        """Take a key: find the place of the part that is about to begin."""
        if self._whole:
            return
        frame = self._frame
        shape = frame.shape
        frame.key = frame.slot = key
        if isinstance(shape, ObjectShape):
            field = shape.fields.get(key)
            frame.child = shape.extra if field is None else field.place
        elif isinstance(shape, DictShape):
            frame.child = shape.values
            if shape.key is not None:
                try:
                    frame.slot = shape.key(key)
                except ValidationError as error:
                    frame.child = HIDDEN
                    self._note(frame, key, nested_error("dict", "[key]", error))
                    return
        if frame.slot in frame.parts or (frame.bad and frame.slot in frame.bad):
            self._reopen(frame)

    def open_string(self, string: OpenString) -> None:
        """Take the beginning of a string."""
        if self._whole:
            return
        place = self._frame.child
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
        """A key is repeated: the last one counts, as in `json.loads`."""
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
        try:
            value = self._closed(frame, reader, index)
        except ValidationError as error:
            level = Level(frame.shape, frame.parts, len(frame.parts), None)
            self._reject(error, show(Spine((level,), None, 0)))
        else:
            self._put(value)

    def _closed(self, frame: _Frame, reader: Reader, index: int) -> Any:
        shape = frame.shape
        if isinstance(shape, ObjectShape) and shape.from_text:
            return shape.close(reader.text.slice(frame.start, reader.span(index)[1]))
        if frame.bad:
            key, error = next(iter(frame.bad.items()))
            raise nested_error(error.title, key, error)
        parts = frame.parts
        if isinstance(shape, ArrayShape) and shape.make is tuple:
            parts = tuple(parts)
        return parts if shape.close is None else shape.close(parts)

    def _pass_over(self, event: str, reader: Reader, index: int) -> None:
        """Go on in a value that is read whole."""
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
        levels = tuple([Level(f.shape, f.parts, len(f.parts), f.slot) for f in self._stack[1:]])
        string = self.string
        return show(Spine(levels, string, string.length if string is not None else 0))

    def state(self, path: Path, *, bare: bool) -> State:
        """How far a place has come; `bare`: a number or literal has begun."""
        if path in self.rejected:
            return State.REJECTED
        steps: Path = (0, *path)  # from the frame of the whole
        for frame, step, rest in zip(self._stack, steps, (steps[n:] for n in range(1, len(steps) + 1)), strict=False):
            if step != frame.step or self.done:
                return _part_state(frame, step, rest)
            if frame is self._frame:
                begun = self._busy or self._whole or self.string is not None or bare
                return State.STREAMING if begun and not rest else State.ABSENT
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
