"""What the open path looks like from outside: partials, and the state of a place.

Frames only ever grow: parts are appended, a string's text is appended. So a snapshot need not copy anything to stay
what it is: it keeps, for each open frame, how many parts there were, and for the open string, how long it was
(`Spine`). Lists and dicts are put together from that when somebody looks, models field by field, which costs what is
looked at and not what has arrived. Complete parts are the same objects in every snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, RootModel

from partway._shapes import ArrayShape, DictShape, EitherShape, ObjectShape, Place, Shape
from partway._strings import OpenString

__all__ = ["ABSENT", "Level", "Settled", "Spine", "holds", "look_up", "show"]

ABSENT: Final = object()
"""No value."""


Level: TypeAlias = tuple[Shape, Any, int, Any]
"""An open object or array at one moment: its shape; its complete parts, a list or a dict by key, which may have grown
since; how many they were; the key of the part that was open."""


class Settled:
    """What a string that is open will be: in the place of its text."""

    __slots__ = ("value",)

    moved: Final = 0
    tail: Final = ""

    def __init__(self, value: Any) -> None:
        self.value = value

    def text(self, _: int) -> Any:
        """The value, of which no part can be shown."""
        return self.value


class Spine:
    """Everything that was open at one moment, from the outside in.

    Attributes:
        levels: The objects and arrays.
        string: The string that was open, if it was to be seen.
        length: How long it was.
    """

    __slots__ = ("length", "levels", "string")

    def __init__(self, levels: list[Level], string: OpenString | Settled | None) -> None:
        self.levels = levels
        self.string = string
        self.length = 0 if string is None else string.moved + len(string.tail)


def show(spine: Spine, depth: int = 0) -> Any:
    """The partial of the level at `depth`, or the open string below the last one."""
    if depth == len(spine.levels):
        assert spine.string is not None  # noqa: S101  # an empty spine is not shown
        return spine.string.text(spine.length)
    shape, parts, size, slot = spine.levels[depth]
    is_open = depth + 1 < len(spine.levels) or spine.string is not None
    if isinstance(shape, ObjectShape):
        return shape.show(lambda: _fields(spine, depth, is_open))
    match shape:
        case DictShape():
            shown = dict(_items(parts, size))
            if is_open:
                shown[slot] = show(spine, depth + 1)
            return shown
        case ArrayShape():
            elements = parts[:size]
            if is_open and shape.growing:
                elements.append(show(spine, depth + 1))
            if shape.make is list:
                return elements
            try:
                return shape.make(elements)
            except TypeError:  # a set of what cannot be hashed; it will not fit when it closes
                return shape.make(filter(_hashable, elements))


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _items(parts: dict[Any, Any], size: int) -> list[tuple[Any, Any]]:
    return list(parts.copy().items())[:size]  # a copy is made at once: another thread may feed meanwhile


def _fields(spine: Spine, depth: int, is_open: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """What has arrived of an object: its fields by name, and its extra keys."""
    shape, parts, size, slot = spine.levels[depth]
    assert isinstance(shape, ObjectShape)  # noqa: S101  # only asked for these
    items = _items(parts, size)
    if is_open:
        items.append((slot, show(spine, depth + 1)))
    arrived: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for key, value in items:
        field = shape.fields.get(key)
        if field is None:
            extra[key] = value
        else:
            arrived[field.name] = value
    return arrived, extra


def _is_extra(value: Any, shape: ObjectShape, key: str) -> bool:
    """Whether a key that is no field's was kept beside the fields."""
    return key in _extras(value) and (
        isinstance(value, BaseModel) or all(field.name != key for field in shape.fields.values())
    )


def _extras(value: Any) -> Mapping[str, Any]:
    """What has the extra keys of a complete object or a partial; beside the fields, where it is no model."""
    if isinstance(value, dict):
        return value
    if isinstance(value, BaseModel):
        return value.model_extra or {}
    return getattr(value, "__dict__", {})


def _may_be(value: Any, place: Place) -> bool:
    """Whether a complete object may have come from a place, as far as its class tells."""
    return not isinstance(place.object, ObjectShape) or isinstance(value, place.object.cls)


def holds(value: Any, place: Place | None, path: tuple[str | int, ...]) -> bool:
    """Whether a complete (or rejected) value has something at a path of JSON keys and indices."""
    try:
        look_up(value, place, path, whether=True)
    except LookupError:
        return False
    return True


def look_up(
    value: Any, place: Place | None, path: tuple[str | int, ...], *, defaults: bool = False, whether: bool = False
) -> Any:
    """What a value has at a path of JSON keys and indices.

    Args:
        value: A complete value, or a partial.
        place: Its place in the plan, as far as that is known.
        path: Where to look.
        defaults: Whether fields count that were not in the JSON.
        whether: Only whether there is something is asked: sets, which have no order, are not refused.

    Raises:
        LookupError: It has nothing there.
    """
    for depth, step in enumerate(path):
        while isinstance(value, RootModel):  # of which nothing is in the JSON
            value, place = value.root, None
        either = None if place is None else place.array if isinstance(step, int) else place.object
        if isinstance(either, EitherShape):
            return _of_members(value, either, path[depth:], defaults=defaults, whether=whether)
        if isinstance(step, int):
            known = list | tuple | set | frozenset if whether else list | tuple
            if not isinstance(value, known) or not 0 <= step < len(value):
                raise LookupError(step)
            place = either.place(step) if isinstance(either, ArrayShape) else None
            value = value[step] if isinstance(value, list | tuple) else None
        elif isinstance(either, ObjectShape) and step not in either.fields:
            if not _is_extra(value, either, step):
                raise LookupError(step)
            # A field with an alias may have the name of the key.
            place, value = either.extra, _extras(value)[step]
        else:
            key, place = _key(either, step)
            value = _member(value, key, defaults=defaults)
    return value


def _of_members(value: Any, shape: EitherShape, path: tuple[str | int, ...], *, defaults: bool, whether: bool) -> Any:
    """What the members of a union have at a path: the first that has anything."""
    for member in shape.members:
        if _may_be(value, member.place):
            with suppress(LookupError):
                return look_up(value, member.place, path, defaults=defaults, whether=whether)
    raise LookupError(path)


def _key(shape: Shape | None, step: str) -> tuple[Any, Place | None]:
    """Under what a value has the member with a JSON key, and the place of it."""
    match shape:
        case ObjectShape(fields=fields):
            return fields[step].name, fields[step].place
        case DictShape(key=convert, values=values):
            try:
                return step if convert is None else convert(step), values
            except ValueError as error:  # pydantic's ValidationError is one
                raise LookupError(step) from error
        case _:
            return step, None


def _member(value: Any, key: Any, *, defaults: bool) -> Any:
    if isinstance(value, dict):
        return value[key]
    arrived = None if defaults else getattr(value, "model_fields_set", None)
    if (key not in arrived) if arrived is not None else not hasattr(value, str(key)):
        raise LookupError(key)
    return getattr(value, str(key), None)
