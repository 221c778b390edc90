"""An outline without a screen to fit it to: as HTML, and as plain text.

A page may be as long as it likes, but it is sent anew for each frame, so it has room for so many lines, and they go to
the open place first: its own object or list, then what stands around it. A string that is open is shown by its end.

All that comes from the model is escaped: text is never markup. Colours are those that can be read on white and on
black, and what is dimmed is made transparent, so no theme needs to be known. Styles stand with what they style, since
notebooks that are not trusted drop style sheets. What is meant is said in words or signs, too, not in colour alone.
"""

from __future__ import annotations

import html as markup
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from partway._outline import Look, Place, focus, inside, visible, written
from partway.errors import format_path
from partway.events import Path

__all__ = ["Item", "as_html", "as_text", "page"]

_CURSOR: Final = "▌"
_DEEPEST: Final = 40
_LINE: Final = 80  # characters that count as a line of the room there is
_PART_OF_A_STRING: Final = 2  # of the room: a half
_EVERYTHING: Final = 10**9

Shown: TypeAlias = Literal["leaf", "list", "object", "waiting", "left out"]


@dataclass(slots=True)
class Item:
    """What is drawn of one place.

    Attributes:
        label: Its name; empty for the elements of a list, and for the whole.
        shown: What it is, or that it is not there.
        text: Of a leaf, or of what is left out.
        look: What kind of leaf it is.
        open: Whether it is being written.
        wrong: Why it does not fit.
        items: What is inside.
    """

    label: str
    shown: Shown = "leaf"
    text: str = ""
    look: Look = "text"
    open: bool = False
    wrong: str = ""
    items: list[Item] = field(default_factory=list)


def page(place: Place, room: int | None = None) -> Item:
    """Draw a value.

    Args:
        place: The whole value.
        room: How many lines it may have, about; `None` for all of it.
    """
    return _Page(_EVERYTHING if room is None else room).draw(place)


