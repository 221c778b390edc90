"""A run is pulled, and a log looks at it: here, or in a thread if its source is not async.

A run must not be looked at while it takes in a chunk. In a loop that cannot happen. In a thread it could, so the log
looks between two chunks, at every one, and what is paced is only when the readers are told. To make a snapshot is to
look at the run, too. So one is kept from time to time: who asks for one meanwhile gets that, and then what has come
behind it.

A thread cannot be interrupted. A run whose source is not async is closed when its source has given the chunk that it is
just waiting for; it has a thread of its own, so that this keeps nobody else waiting.
"""

from __future__ import annotations

import asyncio
import math
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from contextvars import copy_context
from functools import partial
from typing import Any, Final, cast

from partway._feeds import ChunkFeed
from partway.patches import Frame, Log

__all__ = ["AsyncPull", "Pull", "ThreadPull"]

_END: Final = object()


class Pull(ABC):
    """One run that is pulled for a log.

    Args:
        run: The run.
        per_second: How often readers are to be told, at most.
        keep: How many frames the log keeps.
    """

    def __init__(self, run: Any, per_second: float, keep: int) -> None:
        self._run = run
        self._log = Log(run, keep=keep)
        self._per_second = per_second
        self._keep = keep

    @property
    def seq(self) -> int:
        """The number of the last frame."""
        return self._log.seq

    def since(self, seq: int | None) -> Frame | None:
        """Give the one frame that leads from a number to now; `None` if there is nothing new."""
        return self._log.since(seq)

    @abstractmethod
    def looks(self) -> AsyncGenerator[None]:
        """Pull the run to its end, and look at it; yield when readers are to be told.

        Raises:
            PartwayError: The run ended badly.
            Exception: The source raised it, or a hook.
        """

    @abstractmethod
    async def close(self) -> BaseException | None:
        """Close the run when nobody pulls it any more; give the error that it has ended with, if any."""

    def end(self, error: BaseException | None) -> None:
        """Look for the last time: the run has ended."""
        self._log.end(error)


class AsyncPull(Pull):
    """A run of an async source."""

    async def looks(self) -> AsyncGenerator[None]:
        """Pull the run here; it has a timer of its own."""
        async with aclosing(cast("AsyncGenerator[Any]", self._run.frames(self._per_second))) as frames:
            async for _ in frames:
                if self._log.look() is not None:
                    yield

    async def close(self) -> BaseException | None:
        """Close the run; give the error that it has ended with, if any."""
        try:
            await self._run._given_up()  # noqa: SLF001  # a run of several is not to be pulled for that
        except GeneratorExit:
            raise
        except BaseException as error:  # noqa: BLE001  # it goes to the log, and to the clients
            return error
        return None


class ThreadPull(Pull):
    """A run of any other source."""

    _snapshot: Frame | None = None

    def since(self, seq: int | None) -> Frame | None:
        """Give the frame without a look at the run, which may be at work."""
        last = self._log.seq
        if seq is None or not max(0, last - self._keep) <= seq <= last:
            return self._snapshot
        return self._log.since(seq)

    def end(self, error: BaseException | None) -> None:
        """Look for the last time, and keep what late readers get."""
        super().end(error)
        self._snapshot = self._log.since(None)

    async def looks(self) -> AsyncGenerator[None]:
        """Pull the run in a thread."""
        loop = asyncio.get_running_loop()
        thread = ThreadPoolExecutor(1, "partway")
        context = copy_context()
        chunks = self._run._read(ChunkFeed())  # noqa: SLF001  # partials would keep the thread until something changes
        held, due = False, -math.inf
        step = None
        try:
            while True:
                if step is None:
                    step = loop.run_in_executor(thread, context.run, partial(next, chunks, _END))
                await asyncio.wait([step], timeout=max(0.0, due - loop.time()) if held else None)
                if step.done():
                    if step.result() is _END:
                        return
                    step = None
                    held |= self._look()
                if held and loop.time() >= due:
                    held, due = False, loop.time() + 1 / self._per_second
                    yield
        finally:
            if step is not None:
                step.cancel()  # nobody asks for what it gives
            await self._close_in(thread)

    async def close(self) -> BaseException | None:
        """Close the run; give the error that it has ended with, if any."""
        try:
            self._run._given_up()  # noqa: SLF001  # as above
        except GeneratorExit:
            raise
        except BaseException as error:  # noqa: BLE001  # as above
            return error
        return None

    def _look(self) -> bool:
        """Look between two chunks; say whether anything has changed."""
        if self._log.look() is None:
            return False
        if self._snapshot is None or self._log.seq - self._snapshot.seq >= self._keep:
            self._snapshot = self._log.since(None)
        return True

    async def _close_in(self, thread: ThreadPoolExecutor) -> None:
        """Close the run in its thread, behind the step that may be going on there; wait for it, come what may."""
        loop = asyncio.get_running_loop()
        done = asyncio.Event()

        def close() -> None:
            try:
                self._run.close()
            finally:
                loop.call_soon_threadsafe(done.set)

        closing = thread.submit(close)
        thread.shutdown(wait=False)
        while not done.is_set():
            with suppress(asyncio.CancelledError):  # it is being closed already, and nothing makes that faster
                await done.wait()
        closing.result()
