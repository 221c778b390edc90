"""What is wrong with a partial class of the user's own, said so that it can be put right by copying.

A class is refused when the run is made, and whoever wrote it sees all that is wrong with it at once: where, what may
arrive there, and what to write instead. What to write is in the names that `partway stubs` would use, since the user
has either written by hand what could have been generated, or changed the model since.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

from partway._annotations import (
    SEQUENCES,
    NoneType,
    Structured,
    args_of,
    fields_of,
    is_typed_dict,
    members,
    origin_of,
    spell,
    structured,
)

__all__ = ["MisfitError", "lacking", "misfit_of", "unknown", "without_default", "without_none"]


class MisfitError(Exception):
    """A place of the user's class cannot hold what will stand there.

    Attributes:
        problems: The path, what is wrong there, and what to write, of each place.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        super().__init__()
        self.problems = list(problems)


def misfit_of(source: Any, targets: list[Any], path: str) -> MisfitError:
    """The error of a place where something may arrive that it cannot hold."""
    shown = " | ".join(spell(target) for target in targets)
    if source is NoneType:
        return MisfitError([f"{path}: null may arrive here, and `{shown}` has no None: write `{shown} | None`"])
    what = "anything" if source is Any or source is object else f"`{spell(source)}`"
    return MisfitError(
        [f"{path}: {what} may arrive here, and `{shown}` cannot hold it: write `{_open(source, none=False)}`"]
    )


def lacking(source: Structured, view: Structured, name: str, path: str) -> str:
    """The problem that the user's class has no such field."""
    annotation = _open(fields_of(source)[name], none=not is_typed_dict(view.cls))
    default = "" if is_typed_dict(view.cls) else " = None"
    return (
        f"{path}.{name}: {view.cls.__name__} has no such field, and {spell(source.type)} has: "
        f"write `{name}: {annotation}{default}`"
    )


def unknown(source: Structured, name: str, wanted: Iterable[str], path: str) -> str:
    """The problem that the user's class has a field that its type has not."""
    near = difflib.get_close_matches(name, wanted, 1)
    return f"{path}.{name}: {spell(source.type)} has no such field" + (f", but `{near[0]}`" if near else "")


def without_default(whole: Any, name: str, path: str) -> str:
    """The problem that a field has nothing to read before it has arrived."""
    return (
        f"{path}.{name}: it has no default, which it reads before it has arrived: write `{name}: {_open(whole)} = None`"
    )


def without_none(whole: Any, shown: Any, name: str, path: str) -> str:
    """The problem that a field reads `None` before it has arrived, and does not say so."""
    return (
        f"{path}.{name}: it reads None before it has arrived, and {spell(shown)} has no None: "
        f"write `{name}: {_open(whole)} = None`"
    )


def _open(annotation: Any, *, none: bool = True) -> str:
    """How to write what holds a type that is still being written."""
    parts: list[str] = []
    for member in members(annotation):
        found, args = structured(member), args_of(member)
        if found is not None:
            name = spell(found.type)
            sofar = re.sub(r"\W+", "", name) + "SoFar"
            parts.append(sofar if is_typed_dict(found.cls) else f"{name} | {sofar}")
        elif origin_of(member) in (list, dict, *SEQUENCES):
            *keys, last = args
            parts.append(f"{spell(origin_of(member))}[{', '.join([*map(spell, keys), _open(last, none=False)])}]")
        else:
            parts.append(spell(member))
    if none:
        parts = [part for part in parts if part != "None"] + ["None"]
    return " | ".join(dict.fromkeys(parts))
