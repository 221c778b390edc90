"""Why a value does not fit its type, in one sentence.

Pydantic's errors for a member of a union have the member's name, or its tag, in front of the path: `("Cat", "lives")`.
That is no place in the JSON, so it is taken apart: the place is that of the union, and what each member lacked is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from partway.errors import format_path
from partway.events import Path

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails, ValidationError

__all__ = ["reason"]


def reason(error: ValidationError, path: Path, *, union: bool, total: int | None = None) -> tuple[Path, str]:
    """Where in the JSON the first of some errors is, and a sentence about it.

    Args:
        error: The errors of one place.
        path: The place.
        union: Whether it is that of a union, so that the errors begin with the name or tag of a member.
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
        path, sentence = (*path, *lines[0]["loc"]), lines[0]["msg"]
    elif len(members) == 1:
        ((name, (first, *_)),) = members.items()
        path, sentence = (*path, *first["loc"][1:]), f"{first['msg']}, as {name}"
    else:
        tried = "; ".join(f"{name}: {_of_member(first)}" for name, (first, *_) in members.items())
        sentence = f"none of {len(members)} types fits ({tried})"
        told = len(lines)
    more = (len(lines) if total is None else total) - told
    return path, sentence + (f", and {more} more" if more > 0 else "")


def _of_member(line: ErrorDetails) -> str:
    where = format_path(line["loc"][1:])
    return f"{where}: {line['msg']}" if where else line["msg"]
