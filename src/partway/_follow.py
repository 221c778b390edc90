"""A view that follows a run to its end: the loop that every place has in common where a run is shown.

A view is entered before anything is pulled and left on every way out, so that it can show what had arrived, and that
it is not all, when the run fails or whoever waits is interrupted.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from types import TracebackType
from typing import Any, Protocol, TypeVar, overload

from partway._run import AsyncRun, Run
from partway.errors import UsageError
from partway.events import Path, Rejection

__all__ = ["View", "follow"]

T = TypeVar("T")


class View(Protocol):
    """What shows a run."""

    def __enter__(self) -> object: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...
    def show(self, partial: Any, open_path: Path, rejected: Sequence[Rejection]) -> None:
        """Show how far the run has come."""

    def finish(self, result: Any) -> None:
        """Show the validated result."""


@overload
def follow(run: Run[T, Any], view: View, per_second: float | None = None) -> T: ...
@overload
def follow(run: AsyncRun[T, Any], view: View, per_second: float | None = None) -> Awaitable[T]: ...
def follow(run: Any, view: View, per_second: float | None = None) -> Any:
    """Show a run in a view while it is read, and return its result; of an async run, what is to be awaited for it.

    Args:
        run: The run.
        view: Where it is shown.
        per_second: How often at most; `None` for each chunk, where the view has a rhythm of its own.

    Raises:
        PartwayError: The run's own, when the view has shown what had arrived.
        UsageError: `run` is no run, or `per_second` is not above 0.
    """
    if isinstance(run, AsyncRun):
        return _follow_async(run, aiter(run) if per_second is None else run.frames(per_second), view)
    if isinstance(run, Run):
        return _follow(run, iter(run) if per_second is None else run.frames(per_second), view)
    raise UsageError(f"what is shown is a run, as stream() makes one, not {type(run).__name__}")


def _follow(run: Run[T, Any], partials: Iterator[Any], view: View) -> T:
    with view:
        for _ in partials:
            view.show(run.snapshot, run.open_path, run.rejected)
        result = run.result()
        view.finish(result)
    return result


async def _follow_async(run: AsyncRun[T, Any], partials: AsyncIterator[Any], view: View) -> T:
    with view:
        async for _ in partials:
            view.show(run.snapshot, run.open_path, run.rejected)
        result = await run.result()
        view.finish(result)
    return result
