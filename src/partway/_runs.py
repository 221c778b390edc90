"""The runs of one source: a loop over them, and each a run like any other.

A run looks at its branch, and asks the pump for the next step as long as that is open; the loop over the runs asks
until another is opened. What nobody looks at goes on all the same, and is kept: its value, its error, and its events
until somebody looks another way.

A `Run` iterates over its `_steps`, and has its result and its events from elsewhere. So a run of several is a `Run`
whose steps are looks at a branch, and whose source is not its own: to close it does nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, Never, cast

from typing_extensions import TypeVar  # as in `_run`

from partway._answer import Told
from partway._base_run import NOT_COPIED, BaseRun, Showing
from partway._calls import Calls
from partway._feeds import EventFeed, ItemFeed
from partway._listeners import Listener
from partway._paths import watch_for
from partway._pump import AsyncPump, BasePump, Pump
from partway._router import Branch, Router
from partway._run import AsyncRun, Run
from partway.errors import TruncatedJSONError, UsageError
from partway.events import State
from partway.providers import Channel

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["AsyncRuns", "Runs"]

T = TypeVar("T")
P = TypeVar("P", default=T)


class _Looks:
    """The steps of one run: when to look at its branch again.

    There is a first look before anything is pulled, unless more of the chunk at hand is for this run: a run shows
    one partial for a chunk. The last look is after the end; from then on an error is raised whenever somebody looks.
    """

    def __init__(self, branch: Branch[Any], pump: BasePump, calls: Calls) -> None:
        self._branch = branch
        self._pump = pump
        self._calls = calls
        self._looked = False
        self._looked_last = False

    def _waits(self) -> bool:
        """Whether something is to be pulled first."""
        if self._calls.failed is not None:
            raise self._calls.failed
        self._branch.look()
        return not self._branch.over and (self._looked or self._pump.within)

    def _settled(self, more: bool) -> bool:
        """Whether enough was pulled."""
        return not more or self._branch.over or not self._pump.within

    def _look(self) -> bool:
        """Whether there is something to look at."""
        self._looked = True
        if self._branch.over:
            if self._branch.error is not None:
                raise self._branch.error
            if self._looked_last:
                return False
            self._looked_last = True
        return True


class _SyncLooks(_Looks):
    _pump: Pump

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bool:
        try:
            more = self._advance()
        except StopIteration as error:  # of a hook or a validator: it is no end, as Python has it for generators
            raise RuntimeError("a callback raised StopIteration") from error
        if not more:
            raise StopIteration
        return True

    def _advance(self) -> bool:
        """Pull what is needed to look again; say whether there is something to look at."""
        if self._waits():
            while not self._settled(self._pump.pull()):
                pass
        self._calls.call()
        return self._look()


class _AsyncLooks(_Looks):
    _pump: AsyncPump

    async def advance(self, *, shares: bool = False, within: float | None = None) -> bool:
        """Pull what is needed to look again; say whether there is something to look at."""
        if self._waits():
            while not self._settled(await self._pump.steps.advance(shares=shares, within=within)):
                pass
        await self._calls.acall()
        return self._look()

    def share(self) -> None:
        """Begin to read side by side with others."""
        self._pump.steps.share()

    def leave(self) -> None:
        """Stop reading side by side."""
        self._pump.steps.leave()


class _SharedRun(BaseRun[T, P]):
    """What is different about a run that shares its source."""

    _branch: Branch[T]

    def _event_feed(self, paths: tuple[str, ...]) -> EventFeed:
        if self._branch.events is None:
            raise UsageError("events() come before anything else is asked of a run: its events are gone")
        return super()._event_feed(paths)

    def _item_feed(self, path: str) -> ItemFeed:
        self._started = self._branch.events is None  # else they are told of from the first on
        return super()._item_feed(path)

    def _hear(self, *listeners: Listener) -> None:
        """Tell listeners of what happens, and as long as nobody has looked, of what has happened."""
        watches = [
            None if each.patterns is None else watch_for([(pattern, each.tells) for pattern in each.patterns])
            for each in listeners
        ]
        for event in self._branch.events or ():
            for listener, watch in zip(listeners, watches, strict=True):
                if watch is None or watch.wants(event):
                    listener.sink(event)
        super()._hear(*listeners)

    @property
    def _call(self) -> Channel | None:
        return self._branch.call

    @property
    def index(self) -> int:
        """Which it is of the calls, answers or documents, from 0."""
        return self._branch.index

    def _outcome(self) -> T:
        if self._branch.error is not None:
            raise self._branch.error
        return self._branch.value  # type: ignore[return-value]  # set when it was over, and it is

    def _come_to(self) -> T:
        """What it has come to, without pulling the source, which is for the others."""
        if not self._branch.over:
            if self._extractor.state() is State.COMPLETE:
                return self._extractor.snapshot  # type: ignore[no-any-return]  # complete, it is a T
            raise self._extractor.data_error(TruncatedJSONError, "nobody reads this any more", self.open_path)
        return self._outcome()


class _RunOfMany(_SharedRun[T, P], Run[T, P]):
    """A run of several. The source is closed by the loop over them, and by nothing that is done to one."""

    def __init__(self, branch: Branch[T], pump: Pump, showing: Showing) -> None:
        self._source = ()
        self._branch = branch
        BaseRun.__init__(self, branch.extractor, branch.answer, branch.listeners, showing)
        branch.calls = self._calls
        self._pump = pump
        self._steps = cast("Any", _SyncLooks(branch, pump, self._calls))

    def _refuse_inside(self) -> None:
        self._calls.refuse_inside()
        self._pump.refuse_running()

    def _call_first(self) -> None:
        self._calls.call()

    def close(self) -> None:
        """Do nothing: the source is not this run's alone, and is left open for the others."""

    def _given_up(self) -> T:
        return self._come_to()


