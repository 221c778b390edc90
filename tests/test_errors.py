"""The errors: their tree, what they carry, and how they say where."""

from __future__ import annotations

import copy
import inspect
import pickle
import re

import pytest
from pydantic import TypeAdapter, ValidationError

from partway import errors
from partway.errors import (
    LimitError,
    MalformedJSONError,
    MismatchError,
    NoJSONError,
    PartwayError,
    RefusalError,
    SourceError,
    TruncatedJSONError,
    UsageError,
    format_path,
)

PARENTS = {
    PartwayError: Exception,
    NoJSONError: PartwayError,
    MalformedJSONError: PartwayError,
    TruncatedJSONError: PartwayError,
    MismatchError: PartwayError,
    LimitError: PartwayError,
    RefusalError: PartwayError,
    SourceError: PartwayError,
    UsageError: RuntimeError,
}

# Text, offset, line and column
PLACES = [
    ("", None, 1, 1),
    ("ab", None, 1, 3),
    ("ab", 0, 1, 1),
    ("ab", 1, 1, 2),
    ("a\nbc", None, 2, 3),
    ("a\nbc", 0, 1, 1),
    ("a\nbc", 1, 1, 2),  # the newline itself ends its line
    ("a\nbc", 2, 2, 1),
    ("a\nbc\n", None, 3, 1),
    ("a\r\nbc", 4, 2, 2),
    ("\n\n\n", 2, 3, 1),
    ("é🍞x", 2, 1, 3),  # characters, not bytes
]

PATHS = [
    ((), ""),
    (("steps",), "steps"),
    (("steps", 2, "text"), "steps[2].text"),
    ((0,), "[0]"),
    ((0, "a"), "[0].a"),
    ((0, 1), "[0][1]"),
    (("a.b",), '["a.b"]'),
    (("a", "b c", "d"), 'a["b c"].d'),
    (("",), '[""]'),
    (("2",), '["2"]'),
    (("größe",), "größe"),
]


def mismatch() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(int).validate_python("x")
    return caught.value


def test_the_tree_is_the_one_that_is_drawn():
    drawn, above = {}, {}
    for line in errors.__doc__.splitlines():
        if found := re.match(r"    ([│├└─ ]*)(\w+)", line):
            depth = len(found[1]) // 4
            above[depth] = found[2]
            drawn[found[2]] = above.get(depth - 1)
    expected = {kind.__name__: parent.__name__ for kind, parent in PARENTS.items()}
    assert drawn == expected | {"Exception": None, "RuntimeError": "Exception"}


def test_each_error_has_the_parent_it_is_said_to_have():
    assert {kind: kind.__base__ for kind in PARENTS} == PARENTS


def test_each_error_of_the_module_is_exported():
    kinds = inspect.getmembers(errors, lambda value: inspect.isclass(value) and value.__module__ == errors.__name__)
    assert sorted(name for name, _ in kinds) == sorted(errors.__all__) == sorted(kind.__name__ for kind in PARENTS)


@pytest.mark.parametrize(("text", "offset", "line", "column"), PLACES)
def test_a_place_is_told_by_line_and_column(text, offset, line, column):
    error = PartwayError("no", text=text, offset=offset)
    assert (error.offset, error.line, error.column) == (len(text) if offset is None else offset, line, column)


def test_an_error_keeps_what_had_arrived():
    partial = object()
    error = NoJSONError("no", partial=partial, text="[1", path=(0,), offset=1)
    assert (error.message, error.partial, error.text, error.path, error.offset) == ("no", partial, "[1", (0,), 1)
    assert error.args == ("no",)


def test_an_error_keeps_nothing_where_nothing_had_arrived():
    error = NoJSONError("no")
    assert (error.partial, error.text, error.path, error.offset) == (None, "", (), 0)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({}, "no"),
        ({"path": ("a",)}, "no"),
        ({"text": "[1,\n2"}, "no (line 2, column 2 of the JSON)"),
        ({"text": "[1,\n2", "offset": 0}, "no (line 1, column 1 of the JSON)"),
        ({"text": "[1,\n2", "path": (1, "a")}, "no (line 2, column 2 of the JSON in [1].a)"),
    ],
)
def test_an_error_says_where(keywords, words):
    assert str(MalformedJSONError("no", **keywords)) == words


def test_a_mismatch_carries_what_pydantic_says():
    inner = mismatch()
    error = MismatchError("no", validation_error=inner, partial=[1], text="[1]", path=(0,), offset=1)
    assert error.validation_error is inner
    assert (error.partial, error.text, error.path, error.offset) == ([1], "[1]", (0,), 1)
    assert str(error) == "no (line 1, column 2 of the JSON in [0])"


def test_a_mismatch_needs_it():
    with pytest.raises(TypeError, match="validation_error"):
        MismatchError("no")


@pytest.mark.parametrize("kind", [kind for kind in PARENTS if kind not in {MismatchError, UsageError}])
@pytest.mark.parametrize("copied", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))], ids=["copy", "pickle"])  # noqa: S301  # our own
def test_a_copy_keeps_all(kind, copied):
    error = copied(kind("no", partial={"a": 1}, text="[1", path=(0,), offset=1))
    assert type(error) is kind
    assert (error.message, error.partial, error.text, error.path, error.offset) == ("no", {"a": 1}, "[1", (0,), 1)


@pytest.mark.parametrize(("path", "written"), PATHS)
def test_a_path_is_written_as_people_do(path, written):
    assert format_path(path) == written
