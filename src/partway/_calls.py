"""The calls of hooks that are due in one run, and who may read it meanwhile.

A call waits until the chunk that brought its event has been taken in. Whoever awaits a callback may be cancelled: then
the rest stays due, for whoever reads on. A callback that reads or closes the run that is just calling it would wait for
itself, also by way of another run's hooks; so each call knows in which other it was made.
"""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Final

from partway._listeners import Listener
from partway._paths import APPENDS, OTHERS
from partway.errors import UsageError, format_path
from partway.events import Appended, Event
from partway.hooks import NOT_AWAITED, NOWHERE, Hook, OnHookError, refuse_async

__all__ = ["Calls"]

_INSIDE: Final = "a hook cannot read or close the run that calls it; to end the run, raise an exception"


class _Call:
    """A call of an async run's callback, while it is under way, and the call of another run's that it is made in.

    A task that a callback starts inherits it and may outlive it: then it may read the run like any other.
    """

    __slots__ = ("_token", "calls", "outer", "under_way")

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.under_way = True
        outer = _CALLED_BY.get()
        while outer is not None and not outer.under_way:
            outer = outer.outer
        self.outer: _Call | None = outer

    def __enter__(self) -> None:
        self._token = _CALLED_BY.set(self)

    def __exit__(self, *_: object) -> None:
        self.under_way = False
        _CALLED_BY.reset(self._token)


_CALLED_BY: Final[ContextVar[_Call | None]] = ContextVar("partway_called_by", default=None)


class Calls:
    """The calls that are due in one run.

    Args:
        on_error: What an exception of a callback does.
        awaits: Whether callbacks may be async.

    Attributes:
        due: The callbacks, each with its event.
        failed: What one of them has raised, which is the end of the run.
    """

    def __init__(self, on_error: OnHookError, *, awaits: bool) -> None:
        self.due: deque[tuple[Callable[[Any], object], Event]] | tuple[()] = ()  # most runs have no hooks
        self.failed: Exception | None = None
        self._on_error = on_error
        self._awaits = awaits
        self._calling = False

    @property
    def waiting(self) -> bool:
        """Whether some are due, and nobody is at it."""
        return bool(self.due) and not self._calling

    def listener(self, hook: Hook) -> Listener:
        """Make a listener that has a hook called when it is due."""
        if not self._awaits and inspect.iscoroutinefunction(hook.callback):
            raise UsageError(NOT_AWAITED)
        if isinstance(self.due, tuple):
            self.due = deque()
        due, kind, callback = self.due, hook.kind, hook.callback

        def hear(event: Event) -> None:
            if event.__class__ is kind:
                due.append((callback, event))

        # What is told of no place is told to everybody: such a hook needs no events of a place.
        tells = 0 if kind in NOWHERE else APPENDS if kind is Appended else OTHERS
        return Listener(hear, (hook.pattern,), tells)

    def call(self) -> None:
        """Call those that are due."""
        if self._calling:  # by one of them: it sees to what has come due meanwhile
            return
        self._calling = True
        due = self.due
        try:
            while due:
                callback, event = due.popleft()
                try:
                    answer = callback(event)
                except Exception as error:  # noqa: BLE001  # it is the user's
                    self._failed(error, event)
                else:
                    if answer is not None:
                        refuse_async(answer)
        finally:
            self._calling = False

    async def acall(self) -> None:
        """The same, and await those that are async. Where that is cancelled, the rest stays due."""
        if self._calling:  # by another task, which sees to these
            return
        self._calling = True
        try:
            while self.due:
                callback, event = self.due.popleft()
                with _Call(self):
                    try:
                        answer = callback(event)
                        if answer is not None and isinstance(answer, Awaitable):
                            await answer
                    except Exception as error:  # noqa: BLE001  # it is the user's
                        self._failed(error, event)
        finally:
            self._calling = False

    def refuse_inside(self) -> None:
        """A run is to be pulled or closed: not by a callback that it is just calling, and that it would wait for.

        Raises:
            UsageError: It is.
        """
        if not self._awaits:  # then nobody but a callback can be at work while it is called
            if self._calling:
                raise UsageError(_INSIDE)
            return
        call = _CALLED_BY.get()
        while call is not None:
            if call.calls is self and call.under_way:
                raise UsageError(_INSIDE)
            call = call.outer

    def _failed(self, error: Exception, event: Event) -> None:
        if self._on_error == "raise":
            if self.due:
                self.due.clear()
            self.failed = error
            raise error
        import logging  # noqa: PLC0415  # for those who ask for it

        where = "" if isinstance(event, NOWHERE) else f" at {format_path(event.path) or 'the root'}"
        logging.getLogger("partway").error("a hook failed: %s%s", type(event).__name__, where, exc_info=error)
