"""What a type says before anything of its value has arrived: what a UI can draw while it waits.

It is read off pydantic's JSON schema and not off the plan, since only the former has titles and descriptions; it is
no part of the core.

The tree must end where the type does not. A model that can contain itself is drawn at the shallowest place only (the
tree is made breadth first for that), and every other place of it is marked as `recursive`. To cut only what is its
own ancestor would not do: with n models that contain each other, an expression tree say, there are n! ways down.
Whatever else a type has twice is in the tree twice; in memory its inside is shared.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Literal

from partway._json_schema import NAMES, Definitions, Schema, json_schema
from partway.events import Kind

__all__ = ["Skeleton", "skeleton"]

_KINDS: Final[dict[Any, Kind]] = {
    "object": "object",
    "array": "array",
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What a type says about one place in the JSON, and about the places inside.

    What is not known, or does not apply, is empty: `""`, `()`, `False` or `None`.

    Attributes:
        name: The JSON key of a field, as paths have it; empty for the whole value, elements, and values of a mapping.
        kind: The kind that `Opened` is going to tell, or "any" where that may be one of several. A whole number is a
            "number" of the format "integer". What is lenient in pydantic, like `"12"` for 12, is not told.
        title: What to call it: the title that was set, or the name of the field or class, written for people.
        description: The description of the field, or else the docstring of its class.
        required: Whether a field must come.
        nullable: Whether it may be null; `kind`, `choices` and `options` are what it may be otherwise.
        format: What of its kind it is: "date", "uuid", "integer", "decimal"…, as in JSON schema.
        choices: The values of an enum or literal, as they stand in the JSON.
        fields: The fields of an object, in the order of the model.
        values: Every other value of an object: those of a mapping, or the extras of a model that allows them.
        prefix: The first elements of an array, one each, as a tuple has them.
        items: Every further element of an array.
        options: The members of a union.
        discriminator: The JSON key that tells which of the options it is.
        other_names: Further JSON keys under which a field may come.
        ref: The name of a model that can contain itself; the same for the same model, and only for that.
        recursive: Whether what is inside is left out here: it stands where the same `ref` is not recursive.
        same: That other skeleton, if this is recursive.
    """

    name: str = ""
    kind: Kind | Literal["any"] = "any"
    title: str = ""
    description: str = ""
    required: bool = False
    nullable: bool = False
    format: str = ""
    choices: tuple[Any, ...] = ()
    fields: tuple[Skeleton, ...] = ()
    values: Skeleton | None = None
    prefix: tuple[Skeleton, ...] = ()
    items: Skeleton | None = None
    options: tuple[Skeleton, ...] = ()
    discriminator: str = ""
    other_names: tuple[str, ...] = ()
    ref: str = ""
    recursive: bool = False
    same: Skeleton | None = field(default=None, repr=False, compare=False)

    def at(self, *path: str | int) -> Skeleton | None:
        """The skeleton of the place at a path, such as `run.open_path`; `None` if the type knows of no such place.

        What is left out where it is recursive is there. Inside a union it is what all members say of the place: for a
        tag the choices of all, a union again if they differ otherwise.
        """
        found = [self]
        for step in path:
            found = [inner for member in _members(found) if (inner := _step(member, step)) is not None]
        found = _distinct(_expanded(each) for each in found)
        return _united(found) if len(found) > 1 else found[0] if found else None

    def as_dict(self) -> dict[str, Any]:
        """The same for `json.dumps`: `kind`, and of the other attributes those that are not empty."""
        told: dict[str, Any] = {}
        for attribute in _ATTRIBUTES:
            value = getattr(self, attribute)
            if isinstance(value, Skeleton):
                told[attribute] = value.as_dict()
            elif isinstance(value, tuple) and value:
                told[attribute] = [part.as_dict() if isinstance(part, Skeleton) else part for part in value]
            elif value:
                told[attribute] = value
        return told


_ATTRIBUTES: Final = [attribute.name for attribute in fields(Skeleton) if attribute.name != "same"]
_INSIDE: Final = ("fields", "values", "prefix", "items", "options")
_PLAIN: Final = [attribute for attribute in _ATTRIBUTES if attribute not in (*_INSIDE, "recursive")]


def skeleton(type_: Any) -> Skeleton:
    """What a UI can draw of a value before anything of it has arrived: names, titles, kinds, in their order.

    It is made anew by each call.

    Args:
        type_: A model, or any type that `pydantic.TypeAdapter` takes.

    Raises:
        UsageError: pydantic cannot validate the type, or code of the user's own fails to make its JSON schema.
    """
    return _Sketch(json_schema(type_)).draw()


