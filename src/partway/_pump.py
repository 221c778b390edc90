"""One source, several runs: whoever asks for more pulls it for all.

Where a text holds several documents, or an answer several choices or calls, each is a run of its own, and they share
what is pulled. A `Pump` pulls a chunk and gives it to a `Router`, which knows what is in it and whose it is: the
router feeds `Branch`es, lays new ones in `opened`, and ends them. A run looks at its branch, and asks the pump
for the next step as long as that is open; the loop over the runs asks until another is opened. What nobody looks at
goes on all the same, and is kept: its value, its error, and its events until somebody looks another way.

No parsing is done here, and sync and async differ in how they pull, how they close, and in nothing else.

What ends a source before its time is told to every branch that is open. An error of the data (`PartwayError`) is
raised by the loop over the runs only where no run was open to have it; any other, which the source or a validator
raised, is raised by the loop as well. What is no `Exception` (Ctrl-C, a task that was cancelled) goes to whoever
pulled, and to everybody else the source was closed on the way.

Runs of an async source may be read by several tasks at once: one pulls, the others wait for that. This is the only
place that knows asyncio, which is not imported before it happens.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Generator,
    Iterable,
    Iterator,
)
from typing import TYPE_CHECKING, Any, Generic, cast

from typing_extensions import TypeVar  # as in `_stream`

from partway._extractor import Extractor
from partway._stream import AsyncRun, Run, _aclose, _BaseRun, _close
from partway.errors import PartwayError, UsageError
from partway.events import Event

if TYPE_CHECKING:
    from asyncio import Future
    from types import TracebackType
    from typing import Self

__all__ = ["AsyncPump", "AsyncRuns", "Branch", "Pump", "Router", "Runs"]

T = TypeVar("T")
P = TypeVar("P", default=T)


class Branch(Generic[T]):
    """One of the values that are read from a source: what its run looks at.

    Args:
        extractor: What reads it.
        events: The list that `extractor` tells its events to, from the first one on.

    Attributes:
        events: Those that nobody has taken yet; `None` when nobody can any more.
        kept: Whether somebody takes the events.
        over: Whether it has ended, with `value` or with `error`.
    """

    __slots__ = ("error", "events", "extractor", "kept", "over", "value")

    def __init__(self, extractor: Extractor[T, Any], events: list[Event]) -> None:
        self.extractor = extractor
        self.events: list[Event] | None = events
        self.kept = False
        self.over = False
        self.value: T | None = None
        self.error: Exception | None = None

    def end(self) -> None:
        """All of it has been read: ask for its value."""
        self.over = True
        try:
            self.value = self.extractor.finish()
        except PartwayError as error:
            self.error = error

    def fail(self, error: Exception) -> None:
        """It ends with this error."""
        self.over = True
        self.error = error

    def look(self) -> None:
        """Somebody looks: unless it is at the events, they are kept no longer."""
        if not self.kept and self.events is not None:
            self.events = None
            self.extractor.listen(None)


class Router(ABC, Generic[T]):
    """Knows what is in the chunks of a source, and which branch each part is for.

    Attributes:
        opened: The branches that have begun and have no run yet.
        error: What the loop over the runs raises in the end.
        over: Whether no more chunks are taken.
    """

    def __init__(self) -> None:
        self.opened: deque[Branch[T]] = deque()
        self.error: Exception | None = None
        self.over = False

    @abstractmethod
    def take(self, chunk: Any) -> Iterator[object]:
        """Feed what is in a chunk; pause after each opening and each end, when somebody may wait for no more."""

    @abstractmethod
    def end(self) -> None:
        """The source has ended: end every branch that is open."""

    @abstractmethod
    def branches(self) -> list[Branch[T]]:
        """The branches that are open."""

    def steps(self, chunk: Any) -> Iterator[object]:
        """Take a chunk, step by step; an error of the data ends it all."""
        try:
            yield from self.take(chunk)
        except PartwayError as error:
            self.fail(error)
            self.over = True

    def finish(self) -> None:
        """The source has ended well."""
        try:
            self.end()
        except PartwayError as error:
            self.fail(error)

    def fail(self, error: PartwayError) -> None:
        """The data has ended before its time: that is told by the runs that are open, or by the loop."""
        if not self._tell(error):
            self.error = error

    def break_off(self, error: Exception) -> None:
        """The source, or code that is not ours, has failed: everybody is told."""
        self._tell(error)
        self.error = error

    def close(self) -> None:
        """Nothing more will come: of what is open, what had come may be all."""
        for branch in self.branches():
            if not branch.over:
                branch.end()

    def _tell(self, error: Exception) -> bool:
        told = self.branches()
        for branch in told:
            branch.fail(error)
        return bool(told)


class _BasePump:
    """What pumps have in common.

    Attributes:
        router: What the chunks are given to.
        within: Whether more of the chunk at hand is to be taken, before the source is pulled again.
    """

    def __init__(self, router: Router[Any]) -> None:
        self.router = router
        self.within = False
        self._started = False


class Pump(_BasePump):
    """Pulls a source for all of its runs, step by step, and closes it once."""

    def __init__(self, source: Iterable[Any], router: Router[Any]) -> None:
        super().__init__(router)
        self._source = source
        self._steps = self._pulled()

    def _pulled(self) -> Generator[bool]:
        self._started = True
        router = self.router
        iterator: Any = None
        try:
            iterator = iter(self._source)
            for chunk in iterator:
                self.within = True
                for _ in router.steps(chunk):
                    yield True
                self.within = False
                if router.over:
                    return
                yield True
            router.finish()
        except Exception as error:  # noqa: BLE001  # it is raised by whoever asks for what it spoilt
            router.break_off(error)
        finally:
            self.within = False
            router.close()
            _close(iterator, self._source)

    def pull(self) -> bool:
        """Go on by one step; say whether there may be more."""
        return next(self._steps, False)

    def close(self) -> None:
        """Close the source; nothing more is pulled."""
        self._steps.close()
        if not self._started:  # then nobody has come to where it is closed
            self._started = True
            _close(self._source)


class AsyncPump(_BasePump):
    """The same for an async source."""

    def __init__(self, source: AsyncIterable[Any], router: Router[Any]) -> None:
        super().__init__(router)
        self._source = source
        self._steps = self._pulled()
        self._busy = False  # a task is pulling
        self._closing = False  # another waits for it, to close
        self._others: list[Future[None]] = []  # tasks that wait for it

    async def _pulled(self) -> AsyncGenerator[bool]:
        self._started = True
        router = self.router
        iterator: Any = None
        try:
            iterator = aiter(self._source)
            async for chunk in iterator:
                self.within = True
                for _ in router.steps(chunk):
                    yield True
                self.within = False
                if router.over:
                    return
                yield True
            router.finish()
        except Exception as error:  # noqa: BLE001  # as above
            router.break_off(error)
        finally:
            self.within = False
            router.close()
            await _aclose(iterator, self._source)

    async def pull(self) -> bool:
        """Go on by one step, or wait for the step of another task; say whether there may be more."""
        if self._busy or self._closing:
            await self._another()
            return True
        self._busy = True
        try:
            return await anext(self._steps, False)
        finally:
            self._busy = False
            self._wake()

    async def aclose(self) -> None:
        """Close the source; nothing more is pulled. A task that is pulling is waited for."""
        self._closing = True
        try:
            while self._busy:
                await self._another()
            self._busy = True
        finally:
            self._closing = False
            self._wake()  # if this was cancelled, nobody else would
        try:
            await self._steps.aclose()
            if not self._started:
                self._started = True
                await _aclose(self._source)
        finally:
            self._busy = False
            self._wake()

    async def _another(self) -> None:
        import asyncio  # noqa: PLC0415  # whoever gets here has imported it already

        other: Future[None] = asyncio.get_running_loop().create_future()
        self._others.append(other)
        await other

    def _wake(self) -> None:
        others, self._others = self._others, []
        for other in others:
            if not other.done():  # its task may have been cancelled meanwhile
                other.set_result(None)


class _Looks:
    """The steps of one run: when to look at its branch again.

    There is a first look before anything is pulled, unless more of the chunk at hand is for this run: a run shows
    one partial for a chunk. The last look is after the end; from then on an error is raised whenever somebody looks.
    """

    def __init__(self, branch: Branch[Any], pump: _BasePump) -> None:
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


class _SharedRun(_BaseRun[T, P]):
    """What is different about a run that shares its source."""

    _branch: Branch[T]

    def _listen(self) -> list[Event]:
        if self._branch.events is None:
            raise UsageError("events() and items() come before anything else is asked of a run: its events are gone")
        self._branch.kept = True
        return self._branch.events

    def _outcome(self) -> T:
        if self._branch.error is not None:
            raise self._branch.error
        return self._branch.value  # type: ignore[return-value]  # set when it was over, and it is


class _RunOfMany(_SharedRun[T, P], Run[T, P]):
    """A run of several. The source is closed by the loop over them, and by nothing that is done to one."""

    def __init__(self, branch: Branch[T], pump: Pump, every: float | None) -> None:
        super().__init__((), branch.extractor, every=every, json_only=False)
        self._branch = branch
        self._steps = cast("Any", _SyncLooks(branch, pump))

    def close(self) -> None:
        """Do nothing: the source is not this run's alone, and is left open for the others."""