class _Page:
    """Draws places as long as there is room."""

    def __init__(self, room: int) -> None:
        self._room = self._left = room

    def draw(self, place: Place) -> Item:
        """Draw the whole; where the open place is too deep inside, what is around that."""
        around: Path = ()
        while place.rest and len(place.rest) > _DEEPEST:
            inner = next((inner for inner in inside(place, self._room) or () if inner.rest is not None), None)
            if inner is None:
                break
            around, place = (*around, place.rest[0]), inner
        item = self._item(place, 0)
        item.label = ""
        return Item("", "object", items=[Item("", "left out", f"⋮ {format_path(around)}"), item]) if around else item

    def _item(self, place: Place, depth: int) -> Item:
        label = "" if isinstance(place.name, int) else str(place.name)
        self._left -= 1
        if place.waits or (place.wrong and place.value is None):
            return Item(label, "waiting", wrong=place.wrong)
        places = inside(place, max(self._left, 1))
        if places is None:
            return self._leaf(label, place)
        item = Item(label, _container(place, places), wrong=place.wrong, open=place.rest == () and not places)
        if depth >= _DEEPEST:
            item.items = [Item("", "left out", "…")]
        elif places:
            self._fill(item, place, places, depth + 1)
        return item

    def _fill(self, item: Item, place: Place, places: list[Place], depth: int) -> None:
        """Draw what is inside a place: the middle of attention, then what is below and above it."""
        at = focus(places, place)
        middle = self._item(places[at], depth)
        if place.rest == ():
            _end(middle).open = True  # between two places: behind what came last
        below = self._some(places[at + 1 :], depth, self._left // 3 if at else self._left)
        above = self._some(reversed(places[:at]), depth, self._left)[::-1]
        first = places[at - len(above)].name
        size = len(place.value) if item.shown == "list" else len(places)
        hidden_above = first if isinstance(first, int) else at - len(above)
        hidden_below = size - hidden_above - len(above) - 1 - len(below)
        item.items = [*_left_out(hidden_above), *above, middle, *below, *_left_out(hidden_below)]

    def _some(self, places: Iterable[Place], depth: int, room: int) -> list[Item]:
        until = self._left - room
        some = []
        for place in places:
            if self._left <= until:
                break
            some.append(self._item(place, depth))
        return some

    def _leaf(self, label: str, place: Place) -> Item:
        is_open = place.rest is not None
        text, look = written("" if is_open and place.value is None else place.value)
        text = _cut(text, max(self._room // _PART_OF_A_STRING, 1), from_end=is_open)
        self._left -= len(text) // _LINE + text.count("\n")
        return Item(label, "leaf", text, look, is_open, place.wrong)


def _cut(text: str, lines: int, *, from_end: bool) -> str:
    """Shorten a text to so many lines, at its beginning or its end."""
    size = lines * _LINE
    if from_end:
        kept = "\n".join(text[-size:].rsplit("\n", lines)[-lines:])
        return kept if len(kept) == len(text) else f"…{kept}"
    kept = "\n".join(text[:size].split("\n", lines)[:lines])
    return kept if len(kept) == len(text) else f"{kept}…"


def _container(place: Place, places: list[Place]) -> Shown:
    lists = any(isinstance(inner.name, int) for inner in places)
    return "list" if lists or (not places and not isinstance(place.value, Mapping)) else "object"


def _end(item: Item) -> Item:
    """Find what stands at the end of an item."""
    while there := [inner for inner in item.items if inner.shown != "waiting"]:
        item = there[-1]
    return item


def _left_out(count: int) -> list[Item]:
    return [Item("", "left out", f"⋮ {count:,} more")] if count > 0 else []


def as_text(item: Item) -> str:
    """Write a page as plain text, indented."""
    return "\n".join(_text(item))


def _text(item: Item) -> Iterator[str]:
    """Write an item in lines, its name on the first."""
    head = f"{visible(item.label).replace(chr(10), '␊')}:" if item.label else ""
    cursor = _CURSOR if item.open else ""
    wrong = f"✗ {visible(item.wrong)}" if item.wrong else ""
    if item.items:
        head = " ".join(filter(None, [head, wrong]))
        if head:
            yield head
        lead = "- " if item.shown == "list" else ""
        for inner in item.items:
            for number, line in enumerate(_text(inner)):
                yield "  " * bool(head) + (" " * len(lead) if number or inner.shown == "left out" else lead) + line
        return
    empty = "" if item.open else _EMPTY.get(item.shown, "")
    first, *more = (visible(item.text) + empty + cursor).split("\n")
    yield " ".join(filter(None, [head, first, wrong]))
    yield from (f"  {line}" if head else line for line in more)


# The colour of the text takes part in each, so that it is dark on light and light on dark.
_STYLES: Final[dict[str, str]] = {
    "page": "font-family:ui-sans-serif,system-ui,sans-serif;line-height:1.5;max-width:60em;overflow-wrap:anywhere",
    "title": "opacity:.6;font-size:85%",
    "object": "margin-left:.3em;padding-left:.9em;border-left:1px solid rgba(128,128,128,.4)",
    "list": "margin:0;padding-left:1.6em;list-style:disc",
    "plain": "margin:0",
    "label": "font-weight:600",
    "text": "white-space:pre-wrap",
    "number": "color:color-mix(in srgb,currentColor 35%,#a855f7)",
    "name": "color:color-mix(in srgb,currentColor 35%,#06b6d4)",
    "null": "opacity:.6;font-style:italic",
    "dim": "opacity:.5",
    "cursor": "color:#d97706",
    "wrong": "color:color-mix(in srgb,currentColor 25%,#ef4444)",
}
_NO_BULLET: Final = ' style="list-style:none"'
_EMPTY: Final = {"list": "[]", "object": "{}"}


def as_html(item: Item, heading: str = "", error: str = "") -> str:
    """Write a page as HTML that needs nothing else.

    Args:
        item: The whole value, drawn.
        heading: What stands above it.
        error: What went wrong, to stand below it.
    """
    parts = [f'<div class="partway" style="{_STYLES["page"]}">']
    parts += [_tag("div", "title", heading)] if heading else []
    parts += [f"<div>{_html(item)}</div>"]
    parts += [_tag("div", "wrong", f"✗ {error}")] if error else []
    return "".join([*parts, "</div>"])


def _tag(tag: str, style: str, text: str) -> str:
    return f'<{tag} style="{_STYLES[style]}">{markup.escape(visible(text))}</{tag}>'


def _html(item: Item) -> str:
    """Write what stands behind a name, or behind nothing."""
    cursor = _tag("span", "cursor", _CURSOR) if item.open else ""
    wrong = _tag("span", "wrong", f"✗ {item.wrong}") if item.wrong else ""
    if item.items:
        outer, inner = ("ul", "li") if item.shown == "list" else ("div", "div")
        members = "".join(
            f"<{inner}{_NO_BULLET if each.shown == 'left out' else ''}>{_member(each)}</{inner}>" for each in item.items
        )
        style = _STYLES["list" if outer == "ul" else "object" if item.label else "plain"]
        return f'{wrong}<{outer} style="{style}">{members}</{outer}>'
    if item.shown == "leaf":
        text = _tag("span", item.look, item.text)
    elif item.shown == "left out":
        text = _tag("span", "dim", item.text)
    else:
        text = _tag("span", "dim", _EMPTY[item.shown]) if item.shown in _EMPTY and not item.open else ""
    return text + cursor + (f" {wrong}" if wrong else "")


def _member(item: Item) -> str:
    """Write a place under its name."""
    if not item.label:
        return _html(item)
    style = "dim" if item.shown == "waiting" and not item.wrong else "label"
    return f"{_tag('span', style, item.label + ':')} {_html(item)}"
