"""The vocabulary: what can be said about a value while it is being written.

An event is a fact that cannot be taken back. For each place in the JSON that the type knows they come in this
order: one `Opened`, any number of `Appended` (strings only), then one `Completed` or one `Rejected`. A place
that stands inside another is finished before it. `Restarted` starts the story over, `Finished` ends it.

How a text was cut into deltas decides only how finely `Appended` is sliced. A path is made of the names as
they stand in the JSON, which may be aliases of the model's fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from pydantic import ValidationError

__all__ = [
    "Appended",
    "Completed",
    "Event",
    "Finished",
    "Kind",
    "Opened",
    "Path",
    "Rejected",
    "Rejection",
    "Restarted",
    "State",
]

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands: object keys (`str`, as in the JSON) and array indices (`int`); `()` is the whole value."""

Kind: TypeAlias = Literal["object", "array", "string", "number", "boolean", "null"]
"""The JSON kind of a value (RFC 8259, section 3)."""


class State(Enum):
    """How far a place has come."""

    ABSENT = "absent"
    """Nothing of it has arrived."""
    STREAMING = "streaming"
    """It has begun and is still being written."""
    COMPLETE = "complete"
    """It has been written to its end and is valid."""
    REJECTED = "rejected"
    """It has been written to its end and does not fit the type."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A place has begun and its JSON kind is known. For a number or literal this comes with its end."""

    path: Path
    kind: Kind


@dataclass(frozen=True, slots=True)
class Appended:
    """A string that is shown while it grows has grown by `text`, decoded: no escapes, no half surrogate pairs."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Completed:
    """A value is whole and valid. `value` has its Python type: a `date` is a `date`, a model its own instance."""

    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class Rejected:
    """A value is whole and does not fit its type. `error` is what pydantic says of it."""

    path: Path
    error: ValidationError


@dataclass(frozen=True, slots=True)
class Restarted:
    """What was shown so far came from the wrong candidate: forget it. `reason` says why, for a log."""

    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The stream has ended well: `value` is the result."""

    value: Any


@dataclass(frozen=True, slots=True)
class Rejection:
    """A place that does not fit its type: where, what pydantic says of it, and its JSON as it stood."""

    path: Path
    error: ValidationError
    json: str


Event: TypeAlias = Opened | Appended | Completed | Rejected | Restarted | Finished
