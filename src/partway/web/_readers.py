"""Who reads a log, and who of them waits for it.

A reader is the number of the last frame that it has, and nothing else: there is no queue, so a client that reads slowly
costs no memory, and gets what it has missed in one frame. Only those that wait are woken, which are those that want a
frame now. Readers that are at the same place get the very same frame, which is merged once for all.

To send a frame to a thousand clients takes longer than the thirtieth part of a second. If one were told right after the
other, the source would get a turn of the loop now and then, and be slowed down by those who watch it (measured:
tenfold). So after a frame that took long the next one waits for as long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from partway.patches import Frame

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["Reader", "Readers"]

_EARLY = 0.001
"""Seconds: a timer may fire that much before its time, by the clock's own resolution."""

_LONG = 0.01
"""Seconds: what takes less than that keeps nobody waiting."""


class Readers:
    """All who read one log.

    Args:
        since: Gives the one frame that leads from a number to now.
        first: Called when somebody comes and nobody is there.
        last: Called when nobody is there any more.
        settled: Awaited by whoever has left.

    Attributes:
        since: As above.
        settled: As above.
        over: Whether the log has its last frame.
    """

    def __init__(
        self,
        since: Callable[[int | None], Frame | None],
        *,
        first: Callable[[], None],
        last: Callable[[], None],
        settled: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        self.over = False
        self.since = since
        self.settled = settled
        self._first = first
        self._last = last
        self._here: set[Reader] = set()
        self._waiting: set[asyncio.Future[bool]] = set()
        self._due = 0.0  # when they may be woken again
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._here)

    def tell(self, *, over: bool = False) -> None:
        """The log has a new frame, maybe its last one: wake those who wait, or do so when the loop has time for it."""
        self.over = over
        now = asyncio.get_running_loop().time()
        if over or now >= self._due:
            self._wake()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._due - now, self._wake)

    def _wake(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, set()
        for each in waiting:
            if not each.done():
                each.set_result(True)
        loop = asyncio.get_running_loop()
        loop.call_soon(self._woken, loop, loop.time())  # behind all that have just been woken

    def _woken(self, loop: asyncio.AbstractEventLoop, since: float) -> None:
        took = loop.time() - since
        self._due = loop.time() + took if took > _LONG else 0.0

    def join(self, reader: Reader) -> None:
        """Count one more in."""
        self._here.add(reader)
        if len(self._here) == 1:
            self._first()

    def leave(self, reader: Reader) -> None:
        """Count one out, if it was in."""
        if reader in self._here:
            self._here.remove(reader)
            if not self._here:
                self._last()

    async def wait(self, waiting: asyncio.Future[bool]) -> bool:
        """Wait until there is something new, or somebody else knows better."""
        self._waiting.add(waiting)
        try:
            return await waiting
        finally:
            self._waiting.discard(waiting)


class Reader:
    """One who reads: an async iterator over frames, to be entered with `async with`.

    A step of it gives one frame, however much has come since the last one; `None` when `idle` seconds have passed and
    nothing has come. It ends with the last frame of the run.

    Attributes:
        left: Whether it has ended before that.
    """

    __slots__ = ("_idle", "_readers", "_seq", "_since", "_timer", "_waiting", "left")

    def __init__(self, readers: Readers, after: int | None, idle: float | None) -> None:
        self._readers = readers
        self._seq = after
        self._idle = idle
        self.left = False
        self._waiting: asyncio.Future[bool] | None = None
        self._since = 0.0  # when it began to wait
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        self._readers.join(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.leave()
        await self._readers.settled()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Frame | None:
        while not self.left:
            frame = self._readers.since(self._seq)
            if frame is not None:
                self._seq = frame.seq
                return frame
            if self._readers.over:
                break
            if not await self._wait():
                return None
        raise StopAsyncIteration

    def leave(self) -> None:
        """Read no more; a step that waits is the end."""
        self.left = True
        if self._timer is not None:
            self._timer.cancel()
        self._wake(told=True)
        self._readers.leave(self)

    async def _wait(self) -> bool:
        """Wait for something new; `False` if nothing has come for too long."""
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        self._since = loop.time()
        if self._idle is not None and self._timer is None:
            self._timer = loop.call_later(self._idle, self._tick, loop, self._idle)
        try:
            return await self._readers.wait(self._waiting)
        finally:
            self._waiting = None

    def _tick(self, loop: asyncio.AbstractEventLoop, idle: float) -> None:
        """See how long it has waited: one timer in `idle` seconds, and none for each frame."""
        since = loop.time() if self._waiting is None else self._since
        left = since + idle - loop.time()
        if left > _EARLY:
            self._timer = loop.call_later(left, self._tick, loop, idle)
        else:
            self._timer = None
            self._wake(told=False)

    def _wake(self, *, told: bool) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(told)
