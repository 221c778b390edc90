"""The result is pydantic's: what `validate_json` makes of the same JSON, the value or the errors."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kinds import DOCUMENTS, Allowing, ByName, Cat, Dog, Plain, Total
from pydantic import Field, TypeAdapter, ValidationError
from story import Story, complaints, shape, tell
from strategies import CONTAINERS, MODELS, SCALARS, WRAPPINGS, Case, Even, cases, cuts, fits

from partway.errors import MismatchError


def assert_pydantics(story: Story, tp: Any, text: str) -> None:
    try:
        expected = TypeAdapter(tp).validate_json(text)
    except ValidationError as error:
        wrong = error
    else:
        assert story.error is None, story.error
        assert shape(story.result) == shape(expected)
        return
    assert type(story.error) is MismatchError, (story.error, story.result)
    assert complaints(story.error.validation_error) == complaints(wrong)
    assert story.error.text.strip() == text.strip()


@given(cases(CONTAINERS, valid=None), st.data())
def test_the_result_of_a_document_is_pydantics(case: Case, data: st.DataObject):
    for deltas in ([case.text], list(case.text), data.draw(cuts(case.text))):
        assert_pydantics(tell(case.spec.tp, deltas, json_only=True), case.spec.tp, case.text)


@given(cases(st.sampled_from(SCALARS), valid=None))
def test_the_result_of_a_scalar_is_pydantics(case: Case):
    for deltas in ([case.text], list(case.text)):
        assert_pydantics(tell(case.spec.tp, deltas, json_only=True), case.spec.tp, case.text)


@given(cases(MODELS, valid=False))
def test_the_result_of_a_document_that_hardly_fits_is_pydantics(case: Case):
    if not case.text.startswith("{"):
        return  # not even a candidate
    for deltas in ([case.text], list(case.text)):
        assert_pydantics(tell(case.spec.tp, deltas), case.spec.tp, case.text)


@given(cases(MODELS), st.sampled_from(WRAPPINGS), st.data())
def test_the_result_of_a_wrapped_document_is_pydantics(case: Case, wrapping: Any, data: st.DataObject):
    if not fits(wrapping, case.spec):
        return
    text = wrapping.around(case.text)
    for deltas in ([text], list(text), data.draw(cuts(text))):
        story = tell(case.spec.tp, deltas)
        assert_pydantics(story, case.spec.tp, case.text)
        assert story.extractor.text.strip() == case.text


@given(cases(CONTAINERS), st.sampled_from([w for w in WRAPPINGS if w.name.startswith("fence, json")]))
def test_the_result_of_any_type_in_a_fence_is_pydantics(case: Case, wrapping: Any):
    if case.spec.tp is Any and case.text[0] not in "{[":
        return  # of `Any`, a word in a text is rather a word than an answer
    text = wrapping.around(case.text)
    for deltas in ([text], list(text)):
        assert_pydantics(tell(case.spec.tp, deltas), case.spec.tp, case.text)


@pytest.mark.parametrize(
    ("tp", "text"), DOCUMENTS, ids=[f"{getattr(tp, '__name__', tp)}-{text}" for tp, text in DOCUMENTS]
)
def test_the_result_for_every_kind_of_type_is_pydantics(tp: Any, text: str):
    for deltas in ([text], list(text), *([text[:at], text[at:]] for at in range(1, len(text)))):
        assert_pydantics(tell(tp, deltas, json_only=True, snapshots=True), tp, text)


LEFT = Field(union_mode="left_to_right")
LIKE = [
    # types that Python takes for equal and pydantic does not
    ([str | bytes, bytes | str], '"x"'),
    ([Decimal | str, str | Decimal], '"1"'),
    ([int | str, str | int], "[]"),
    ([Annotated[int | str, LEFT], Annotated[str | int, LEFT]], '"1"'),
    ([list[Annotated[int | str, LEFT]], list[Annotated[str | int, LEFT]]], '["1"]'),
    ([Literal[1, 2], Literal[2, 1]], "3"),
    ([Literal[1], Literal[True]], "1"),
]


@pytest.mark.parametrize(("types", "text"), LIKE)
def test_a_type_is_not_taken_for_an_equal_one(types: list[Any], text: str):
    for tp in types:
        assert_pydantics(tell(tp, [text], json_only=True), tp, text)


REPEATED = [
    (Even, '{"number":1,"number":2}'),
    (Even, '{"number":2,"number":1}'),
    (Even, '{"note":{},"number":2,"note":"x"}'),
    (Even, '{"number":2,"more":1,"more":2}'),
    (dict[str, int], '{"a":1,"b":2,"a":3}'),
    (dict[str, int], '{"a":"x","a":3}'),
    (dict[int, list[int]], '{"1":[1],"1":[2,3]}'),
    (Total, '{"b":[1],"a":1,"b":["x"]}'),
    (Plain, '{"a":"x","a":1,"b":[{"number":2}],"b":[]}'),
    (Any, '{"a":1,"b":2,"a":{"a":[],"a":{}}}'),
    (Allowing, '{"x":"y","x":1,"known":"a"}'),
    (Allowing, '{"x":1,"x":"y"}'),
    (ByName, '{"uno":1,"one":2,"uno":3}'),
    (list[Cat | Dog], '[{"kind":"cat","kind":"dog","name":"x","lives":1}]'),
]


@pytest.mark.parametrize(("tp", "text"), REPEATED)
def test_the_result_with_a_repeated_key_is_pydantics(tp: Any, text: str):
    for deltas in ([text], list(text)):
        assert_pydantics(tell(tp, deltas, json_only=True, snapshots=True), tp, text)
