"""Nothing is taken back: atoms are never half, strings and arrays only grow, a complete value never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from kinds import DOCUMENTS, Before, ByChoice, ByName, Holder, WithInit, Wrapped
from pydantic import StringConstraints
from story import Story, grew, look, shape, tell, told
from strategies import CONTAINERS, MODELS, WRAPPINGS, Case, Even, Tree, cases, cuts, prose

from partway import Extractor, State
from partway.errors import PartwayError
from partway.events import Appended, Completed, Event, Finished, Opened, Rejected, Restarted

if TYPE_CHECKING:
    from collections.abc import Collection


def assert_snapshots_still_say_what_they_said(story: Story) -> None:
    for step in story.steps:
        assert shape(step.partial) == step.shape
    assert [told(event) for event in story.events] == story.telling


@given(cases(valid=None), st.data())
def test_an_old_snapshot_never_changes(case: Case, data: st.DataObject):
    for deltas in (list(case.text), data.draw(cuts(case.text))):
        assert_snapshots_still_say_what_they_said(tell(case.spec.tp, deltas, snapshots=True, json_only=True))


@given(st.sampled_from([Even, Tree, Any, list[Any]]), prose())
def test_an_old_snapshot_never_changes_whatever_the_text(tp: Any, text: str):
    assert_snapshots_still_say_what_they_said(tell(tp, list(text), snapshots=True))


def assert_each_snapshot_has_what_the_one_before_had(story: Story) -> None:
    """Up to the first rejection or restart, which may take away."""
    for before, after in zip(story.steps, story.steps[1:], strict=False):
        news = story.events[before.events : after.events]
        if any(isinstance(event, Rejected) for event in news):
            return
        if not any(isinstance(event, Restarted) for event in news):
            assert grew(before.partial, after.partial), (before.partial, after.partial)


@given(cases(valid=None), st.data())
def test_each_snapshot_has_what_the_one_before_had(case: Case, data: st.DataObject):
    assume(not case.repeats)
    for deltas in (list(case.text), data.draw(cuts(case.text))):
        story = tell(case.spec.tp, deltas, snapshots=True, json_only=True)
        assert_each_snapshot_has_what_the_one_before_had(story)
        if story.error is None:
            assert all(grew(step.partial, story.result) for step in story.steps)


@given(st.sampled_from([Even, Tree]), prose())
def test_only_restarted_takes_back_whatever_the_text(tp: Any, text: str):
    keys = ("number", "note", "name", "size", "kids")
    assume(all(text.count(f'"{key}"') < 2 or "{" not in text for key in keys))
    assert_each_snapshot_has_what_the_one_before_had(tell(tp, list(text), snapshots=True))


@given(cases())
def test_a_complete_value_stays_where_it_is(case: Case):
    assume(not case.repeats)
    story = tell(case.spec.tp, list(case.text), snapshots=True, json_only=True)
    assert story.error is None
    for step in story.steps:
        for event in story.events[: step.events]:
            if isinstance(event, Completed) and not in_a_set(step.partial, event.path):
                assert shape(look(step.partial, event.path)) == shape(event.value), event.path


def in_a_set(value: Any, path: tuple[Any, ...]) -> bool:
    """Whether a place is inside a set, whose elements stand nowhere."""
    return any(isinstance(look(value, path[:depth]), set | frozenset) for depth in range(len(path)))


class Grammar:
    """Checks that a story is well formed, event by event.

    Each place: `Opened`, then `Appended`s, then one `Completed` or `Rejected`, after all that is inside it. In an
    object whose validator sees the raw data (`forgiving`) a part that does not fit has no end of its own.
    """

    def __init__(self, forgiving: bool = False) -> None:
        self.forgiving = forgiving
        self.open: list[tuple[tuple[Any, ...], str]] = []
        self.closed: dict[tuple[Any, ...], State] = {}
        self.text: dict[tuple[Any, ...], str] = {}
        self.finished = False

    def read(self, event: Event) -> None:
        assert not self.finished
        match event:
            case Opened(path, kind):
                self._leave(path[:-1])
                assert not self.open or path[:-1] == self.open[-1][0], "inside the innermost open place"
                assert bool(self.open) == bool(path)
                self.closed = {old: how for old, how in self.closed.items() if old[: len(path)] != path}
                self.open.append((path, kind))
                self.text[path] = ""
            case Appended(path, text):
                assert self.open[-1] == (path, "string")
                assert text
                self.text[path] += text
            case Completed(path, value):
                self._leave(path)
                assert self.open.pop()[0] == path
                if self.text[path] and type(value) is str:
                    assert self.text[path] == value, "what was appended is the value"
                self._close(path, State.COMPLETE)
            case Rejected(path, _):
                self._leave(path)
                assert self.open.pop()[0] == path
                self._close(path, State.REJECTED)
            case Restarted(_):
                self.open, self.closed, self.text = [], {}, {}
            case Finished(_):
                assert not self.open
                assert self.closed[()] is State.COMPLETE
                self.finished = True

    def _leave(self, path: tuple[Any, ...]) -> None:
        while self.forgiving and len(self.open) > 0 and len(self.open[-1][0]) > len(path):
            self.open.pop()

    def _close(self, path: tuple[Any, ...], how: State) -> None:
        assert path not in self.closed, "closed once"
        if how is State.COMPLETE:
            assert all(part is not State.REJECTED for old, part in self.closed.items() if old[:-1] == path)
        self.closed[path] = how


def assert_grammar(
    tp: Any, deltas: list[str], sets: Collection[Any] = (), forgiving: bool = False, **options: Any
) -> None:
    """Check the story, and that `state` and `open_path` agree with it; the elements of sets have no lasting state."""
    grammar = Grammar(forgiving)
    extractor = Extractor(tp, on_event=grammar.read, **options)
    try:
        for delta in deltas:
            extractor.feed(delta)
            for path, how in grammar.closed.items():
                if not any(len(path) > len(one) and path[: len(one)] == one for one in sets):
                    assert extractor.state(*path) is how, path
            for path, _ in grammar.open:
                assert extractor.state(*path) is State.STREAMING, path
            if grammar.open:
                path, kind = grammar.open[-1]
                within = kind in ("object", "array")  # a part of it may be on its way, whose kind is not known yet
                assert path in (extractor.open_path, extractor.open_path[:-1] if within else path)
        extractor.finish()
    except PartwayError:
        return
    assert grammar.finished


@given(cases(valid=None), st.sampled_from(WRAPPINGS), st.data())
def test_a_place_opens_then_grows_then_closes_once_after_all_inside_it(case: Case, wrapping: Any, data: st.DataObject):
    assume(not case.repeats)
    sets = {place.path for place, spec in case.known() if spec.kind == "set"}
    assert_grammar(case.spec.tp, list(case.text), sets, json_only=True)
    text = wrapping.around(case.text)
    assert_grammar(case.spec.tp, data.draw(cuts(text)), sets)


TWICE = "the same place under two names: the second takes the first one's place without `Opened` at its path"
CHANGES = {
    (ByChoice, '{"uno":1,"first":2}'): TWICE,
    (ByName, '{"one":1,"uno":2}'): TWICE,
    (dict[float, str], '{"1.5":"a","1.50":"b"}'): TWICE,
    (dict[int, str], '{"1":"a","01":"b"}'): TWICE,
    (dict[Annotated[str, StringConstraints(to_lower=True)], int], '{"A":1,"a":2}'): TWICE,
    (WithInit, '{"a":1,"b":2}'): "the user's own code changes a complete value when the object closes",
}


@pytest.mark.parametrize(
    ("tp", "text"),
    [
        pytest.param(tp, text, marks=[pytest.mark.xfail(reason=CHANGES[tp, text])] if (tp, text) in CHANGES else [])
        for tp, text in DOCUMENTS
    ],
)
def test_a_story_is_well_formed_and_only_grows_for_every_kind_of_type(tp: Any, text: str):
    sets = [()] if "set" in repr(tp) else []
    forgiving = tp in (Before, Wrapped, Holder)  # its validator takes what its field would not
    assert_grammar(tp, list(text), sets, forgiving=forgiving, json_only=True)
    assert_grammar(tp, [text], sets, forgiving=forgiving, json_only=True)
    story = tell(tp, list(text), snapshots=True, json_only=True)
    assert_snapshots_still_say_what_they_said(story)
    assert_each_snapshot_has_what_the_one_before_had(story)


@given(st.sampled_from([Even, Tree, Any, list[Even]]), prose().filter(lambda text: text.count('"a":') < 2))
def test_a_story_is_well_formed_whatever_the_text(tp: Any, text: str):
    assert_grammar(tp, list(text))


@given(cases(MODELS | CONTAINERS))
def test_every_place_the_type_knows_opens_and_completes_in_the_order_of_the_text(case: Case):
    story = tell(case.spec.tp, [case.text], json_only=True)
    assert story.error is None
    free = [place.path for place, spec in case.known() if spec.kind in ("free", "whole")]
    expected = [
        place.path
        for place, spec in case.known()
        if not any(len(place.path) > len(path) and place.path[: len(path)] == path for path in free)
    ]
    opened = [event.path for event in story.events if isinstance(event, Opened)]
    assert [path for path in opened if path in set(expected)] == expected
    completed = {event.path for event in story.events if isinstance(event, Completed)}
    assert set(expected) <= completed


ATOMS = [
    (int, "12345"),
    (float, "-12.5e+10"),
    (bool, "false"),
    (None, "null"),
    (Any, "12345"),
    (Any, "true"),
]


@pytest.mark.parametrize(("tp", "text"), ATOMS)
def test_an_atom_is_never_half(tp: Any, text: str):
    for document, path in ((f"[{text} ]", (0,)), (f"[0, {text}]", (1,))):
        story = tell(
            list[tp if tp is not None else type(None)] if path == (0,) else list[Any], list(document), snapshots=True
        )
        final = shape(story.result[path[0]])
        for step in story.steps:
            seen = step.partial[path[0]] if step.partial is not None and len(step.partial) > path[0] else None
            assert shape(seen) in (final, shape(None))


def test_a_repeated_key_reopens_its_path_and_the_last_one_wins():
    text = '{"number": 4, "note": "first", "note": "second", "number": 2}'
    story = tell(Even, list(text), json_only=True)
    assert story.result == Even(number=2, note="second")
    assert [event.path for event in story.events if isinstance(event, Opened)] == [
        (),
        ("number",),
        ("note",),
        ("note",),
        ("number",),
    ]


def test_a_repeated_key_is_taken_back_when_its_value_opens_and_not_before():
    """`Opened` is what announces it."""
    assert_grammar(dict[str, Any], list('{"a": 1, "b": [], "a": "x", "b": {}, "a": 22}'), json_only=True)


def test_an_element_of_a_set_that_was_completed_stays_complete():
    assert_grammar(set[str], list('["a", "b", "a"]'), json_only=True)


def test_a_repeated_key_takes_back_what_the_first_one_held():
    extractor = Extractor(dict[str, Any], json_only=True)
    extractor.feed('{"a": {"b": 1}, "a": [')
    assert extractor.state("a") is State.STREAMING
    assert extractor.state("a", "b") is State.ABSENT
    assert extractor.partial == {"a": []}
