"""The sans-I/O core: text in, a growing typed value out.

An `Extractor` is in one of four modes, and every piece of text is looked at in the mode it meets:

    SEARCHING ── a candidate begins ──▶ READING ── complete and valid ──▶ FOUND
        ▲                                  │
        └──────── broken, or no fit ───────┘         (an error that ends all ──▶ OVER; `finish` ──▶ OVER)

With `json_only` the text is one candidate from its first character, and whatever is wrong ends all at once. Such a
value may also come as operations (`operate`): then `Operations` takes the place of the reader.

A candidate that fails stays in view, and its error is kept: only when another follows is it given up, which
`Restarted` announces. If it had begun to be filled, what is left of it is skipped (`Fence.skip`): an inner object of
a broken document must not pass for the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum, auto
from types import UnionType
from typing import Any, Final, Generic, TypedDict, Unpack, overload

from typing_extensions import TypeVar  # pydantic depends on it; Python's own takes a default from 3.13 on

from partway._builder import Builder, Misfit
from partway._diagnose import Flaw, locate, value_before
from partway._fence import Fence
from partway._limits import Limits
from partway._mismatch import reason
from partway._operations import Operations, Scalar
from partway._paths import APPENDS, BOTH, Pattern, Watch, watch_for
from partway._plan import CONTEXT, ValidationError, plan_for, retitled
from partway._prose import Prose
from partway._reader import SLICE, Reader
from partway._shapes import ObjectShape
from partway._snapshot import ABSENT, look_up
from partway._strings import TAIL, OpenString
from partway._views import viewer
from partway.errors import (
    LimitError,
    MalformedJSONError,
    MismatchError,
    NoJSONError,
    PartwayError,
    TruncatedJSONError,
    UsageError,
)
from partway.events import Appended, Event, Finished, Path, Rejection, Restarted, State

__all__ = ["AMPLE", "QUOTED", "Extractor", "Mode"]

T = TypeVar("T")
R = TypeVar("R")
P = TypeVar("P", default=T)
V = TypeVar("V")

_DEFAULT: Final = Limits()
AMPLE: Final = SLICE + TAIL
"""With so many characters left of the limit, one step cannot pass it."""
QUOTED: Final = 80
"""How many characters of a text without JSON are quoted."""


_NOT_SPACE: Final = re.compile(r"[^ \t\n\r]")


def _pass_by(_: Event) -> None: ...


class Mode(Enum):
    SEARCHING = auto()
    READING = auto()
    FOUND = auto()
    OVER = auto()


class _Options(TypedDict, total=False):
    """The arguments of `Extractor` that do not decide of what."""

    on_event: Callable[[Event], object] | None
    paths: Sequence[str] | None
    limits: Limits | None
    json_only: bool
    fail_fast: bool
    validation_context: Any
    thinking: Sequence[str]
    backend: str | None


class Extractor(Generic[T, P]):
    """Extracts one typed value from streamed text, showing it while it grows.

    Args:
        type_: A model, or any type that `pydantic.TypeAdapter` takes.
        partial: A class of your own to show the partials as; see `stream`.
        on_event: Called with each event, in the order of the text.
        paths: Call it only with events of the places that these patterns name, such as `steps[*].text`; what is told
            of no place, `Restarted` and `Finished`, it is always called with. Other places cost next to nothing then.
        limits: How much is read at most.
        json_only: The text is one JSON document and nothing else, as the arguments of a tool call are.
        fail_fast: End with a `MismatchError` at the first value that does not fit.
        validation_context: What validators get as `info.context`.
        thinking: The names of tags around a model's thinking (`<think>`…), in which no JSON is looked for.
        backend: The backend of ijson; the fastest one there is by default. All give the same.

    Attributes:
        type: The type that is read.

    Raises:
        UsageError: pydantic cannot validate `type_`, `partial` cannot show it, or one of `paths` cannot be read.
    """

    __slots__ = (
        "_backend", "_behind", "_builder", "_candidates", "_context", "_end", "_fail_fast", "_fence", "_flaw", "_head",
        "_left", "_limits", "_live", "_mismatch", "_mode", "_most", "_on_event", "_only", "_plan", "_prose", "_reader",
        "_reading", "_shown", "_slice", "_snapshot", "_stale", "_synced", "_thinking",
        "_view", "_viewed", "_watch", "type",
    )  # fmt: skip

    @overload
    def __init__(self: Extractor[V, V], type_: type[V], **options: Unpack[_Options]) -> None: ...
    @overload
    def __init__(self, type_: type[T], *, partial: type[P], **options: Unpack[_Options]) -> None: ...
    @overload
    def __init__(self: Extractor[Any, V], type_: Any, *, partial: type[V], **options: Unpack[_Options]) -> None: ...
    @overload
    def __init__(
        self: Extractor[Any, Any], type_: Any, *, partial: UnionType | None = ..., **options: Unpack[_Options]
    ) -> None: ...
    def __init__(
        self,
        type_: Any,
        *,
        partial: Any = None,
        on_event: Callable[[Event], object] | None = None,
        paths: Sequence[str] | None = None,
        limits: Limits | None = None,
        json_only: bool = False,
        fail_fast: bool = False,
        validation_context: Any = None,
        thinking: Sequence[str] = ("think", "thinking", "reasoning"),
        backend: str | None = None,
    ) -> None:
        self.type = type_
        self._plan = plan_for(type_, in_context=validation_context is not None)
        self._view = None if partial is None else viewer(type_, partial)
        self._context = validation_context
        self._fail_fast = fail_fast
        self._on_event = on_event
        self._watch = None if paths is None else watch_for([(Pattern(path), BOTH) for path in paths])
        self._limits = limits or _DEFAULT
        self._only = json_only
        self._backend = backend
        self._thinking = thinking
        self._fence = self._new_fence()
        self._prose = Prose(thinking)
        self._mode = Mode.READING if json_only else Mode.SEARCHING
        self._reading = False  # whether text is read, and none of it could still be quoted as having no JSON
        self._candidates = 0
        self._flaw: Flaw | None = None
        self._mismatch: ValidationError | None = None
        self._end: int | None = None
        self._head = ""
        self._behind = ""  # what came after the one document there may be
        self._left = self._limits.max_chars
        self._slice = min(SLICE, self._limits.max_string)
        self._most = min(TAIL, self._limits.max_string)
        self._live: OpenString | None = None  # the open string, if nothing of it is kept back or hidden
        self._synced = 0  # how much of its tail is in the JSON text
        self._stale = False
        self._snapshot: Any = None
        self._viewed: Any = None  # the snapshot of which a view was made last
        self._shown: Any = None
        self._reader, self._builder = self._new_candidate(self._on_event, self._watch)

    def feed(self, delta: str) -> bool:
        """Take in a piece of the text, cut anywhere; say whether the partial has changed.

        Raises:
            LimitError: One of the limits was passed.
            MalformedJSONError: With `json_only`: the text is not one JSON document.
            UsageError: It was finished, or has failed, before; or `delta` is no `str`.
        """
        string = self._live
        if string is not None and delta and type(delta) is str and '"' not in delta and "\\" not in delta:
            # The common case, on its own for speed: more of an open string, and nothing in it to decode. A character
            # that is not printable may be one that JSON does not allow. Limits, and the JSON text, catch up later.
            tail = string.tail + delta
            if len(tail) < self._most and delta.isprintable():
                string.tail = tail
                if self._builder.string is None:
                    return False
                self._stale = True
                if self._builder.tells & APPENDS:
                    self._on_event(Appended(self._builder.string_path, delta))  # type: ignore[misc]  # there is one
                return True
        return self._take(delta)

    def _take(self, delta: str) -> bool:
        reader, builder = self._reader, self._builder
        if self._reading and delta and type(delta) is str and len(delta) <= self._slice and self._left > AMPLE:
            # Nearly as common, and on its own as well: a candidate goes on, and does not end here.
            if self._live is not None:
                self._catch_up()
            self._left -= len(delta)
            builder.changed = False
            reader.feed(delta)
            if not reader.stopped:
                if builder.covered:
                    self._live = string = None
                    builder.only_seen()
                else:
                    self._live = string = None if reader.carry else reader.string
                if string is not None:
                    self._synced = len(string.tail)
                if builder.changed:
                    self._stale = True
                return builder.changed
            self._look_at(self._ended())
        elif self._context is None:
            self._take_any(delta)
        else:
            self._in_context(self._take_any, delta)
        reader, builder = self._reader, self._builder
        reading = self._mode is Mode.READING
        # What validates in a context goes the long way, which gives it.
        self._reading = reading and self._context is None and (len(self._head) > QUOTED or not self._plan.atoms)
        self._live = reader.string if reading and not reader.carry and not builder.covered else None
        if self._live is not None:
            self._synced = len(self._live.tail)
            self._most = min(TAIL, self._limits.max_string, self._synced + self._left + 1)
        if builder.covered:
            builder.only_seen()
        self._stale |= builder.changed
        return builder.changed

    def _in_context(self, call: Callable[..., R], *args: Any) -> R:
        """Call something that validates."""
        token = CONTEXT.set(self._context)
        try:
            return call(*args)
        finally:
            CONTEXT.reset(token)

    def _read_to_end(self) -> None:
        self._reader.finish()
        self._ended()

    def _take_any(self, delta: str) -> None:
        """Take text in whatever mode."""
        if not isinstance(delta, str):
            raise UsageError(f"feed() takes str, not {type(delta).__name__}; stream() takes bytes")
        if self._mode is Mode.OVER:
            raise UsageError("feed() after the end: an Extractor reads one text; make a new one for the next")
        if isinstance(self._reader, Operations):
            self._reader.feed(delta)
        self._catch_up()
        self._left -= len(delta)
        if self._left < 0:
            raise self._over(self._data_error(LimitError, self._too_long()))
        if len(self._head) <= QUOTED:
            self._head = (self._head + delta[: QUOTED + 1])[: QUOTED + 1]
        self._builder.changed = False
        self._look_at(delta)

    def _catch_up(self) -> None:
        """Have the JSON text follow what was added to the open string without it."""
        if (string := self._live) is not None and (size := len(string.tail) - self._synced):
            self._reader.text.write(string.tail[self._synced :])
            self._synced += size
            self._left -= size

    def _look_at(self, text: str) -> None:
        """Take text slice by slice, so that what is copied for a candidate is never more than a slice."""
        waiting = [(text, 0)]
        while waiting:
            text, at = waiting.pop()
            piece = text[at : at + self._slice]
            if at + self._slice < len(text):
                waiting.append((text, at + self._slice))
            if piece and (behind := self._look_at_slice(piece)):
                waiting.append((behind, 0))

    def _look_at_slice(self, piece: str) -> str:
        """Take a slice in the mode there is; return what of it is to be looked at in another."""
        match self._mode:
            case Mode.READING:
                self._reader.feed(piece)
                return self._ended()
            case Mode.SEARCHING:
                self._prose.write(piece)
                candidate = self._fence.feed(piece)
                if candidate is None:
                    return ""
                self._prose.json(len(candidate), fenced=self._fence.in_json)
                self._begin()
                return candidate
            case _:
                if self._only:
                    self._behind += piece
                    if found := _NOT_SPACE.search(self._behind, len(self._behind) - len(piece)):
                        raise self._over(self._behind_error(found.start()))
                else:
                    self._prose.write(piece)
                return ""

    def operate(self, path: Path, value: Scalar, *, goes_on: bool = False) -> bool:
        """Put a scalar at a path of the value, which comes so instead of as text; say whether the partial has changed.

        Objects and arrays begin and end as the paths lead into them and out again. When all has come, `complete` it.

        Args:
            path: Where, from the root: keys and indices. What the operations put must be in the order of the JSON.
            value: A string, number, boolean or null; if a string is open there, more of it.
            goes_on: Whether it is a string of which more may come, at the same path. An empty string closes one.

        Raises:
            LimitError: One of the limits was passed.
            MalformedJSONError: There can be nothing at this path any more, or not yet; `path` says where.
            MismatchError: With `fail_fast`: something does not fit.
            UsageError: Without `json_only`, after text, or at its end; or `path` or `value` is none.
        """
        path = tuple(path)
        operations = self._operations()
        if not all(type(step) is str or type(step) is int for step in path):
            raise UsageError(f"operate() takes a path of str and int, not {path!r}")
        try:
            if self._mode is Mode.FOUND:
                raise self._over(self._data_error(MalformedJSONError, "expected no more, since the value is complete"))
            return self._operated(operations.put, path, value, goes_on)
        except MalformedJSONError as error:
            error.path = path
            raise

    def complete(self) -> bool:
        """Say that all has come: what operations have opened closes. Where nothing has come, the value is `{}`.

        Without it operations are cut off for `finish`, which is to be called all the same. Text says itself where it
        ends, so there is nothing to do. Say whether the partial has changed.

        Raises:
            MalformedJSONError: The last string ends in half a character.
            MismatchError: With `fail_fast`: something does not fit.
            UsageError: Without `json_only`, or at its end.
        """
        if self._mode is not Mode.OVER and self._only and self.text and not isinstance(self._reader, Operations):
            return not self.text.strip() and self.feed("{}")
        operations = self._operations()
        return self._mode is not Mode.FOUND and self._operated(operations.close)

    def _operations(self) -> Operations:
        """What reads operations: it takes the place of the reader with the first."""
        if not self._only:
            raise UsageError("operations are one JSON value and nothing else: make the Extractor with json_only=True")
        if self._mode is Mode.OVER:
            raise UsageError("operations after the end: an Extractor reads one value; make a new one for the next")
        if not isinstance(self._reader, Operations):
            if self.text:
                raise UsageError("operations after text: a value comes as text or as operations, not as both")
            limits = self._limits
            self._reader = Operations(
                self._builder, max_string=limits.max_string, max_number_digits=limits.max_number_digits
            )
            self._reading = False
        return self._reader

    def _operated(self, call: Callable[..., None], *args: Any) -> bool:
        builder = self._builder
        builder.changed = False
        self._in_context(call, *args)
        self._left = self._limits.max_chars - len(self._reader.text)
        if self._left < 0:
            raise self._over(self._data_error(LimitError, self._too_long()))
        if self._reader.stopped:
            self._in_context(self._ended)
        if builder.covered:
            builder.only_seen()
        self._stale |= builder.changed
        return builder.changed

    def finish(self) -> T:
        """Say that the text has ended; return the validated value.

        Raises:
            NoJSONError: No JSON was in the text.
            TruncatedJSONError: The text ended inside the JSON.
            MalformedJSONError: The JSON is broken.
            MismatchError: The JSON does not fit the type.
            LimitError: One of the limits was passed.
            UsageError: It was finished, or has failed, before.
        """
        if self._mode is Mode.OVER:
            raise UsageError("finish() after the end: the result was given, or the error raised, before")
        self._catch_up()
        self._live = None
        if self._left < 0:
            raise self._over(self._data_error(LimitError, self._too_long()))
        if self._mode is Mode.READING:
            self._builder.changed = False
            if not self._builder.depth:  # inside something, a number may not be whole
                self._in_context(self._read_to_end)
            self._stale |= self._builder.changed
        if self._mode is Mode.READING and self._reader.refuses():
            self._ended()
        if self._mode is not Mode.FOUND or self._mismatch is not None:
            raise self._over(self._failure())
        self._mode = Mode.OVER
        self._reading = False
        if self._on_event is not None:
            self._on_event(Finished(self._builder.value))
        return self._builder.value  # type: ignore[no-any-return]  # validated to be a T

    def listen(self, on_event: Callable[[Event], object] | None, watch: Watch | None = None) -> None:
        """Have each further event given to `on_event`, or to nobody; those of some places only, with a `watch`."""
        self._on_event = on_event
        self._watch = watch
        self._builder.listen(on_event, watch)
        if on_event is not None and self._builder.hidden is not None:
            self._builder.hold(self._in_context(self._read_again, _pass_by, None))

    def tell_again(self, on_event: Callable[[Event], object], path: str) -> None:
        """Tell somebody who came late of the events so far of the places that a pattern names.

        They are found by reading the text of the value again, so that nobody has to keep them: what is told is equal to
        what was told, and validators have run once more.
        """
        self._in_context(self._read_again, on_event, watch_for([(Pattern(path), BOTH)]))

    def _read_again(self, on_event: Callable[[Event], object], watch: Watch | None) -> Builder:
        """Build what there is once more, from its text."""
        (reader, builder), text = self._new_candidate(on_event, watch), self.text
        for at in range(0, len(text), self._slice):
            if not reader.stopped:
                reader.feed(text[at : at + self._slice])
        return builder

    def look_up(self, path: Path, value: Any = ABSENT, *, defaults: bool = False) -> Any:
        """The value at a path of the partial, or of another value of the type.

        Args:
            path: Where: keys and indices as in the JSON.
            value: Where it is looked for instead.
            defaults: Whether it may be one that was not in the JSON.

        Raises:
            LookupError: There is none.
        """
        return self._in_context(
            lambda: look_up(self.snapshot if value is ABSENT else value, self._plan.root, path, defaults=defaults)
        )

    def misfit(self, path: Path, error: Any = None) -> PartwayError:
        """The error for a place that was rejected; `error` is what was told, for one that is rejected no more."""
        known = self._builder.rejected.get(path)
        return self._first_misfit(known or Misfit(path, error, None, inherited=False, union=False))

    def data_error(self, kind: type[PartwayError], message: str, path: Path) -> PartwayError:
        """An error of this kind about a place, which keeps what has arrived."""
        error = self._data_error(kind, message)
        error.path = path
        return error

    def restart(self, reason: str) -> bool:
        """Begin anew, because the text does: give up what was shown; say whether anything was.

        Raises:
            UsageError: It was finished, or has failed, before.
        """
        if self._mode is Mode.OVER:
            raise UsageError("restart() after the end: make a new Extractor")
        shown = self._builder.began
        if shown and self._on_event is not None:
            self._on_event(Restarted(reason))
        self._fence = self._new_fence()
        self._prose = Prose(self._thinking)
        self._flaw = self._mismatch = self._end = self._live = None
        self._behind = self._head = ""
        self._reading = False
        self._mode = Mode.READING if self._only else Mode.SEARCHING
        self._reader, self._builder = self._new_candidate(self._on_event, self._watch)
        self._stale |= shown
        return shown

    def fail(self, kind: type[PartwayError], message: str) -> PartwayError:
        """End the extraction; make an error of this kind that keeps what had arrived, for the caller to raise."""
        return self._over(self._data_error(kind, message))

    @property
    def partial(self) -> P | None:
        """The typed value so far, immutable; `None` before anything of it has arrived.

        It is made when it is asked for, and is the same object until something changes.
        """
        snapshot = self.snapshot
        if self._view is None:
            return snapshot  # type: ignore[no-any-return]  # a partial T, shown as a T
        if snapshot is not self._viewed:
            self._viewed = snapshot
            self._shown = self._view(snapshot)
        return self._shown  # type: ignore[no-any-return]  # what `partial=` names

    @property
    def snapshot(self) -> Any:
        """The same, but never shown as the class that `partial=` names: a `Partial[T]`, or a `T` when complete."""
        if self._stale:
            self._stale = False
            self._snapshot = self._builder.snapshot()
        return self._snapshot

    def state(self, *path: str | int) -> State:
        """How far the place at a path has come; without a path, the whole value."""
        token = CONTEXT.set(self._context)  # a key of a dict may have to be converted to be found
        try:
            return self._builder.state(path, bare=self._reader.bare)
        finally:
            CONTEXT.reset(token)

    @property
    def open_path(self) -> Path:
        """Where the text is being written now: the innermost place that is open."""
        return self._builder.open_path(bare=self._reader.bare)

    @property
    def text(self) -> str:
        """The JSON text so far, without fence or prose."""
        self._catch_up()
        return self._reader.text.slice(0, self._end)

    @property
    def root_keys(self) -> frozenset[str] | None:
        """The keys that the JSON may have at its root; `None` if they may be any."""
        shape = self._plan.root.object
        return frozenset(shape.fields) if isinstance(shape, ObjectShape) and not shape.extra.shown else None

    @property
    def starts(self) -> str:
        """The brackets with which the JSON may begin."""
        return self._plan.starts

    @property
    def prose(self) -> str:
        """The text around the JSON so far: without its fence, and without thoughts in tags."""
        return self._divided()[0]

    @property
    def thoughts(self) -> str:
        """What stood in thinking tags so far, in order."""
        return self._divided()[1]

    def _divided(self) -> tuple[str, str]:
        fence, searching = self._fence, self._mode is Mode.SEARCHING
        return self._prose.divide(kept=fence.kept if searching else 0, opening=searching and fence.opening)

    @property
    def candidate(self) -> int:
        """Which JSON document of the text is shown, counted from 1; 0 before one has begun."""
        return self._candidates

    @property
    def rejected(self) -> tuple[Rejection, ...]:
        """What has arrived and does not fit the type, in the order of the text: where, why, and its JSON.

        What does not fit only because a part of it does not is not listed; its state is `REJECTED` all the same.
        """
        text = self._reader.text
        return tuple(
            Rejection(misfit.path, misfit.error, value_before(text.slice, misfit.end) if misfit.end else "")
            for misfit in self._builder.rejected.values()
            if not misfit.inherited
        )

    def _new_fence(self) -> Fence:
        return Fence(containers=self._plan.starts, scalars=self._plan.atoms, thinking=self._thinking)

    def _new_candidate(self, on_event: Callable[[Event], object] | None, watch: Watch | None) -> tuple[Reader, Builder]:
        limits = self._limits
        builder = Builder(
            self._plan,
            max_depth=limits.max_depth,
            fail_fast=self._fail_fast,
            emit=on_event,
            watch=watch,
        )
        reader = Reader(
            builder,
            max_string=limits.max_string,
            max_number_digits=limits.max_number_digits,
            backend=self._backend,
        )
        return reader, builder

    def _begin(self) -> None:
        """Another candidate begins; what was shown of the one before is given up."""
        if self._candidates == self._limits.max_candidates:
            sentence = f"more than max_candidates={self._candidates:,} JSON documents were begun in the text"
            raise self._over(self._data_error(LimitError, sentence))
        self._candidates += 1
        changed = self._builder.changed
        if self._builder.began:
            changed = True
            if self._on_event is not None:
                self._on_event(Restarted(self._why()))
        self._flaw = self._mismatch = self._end = None
        if self._reader.stopped or self._builder.began:
            self._reader, self._builder = self._new_candidate(self._on_event, self._watch)
        self._builder.changed = changed
        self._mode = Mode.READING

    def _ended(self) -> str:
        """See whether the candidate has ended, well or not; if it has, return the text behind it."""
        reader, builder = self._reader, self._builder
        if builder.failed is not None:
            if builder.done:
                self._end = reader.end
            raise self._over(self._first_misfit(builder.failed))
        if builder.done:
            return self._complete()
        flaw = builder.flaw or reader.flaw
        if flaw is None:
            return ""
        self._flaw = flaw
        if flaw.limit or self._only:
            raise self._over(self._failure())
        self._mode = Mode.SEARCHING
        if not builder.began:  # a word, where a scalar might have been
            self._candidates -= 1
        if not builder.filled:  # a brace in prose: JSON may begin with the next character
            self._prose.write(reader.text.slice(0, 1))
            return reader.text.slice(1)
        self._fence.skip(builder.depth, reader.text.slice(max(0, flaw.offset - QUOTED), flaw.offset))
        return reader.text.slice(flaw.offset)

    def _complete(self) -> str:
        """The candidate is complete: it is the answer if it fits."""
        builder = self._builder
        self._end = self._reader.end
        behind = self._reader.text.slice(self._end)
        if builder.error is not None:
            try:
                builder.value = self._plan.validate_json(self.text)
            except ValidationError as error:
                self._mismatch = error
                self._mode = Mode.FOUND if self._only else Mode.SEARCHING
                return behind
        self._mode = Mode.FOUND
        return behind

    def _first_misfit(self, misfit: Misfit) -> PartwayError:
        """Why it ended at the first value that does not fit."""
        self._stale |= self._builder.changed
        path, sentence = reason(misfit.error, misfit.path, union=misfit.union)
        return MismatchError(
            f"the JSON does not fit the type: {sentence}",
            validation_error=retitled(misfit.error.title, misfit.error, *misfit.path),
            partial=self.partial,
            text=self.text,
            path=path,
            offset=None if misfit.end is None else misfit.end - len(value_before(self._reader.slice, misfit.end)),
        )

    def _failure(self) -> PartwayError:
        """Why there is no result."""
        self._stale |= self._builder.changed
        if self._mismatch is not None:
            path, sentence = self._first_reason(self._mismatch)
            return MismatchError(
                f"the JSON does not fit the type: {sentence}",
                validation_error=self._mismatch,
                partial=self.partial,
                text=self.text,
                path=path,
                offset=locate(self.text, path),
            )
        if self._flaw is not None:
            kind = LimitError if self._flaw.limit else MalformedJSONError
            sentence = self._flaw.expected if self._flaw.limit else f"expected {self._flaw.expected}"
            return self._data_error(kind, sentence, self._flaw.offset)
        if self._candidates or (self._only and _NOT_SPACE.search(self.text)):
            return self._data_error(TruncatedJSONError, "the text ended inside the JSON")
        head = self.text if self._only else self._head
        beginning = head[:QUOTED] + ("…" if len(head) > QUOTED else "")
        where = f"; it ended in {self._fence.inside}" if self._fence.inside else ""
        sentence = f"no JSON in the text, which began {beginning!r}{where}" if beginning else "the text was empty"
        return self._data_error(NoJSONError, sentence)

    def _first_reason(self, mismatch: ValidationError) -> tuple[Path, str]:
        """The first place that does not fit, and why."""
        for misfit in self._builder.rejected.values():
            return reason(misfit.error, misfit.path, union=misfit.union, total=mismatch.error_count())
        return reason(mismatch, (), union=False)

    def _why(self) -> str:
        """The reason why a candidate was given up."""
        if self._mismatch is not None:
            return "a complete JSON document did not fit the type, and another one follows"
        expected = self._flaw.expected if self._flaw is not None else "the rest"
        return f"a JSON document was broken ({expected} was expected), and another one follows"

    def _behind_error(self, at: int) -> PartwayError:
        """The error for text behind the one document there may be."""
        error = self._data_error(MalformedJSONError, "expected the end of the text")
        error.offset = len(error.text) + at
        error.text += self._behind
        return error

    def _data_error(self, kind: type[PartwayError], message: str, offset: int | None = None) -> PartwayError:
        self._stale |= self._builder.changed
        return kind(message, partial=self.partial, text=self.text, path=self.open_path, offset=offset)

    def _too_long(self) -> str:
        return f"the text is longer than max_chars={self._limits.max_chars:,}"

    def _over(self, error: PartwayError) -> PartwayError:
        self._mode = Mode.OVER
        self._reading = False
        self._live = None
        return error
