"""The steps from one JSON value to another."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readers import exact

from partway.patches import Change, replay
from partway.patches._difference import difference, same

ATOMS = (
    st.none()
    | st.booleans()
    | st.integers(0, 2)
    | st.sampled_from([0.0, 1.0, float("nan")])
    | st.text("ab", max_size=3)
)
VALUES = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xy", max_size=2), inner, max_size=3)
)

STEPS: list[tuple[Any, Any, list[Change]]] = [
    ("ab", "abc", [Change("append", (), "c")]),
    ("", "abc", [Change("replace", (), "abc")]),
    ("abc", "ab", [Change("replace", (), "ab")]),
    ({"a": 1, "b": 2}, {"b": 2, "c": 3}, [Change("remove", ("a",), None), Change("add", ("c",), 3)]),
    ([1, "a"], [1, "ab", {}], [Change("append", (1,), "b"), Change("add", (2,), {})]),
    ([1, 2], [1], [Change("replace", (), [1])]),
    ({"a": [1]}, {"a": {"0": 1}}, [Change("replace", ("a",), {"0": 1})]),
    (1, 1.0, [Change("replace", (), 1.0)]),
    (1, True, [Change("replace", (), True)]),
    (None, None, []),
    (float("nan"), float("nan"), []),
]


@pytest.mark.parametrize(("old", "new", "steps"), STEPS)
def test_the_steps_are_few(old: Any, new: Any, steps: list[Change]):
    assert list(difference((), old, new)) == steps
    assert same(old, new) == (not steps)


@given(VALUES, VALUES)
def test_the_steps_lead_from_one_to_the_other(old: Any, new: Any):
    steps = list(difference((), old, new))
    assert exact(replay(steps, deepcopy(old))) == exact(new)
    assert bool(steps) == (exact(old) != exact(new))


def test_a_path_is_in_front_of_each():
    assert list(difference(("a", 0), {"b": 1}, {"b": 2})) == [Change("replace", ("a", 0, "b"), 2)]
