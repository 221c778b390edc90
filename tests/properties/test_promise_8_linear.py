"""Linear: no re-parse, no re-validation, no copy of the whole; growth is measured as a ratio within one run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel, model_validator
from story import look, shape, tell
from strategies import Case, Obj, cases, cuts

from growth import assert_linear
from partway import Extractor
from partway.events import Completed


@given(cases(), st.data())
def test_an_unchanged_subtree_is_the_same_object_in_the_next_snapshot(case: Case, data: st.DataObject):
    assume(not case.repeats)
    for deltas in (list(case.text), data.draw(cuts(case.text))):
        story = tell(case.spec.tp, deltas, snapshots=True, json_only=True)
        sets = [place.path for place, spec in case.known() if spec.kind == "set"]
        for before, after in zip(story.steps, story.steps[1:], strict=False):
            for place, _ in case.known():
                within_set = any(len(place.path) > len(path) and place.path[: len(path)] == path for path in sets)
                if isinstance(place.node, list | Obj) and place.end <= before.fed and not within_set:
                    assert look(after.partial, place.path) is look(before.partial, place.path), place.path


@given(cases(valid=None), st.data())
def test_an_error_at_the_end_shows_no_partial_anew(case: Case, data: st.DataObject):
    at = data.draw(st.integers(0, len(case.text)))
    put = data.draw(st.sampled_from(["", "}", "]", '"', " oops "]))
    deltas = data.draw(cuts(case.text[:at] + put + case.text[at + data.draw(st.integers(0, 1)) :]))
    story = tell(case.spec.tp, deltas, snapshots=True)
    if story.error is not None and len(story.steps) == len(deltas) > 0:  # it came from finish()
        shown = story.steps[-1]
        assert story.error.partial is shown.partial or shape(story.error.partial) != shown.shape


@given(cases(), st.data())
def test_a_completed_value_is_the_object_in_the_snapshots(case: Case, data: st.DataObject):
    assume(not case.repeats)
    story = tell(case.spec.tp, data.draw(cuts(case.text)), snapshots=True, json_only=True)
    for event in story.events:
        if isinstance(event, Completed) and isinstance(event.value, BaseModel) and story.steps:
            seen = look(story.steps[-1].partial, event.path)
            assert seen is event.value or not isinstance(seen, BaseModel)


@given(cases(valid=None))
def test_a_snapshot_asked_for_twice_is_the_same_object(case: Case):
    extractor = Extractor(case.spec.tp, json_only=True)
    for character in case.text:
        extractor.feed(character)
        assert extractor.partial is extractor.partial


def test_the_result_is_the_last_snapshot_and_holds_the_objects_that_were_shown():
    extractor = Extractor(Shelf, json_only=True)
    extractor.feed('{"items": [{"id": 1, "name": "a", "flags": [true]}, {"id": 2, "name": "b", "flags": []}')
    first, second = extractor.partial.items
    extractor.feed("]}")
    last = extractor.partial
    result = extractor.finish()
    assert result is last
    assert result.items[0] is first
    assert result.items[1] is second


class Counted(BaseModel):
    runs: ClassVar[int] = 0
    number: int

    @model_validator(mode="after")
    def count(self) -> Counted:
        Counted.runs += 1
        return self


class Holder(BaseModel):
    inner: Counted
    many: list[Counted]
    named: dict[str, Counted] = {}
    maybe: Counted | None = None


def test_a_validator_runs_once_for_each_object():
    text = (
        '{"inner": {"number": 1}, "many": [{"number": 2}, {"number": 3}], '
        '"named": {"a": {"number": 4}}, "maybe": {"number": 5}}'
    )
    for deltas in ([text], list(text)):
        Counted.runs = 0
        assert tell(Holder, deltas, snapshots=True).error is None
        assert Counted.runs == 5


# ------------------------------------------------------------------------------------------------- growth


class Item(BaseModel):
    id: int
    name: str
    price: float = 0.5
    flags: list[bool] = []


class Shelf(BaseModel):
    items: list[Item]


class Deep(BaseModel):
    text: str = ""
    items: dict[str, str] = {}
    row: list[int] = []


def shelf(size: int) -> str:
    items = [{"id": n, "name": f"item {n} é", "price": n / 4, "flags": [True, False]} for n in range(size // 70)]
    return json.dumps({"items": items})


def long_string(size: int) -> str:
    return json.dumps({"text": "word, \u201cé\u201d " * (size // 10)}, ensure_ascii=False)


def escaped_string(size: int) -> str:
    return json.dumps({"text": 'a "b"\n😀 ' * (size // 24)})


def many_keys(size: int) -> str:
    return json.dumps({"items": {f"key {n}": "v" for n in range(size // 16)}})


def many_numbers(size: int) -> str:
    return json.dumps({"row": list(range(size // 6))})


def prose_before(size: int) -> str:
    return "using {curly} and [1] `or` it's so.\n" * (size // 36) + '```json\n{"text": "x"}\n```'


def words_behind(size: int) -> str:
    return '{"text": "x"}' + "using {curly} and [1] `or`\n" * (size // 27)


def spaces(size: int) -> str:
    return '{"text":' + " \n" * (size // 2) + '"x"}'


SHAPES: list[tuple[Any, Callable[[int], str]]] = [
    (Shelf, shelf),
    (Any, shelf),
    (Shelf | int, shelf),
    (Deep, long_string),
    (Any, long_string),
    (Deep, escaped_string),
    (Deep | int, escaped_string),
    (Deep, many_keys),
    (Deep, many_numbers),
    (Deep, prose_before),
    (Deep, words_behind),
    (Deep, spaces),
]


def read(tp: Any, pieces: list[str], snapshots: bool) -> None:
    extractor = Extractor(tp)
    for piece in pieces:
        extractor.feed(piece)
        if snapshots:
            extractor.partial  # noqa: B018
    extractor.finish()


@pytest.mark.no_cover  # it would measure the measuring
@pytest.mark.parametrize("snapshots", [False, True], ids=["feed", "feed and snapshot"])
@pytest.mark.parametrize("size", [4, None], ids=["4 a delta", "whole"])
@pytest.mark.parametrize(("tp", "make"), SHAPES, ids=[f"{getattr(t, '__name__', t)}-{m.__name__}" for t, m in SHAPES])
def test_four_times_the_text_takes_about_four_times_as_long(
    tp: Any, make: Callable[[int], str], size: int | None, snapshots: bool
):
    def work(n: int) -> Callable[[], object]:
        text = make(n)
        pieces = [text[at : at + size] for at in range(0, len(text), size)] if size else [text]
        return lambda: read(tp, pieces, snapshots)

    assert_linear(work, 8_000)


def test_a_snapshot_rebuilds_the_open_path_alone():
    """The mappings and lists beside the open path are not even looked at: they are the same objects."""
    extractor = Extractor(Any, json_only=True)
    extractor.feed('{"done": {"a": [1, 2]}, "open": ["x')
    before = extractor.partial
    extractor.feed("y")
    after = extractor.partial
    assert isinstance(after, Mapping)
    assert after is not before
    assert after["done"] is before["done"]
    assert before["open"] == ["x"]
    assert after["open"] == ["xy"]
