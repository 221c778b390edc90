"""Lexemes: what was met before is told as the pattern tells it, and the n-th is found where it stands."""

from __future__ import annotations

import itertools

import pytest

from partway._lexemes import REACH, SHORT, find, lexeme, whole_lexemes, whole_until

ALPHABET = ['"', "{", "]", ":", ",", " ", "1", "a", "true", "null", "\\"]
TEXT = '{"a\\"}": [true, -1.5e3, "x"], "b": null}'
LEXEMES = ["{", '"a\\"}"', "[", "true", "-1.5e3", '"x"', "]", '"b"', "null", "}"]


def test_what_is_looked_up_of_a_short_text_is_what_the_pattern_says():
    pattern = whole_lexemes(18)
    told = 0
    for size in range(5):
        for parts in itertools.product(ALPHABET, repeat=size):
            text = "".join(parts)
            if len(text) > SHORT or (far := whole_until(text)) < 0:
                continue
            told += 1
            matched = pattern.match(text)
            assert matched is not None
            assert far == matched.end(), text
    assert told > 1000  # it is of use


@pytest.mark.parametrize(("count", "expected"), list(enumerate(LEXEMES)))
def test_a_lexeme_is_found_by_how_many_come_before_it(count: int, expected: str):
    assert lexeme(TEXT, 0, count).group() == expected


@pytest.mark.parametrize(("count", "expected"), list(enumerate(LEXEMES)))
def test_a_mark_is_looked_up_in_the_text_behind_its_origin(count: int, expected: str):
    text = "[ " * 100 + TEXT
    asked: list[tuple[int, int]] = []

    def read(start: int, end: int) -> str:
        asked.append((start, end))
        return text[start:end]

    at = find(read, (200, count))
    assert text.startswith(expected, at)
    assert asked == [(200, 200 + REACH)]


def test_a_mark_that_is_the_place_itself_needs_no_text():
    assert find(lambda *_: pytest.fail("it read the text"), (7, -1)) == 7
