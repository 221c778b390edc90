"""The limits: their defaults, what they take, and that the text at a limit passes and one character more does not."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from partway import Extractor, LimitError, Limits, MismatchError, UsageError

DEFAULTS = {
    "max_chars": 16_777_216,
    "max_depth": 200,
    "max_string": 16_777_216,
    "max_number_digits": 4300,
    "max_candidates": 1000,
    "max_rejected": 10_000,
    "max_event": 16 * 1024 * 1024,
}

# (name, limit, text at the limit, text beyond it)
EDGES = [
    ("max_chars", 6, '["ab"]', '["abc"]'),
    ("max_depth", 3, "[[[]]]", "[[[[]]]]"),
    ("max_depth", 3, '[{"a":[]}]', '[{"a":[{}]}]'),
    ("max_string", 3, '["abc"]', '["abcd"]'),
    ("max_string", 3, '[{"abc":1}]', '[{"abcd":1}]'),
    ("max_string", 3, r'["\u00e9\u00e9\n"]', r'["\u00e9\u00e9\n."]'),
    ("max_number_digits", 3, "[123]", "[1234]"),
    ("max_number_digits", 4, "[-123]", "[-1234]"),
    ("max_candidates", 2, "[1, x [2]", "[1, x [2, x [3]"),
]  # fmt: skip


def test_the_defaults_are_documented():
    assert dataclasses.asdict(Limits()) == DEFAULTS


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_limit_is_a_whole_number_from_one(name):
    assert getattr(Limits(**{name: 1}), name) == 1
    for value in [0, -1, True, False, 1.0, "1", None, float("inf")]:
        with pytest.raises(UsageError, match=f"{name} must be a whole number from 1, got {value!r}"):
            Limits(**{name: value})


def test_limits_are_given_by_name_and_cannot_be_changed():
    with pytest.raises(TypeError, match="positional"):
        Limits(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Limits().max_chars = 1
    assert not hasattr(Limits(), "__dict__")
    assert Limits(max_depth=3) == Limits(max_depth=3) != Limits()


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize(("name", "limit", "inside", "beyond"), EDGES)
def test_a_text_at_a_limit_passes_and_one_beyond_it_does_not(name, limit, inside, beyond, size):
    def fed(text: str) -> Any:
        extractor = Extractor(list[Any], limits=Limits(**{name: limit}))
        for at in range(0, len(text), size):
            extractor.feed(text[at : at + size])
        return extractor.finish()

    assert fed(inside) == json.loads(inside[inside.rfind("[2") if name == "max_candidates" else 0 :])
    with pytest.raises(LimitError, match=f"{name}={limit}"):
        fed(beyond)


@pytest.mark.parametrize("size", [1, 2, 100])
def test_as_many_values_as_are_allowed_may_not_fit_and_one_more_ends_it(size):
    def fed(text: str) -> Any:
        extractor = Extractor(dict[str, list[int]], limits=Limits(max_rejected=4))
        for at in range(0, len(text), size):
            extractor.feed(text[at : at + size])
        return extractor.finish()

    # Two numbers, and the two arrays that do not fit because of them; the whole is one too many, and counts as the end.
    with pytest.raises(MismatchError) as inside:
        fed('{"a":["x"],"b":["y"]}')
    assert inside.value.validation_error.error_count() == 2
    with pytest.raises(LimitError, match="more than max_rejected=4 values do not fit their type") as beyond:
        fed('{"a":["x"],"b":["y"],"c":[1],"d":["z",2]}')
    assert beyond.value.partial == {"a": [None], "b": [None], "c": [1], "d": [None]}
    assert (beyond.value.path, beyond.value.offset) == (("d",), 37)
