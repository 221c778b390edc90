"""Why a value does not fit its type, in one sentence.

Pydantic's errors for a member of a union have the member's name, or its tag, in front of the path: `("Cat", "lives")`.
That is no place in the JSON, so it is taken apart: the place is that of the union, and what each member lacked is said.
Inside what was validated from its text, such names stand anywhere in the path, as `[key]` does for the key of a dict:
there the JSON says which steps are places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partway._diagnose import locate, locate_part
from partway.errors import format_path
from partway.events import Path

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails, ValidationError

__all__ = ["reason"]


_TRIED: Final = 8
"""How many steps are tried as names though there are places of that name, from the last one."""


def reason(
    error: ValidationError, path: Path, *, union: bool, json: str | None = None, total: int | None = None
) -> tuple[Path, str]:
    """Where in the JSON the first of some errors is, and a sentence about it.

    Args:
        error: The errors of one place.
        path: The place.
        union: Whether it is that of a union, so that the errors begin with the name or tag of a member.
        json: The JSON of the place, if it is known: a step that leads nowhere in it is no part of the path.
        total: How many errors there are in all, of which these are some.
    """
    lines = error.errors(include_url=False, include_context=False, include_input=False)
    members: dict[str, list[ErrorDetails]] = {}
    if union:
        for line in lines:
            if line["loc"]:
                members.setdefault(str(line["loc"][0]), []).append(line)
    told = 1
    if not members:
        places, names = _places(lines[0], lines[0]["loc"], json)
        path, sentence = (*path, *places), lines[0]["msg"] + _as(*names)
    elif len(members) == 1:
        ((name, (first, *_)),) = members.items()
        places, names = _places(first, first["loc"][1:], json)
        path, sentence = (*path, *places), first["msg"] + _as(name, *names)
    else:
        tried = "; ".join(f"{name}: {_of_member(first)}" for name, (first, *_) in members.items())
        sentence = f"none of {len(members)} types fits ({tried})"
        told = len(lines)
    more = (len(lines) if total is None else total) - told
    return path, sentence + (f", and {more} more" if more > 0 else "")


def _places(line: ErrorDetails, steps: Path, json: str | None) -> tuple[Path, Path]:
    """Take the path of an error apart: which steps are places in the JSON of its value, and which are pydantic's names.

    A member may have the name of a place that is there. Then those steps are places that lead to the last one.
    """
    if json is None:
        return steps, ()
    if line["type"].startswith("missing") and steps:  # the last one is not there
        places, names = _places_of(steps[:-1], json)
        return (*places, steps[-1]), names
    return _places_of(steps, json)


def _places_of(steps: Path, json: str) -> tuple[Path, Path]:
    known = _known(steps, json)
    if known and known[-1] != len(steps) - 1:
        for name in reversed(known[-_TRIED:]):
            others = _known(steps, json, name)
            if others and others[-1] == len(steps) - 1:
                known = others
                break
    return tuple(steps[n] for n in known), tuple(step for n, step in enumerate(steps) if n not in known)


def _known(steps: Path, json: str, name: int = -1) -> list[int]:
    """Which steps lead from one place of the JSON to another; `name` is none of them."""
    at = locate(json, ())
    known: list[int] = []
    for n, step in enumerate(steps):
        inner = locate_part(json, at, step) if n != name else None
        if inner is not None:
            at = inner
            known.append(n)
    return known


def _as(*names: str | int) -> str:
    return f", as {'.'.join(map(str, names))}" if names else ""


def _of_member(line: ErrorDetails) -> str:
    where = format_path(line["loc"][1:])
    return f"{where}: {line['msg']}" if where else line["msg"]
