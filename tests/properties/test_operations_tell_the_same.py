"""A value that comes as operations tells the same story as the text that they spell, operation by operation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from story import Story, shape, told
from strategies import CONTAINERS, SPECS, Case, Node, Obj, Raw, cases
from unions import ConfusedError, union_cases

from partway import Extractor, Limits
from partway.errors import PartwayError

if TYPE_CHECKING:
    from partway.events import Path


class Operation(NamedTuple):
    path: Path
    value: Any
    goes_on: bool = False


def spellable(node: Node) -> Node | None:
    """What operations can spell of a document: no empty objects and arrays, no number that is none for Python."""
    match node:
        case Raw(text):
            return Raw("0.5") if json.loads(text) in (float("inf"), float("-inf")) else node
        case list():
            return [inner for inner in map(spellable, node) if inner is not None] or None
        case Obj(pairs):
            found = [(key, inner) for key, value in pairs if (inner := spellable(value)) is not None]
            left: list[tuple[str, Node]] = []
            for key, value in found:  # what was left is not opened again
                same = [other for other, _ in left if other == key]
                if not same or all(isinstance(each, str | Raw) for name, each in found if name == key):
                    left.append((key, value))
            return Obj(tuple(left)) if left else None
        case _:
            return node


def plain(node: Node) -> Any:
    """A document as `json.loads` gives it with pairs for objects."""
    match node:
        case Raw(text):
            return json.loads(text)
        case list():
            return [plain(inner) for inner in node]
        case Obj(pairs):
            return [("key", key, plain(value)) for key, value in pairs]
        case _:
            return node


@st.composite
def operations(draw: st.DrawFn, node: Node, path: Path = (), *, repeated: bool = False) -> list[Operation]:
    """The operations that put a document, its strings cut anywhere."""
    match node:
        case Raw(text):
            return [Operation(path, json.loads(text), goes_on=not repeated and draw(st.booleans()))]
        case list():
            parts = [draw(operations(inner, (*path, index))) for index, inner in enumerate(node)]
            return [one for part in parts for one in part]
        case Obj(pairs):
            keys = [key for key, _ in pairs]
            parts = [draw(operations(inner, (*path, key), repeated=keys.count(key) > 1)) for key, inner in pairs]
            return [one for part in parts for one in part]
    assert isinstance(node, str)
    points = sorted(draw(st.lists(st.integers(0, len(node)), max_size=3)))
    pieces = [node[start:end] for start, end in zip([0, *points], [*points, len(node)], strict=True)]
    found = [Operation(path, piece, goes_on=True) for piece in pieces]
    match "closer" if repeated or not path else draw(st.sampled_from(["last", "closer", "twice", "none"])):
        case "last":
            found[-1] = found[-1]._replace(goes_on=False)
        case "closer":
            found.append(Operation(path, ""))
        case "twice":
            found += [Operation(path, "")] * 2
    return found


class Side:
    """One of the two that are compared."""

    def __init__(self, tp: Any, options: dict[str, Any]) -> None:
        self.extractor: Extractor[Any] = Extractor(tp, json_only=True, on_event=self._hear, **options)
        self.story = Story(self.extractor)

    def _hear(self, event: Any) -> None:
        self.story.telling.append(told(event))

    def do(self, step: Any, *arguments: Any, **options: Any) -> Any:
        """Take a step; give what it gave, or how it failed."""
        try:
            done = step(*arguments, **options)
        except PartwayError as error:
            self.story.error = error
            return type(error), error.message, shape(error.partial)
        except ConfusedError:
            return "raised"
        return shape(done)

    def seen(self, paths: list[Path]) -> Any:
        states = [self.extractor.state(*path) for path in paths]
        return shape(self.extractor.partial), self.extractor.open_path, states, self.story.joined


def assert_the_same_story(tp: Any, steps: list[Operation], *, well: bool, options: dict[str, Any]) -> str:
    """Hold a run of operations against the text that each of them adds; give the whole text."""
    ours, theirs = Side(tp, options), Side(tp, options)
    paths = [path[:size] for path in {step.path: None for step in steps} for size in range(len(path) + 1)]
    size, ended = 0, False
    for step in [*steps, *([None] if well else [])]:
        if step is None:
            done = ours.do(ours.extractor.complete)
        else:
            done = ours.do(ours.extractor.operate, step.path, step.value, goes_on=step.goes_on)
        text = ours.extractor.text[size:]
        size += len(text)
        ended = step is not None and isinstance(step.value, int | float)  # a number ends with what follows it
        assert done == theirs.do(theirs.extractor.feed, text + " " * ended), step
        assert ours.seen(paths) == theirs.seen(paths), step
        if ours.story.error is not None or done == "raised":
            return ours.extractor.text
    whole = Side(tp, options)
    whole.do(whole.extractor.feed, ours.extractor.text + " " * ended)
    results = [side.do(side.extractor.finish) for side in (ours, theirs, whole)]
    assert results[0] == results[1] == results[2]
    assert ours.story.joined == whole.story.joined
    assert ours.story.ending == whole.story.ending
    error, other = ours.story.error, whole.story.error
    if error is not None and other is not None:
        assert (error.path, error.text) == (other.path, other.text.rstrip(" "))
        assert error.offset == other.offset - (len(other.text) - len(error.text))
    assert [(one.path, one.json) for one in ours.extractor.rejected] == [
        (one.path, one.json) for one in whole.extractor.rejected
    ]
    return ours.extractor.text


@given(cases(st.one_of(CONTAINERS, SPECS), valid=None), st.data(), st.booleans(), st.booleans())
def test_operations_tell_the_story_of_their_text(case: Case, data: st.DataObject, fail_fast: bool, well: bool):
    node = spellable(case.node)
    steps = [] if node is None else data.draw(operations(node))
    text = assert_the_same_story(case.spec.tp, steps, well=well or not steps, options={"fail_fast": fail_fast})
    if well and not fail_fast:
        expected = [] if node is None else plain(node)
        assert repr(json.loads(text, object_pairs_hook=lambda pairs: [("key", *pair) for pair in pairs])) == repr(
            expected
        )


@given(union_cases(), st.data(), st.booleans())
def test_unions_gates_and_whole_places_are_the_same(case: Case, data: st.DataObject, fail_fast: bool):
    node = spellable(case.node)
    steps = [] if node is None else data.draw(operations(node))
    assert_the_same_story(case.spec.tp, steps, well=True, options={"fail_fast": fail_fast})


@given(cases(valid=None), st.data(), st.integers(1, 3))
def test_the_limit_of_depth_holds_for_operations(case: Case, data: st.DataObject, most: int):
    node = spellable(case.node)
    steps = [] if node is None else data.draw(operations(node))
    limits = Limits(max_depth=most)
    assert_the_same_story(case.spec.tp, steps, well=True, options={"limits": limits})
