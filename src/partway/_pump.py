"""One source, several runs: whoever asks for more pulls it for all.

A `Pump` pulls a chunk and gives it to a `Router`, step by step, so that nobody waits for more than what they asked for.
Sync and async differ in how they pull, how they close, and in nothing else.

What is no `Exception` (Ctrl-C, a task that was cancelled) goes to whoever pulled, and to everybody else the source was
closed on the way. All others are kept by the router and raised by whoever asks for what they spoilt.

Runs of an async source may be read by several tasks at once: one pulls, the others wait for that (`_steps`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Generator, Iterable
from typing import Any

from partway._intake import aclose_all, close_all, refuse_running
from partway._router import Router
from partway._steps import AsyncSteps

__all__ = ["AsyncPump", "BasePump", "Pump"]


class BasePump:
    """What pumps have in common.

    Attributes:
        router: What the chunks are given to.
        within: Whether more of the chunk at hand is to be taken, before the source is pulled again.
    """

    def __init__(self, router: Router[Any]) -> None:
        self.router = router
        self.within = False
        self._started = False


class Pump(BasePump):
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
            try:
                router.close()
            finally:
                close_all(iterator, self._source, after=router.error)

    def refuse_running(self) -> None:
        """Refuse to pull or close the source while it is being pulled.

        Raises:
            UsageError: It is.
        """
        refuse_running(self._steps)

    def pull(self) -> bool:
        """Go on by one step; say whether there may be more."""
        return next(self._steps, False)

    def close(self) -> None:
        """Close the source; nothing more is pulled.

        Raises:
            UsageError: It is being pulled.
        """
        self.refuse_running()
        self._steps.close()
        if not self._started:  # then nobody has come to where it is closed
            self._started = True
            close_all(self._source)


class AsyncPump(BasePump):
    """The same for an async source. Several tasks may pull: see `AsyncSteps`."""

    def __init__(self, source: AsyncIterable[Any], router: Router[Any]) -> None:
        super().__init__(router)
        self._source = source
        self.steps = AsyncSteps(self._pulled())

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
            try:
                router.close()
            finally:
                await aclose_all(iterator, self._source, after=router.error)

    async def aclose(self) -> None:
        """Close the source; nothing more is pulled. A task that is pulling is waited for."""
        await self.steps.aclose()
        if not self._started:
            self._started = True
            await aclose_all(self._source)
