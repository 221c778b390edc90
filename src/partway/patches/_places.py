"""Where a place of the JSON that comes stands in the JSON value.

A field may be validated under one name and dumped under another, and so may the key of a dict.
"""

from __future__ import annotations

from typing import Any

from partway._shapes import ArrayShape, DictShape, EitherShape, ObjectShape, Place, Shape
from partway.events import Path
from partway.patches._dumping import Form

__all__ = ["dumped_path"]


def dumped_path(place: Place, form: Form, path: Path) -> Path:
    """The path in the JSON value of a path in the JSON that comes; from where neither is known, as it is.

    Args:
        place: The plan of the whole.
        form: The form of the whole.
        path: Keys and indices.
    """
    found: list[str | int] = []
    for at, step in enumerate(path):
        inner = _step(place, form, step)
        if inner is None:
            return (*found, *path[at:])
        key, place, form = inner
        found.append(key)
    return tuple(found)


def _step(place: Place, form: Form, step: str | int) -> tuple[str | int, Place, Form] | None:
    if isinstance(step, int):
        for shape in _shapes(place.array):
            if isinstance(shape, ArrayShape) and (array := form.array(shape.make)) is not None:
                return step, shape.place(step), array.place(step)
        return None
    for shape in _shapes(place.object):
        if isinstance(shape, ObjectShape) and (known := form.object(shape.cls)) is not None:
            field = shape.fields.get(step)
            if field is None and shape.extra.shown:
                return step, shape.extra, known.extra
            if field is not None and (dumped := known.fields[field.name]).key is not None:
                return dumped.key, field.place, dumped.form
        elif isinstance(shape, DictShape) and (either := form.dict()) is not None:
            key = _dumped_key(shape, either, step)
            return None if key is None else (key, shape.values, either.values)
    return None


def _dumped_key(shape: DictShape, form: Any, step: str) -> str | None:
    try:
        key: str | None = form.key(step if shape.key is None else shape.key(step))
    except ValueError:  # pydantic's ValidationError is one
        return None
    return key


def _shapes(shape: Shape | EitherShape | None) -> list[Shape]:
    """The shapes that may be meant."""
    if not isinstance(shape, EitherShape):
        return [] if shape is None else [shape]
    inner = (one for member in shape.members for one in (member.place.object, member.place.array))
    return [leaf for one in inner for leaf in _shapes(one)]
