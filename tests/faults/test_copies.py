"""Copies and pickles of partials, errors, events and limits; and what is refused, clearly."""

from __future__ import annotations

import copy
import dataclasses
import multiprocessing
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import told_models
from pydantic import BaseModel
from told_models import ERRORS, PARTIALS, Private, Recipe, Step, error_of, fail, partial_of

from partway import (
    Completed,
    Extractor,
    Limits,
    MismatchError,
    Partial,
    PartwayError,
    Rejected,
    Rejection,
    SourceError,
    State,
    stream,
    stream_all,
    stream_choices,
    stream_tools,
)

PROTOCOLS: list[Callable[[Any], Any]] = [
    lambda value, protocol=protocol: pickle.loads(pickle.dumps(value, protocol))  # noqa: S301  # our own
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
]
COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle {protocol}": way for protocol, way in enumerate(PROTOCOLS)},
    "twice": lambda value: copy.copy(PROTOCOLS[-1](copy.deepcopy(value))),
}


def parts_of(value: Any) -> Any:
    """All that can be seen of a value: classes, what is set, what is there."""
    if isinstance(value, BaseModel):
        fields = {name: parts_of(getattr(value, name)) for name in type(value).model_fields}
        extra = {key: parts_of(part) for key, part in (value.model_extra or {}).items()}
        return type(value), fields, extra, value.model_fields_set, value.__pydantic_private__
    if dataclasses.is_dataclass(value):
        return type(value), {field.name: parts_of(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return dict, {key: parts_of(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value), [parts_of(part) for part in value]
    return type(value), value


@pytest.mark.parametrize("looked_at", [False, True], ids=["unseen", "seen"])
@pytest.mark.parametrize("way", list(COPIES))
@pytest.mark.parametrize(("type_", "text", "options"), PARTIALS, ids=str)
def test_a_copy_of_a_partial_shows_the_same(type_, text, options, way, looked_at):
    partial = partial_of(type_, text, **options)
    if looked_at:
        repr(partial)
    made = COPIES[way](partial)
    assert parts_of(made) == parts_of(partial_of(type_, text, **options)) == parts_of(partial)
    assert made == partial
    assert made is not partial
    if isinstance(type_, type) and isinstance(partial, BaseModel) and not options:
        assert isinstance(made, type_)
        assert type(made) is Partial[type_]
        assert made.model_dump(exclude_unset=True, warnings="error") == partial.model_dump(exclude_unset=True)
        with pytest.raises(ValueError, match="frozen"):
            made.title = "x"


@pytest.mark.parametrize("deep", [False, True], ids=["shallow", "deep"])
@pytest.mark.parametrize(
    ("type_", "text", "options"), [row for row in PARTIALS if isinstance(partial_of(*row[:2]), BaseModel)], ids=str
)
def test_a_model_copy_of_a_partial_shows_the_same(type_, text, options, deep):
    partial = partial_of(type_, text, **options)
    made = partial.model_copy(deep=deep)
    assert parts_of(made) == parts_of(partial)
    first = next(iter(type(partial).model_fields))
    changed = partial.model_copy(update={first: None}, deep=deep)
    assert getattr(changed, first) is None
    assert parts_of(made) == parts_of(partial)


def test_a_copy_is_independent_where_it_is_deep():
    partial = partial_of(Recipe, '{"title": "T", "steps": [{"text": "a"}, {"text": "b')
    deep, shallow = copy.deepcopy(partial), copy.copy(partial)
    assert shallow.steps is partial.steps
    assert deep.steps is not partial.steps
    assert deep.steps[0] is not partial.steps[0]
    assert deep == partial


def test_a_private_attribute_is_copied():
    partial = partial_of(Private, '{"a": "x')
    partial._list.append(2)
    for way in COPIES.values():
        assert (way(partial)._secret, way(partial)._list) == ("s", [1, 2])


def test_a_copy_does_not_change_when_the_run_goes_on():
    extractor = Extractor(Recipe)
    extractor.feed('{"title": "T", "steps": [{"text": "a')
    taken = extractor.partial
    copies = [way(taken) for way in COPIES.values()]
    extractor.feed('b"}], "tags": ["x"]}')
    assert all(made.steps[0].text == "a" and made.tags is None for made in copies)
    assert all(made != extractor.finish() for made in copies[:1])


def test_a_partial_is_read_by_a_process_that_has_made_none():
    command = [sys.executable, str(Path(told_models.__file__))]
    written = subprocess.run([*command, "write"], stdout=subprocess.PIPE, check=True).stdout  # noqa: S603  # our own
    read = subprocess.run([*command, "read"], input=written, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603
    assert read.decode().splitlines() == [repr(partial_of(*row[:2])) for row in PARTIALS[:-2]]


@pytest.mark.parametrize("way", list(COPIES))
@pytest.mark.parametrize(("type_", "text"), ERRORS, ids=str)
def test_a_copy_of_an_error_keeps_all(type_, text, way):
    error = error_of(type_, text)
    error.add_note("noted")
    made = COPIES[way](error)
    assert type(made) is type(error)
    assert parts_of(made.partial) == parts_of(error.partial)
    assert (made.text, made.path, made.offset, made.line, made.column) == (
        *(error.text, error.path, error.offset, error.line, error.column),
    )
    assert (str(made), made.message, made.__notes__) == (str(error), error.message, ["noted"])
    if isinstance(error, MismatchError):
        assert str(made.validation_error) == str(error.validation_error)
        assert len(made.validation_error.errors()) == len(error.validation_error.errors())


def test_a_code_of_a_provider_is_copied():
    run = stream([{"error": {"message": "Slow down", "code": "429"}}], Step)
    with pytest.raises(SourceError) as caught:
        run.result()
    assert caught.value.code == "429"
    assert all(way(caught.value).code == "429" for way in COPIES.values())


def test_an_error_of_another_process_comes_through_whole():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        for type_, text in ERRORS:
            with pytest.raises(PartwayError) as caught:
                pool.apply(fail, (type_, text))
            expected = error_of(type_, text)
            assert type(caught.value) is type(expected)
            assert parts_of(caught.value.partial) == parts_of(expected.partial)
            assert (caught.value.text, str(caught.value)) == (expected.text, str(expected))


@pytest.mark.parametrize("way", list(COPIES))
def test_copies_of_events_states_and_limits_are_equal(way):
    events: list[Any] = []
    extractor: Any = Extractor(Recipe, on_event=events.append)
    extractor.feed('{"title": 7, "steps": [{"text": "Bo')
    extractor.feed('il."}]} {"title": "T", "point": {"x": 1}, "pet": {"kind": "cat"}}')
    extractor.finish()
    assert len({type(event) for event in events}) == 6
    for event in [*events, Rejection(("title",), events[1], "7"), Limits(max_depth=3), *State]:
        made = COPIES[way](event)
        assert type(made) is type(event)
        if isinstance(event, Rejected | Rejection):  # pydantic's errors are equal to themselves alone
            assert (made.path, str(made.error)) == (event.path, str(event.error))
        else:
            assert made == event
        if isinstance(event, Completed):
            assert parts_of(made.value) == parts_of(event.value)
    assert COPIES[way](State.STREAMING) is State.STREAMING


MAKE_RUNS: dict[str, Callable[[Any], Any]] = {
    "stream": lambda source: stream(source, Step),
    "stream_all": lambda source: stream_all(source, Step),
    "stream_choices": lambda source: stream_choices(source, Step),
    "stream_tools": lambda source: stream_tools(source, {"step": Step}),
    "one of several": lambda source: next(iter(stream_all(source, Step))),
}


async def no_chunks() -> Any:
    yield "{"


@pytest.mark.parametrize("way", list(COPIES))
@pytest.mark.parametrize("make", list(MAKE_RUNS))
def test_a_run_is_not_copied(make, way):
    sources: list[Any] = [['{"text": "a'], *([no_chunks()] if make != "one of several" else [])]
    for source in sources:
        run = MAKE_RUNS[make](source)
        with pytest.raises(TypeError, match="a run cannot be copied or pickled, since it reads a source"):
            COPIES[way](run)
