"""What happened while a text was fed: the events, the snapshots, and how it ended.

`shape` writes a value down so that two can be compared for good: `1`, `1.0` and `True` differ, so do a model and
its partial, an absent field and one that is `None`, a default and the same value received.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from partway import Extractor, State
from partway.errors import PartwayError
from partway.events import Appended, Completed, Event, Finished, Opened, Path, Rejected, Restarted


def shape(value: Any) -> Any:
    """A value, written down: hashable, comparable with types and order, independent of the value itself."""
    match value:
        case BaseModel():
            fields = tuple((name, shape(getattr(value, name, None))) for name in type(value).model_fields)
            extra = shape(value.model_extra) if value.model_extra else None
            return (type(value), fields, frozenset(value.model_fields_set), extra)
        case Mapping():
            return (type(value), tuple((shape(key), shape(inner)) for key, inner in value.items()))
        case list() | tuple() | deque():
            return (type(value), tuple(map(shape, value)))
        case set() | frozenset():
            return (type(value), frozenset(map(shape, value)))
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            extra = getattr(value, "__dict__", {})  # of the fields as well, unless it has slots
            names = dict.fromkeys([*(one.name for one in dataclasses.fields(value)), *extra])
            return (type(value), tuple((name, shape(getattr(value, name, None))) for name in names))
        case _:
            return (type(value), repr(value))


def complaints(error: ValidationError) -> str:
    """What pydantic says, without links to its documentation."""
    return repr(error.errors(include_url=False))


def told(event: Event) -> tuple[Any, ...]:
    """An event, written down at the time it happened."""
    match event:
        case Opened(path, kind):
            return ("opened", path, kind)
        case Appended(path, text):
            return ("appended", path, text)
        case Completed(path, value):
            return ("completed", path, shape(value))
        case Rejected(path, error):
            return ("rejected", path, complaints(error) if isinstance(error, ValidationError) else repr(error))
        case Restarted(reason):
            return ("restarted", reason)
        case Finished(value):
            return ("finished", shape(value))


def joined(telling: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The story without the slicing: neighbouring `Appended` of one path made one."""
    whole: list[tuple[Any, ...]] = []
    for event in telling:
        if event[0] == "appended" and whole and whole[-1][:2] == event[:2]:
            whole[-1] = (*event[:2], whole[-1][2] + event[2])
        else:
            whole.append(event)
    return whole


@dataclass(frozen=True)
class Step:
    """What could be seen after a delta."""

    fed: int
    changed: bool
    partial: Any
    shape: Any
    events: int
    open_path: Path


@dataclass
class Story:
    """One text fed to one extractor."""

    extractor: Extractor[Any]
    events: list[Event] = field(default_factory=list)
    telling: list[tuple[Any, ...]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    result: Any = None
    error: PartwayError | None = None

    @property
    def joined(self) -> list[tuple[Any, ...]]:
        return joined(self.telling)

    @property
    def ending(self) -> tuple[Any, ...]:
        """How it ended: the value, or which error."""
        if self.error is None:
            return ("value", shape(self.result))
        found = getattr(self.error, "validation_error", None)
        return (type(self.error), complaints(found) if found else None)


def tell(tp: Any, deltas: Iterable[str], *, snapshots: bool = False, **options: Any) -> Story:
    """Feed the deltas and finish; what is not one of our errors passes through and fails the test."""
    story: Story

    def note(event: Event) -> None:
        story.events.append(event)
        story.telling.append(told(event))

    extractor = Extractor(tp, on_event=note, **options)
    story = Story(extractor)
    fed = 0
    try:
        for delta in deltas:
            changed = extractor.feed(delta)
            fed += len(delta)
            if snapshots:
                partial = extractor.partial
                seen = Step(fed, changed, partial, shape(partial), len(story.events), extractor.open_path)
                story.steps.append(seen)
        story.result = extractor.finish()
    except PartwayError as error:
        story.error = error
    return story


MISSING = object()


def look(value: Any, path: Path) -> Any:
    """What stands at a path of JSON names in a typed value; `MISSING` where nothing does."""
    for step in path:
        match value:
            case BaseModel():
                fields = type(value).model_fields
                names = [name for name, info in fields.items() if step in (info.alias or name, name)]
                extra = value.model_extra or {}
                if names and names[0] in value.model_fields_set:
                    value = getattr(value, names[0])
                elif step in extra:
                    value = extra[step]
                else:
                    return MISSING
            case Mapping() if step in value:
                value = value[step]
            case Mapping():
                numbers = [inner for key, inner in value.items() if type(key) is int and str(key) == step]
                if not numbers:
                    return MISSING
                value = numbers[0]
            case list() | tuple():
                if not isinstance(step, int) or step >= len(value):
                    return MISSING
                value = value[step]
            case _ if dataclasses.is_dataclass(value):
                value = getattr(value, str(step), MISSING)
            case _:
                return MISSING
    return value


def grew(old: Any, new: Any) -> bool:
    """Whether `new` has all that `old` had: strings longer, arrays longer, keys added, the rest as it was."""
    match old:
        case None:
            return True
        case BaseModel():
            names = [*old.model_fields_set]
            return (
                isinstance(new, BaseModel)
                and old.model_fields_set <= new.model_fields_set
                and all(grew(getattr(old, name), getattr(new, name)) for name in names)
            )
        case Mapping():
            return isinstance(new, Mapping) and all(key in new and grew(inner, new[key]) for key, inner in old.items())
        case list() | tuple():
            return isinstance(new, list | tuple) and len(old) <= len(new) and all(map(grew, old, new[: len(old)]))
        case set() | frozenset():
            return isinstance(new, set | frozenset) and old <= new
        case str() if type(old) is str:
            return type(new) is str and new.startswith(old)
        case _ if dataclasses.is_dataclass(old) and not isinstance(old, type):
            names = [one.name for one in dataclasses.fields(old)]
            return all(grew(getattr(old, name, None), getattr(new, name, None)) for name in names)
        case _:
            return shape(old) == shape(new)


def state(extractor: Extractor[Any], path: Path) -> State:
    return extractor.state(*path)