class _AsyncRunOfMany(_SharedRun[T, P], AsyncRun[T, P]):
    """The same for an async source."""

    def __init__(self, branch: Branch[T], pump: AsyncPump, every: float | None) -> None:
        super().__init__(cast("Any", ()), branch.extractor, every=every, json_only=False)
        self._branch = branch
        self._steps = cast("Any", _AsyncLooks(branch, pump))

    async def aclose(self) -> None:
        """Do nothing: the source is not this run's alone, and is left open for the others."""


class Runs(Generic[T, P]):
    """The runs of one source: iterate over it for each as it begins.

    When the loop goes on to the next, the run before has been read to its end; its result stays at hand. A loop that
    is left closes the source, and so does leaving this as a context manager. To leave the loop over a single run
    closes nothing.
    """

    def __init__(self, source: Iterable[Any], router: Router[T], *, every: float | None) -> None:
        self._pump = Pump(source, router)
        self._router = router
        self._every = every

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


class AsyncRuns(Generic[T, P]):
    """The runs of one async source: the same as `Runs`, to be awaited. Several tasks may read runs at once."""

    def __init__(self, source: AsyncIterable[Any], router: Router[T], *, every: float | None) -> None:
        self._pump = AsyncPump(source, router)
        self._router = router
        self._every = every

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
