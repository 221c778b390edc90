"""Runs: a source of chunks is pulled, and partials, events or items come out.

Sync and async differ in how they pull the source and how they close it, and in nothing else: what is done with a
chunk, and with the end, is in `_intake`. A run pulls its source only when somebody asks for the next partial, event or
item, and closes it on every way out: at its end, after an error, and when the loop over the run is left.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic

from typing_extensions import TypeVar  # pydantic depends on it; Python's own takes a default from 3.13 on

from partway._answer import Answer, Told
from partway._extractor import Extractor
from partway._intake import Intake, aclose_all, close_all, note_partial
from partway._paths import Pattern
from partway.errors import PartwayError, UsageError
from partway.events import Completed, Event, Path, Rejection, State
from partway.providers import Channel

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["AsyncRun", "BaseRun", "Run"]

T = TypeVar("T")
P = TypeVar("P", default=T)


class BaseRun(Told, Generic[T, P]):
    """What runs have in common: a look at the value so far, and at what the chunks say besides."""

    _intake: Intake[T]

    def __init__(self, extractor: Extractor[T, P], answer: Answer, *, every: float | None) -> None:
        self._extractor = extractor
        self._answer = answer
        self._every = every
        self._shown = -math.inf
        self._last: Any = None
        self._started = False
        self._ended = False
        self._result: T | None = None
        self._error: BaseException | None = None
        self._events: list[Event] = []

    @property
    def partial(self) -> P | None:
        """The typed value so far, immutable; `None` before anything of it has arrived."""
        return self._extractor.partial

    def state(self, *path: str | int) -> State:
        """How far the place at a path has come; without a path, the whole value."""
        return self._extractor.state(*path)

    @property
    def open_path(self) -> Path:
        """Where the text is being written now: the innermost place that is open."""
        return self._extractor.open_path

    @property
    def text(self) -> str:
        """The JSON text so far, without fence or prose."""
        return self._extractor.text

    @property
    def candidate(self) -> int:
        """Which JSON document of the text is shown, counted from 1; 0 before one has begun."""
        return self._extractor.candidate

    @property
    def rejected(self) -> tuple[Rejection, ...]:
        """What has arrived and does not fit the type, in the order of the text: where, why, and its JSON."""
        return self._extractor.rejected

    @property
    def prose(self) -> str:
        """The model's text around the JSON so far: without its fence, without JSON that was given up."""
        return self._extractor.prose + self._answer.prose

    @property
    def reasoning(self) -> str:
        """What the model has thought so far: what the provider tells apart as that, and what stood in thinking tags."""
        return self._answer.reasoning + self._extractor.thoughts

    @property
    def name(self) -> str | None:
        """The tool that is called; `None` where the value is no call of a tool."""
        return None if self._call is None else self._call.name

    @property
    def id(self) -> str | None:
        """What the provider calls the call of a tool, to be named in the answer to it; `None` where there is none."""
        return None if self._call is None else self._call.id or None

    @property
    def index(self) -> int:
        """Which it is of the calls, answers or documents that come side by side, from 0."""
        return self._answer.choice if self._call is None else self._call.index

    @property
    def _call(self) -> Channel | None:
        return self._intake.call

    def _unseen(self) -> bool:
        """Whether there is a partial that has not been shown."""
        return self.partial is not self._last and self.partial is not None

    def _fresh(self) -> bool:
        """Whether there is one and its time has come."""
        return self._unseen() and (self._every is None or time.monotonic() - self._shown >= self._every)

    def _show(self) -> P:
        if self._every is not None:
            self._shown = time.monotonic()
        self._last = self.partial
        return self._last  # type: ignore[no-any-return]  # there is one, or nothing is shown

    def _listen(self) -> list[Event]:
        if self._started:
            raise UsageError("events() and items() come before anything is pulled: the run has begun already")
        self._extractor.listen(self._events.append)
        return self._events

    def _keep(self, error: BaseException) -> None:
        """Keep what ended the run; to what is not ours, say what had arrived.

        What is no `Exception` (Ctrl-C, a task that was cancelled) is for whoever pulled: later the run was closed.
        """
        if isinstance(error, Exception):
            self._error = error
            if not isinstance(error, PartwayError | UsageError):
                note_partial(error, self.partial)

    def _outcome(self) -> T:
        if self._error is not None:
            raise self._error
        if not self._ended:  # closed on the way: what had come may be all
            self._ended = True
            try:
                self._result = self._intake.end()
            except (PartwayError, UsageError) as error:
                self._error = error
                raise
        return self._result  # type: ignore[return-value]  # set with _ended


