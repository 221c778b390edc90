"""One run, any number of clients: pulled once, for all of them, and only as long as there are any.

The run begins with its first client. When the last one has gone its source is closed: at once, or after a time in
which a page that is loaded again finds it. A client that comes late, or comes back, gets what it does not have in one
frame.
"""

from __future__ import annotations

import asyncio
import logging
import math
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from partway import AsyncRun, PartwayError, Run, UsageError
from partway._intake import is_number
from partway.patches import Frame
from partway.web._pull import AsyncPull, Pull, ThreadPull
from partway.web._readers import Reader, Readers

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["Broadcast"]

_logger = logging.getLogger("partway")


class Broadcast:
    """A run for many clients.

    It owns the run: whoever reads it beside a broadcast is left alone when the last client goes, unless `linger` says
    otherwise. All of its clients live in one event loop of asyncio.

    Args:
        run: What `stream()` gave, async or not. A run of a source that is not async is pulled in a thread.
        per_second: How often clients are told, at most; what comes between is told together.
        keep: How many frames are kept for clients that are behind. One that is further behind gets the whole value.
        linger: How many seconds without a client it takes until the source is closed; `math.inf` for never.

    Attributes:
        run: The run.

    Raises:
        UsageError: `run` is no run, or a number cannot be.
    """

    def __init__(
        self,
        run: Run[Any, Any] | AsyncRun[Any, Any],
        *,
        per_second: float = 30.0,
        keep: int = 256,
        linger: float = 0.0,
    ) -> None:
        if not isinstance(run, Run | AsyncRun):
            raise UsageError(f"a run is broadcast, as stream() gives it, not {type(run).__name__}")
        if not (is_number(per_second) and per_second > 0):
            raise UsageError(f"per_second is how often clients are told, not {per_second!r}")
        if not (is_number(linger) and linger >= 0):
            raise UsageError(f"linger is a number of seconds, not {linger!r}")
        self.run = run
        pull = AsyncPull if isinstance(run, AsyncRun) else ThreadPull
        self._pull: Pull = pull(run, per_second, keep)
        self._linger = linger
        self._readers = Readers(self._pull.since, first=self._begin, last=self._abandon, settled=self._settle)
        self._pulling: asyncio.Task[None] | None = None
        self._looking = False  # whether that task may be interrupted
        self._stopping = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def clients(self) -> int:
        """How many read it now."""
        return len(self._readers)

    @property
    def ended(self) -> bool:
        """Whether the run has ended, well or badly, or was closed. What it came to can still be read."""
        return self._readers.over

    def read(self, after: int | None = None, *, idle: float | None = None) -> Reader:
        """Read it, for a transport of your own.

            async with broadcast.read() as frames:
                async for frame in frames:
                    ...

        Args:
            after: The number of the last frame that this client has. Without it, or if nobody knows it any more, the
                first frame is the whole value.
            idle: After how many seconds without a frame `None` is given, for a sign of life.
        """
        if after is not None and after > self._pull.seq:
            after = None  # of another run: this one would come to that number, too
        return Reader(self._readers, after, idle)

    def since(self, after: int | None) -> Frame | None:
        """Give what there is now for a client that has the frame of this number; `None` if it has all."""
        return self._readers.since(after)

    async def aclose(self) -> None:
        """Close the source, whoever reads: what has come is the end. Returns when it is closed."""
        self._stop()
        if self._pulling is None and not self.ended:
            self._end(await self._pull.close())
        await self._settle()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._pulling is None and not self.ended:
            self._pulling = asyncio.get_running_loop().create_task(self._run())

    def _abandon(self) -> None:
        if not self._linger or self.ended:
            self._stop()
        elif self._linger != math.inf:
            self._timer = asyncio.get_running_loop().call_later(self._linger, self._stop)

    def _stop(self) -> None:
        self._stopping = True
        if self._pulling is not None and self._looking:
            self._pulling.cancel()

    async def _settle(self) -> None:
        """Wait until the source is closed, if it is being closed."""
        if self._stopping and self._pulling is not None:
            await asyncio.wait([self._pulling])

    async def _run(self) -> None:
        """Pull the run until it is over, or nobody wants it any more."""
        failure: BaseException | None = None
        self._looking = not self._stopping  # a task that is cancelled before it began would not end what it has to
        if self._looking:
            try:
                async with aclosing(self._pull.looks()) as looked:
                    async for _ in looked:
                        self._readers.tell()
            except asyncio.CancelledError:
                pass  # this task ends now, and says how the run did
            except GeneratorExit:  # of this task, whose loop is gone
                raise
            except BaseException as error:  # noqa: BLE001  # it goes to the log, and to the clients
                failure = error
            self._looking = False
        ended_with = await self._pull.close()
        self._end(failure or ended_with)

    def _end(self, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, PartwayError | asyncio.CancelledError):
            _logger.error("the source of a run failed", exc_info=error)
        self._pull.end(error)
        self._readers.tell(over=True)
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise error  # it is not for the clients alone
