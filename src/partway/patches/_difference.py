"""What is to be done to one JSON value to make it another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from partway.events import Path
from partway.patches._frame import Change

__all__ = ["difference", "same"]


def same(old: Any, new: Any) -> bool:
    """Whether two values are the same JSON: `1`, `1.0` and `true` are not."""
    return next(difference((), old, new), None) is None


def difference(path: Path, old: Any, new: Any) -> Iterator[Change]:
    """The steps from an old value at a path to a new one. Text behind what was there is appended.

    Args:
        path: Where the values stand.
        old: A JSON value.
        new: Another.
    """
    if old is new:
        return
    kind = type(new)
    if type(old) is not kind:
        yield Change("replace", path, new)
    elif kind is str:
        if len(new) > len(old) > 0 and new.startswith(old):
            yield Change("append", path, new[len(old) :])
        elif old != new:
            yield Change("replace", path, new)
    elif kind is dict:
        yield from (Change("remove", (*path, key), None) for key in old if key not in new)
        for key, value in new.items():
            if key in old:
                yield from difference((*path, key), old[key], value)
            else:
                yield Change("add", (*path, key), value)
    elif kind is list and len(new) >= len(old):
        for index, value in enumerate(new):
            if index < len(old):
                yield from difference((*path, index), old[index], value)
            else:
                yield Change("add", (*path, index), value)
    elif old != new and not (old != old and new != new):  # noqa: PLR0124  # NaN is as it was
        yield Change("replace", path, new)
