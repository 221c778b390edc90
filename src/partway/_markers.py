"""What a user may say of a place in a type: `Annotated[str, Whole()]`, `Annotated[int, Gate()]`.

A marker leaves its name in the metadata of pydantic's core schema, where the plan finds it. Validation, JSON schema and
type checkers see the type as if the marker were not there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

__all__ = ["MARKS", "Gate", "Mark", "Whole"]

MARKS: Final = "partway"
"""The key of the markers in the metadata of a core schema."""


class _Marker:
    __slots__ = ()

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        schema = handler(source)
        metadata = schema.get("metadata") or {}
        return {**schema, "metadata": {**metadata, MARKS: (*metadata.get(MARKS, ()), self)}}


@dataclass(frozen=True, slots=True)
class Whole(_Marker):
    """Marks a place that is shown only when it is complete: `Annotated[list[Step], Whole()]`.

    Args:
        prefix: For an enum or a literal of strings: show its value as soon as the characters that have arrived leave
            one choice. The place is complete only when the string closes.
    """

    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Gate(_Marker):
    """Marks a field without which its object is not worth showing: `id: Annotated[int, Gate()]`.

    The object stays unseen, and its events are held back, until the field is complete. An object that closes without
    the field is shown then. With several gates all of them must be complete.
    """


Mark: TypeAlias = Whole | Gate
