"""The text of the JSON, and nothing else."""

from __future__ import annotations

import pytest
from streams import ANEW, DELTAS, TEXT, sent

from partway.patches import encoder


@pytest.mark.parametrize("late", range(len(DELTAS) + 1))
def test_the_body_is_the_json_without_fence_or_prose(late: int):
    assert "".join(sent(encoder("text"), DELTAS, late=late)) == TEXT


def test_nothing_is_sent_after_text_that_was_given_up():
    assert "".join(sent(encoder("text"), ANEW)).startswith('{"title": "one"')
    assert "two" not in "".join(sent(encoder("text"), ANEW))
    assert sent(encoder("text"), ANEW, late=2) == ['{"title": "two"}']


def test_it_is_a_body_of_plain_text():
    assert (encoder("text").sse, encoder("text").media_type) == (False, "text/plain; charset=utf-8")
