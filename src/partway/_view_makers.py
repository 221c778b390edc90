"""How a view is made: what has arrived, as instances of a class of the user's own.

What is not looked at is not converted. A view of a model is an instance of a subclass that, at the first touch of any
attribute, puts its fields together and *becomes* the user's own class (`__class__` is assigned; the layouts are the
same). And nothing is converted twice: a tree of `Seen` beside the value remembers for each place what stood there
and what was made of it, so that what has not changed is the same object in the next view.

No code of the user's class runs: neither validators nor `model_post_init`. They are written for what is whole.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial as bound
from typing import Any, Final, TypeAlias

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from partway._annotations import NoneType
from partway._partial import is_partial

__all__ = [
    "DataclassView",
    "ModelView",
    "Place",
    "Seen",
    "View",
    "joined",
    "read_dataclass",
    "read_model",
    "read_nothing",
]

_new: Final = object.__new__
_set: Final = object.__setattr__
_set_dict: Final = BaseModel.__dict__["__dict__"].__set__
_set_fields_set: Final = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_set_extra: Final = BaseModel.__dict__["__pydantic_extra__"].__set__
_set_private: Final = BaseModel.__dict__["__pydantic_private__"].__set__
_get_private: Final = BaseModel.__dict__["__pydantic_private__"].__get__


class Seen:
    """What stood in a place when it was last shown, and what was made of it.

    Attributes:
        last: What stood there, what was made of it, and in which snapshot: one that is looked at late must not displace
            what came after it. It is one tuple, since several threads may look at snapshots of one value.
        parts: The same for the parts, by field, key or index.
    """

    __slots__ = ("last", "parts")

    def __init__(self) -> None:
        self.last: tuple[Any, Any, int] = (self, None, 0)  # nothing that could stand there
        self.parts: dict[Any, Seen] = {}


Make: TypeAlias = Callable[[Any, dict[Any, Seen], int], Any]
"""Makes a view of a value; keeps what it makes of the parts."""


class Place:
    """What is made of the values that may stand in one place.

    Attributes:
        models: For a model or dataclass that may stand here, what shows a complete one and an open one; `None` where
            they pass as they are.
        elements: The place of the elements of a list or tuple.
        values: The place of the values of a dict.
        keys: The places of the keys of a TypedDict.
        nothing: Shows what was rejected, and reads `None` in a list, where `None` cannot stand.
    """

    __slots__ = ("_by_kind", "elements", "keys", "models", "nothing", "values")

    def __init__(self) -> None:
        self.models: dict[type, tuple[Make | None, Make | None]] = {}
        self.elements: Place | None = None
        self.values: Place | None = None
        self.keys: dict[str, Place] = {}
        self.nothing: Make | None = None
        self._by_kind: dict[type, Make | None] = {}

    @property
    def passes(self) -> bool:
        """Whether all that may stand here passes as it is. A part that is still being compared may not."""
        return not self.models and not self.keys and self.elements is None and self.values is None

    @property
    def keeps_whole(self) -> bool:
        """Whether what is complete passes as it is."""
        nested = self.keys or self.elements is not None or self.values is not None
        return not nested and all(whole is None for whole, _ in self.models.values())

    def join(self, other: Place | None) -> None:
        """Take in what may stand here as well."""
        if other is None or other is self:
            return
        self.models = {**other.models, **self.models}
        self.elements = joined(self.elements, other.elements)
        self.values = joined(self.values, other.values)
        for key, place in other.keys.items():
            self.keys[key] = joined(self.keys.get(key), place) or place
        self.nothing = self.nothing or other.nothing

    def show(self, value: Any, seen: dict[Any, Seen], key: Any, turn: int) -> Any:
        """What a value is shown as that stands at `key`; `seen` is what was seen around it."""
        make = self._make_of(type(value))
        if make is None:
            return value
        known = seen.get(key)
        if known is None:
            known = seen.setdefault(key, Seen())
        stood, view, _ = known.last
        if stood is not value:
            view = make(value, known.parts, turn)
            if turn >= known.last[2]:
                known.last = value, view, turn
        return view

    def _make_of(self, kind: type) -> Make | None:
        """What makes a view of an instance of a class; `None` if it passes as it is."""
        try:
            return self._by_kind[kind]
        except KeyError:
            make = self._by_kind[kind] = self._make_for(kind)
            return make

    def _make_for(self, kind: type) -> Make | None:
        if kind is NoneType:
            return self.nothing
        for cls in (cls for cls in kind.__mro__ if cls in self.models):
            return self.models[cls][is_partial(kind)]
        if issubclass(kind, list):
            return None if self.elements is None else self._list
        if issubclass(kind, tuple):
            return None if self.elements is None else self._tuple
        if issubclass(kind, dict) and (self.keys or self.values is not None):
            return self._dict
        return None

    def _list(self, value: list[Any], seen: dict[Any, Seen], turn: int) -> list[Any]:
        assert self.elements is not None  # noqa: S101  # asked for only then
        show = self.elements.show
        if all(self.elements._make_of(kind) is None for kind in {*map(type, value[:-1])}):  # noqa: SLF001  # one of its own
            # The common case, and many times faster: all pass as they are but the last one, which may be open.
            last = show(value[-1], seen, len(value) - 1, turn) if value else None
            return value if not value or last is value[-1] else [*value[:-1], last]
        views = []
        same = True
        for index, element in enumerate(value):
            view = show(element, seen, index, turn)
            same = same and view is element
            views.append(view)
        return value if same else views

    def _tuple(self, value: tuple[Any, ...], seen: dict[Any, Seen], turn: int) -> tuple[Any, ...]:
        return tuple(self._list(list(value), seen, turn))

    def _dict(self, value: dict[Any, Any], seen: dict[Any, Seen], turn: int) -> dict[Any, Any]:
        views = {}
        same = True
        for key, part in value.items():
            place = self.keys.get(key, self.values)
            view = part if place is None else place.show(part, seen, key, turn)
            same = same and view is part
            views[key] = view
        return value if same else views


def joined(one: Place | None, other: Place | None) -> Place | None:
    """A place for all that may stand in either of two."""
    if one is None or other is None or one is other:
        return other if one is None else one
    place = Place()
    place.join(one)
    place.join(other)
    return place


Read: TypeAlias = Callable[[Any], tuple[dict[str, Any], set[str]]]
"""Gives the fields of a value that are to be shown, and the names of those that have arrived."""


def read_model(value: Any) -> tuple[dict[str, Any], set[str]]:
    """Read a model: an open one has what has arrived, a complete one all, with its defaults."""
    fields, arrived = value.__dict__, value.model_fields_set
    if is_partial(type(value)):
        fields = {name: part for name, part in fields.items() if name in arrived}
    return fields, set(arrived)


def read_dataclass(value: Any) -> tuple[dict[str, Any], set[str]]:
    """Read a dataclass. An open one does not tell what is absent from what is null."""
    fields = {
        field.name: getattr(value, field.name) for field in dataclasses.fields(value) if hasattr(value, field.name)
    }
    if is_partial(type(value)):
        fields = {name: part for name, part in fields.items() if part is not None}
    return fields, set(fields)


def read_nothing(_: Any) -> tuple[dict[str, Any], set[str]]:
    """Read what was rejected: whatever its value is, nothing of it fits."""
    return {}, set()


class View:
    """Makes instances of the user's class of those of the class that it shows."""

    def __init__(self, cls: Any) -> None:
        self.cls = cls
        self.places: dict[str, Place | None] = {}

    def make(self, read: Read) -> Make:
        """Make what makes them of values that are read so."""
        raise NotImplementedError

    def parts(self, fields: dict[str, Any], seen: dict[Any, Seen], turn: int) -> dict[str, Any]:
        """What the fields are shown as that have a value."""
        shown = {}
        for name, place in self.places.items():
            if name in fields:
                part = fields[name]
                shown[name] = part if place is None else place.show(part, seen, name, turn)
        return shown


