"""The parts a plan is made of: plain data, no pydantic.

A `Place` says what may stand in one place of the JSON; a shape, how an object or array there comes together. Parts of
an object are kept under their JSON keys, as its closing validator and its errors name them; the partial renames them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, TypeAlias

__all__ = [
    "ANY",
    "ATOMS",
    "HIDDEN",
    "ArrayShape",
    "DictShape",
    "Field",
    "ObjectShape",
    "Parts",
    "Place",
    "Shape",
    "Take",
]

Take: TypeAlias = Callable[[Any], Any] | None
"""What makes a value of what stood in the JSON, or raises `ValidationError`; `None` where it is the value already."""

Parts: TypeAlias = Callable[[], tuple[dict[str, Any], dict[str, Any]]]
"""Gives what has arrived of an object: fields by name, then the keys that are no field's."""

ATOMS: Final = frozenset(("string", "number", "boolean", "null"))
"""ijson's events for values that have no parts."""


class Place:
    """What may stand in one place of the JSON, and what becomes of it.

    Attributes:
        shown: Whether the place is part of the value at all; a key that is ignored is not.
        streams: Whether a string is shown while it grows.
        takes: For each of `ATOMS`, what makes a value of it.
        object: How an object comes together; `None` if it is read whole, by `parse`.
        array: The same for an array.
        parse: Makes a value of JSON text.
    """

    __slots__ = ("array", "object", "parse", "shown", "streams", "takes")

    def __init__(self, parse: Callable[[str], Any], take: Take = None) -> None:
        self.shown = True
        self.streams = False
        self.takes: dict[str, Take] = dict.fromkeys(ATOMS, take)
        self.object: ObjectShape | DictShape | None = None
        self.array: ArrayShape | None = None
        self.parse = parse

    def become(self, other: Place) -> None:
        """Take over everything from another place."""
        for slot in Place.__slots__:
            setattr(self, slot, getattr(other, slot))


class Field:
    """A key of an object: the name of the field that it sets, and its place."""

    __slots__ = ("name", "place")

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self.place = place


class ObjectShape:
    """How a model, dataclass or TypedDict comes together.

    Attributes:
        fields: The fields by JSON key; one field may have several keys.
        extra: The place of a key that is no field's.
        forbidden: The error of such a key, where there may be none.
        from_text: Whether the object is validated from its JSON text instead of from its parts.
        close: Makes the validated object, of the parts or (with `from_text`) of the text.
        title: The name that errors go under.
        show: Makes the partial. It gets a function that gives the parts, to be called when somebody looks.
    """

    __slots__ = ("close", "extra", "fields", "forbidden", "from_text", "show", "title")

    array: Final = False
    mixed: Final = False
    start: Final = None  # the place of what stands first is not known before its key

    def __init__(
        self,
        title: str,
        fields: dict[str, Field],
        extra: Place,
        close: Callable[[Any], Any],
        show: Callable[[Parts], Any],
        *,
        forbidden: Any = None,
        from_text: bool = False,
    ) -> None:
        self.title = title
        self.fields = fields
        self.extra = extra
        self.forbidden = forbidden
        self.close = close
        self.show = show
        self.from_text = from_text

    def closing(self, close: Callable[[Any], Any], *, from_text: bool = False) -> ObjectShape:
        """The same object, made by something else."""
        return ObjectShape(
            self.title, self.fields, self.extra, close, self.show, forbidden=self.forbidden, from_text=from_text
        )


class DictShape:
    """How a mapping from converted keys comes together.

    Attributes:
        key: What makes a key of the JSON key.
        values: The place of every value.
        close: Makes the value of the dict of its parts.
    """

    __slots__ = ("close", "key", "values")

    array: Final = False
    mixed: Final = False
    from_text: Final = False
    fields: Final = None
    start: Final = None
    title: Final = "dict"

    def __init__(self, key: Take, values: Place, close: Take) -> None:
        self.key = key
        self.values = values
        self.close = close


class ArrayShape:
    """How a list, set or tuple comes together.

    Attributes:
        make: `list`, `tuple`, `set` or `frozenset`.
        first: The places of the first elements, one each.
        rest: The place of every further one.
        growing: Whether an element is shown while it is open. In a set it is not: it would come and go as it changes.
        close: Makes the value of what `make` made.
        mixed: Whether elements have different places.
        start: The place of the first element.
    """

    __slots__ = ("close", "first", "growing", "make", "mixed", "rest", "start")

    array: Final = True
    from_text: Final = False
    fields: Final = None

    def __init__(self, make: type, rest: Place, close: Take, first: tuple[Place, ...] = ()) -> None:
        self.make = make
        self.growing = make is list or make is tuple
        self.first = first
        self.rest = rest
        self.close = close
        self.mixed = bool(first)
        self.start = self.place(0)

    @property
    def title(self) -> str:
        """The name that errors go under."""
        return self.make.__name__

    def place(self, index: int) -> Place:
        """The place of the element at `index`."""
        return self.first[index] if index < len(self.first) else self.rest


Shape: TypeAlias = ObjectShape | DictShape | ArrayShape


def _any_place() -> Place:
    place = Place(json.loads)
    place.streams = True
    place.object = DictShape(None, place, None)
    place.array = ArrayShape(list, place, None)
    return place


ANY: Final = _any_place()
"""The place of `Any`: everything is shown as it comes."""

HIDDEN: Final = Place(json.loads)
"""The place of a key that is ignored."""
HIDDEN.shown = False
