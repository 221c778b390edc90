"""A run in a notebook: the object as it grows, in the output of the cell, in place.

Jupyter is sent a display that has an id and is then updated, so what else a cell prints stays where it is. marimo has
one output a cell, which is replaced. Neither is imported: a notebook that runs has its own imported already, and one
that is not running cannot show anything.

Each update is the whole of what is shown, kept to the size of a screen or two around the open place, and there are at
most so many in a second: a notebook keeps all messages of a cell until it has drawn them.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload
from uuid import uuid4

from partway._follow import follow
from partway._outline import Place, marks, reason, title
from partway._page import as_html, as_text, page
from partway._run import AsyncRun, Run
from partway.errors import UsageError
from partway.events import Path, Rejection

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["display"]

T = TypeVar("T")

_ROOM = 120  # lines


@overload
def display(run: Run[T, Any], *, per_second: float = 10) -> T: ...
@overload
def display(run: AsyncRun[T, Any], *, per_second: float = 10) -> Awaitable[T]: ...
def display(run: Any, *, per_second: float = 10) -> Any:
    """Show a run growing in the output of this cell, and return its result; an async run is to be awaited.

        recipe = display(stream(source, Recipe))
        recipe = await display(stream(async_source, Recipe))

    It works in what runs IPython kernels (Jupyter, VS Code, Colab) and in marimo. In a marimo notebook that is run as
    a script nothing is shown.

    Args:
        run: The run.
        per_second: How often it is drawn at most; the first and the last state always are.

    Raises:
        PartwayError: The run's own; what had arrived stays, and the error below it; in marimo the cell prints it.
        UsageError: There is no notebook, `run` is no run, or `per_second` is not above 0.
    """
    if not isinstance(run, Run | AsyncRun):
        raise UsageError(f"display() shows a run, as stream() makes one, not {type(run).__name__}")
    return follow(run, _Output(run.type, _place()), per_second)


class _Cell(Protocol):
    """A cell of a notebook, whose output can be put anew."""

    def put(self, html: str, text: str, /) -> None:
        """Put HTML, or else plain text, in the place of what was put there before."""

    def fail(self, html: str, text: str, /) -> None:
        """The same, when the cell is about to fail."""


class _Output:
    """The output of a cell that shows a value."""

    def __init__(self, shape: Any, cell: _Cell) -> None:
        self._shape = shape
        self._cell = cell
        self._place = Place(None, shape, (), arrived=False)

    def __enter__(self) -> None:
        self._draw()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._draw(reason(error))

    def show(self, partial: Any, open_path: Path, rejected: Sequence[Rejection]) -> None:
        self._place = Place(partial, self._shape, open_path, marks=marks(rejected))
        self._draw()

    def finish(self, result: Any) -> None:
        self._place = Place(result, self._shape)
        self._draw()

    def _draw(self, error: str = "") -> None:
        drawn = page(self._place, _ROOM)
        html, text = as_html(drawn, title(self._shape), error), as_text(drawn)
        if error:
            self._cell.fail(html, f"{text}\n✗ {error}")
        else:
            self._cell.put(html, text)


class _Jupyter:
    """A display of IPython, which is kept when its cell fails.

    Args:
        displays: IPython's module for them.
    """

    def __init__(self, displays: Any) -> None:
        self._displays = displays
        self._id = uuid4().hex
        self._shown = False

    def put(self, html: str, text: str) -> None:
        bundle = {"text/html": html, "text/plain": text}
        self._displays.display(bundle, raw=True, display_id=self._id, update=self._shown)
        self._shown = True

    fail = put


class _Marimo:
    """The output of a cell of marimo. The error of a cell that fails takes its place, so the text is printed then.

    Args:
        marimo: The module.
    """

    def __init__(self, marimo: Any) -> None:
        self._marimo = marimo

    def put(self, html: str, _: str) -> None:
        self._marimo.output.replace(self._marimo.Html(html))

    def fail(self, html: str, text: str) -> None:
        self.put(html, text)
        sys.stdout.write(f"{text}\n")


def _place() -> _Cell:
    """Find the notebook that this runs in.

    Raises:
        UsageError: It runs in none.
    """
    marimo = sys.modules.get("marimo")
    if marimo is not None and marimo.app_meta().mode is not None:
        return _Marimo(marimo)
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if ipython is None or shell is None:
        raise UsageError("display() shows a run in a notebook, and this is none; on a terminal it is terminal.render()")
    if type(shell).__name__ == "TerminalInteractiveShell":
        raise UsageError("display() shows a run in a notebook, and this is a terminal: use terminal.render()")
    return _Jupyter(ipython.display)
