"""Callbacks for what happens at a place, and when they are called.

A `Hooks` is a table of places and callbacks that can be used in any number of runs; `run.on(...)` adds to those of one
run. A callback gets the event itself: `Appended` has the text, `Completed` the value, and each its path.

Hooks are called when the chunk that brought the events has been taken in, one after the other, in the order of the
text. So they see the run as it is after that chunk, may ask it anything, and what they raise cannot leave a value half
built. In an async run a callback may be async, and is awaited before the next; those that are not are called in the
same order with it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar, get_args

from partway._paths import Pattern
from partway.errors import UsageError
from partway.events import Appended, Completed, Event, Finished, Opened, Rejected, Restarted

__all__ = ["NOT_AWAITED", "NOWHERE", "Hook", "Hooks", "OnHookError", "Place", "check_on_hook_error", "refuse_async"]

OnHookError: TypeAlias = Literal["raise", "log"]
"""What an exception of a callback does: it ends the run; or it is logged (logger `partway`), and the run goes on."""

OnOpened = TypeVar("OnOpened", bound=Callable[[Opened], object])
OnAppended = TypeVar("OnAppended", bound=Callable[[Appended], object])
OnCompleted = TypeVar("OnCompleted", bound=Callable[[Completed], object])
OnRejected = TypeVar("OnRejected", bound=Callable[[Rejected], object])
OnRestarted = TypeVar("OnRestarted", bound=Callable[[Restarted], object])
OnFinished = TypeVar("OnFinished", bound=Callable[[Finished], object])

NOT_AWAITED: Final = "a hook is async, and the run is not: only an async source gives an async run"
NOWHERE: Final = (Restarted, Finished)
"""The events of no place."""


class Hook(NamedTuple):
    """A callback for one kind of event at the places that a pattern names."""

    pattern: Pattern
    kind: type[Event]
    callback: Callable[[Any], object]


class Place:
    """The places that a pattern names, for callbacks to be added.

        @run.on("steps[*].text").appended
        def type_on(event: Appended) -> None:
            print(event.text, end="")

    Each method is a decorator that gives the callback back as it is.
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
            if hook.kind is type(event) and (isinstance(event, NOWHERE) or hook.pattern.matches(event.path)):
                refuse_async(hook.callback(event))


def check_on_hook_error(value: Any) -> None:
    """Refuse what is no way to take an exception of a callback."""
    if value not in get_args(OnHookError):
        raise UsageError(f"on_hook_error takes {' or '.join(map(repr, get_args(OnHookError)))}, not {value!r}")


def refuse_async(answer: object) -> None:
    """Where nobody can await: say so."""
    if isinstance(answer, Awaitable):
        if isinstance(answer, Coroutine):
            answer.close()  # or Python warns that it was never awaited
        raise UsageError(NOT_AWAITED)
