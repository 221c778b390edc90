"""What the fuzzers found, as rows: type, text, options, and what must come, however the text is cut.

Each row is run whole, in every two-way cut and character by character. A row that names a gap does not hold yet; when
it does, its test fails until the name is taken away. `tests/fuzz` says how a finding becomes a row.
"""

from __future__ import annotations

import gc
import itertools
import json
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

import pydantic
import pytest
from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from partway import Appended, Extractor, Limits, Whole
from partway._builder import Builder
from partway._reader import BACKENDS
from partway.errors import LimitError, MalformedJSONError, MismatchError, PartwayError


class Even(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: int = 0

    @field_validator("number")
    @classmethod
    def is_even(cls, number: int) -> int:
        if number % 2:
            raise ValueError("odd")
        return number


class Small(BaseModel):
    number: int

    @model_validator(mode="after")
    def is_small(self) -> Small:
        try:
            int("no number")
        except ValueError as error:
            raise ValueError("large") from error
        return self


@dataclass(frozen=True)
class Row:
    tp: Any
    text: str
    ending: Any
    """The result, or the class of the error."""
    options: dict[str, Any] = field(default_factory=dict)
    gap: str = ""


Prefixed = list[Annotated[Literal["a", "ab", "abc"], Whole(prefix=True)]]

ROWS = [
    Row(Even, '{"x": 1, "number": 2}', MismatchError, {"fail_fast": True}),
    Row(Even, '{"x"', MismatchError, {"fail_fast": True}),
    Row(Prefixed, '["abcd"', PartwayError),
    Row(list[int], "[1234567890x", LimitError, {"json_only": True, "limits": Limits(max_number_digits=9)}),
    Row(str, '"b" x', MalformedJSONError, {"json_only": True}),
    Row(list[str], '["1234567890', LimitError, {"json_only": True, "limits": Limits(max_string=9)}),
    Row(list[str], r'["12345678\ud83d\ude009', LimitError, {"json_only": True, "limits": Limits(max_string=8)}),
    Row(list[Any], '["1234567890\n[]', LimitError, {"limits": Limits(max_string=9)}),
    Row(dict[str, Any], '{"":"":', MalformedJSONError, {"json_only": True, "backend": BACKENDS[-1]}),
    Row(list[int], "[1:", MalformedJSONError, {"json_only": True, "backend": BACKENDS[-1]}),
    Row(list[Any], '["","",{"":nullnull', MalformedJSONError, {"json_only": True, "backend": BACKENDS[-1]}),
    Row(Any, '["null1",true-,', MalformedJSONError, {"json_only": True, "backend": BACKENDS[-1]}),
    Row(Even, '{"{"{"x', LimitError, {"limits": Limits(max_candidates=1)}),
    Row(
        int,
        ":1234567890",
        MalformedJSONError,
        {"json_only": True, "limits": Limits(max_number_digits=9)},
    ),
]


def tell(row: Row, deltas: list[str]) -> tuple[Any, ...]:
    """All that is told of a text: the events with appended text joined, and the end with what is left."""
    events: list[Any] = []

    def note(event: Any) -> None:
        last = events[-1] if events else None
        if isinstance(event, Appended) and isinstance(last, Appended) and last.path == event.path:
            events[-1] = Appended(event.path, last.text + event.text)
        else:
            events.append(event)

    extractor: Extractor[Any] = Extractor(row.tp, on_event=note, **row.options)
    try:
        for delta in deltas:
            extractor.feed(delta)
        result = extractor.finish()
    except PartwayError as error:
        left = (error.message, error.path, error.offset, repr(error.partial))
        return [repr(event) for event in events], type(error), left
    return [repr(event) for event in events], result, None


def ways(text: str) -> list[list[str]]:
    return [[text], list(text), *([text[:at], text[at:]] for at in range(1, len(text)))]


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, marks=[pytest.mark.xfail(reason=row.gap)] if row.gap else [], id=row.text) for row in ROWS],
)
def test_what_was_found_is_right_however_it_is_cut(row: Row):
    told = [tell(row, deltas) for deltas in ways(row.text)]
    for _, ending, _ in told:
        assert ending == row.ending or (isinstance(row.ending, type) and issubclass(ending, row.ending))
    for one, other in itertools.pairwise(told):
        assert one == other


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]


PYDANTIC: Final = tuple(int(part) for part in pydantic.VERSION.split(".")[:3] if part.isdigit())
REFUSES = pytest.mark.xfail(PYDANTIC < (2, 14, 2), reason="pydantic refuses it for the first extra")

REPEATED = [
    pytest.param('{"a": "no number", "b": 1, "a": 3}', marks=REFUSES),
    pytest.param('{"b": 1, "a": "no number", "c": 1, "d": "no number", "b": 2, "d": 3, "a": 3}', marks=REFUSES),
    '{"x": 1, "x": 2, "a": 3, "b": 4, "a": 5, "c": 6}',
    '{"x": 1, "y": 2, "x": 2, "y": 3, "a": 3, "b": 4, "x": 7, "c": 8, "a": 5, "b": 9}',
]


@pytest.mark.parametrize("text", REPEATED)
def test_keys_are_in_the_order_in_which_they_came_first(text: str):
    expected = Open.model_validate_json(text)
    for deltas in ways(text):
        result = tell(Row(Open, text, Open), deltas)[1]
        assert list(result.model_extra) == list(expected.model_extra or {})
        assert list(tell(Row(Any, text, dict), deltas)[1]) == list(json.loads(text))


def test_a_set_keeps_what_it_showed_when_an_element_comes_that_it_cannot_hold():
    extractor: Extractor[Any] = Extractor(set[Any])
    for delta in ("[1,", "[]"):
        extractor.feed(delta)
        assert extractor.partial == {1}


REFUSED = [(Even, '{"number": 3}'), (Small, '{"number": 3}'), (list[Even], '[{"number": 3}, {"number": 5}]')]


@pytest.mark.parametrize(("tp", "text"), REFUSED)
def test_an_extractor_whose_document_a_validator_refuses_is_not_kept(tp: Any, text: str):
    """The traceback of the validator's error leads to the builder, and the collector does not see into made errors."""

    def builders() -> int:
        gc.collect()
        return sum(type(one) is Builder for one in gc.get_objects())

    before = builders()
    for deltas in ways(text):
        assert tell(Row(tp, text, MismatchError), deltas)[1] is MismatchError
    assert builders() == before


@pytest.mark.parametrize("deltas", [["[1] "] * 20, ["[1] " * 20]])
def test_a_candidate_that_was_given_up_is_not_kept(deltas: list[str]):
    """The traceback of pydantic's error leads to it where the next one comes in the same delta."""

    def builders() -> int:
        gc.collect()
        return sum(type(one) is Builder for one in gc.get_objects())

    before = builders()
    extractor: Extractor[Any] = Extractor(list[str])
    for delta in deltas:
        extractor.feed(delta)
    assert extractor.candidate == 20
    assert builders() - before == 1
