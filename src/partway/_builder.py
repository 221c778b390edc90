"""Tokens and a plan in, the value so far and events out.

A stack of frames, one for each object or array that is open; no recursion, so that depth costs memory only. Complete
parts are validated as they complete and kept; when a frame closes, its shape makes the validated value of them, which
becomes a part of the frame below. At the bottom is a frame for the whole: its only part is the result.

A place that the plan reads whole is passed over until it closes (`_whole` counts how deep it is in); then its JSON
text is parsed at once. So is the object or array of a union while it is not known which member it is, only that its
tokens are kept (`_settle`), and told as soon as it is known. A place that does not fit is rejected and the story goes
on: what had been shown of it stays.

An object with gates is built like any other, but nothing of it is seen or told before they are complete: its frame is
`hidden`, and it holds the events back: all of them, since who listens may be another by then.

Who listens to some places only (`watch`) shall not pay for the others. So each frame that has such places inside it
keeps its node of the automaton, and `tells` says whether the part that is being written is one of them. In an object
only the keys that lead to such a place are looked up there: they are left out of the frame's `fields`, and go the long
way. Where none can be inside, the frame has no node, and nothing is looked up at all.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from partway._diagnose import Flaw
from partway._frames import Frame, Misfit, Source, lacks_tag, part_state, pass_by, put_in_order, text_of, was_shown
from partway._paths import APPENDS, BOTH, OTHERS, Node, Watch
from partway._plan import NOT_ALONE, UNTOLD, Plan, ValidationError, forget_frames, retitled
from partway._reader import Reader, Sink, Token
from partway._settle import Chooser, Record, by_tag
from partway._shapes import (
    ATOMS,
    ENDS,
    HIDDEN,
    STARTS,
    ArrayShape,
    DictShape,
    EitherShape,
    ObjectShape,
    Place,
    Prefixes,
    Take,
)
from partway._snapshot import Level, Settled, Spine, show
from partway._strings import OpenString
from partway.events import Appended, Completed, Event, Kind, Opened, Path, Rejected, State

__all__ = ["Builder", "Misfit"]

_NOTHING: Final = object()
_KINDS: Final[dict[str, Kind]] = {
    "string": "string",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
    "start_map": "object",
    "start_array": "array",
}


class Builder(Sink):
    """Builds one candidate's value.

    Attributes:
        done: Whether the whole value is there: `value`, or what had been shown of it and `error`.
        over: Whether it takes no more: it is done, or there is a flaw.
        changed: Whether what can be seen has changed; the extractor sets it back.
        string: The string that is open, if it is to be seen while it grows.
        watched: The string that is open, if it is to be seen once enough of it is known.
        hidden: The outermost open object that waits for a gate.
        covered: Whether one of these two may be there, or an open element of a set; `only_seen` sees to it.
        changed_before: Whether what can be seen had changed before it began, in the same piece of text.
        rejected: The places that did not fit.
        failed: The first of them, if that ends all.
        flaw: The limit that was passed.
        emit: Called with each event.
        tells: Which events of the part that is being written are told: `APPENDS`, `OTHERS`, both or none.
    """

    __slots__ = (
        "_busy", "_chooser", "_elements", "_elements_before", "_fail_fast", "_forgiving", "_frame", "_max_depth",
        "_max_rejected", "_passed", "_root", "_set", "_settled", "_snapshots", "_stack", "_string_path", "_told",
        "_torn", "_watch", "_whole", "_whole_start", "changed", "changed_before", "covered", "done", "emit", "error",
        "failed", "flaw", "hidden", "rejected", "string", "tells", "value", "watched",
    )  # fmt: skip

    def __init__(
        self,
        plan: Plan,
        *,
        max_depth: int,
        max_rejected: int,
        fail_fast: bool = False,
        emit: Callable[[Event], object] | None = None,
        watch: Watch | None = None,
    ) -> None:
        super().__init__()
        self._root = Frame(ArrayShape(list, plan.root, None), 0)
        self._root.mixed = True
        self._frame = self._root
        self._stack = [self._root]
        self.emit = emit
        self._watch = watch
        self._string_path: Path | None = None  # where the open string stands, once that was told
        self.tells = 0
        self._watch_stack()
        self._max_depth = max_depth
        self._max_rejected = max_rejected
        self._whole = 0
        self._whole_start = 0
        self._passed = False  # whether anything inside one was passed over
        self._busy = False  # a string that is not shown, or a whole value, is being written
        self._snapshots = 0
        # Of a set that took some of its elements for the same: how many there were.
        self._elements: dict[Path, int] = {}
        self._chooser: Chooser | None = None
        self._told = False  # whether it was said that what begins next has begun
        self._torn = False  # whether the union must judge what begins next
        self._forgiving = 0  # how many open objects may fit though a part of them does not
        self._fail_fast = fail_fast
        self._settled: Settled | None = None  # what a string that is open will be
        self.watched: OpenString | None = None
        self.hidden: Frame | None = None
        self.covered = False
        self._set: Frame | None = None  # the outermost open set that has an open element
        self._elements_before = 0  # how many elements it had before that
        self.changed_before = False
        self.failed: Misfit | None = None
        self.changed = False
        self.done = False
        self.value: Any = None
        self.error: ValidationError | None = None
        self.string: OpenString | None = None
        self.rejected: dict[Path, Misfit] = {}
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

    def listen(self, emit: Callable[[Event], object] | None, watch: Watch | None = None) -> None:
        """Have each further event given to `emit`, those that are held back too; or to nobody.

        With a `watch`, those of the places that it names only.
        """
        self._watch = watch
        self.emit = emit
        for frame in self._stack:
            if frame.gates:
                frame.emit = self.emit
                self.emit = None if emit is None else frame.held.append
        self._watch_stack()

    def hold(self, twin: Builder) -> None:
        """Hold back what another has, which was told everything of the same text: who listens has come late."""
        for frame, other in zip(self._stack, twin._stack, strict=False):
            if frame.gates and other.gates:
                frame.held[:] = other.held

    def _watch_stack(self) -> None:
        """Find the nodes of all that is open."""
        for frame in self._stack:
            frame.node = frame.watch = None
            frame.fields = frame.shape.fields
        watch = None if self.emit is None else self._watch
        self.tells = BOTH if watch is None and self.emit is not None else 0
        node = None if watch is None else watch.above
        for frame in self._stack:
            if node is None:
                break
            self._watch_frame(frame, node)
            if frame.gates:
                self._hold_all(frame)
                break
            node = None
            if frame.watch is not None and (step := frame.step) is not None:
                node = frame.watch.step(step)
                self.tells = node.tells

    def _watch_frame(self, frame: Frame, node: Node) -> None:
        """A frame is at this node: find out which of its parts are to be looked at."""
        frame.node = node
        self.tells = 0
        if node.leads:
            frame.watch = node
            if frame.array:
                self.tells = node.step(0).tells
                if node.by_index:
                    frame.mixed = True  # then its parts go the long way, which looks at the index
            elif frame.fields is not None:
                known = node.known.get(id(frame.fields))
                frame.fields = node.quiet(frame.fields) if known is None else known

    def only_seen(self) -> None:
        """Have `changed` tell of what can be seen only, while something is covered."""
        if self._set is not None and len(self._set.parts) != self._elements_before:
            self._set = None
        unseen = self.hidden is not None or self._set is not None
        if unseen:
            self.changed, self.changed_before = self.changed_before, False
        self.covered = unseen or self.watched is not None

    def _cover(self, frame: Frame) -> None:
        """An element of a set begins, of which nothing is seen before it is complete."""
        if self.hidden is None and (self._set is None or len(self._set.parts) != self._elements_before):
            self._set, self._elements_before = frame, len(frame.parts)
            self.covered = True
            self.changed_before = self.changed

    def take(self, tokens: list[Token], reader: Reader) -> None:
        """Take tokens of ijson's.

        Keys and atoms, most of all tokens, are written out here, without calls, as long as nobody listens to events.
        """
        frame = self._frame
        for index, (event, value) in enumerate(tokens):
            if self._whole:
                self._pass_over(event, value, reader, index)
                frame = self._frame
            elif event == "map_key":
                self.key(value, reader, index)
            elif event in ATOMS:
                place = frame.child
                if (
                    place.takes[event] is not None
                    or frame.mixed
                    or not place.shown
                    or (self.tells and (self.tells & OTHERS or event == "string"))
                ):
                    self._atom(event, value, reader, index)
                elif frame.array:
                    frame.parts.append(value)
                    self.changed = True
                else:
                    frame.parts[frame.slot] = value
                    frame.key = None
                    self.changed = True
            else:
                if event in STARTS:
                    self._start(event, reader, index)
                else:
                    self._end(reader, index)
                frame = self._frame
            if self.over:
                if self.done:
                    reader.end = reader.span(index)[1]
                return

    def _tell(self, record: Record, index: int) -> None:
        """Take the tokens of a record from `index` on."""
        while index < len(record) and not self.over:
            event, value = record.events[index], record.values[index]
            if self._whole:
                self._pass_over(event, value, record, index)
            elif event == "map_key":
                self.key(value, record, index)
            elif event in ATOMS:
                self._atom(event, value, record, index)
            elif event in STARTS:
                end = self._start(event, record, index)
                if self._chooser is not None:  # it goes on in the record itself, and is behind all that is in it
                    return
                if end is not None:
                    index = end
            else:
                self._end(record, index)
            index += 1

    def key(self, key: str, source: Source, index: int = -1) -> None:
        """Take a key, which has no index if it came in pieces: find the place of the part that is about to begin."""
        frame = self._frame
        if frame.fields is not None and not self._whole and frame.bad is None and key not in frame.parts:
            field = frame.fields.get(key)
            if field is not None:
                frame.key = frame.slot = key
                frame.child = field.place
                if frame.watch is not None:
                    self.tells = 0
                return
        if not self._whole:
            self._any_key(key, source, index)
        elif self._chooser is None:
            self._passed = True
        else:
            assert isinstance(source, Reader)  # noqa: S101  # a record has no place for another
            self._keep("map_key", key, (source.here, -1))

    def _any_key(self, key: str, source: Source, index: int) -> None:
        """Take a key that may be an extra, a key of a mapping, or repeated."""
        frame = self._frame
        shape = frame.shape
        frame.key = frame.slot = key
        if frame.watch is not None:
            self.tells = frame.watch.step(key).tells
        if isinstance(shape, ObjectShape):
            field = shape.fields.get(key)
            if field is not None:
                frame.child = field.place
            else:
                frame.child = shape.extra
                if key in shape.suspect:
                    frame.torn = True
                if shape.forbidden is not None:
                    self._note(frame, key, shape.forbidden)
                    frame.own = True
                    if self._fail_fast and not self._forgiving:
                        end = source.span(index)[1] if index >= 0 else source.here  # type: ignore[union-attr]  # a reader
                        self._fail(Misfit(self._path(), shape.forbidden, end, inherited=False, union=False))
        elif isinstance(shape, DictShape):
            frame.child = shape.values
            if shape.key is not None:
                try:
                    frame.slot = shape.key(key)
                except ValidationError as error:
                    frame.child = HIDDEN
                    # What is said of the object is what is said of the first.
                    self._note(frame, key, frame.first_error or forget_frames(retitled("dict", error, drop=1)))
                    frame.own = True
                    return
        if frame.slot in frame.parts or (frame.bad and frame.slot in frame.bad and frame.child.shown):
            frame.again = frame.mixed = frame.torn = True

    def open_string(self, string: OpenString) -> None:
        """Take the beginning of a string."""
        if self._whole and not self._begins_in_union():
            self._passed = True
            return
        frame = self._frame
        place = frame.child
        if frame.again:
            self._reopen(frame)
        if frame.array and not frame.shape.growing:  # type: ignore[union-attr]  # an array
            self._cover(frame)
        self._string_path = None
        if place.shown and self.tells & OTHERS:
            self.emit(Opened(self.string_path, "string"))  # type: ignore[misc]  # there is one who is told
        if place.shown and place.streams:
            self.string = string
            self.changed = True
        else:
            self._busy = True
            if place.prefixes is not None:
                self.watched = string
                self.covered = True

    def _begins_in_union(self) -> bool:
        """A string begins in an object or array that is passed over; say whether that settles a union."""
        while self._chooser is not None and self._whole == 1:
            place = self._chooser.begins("string")
            if place is None:
                return False
            self._settle(place)
        return not self._whole

    def append(self, piece: str) -> None:
        """Take more of it."""
        if self.string is not None:
            self.changed = True
            if self.tells & APPENDS:
                self.emit(Appended(self.string_path, piece))  # type: ignore[misc]  # as above
        elif self.watched is not None:
            self._recognize(self.watched, piece)

    @property
    def string_path(self) -> Path:
        """Where the string stands that is open: the same object as long as it is."""
        path = self._string_path
        if path is None:
            path = self._string_path = self._path()
        return path

    def _recognize(self, string: OpenString, piece: str) -> None:
        """See whether enough of a string is known, now that a piece has come, to show it, or what it will be."""
        prefixes: Any = self._frame.child.prefixes
        if prefixes.value is not None:
            if self._settled is None and string.length - len(piece) <= prefixes.longest:
                foreseen = _foreseen(prefixes, string.text())
                if foreseen is not _NOTHING:
                    self._settled = Settled(foreseen)
                    self.changed = True
        elif string.length > prefixes.longest or not prefixes.possible(string.text()):
            self.string, self.watched, self._busy = string, None, False
            self.changed = True
            if self.tells & APPENDS:
                self.emit(Appended(self.string_path, string.text()))  # type: ignore[misc]  # as above

    def close_string(self, piece: str, whole: str, reader: Reader) -> None:
        """Take its end."""
        if self._whole:
            if self._chooser is not None:
                self._keep("string", whole, (reader.here, -1))
            return
        if self._busy:
            if self.watched is not None and piece:
                self._recognize(self.watched, piece)
            self.watched = None
            self._busy = False
        elif piece and self.tells & APPENDS:
            self.emit(Appended(self.string_path, piece))  # type: ignore[misc]  # as above
        self.string = None
        frame = self._frame
        place = frame.child
        if place.takes["string"] is not None or self.tells & OTHERS or frame.mixed or not place.shown:
            self._atom("string", whole, reader, -1, opened=True)
        elif frame.array:
            frame.parts.append(whole)
            self.changed = True
        else:
            frame.parts[frame.slot] = whole
            frame.key = None
            self.changed = True

    def _reopen(self, frame: Frame) -> None:
        """The value of a repeated key begins: the last one counts, in the place of the first, as in `json.loads`."""
        frame.again = False
        frame.mixed = frame.gates is not None
        put_in_order(frame)
        if frame.seen != self._snapshots:
            frame.parts = dict(frame.parts)
            frame.seen = self._snapshots
        if frame.parts.pop(frame.slot, _NOTHING) is not _NOTHING:
            frame.ordered -= 1
        if frame.bad and frame.slot in frame.bad:
            self._forget_rejected(self._path())
        if frame.bad and isinstance(frame.shape, ObjectShape):  # of a dict, pydantic validates every one
            frame.bad.pop(frame.slot, None)
        self.changed = True

    def _atom(self, event: str, value: Any, source: Source, index: int, *, opened: bool = False) -> None:
        """A string, number, boolean or null is there; a string that has come in pieces has no index."""
        frame = self._frame
        place = frame.child
        take = place.takes[event]
        if not place.shown:
            pass_by(frame)
            self._passed = True
            return
        if frame.again:
            self._reopen(frame)
        if self.tells and not opened:
            emit: Any = self.emit
            if self.tells & OTHERS:
                emit(Opened(self._path(), _KINDS[event]))
            if self.tells & APPENDS and event == "string" and value and (place.streams or was_shown(place, value)):
                emit(Appended(self._path(), value))
        if take is not None:
            try:
                value = take(value)
            except ValidationError as error:
                shown = value if event == "string" and place.streams else _NOTHING
                if self._settled is not None:
                    shown, self._settled = self._settled.value, None
                elif event == "string" and place.prefixes is not None and place.prefixes.value is not None:
                    shown = _foreseen(place.prefixes, value)  # as if it had come in pieces
                self._reject(error, shown, source.span(index)[1] if index >= 0 else source.here)  # type: ignore[union-attr]  # a reader
                return
        self._settled = None
        self._put(value)

    def _put(self, value: Any) -> None:
        """A part of the frame on top is complete."""
        frame = self._frame
        emit = self.emit if self.tells & OTHERS else None
        path = self._path() if emit is not None else ()
        self.changed = True
        if not frame.array:
            frame.parts[frame.slot] = value
            frame.key = None
        elif frame is self._root:
            frame.parts.append(value)
            self.value = value
            self.done = self.over = True
        else:
            frame.parts.append(value)
            shape: Any = frame.shape
            frame.child = shape.place(len(frame.parts)) if frame.mixed else shape.start
            if frame.watch is not None and frame.mixed:
                self.tells = frame.watch.step(len(frame.parts)).tells
        if emit is not None:
            emit(Completed(path, value))
        if frame.gates and frame.shape.fields and (field := frame.shape.fields.get(frame.slot)) is not None:
            frame.gates.discard(field.name)
            if not frame.gates:
                self._reveal(frame)

    def _reveal(self, frame: Frame) -> None:
        """An object whose gates are complete, or which has none of them in the end, is seen from now on."""
        frame.gates = None
        if self.hidden is frame:
            self.hidden = next((other for other in self._stack if other.gates), None)
        if frame.emit is not None:
            self.emit = frame.emit
            watch = self._watch if self.hidden is None else None  # else they are held back by what is around it
            for event in frame.held:
                if watch is None or watch.wants(event):
                    frame.emit(event)
            if watch is not None:
                self._watch_stack()
        self.changed = True

    def _reject(self, error: ValidationError, shown: Any, end: int, *, inherited: bool = False) -> None:
        """A part of the frame on top is there and does not fit; what had been shown of it stays."""
        frame = self._frame
        path = self._path()
        told = not self._forgiving and error.title != NOT_ALONE
        self._passed = True
        if told:
            self.rejected[path] = Misfit(path, forget_frames(error), end, inherited, frame.child.union)
        else:
            error = UNTOLD
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
            elif isinstance(frame.shape, ObjectShape):  # it may come again, and fit
                put_in_order(frame)
            frame.key = None
        self.changed = True
        if told and self.tells & OTHERS:
            self.emit(Rejected(path, error))  # type: ignore[misc]  # as above
        if frame.watch is not None and frame.array:
            self.tells = frame.watch.step(len(frame.parts)).tells
        if told and self._fail_fast:
            self._fail(self.rejected[path])
        elif told and len(self.rejected) > self._max_rejected and not self.done:
            sentence = f"more than max_rejected={self._max_rejected:,} values do not fit their type"
            self.flaw = Flaw(end, sentence, limit=True)
            self.over = True

    def _fail(self, rejection: Misfit) -> None:
        self.failed = rejection
        self.over = True

    def _note(self, frame: Frame, key: Any, error: ValidationError) -> None:
        if frame.bad is None:
            frame.bad = {}
        frame.bad[key] = error

    def _start(self, event: str, source: Source, index: int) -> int | None:
        """An object or array begins; give the index of its end if it was taken to that."""
        frame = self._frame
        if frame.again:
            self._reopen(frame)
        place = frame.child
        shape = place.object if event == "start_map" else place.array
        while isinstance(shape, EitherShape):
            if self.tells & OTHERS and not self._told:
                self.emit(Opened(self._path(), _KINDS[event]))  # type: ignore[misc]  # as above
            self._told = True
            found = None
            if shape.tag is not None:
                if isinstance(source, Record):
                    found = by_tag(shape, source.ahead(index), 0)
                else:
                    found = by_tag(shape, source.tokens, index)
            if found is None:
                chooser = self._choose(shape, event, source, index)
                found = chooser.found
                if found is None:
                    return chooser.end
            frame.child = place = found
            shape = place.object if event == "start_map" else place.array
        opened = None
        if self._told:
            self._told = False
        elif place.shown and (self.tells & OTHERS or (self.emit is not None and shape is not None and shape.gates)):
            opened = Opened(self._path(), _KINDS[event])
            if shape is None or not shape.gates:
                self.emit(opened)  # type: ignore[misc]  # as above
        if shape is None:
            self._torn = False  # the union reads it
            self._whole = 1
            self._whole_start = source.span(index)[0] if place.shown else 0
            return None
        if frame.array and not frame.shape.growing:  # type: ignore[union-attr]  # an array
            self._cover(frame)
        watch, step = frame.watch, len(frame.parts) if frame.array else frame.key
        self._frame = frame = Frame(shape, self._snapshots)
        self._stack.append(frame)
        if watch is not None:
            self._watch_frame(frame, watch.step(step))  # type: ignore[arg-type]  # a key is known by now
        if shape.gates:
            self._hide(frame, shape.gates, opened)
        self.changed = True
        if shape.apart:
            # To look a place up costs less in passing than later; it is for sure asked for only here.
            frame.start = (source.span(index)[0], -1) if shape.from_text else source.mark(index)
            frame.torn, self._torn = self._torn, False
            if shape.forgiving:
                self._forgiving += 1
        if len(self._stack) > self._max_depth + 1:
            self._too_deep(source, index)
        return None

    def _choose(self, shape: EitherShape, event: str, source: Source, index: int) -> Chooser:
        """An object or array of a union begins: find out which member it is, or begin to."""
        if isinstance(source, Record):
            record = source
        else:
            record = Record(source.text.slice)
            record.add(event, None, (source.span(index)[0], -1))
            index = 0
        chooser = Chooser(shape, record, index)
        chooser.look()
        if chooser.found is not None:
            self._torn |= not chooser.sure
        elif chooser.end is not None:
            self._judge(chooser)
        else:
            self._chooser = chooser
            self._whole = record.depth(index)
            if len(self._stack) + self._whole > self._max_depth + 1:
                self._too_deep(source, index)
        return chooser

    def _keep(self, event: str, value: Any, mark: tuple[int, int]) -> None:
        """Go on in a union that is not settled."""
        chooser: Any = self._chooser
        chooser.record.add(event, value, mark)
        self._passed = True
        steps_in = event in STARTS
        if steps_in:
            self._whole += 1
            if len(self._stack) + self._whole > self._max_depth + 1:
                self._too_deep(chooser.record, len(chooser.record) - 1)
        elif event in ENDS:
            self._whole -= 1
        if self._whole > (2 if steps_in else 1):
            return  # the chooser steps over what is in there
        chooser.look()
        if chooser.found is not None:
            self._settle(chooser.found)
        elif chooser.end is not None:
            self._chooser = None
            self._judge(chooser)

    def _settle(self, place: Place) -> None:
        """It is known which member a union is: tell what was kept."""
        chooser: Any = self._chooser
        self._chooser = None
        self._whole = 0
        self._torn |= not chooser.sure
        self._frame.child = place
        self._tell(chooser.record, chooser.start)

    def _judge(self, chooser: Chooser) -> None:
        """The object or array of a union is complete and could still be several: pydantic chooses."""
        self._told = self._torn = False
        record = chooser.record
        assert chooser.end is not None  # noqa: S101  # it is complete
        self._parse(record.span(chooser.start)[0], record.span(chooser.end)[1], record)

    def _hide(self, frame: Frame, gates: frozenset[str], opened: Event | None) -> None:
        """An object with gates begins."""
        frame.gates = set(gates)
        frame.mixed = True  # its parts go the long way, which looks at gates
        frame.held = [] if opened is None else [opened]
        frame.emit = self.emit
        if self.emit is not None:
            self.emit = frame.held.append
            self._hold_all(frame)
        if self.hidden is None:
            self.hidden = frame
            self.covered = True
            self.changed_before = self.changed

    def _hold_all(self, frame: Frame) -> None:
        """Have everything in an object told, if anything of it may be wanted: it is held back, and sorted out then."""
        if frame.node is not None and (frame.node.leads or frame.node.tells):
            frame.watch, frame.fields = None, frame.shape.fields
            self.tells = BOTH

    def _end(self, source: Source, index: int) -> None:
        """The object or array on top is there: validate it."""
        frame = self._stack.pop()
        self._frame = self._stack[-1]
        if frame.node is not None:
            self.tells = frame.node.tells
        if frame.gates:
            self._reveal(frame)
        shape: Any = frame.shape
        parts, value = frame.parts, None
        if frame.order is not None:
            parts = {**{key: parts[key] for key in frame.order if key in parts}, **parts}
        try:
            if shape.apart:
                value = self._close_apart(frame, parts, source, index)
            elif frame.bad:
                key, error = next(iter(frame.bad.items()))
                self._reject_frame(frame, retitled(shape.title, error, key), source, index)
                return
            elif shape.close is None:
                value = parts
            else:
                value = shape.close(parts)
                if isinstance(value, set | frozenset):
                    self._count(value, parts)
        except ValidationError as error:
            self._reject_frame(frame, error if shape.apart else retitled(shape.title, error), source, index)
        else:
            self._put(value)

    def _close_apart(self, frame: Frame, parts: Any, source: Source, index: int) -> Any:
        """Make the value of an object that is validated from its text, or of a member of a union."""
        shape: Any = frame.shape
        if shape.forgiving:
            self._forgiving -= 1
        value: Any = _NOTHING
        if shape.judge is None:
            value = shape.close(text_of(frame, source, index))
        elif not (frame.torn or (frame.bad and not shape.from_text) or lacks_tag(shape, parts)):
            try:
                if shape.from_text:
                    value = shape.close(text_of(frame, source, index))
                else:
                    close: Take = shape.close
                    value = parts if close is None else close(parts)
            except ValidationError:  # the union's errors say more
                pass
        if value is _NOTHING:
            judge: Any = shape.judge
            value = judge(text_of(frame, source, index))
        if isinstance(value, set | frozenset):
            self._count(value, parts)
        if frame.bad and self.rejected:
            self._forget_rejected(self._path())
        return value

    def _count(self, value: set[Any] | frozenset[Any], parts: Any) -> None:
        """Keep of a set how many elements it was made of."""
        if len(value) != len(parts):
            self._elements[self._path()] = len(parts)

    def _forget_rejected(self, path: Path) -> None:
        """What is at a path fits, whatever was said of its parts, or it is written anew."""
        for known in [known for known in self.rejected if known[: len(path)] == path]:
            del self.rejected[known]

    def _reject_frame(self, frame: Frame, error: ValidationError, source: Source, index: int) -> None:
        level = (frame.shape, frame.parts, len(frame.parts), None)
        # Of what was not told, this is the first word.
        inherited = not frame.own and any(known is not UNTOLD for known in (frame.bad or {}).values())
        self._reject(error, show(Spine([level], None)), source.span(index)[1], inherited=inherited)

    def _pass_over(self, event: str, value: Any, source: Source, index: int) -> None:
        """Go on in a value that is read whole, or not settled."""
        if self._chooser is not None:
            assert isinstance(source, Reader)  # noqa: S101  # a chooser is ahead of the record that it looks at
            # Brackets are looked up at once, in passing; of the rest one is asked for only if it does not fit.
            if event in STARTS:
                self._keep(event, value, (source.span(index)[0], -1))
            elif event in ENDS:
                self._keep(event, value, (source.span(index)[1], -1))
            else:
                self._keep(event, value, source.mark(index))
            return
        self._passed = True
        if event in STARTS:
            self._whole += 1
            if len(self._stack) + self._whole > self._max_depth + 1:
                self._too_deep(source, index)
        elif event in ENDS:
            self._whole -= 1
            if not self._whole:
                if self._frame.child.shown:
                    self._parse(self._whole_start, source.span(index)[1], source)
                else:
                    pass_by(self._frame)

    def _parse(self, start: int, end: int, source: Source) -> None:
        """Make the value of an object or array that is read whole."""
        try:
            value = self._frame.child.parse(source.slice(start, end))
        except ValidationError as error:
            self._reject(error, _NOTHING, end)
        else:
            self._put(value)

    def _too_deep(self, source: Source, index: int) -> None:
        sentence = f"the JSON is nested deeper than max_depth={self._max_depth:,}"
        self.flaw = Flaw(source.span(index)[0], sentence, limit=True)
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
        if self.string is None and self._settled is None and len(self._stack) == 1:
            return None
        self._snapshots += 1
        if self.hidden is None:
            levels: list[Level] = [(f.shape, f.parts, len(f.parts), f.slot) for f in self._stack[1:]]
            return show(Spine(levels, self.string or self._settled))
        seen = self._stack[1 : self._stack.index(self.hidden)]
        return show(Spine([(f.shape, f.parts, len(f.parts), f.slot) for f in seen], None)) if seen else None

    def state(self, path: Path, *, bare: bool) -> State:
        """How far a place has come; `bare`: a number or literal has begun."""
        if path in self.rejected:
            return State.REJECTED
        if path and isinstance(path[-1], int) and 0 <= path[-1] < self._elements.get(path[:-1], 0):
            return State.COMPLETE
        steps: tuple[Any, ...] = (0, *path)  # from the frame of the whole; a key that was converted is asked for, too
        for frame, step, rest in zip(self._stack, steps, (steps[n:] for n in range(1, len(steps) + 1)), strict=False):
            if frame.gates:
                return State.ABSENT
            if frame.bad and self._forgiving and step in frame.bad:  # whether it fits is known when the object closes
                return State.ABSENT if rest else State.STREAMING
            if step != frame.step or self.done:
                return part_state(frame, step, rest)
            if frame is self._frame:
                if self._busy or self._whole or self.string is not None or (bare and not frame.again):
                    return State.STREAMING if not rest else State.ABSENT
                return part_state(frame, step, rest)
        return State.STREAMING


def _foreseen(prefixes: Prefixes, text: str) -> Any:
    """What a string that may be one of some values was foreseen to be, or `_NOTHING`."""
    choice = prefixes.choice(text)
    if choice is not None:
        with suppress(ValidationError):  # a validator of the user's may refuse it, when it is there
            return prefixes.value(choice)  # type: ignore[misc]  # it is asked for where there is one
    return _NOTHING
