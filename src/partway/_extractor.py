"""`Extractor`: the sans-I/O core as one uses it.

How text is taken in is `_core`'s; here is what that is called with, and what can be asked beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import UnionType
from typing import TYPE_CHECKING, Any, Generic, Never, TypedDict, Unpack, overload

from typing_extensions import TypeVar  # pydantic depends on it; Python's own takes a default from 3.13 on

from partway._builder import Builder, Misfit
from partway._core import Core, Mode
from partway._diagnose import value_before
from partway._limits import Limits
from partway._operations import Operations, Scalar
from partway._paths import BOTH, Pattern, Watch, watch_for
from partway._plan import CONTEXT
from partway._prose import Prose
from partway._shapes import ObjectShape
from partway._snapshot import ABSENT, look_up
from partway.errors import LimitError, MalformedJSONError, PartwayError, TruncatedJSONError, UsageError
from partway.events import Event, Finished, Path, Rejection, Restarted, State

__all__ = ["Extractor"]

T = TypeVar("T")
P = TypeVar("P", default=T)
V = TypeVar("V")


def _pass_by(_: Event) -> None: ...


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


class Extractor(Core, Generic[T, P]):
    """Extracts one typed value from streamed text, showing it while it grows.

    Args:
        type_: A model, or any type that `pydantic.TypeAdapter` takes.
        partial: A class of your own to show the partials as; see `stream`.
        on_event: Called with each event, in the order of the text. Meanwhile `partial` may still be what it was before
            the delta. An exception that it lets out ends the extractor.
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

    __slots__ = ()

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
        if isinstance(thinking, str) or not (
            isinstance(thinking, Sequence) and all(isinstance(name, str) for name in thinking)
        ):
            raise UsageError(f"thinking= takes the names of tags, as ('think', 'plan'), not {thinking!r}")
        if limits is not None and not isinstance(limits, Limits):
            raise UsageError(f"limits= takes Limits(...), not {limits!r}")
        super().__init__(
            type_,
            partial=partial,
            on_event=on_event,
            paths=paths,
            limits=limits,
            json_only=json_only,
            fail_fast=fail_fast,
            validation_context=validation_context,
            thinking=thinking,
            backend=backend,
        )

    def __reduce__(self) -> Never:
        raise TypeError("an Extractor cannot be copied or pickled: take its partial, its result or its error")

    if TYPE_CHECKING:  # the core takes anything, so that whoever hands it no text is told so in our words

        def feed(self, delta: str) -> bool: ...
        @property
        def partial(self) -> P | None: ...

    def _read_to_end(self) -> None:
        self._reader.finish()
        self._ended()

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
        if not (value is None or isinstance(value, str | int | float)):  # what is bool is int
            raise UsageError(f"an operation puts a str, a number, a bool or None, not a {type(value).__name__}")
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
        self._guarded(call, *args)
        self._left = self._limits.max_chars - len(self._reader.text)
        if self._left < 0:
            raise self._over(self._data_error(LimitError, self._too_long()))
        if self._reader.stopped:
            self._guarded(self._ended)
        return self._changed()

    def finish(self) -> T:
        """Say that the text has ended; return the validated value.

        Raises:
            NoJSONError: No JSON was in the text.
            TruncatedJSONError: The text ended inside the JSON, or an exception of a callback or a validator ended it.
            MalformedJSONError: The JSON is broken.
            MismatchError: The JSON does not fit the type.
            LimitError: One of the limits was passed.
            UsageError: It was finished, or has failed, before; or a callback or a validator of its text calls.
        """
        if self._busy:
            raise self._inside()
        if self._broken:
            self._broken = False
            raise self._data_error(TruncatedJSONError, "an exception of a callback or a validator ended the reading")
        if self._mode is Mode.OVER:
            raise UsageError("finish() after the end: the result was given, or the error raised, before")
        self._catch_up()
        self._live = None
        if self._left < 0:
            raise self._over(self._data_error(LimitError, self._too_long()))
        if self._mode is Mode.READING:
            if not self._builder.depth:  # inside something, a number may not be whole
                self._guarded(self._read_to_end)
            self._changed()
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
            UsageError: It was finished, or has failed, before; or a callback or a validator of its text calls.
        """
        if self._busy:
            raise self._inside()
        if self._mode is Mode.OVER:
            raise UsageError("restart() after the end: make a new Extractor")
        shown = self._builder.began
        if shown and self._on_event is not None:
            self._busy = True
            try:
                self._on_event(Restarted(reason))
            finally:
                self._busy = False
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

    def state(self, *path: str | int) -> State:
        """How far the place at a path has come; without a path, the whole value.

        Raises:
            UsageError: A step is neither a key nor an index.
        """
        if not all(isinstance(step, str | int) for step in path):
            raise UsageError(f"state() takes the steps of a path one by one, as state('steps', 0), not {path}")
        token = CONTEXT.set(self._context)  # a key of a dict may have to be converted to be found
        try:
            return self._builder.state(path, bare=self._reader.bare)
        finally:
            CONTEXT.reset(token)

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
