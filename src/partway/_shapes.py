"""The parts a plan is made of: plain data, no pydantic.

A `Place` says what may stand in one place of the JSON; a shape, how an object or array there comes together. Parts of
an object are kept under their JSON keys, as its closing validator and its errors name them; the partial renames them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Self, TypeAlias

__all__ = [
    "ANY",
    "ATOMS",
    "ENDS",
    "HIDDEN",
    "STARTS",
    "ArrayShape",
    "DictShape",
    "EitherShape",
    "Field",
    "Member",
    "ObjectShape",
    "Parts",
    "Place",
    "Prefixes",
    "Shape",
    "Take",
    "Test",
]

Take: TypeAlias = Callable[[Any], Any] | None
"""What makes a value of what stood in the JSON, or raises `ValidationError`; `None` where it is the value already."""

Parts: TypeAlias = Callable[[], tuple[dict[str, Any], dict[str, Any]]]
"""Gives what has arrived of an object: fields by name, then the keys that are no field's."""

ATOMS: Final = frozenset(("string", "number", "boolean", "null"))
"""ijson's events for values that have no parts."""

STARTS: Final = frozenset(("start_map", "start_array"))
"""Those with which a value begins that has."""

ENDS: Final = frozenset(("end_map", "end_array"))
"""Those with which it ends."""


class Prefixes:
    """What is known of a string before it closes, when it may be one of some given values.

    Attributes:
        values: The given values.
        value: What makes a value of one of them, to be shown as soon as no other is possible. `None`: the string is
            shown as it is, as soon as it can be none of them.
    """

    __slots__ = ("longest", "value", "values")

    def __init__(self, values: tuple[str, ...], value: Callable[[str], Any] | None) -> None:
        self.values = values
        self.value = value
        self.longest = max(map(len, values), default=0)

    def possible(self, text: str) -> list[str]:
        """Which of the values begin so."""
        return [value for value in self.values if value.startswith(text)]

    def choice(self, text: str) -> str | None:
        """The one value that was left at some moment, if the text came character by character."""
        for length in range(1, min(len(text), self.longest) + 1):
            possible = self.possible(text[:length])
            if len(possible) < 2:
                return possible[0] if possible else None
        return None


class _Copied:
    """Something that can be had once more, with other attributes."""

    __slots__ = ()

    def _another(self) -> Self:
        """One more, of which all attributes are about to be set."""
        raise NotImplementedError

    def but(self, **others: Any) -> Self:
        """The same with other attributes."""
        copy = self._another()
        cls: Any = type(self)
        for slot in cls.__slots__:
            setattr(copy, slot, others[slot] if slot in others else getattr(self, slot))
        return copy


class Place(_Copied):
    """What may stand in one place of the JSON, and what becomes of it.

    Attributes:
        shown: Whether the place is part of the value at all; a key that is ignored is not.
        streams: Whether a string is shown while it grows.
        prefixes: When a string is shown, if that depends on how it begins.
        union: Whether it is that of a union, so that pydantic's errors begin with the name or the tag of a member.
        gate: Whether the object around it stays unseen until this place is complete.
        takes: For each of `ATOMS`, what makes a value of it.
        object: How an object comes together; `None` if it is read whole, by `parse`.
        array: The same for an array.
        parse: Makes a value of JSON text.
    """

    __slots__: Final = ("array", "gate", "object", "parse", "prefixes", "shown", "streams", "takes", "union")

    def __init__(self, parse: Callable[[str], Any], take: Take = None) -> None:
        self.shown = True
        self.streams = False
        self.prefixes: Prefixes | None = None
        self.gate = False
        self.union = False
        self.takes: dict[str, Take] = dict.fromkeys(ATOMS, take)
        self.object: ObjectShape | DictShape | EitherShape | None = None
        self.array: ArrayShape | EitherShape | None = None
        self.parse = parse

    def _another(self) -> Place:
        return Place(self.parse)

    def become(self, other: Place) -> None:
        """Take over everything from another place."""
        for slot in Place.__slots__:
            setattr(self, slot, getattr(other, slot))

    def judged(self, judge: Callable[[str], Any], tag: frozenset[str] = frozenset()) -> Place:
        """The same place as a member of a union: what does not fit here is for the union to judge."""
        return self.but(
            parse=judge,
            union=True,
            object=self.object and self.object.judged(judge, tag),
            array=self.array and self.array.judged(judge, tag),
        )


