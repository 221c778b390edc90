"""Only its own errors: whatever the text, a value or a `PartwayError` comes out, and it stays usable to the end."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from story import tell
from strategies import Case, Chain, Color, Even, Tree, cases, cuts, prose

from partway import Extractor, Limits, stream
from partway._reader import BACKENDS
from partway.errors import LimitError, PartwayError, UsageError

TYPES: list[Any] = [
    Even,
    Tree,
    Chain,
    Any,
    int,
    str,
    float,
    bool,
    None,
    Color,
    list[Any],
    dict[str, int],
    set[int],
    tuple[int, str],
    dict[str, int] | list[int] | None,
    list[Even | Tree] | Even,
]
TYPE = st.sampled_from(TYPES)
ANY_TEXT = st.text(st.characters(), max_size=60)  # surrogates too
JSON_LIKE = st.text(
    st.sampled_from('{}[]",:\\u0123456789abcdefABCDEF.+-eE truefalsn`~\n\r\t\x00\ud83d\ude00é'), max_size=60
)
JSON_PIECES = st.lists(
    st.sampled_from(
        [
            "{",
            "}",
            "[",
            "]",
            '"',
            ",",
            ":",
            "true",
            "null",
            "1",
            "-",
            "1e5",
            "\\",
            "\\u",
            "d83d",
            "\\ud83d",
            "\\ude00",
            " ",
            '"number"',
            '"name"',
            '"kids"',
            "NaN",
            "Infinity",
            "0",
            "01",
            "1.",
            ".5",
            "\n",
            "\ufeff",
            "//",
            "/*",
            "'",
            '{"number":',
            '{"name":"',
            '{"kids":[',
            '"2024-02-30"',
            '{"head":',
            "9" * 5000,
            "[" * 250,
        ]
    ),
    max_size=14,
).map("".join)
TEXTS = st.one_of(ANY_TEXT, JSON_LIKE, JSON_PIECES, prose())


def survive(tp: Any, deltas: list[str], **options: Any) -> None:
    """Feed to the end; `tell` lets through all but our own errors. What is left must still be readable."""
    story = tell(tp, deltas, snapshots=True, **options)
    extractor = story.extractor
    assert isinstance(extractor.text, str)
    repr((extractor.partial, extractor.state(), extractor.open_path, extractor.candidate))
    if story.error is not None:
        assert type(story.error) is not PartwayError
        assert str(story.error)
        assert 0 <= story.error.offset <= len(story.error.text)
        assert story.error.line >= 1
        assert story.error.column >= 1
        assert not isinstance(story.error, RuntimeError)


@given(TYPE, TEXTS, st.booleans(), st.data())
def test_any_text_ends_in_a_value_or_an_error_of_ours(tp: Any, text: str, json_only: bool, data: st.DataObject):
    survive(tp, [text], json_only=json_only)
    survive(tp, list(text), json_only=json_only)
    survive(tp, data.draw(cuts(text)), json_only=json_only)


@given(TYPE, TEXTS, st.sampled_from(BACKENDS))
def test_any_text_ends_so_on_every_backend(tp: Any, text: str, backend: str):
    survive(tp, [text], json_only=True, backend=backend)


@given(cases(valid=None), st.data())
def test_a_document_with_some_characters_changed_ends_so_too(case: Case, data: st.DataObject):
    characters = list(case.text)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(characters)))
        what = data.draw(st.one_of(st.characters(), st.sampled_from('{}[]",:\\0-e.')))
        characters[at : at + data.draw(st.integers(0, 1))] = [what]
    text = "".join(characters)
    survive(case.spec.tp, [text], json_only=True)
    survive(case.spec.tp, list(text))


@given(
    TYPE, st.one_of(st.binary(max_size=60), TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))), st.data()
)
@example(Any, b'"\xf0\x9f\x98\x80"', None)
@example(Any, b'"\xed\xa0\xbd"', None)
@example(Any, b"\xff\xfe", None)
@example(Any, b'"\xe2\x82', None)
def test_any_bytes_cut_anywhere_end_in_a_value_or_an_error_of_ours(tp: Any, raw: bytes, data: st.DataObject | None):
    at = data.draw(st.integers(0, len(raw))) if data else len(raw) // 2
    for source in ([raw], [raw[:at], raw[at:]], [raw[i : i + 1] for i in range(len(raw))]):
        for json_only in (True, False):
            try:
                stream(source, tp, json_only=json_only).result()
            except PartwayError as error:
                assert str(error)  # noqa: PT017 # or no error at all


@given(cases(valid=None), st.data())
def test_limits_are_limits_and_nothing_else(case: Case, data: st.DataObject):
    draw = lambda: data.draw(st.integers(1, 30))  # noqa: E731
    limits = Limits(
        max_chars=draw() * 10,
        max_depth=draw(),
        max_string=draw(),
        max_number_digits=draw(),
        max_candidates=3,
        max_rejected=draw(),
    )
    survive(case.spec.tp, [case.text], json_only=True, limits=limits)
    survive(case.spec.tp, list(case.text), limits=limits)


LIMITS: list[tuple[Limits, str]] = [
    (Limits(max_chars=20), '{"a": "' + "x" * 30 + '"}'),
    (Limits(max_depth=3), "[[[[1]]]]"),
    (Limits(max_depth=3), '{"a":{"a":{"a":{}}}}'),
    (Limits(max_string=5), '["123456"]'),
    (Limits(max_string=5), '{"123456": 1}'),
    (Limits(max_number_digits=5), "[123456]"),
    (Limits(max_number_digits=5), "[1.1234567]"),
]


@pytest.mark.parametrize("json_only", [True, False])
@pytest.mark.parametrize(("limits", "text"), LIMITS)
def test_a_limit_is_named_with_both_numbers(limits: Limits, text: str, json_only: bool):
    for deltas in ([text], list(text)):
        story = tell(Any, deltas, limits=limits, json_only=json_only)
        assert type(story.error) is LimitError
        assert "max_" in str(story.error)


def test_what_is_within_the_limits_passes():
    limits = Limits(max_chars=30, max_depth=3, max_string=5, max_number_digits=5)
    assert tell(Any, list('[[["12345", 12345]]]'), limits=limits).result == [[["12345", 12345]]]


def test_more_candidates_than_allowed_is_an_error():
    text = '{"number": 1} {"number": 3} {"number": 5} {"number": 7} {"number": 2}'
    assert type(tell(Even, [text], limits=Limits(max_candidates=3)).error) is LimitError
    assert type(tell(Even, list(text), limits=Limits(max_candidates=3)).error) is LimitError
    assert tell(Even, list(text), limits=Limits(max_candidates=5)).result == Even(number=2)


def test_calls_out_of_order_are_usage_errors():
    extractor = Extractor(Even)
    extractor.feed('{"number": 2}')
    extractor.finish()
    with pytest.raises(UsageError):
        extractor.feed("more")


def test_an_error_in_the_callback_is_the_callers_own():
    def refuse(event: Any) -> None:
        raise ZeroDivisionError(event)

    with pytest.raises(ZeroDivisionError):
        Extractor(Even, on_event=refuse).feed(json.dumps({"number": 2}))


@pytest.mark.parametrize("source", [1, None, '{"number": 2}', b'{"number": 2}', object()])
def test_a_wrong_source_is_a_usage_error(source: Any):
    with pytest.raises(UsageError):
        stream(source, Even)


class NoType:
    pass


@pytest.mark.parametrize("tp", [NoType, 3, "nothing"])
def test_a_wrong_type_is_a_usage_error(tp: Any):
    with pytest.raises(UsageError):
        Extractor(tp)
