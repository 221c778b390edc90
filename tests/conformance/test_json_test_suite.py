"""JSONTestSuite (https://github.com/nst/JSONTestSuite) with `json_only=True`, on every backend of ijson.

`y_` documents must give what `json.loads` gives, `n_` documents must end in an error of ours. Of the `i_` documents
RFC 8259 leaves open what becomes of them; `OUTCOMES` says what we do, which is what pydantic does (promise 6):

- numbers too large or too small for a float are infinite or zero, integers are exact;
- a surrogate without its other half is refused: it is no character, and could not be written as UTF-8;
- what is not UTF-8 is refused, UTF-16 too; a byte order mark is refused (section 8.1 lets a parser ignore or refuse);
- nesting beyond `Limits.max_depth` is refused.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from partway import Extractor, stream
from partway._reader import BACKENDS
from partway.errors import LimitError, MalformedJSONError, PartwayError
from partway.events import Appended, Event, Rejected

FOLDER = Path(__file__).parents[3] / "shared" / "corpus" / "JSONTestSuite"
NAMES = sorted(file.name for file in FOLDER.glob("*.json"))

OUTCOMES: dict[str, Any] = {
    "i_number_double_huge_neg_exp.json": [0.0],
    "i_number_huge_exp.json": [math.inf],
    "i_number_neg_int_huge_exp.json": [-math.inf],
    "i_number_pos_double_huge_exp.json": [math.inf],
    "i_number_real_neg_overflow.json": [-math.inf],
    "i_number_real_pos_overflow.json": [math.inf],
    "i_number_real_underflow.json": [0.0],
    "i_number_too_big_neg_int.json": [-123123123123123123123123123123],
    "i_number_too_big_pos_int.json": [100000000000000000000],
    "i_number_very_big_negative_int.json": [-237462374673276894279832749832423479823246327846],
    "i_object_key_lone_2nd_surrogate.json": MalformedJSONError,
    "i_string_1st_surrogate_but_2nd_missing.json": MalformedJSONError,
    "i_string_1st_valid_surrogate_2nd_invalid.json": MalformedJSONError,
    "i_string_UTF-16LE_with_BOM.json": PartwayError,
    "i_string_UTF-8_invalid_sequence.json": PartwayError,
    "i_string_UTF8_surrogate_U+D800.json": PartwayError,
    "i_string_incomplete_surrogate_and_escape_valid.json": MalformedJSONError,
    "i_string_incomplete_surrogate_pair.json": MalformedJSONError,
    "i_string_incomplete_surrogates_escape_valid.json": MalformedJSONError,
    "i_string_invalid_lonely_surrogate.json": MalformedJSONError,
    "i_string_invalid_surrogate.json": MalformedJSONError,
    "i_string_invalid_utf-8.json": PartwayError,
    "i_string_inverted_surrogates_U+1D11E.json": MalformedJSONError,
    "i_string_iso_latin_1.json": PartwayError,
    "i_string_lone_second_surrogate.json": MalformedJSONError,
    "i_string_lone_utf8_continuation_byte.json": PartwayError,
    "i_string_not_in_unicode_range.json": PartwayError,
    "i_string_overlong_sequence_2_bytes.json": PartwayError,
    "i_string_overlong_sequence_6_bytes.json": PartwayError,
    "i_string_overlong_sequence_6_bytes_null.json": PartwayError,
    "i_string_truncated-utf-8.json": PartwayError,
    "i_string_utf16BE_no_BOM.json": PartwayError,
    "i_string_utf16LE_no_BOM.json": PartwayError,
    "i_structure_500_nested_arrays.json": LimitError,
    "i_structure_UTF-8_BOM_empty_object.json": MalformedJSONError,
}

pytestmark = pytest.mark.skipif(not NAMES, reason=f"JSONTestSuite is not at {FOLDER}")


def expected(name: str, raw: bytes) -> Any:
    """The value that must come out, or the class of the error."""
    if name.startswith("y_"):
        return json.loads(raw)
    return PartwayError if name.startswith("n_") else OUTCOMES[name]


def outcome(tp: Any, deltas: list[str], backend: str) -> tuple[Any, list[str]]:
    """The value or the error, and the story in between; `Appended` joined, so that slicing does not count."""
    story: list[str] = []
    grown: list[str] = []

    def note(event: Event) -> None:
        if isinstance(event, Appended):
            grown.append(event.text)
            return
        if grown:
            story.append("".join(grown))
            grown.clear()
        story.append(f"Rejected{event.path}" if isinstance(event, Rejected) else repr(event))

    extractor = Extractor(tp, json_only=True, on_event=note, backend=backend)
    try:
        for delta in deltas:
            extractor.feed(delta)
        return extractor.finish(), [*story, *grown]
    except PartwayError as error:
        return error, [*story, "".join(grown)]


def assert_as_expected(got: Any, wanted: Any) -> None:
    if isinstance(wanted, type) and issubclass(wanted, PartwayError):
        assert isinstance(got, wanted), f"{got!r} instead of {wanted.__name__}"
        assert type(got) is not PartwayError
        assert str(got)
    else:
        assert repr(got) == repr(wanted)  # tells 1 from 1.0, and -0.0 from 0


def text_of(name: str) -> str:
    try:
        return (FOLDER / name).read_bytes().decode()
    except UnicodeDecodeError:
        pytest.skip("no UTF-8: tested as bytes")


def pieces(text: str) -> list[str]:
    return [*text[:3000], text[3000:]]  # nothing is told past the limit of depth, which comes first


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_document_ends_as_it_must_whole_and_by_character(name: str, backend: str):
    text = text_of(name)
    wanted = expected(name, text.encode())
    whole, story = outcome(Any, [text], backend)
    assert_as_expected(whole, wanted)
    parts, same = outcome(Any, pieces(text), backend)
    assert_as_expected(parts, wanted)
    assert story == same
    assert type(whole) is type(parts)


@pytest.mark.parametrize("name", NAMES)
def test_every_backend_tells_the_same_story_and_ends_the_same(name: str):
    text = text_of(name)
    for deltas in ([text], pieces(text)):
        endings = {}
        for backend in BACKENDS:
            end, story = outcome(Any, deltas, backend)
            where = (type(end), str(end), end.offset, end.path) if isinstance(end, PartwayError) else repr(end)
            endings[backend] = (story, where)
        assert all(ending == endings[BACKENDS[0]] for ending in endings.values()), endings


@pytest.mark.parametrize("name", NAMES)
def test_a_document_as_bytes_ends_as_it_must_whole_and_byte_by_byte(name: str):
    raw = (FOLDER / name).read_bytes()
    wanted = expected(name, raw)
    for source in ([raw], [raw[at : at + 1] for at in range(min(len(raw), 3000))] + [raw[3000:]]):
        try:
            got = stream(source, Any, json_only=True).result()
        except PartwayError as error:
            got = error
        assert_as_expected(got, wanted)


class Typed(BaseModel):
    a: int
    b: list[str] = []


@pytest.mark.parametrize("tp", [Typed, list[int], dict[str, Any], str, float], ids=str)
@pytest.mark.parametrize("name", [name for name in NAMES if name[0] in "yn"])
def test_a_typed_document_is_validated_or_refused_and_never_crashes(name: str, tp: Any):
    """What is no JSON is refused whatever the type; what is, ends as `validate_json` of it."""
    text = text_of(name)
    got, story = outcome(tp, [text], BACKENDS[0])
    parts, same = outcome(tp, pieces(text), BACKENDS[0])
    assert story == same
    assert type(got) is type(parts)
    if name.startswith("n_"):
        assert isinstance(got, PartwayError)
        return
    try:
        wanted = TypeAdapter(tp).validate_json(text)
    except ValidationError as error:
        wanted = error.errors(include_url=False)
        got = getattr(got, "validation_error", error.__class__.from_exception_data("none", [])).errors(
            include_url=False
        )
    assert repr(got) == repr(wanted)


def test_every_document_of_the_suite_is_there_and_every_open_one_has_its_outcome():
    assert len(NAMES) == 318
    assert {name for name in NAMES if name.startswith("i_")} == set(OUTCOMES)


def test_the_c_backend_is_among_those_tested():
    if "yajl2_c" not in BACKENDS:
        pytest.skip(f"ijson has no C backend here ({sys.platform}): only {', '.join(BACKENDS)} were tested")
    assert BACKENDS[-1] == "python"
