"""Complete means real: a complete object is an instance of the model itself; only the open path holds partials."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from pydantic import BaseModel, TypeAdapter, ValidationError
from story import MISSING, look, shape, tell
from strategies import MODELS, Case, Even, Obj, cases

from partway import Extractor, Partial, State
from partway.errors import MismatchError
from partway.events import Completed, Rejected


@given(cases(MODELS))
def test_an_object_is_partial_while_open_and_real_once_closed(case: Case):
    extractor = Extractor(case.spec.tp, json_only=True)
    for fed, character in enumerate(case.text, 1):
        extractor.feed(character)
        for place, spec in case.known():
            if spec.model is None or not isinstance(place.node, Obj) or place.start >= fed:
                continue
            value = look(extractor.partial, place.path)
            if place.end <= fed:
                assert type(value) is spec.model
            elif value not in (MISSING, None):
                assert extractor.open_path[: len(place.path)] == place.path
                assert isinstance(value, spec.model)
                if issubclass(spec.model, BaseModel):
                    assert type(value) is Partial[spec.model]


def partials_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where partial models stand in a value."""
    found = []
    inner: Any = ()
    if isinstance(value, BaseModel):
        bases = type(value).__mro__[1:]
        found = (
            [path]
            if any(issubclass(b, BaseModel) and b is not BaseModel and Partial[b] is type(value) for b in bases)
            else []
        )
        inner = [(name, getattr(value, name)) for name in value.model_fields_set]
    elif isinstance(value, Mapping):
        inner = value.items()
    elif isinstance(value, list | tuple):
        inner = enumerate(value)
    return [*found, *(deep for step, one in inner for deep in partials_in(one, (*path, step)))]


@given(cases(valid=None))
def test_there_is_at_most_one_chain_of_partials(case: Case):
    extractor = Extractor(case.spec.tp, json_only=True)
    for character in case.text:
        extractor.feed(character)
        if extractor.state() is State.STREAMING:
            found = partials_in(extractor.partial)
            rejected = [place.path for place in case.places if extractor.state(*place.path) is State.REJECTED]
            if not rejected:
                assert all(len(path) <= len(extractor.open_path) for path in found)
                assert all(a == b[: len(a)] for a, b in itertools.pairwise(found)), found


@given(cases())
def test_a_completed_value_is_what_pydantic_makes_of_it(case: Case):
    assume(not case.repeats)
    final = TypeAdapter(case.spec.tp).validate_json(case.text)
    known = {place.path: spec for place, spec in case.known()}
    for event in tell(case.spec.tp, [case.text], json_only=True).events:
        if isinstance(event, Completed) and event.path in known:
            expected = look(final, event.path)
            if expected is not MISSING:
                assert shape(event.value) == shape(expected)


@given(cases(valid=False))
def test_a_place_is_completed_or_rejected_as_pydantic_would_have_it(case: Case):
    assume(not case.repeats)
    places = {place.path: (place, spec) for place, spec in case.known()}
    for event in tell(case.spec.tp, [case.text], json_only=True).events:
        if not isinstance(event, Completed | Rejected) or event.path not in places:
            continue
        place, spec = places[event.path]
        part = case.text[place.start : place.end]
        if spec.kind == "free":
            continue
        try:
            value = TypeAdapter(spec.tp).validate_json(part)
        except ValidationError:
            assert isinstance(event, Rejected), event
        else:
            assert isinstance(event, Completed), event
            assert shape(event.value) == shape(value)


class Basket(BaseModel):
    items: list[Even]
    best: Even | None = None


def test_validators_have_run_when_an_object_is_complete():
    extractor = Extractor(Basket)
    extractor.feed('{"items": [{"number": 2}, {"number": 3}, {"number": 2000000}')
    assert extractor.state("items", 0) is State.COMPLETE
    assert extractor.state("items", 1) is State.REJECTED
    assert extractor.state("items", 2) is State.REJECTED
    extractor.feed("]}")
    with pytest.raises(MismatchError) as caught:
        extractor.finish()
    assert [error["loc"][:2] for error in caught.value.validation_error.errors()] == [("items", 1), ("items", 2)]


def test_what_arrived_is_kept_when_the_result_does_not_fit():
    extractor = Extractor(Basket)
    extractor.feed('{"items": [{"number": 2}], "best": 7}')
    with pytest.raises(MismatchError) as caught:
        extractor.finish()
    assert caught.value.partial.items[0] == Even(number=2)
    assert caught.value.text == '{"items": [{"number": 2}], "best": 7}'
