"""A run on a terminal, live: the object as it grows, a cursor where it is being written, what is absent dimmed.

A model writes faster than anybody reads, so deltas only leave the newest partial here, and a frame is built when
`rich.live` asks for one, some fifteen times a second. Partials do not change: the thread that draws needs no lock.

A frame costs what the terminal shows, not what the document holds. The eye belongs to the open place, so a
container is walked from there, in both directions, until the terminal is full; everything else is shown by its
beginning, and an open string by its end. What comes from the model is text: control characters in it are made
visible, and rich's markup means nothing.

What is no terminal, a file or a pipe, cannot take back what was drawn: it gets the whole outline once, at the end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, overload

try:
    from rich.console import Console, Group
    from rich.live import Live
    from rich.panel import Panel
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "partway.terminal needs rich, which is not installed: pip install 'partway[cli]'", name=missing.name
    ) from missing

from partway._follow import View, follow
from partway._outline import Look, Place, focus, inside, marks, reason, title, visible, written
from partway._page import as_text, page
from partway._run import AsyncRun, Run
from partway.errors import UsageError, format_path
from partway.events import Path, Rejection

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from rich.console import ConsoleOptions, RenderResult

__all__ = ["LiveView", "render", "visible"]

T = TypeVar("T")

_FRAMES_PER_SECOND = 15
_CURSOR = "▌"
_DEEPEST = 12
_CLOSED_LINES = 4  # of a string that is not open
_STYLES: dict[Look, str] = {"text": "", "number": "magenta", "name": "cyan", "null": "dim italic"}


@overload
def render(run: Run[T, Any], *, view: View | None = None, console: Console | None = None) -> T: ...
@overload
def render(run: AsyncRun[T, Any], *, view: View | None = None, console: Console | None = None) -> Awaitable[T]: ...
def render(run: Any, *, view: View | None = None, console: Console | None = None) -> Any:
    """Show a run growing on the terminal, and return its result; an async run is to be awaited.

        recipe = render(stream(source, Recipe))
        recipe = await render(stream(async_source, Recipe))

    What is printed meanwhile comes above it. Where the output is no terminal, the value is written once, as it is at
    the end.

    Args:
        run: The run.
        view: What shows it, where that is made beforehand: a `LiveView` that counts chunks.
        console: Where to draw; by default standard output.

    Raises:
        PartwayError: The run's own; what had arrived stays on the screen, in red, and says so.
        UsageError: `run` is no run.
    """
    if not isinstance(run, Run | AsyncRun):
        raise UsageError(f"render() shows a run, as stream() makes one, not {type(run).__name__}")
    if view is None:
        console = Console() if console is None else console
        live = console.is_terminal and not console.is_dumb_terminal
        view = LiveView(run.type, console=console) if live else _Written(run.type, console)
    return follow(run, view)


class _Written:
    """Writes the value where nothing can be taken back: once, at the end."""

    def __init__(self, shape: Any, console: Console) -> None:
        self._shape = shape
        self._console = console
        self._place = Place(None, shape, (), arrived=False)

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        lines = as_text(page(self._place))
        if error is not None:
            lines += f"\n✗ {visible(reason(error))}"
        lines = lines.encode(self._console.encoding, "backslashreplace").decode(self._console.encoding)
        self._console.out(lines, highlight=False)

    def show(self, partial: Any, open_path: Path, rejected: Sequence[Rejection]) -> None:
        self._place = Place(partial, self._shape, open_path, marks=marks(rejected))

    def finish(self, result: Any) -> None:
        self._place = Place(result, self._shape)


class LiveView:
    """Shows partials live, as a context manager: a panel with the object, and a progress bar over the chunks.

        run = stream(source, Recipe)
        with LiveView(Recipe) as view:
            for partial in run:
                view.show(partial, run.open_path, run.rejected)
            view.finish(run.result())

    Args:
        shape: The type that is streamed; its absent fields are shown dimmed.
        chunks: How many chunks will come, where that is known; without it there is no progress bar.
        console: Where to draw; by default standard output.
    """

    def __init__(self, shape: Any = Any, *, chunks: int | None = None, console: Console | None = None) -> None:
        self._shape = shape
        self._chunks = chunks
        self._arrived = 0
        self._shown = Place(None, shape, (), arrived=False)
        self._rejected: Sequence[Rejection] = ()
        self._border = "cyan"
        self._error = ""
        self._live = Live(self, console=console, refresh_per_second=_FRAMES_PER_SECOND)

    def __enter__(self) -> Self:
        try:
            self._live.start(refresh=True)
        except BaseException:  # an interrupt, too: the terminal's own cursor is hidden by now
            self._live.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._border, self._error = "red", reason(error)
        self._live.stop()

    def advance(self) -> None:
        """Count a chunk that has arrived."""
        self._arrived += 1

    def show(self, partial: Any, open_path: Path, rejected: Sequence[Rejection] = ()) -> None:
        """Show this partial from the next frame on, and what does not fit, as `run.rejected` has it."""
        self._shown = Place(partial, self._shape, open_path)
        self._rejected = rejected

    def finish(self, result: Any) -> None:
        """Show the validated result: nothing is open any more."""
        self._shown = Place(result, self._shape)
        self._border = "green"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        footer = int(self._chunks is not None)
        width, height = max(options.max_width - 4, 16), max(console.size.height - 3 - footer, 3)
        place = replace(self._shown, marks=marks(self._rejected))
        yield Panel(
            Group(*_Sheet(console, width, height).draw(place)),
            title=Text(visible(title(self._shape)), "bold"),
            subtitle=self._subtitle(),
            border_style=self._border,
        )
        if self._chunks is not None:
            count = f" {self._arrived}/{self._chunks} chunks"
            bar_width = max(options.max_width - len(count), 4)
            grid = Table.grid()
            grid.add_row(ProgressBar(max(self._chunks, 1), self._arrived, width=bar_width), Text(count, "dim"))
            yield grid

    def _subtitle(self) -> Text | None:
        """What went wrong, or where it is being written."""
        if self._error:
            return Text(visible(f"✗ {self._error}"), "red")
        return Text(visible(format_path(self._shown.rest)), "dim") if self._shown.rest else None


class _Sheet:
    """The lines of one frame, and which of them the cursor is on."""

    def __init__(self, console: Console, width: int, height: int) -> None:
        self._console = console
        self._width = width
        self._height = height
        self._deepest = max(2, min(_DEEPEST, width // 6))  # levels of nesting: deeper ones have no room on a line
        self._cursor: Text | None = None

    def draw(self, place: Place) -> list[Text]:
        """At most as many lines as there is height for, the open place among them."""
        while place.rest and len(place.rest) > self._deepest:
            inner = next((inner for inner in inside(place, self._height) or () if inner.rest is not None), None)
            if inner is None:
                break
            place = inner
        lines, _ = self._lines(place, self._width, 0)
        for line in lines:
            line.no_wrap, line.overflow = True, "ellipsis"
        at = next((number for number, line in enumerate(lines) if line is self._cursor), 0)
        above = min(self._height * 2 // 3, self._height - 2)
        first = max(0, min(at - above, len(lines) - self._height))
        shown = lines[first : first + self._height]
        if first:
            shown[0] = Text("⋮", "dim")
        if first + self._height < len(lines):
            shown[-1] = Text("⋮", "dim")
        return shown

    def _lines(self, place: Place, width: int, depth: int) -> tuple[list[Text], bool]:
        """Write a value in lines; say whether they may begin on the line of its name."""
        places = inside(place, self._height)
        if places is None:
            return self._leaf(place, max(width, 8)), True
        if not places:
            empty = Text("{}" if isinstance(place.value, Mapping) else "[]", "dim")
            return [empty if place.rest is None else self._mark(Text())], True
        if depth >= self._deepest:
            return [Text("…", "dim")], True
        at = focus(places, place)
        middle = self._member(places[at], width, depth)
        if place.rest == ():
            self._mark(next((line for line in reversed(middle) if line.style != "dim"), middle[0]))
        above = self._members(reversed(places[:at]), width, depth)
        below = self._members(iter(places[at + 1 :]), width, depth)
        return [line for block in [*reversed(above), middle, *below] for line in block], False

    def _members(self, places: Iterator[Place], width: int, depth: int) -> list[list[Text]]:
        """As many of these places as the terminal can hold."""
        blocks, room = [], self._height
        while room > 0 and (place := next(places, None)):
            blocks.append(self._member(place, width, depth))
            room -= len(blocks[-1])
        return blocks

    def _member(self, place: Place, width: int, depth: int) -> list[Text]:
        """Write a place under its name, or behind a dash in a list."""
        item = isinstance(place.name, int)
        style = "bold" if place.arrived or place.wrong else "dim"
        label = Text("-", "dim") if item else Text(visible(f"{place.name}:").replace("\n", "␊"), style)
        if place.wrong:
            label.append(f" ✗ {visible(place.wrong)}".replace("\n", " "), "red")
        if place.waits or (place.wrong and place.value is None):
            return [label]
        body, short = self._lines(place, width - 2, depth + 1)
        if item or (short and len(body) == 1 and label.cell_len + 1 + body[0].cell_len <= width):
            first = Text.assemble(label, " ", body[0])
            self._cursor = first if body[0] is self._cursor else self._cursor
            label, body = first, body[1:]
        for line in body:
            line.pad_left(2)
        return [label, *body]

    def _leaf(self, place: Place, width: int) -> list[Text]:
        """Write a leaf, wrapped; of a long one its end where it is open, else its beginning."""
        if place.rest is None:
            text, look = written(place.value)
            lines = self._wrap(Text(visible(text[: width * _CLOSED_LINES]), _STYLES[look]), width)
            if len(text) > width * _CLOSED_LINES or len(lines) > _CLOSED_LINES:
                lines = lines[:_CLOSED_LINES]
                lines[-1].truncate(width - 1)
                lines[-1].append("…", "dim")
            return lines
        text, look = written("" if place.value is None else place.value)
        tail = text[-width * self._height :]
        lines = self._wrap(Text(visible(tail), _STYLES[look]).append(_CURSOR, "bold yellow"), width)
        if len(tail) < len(text) or len(lines) > self._height:
            lines = lines[-self._height :]
            lines[0] = Text("⋮", "dim")
        self._cursor = lines[-1]
        return lines

    def _wrap(self, text: Text, width: int) -> list[Text]:
        return list(text.wrap(self._console, width, tab_size=4)) or [text]

    def _mark(self, line: Text) -> Text:
        self._cursor = line.append(_CURSOR, "bold yellow")
        return line