class _AsyncRunOfMany(_SharedRun[T, P], AsyncRun[T, P]):
    """The same for an async source."""

    def __init__(self, branch: Branch[T], pump: AsyncPump, showing: Showing) -> None:
        self._source = cast("Any", ())
        self._branch = branch
        BaseRun.__init__(self, branch.extractor, branch.answer, branch.listeners, showing)
        branch.calls = self._calls
        self._steps = cast("Any", _AsyncLooks(branch, pump, self._calls))

    async def _call_first(self) -> None:
        await self._calls.acall()

    async def aclose(self) -> None:
        """Do nothing: the source is not this run's alone, and is left open for the others."""

    async def _given_up(self) -> T:
        return self._come_to()


class _BaseRuns(Told, Generic[T, P]):
    """What the chunks say besides, of the answer as a whole."""

    def __init__(self, router: Router[T], showing: Showing) -> None:
        self._router = router
        self._answer = router.answer
        self._showing = showing
        self._begun: list[Branch[T]] = []  # those of the runs that may have hooks to be called

    def __reduce__(self) -> Never:
        raise TypeError(NOT_COPIED)

    def _next(self) -> Branch[T]:
        """The branch that the next run is of."""
        branch = self._router.opened.popleft()
        self._begun.append(branch)
        return branch

    def _due(self) -> Iterator[Calls]:
        """The hooks that are due of runs that the loop has passed over, until none is: more may come meanwhile."""
        found = True
        while found:
            found = False
            for branch in self._begun:
                if branch.calls is not None and branch.calls.waiting:
                    found = True
                    yield branch.calls
        self._begun = [branch for branch in self._begun if not branch.over or (branch.calls and branch.calls.due)]

    @property
    def prose(self) -> str:
        """The text of the answer so far that is in none of the runs."""
        return self._answer.prose

    @property
    def reasoning(self) -> str:
        """What the model has thought so far, as far as the provider tells it apart."""
        return self._answer.reasoning


class Runs(_BaseRuns[T, P]):
    """The runs of one source: iterate over it for each as it begins.

    When the loop goes on to the next, the run before has been read to its end; its result stays at hand. A loop that
    is left closes the source, and so does leaving this as a context manager. To leave the loop over a single run
    closes nothing.
    """

    def __init__(self, source: Iterable[Any], router: Router[T], showing: Showing) -> None:
        super().__init__(router, showing)
        self._pump = Pump(source, router)

    def __iter__(self) -> Iterator[Run[T, P]]:
        """Iterate over the runs, each once.

        Raises:
            PartwayError: The source ended badly where no run was open to tell.
            Exception: The source raised it.
        """
        opened, more = self._router.opened, True
        try:
            while more or opened:
                if opened:
                    yield _RunOfMany(self._next(), self._pump, self._showing)
                else:
                    more = self._pump.pull()
                for calls in self._due():
                    with suppress(Exception):  # it is raised by the run
                        calls.call()
            if self._router.error is not None:
                raise self._router.error
        finally:
            self.close()

    def close(self) -> None:
        """Close the source; nothing more is pulled, and a run that was open has ended where it was."""
        self._pump.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncRuns(_BaseRuns[T, P]):
    """The runs of one async source: the same as `Runs`, to be awaited. Several tasks may read runs at once."""

    def __init__(self, source: AsyncIterable[Any], router: Router[T], showing: Showing) -> None:
        super().__init__(router, showing)
        self._pump = AsyncPump(source, router)

    async def __aiter__(self) -> AsyncIterator[AsyncRun[T, P]]:
        """Iterate over the runs, each once.

        Raises:
            PartwayError: The source ended badly where no run was open to tell.
            Exception: The source raised it.
        """
        opened, more = self._router.opened, True
        try:
            while more or opened:
                if opened:
                    yield _AsyncRunOfMany(self._next(), self._pump, self._showing)
                else:
                    more = await self._pump.steps.advance()
                for calls in self._due():
                    with suppress(Exception):  # it is raised by the run
                        await calls.acall()
            if self._router.error is not None:
                raise self._router.error
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Close the source; nothing more is pulled, and a run that was open has ended where it was."""
        await self._pump.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()
