"""What the builder keeps of each object or array that is open, and of what does not fit; no behaviour of its own.

A frame holds the complete parts of one container. The functions here answer questions about one frame, or one part of
it, alone.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from partway._lexemes import find
from partway._paths import Node
from partway._plan import ValidationError
from partway._reader import Reader
from partway._settle import Record
from partway._shapes import HIDDEN, ArrayShape, ObjectShape, Place, Shape
from partway._snapshot import holds
from partway.events import Event, Path, State

__all__ = ["Frame", "Misfit", "Source", "lacks_tag", "part_state", "pass_by", "put_in_order", "text_of", "was_shown"]

Source: TypeAlias = Reader | Record
"""Where tokens come from, and can be looked up in the JSON text."""


class Misfit(NamedTuple):
    """A place that does not fit its type.

    Attributes:
        path: Where it stands.
        error: What pydantic says of it.
        end: Where it ends in the JSON text; `None` if it has not come.
        inherited: Whether it does not fit only because a part of it does not.
        union: Whether it is the place of a union, whose members' names the errors begin with.
    """

    path: Path
    error: ValidationError
    end: int | None
    inherited: bool
    union: bool


class Frame:
    """An object or array that is open.

    Attributes:
        parts: Its complete parts: a list for an array, a dict by key for an object.
        fields: The fields by JSON key, if it has any.
        mixed: Whether its elements have different places, or it is the frame of the whole.
        key: The JSON key of the part that is being written, if it is an object; for an array its length tells.
        slot: The same as the key in `parts`.
        child: The place of the part that is being written.
        bad: The errors of the parts that were rejected, by key or index.
        late: The keys that have come of the fields that are not shown before the object closes, if there are any.
        start: A mark of where it begins in the JSON text, if its shape stands apart.
        torn: Whether its parts alone do not say whether it fits, for a member of a union: the union must.
        gates: The names of the fields that must be complete before it is seen.
        held: The events that are held back meanwhile.
        emit: What they are told to then.
        again: Whether the key of the part that is about to begin was there before.
        order: The keys in the order in which they came first, up to the last that was repeated or did not fit.
        ordered: How many of the first `parts` have a place in it.
        seen: How many snapshots had been taken when `parts` was last copied.
        node: Where it is in the patterns of who listens, if what is around it may have places that they name.
        watch: The same, if it may itself have such places.
    """

    __slots__ = (
        "again",
        "array",
        "bad",
        "child",
        "emit",
        "fields",
        "gates",
        "held",
        "key",
        "late",
        "mixed",
        "node",
        "order",
        "ordered",
        "own",
        "parts",
        "seen",
        "shape",
        "slot",
        "start",
        "torn",
        "watch",
    )

    def __init__(self, shape: Shape, seen: int) -> None:
        self.shape = shape
        self.array = array = shape.array
        self.fields = shape.fields
        self.mixed = shape.mixed
        self.child: Place = shape.start or HIDDEN
        self.parts: Any = [] if array else {}
        self.key: str | None = None
        self.slot: Any = None
        self.bad: dict[Any, ValidationError] | None = None
        self.seen = seen
        self.again = False
        self.order: dict[Any, None] | None = None
        self.ordered = 0
        self.gates: set[str] | None = None
        self.node: Node | None = None
        self.watch: Node | None = None
        self.own = False
        self.late: set[str] | None = None
        self.start: tuple[int, int]
        self.torn: bool
        self.held: list[Event]
        self.emit: Callable[[Event], object] | None

    @property
    def step(self) -> str | int | None:
        """The step of a path from here to the part that is being written."""
        return len(self.parts) if self.array else self.key

    @property
    def first_error(self) -> ValidationError | None:
        """What is wrong with the first part that was rejected."""
        return next(iter(self.bad.values())) if self.bad else None


def text_of(frame: Frame, source: Source, index: int) -> str:
    """The JSON text of an object or array that ends with the token at `index`."""
    return source.slice(find(source.slice, frame.start), source.span(index)[1])


def pass_by(frame: Frame) -> None:
    """What is no part of the value has come, or what is not shown before the object closes."""
    if frame.fields is not None and frame.key in frame.fields:
        if frame.late is None:
            frame.late = set()
        frame.late.add(frame.key)
    frame.key = None


def put_in_order(frame: Frame) -> None:
    """Keep in which order the keys of an object came first, that of the part that is being written included."""
    order = frame.order
    if order is None:
        order = frame.order = {}
    # Only what came since, so that each is looked at once.
    last: list[Any] = list(islice(reversed(frame.parts), len(frame.parts) - frame.ordered))
    last.reverse()
    for key in last:
        order.setdefault(key)
    order.setdefault(frame.slot)
    frame.ordered = len(frame.parts)


def was_shown(place: Place, text: str) -> bool:
    """Whether a string was shown while it was open, because it could be none of some literals."""
    prefixes = place.prefixes
    return prefixes is not None and prefixes.value is None and not prefixes.possible(text)


def lacks_tag(shape: Shape, parts: Any) -> bool:
    """Whether what tells a member of a union has not come at all."""
    return isinstance(shape, ObjectShape) and any(tag.isdisjoint(parts) for tag in shape.tags)


def part_state(frame: Frame, step: Any, rest: Path) -> State:
    """The state of what is at `rest` in the complete part at `step` of a frame."""
    shape, parts = frame.shape, frame.parts
    place: Place
    if isinstance(shape, ArrayShape):
        if not isinstance(step, int) or not 0 <= step < len(parts):
            return State.ABSENT
        place = shape.place(step)
    elif isinstance(step, int):
        return State.ABSENT
    elif isinstance(shape, ObjectShape):
        place = shape.fields[step].place if step in shape.fields else shape.extra
    else:
        place = shape.values
        try:
            step = step if shape.key is None else shape.key(step)
        except ValidationError:
            return State.ABSENT
    if step not in parts and not isinstance(shape, ArrayShape):
        return State.STREAMING if frame.late and step in frame.late and not rest else State.ABSENT
    return State.COMPLETE if holds(parts[step], place, rest) else State.ABSENT
