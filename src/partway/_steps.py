"""One async source, pulled for all who read it.

Whoever asks for more pulls it in their own task, and others who ask meanwhile wait for that. Nothing here needs asyncio
as long as one task reads alone.

Where several read side by side, that is not enough: a task that is cancelled while it pulls takes the source with it,
for the others too. So readers that `share` have a driver, a task of its own that pulls for all of them. It pulls only
while somebody waits, ends with the last that shares, and is the same task throughout: some sources (those with a task
group or a cancel scope of anyio inside) must be left in the task in which they were entered.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import Future, Task

__all__ = ["AsyncSteps"]


class AsyncSteps:
    """The steps of an async generator, for any number of tasks.

    What the generator raises is raised where it is pulled. A reader that only waited is told that it is over, and asks
    whoever made this why.

    Attributes:
        over: Whether there are no more.
    """

    def __init__(self, steps: AsyncGenerator[bool]) -> None:
        self.over = False
        self._steps = steps
        self._sharing = 0
        self._pulling = False
        self._closing = False
        self._driver: Task[None] | None = None
        self._idle: Future[None] | None = None  # the driver waits for somebody to wait
        self._waiting: list[Future[None]] = []
        self._broke: BaseException | None = None  # what is no `Exception` and was raised in the driver

    def share(self) -> None:
        """Begin to read side by side with others."""
        self._sharing += 1

    def leave(self) -> None:
        """Stop reading side by side."""
        self._sharing -= 1
        self._ask()

    async def advance(self, *, shares: bool = False, within: float | None = None) -> bool:
        """Go on by one step, or wait for the step of another task; say whether there may be more.

        Args:
            shares: Leave it to the driver; `share` was called before.
            within: How long to wait at most, in seconds, for those who share.
        """
        if self.over:
            return False
        if not shares and not self._pulling and not self._closing and self._driver is None:
            return await self._pull()
        import asyncio  # noqa: PLC0415  # a program of one task need not load it

        if shares and self._driver is None and not self._closing:
            self._driver = asyncio.get_running_loop().create_task(self._drive())
            self._driver.add_done_callback(self._driven)  # no `finally` in it: it may be cancelled before it begins
        waiting = self._another()
        self._ask()
        try:
            await asyncio.wait([waiting], timeout=within)
        finally:
            if not waiting.done():
                self._waiting.remove(waiting)
        if shares and self._broke is not None:  # one of those that it pulled for is told
            broke, self._broke = self._broke, None
            raise broke
        return True

    async def aclose(self) -> None:
        """End the generator. The driver is stopped where it is; another task that is pulling is waited for.

        Who is cancelled while the driver stops ends the generator first, or nobody would. Who is cancelled while
        another task is pulling leaves it to that.
        """
        self._closing = True
        cancelled: BaseException | None = None
        try:
            while self._pulling or self._driver is not None:
                driver = self._driver  # it may be gone when this is told that it was cancelled itself
                if driver is not None:
                    driver.cancel()
                elif cancelled is not None:
                    raise cancelled
                try:
                    await self._another()
                except GeneratorExit:  # then nothing can be waited for
                    raise
                except BaseException as error:
                    if driver is None:
                        raise
                    cancelled = error
            self._pulling = True
        finally:
            self._closing = False
            self._wake()  # if this was cancelled, nobody else would
        try:
            await self._steps.aclose()
        finally:
            self.over = True
            self._pulling = False
            self._wake()
        if cancelled is not None:
            raise cancelled

    async def _pull(self) -> bool:
        self._pulling = True
        more = False
        try:
            async for _ in self._steps:
                more = True
                break
        finally:
            self.over = not more
            self._pulling = False
            self._wake()
        return more

    async def _drive(self) -> None:
        """Pull while somebody waits, until nobody shares any more."""
        import asyncio  # noqa: PLC0415  # as above

        try:
            while self._sharing and not self.over:
                if self._pulling or self._closing:
                    await self._another()
                elif self._waiting:
                    await self._pull()
                else:
                    self._idle = asyncio.get_running_loop().create_future()
                    await self._idle
        except Exception:  # noqa: BLE001, S110  # it was told where the generator was made, and is raised by all who read
            pass
        except BaseException as error:
            if not self._closing:  # else it was stopped
                self._broke = error
            raise

    def _driven(self, driver: Task[None]) -> None:
        if not driver.cancelled():
            driver.exception()  # Ctrl-C has stopped the loop, and is not to be told again
        self._driver = self._idle = None
        self._wake()

    def _another(self) -> Future[None]:
        """What is done when the task that pulls has pulled."""
        import asyncio  # noqa: PLC0415  # whoever gets here has a loop of it

        waiting: Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        return waiting

    def _ask(self) -> None:
        """Have the driver look again."""
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():  # its task may have been cancelled meanwhile
                each.set_result(None)
