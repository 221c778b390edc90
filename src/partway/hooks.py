"""Callbacks for what happens at a place, and when they are called.

A `Hooks` is a table of places and callbacks that can be used in any number of runs; `run.on(...)` adds to those of one
run. A callback gets the event itself: `Appended` has the text, `Completed` the value, and each its path.

Hooks are called when the chunk that brought the events has been taken in, one after the other, in the order of the
text. So they see the run as it is after that chunk, may ask it anything, and what they raise cannot leave a value half
built. In an async run a callback may be async, and is awaited before the next; those that are not are called in the
same order with it.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextvars import ContextVar, Token
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar, get_args

from partway._listeners import Listener
from partway._paths import APPENDS, OTHERS, Pattern
from partway.errors import UsageError, format_path
from partway.events import Appended, Completed, Event, Finished, Opened, Rejected, Restarted

__all__ = ["Calls", "Hook", "Hooks", "OnHookError", "Place", "check_on_hook_error"]

OnHookError: TypeAlias = Literal["raise", "log"]
"""What an exception of a callback does: it ends the run; or it is logged (logger `partway`), and the run goes on."""

OnOpened = TypeVar("OnOpened", bound=Callable[[Opened], object])
OnAppended = TypeVar("OnAppended", bound=Callable[[Appended], object])
OnCompleted = TypeVar("OnCompleted", bound=Callable[[Completed], object])
OnRejected = TypeVar("OnRejected", bound=Callable[[Rejected], object])
OnRestarted = TypeVar("OnRestarted", bound=Callable[[Restarted], object])
OnFinished = TypeVar("OnFinished", bound=Callable[[Finished], object])

_NOT_AWAITED: Final = "a hook is async, and the run is not: only an async source gives an async run"
_NOWHERE: Final = (Restarted, Finished)
"""The events of no place."""


_CALLED_BY: Final[ContextVar[object]] = ContextVar("partway_called_by", default=None)


class Hook(NamedTuple):
    """A callback for one kind of event at the places that a pattern names."""

    pattern: Pattern
    kind: type[Event]
    callback: Callable[[Any], object]


class Place:
    """The places that a pattern names, for callbacks to be added; each method is a decorator.

    @run.on("steps[*].text").appended
    def type_on(event: Appended) -> None:
        print(event.text, end="")
    """

    def __init__(self, pattern: str, add: Callable[[Hook], object]) -> None:
        self._pattern = Pattern(pattern)
        self._add = add

    def opened(self, callback: OnOpened) -> OnOpened:
        """Call this when a value has begun there, with `Opened`."""
        self._called(Opened, callback)
        return callback

    def appended(self, callback: OnAppended) -> OnAppended:
        """Call this when a string has grown there, with `Appended`."""
        self._called(Appended, callback)
        return callback

    def completed(self, callback: OnCompleted) -> OnCompleted:
        """Call this when a value there is whole and valid, with `Completed`."""
        self._called(Completed, callback)
        return callback

    def rejected(self, callback: OnRejected) -> OnRejected:
        """Call this when a value there is whole and does not fit, with `Rejected`."""
        self._called(Rejected, callback)
        return callback

    def restarted(self, callback: OnRestarted) -> OnRestarted:
        """Call this when all that was told is to be forgotten, with `Restarted`; the place does not matter."""
        self._called(Restarted, callback)
        return callback

    def finished(self, callback: OnFinished) -> OnFinished:
        """Call this when the run has ended well, with `Finished`; the place does not matter."""
        self._called(Finished, callback)
        return callback

    def _called(self, kind: type[Event], callback: Callable[[Any], object]) -> None:
        if not callable(callback):
            raise UsageError(f"a hook is called with the event: {callback!r} cannot be called")
        self._add(Hook(self._pattern, kind, callback))


class Hooks:
    """Callbacks for places, to be used in any number of runs: `stream(source, Recipe, hooks=hooks)`.

    It can be called with an event, so that it serves as `on_event` of an `Extractor` as well; `paths=hooks.paths`
    spares it the events that nobody asked for.
    """

    def __init__(self) -> None:
        self._hooks: list[Hook] = []

    def on(
        self,
        pattern: str = "",
        *,
        opened: Callable[[Opened], object] | None = None,
        appended: Callable[[Appended], object] | None = None,
        completed: Callable[[Completed], object] | None = None,
        rejected: Callable[[Rejected], object] | None = None,
        restarted: Callable[[Restarted], object] | None = None,
        finished: Callable[[Finished], object] | None = None,
    ) -> Place:
        """Call back for events at the places that a pattern names.

        Args:
            pattern: Where, such as `steps[*].text`: names, `[0]`, `[*]` and `..`, a subset of JSONPath (RFC 9535).
                Names are those in the JSON. The empty pattern is the whole value.
            opened: Called when a value has begun there.
            appended: Called when a string has grown there.
            completed: Called when a value there is whole and valid.
            rejected: Called when a value there is whole and does not fit its type.
            restarted: Called when all that was told is to be forgotten, wherever.
            finished: Called when the run has ended well, wherever.

        Returns:
            The place: its methods are decorators that do the same.

        Raises:
            UsageError: The pattern cannot be read, or a callback cannot be called.
        """
        place = Place(pattern, self._hooks.append)
        if opened is not None:
            place.opened(opened)
        if appended is not None:
            place.appended(appended)
        if completed is not None:
            place.completed(completed)
        if rejected is not None:
            place.rejected(rejected)
        if restarted is not None:
            place.restarted(restarted)
        if finished is not None:
            place.finished(finished)
        return place

    @property
    def paths(self) -> list[str]:
        """The patterns of all places."""
        return list(dict.fromkeys(hook.pattern.text for hook in self._hooks))

    def __iter__(self) -> Iterator[Hook]:
        """Iterate over the hooks, in the order in which they were added."""
        return iter(tuple(self._hooks))

    def __call__(self, event: Event) -> None:
        """Call back for an event at once.

        Raises:
            Exception: A callback raised it.
            UsageError: A callback is async.
        """
        for hook in self._hooks:
            if hook.kind is type(event) and (isinstance(event, _NOWHERE) or hook.pattern.matches(event.path)):
                _refuse_async(hook.callback(event))


class Calls:
    """The calls that are due in one run.

    Args:
        on_error: What an exception of a callback does.
        awaits: Whether callbacks may be async.

    Attributes:
        due: The callbacks, each with its event.
    """

    def __init__(self, on_error: OnHookError, *, awaits: bool) -> None:
        self.due: list[tuple[Callable[[Any], object], Event]] = []
        self._on_error = on_error
        self._awaits = awaits
        self._calling = False

    def listener(self, hook: Hook) -> Listener:
        """Make a listener that has a hook called when it is due."""
        if not self._awaits and inspect.iscoroutinefunction(hook.callback):
            raise UsageError(_NOT_AWAITED)
        due, kind, callback = self.due, hook.kind, hook.callback

        def hear(event: Event) -> None:
            if event.__class__ is kind:
                due.append((callback, event))

        # What is told of no place is told to everybody: such a hook needs no events of a place.
        tells = 0 if kind in _NOWHERE else APPENDS if kind is Appended else OTHERS
        return Listener(hear, (hook.pattern,), tells)

    def call(self) -> None:
        """Call those that are due."""
        if self._calling:  # by one of them: it sees to what has come due meanwhile
            return
        self._calling, inside = True, _CALLED_BY.set(self)
        try:
            for callback, event in self.due:
                try:
                    answer = callback(event)
                except Exception as error:  # noqa: BLE001  # it is the user's
                    self._failed(error, event)
                else:
                    if answer is not None:
                        _refuse_async(answer)
        finally:
            self._called(inside)

    async def acall(self) -> None:
        """The same, and await those that are async."""
        if self._calling:  # by another task, which sees to these
            return
        self._calling, inside = True, _CALLED_BY.set(self)
        try:
            for callback, event in self.due:
                try:
                    answer = callback(event)
                    if answer is not None and isinstance(answer, Awaitable):
                        await answer
                except Exception as error:  # noqa: BLE001  # it is the user's
                    self._failed(error, event)
        finally:
            self._called(inside)

    def _called(self, inside: Token[object]) -> None:
        self.due.clear()
        self._calling = False
        _CALLED_BY.reset(inside)

    def refuse_inside(self) -> None:
        """A run is to be pulled or closed: not by a callback that it is just calling, and that it would wait for.

        Raises:
            UsageError: It is.
        """
        if _CALLED_BY.get() is self:
            raise UsageError("a hook cannot read or close the run that calls it; to end the run, raise an exception")

    def _failed(self, error: Exception, event: Event) -> None:
        if self._on_error == "raise":
            raise error
        import logging  # noqa: PLC0415  # for those who ask for it

        where = "" if isinstance(event, _NOWHERE) else f" at {format_path(event.path) or 'the root'}"
        logging.getLogger("partway").error("a hook failed: %s%s", type(event).__name__, where, exc_info=error)


def check_on_hook_error(value: Any) -> None:
    """Refuse what is no way to take an exception of a callback."""
    if value not in get_args(OnHookError):
        raise UsageError(f"on_hook_error takes {' or '.join(map(repr, get_args(OnHookError)))}, not {value!r}")


def _refuse_async(answer: object) -> None:
    """Where nobody can await: say so."""
    if isinstance(answer, Awaitable):
        if isinstance(answer, Coroutine):
            answer.close()  # or Python warns that it was never awaited
        raise UsageError(_NOT_AWAITED)
