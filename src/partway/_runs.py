"""The runs of one source: a loop over them, and each a run like any other.

A run looks at its branch, and asks the pump for the next step as long as that is open; the loop over the runs asks
until another is opened. What nobody looks at goes on all the same, and is kept: its value, its error, and its events
until somebody looks another way.

A `Run` iterates over its `_steps`, and has its result and its events from elsewhere. So a run of several is a `Run`
whose steps are looks at a branch, and whose source is not its own: to close it does nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, cast

from typing_extensions import TypeVar  # as in `_run`

from partway._answer import Told
from partway._pump import AsyncPump, BasePump, Pump
from partway._router import Branch, Router
from partway._run import AsyncRun, BaseRun, Run
from partway.errors import UsageError
from partway.events import Event
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

    def __init__(self, branch: Branch[Any], pump: BasePump) -> None:
        self._branch = branch
        self._pump = pump
        self._looked = False
        self._looked_last = False

    def _waits(self) -> bool:
        """Whether something is to be pulled first."""
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
        if self._waits():
            while not self._settled(self._pump.pull()):
                pass
        if not self._look():
            raise StopIteration
        return True


class _AsyncLooks(_Looks):
    _pump: AsyncPump

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bool:
        if self._waits():
            while not self._settled(await self._pump.pull()):
                pass
        if not self._look():
            raise StopAsyncIteration
        return True


class _SharedRun(BaseRun[T, P]):
    """What is different about a run that shares its source."""

    _branch: Branch[T]

    def _listen(self) -> list[Event]:
        if self._branch.events is None:
            raise UsageError("events() and items() come before anything else is asked of a run: its events are gone")
        self._branch.kept = True
        return self._branch.events

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


class _RunOfMany(_SharedRun[T, P], Run[T, P]):
    """A run of several. The source is closed by the loop over them, and by nothing that is done to one."""

    def __init__(self, branch: Branch[T], pump: Pump, every: float | None) -> None:
        BaseRun.__init__(self, branch.extractor, branch.answer, every=every)
        self._source = ()
        self._branch = branch
        self._steps = cast("Any", _SyncLooks(branch, pump))

    def close(self) -> None:
        """Do nothing: the source is not this run's alone, and is left open for the others."""


class _AsyncRunOfMany(_SharedRun[T, P], AsyncRun[T, P]):
    """The same for an async source."""

    def __init__(self, branch: Branch[T], pump: AsyncPump, every: float | None) -> None:
        BaseRun.__init__(self, branch.extractor, branch.answer, every=every)
        self._source = cast("Any", ())
        self._branch = branch
        self._steps = cast("Any", _AsyncLooks(branch, pump))

    async def aclose(self) -> None:
        """Do nothing: the source is not this run's alone, and is left open for the others."""


class _BaseRuns(Told, Generic[T, P]):
    """What the chunks say besides, of the answer as a whole."""

    def __init__(self, router: Router[T], every: float | None) -> None:
        self._router = router
        self._answer = router.answer
        self._every = every

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

    def __init__(self, source: Iterable[Any], router: Router[T], *, every: float | None) -> None:
        super().__init__(router, every)
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
                    yield _RunOfMany(opened.popleft(), self._pump, self._every)
                else:
                    more = self._pump.pull()
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

    def __init__(self, source: AsyncIterable[Any], router: Router[T], *, every: float | None) -> None:
        super().__init__(router, every)
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
                    yield _AsyncRunOfMany(opened.popleft(), self._pump, self._every)
                else:
                    more = await self._pump.pull()
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
