"""A value as people read it: places under their names, those that are absent or do not fit, and the one that is open.

What is drawn is a typed snapshot and not JSON, since only the type knows the places that are still to come. A place is
looked into only when it is drawn, and of a long list only what is near the open place is made: a frame costs what it
shows. How a place looks is for those who draw, in a terminal or in a notebook.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from functools import lru_cache
from itertools import islice
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from partway.errors import PartwayError, format_path
from partway.events import Path, Rejection

__all__ = ["Look", "Marks", "Place", "focus", "inside", "marks", "reason", "title", "visible", "written"]

Marks: TypeAlias = dict[Any, Any]
"""What does not fit, as a tree of the steps of paths; under `None` stands what is wrong with the place itself."""

Look: TypeAlias = Literal["text", "number", "name", "null"]
"""What kind of leaf it is, for its colour."""

_QUOTED = 60  # characters of a JSON text that does not fit

_CONTROLS = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
_CONTROLS |= {0x7F: 0x2421} | dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000)], 0xFFFD)
_CONTROLS |= dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD)


def visible(text: str) -> str:
    """Make text safe to show: a terminal obeys control characters, and cannot encode half a surrogate pair."""
    return text.translate(_CONTROLS)


@dataclasses.dataclass(slots=True)
class Place:
    """A place in a value.

    Attributes:
        value: What is there so far.
        shape: Its type, as far as it is known.
        rest: How the open path goes on from here; `None` if it does not lead here.
        name: Its name, or its index in a list.
        arrived: Whether anything of it has arrived.
        marks: What does not fit in it.
    """

    value: Any
    shape: Any = Any
    rest: Path | None = None
    name: str | int = ""
    arrived: bool = True
    marks: Marks | None = None

    @property
    def wrong(self) -> str:
        """Why it does not fit; empty if it does, or if only a part of it does not."""
        return str((self.marks or {}).get(None, ""))

    @property
    def waits(self) -> bool:
        """Whether nothing of it is there, and it is not its turn either."""
        return not self.arrived and self.rest is None and self.value is None

    def step(
        self, name: str | int, value: Any, shape: Any = Any, *, arrived: bool = True, keys: Sequence[str] = ()
    ) -> Place:
        """Make a place in this one; `keys` are its names in the JSON, where they are others."""
        opens = self.rest and (self.rest[0] == name or self.rest[0] in keys)
        found = [self.marks[key] for key in (name, *keys) if key in self.marks] if self.marks else []
        rest = self.rest[1:] if self.rest and opens else None
        return Place(value, shape, rest, name, arrived, found[0] if found else None)


def marks(rejected: Iterable[Rejection]) -> Marks:
    """Make a tree of what does not fit."""
    root: Marks = {}
    for rejection in rejected:
        node = root
        for step in rejection.path:
            node = node.setdefault(step, {})
        node[None] = _misfit(rejection)
    return root


def _misfit(rejection: Rejection) -> str:
    """What came, and the first thing that pydantic says of it."""
    says = rejection.error.errors(include_url=False)[0]["msg"]
    came = rejection.json if len(rejection.json) <= _QUOTED else rejection.json[: _QUOTED - 1] + "…"
    return f"{' '.join(came.split())}: {says}"


def reason(error: BaseException) -> str:
    """What ended a run, in few words: its message may quote more than there is room for, and is raised anyway."""
    where = f" in {format_path(error.path)}" if isinstance(error, PartwayError) and error.path else ""
    return f"{type(error).__name__}{where}"


def focus(places: list[Place], place: Place) -> int:
    """Which of the places in a place the eye belongs to: the open one, or the last that arrived, or the first."""
    if place.rest is None:
        return 0
    opened = (number for number, inner in enumerate(places) if inner.rest is not None)
    return next(opened, max((number for number, inner in enumerate(places) if inner.arrived), default=0))


def inside(place: Place, room: int) -> list[Place] | None:
    """Find the places in a container, of a list only as many on each side of the open one; `None` for a leaf."""
    while getattr(place.value, "__pydantic_root_model__", False):
        place.value = place.value.root
    if isinstance(place.value, Sequence | AbstractSet) and not isinstance(place.value, str | bytes | bytearray):
        found = _elements(place, room)
    else:
        fields = _fields(place)
        if fields is None:
            return None
        found = fields + _unknown(place, fields)
    if place.rest and not any(inner.rest is not None for inner in found):
        found.append(place.step(place.rest[0], None, arrived=False))  # open, and not shown yet
    return found


def _elements(place: Place, room: int) -> list[Place]:
    at = 0
    if place.rest is not None:
        at = place.rest[0] if place.rest and isinstance(place.rest[0], int) else len(place.value)
    first = max(0, at - room)
    kinds = [kind for kind in get_args(_bare(place.shape)) if kind is not ...] or [Any]
    near = enumerate(islice(place.value, first, at + room), first)
    return [place.step(number, value, kinds[min(number, len(kinds) - 1)]) for number, value in near]


def _fields(place: Place) -> list[Place] | None:
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
    found = [
        place.step(name, getattr(value, name, None), inner, arrived=name in there, keys=_aliases(infos.get(name)))
        for name, inner in known.items()
    ]
    extra = getattr(value, "model_extra", None) or {}
    return found + [place.step(name, inner) for name, inner in extra.items()]


def _unknown(place: Place, fields: list[Place]) -> list[Place]:
    """Find the keys that do not fit because nobody knows them."""
    met = [id(inner.marks) for inner in fields]
    steps = [step for step, inner in (place.marks or {}).items() if step is not None and id(inner) not in met]
    return [place.step(step, None, arrived=False) for step in steps]


def _there(value: Any) -> set[str]:
    """Which fields are there. A partial dataclass has `None` for absent and for null, so its nulls look absent."""
    if hasattr(value, "model_fields_set"):
        return set(value.model_fields_set)
    names = [] if value is None else [field.name for field in dataclasses.fields(value)]
    return {name for name in names if getattr(value, name, None) is not None}


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


def title(shape: Any) -> str:
    """What to call a type."""
    bare = _bare(shape)
    if bare is Any:
        return "untyped"
    return bare.__name__ if isinstance(bare, type) else str(bare).replace("typing.", "")


def written(value: Any) -> tuple[str, Look]:
    """Write a leaf as people do, and say how it looks."""
    match value:
        case None:
            return "null", "null"
        case bool():
            return str(value).lower(), "number"
        case Enum():
            return written(value.value)[0], "name"
        case str():
            return value, "text"
        case bytes() | bytearray():
            return value.decode("utf-8", "replace"), "text"
        case int() | float():
            return _number(value), "number"
        case _:
            return str(value), "name"


def _number(value: float) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return f"an integer of {int(value).bit_length()} bits"
