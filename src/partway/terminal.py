"""A partial on a terminal, live: the object as it grows, a cursor where it is being written, what is absent dimmed.

A model writes faster than anybody reads, so deltas only leave the newest partial here, and a frame is built when
`rich.live` asks for one, some fifteen times a second. Partials do not change: the thread that draws needs no lock.

A frame costs what the terminal shows, not what the document holds. The eye belongs to the open place, so a
container is walked from there, in both directions, until the terminal is full; everything else is shown by its
beginning, and an open string by its end. What comes from the model is text: control characters in it are made
visible, and rich's markup means nothing.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from functools import lru_cache
from itertools import islice
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

try:
    from rich.console import Group
    from rich.live import Live
    from rich.panel import Panel
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "partway.terminal needs rich, which is not installed: pip install 'partway[cli]'", name=missing.name
    ) from missing

from partway.errors import format_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from rich.console import Console, ConsoleOptions, RenderResult

    from partway.events import Path

__all__ = ["LiveView", "visible"]

_FRAMES_PER_SECOND = 15
_CURSOR = "▌"
_DEEPEST = 12
_CLOSED_LINES = 4  # of a string that is not open

_CONTROLS = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
_CONTROLS |= {0x7F: 0x2421} | dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000)], 0xFFFD)
_CONTROLS |= dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD)


def visible(text: str) -> str:
    """Make text safe to show: a terminal obeys control characters, and cannot encode half a surrogate pair."""
    return text.translate(_CONTROLS)


class LiveView:
    """Shows partials live, as a context manager: a panel with the object, and a progress bar over the chunks.

        run = stream(source, Recipe)
        with LiveView(Recipe) as view:
            for partial in run:
                view.show(partial, run.open_path)

    Args:
        shape: The type that is streamed; its absent fields are shown dimmed.
        chunks: How many chunks will come, where that is known; without it there is no progress bar.
        console: Where to draw; by default standard output.
    """

    def __init__(self, shape: Any = Any, *, chunks: int | None = None, console: Console | None = None) -> None:
        self._shape = shape
        self._chunks = chunks
        self._arrived = 0
        self._shown: tuple[Any, Path | None] = (None, ())
        self._border = "cyan"
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
            self._border = "red"
        self._live.stop()

    def advance(self) -> None:
        """Count a chunk that has arrived."""
        self._arrived += 1

    def show(self, partial: Any, open_path: Path) -> None:
        """Show this partial from the next frame on."""
        self._shown = (partial, open_path)

    def finish(self, result: Any) -> None:
        """Show the validated result: nothing is open any more."""
        self._shown = (result, None)
        self._border = "green"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        partial, open_path = self._shown
        footer = int(self._chunks is not None)
        width, height = max(options.max_width - 4, 16), max(console.size.height - 3 - footer, 3)
        place = _Place(partial, self._shape, open_path)
        yield Panel(
            Group(*_Sheet(console, width, height).draw(place)),
            title=Text(visible(_title(self._shape)), "bold"),
            subtitle=Text(visible(format_path(open_path)), "dim") if open_path else None,
            border_style=self._border,
        )
        if self._chunks is not None:
            count = f" {self._arrived}/{self._chunks} chunks"
            bar_width = max(options.max_width - len(count), 4)
            grid = Table.grid()
            grid.add_row(ProgressBar(max(self._chunks, 1), self._arrived, width=bar_width), Text(count, "dim"))
            yield grid


@dataclasses.dataclass(slots=True)
class _Place:
    """A value, its type as far as it is known, and how the open path goes on: `None` if it does not lead here."""

    value: Any
    shape: Any = Any
    rest: Path | None = None
    name: str | int = ""
    arrived: bool = True

    def step(
        self, name: str | int, value: Any, shape: Any = Any, *, arrived: bool = True, keys: Sequence[str] = ()
    ) -> _Place:
        """Make a place in this one; `keys` are its names in the JSON, where they are others."""
        opens = self.rest and (self.rest[0] == name or self.rest[0] in keys)
        return _Place(value, shape, self.rest[1:] if self.rest and opens else None, name, arrived)


class _Sheet:
    """The lines of one frame, and which of them the cursor is on."""

    def __init__(self, console: Console, width: int, height: int) -> None:
        self._console = console
        self._width = width
        self._height = height
        self._deepest = max(2, min(_DEEPEST, width // 6))  # levels of nesting: deeper ones have no room on a line
        self._cursor: Text | None = None

    def draw(self, place: _Place) -> list[Text]:
        """At most as many lines as there is height for, the open place among them."""
        while place.rest and len(place.rest) > self._deepest:
            inner = next((inner for inner in _inside(place, self._height) or () if inner.rest is not None), None)
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

    def _lines(self, place: _Place, width: int, depth: int) -> tuple[list[Text], bool]:
        """Write a value in lines; say whether they may begin on the line of its name."""
        inside = _inside(place, self._height)
        if inside is None:
            return self._leaf(place, max(width, 8)), True
        if not inside:
            empty = Text("{}" if isinstance(place.value, Mapping) else "[]", "dim")
            return [empty if place.rest is None else self._mark(Text())], True
        if depth >= self._deepest:
            return [Text("…", "dim")], True
        focus = _focus(inside, place)
        middle = self._member(inside[focus], width, depth)
        if place.rest == ():
            self._mark(next((line for line in reversed(middle) if line.style != "dim"), middle[0]))
        above = self._members(reversed(inside[:focus]), width, depth)
        below = self._members(iter(inside[focus + 1 :]), width, depth)
        return [line for block in [*reversed(above), middle, *below] for line in block], False

    def _members(self, places: Iterator[_Place], width: int, depth: int) -> list[list[Text]]:
        """As many of these places as the terminal can hold."""
        blocks, room = [], self._height
        while room > 0 and (place := next(places, None)):
            blocks.append(self._member(place, width, depth))
            room -= len(blocks[-1])
        return blocks

    def _member(self, place: _Place, width: int, depth: int) -> list[Text]:
        """Write a place under its name, or behind a dash in a list."""
        item = isinstance(place.name, int)
        style = "bold" if place.arrived else "dim"
        label = Text("-", "dim") if item else Text(visible(f"{place.name}:").replace("\n", "␊"), style)
        if not place.arrived and place.rest is None and place.value is None:
            return [label]
        body, short = self._lines(place, width - 2, depth + 1)
        if item or (short and len(body) == 1 and label.cell_len + 1 + body[0].cell_len <= width):
            first = Text.assemble(label, " ", body[0])
            self._cursor = first if body[0] is self._cursor else self._cursor
            label, body = first, body[1:]
        for line in body:
            line.pad_left(2)
        return [label, *body]

    def _leaf(self, place: _Place, width: int) -> list[Text]:
        """Write a leaf, wrapped; of a long one its end where it is open, else its beginning."""
        if place.rest is None:
            text, style = _written(place.value)
            lines = self._wrap(Text(visible(text[: width * _CLOSED_LINES]), style), width)
            if len(text) > width * _CLOSED_LINES or len(lines) > _CLOSED_LINES:
                lines = lines[:_CLOSED_LINES]
                lines[-1].truncate(width - 1)
                lines[-1].append("…", "dim")
            return lines
        text, style = ("", "") if place.value is None else _written(place.value)
        tail = text[-width * self._height :]
        lines = self._wrap(Text(visible(tail), style).append(_CURSOR, "bold yellow"), width)
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


def _focus(inside: list[_Place], place: _Place) -> int:
    """Which of these places the eye belongs to: the open one, or the last that arrived, or the first."""
    if place.rest is None:
        return 0
    opened = (number for number, inner in enumerate(inside) if inner.rest is not None)
    return next(opened, max((number for number, inner in enumerate(inside) if inner.arrived), default=0))


def _inside(place: _Place, room: int) -> list[_Place] | None:
    """Find the places in a container, of a list only those near the open one; `None` for a leaf."""
    while getattr(place.value, "__pydantic_root_model__", False):
        place.value = place.value.root
    if isinstance(place.value, Sequence | AbstractSet) and not isinstance(place.value, str | bytes | bytearray):
        inside = _elements(place, room)
    else:
        fields = _fields(place)
        if fields is None:
            return None
        inside = fields
    if place.rest and not any(inner.rest is not None for inner in inside):
        inside.append(place.step(place.rest[0], None, arrived=False))  # open, and not shown yet
    return inside


def _elements(place: _Place, room: int) -> list[_Place]:
    at = 0
    if place.rest is not None:
        at = place.rest[0] if place.rest and isinstance(place.rest[0], int) else len(place.value)
    first = max(0, at - room)
    kinds = [kind for kind in get_args(_bare(place.shape)) if kind is not ...] or [Any]
    near = enumerate(islice(place.value, first, at + room), first)
    return [place.step(number, value, kinds[min(number, len(kinds) - 1)]) for number, value in near]


def _fields(place: _Place) -> list[_Place] | None:
    """Find the places of an object in the order of its class, then the keys that its class does not know."""
    value, shape = place.value, _bare(place.shape)
    if isinstance(value, Mapping):
        hints = (_known(shape) if hasattr(shape, "__required_keys__") else None) or {}
        other = (get_args(shape) or [Any])[-1]
        names = [*hints, *(name for name in value if name not in hints)]
        return [place.step(str(name), value.get(name), hints.get(name, other), arrived=name in value) for name in names]
    kind = shape if value is None and place.rest is not None else type(value)
    known = _known(kind) if isinstance(kind, type) else None
    if known is None:
        return None
    there = _there(value)
    infos = getattr(kind, "__pydantic_fields__", {})
    inside = [
        place.step(name, getattr(value, name, None), inner, arrived=name in there, keys=_aliases(infos.get(name)))
        for name, inner in known.items()
    ]
    extra = getattr(value, "model_extra", None) or {}
    return inside + [place.step(name, inner) for name, inner in extra.items()]


def _there(value: Any) -> set[str]:
    """Which fields are there. A partial dataclass has `None` for absent and for null, so its nulls look absent."""
    if hasattr(value, "model_fields_set"):
        return set(value.model_fields_set)
    return set() if value is None else {name for name, inner in vars(value).items() if inner is not None}


def _aliases(info: Any) -> list[str]:
    """Find the JSON keys of a field beside its name."""
    alias = getattr(info, "validation_alias", None)
    choices = getattr(alias, "choices", [alias])
    return [choice if isinstance(choice, str) else choice.path[0] for choice in choices if choice is not None]


@lru_cache(maxsize=1024)
def _known(kind: type) -> dict[str, Any] | None:
    """Find the fields of a model, dataclass or TypedDict, and their types; `None` for any other type."""
    if hasattr(kind, "__pydantic_fields__"):
        return {name: info.annotation for name, info in kind.__pydantic_fields__.items()}
    if not (dataclasses.is_dataclass(kind) or hasattr(kind, "__required_keys__")):  # as every TypedDict has
        return None
    names = (
        [field.name for field in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else kind.__annotations__
    )
    try:
        hints = get_type_hints(kind)
    except (NameError, TypeError, AttributeError):  # a name that is not there at run time
        hints = {}
    return {name: hints.get(name, Any) for name in names}


def _bare(shape: Any) -> Any:
    """Take off what stands around a type: `Annotated`, `Required`, `X | None`, the name of an alias."""
    while True:
        args = get_args(shape)
        if hasattr(shape, "__value__"):
            shape = shape.__value__
        elif get_origin(shape) in (Annotated, Required, NotRequired):
            shape = args[0]
        elif get_origin(shape) in (Union, types.UnionType):
            kinds = [kind for kind in args if kind is not type(None)]
            if len(kinds) != 1:
                return Any
            shape = kinds[0]
        else:
            return shape


def _title(shape: Any) -> str:
    bare = _bare(shape)
    if bare is Any:
        return "untyped"
    return bare.__name__ if isinstance(bare, type) else str(bare).replace("typing.", "")


def _written(value: Any) -> tuple[str, str]:
    """Write a leaf as people do; give its style, too."""
    match value:
        case None:
            return "null", "dim italic"
        case bool():
            return str(value).lower(), "magenta"
        case Enum():
            return _written(value.value)[0], "cyan"
        case str():
            return value, ""
        case bytes() | bytearray():
            return value.decode("utf-8", "replace"), ""
        case int() | float():
            return _number(value), "magenta"
        case _:
            return str(value), "cyan"


def _number(value: float) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return f"an integer of {int(value).bit_length()} bits"
