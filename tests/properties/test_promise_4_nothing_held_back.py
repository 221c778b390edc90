"""Nothing is held back that is certain: a character shows with its delta, a value with its last character."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from story import MISSING, look, shape, tell
from strategies import MODELS, WRAPPINGS, Case, Place, Spec, cases, cuts, fits

from partway import Extractor, State

UNBEGUN = (MISSING, None)


def assert_shows_all_that_is_certain(case: Case, extractor: Extractor[Any], fed: int, final: Any) -> None:
    """Check every known place against where it stands in the text, `fed` characters of which are there."""
    partial = extractor.partial
    for place, spec in case.known():
        parent = case.spec.at(place.path[:-1]) if place.path else None
        if parent is not None and parent.kind == "set":
            assert_shows_in_set(case, place, spec, partial, fed)
            continue
        how = extractor.state(*place.path)
        if place.start >= fed:
            assert how is State.ABSENT, place
        elif place.whole_at <= fed:
            assert how is State.COMPLETE, place
            expected = look(final, place.path)
            assert expected is not MISSING
            assert shape(look(partial, place.path)) == shape(expected), place
        elif spec.kind == "str" and isinstance(place.node, str):
            assert how is State.STREAMING, place
            text = place.arrived(fed)
            assert look(partial, place.path) == text or (not text and look(partial, place.path) in UNBEGUN), place
        elif spec.kind in ("inside", "set") and isinstance(place.node, str):  # the type is Any
            assert how is State.STREAMING, place
            assert look(partial, place.path) in ((place.arrived(fed),) if place.arrived(fed) else ("", *UNBEGUN)), place
        elif spec.kind in ("inside", "set") and place.marks == () and text_opens(place, case):
            assert how is State.STREAMING, place
        elif spec.kind == "whole":
            assert how is not State.COMPLETE, place
            if place.path:
                assert look(partial, place.path) in UNBEGUN, place


def text_opens(place: Place, case: Case) -> bool:
    return case.text[place.start] in "{["


def assert_shows_in_set(case: Case, place: Place, spec: Spec, partial: Any, fed: int) -> None:
    """Elements of a set are shown when they are complete."""
    shown = look(partial, place.path[:-1])
    if place.whole_at <= fed and shown not in UNBEGUN:
        assert TypeAdapter(spec.tp).validate_json(case.text[place.start : place.end]) in shown


def assert_shows_in_time(case: Case, deltas: list[str], before: str = "", **options: Any) -> None:
    final = TypeAdapter(case.spec.tp).validate_json(case.text)
    extractor = Extractor(case.spec.tp, **options)
    extractor.feed(before)
    fed = 0
    for delta in deltas:
        extractor.feed(delta)
        fed += len(delta)
        if options or fed > 1 + len(case.text[1:]) - len(case.text[1:].lstrip()):  # `{` alone may still be prose
            assert_shows_all_that_is_certain(case, extractor, fed, final)


@given(cases())
def test_all_that_is_certain_shows_after_each_character(case: Case):
    assert_shows_in_time(case, list(case.text), json_only=True)


@given(cases(), st.data())
def test_all_that_is_certain_shows_after_each_delta(case: Case, data: st.DataObject):
    assert_shows_in_time(case, data.draw(cuts(case.text)), json_only=True)


@given(cases(MODELS), st.sampled_from(WRAPPINGS))
def test_all_that_is_certain_shows_after_each_character_in_a_wrapping(case: Case, wrapping: Any):
    if fits(wrapping, case.spec):
        assert_shows_in_time(case, list(case.text), wrapping.before)


@given(cases(valid=None), st.data())
def test_what_shows_depends_on_the_text_so_far_and_not_on_its_cuts(case: Case, data: st.DataObject):
    wrapping = data.draw(st.sampled_from(WRAPPINGS))
    text = wrapping.around(case.text)
    slow = {step.fed: step for step in tell(case.spec.tp, list(text), snapshots=True).steps}
    for step in tell(case.spec.tp, data.draw(cuts(text)), snapshots=True).steps:
        if step.fed in slow:
            assert (step.shape, step.open_path) == (slow[step.fed].shape, slow[step.fed].open_path)


@given(cases(valid=None), st.data())
def test_feed_says_whether_the_partial_changed(case: Case, data: st.DataObject):
    for deltas in (list(case.text), data.draw(cuts(case.text))):
        story = tell(case.spec.tp, deltas, snapshots=True, json_only=True)
        for before, after in zip(story.steps, story.steps[1:], strict=False):
            if before.shape != after.shape:
                assert after.changed
            if not after.changed:
                assert after.partial is before.partial
            if before.shape == after.shape and before.events == after.events and not case.repeats:
                assert not after.changed, "nothing happened"


ESCAPES = [
    # JSON of a string, cut before each `|`; what shows after each piece
    ('"a|b|"', ["a", "ab", "ab"]),
    (r'"\|n|"', ["", "\n", "\n"]),
    (r'"x\u|00|e9|"', ["x", "x", "xé", "xé"]),
    (r'"\ud83d|\ude00|"', ["", "😀", "😀"]),
    (r'"a\ud83d\|ude0|0b|"', ["a", "a", "a😀b", "a😀b"]),
    (r'"\\|\"|"', ["\\", '\\"', '\\"']),
    ('"😀|é|"', ["😀", "😀é", "😀é"]),
    ('"```|json|"', ["```", "```json", "```json"]),
    ('"</think>|}|"', ["</think>", "</think>}", "</think>}"]),
]


@pytest.mark.parametrize("before", ["", "```json\n", "Here it is, {so} to say:\n```\n", "<think>x</think>\n"])
@pytest.mark.parametrize(("text", "shown"), ESCAPES)
def test_a_character_shows_unless_it_is_half(text: str, shown: list[str], before: str):
    extractor = Extractor(list[str])
    extractor.feed(before + "[")
    for piece, expected in zip(text.split("|"), shown, strict=True):
        extractor.feed(piece)
        assert extractor.partial == [expected]


NUMBERS = ["1", "-0", "12.5", "1e5", "1E+10"]


@pytest.mark.parametrize("text", NUMBERS)
@pytest.mark.parametrize("behind", [",", "]", " ", "\n"])
def test_a_number_is_complete_with_the_character_behind_it(text: str, behind: str):
    extractor = Extractor(list[float], json_only=True)
    extractor.feed("[" + text)
    assert extractor.state(0) is not State.COMPLETE
    extractor.feed(behind)
    assert extractor.state(0) is State.COMPLETE
    assert extractor.partial == [float(text)]


@pytest.mark.parametrize(("tp", "text"), [(bool, "true"), (bool, "false"), (type(None), "null")])
def test_a_literal_is_complete_with_its_last_character(tp: Any, text: str):
    extractor = Extractor(dict[str, tp])
    extractor.feed('{"a":' + text[:-1])
    assert extractor.state("a") is not State.COMPLETE
    extractor.feed(text[-1])
    assert extractor.state("a") is State.COMPLETE


def test_an_object_is_complete_with_its_brace_and_the_fence_is_not_awaited():
    extractor = Extractor(dict[str, int])
    extractor.feed('```json\n{"a": 1}')
    assert extractor.state() is State.COMPLETE
    assert extractor.partial == {"a": 1}