class _Sketch:
    """Draws the skeleton of a JSON schema."""

    def __init__(self, schema: Schema) -> None:
        self._whole = schema
        self._definitions = Definitions(schema.get("$defs", {}))
        self._drawn: dict[str, Skeleton] = {}
        """The skeletons of recursive definitions."""
        self._filled: dict[str, Skeleton] = {}
        """Those of other definitions, whose inside is shared."""
        self._waiting: deque[tuple[Skeleton, Schema, str]] = deque()

    def draw(self) -> Skeleton:
        whole = self._outline(self._whole)
        while self._waiting:
            self._fill(*self._waiting.popleft())
        return whole

    def _outline(self, schema: Any, name: str = "", *, required: bool = False) -> Skeleton:
        """Draw a place without what is inside, which waits until all shallower places are drawn."""
        schema, ref, nullable = self._definitions.resolved(schema if isinstance(schema, Mapping) else {})
        choices = schema["enum"] if "enum" in schema else [schema["const"]] if "const" in schema else []
        if None in choices and len(choices) > 1:
            nullable, choices = True, [choice for choice in choices if choice is not None]
        names = schema.get(NAMES) or [name]
        kind = schema.get("type")
        place = Skeleton(
            name=names[0],
            kind=_KINDS.get(kind) or _common(map(_kind_of, choices)) or _implied(schema),
            title=_text(schema.get("title")),
            description=_text(schema.get("description")),
            required=required,
            nullable=nullable,
            format=_text(schema.get("format")) or ("integer" if kind == "integer" else ""),
            choices=() if choices == [None] else tuple(choices),
            discriminator=_text(schema.get("discriminator", {}).get("propertyName")),
            other_names=tuple(names[1:]),
            ref=ref if ref in self._definitions.recursive else "",
        )
        if place.ref in self._drawn:
            same = self._drawn[place.ref]
            return replace(place, kind=same.kind, recursive=True, same=same)
        if place.ref:
            self._drawn[place.ref] = place
        if options := schema.get("anyOf", ()):
            drawn = tuple(self._outline(option) for option in options)
            _set(place, options=drawn, kind=_common(option.kind for option in drawn) or "any")
        elif not choices:
            self._waiting.append((place, schema, ref))
        return place

    def _fill(self, place: Skeleton, schema: Schema, ref: str) -> None:
        """Draw what is inside."""
        if ref and not place.ref:  # a model that is used twice: its inside is drawn once, and shared
            known = self._filled.setdefault(ref, place)
            if known is not place:
                _set(place, fields=known.fields, values=known.values, prefix=known.prefix, items=known.items)
                return
        if place.kind == "object":
            properties, required = schema.get("properties", {}), schema.get("required", ())
            inside = [self._outline(inner, key, required=key in required) for key, inner in properties.items()]
            others = [schema.get("additionalProperties", "properties" not in schema)]
            others = [*schema.get("patternProperties", {}).values(), *others]
            _set(place, fields=tuple(inside), values=None if others[0] is False else self._outline(others[0]))
        elif place.kind == "array":
            first = schema.get("prefixItems", ())
            rest = schema.get("items", schema.get("maxItems") != len(first))
            _set(place, prefix=tuple(self._outline(inner) for inner in first))
            _set(place, items=None if rest is False else self._outline(rest))


def _set(place: Skeleton, **inside: Any) -> None:
    """Add to a skeleton that is still being drawn; nobody else has seen it."""
    for attribute, value in inside.items():
        object.__setattr__(place, attribute, value)


def _implied(schema: Schema) -> Kind | Literal["any"]:
    """The kind of what has none written down."""
    if "properties" in schema:
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else "any"


def _kind_of(value: Any) -> Kind:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case int() | float():
            return "number"
        case list():
            return "array"
        case _:
            return "object"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _common(values: Iterable[Any]) -> Any:
    """What all values are; `None` if they differ, or there are none."""
    different = list(dict.fromkeys(values))
    return different[0] if len(different) == 1 else None


def _step(place: Skeleton, step: str | int) -> Skeleton | None:
    """What stands one step inside a place that is no union."""
    if place.kind == "any":
        return None if place.choices else Skeleton()
    if isinstance(step, int):
        return place.prefix[step] if 0 <= step < len(place.prefix) else place.items if step >= 0 else None
    return next((inner for inner in place.fields if step == inner.name or step in inner.other_names), place.values)


def _expanded(place: Skeleton) -> Skeleton:
    """The same place, with what is inside."""
    if place.same is None:
        return place
    return replace(
        place.same,
        name=place.name,
        title=place.title,
        description=place.description,
        required=place.required,
        nullable=place.nullable,
        other_names=place.other_names,
    )


def _members(places: Iterable[Skeleton]) -> list[Skeleton]:
    """The places with their unions opened, and what is left out put in."""
    members: list[Skeleton] = []
    waiting = [*places][::-1]
    opened: set[int] = set()
    while waiting:
        place = _expanded(waiting.pop())
        if not place.options:
            members.append(place)
        elif id(place.options) not in opened:  # a union may contain itself
            opened.add(id(place.options))
            waiting += place.options[::-1]
    return members


def _distinct(places: Iterable[Skeleton]) -> list[Skeleton]:
    """The places that differ."""
    distinct: list[Skeleton] = []
    for place in places:
        if not any(_alike(place, known) for known in distinct):
            distinct.append(place)
    return distinct


def _alike(one: Skeleton, other: Skeleton) -> bool:
    """Whether two places are the same, wherever what is inside a recursive model is drawn."""
    if any(getattr(one, attribute) != getattr(other, attribute) for attribute in _PLAIN):
        return False
    if one.ref or one is other:
        return True
    for attribute in _INSIDE:
        mine, others = getattr(one, attribute), getattr(other, attribute)
        if mine is others:  # as of a model that is used twice; not to be walked through for each way that leads to it
            continue
        if isinstance(mine, Skeleton) or isinstance(others, Skeleton):
            mine, others = (mine,), (others,)
        if len(mine) != len(others) or None in (*mine, *others) or not all(map(_alike, mine, others)):
            return False
    return True


def _united(places: list[Skeleton]) -> Skeleton:
    """One skeleton for a place that several members of a union have, and describe differently."""
    options = _distinct(_members(places))
    choices = [choice for place in options for choice in place.choices] if all(each.choices for each in options) else []
    return Skeleton(
        name=places[0].name,
        kind=_common(place.kind for place in options) or "any",
        title=_common(place.title for place in places) or "",
        description=_common(place.description for place in places) or "",
        required=all(place.required for place in places),
        nullable=any(place.nullable for place in places),
        format=_common(place.format for place in options) or "",
        choices=tuple(choice for at, choice in enumerate(choices) if choice not in choices[:at]),
        options=() if choices else tuple(options),
        discriminator=_common(place.discriminator for place in places) or "",
    )
