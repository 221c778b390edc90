"""Unions and markers: whatever the type, the document and the cut, nothing is shown that is not certain."""

from __future__ import annotations

from holding import assert_holds, ending, own_class, watch
from hypothesis import given
from hypothesis import strategies as st
from story import tell
from strategies import Case, cut, cuts
from unions import CALM, LEAF, RECURSIVE, plain, tagged, told, union_cases

from partway import Rejected
from partway.errors import MismatchError


@given(union_cases(), st.data())
def test_any_union_holds_at_every_cut(case: Case, data: st.DataObject):
    assert_holds(case.spec.tp, case.text, data.draw(cuts(case.text)), repeats=case.repeats)


@given(union_cases(tagged(LEAF)), st.data())
def test_discriminated_unions_hold_at_every_cut(case: Case, data: st.DataObject):
    assert_holds(case.spec.tp, case.text, data.draw(cuts(case.text)), repeats=case.repeats)


@given(union_cases(told(LEAF)), st.data())
def test_unions_told_by_a_function_hold_at_every_cut(case: Case, data: st.DataObject):
    assert_holds(case.spec.tp, case.text, data.draw(cuts(case.text)), repeats=case.repeats)


@given(union_cases(plain(LEAF)), st.data())
def test_plain_unions_hold_at_every_cut(case: Case, data: st.DataObject):
    assert_holds(case.spec.tp, case.text, data.draw(cuts(case.text)), repeats=case.repeats)


@given(union_cases(RECURSIVE), st.data())
def test_unions_in_models_that_contain_themselves_hold_at_every_cut(case: Case, data: st.DataObject):
    assert_holds(case.spec.tp, case.text, data.draw(cuts(case.text)), repeats=case.repeats)


@given(union_cases(CALM))
def test_every_two_way_cut_of_a_union_tells_one_story(case: Case):
    whole = tell(case.spec.tp, [case.text], json_only=True)
    for at in range(1, len(case.text)):
        story = tell(case.spec.tp, cut(case.text, [at]), json_only=True)
        assert (story.joined, ending(story)) == (whole.joined, ending(whole)), at


@given(union_cases(tagged(LEAF), repeats=False))
def test_a_discriminated_union_never_changes_its_class_whatever_becomes_of_it(case: Case):
    _, partials = watch(case.spec.tp, list(case.text), json_only=True)
    classes = [own_class(partial) for partial in partials if partial is not None]
    assert len(set(classes)) <= 1


@given(union_cases(CALM, repeats=False))
def test_to_fail_fast_is_to_end_with_the_first_rejection(case: Case):
    patient = tell(case.spec.tp, list(case.text), json_only=True)
    hasty = tell(case.spec.tp, list(case.text), json_only=True, fail_fast=True)
    if patient.error is None:
        assert ending(hasty) == ending(patient)
        assert hasty.telling == patient.telling
        return
    assert isinstance(hasty.error, MismatchError)
    told_last = [event for event in hasty.events if isinstance(event, Rejected)]
    assert len(told_last) <= 1
    count = len(hasty.telling)
    assert hasty.telling == patient.telling[:count]
    assert case.text.startswith(hasty.error.text)
    assert len(hasty.extractor.rejected) <= 1


@given(union_cases(CALM, repeats=False))
def test_what_is_rejected_has_its_own_json_and_was_told(case: Case):
    by_path = {place.path: case.text[place.start : place.end] for place in case.places}
    for deltas in ([case.text], list(case.text)):
        story = tell(case.spec.tp, deltas, json_only=True)
        told_paths = [event.path for event in story.events if isinstance(event, Rejected)]
        for rejection in story.extractor.rejected:
            assert rejection.json == by_path[rejection.path]
            assert rejection.path in told_paths
        assert bool(story.extractor.rejected) <= (story.error is not None)
