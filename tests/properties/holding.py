"""What must hold of every story of a union, checked step by step."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from story import Story, shape, told
from unions import ConfusedError

from partway import Extractor, State
from partway.errors import MismatchError, PartwayError
from partway.events import Appended, Completed, Event, Finished, Opened, Path, Rejected

Ending = tuple[Any, ...]


def expected(tp: Any, text: str) -> Ending:
    """What pydantic says of the whole text."""
    try:
        return ("value", shape(TypeAdapter(tp).validate_json(text)))
    except ValidationError as error:
        return ("error", [(line["loc"], line["type"]) for line in error.errors()])
    except ConfusedError:
        return ("raised",)


def ending(story: Story) -> Ending:
    if story.error is None:
        return ("value", shape(story.result))
    if isinstance(story.error, ConfusedError):
        return ("raised",)
    assert isinstance(story.error, MismatchError), story.error
    return ("error", [(line["loc"], line["type"]) for line in story.error.validation_error.errors()])


def own_class(value: Any) -> type:
    """The class of a value; of a partial, the class it is a partial of."""
    cls = type(value)
    return cls.__bases__[-1] if cls.__name__.startswith("Partial[") else cls


def parts(value: Any) -> Iterator[tuple[str | int, Any]]:
    """What has arrived inside a value, under the names of the JSON."""
    match value:
        case BaseModel():
            extra = value.model_extra or {}
            by_name = value.model_config.get("validate_by_alias") is False
            for name in value.model_fields_set & type(value).model_fields.keys():
                part = value.__dict__[name] if name in value.__dict__ else getattr(value, name)
                if name not in extra or part is not None:  # an extra key may be called as a field with an alias is
                    yield (not by_name and type(value).model_fields[name].alias) or name, part
            yield from extra.items()
        case Mapping():
            yield from value.items()
        case list() | tuple():
            yield from enumerate(value)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            names = [one.name for one in dataclasses.fields(value)]
            for name in names:
                part = getattr(value, name, None)
                if part is not None or type(value) is own_class(value):  # in a partial, None is what has not come
                    yield name, part
            yield from ((key, part) for key, part in getattr(value, "__dict__", {}).items() if key not in names)
        case _:
            pass


def consistent(early: Any, late: Any) -> bool:
    """Whether all that `early` shows is in `late`: classes, prefixes of strings and lists, a subset of keys."""
    if early is None and late is not None:
        return False
    match early:
        case str() if type(early) is str:
            return type(late) is str and late.startswith(early)
        case set() | frozenset():
            return type(early) is type(late) and early <= late
        case BaseModel() | Mapping() | list() | tuple():
            pass
        case _ if dataclasses.is_dataclass(early) and not isinstance(early, type):
            pass
        case _:
            return shape(early) == shape(late)
    if own_class(early) is not own_class(late):
        return False
    known = dict(parts(late))
    return all(step in known and consistent(part, known[step]) for step, part in parts(early))


_TOKEN = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*"?)|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def times(text: str, path: Path) -> int:
    """How often the last key of a path has come in the object around it, which is open at the end of a text."""
    keys: list[list[str]] = []  # of each object or array that is open
    before = ""
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "{" | "[":
                keys.append([])
            case "}" | "]" if keys:
                keys.pop()
            case key if token["string"] and before in ("{", ",") and keys:  # or a part of an array, which no path names
                keys[-1].append(key)
        before = token[0]
    return sum(_decoded(key) == path[-1] for key in keys[len(path) - 1]) if len(keys) >= len(path) else 0


def _decoded(key: str) -> str | None:
    try:
        return json.loads(key, strict=False)
    except ValueError:  # the text ends in it, or is broken there
        return None


class Watcher:
    """Follows a story, and holds the partial and the states against what was told."""

    def __init__(self, tp: Any, **options: Any) -> None:
        self.events: list[Event] = []
        self.telling: list[tuple[Any, ...]] = []
        self.open: list[Path] = []
        self.closed: dict[Path, Event] = {}
        self.opened: set[Path] = set()
        self.repeated = False
        self.forgotten: set[Path] = set()
        self.extractor = Extractor(tp, on_event=self._read, **options)

    def _read(self, event: Event) -> None:
        self.events.append(event)
        self.telling.append(told(event))
        match event:
            case Opened(path, _):
                while path in self.open and self.repeated:  # again, though the first one does not fit: as below
                    self._left_open(self.open.pop())
                assert path not in self.open, event
                while self.open and path[: len(self.open[-1])] != self.open[-1]:
                    self._left_open(self.open.pop())
                assert (path[:-1] == self.open[-1]) if self.open else not path, event
                if path in self.opened:
                    self.repeated = True
                self.closed = {old: how for old, how in self.closed.items() if old[: len(path)] != path}
                self.forgotten.discard(path)
                self.open.append(path)
                self.opened.add(path)
            case Appended(path, text):
                assert text, event
                assert self.open[-1] == path, event
            case Completed(path, _) | Rejected(path, _):
                while self.open[-1] != path:
                    self._left_open(self.open.pop())
                self.open.pop()
                assert path not in self.closed, event
                self.closed[path] = event
            case Finished():
                assert not self.open, event
            case _:
                raise AssertionError(event)

    def _left_open(self, path: Path) -> None:
        """A place without an end: only inside an object whose validator sees the raw data. Its parts are forgotten."""
        self.forgotten |= {old for old in self.closed if old[: len(path)] == path}
        self.closed = {old: how for old, how in self.closed.items() if old[: len(path)] != path}

    def feed(self, delta: str) -> Any:
        self.extractor.feed(delta)
        partial = self.extractor.partial
        self._check_states()
        if not self.repeated and partial is not None:
            self._check_seen(partial, ())
        self._check_told(partial)
        return partial

    def _check_states(self) -> None:
        writing = self.extractor.open_path
        gone = [path for path in self.open if path != writing[: len(path)]]
        for path, event in self.closed.items():
            if self._in_completed_set(path) or any(path[: len(one)] == one for one in gone):
                continue
            how = State.COMPLETE if isinstance(event, Completed) else State.REJECTED
            inside = next((e for n in range(len(path)) if (e := self.closed.get(path[:n]))), None)
            found = self.extractor.state(*path)
            if inside is None or (how is State.COMPLETE and isinstance(inside, Completed)):
                assert found is how or self._comes_again(path), (path, found, how)
        for path in self.open:
            found = self.extractor.state(*path)
            # What does not fit inside an object whose validator sees the raw data has no end, and is not seen.
            assert found is State.STREAMING or (found is State.ABSENT and (path in gone or self._comes_again(path))), (
                path,
                found,
            )

    def _comes_again(self, path: Path) -> bool:
        """Whether the key of a place that is open around a path has come once more, and nothing was told of it yet."""
        return any(one and one == path[: len(one)] and times(self.extractor.text, one) > 1 for one in self.open)

    def _in_completed_set(self, path: Path) -> bool:
        return any(
            isinstance(event := self.closed.get(path[:n]), Completed) and isinstance(event.value, set | frozenset)
            for n in range(len(path))
        )

    def _check_seen(self, value: Any, path: Path) -> None:
        """What can be seen was told."""
        assert path in self.opened, (path, value)
        if path not in self.closed and path not in self.forgotten:  # what is complete may be one that was read whole
            for step, part in parts(value):
                self._check_seen(part, (*path, step))

    def _check_told(self, partial: Any) -> None:
        """What was told to be complete can be seen, unless it is in something that closed later."""
        for path, event in self.closed.items():
            if not isinstance(event, Completed) or any(path[:n] in self.closed for n in range(len(path))):
                continue
            value: Any = partial
            for step in path:
                if isinstance(value, set | frozenset):
                    break
                known = dict(parts(value))
                if event.value is None and not isinstance(value, Mapping | list | tuple):
                    known.setdefault(step, None)  # what has not come reads None as well
                if step not in known:
                    assert self._comes_again(path), (path, partial)
                    break
                value = known[step]
            else:
                assert shape(value) == shape(event.value) or self._comes_again(path), (path, value)


def watch(tp: Any, deltas: list[str], *, repeats: bool = False, **options: Any) -> tuple[Story, list[Any]]:
    """Feed the deltas, check each step; give the story and the partials."""
    watcher = Watcher(tp, **options)
    watcher.repeated = repeats
    story = Story(watcher.extractor)
    story.events, story.telling = watcher.events, watcher.telling
    partials: list[Any] = []
    shapes: list[Any] = []
    try:
        for delta in deltas:
            partial = watcher.feed(delta)
            if not partials or partial is not partials[-1]:
                partials.append(partial)
                shapes.append(shape(partial))
        story.result = watcher.extractor.finish()
    except (PartwayError, ConfusedError) as error:
        story.error = error  # type: ignore[assignment]
    assert [shape(partial) for partial in partials] == shapes
    if not watcher.repeated:
        for early, late in itertools.pairwise(partials):
            assert early is None or not story.error or _kept(early, late), (early, late)
            assert early is None or story.error or consistent(early, late), (early, late)
        if story.error is None:
            for early in partials:
                assert early is None or consistent(early, story.result), (early, story.result)
    return story, partials


def _kept(early: Any, late: Any) -> bool:
    """Whether the classes shown are the same, though the document may not fit."""
    is_object = isinstance(early, BaseModel) or dataclasses.is_dataclass(early)
    if is_object and own_class(early) is not own_class(late):
        return False
    known = dict(parts(late))
    return all(step not in known or _kept(part, known[step]) for step, part in parts(early))


def assert_holds(tp: Any, text: str, *ways: list[str], repeats: bool = False) -> None:
    """Hold a document against all that must hold, whole, character by character, and cut in other ways.

    With `repeats` some key is there twice, so that what was shown may be taken back.
    """
    should = expected(tp, text)
    whole: Story | None = None
    for deltas in ([text], list(text), *ways):
        story, _ = watch(tp, deltas, repeats=repeats, json_only=True)
        if ending(story) == ("raised",):  # by a part that pydantic does not come to, if another one is wrong
            assert should[0] != "value"
            return
        assert ending(story) == should
        if whole is None:
            whole = story
        assert story.joined == whole.joined