class Run(BaseRun[T, P]):
    """A stream that is being read: iterate over it for partials, ask it for its result.

    What is pulled from the source is pulled once: `result()` goes on where a loop ended. A loop that is left closes
    the source, and so does leaving the run as a context manager.
    """

    def __init__(
        self, source: Iterable[Any], extractor: Extractor[T, P], intake: Intake[T], *, every: float | None
    ) -> None:
        super().__init__(extractor, intake.answer, every=every)
        self._intake = intake
        self._source = source
        self._steps = self._pulled()

    def _pulled(self) -> Generator[bool]:
        """Pull the source to its end; yield for each chunk whether the partial has changed."""
        self._started = True
        iterator: Any = None
        try:
            iterator = iter(self._source)
            for chunk in iterator:
                yield self._intake.take(chunk)
            self._result = self._intake.end()
            self._ended = True  # before the loop is told, which may be left here
            yield True
        except GeneratorExit:
            raise
        except BaseException as error:
            self._keep(error)
            raise
        finally:
            close_all(iterator, self._source)

    def __iter__(self) -> Iterator[P]:
        """Iterate over the partials: one for each chunk that changed something, the validated value last."""
        try:
            for _ in self._steps:
                if self._fresh():
                    yield self._show()
        except PartwayError:
            if self._unseen():
                yield self._show()
            raise
        finally:
            self.close()
        if self._unseen():
            yield self._show()

    def events(self) -> Iterator[Event]:
        """Iterate over the events instead, in the order of the text.

        Raises:
            UsageError: Something was pulled before.
        """
        return self._drained(self._listen())

    def _drained(self, events: list[Event]) -> Iterator[Event]:
        try:
            for _ in self._steps:
                yield from events
                events.clear()
        except GeneratorExit:
            raise
        except PartwayError:
            yield from events
            raise
        finally:
            self.close()

    def items(self, path: str) -> Iterator[Any]:
        """Iterate over the values at a path, such as `steps[*]`: each once, complete and validated.

        Raises:
            UsageError: The path cannot be read, or something was pulled before.
        """
        pattern = Pattern(path)
        events = self.events()
        return (event.value for event in events if isinstance(event, Completed) and pattern.matches(event.path))

    def result(self) -> T:
        """Pull what is left and return the validated value.

        Raises:
            PartwayError: There is none; the error says why and keeps what had arrived.
        """
        for _ in self._steps:
            pass
        return self._outcome()

    def close(self) -> None:
        """Close the source; nothing more is pulled."""
        self._steps.close()
        if not self._started:  # then nobody has come to where it is closed
            self._started = True
            close_all(self._source)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncRun(BaseRun[T, P]):
    """A stream that is being read from an async source: the same as `Run`, to be awaited."""

    def __init__(
        self, source: AsyncIterable[Any], extractor: Extractor[T, P], intake: Intake[T], *, every: float | None
    ) -> None:
        super().__init__(extractor, intake.answer, every=every)
        self._intake = intake
        self._source = source
        self._steps = self._pulled()

    async def _pulled(self) -> AsyncGenerator[bool]:
        """Pull the source to its end; yield for each chunk whether the partial has changed."""
        self._started = True
        iterator: Any = None
        try:
            iterator = aiter(self._source)
            async for chunk in iterator:
                yield self._intake.take(chunk)
            self._result = self._intake.end()
            self._ended = True  # before the loop is told, which may be left here
            yield True
        except GeneratorExit:
            raise
        except BaseException as error:
            self._keep(error)
            raise
        finally:
            await aclose_all(iterator, self._source)

    async def __aiter__(self) -> AsyncIterator[P]:
        """Iterate over the partials: one for each chunk that changed something, the validated value last."""
        try:
            async for _ in self._steps:
                if self._fresh():
                    yield self._show()
        except PartwayError:
            if self._unseen():
                yield self._show()
            raise
        finally:
            await self.aclose()
        if self._unseen():
            yield self._show()

    def events(self) -> AsyncIterator[Event]:
        """Iterate over the events instead, in the order of the text.

        Raises:
            UsageError: Something was pulled before.
        """
        return self._drained(self._listen())

    async def _drained(self, events: list[Event]) -> AsyncIterator[Event]:
        try:
            async for _ in self._steps:
                for event in events:
                    yield event
                events.clear()
        except GeneratorExit:
            raise
        except PartwayError:
            for event in events:
                yield event
            raise
        finally:
            await self.aclose()

    def items(self, path: str) -> AsyncIterator[Any]:
        """Iterate over the values at a path, such as `steps[*]`: each once, complete and validated.

        Raises:
            UsageError: The path cannot be read, or something was pulled before.
        """
        pattern = Pattern(path)
        events = self.events()
        return (event.value async for event in events if isinstance(event, Completed) and pattern.matches(event.path))

    async def result(self) -> T:
        """Pull what is left and return the validated value.

        Raises:
            PartwayError: There is none; the error says why and keeps what had arrived.
        """
        async for _ in self._steps:
            pass
        return self._outcome()

    async def aclose(self) -> None:
        """Close the source; nothing more is pulled."""
        await self._steps.aclose()
        if not self._started:  # then nobody has come to where it is closed
            self._started = True
            await aclose_all(self._source)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()