class Field:
    """A key of an object: the name of the field that it sets, and its place."""

    __slots__ = ("name", "place")

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self.place = place


class ObjectShape(_Copied):
    """How a model, dataclass or TypedDict comes together.

    Attributes:
        fields: The fields by JSON key; one field may have several keys.
        extra: The place of a key that is no field's.
        forbidden: The error of such a key, where there may be none.
        from_text: Whether the object is validated from its JSON text instead of from its parts.
        forgiving: Whether it may fit though a part of it does not, because a validator sees the raw data first.
        close: Makes the validated object, of the parts or (with `from_text`) of the text.
        cls: The class of the object, `dict` for a TypedDict.
        title: The name that errors go under.
        show: Makes the partial. It gets a function that gives the parts, to be called when somebody looks.
        gates: The names of the fields that must be complete before the object is seen.
        judge: For a member of a union: what makes a value, or pydantic's errors, of an object that does not fit.
        suspect: Keys that are not its own but have a say in which member it is.
        tags: Keys of which one must have arrived, for each union that is told by a tag.
        apart: Whether it does not close in the common way: it is a member of a union, or validated from its text.
    """

    __slots__: Final = (
        "apart", "close", "cls", "extra", "fields", "forbidden", "forgiving", "from_text", "gates", "judge", "show",
        "suspect", "tags", "title",
    )  # fmt: skip

    array: Final = False
    mixed: Final = False
    start: Final = None  # the place of what stands first is not known before its key

    def __init__(
        self,
        cls: type,
        title: str,
        fields: dict[str, Field],
        extra: Place,
        close: Callable[[Any], Any],
        show: Callable[[Parts], Any],
        *,
        forbidden: Any = None,
        from_text: bool = False,
    ) -> None:
        self.cls = cls
        self.title = title
        self.fields = fields
        self.extra = extra
        self.forbidden = forbidden
        self.close = close
        self.show = show
        self.from_text = from_text
        self.forgiving = False
        self.gates = frozenset(field.name for field in fields.values() if field.place.gate)
        self.judge: Callable[[str], Any] | None = None
        self.suspect: frozenset[str] = frozenset()
        self.tags: tuple[frozenset[str], ...] = ()
        self.apart = from_text

    def _another(self) -> ObjectShape:
        return ObjectShape(self.cls, self.title, self.fields, self.extra, self.close, self.show)

    def judged(self, judge: Callable[[str], Any], tag: frozenset[str]) -> ObjectShape:
        """The same as a member of a union that is told by one of the keys in `tag`, if there are any."""
        if not tag:
            return self.but(judge=judge, apart=True)
        return self.but(
            judge=judge, apart=True, suspect=self.suspect | tag.difference(self.fields), tags=(*self.tags, tag)
        )


class DictShape(_Copied):
    """How a mapping from converted keys comes together.

    Attributes:
        key: What makes a key of the JSON key.
        values: The place of every value.
        close: Makes the value of the dict of its parts.
        judge, apart: As in `ObjectShape`.
    """

    __slots__: Final = ("apart", "close", "judge", "key", "values")

    array: Final = False
    mixed: Final = False
    from_text: Final = False
    forgiving: Final = False
    gates: Final[frozenset[str]] = frozenset()
    fields: Final = None
    start: Final = None
    title: Final = "dict"

    def __init__(self, key: Take, values: Place, close: Take) -> None:
        self.key = key
        self.values = values
        self.close = close
        self.judge: Callable[[str], Any] | None = None
        self.apart = False

    def _another(self) -> DictShape:
        return DictShape(self.key, self.values, self.close)

    def judged(self, judge: Callable[[str], Any], _: frozenset[str]) -> DictShape:
        """The same as a member of a union."""
        return self.but(judge=judge, apart=True)


