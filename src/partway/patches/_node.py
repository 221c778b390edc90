"""One object or array that is open, beside its JSON value so far.

The frame of the builder only grows, so a node remembers how many of its parts it has seen. Which key a part is dumped
under, and how, is the form's to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, TypeAlias

from partway._frames import Frame
from partway._shapes import ObjectShape
from partway.events import Path
from partway.patches._dumping import ArrayForm, DictForm, Form, ObjectForm

__all__ = ["Node", "Step"]

Step: TypeAlias = str | int
"""A key or an index in a JSON value."""


class Node:
    """An object or array that is open.

    Attributes:
        frame: What the builder has of it.
        form: How its parts are dumped; `None` if it is dumped whole.
        place: How it is dumped itself.
        key: Where it stands in what is around it.
        path: Where it stands in the whole.
        value: Its JSON value so far: of its own, and changed as it grows. Not kept if it is dumped whole.
        count: How many of its parts have been seen.
        seen: The parts themselves, once a key was repeated.
    """

    __slots__ = ("count", "form", "frame", "key", "path", "place", "seen", "value")

    def __init__(
        self, frame: Frame, form: ObjectForm | ArrayForm | DictForm | None, place: Form, key: Step, path: Path
    ) -> None:
        self.frame = frame
        self.form = form
        self.place = place
        self.key = key
        self.path = path
        self.value: Any = [] if frame.array else {}
        self.count = 0
        self.seen: dict[Any, Any] | None = None

    def step(self, slot: Any) -> tuple[Step | None, Form]:
        """The key and the form of the part at a slot of the frame; without a key it is not part of the JSON."""
        match self.form:
            case ArrayForm():
                return slot, self.form.place(slot)
            case DictForm():
                return self.form.key(slot), self.form.values
            case ObjectForm():
                shape: Any = self.frame.shape
                field = shape.fields.get(slot)
                if field is None:
                    return slot if self.form.has_extra else None, self.form.extra
                return self.form.fields[field.name]
            case None:
                raise AssertionError(self.path)  # it has no parts

    @property
    def open_slot(self) -> Any:
        """The slot of the part that is being written."""
        return len(self.frame.parts) if self.frame.array else self.frame.slot

    def inside(self, key: Step) -> Path:
        """The path of the part at a key."""
        return (*self.path, key)

    def has(self, key: Step) -> bool:
        """Whether there is a part at a key."""
        return key < len(self.value) if isinstance(key, int) else key in self.value

    def unseen(self) -> list[tuple[Any, Any]]:
        """The parts that have come since the last time, by slot; and no part is unseen any more."""
        parts, before = self.frame.parts, self.count
        if self.frame.array:
            self.count = len(parts)
            return list(enumerate(parts[before:], before))
        if self.frame.order is None:
            self.count = len(parts)
            return list(islice(reversed(parts.items()), len(parts) - before))[::-1]
        # A repeated key takes its part out of the middle, so all are looked at.
        seen, self.seen = self.seen or {}, dict(parts)
        return [(slot, part) for slot, part in parts.items() if slot not in seen or seen[slot] is not part]

    def rejected(self, slot: Any) -> bool:
        """Whether the part at a slot does not fit its type."""
        return bool(self.frame.bad) and slot in self.frame.bad  # type: ignore[operator]  # it is not None

    def becomes(self, value: Any) -> bool:
        """Whether its parts are those of the complete value that it has become, but for some."""
        frame, form = self.frame, self.form
        if form is None or frame.bad or not (form.closes and self.place.direct):
            return False
        match form:
            case ArrayForm(make=make):
                return type(value) is make and len(frame.parts) == len(value)  # type: ignore[arg-type]  # make is list or tuple
            case DictForm():
                return type(value) is dict
            case ObjectForm(cls=cls):
                return type(value) is cls

    def differing(self, value: Any) -> Iterable[tuple[Step | None, Form, Any]]:
        """The parts of the complete value that are not the ones it had: the key, the form and the value of each."""
        frame, form = self.frame, self.form
        match form:
            case ArrayForm():
                for index, (old, new) in enumerate(zip(frame.parts, value, strict=True)):
                    if old is not new:
                        yield index, form.place(index), new
            case DictForm():
                for slot, new in value.items():
                    if slot not in frame.parts or frame.parts[slot] is not new:
                        yield form.key(slot), form.values, new
            case ObjectForm():
                old = self._by_name()
                for name, known, key, place, new in form.parts(value):
                    if (name, known) not in old or old[name, known] is not new:
                        yield key, place, new
            case None:
                pass

    def keys_of(self, value: Any) -> set[Step | None] | None:
        """The keys of the complete value, `None` for those of a list."""
        match self.form:
            case ObjectForm() as form:
                return {key for _, _, key, _, _ in form.parts(value)}
            case DictForm() as form:
                return {form.key(slot) for slot in value}
            case _:
                return None

    def _by_name(self) -> dict[tuple[str, bool], Any]:
        shape = self.frame.shape
        assert isinstance(shape, ObjectShape)  # noqa: S101  # the form is that of one
        fields = shape.fields
        return {
            (fields[key].name, True) if key in fields else (key, False): part for key, part in self.frame.parts.items()
        }
