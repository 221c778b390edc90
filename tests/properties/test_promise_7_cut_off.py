"""Cut off is never complete: a text that ends inside the JSON raises `TruncatedJSONError`, with all that arrived."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from story import shape
from strategies import CONTAINERS, MODELS, WRAPPINGS, Case, Even, cases, fits

from partway import Extractor, State, stream
from partway.errors import NoJSONError, PartwayError, TruncatedJSONError


def assert_truncated(extractor: Extractor[Any], expected: tuple[type[PartwayError], ...], text: str) -> None:
    before, shown = extractor.partial, shape(extractor.partial)
    with pytest.raises(PartwayError) as caught:
        extractor.finish()
    assert type(caught.value) in expected
    assert shape(caught.value.partial) == shown
    assert shape(before) == shown
    if type(caught.value) is TruncatedJSONError:
        assert caught.value.text.rstrip() == text.rstrip()


@given(cases(CONTAINERS.filter(lambda spec: spec.kind in ("inside", "set")), valid=None), st.data())
def test_no_strict_prefix_of_a_document_is_complete(case: Case, data: st.DataObject):
    if case.text[0] not in "{[":
        return
    step = max(1, len(case.text) // 60)
    for end in range(data.draw(st.integers(0, step - 1)), len(case.text), step):
        text = case.text[:end]
        for deltas in ([text], list(text)):
            extractor = Extractor(case.spec.tp, json_only=True)
            for delta in deltas:
                extractor.feed(delta)
            assert_truncated(extractor, (TruncatedJSONError,) if text else (TruncatedJSONError, NoJSONError), text)


@given(cases(MODELS), st.sampled_from(WRAPPINGS), st.data())
def test_no_prefix_of_a_wrapped_document_is_complete(case: Case, wrapping: Any, data: st.DataObject):
    if not fits(wrapping, case.spec):
        return
    end = data.draw(st.integers(0, len(case.text) - 1))
    extractor = Extractor(case.spec.tp)
    extractor.feed(wrapping.before + case.text[:end])
    begun = len(case.text[:end].rstrip()) > 1  # `{` alone may still be prose
    assert extractor.state() is (State.STREAMING if begun else extractor.state())
    expected = (TruncatedJSONError,) if begun else (TruncatedJSONError, NoJSONError)
    assert_truncated(extractor, expected, case.text[:end])


@pytest.mark.parametrize(
    "text", ["", " ", "no JSON here", "```json\n", "<think>{}</think>", "[1, 2]", "```python\n{}\n```\n"]
)
def test_a_text_without_json_says_how_it_began(text: str):
    extractor = Extractor(Even)
    extractor.feed(text)
    with pytest.raises(NoJSONError) as caught:
        extractor.finish()
    assert text.strip()[:10].strip("`\n") in str(caught.value)


def test_a_fence_closed_inside_the_json_cuts_it_off():
    extractor = Extractor(dict[str, list[int]])
    extractor.feed('```json\n{"a": [1, 2\n```\n')
    with pytest.raises(PartwayError) as caught:
        extractor.finish()
    assert caught.value.partial == {"a": [1, 2]}


def chunk(content: str | None, reason: str | None = None) -> dict[str, Any]:
    delta = {"role": "assistant", "content": content}
    return {
        "id": "x",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
    }


@pytest.mark.parametrize("content", ['{"number": 2, "note": "so fa', '{"number": 2}', '{"number": 2'])
def test_a_limit_of_the_provider_cuts_it_off(content: str):
    run = stream([chunk(content), chunk(None, "length")], Even)
    with pytest.raises(TruncatedJSONError) as caught:
        run.result()
    assert caught.value.text == content


def test_the_last_partial_of_a_stream_that_is_cut_off_is_shown():
    seen = []
    with pytest.raises(TruncatedJSONError) as caught:
        seen.extend(partial.note for partial in stream(['{"note": "a', "b", "c"], Even))
    assert caught.value.partial.note == "abc"