class DataclassView(View):
    """Makes views of a dataclass at once: it has no attribute in which to keep what is to be done later."""

    def __init__(self, cls: type) -> None:
        super().__init__(cls)
        self._fields = {field.name: field for field in dataclasses.fields(cls)}

    def make(self, read: Read) -> Make:
        def make(value: Any, seen: dict[Any, Seen], turn: int) -> Any:
            shown = self.parts(read(value)[0], seen, turn)
            made = _new(self.cls)
            for name, field in self._fields.items():
                _set(made, name, shown[name] if name in shown else _default(field))
            return made

        return make


def _default(field: Any) -> Any:
    """The default of a field of a dataclass; pydantic's `Field` may stand where a default does."""
    factory = field.default_factory
    if factory is not dataclasses.MISSING:
        return factory()
    if hasattr(field.default, "get_default"):
        return field.default.get_default(call_default_factory=True, validated_data={})
    return field.default


class ModelView(View):
    """Makes views of a model, which put themselves together when they are looked at."""

    def __init__(self, cls: type[BaseModel]) -> None:
        super().__init__(cls)
        # Not made by pydantic's metaclass: it would take it for one more model of the user's.
        self._unseen: Any = type.__new__(
            type(cls),
            cls.__name__,
            (cls,),
            {
                "__slots__": (),
                "__module__": cls.__module__,
                "__qualname__": cls.__qualname__,
                "__doc__": cls.__doc__,
                "__getattribute__": _look,
                "__partway_view__": True,
            },
        )

    def make(self, read: Read) -> Make:
        def make(value: Any, seen: dict[Any, Seen], turn: int) -> Any:
            made = _new(self._unseen)
            _set_private(made, bound(self._fill, made, read, value, seen, turn))
            return made

        return make

    def _fill(self, made: Any, read: Read, value: Any, seen: dict[Any, Seen], turn: int) -> None:
        cls = self.cls
        fields, arrived = read(value)
        shown = self.parts(fields, seen, turn)
        extra: dict[str, Any] | None = None
        if cls.model_config.get("extra") == "allow":
            extra = dict(getattr(value, "model_extra", None) or {})
        _set_dict(
            made,
            {
                name: shown[name] if name in shown else field.get_default(call_default_factory=True, validated_data={})
                for name, field in cls.model_fields.items()
            },
        )
        _set_fields_set(made, {name for name in arrived if name in shown or name in (extra or ())})
        _set_extra(made, extra)
        private = {
            name: attribute.get_default()
            for name, attribute in cls.__private_attributes__.items()
            if attribute.default is not PydanticUndefined or attribute.default_factory is not None
        }
        _set_private(made, private or None)


def _look(self: Any, name: str) -> Any:
    """Become what one is taken for, and be looked at as that."""
    kind: Any = type(self)
    if "__partway_view__" in kind.__dict__:  # another thread may have been here meanwhile
        fill = _get_private(self)
        if isinstance(fill, bound):  # a copy has been filled
            fill()
        _set(self, "__class__", kind.__mro__[1])
    return getattr(self, name)
