"""Runs: a source of chunks is pulled, and partials, events, items or the pieces of a string come out.

Sync and async differ in how they pull the source and how they close it, and in nothing else: what is done with a
chunk, and with the end, is in `_intake`, what a reader waits for in `_feeds`. A run pulls its source only when somebody
asks for more, and closes it on every way out: at its end, after an error, and when its last reader leaves.

Several may read one run, each at its own pace: what has come for a reader waits for it. In asyncio those that read
side by side (`items`, `text`, `value`, `frames`) share a task that pulls for them, so that one that is cancelled takes
nothing from the others (`_steps`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from typing_extensions import TypeVar  # as in `_base_run`

from partway._base_run import BaseRun, Showing
from partway._extractor import Extractor
from partway._feeds import Feed
from partway._intake import Intake, aclose_all, close_all, refuse_running
from partway._listeners import Listeners
from partway._steps import AsyncSteps
from partway.events import Event

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["AsyncRun", "Run"]

T = TypeVar("T")
P = TypeVar("P", default=T)
V = TypeVar("V")


class Run(BaseRun[T, P]):
    """A stream that is being read: iterate over it for partials, ask it for its result.

    What is pulled from the source is pulled once: `result()` goes on where a loop ended. A loop that is left closes
    the source unless others are going on, and so does leaving the run as a context manager.
    """

    def __init__(self, source: Iterable[Any], extractor: Extractor[T, P], intake: Intake[T], showing: Showing) -> None:
        super().__init__(extractor, intake.answer, Listeners(extractor), showing)
        self._intake = intake
        self._source = source
        self._steps = self._pulled()

    def _pulled(self) -> Generator[bool]:
        """Pull the source to its end; yield for each chunk."""
        self._started = True
        iterator: Any = None
        try:
            iterator = iter(self._source)
            for chunk in iterator:
                try:
                    self._intake.take(chunk)
                finally:
                    if self._calls.due:
                        self._calls.call()
                yield True
            try:
                self._result = self._intake.end()
                self._ended = True  # before the loop is told, which may be left here
            finally:
                self._calls.call()
            yield True
        except GeneratorExit:
            raise
        except BaseException as error:
            self._keep(error)
            raise
        finally:
            close_all(iterator, self._source, after=self._error)

    def _refuse_inside(self) -> None:
        self._calls.refuse_inside()
        refuse_running(self._steps)

    def _call_first(self) -> None:
        """Call the hooks that are due of what came before anybody read this run: here none are."""

    def _read(self, feed: Feed[V]) -> Iterator[V]:
        return self._reading(feed)

    def _reading(self, feed: Feed[V]) -> Iterator[V]:
        """Give what a feed has, and pull until it is over or the run is, which may have failed before it was made."""
        self._refuse_inside()
        self._readers += 1
        try:
            self._call_first()
            yield from feed.ready()
            while not feed.over:
                self._refuse_inside()
                if not next(self._steps, False):
                    break
                yield from feed.ready()
        except Exception:
            yield from feed.rest()
            raise
        finally:
            self._leave(feed)
        yield from feed.rest()
        if self._error is not None and not feed.over:
            raise self._error  # another reader was told of it first

    def _leave(self, feed: Feed[Any]) -> None:
        self._readers -= 1
        self._listeners.drop(feed.listener)
        self._left |= feed.closes and not feed.over
        if not self._readers and self._left:
            self.close()

    def __iter__(self) -> Iterator[P]:
        """Iterate over the partials: one for each chunk that changed something, the validated value last."""
        return self._read(self._partial_feed())

    def frames(self, per_second: float = 30) -> Iterator[P]:
        """Iterate over the partials, at most so many in a second: for anything that draws.

        The first and the last are always among them. There is no timer: what is held back is shown with the next
        chunk, or as the last.

        Raises:
            UsageError: `per_second` is not above 0.
        """
        return self._read(self._frame_feed(per_second))

    def events(self, *paths: str) -> Iterator[Event]:
        """Iterate over the events instead, in the order of the text.

        Args:
            paths: Only those of the places that these patterns name, such as `steps[*].text`.

        Raises:
            UsageError: Something was pulled before, or a pattern cannot be read.
        """
        return self._read(self._event_feed(paths))

    def items(self, path: str) -> Iterator[Any]:
        """Iterate over the values at a path, such as `steps[*]`: each once, complete and validated.

        Those that were complete before come first.

        Raises:
            UsageError: The path cannot be read.
        """
        return self._read(self._item_feed(path))

    def text(self, path: str) -> Iterator[str]:
        """Iterate over the pieces of the string at a path, such as `summary`, as they come.

        What there is of it already comes first. The loop ends with the string, and leaves the run as it is. When the
        answer begins anew (`Restarted`), so does the string.

        Raises:
            UsageError: The path cannot be read, or may name several places.
        """
        return self._read(self._text_feed(path))

    def value(self, path: str) -> Any:
        """Pull until the value at a path, such as `language`, is complete, and return it.

        Where it never comes, that is what the result has there: a default.

        Raises:
            MismatchError: It does not fit.
            NoJSONError: The answer has ended well, and there is no such place in it.
            PartwayError: The run has ended badly before.
            UsageError: The path cannot be read, or may name several places.
        """
        self._refuse_inside()
        feed = self._value_feed(path)
        for _ in self._read(feed):
            pass
        return self._value(feed)

    def result(self) -> T:
        """Pull what is left and return the validated value.

        Raises:
            PartwayError: There is none; the error says why and keeps what had arrived.
        """
        self._refuse_inside()
        for _ in self._steps:
            pass
        return self._outcome()

    def close(self) -> None:
        """Close the source; nothing more is pulled."""
        self._refuse_inside()
        self._steps.close()
        if not self._started:  # then nobody has come to where it is closed
            self._started = True
            close_all(self._source)

    def _given_up(self) -> T:
        """Close it because nobody reads it any more; return what had come by then, if that is all."""
        self.close()
        return self.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncRun(BaseRun[T, P]):
    """A stream that is being read from an async source: the same as `Run`, to be awaited.

    Several tasks may read it side by side.
    """

    _awaits = True

    def __init__(
        self, source: AsyncIterable[Any], extractor: Extractor[T, P], intake: Intake[T], showing: Showing
    ) -> None:
        super().__init__(extractor, intake.answer, Listeners(extractor), showing)
        self._intake = intake
        self._source = source
        self._steps = AsyncSteps(self._pulled())

    async def _pulled(self) -> AsyncGenerator[bool]:
        """Pull the source to its end; yield for each chunk."""
        self._started = True
        iterator: Any = None
        try:
            iterator = aiter(self._source)
            async for chunk in iterator:
                try:
                    self._intake.take(chunk)
                finally:
                    if self._calls.due:
                        await self._calls.acall()
                yield True
            try:
                self._result = self._intake.end()
                self._ended = True  # before the loop is told, which may be left here
            finally:
                await self._calls.acall()
            yield True
        except GeneratorExit:
            raise
        except BaseException as error:
            self._keep(error)
            raise
        finally:
            await aclose_all(iterator, self._source, after=self._error)

    async def _call_first(self) -> None:
        """Call the hooks that are due of what came before anybody read this run: here none are."""

    def _read(self, feed: Feed[V], *, shares: bool = True) -> AsyncIterator[V]:
        return self._reading(feed, shares=shares)

    async def _reading(self, feed: Feed[V], *, shares: bool) -> AsyncIterator[V]:
        """Give what a feed has, and pull until it is over or the run is, which may have failed before it was made."""
        self._calls.refuse_inside()
        self._readers += 1
        if shares:
            self._steps.share()
        try:
            await self._call_first()
            for ready in feed.ready():
                yield ready
            while not feed.over and await self._steps.advance(shares=shares, within=feed.within if shares else None):
                for ready in feed.ready():
                    yield ready
        except Exception:
            for ready in feed.rest():
                yield ready
            raise
        finally:
            if shares:
                self._steps.leave()
            await self._leave(feed)
        for ready in feed.rest():
            yield ready
        if self._error is not None and not feed.over:
            raise self._error  # another reader was told of it first

    async def _leave(self, feed: Feed[Any]) -> None:
        self._readers -= 1
        self._listeners.drop(feed.listener)
        self._left |= feed.closes and not feed.over
        if not self._readers and self._left:
            await self.aclose()

    def __aiter__(self) -> AsyncIterator[P]:
        """Iterate over the partials: one for each chunk that changed something, the validated value last."""
        return self._read(self._partial_feed(), shares=False)

    def frames(self, per_second: float = 30) -> AsyncIterator[P]:
        """Iterate over the partials, at most so many in a second, as `Run.frames` does; but there is a timer.

        What is held back is shown when its time has come, whether or not another chunk has.
        """
        return self._read(self._frame_feed(per_second))

    def events(self, *paths: str) -> AsyncIterator[Event]:
        """Iterate over the events instead; see `Run.events`."""
        return self._read(self._event_feed(paths), shares=False)

    def items(self, path: str) -> AsyncIterator[Any]:
        """Iterate over the values at a path, each once, complete and validated; see `Run.items`."""
        return self._read(self._item_feed(path))

    def text(self, path: str) -> AsyncIterator[str]:
        """Iterate over the pieces of the string at a path, as they come; see `Run.text`."""
        return self._read(self._text_feed(path))

    async def value(self, path: str) -> Any:
        """Pull until the value at a path is complete, and return it; see `Run.value`."""
        self._calls.refuse_inside()
        feed = self._value_feed(path)
        async for _ in self._read(feed):
            pass
        return self._value(feed)

    async def result(self) -> T:
        """Pull what is left and return the validated value; see `Run.result`."""
        self._calls.refuse_inside()
        self._readers += 1
        try:
            while await self._steps.advance():
                pass
        finally:
            self._readers -= 1
            if not self._readers and self._left:  # whoever left did not close it, for this one's sake
                await self.aclose()
        return self._outcome()

    async def aclose(self) -> None:
        """Close the source; nothing more is pulled."""
        self._calls.refuse_inside()
        await self._steps.aclose()
        if not self._started:  # then nobody has come to where it is closed
            self._started = True
            await aclose_all(self._source)

    async def _given_up(self) -> T:
        """Close it because nobody reads it any more; return what had come by then, if that is all."""
        await self.aclose()
        return await self.result()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()