class ArrayShape(_Copied):
    """How a list, set or tuple comes together.

    Attributes:
        make: `list`, `tuple`, `set` or `frozenset`.
        first: The places of the first elements, one each.
        rest: The place of every further one.
        growing: Whether an element is shown while it is open. In a set it is not: it would come and go as it changes.
        close: Makes the value of what `make` made.
        mixed: Whether elements have different places.
        start: The place of the first element.
        judge, apart: As in `ObjectShape`.
    """

    __slots__: Final = ("apart", "close", "first", "growing", "judge", "make", "mixed", "rest", "start")

    array: Final = True
    from_text: Final = False
    forgiving: Final = False
    gates: Final[frozenset[str]] = frozenset()
    fields: Final = None

    def __init__(self, make: type, rest: Place, close: Take, first: tuple[Place, ...] = ()) -> None:
        self.make = make
        self.growing = make is list or make is tuple
        self.first = first
        self.rest = rest
        self.close = close
        self.mixed = bool(first)
        self.start = self.place(0)
        self.judge: Callable[[str], Any] | None = None
        self.apart = False

    def _another(self) -> ArrayShape:
        return ArrayShape(self.make, self.rest, self.close)

    @property
    def title(self) -> str:
        """The name that errors go under."""
        return self.make.__name__

    def place(self, index: int) -> Place:
        """The place of the element at `index`."""
        return self.first[index] if index < len(self.first) else self.rest

    def judged(self, judge: Callable[[str], Any], _: frozenset[str]) -> ArrayShape:
        """The same as a member of a union."""
        return self.but(judge=judge, apart=True)


class Test:
    """What a member of a union lets stand in one of its places, as far as that is sure.

    Attributes:
        events: ijson's events with which a value may begin; with any other the member does not fit.
        takes: For each of `ATOMS`, what raises `ValidationError` if the value does not fit; `None` if that is not
            known, or would run code of the user's.
    """

    __slots__ = ("events", "takes")

    def __init__(self, events: frozenset[str], takes: Mapping[str, Take]) -> None:
        self.events = events
        self.takes = takes


class Member:
    """A member of a union, and what it lets stand in an object or array.

    Attributes:
        place: What the place of the union becomes when this member is the one.
        fields: For an object, the tests of its keys.
        first: For an array, the tests of its first elements.
        rest: The test of every other key or element; `None` if there may be none.
        sure: Whether anything is known; if not, the member always may fit.
    """

    __slots__ = ("fields", "first", "place", "rest", "sure")

    def __init__(
        self,
        place: Place,
        *,
        fields: Mapping[str, Test] | None = None,
        first: tuple[Test, ...] = (),
        rest: Test | None = None,
        sure: bool = True,
    ) -> None:
        self.place = place
        self.fields = fields or {}
        self.first = first
        self.rest = rest
        self.sure = sure

    def test(self, step: str | int) -> Test | None:
        """The test of a key or index."""
        if isinstance(step, str):
            return self.fields.get(step, self.rest)
        return self.first[step] if step < len(self.first) else self.rest


class EitherShape(_Copied):
    """An object or array of a union that is not settled yet.

    Attributes:
        members: The members it may be.
        tag: The key whose value tells the member; if there is one, nothing else is looked at.
        tags: The member's place for each value of it.
        discriminate: The user's function that tells the tag of a whole object.
    """

    __slots__: Final = ("discriminate", "members", "tag", "tags")

    def __init__(
        self,
        members: tuple[Member, ...],
        tag: str | None = None,
        tags: Mapping[Any, Place] | None = None,
        discriminate: Callable[[Any], Any] | None = None,
    ) -> None:
        self.members = members
        self.tag = tag
        self.tags = tags or {}
        self.discriminate = discriminate

    def _another(self) -> EitherShape:
        return EitherShape(self.members)

    def place(self, tag: Any) -> Place | None:
        """The place of the member with a tag. Whether a JSON `1.0` or `true` equals one is for pydantic to say."""
        return self.tags.get(tag) if type(tag) is str or type(tag) is int else None

    def judged(self, judge: Callable[[str], Any], tag: frozenset[str]) -> EitherShape:
        """The same inside another union."""
        return self.mapped(lambda place: place.judged(judge, tag))

    def mapped(self, change: Callable[[Place], Place]) -> EitherShape:
        """The same with the place of each member changed."""
        places = {id(place): place for place in (*(member.place for member in self.members), *self.tags.values())}
        changed = {key: change(place) for key, place in places.items()}
        members = tuple(
            Member(changed[id(one.place)], fields=one.fields, first=one.first, rest=one.rest, sure=one.sure)
            for one in self.members
        )
        tags = {tag: changed[id(place)] for tag, place in self.tags.items()}
        return EitherShape(members, self.tag, tags, self.discriminate)


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
