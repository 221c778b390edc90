"""Whatever the type, the document, the cut and the moments: each reader has pydantic's dump of the snapshot."""

from __future__ import annotations

import dataclasses
import json
import runpy
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kinds import DOCUMENTS
from pydantic import BaseModel, TypeAdapter
from strategies import Case, cases, cuts
from unions import ConfusedError, union_cases

from partway import Extractor, stream
from partway._recording import read_recording
from partway.errors import PartwayError
from partway.patches import Log

sys.path.insert(0, str(Path(__file__).parents[1] / "patches"))
from readers import READERS, CompactReader, Reader, exact

SEEDS = st.integers(0, 10**6)


def assert_dumped(tp: Any, snapshot: Any, found: Any) -> None:
    """What was found is what pydantic dumps of the snapshot."""
    if isinstance(snapshot, BaseModel):
        should = json.loads(snapshot.model_dump_json(by_alias=True, exclude_unset=True, warnings=False))
    elif snapshot is None:
        should = None
    else:
        should = json.loads(TypeAdapter(tp).dump_json(snapshot, by_alias=True, exclude_unset=True, warnings=False))
    if exact(found) != exact(should):
        assert_arrived(snapshot, should, found)


def assert_arrived(value: Any, should: Any, found: Any) -> None:
    """The same, but for what pydantic dumps as null though it has not arrived."""
    if isinstance(value, list | tuple) and isinstance(should, list):
        assert len(value) == len(should) == len(found)
        for part, inner, has in zip(value, should, found, strict=True):
            assert_arrived(part, inner, has)
    elif isinstance(value, Mapping) and isinstance(should, dict):
        assert should.keys() == found.keys()
        for part, (key, inner) in zip(value.values(), should.items(), strict=True):
            assert_arrived(part, inner, found[key])
    elif isinstance(should, dict):
        assert found.keys() <= should.keys()
        fields = getattr(type(value), "__pydantic_fields__", {})
        names = {info.alias or name: name for name, info in fields.items()}
        extra = getattr(value, "__pydantic_extra__", None) or {}  # one may be called as a field with an alias is
        for key, inner in should.items():
            part = extra[key] if key in extra and key not in names else getattr(value, names.get(key, key))
            if key in found:
                assert_arrived(part, inner, found[key])
            else:  # all fields of an open dataclass are there; an extra may have the name of a field with an alias
                is_open = dataclasses.is_dataclass(value) and type(value).__name__.startswith("Partial[")
                assert part is None
                assert is_open or names[key] in value.model_extra
    else:
        assert exact(found) == exact(should)


def assert_replayed(tp: Any, deltas: list[str], seed: int, **options: Any) -> None:
    """Feed the deltas; look and read at random moments, and let readers join on the way."""
    random = Random(seed)  # noqa: S311  # to be repeated
    extractor: Extractor[Any] = Extractor(tp, **options or {"json_only": True})
    log = Log(extractor, keep=random.randint(1, 5))
    readers: list[Reader] = [make(log) for make in READERS]
    error: Exception | None = None
    try:
        for delta in deltas:
            extractor.feed(delta)
            if random.randrange(4):
                log.look()
                assert_dumped(tp, extractor.snapshot, log.value)
                read(log, readers, random)
        extractor.finish()
    except (PartwayError, ConfusedError) as failed:
        error = failed
    log.end(error)
    for reader in readers:
        reader.look()
        assert exact(reader.value) == exact(reader.expected(log.value)), reader.format
        assert reader.ending == ("complete" if error is None else "error")
    if not isinstance(error, ConfusedError):
        assert_dumped(tp, extractor.snapshot, log.value)


def read(log: Log, readers: list[Reader], random: Random) -> None:
    if random.randrange(10) == 0:
        readers += [make(log) for make in READERS]
    for at, reader in enumerate(readers):
        if (
            isinstance(reader, CompactReader) and random.randrange(4) == 0
        ):  # it has lost its connection, and comes again
            readers[at] = reader.again()
    for reader in readers:
        if random.randrange(2):
            reader.look()
            assert exact(reader.value) == exact(reader.expected(log.value)), reader.format


@given(cases(valid=None), st.data(), SEEDS)
def test_every_reader_has_the_dump_of_the_snapshot(case: Case, data: st.DataObject, seed: int):
    assert_replayed(case.spec.tp, data.draw(cuts(case.text)), seed)
    assert_replayed(case.spec.tp, list(case.text), seed)


@given(union_cases(), SEEDS)
def test_so_it_has_with_unions_and_repeated_keys(case: Case, seed: int):
    assert_replayed(case.spec.tp, list(case.text), seed)


@given(st.sampled_from(DOCUMENTS), SEEDS)
def test_so_it_has_with_every_kind_of_type(document: tuple[Any, str], seed: int):
    tp, text = document
    assert_replayed(tp, list(text), seed)


@given(cases(valid=None), st.data(), SEEDS)
def test_so_it_has_when_what_was_shown_is_given_up(case: Case, data: st.DataObject, seed: int):
    draft = case.text[: data.draw(st.integers(0, len(case.text)))]
    text = f"Draft:\n```json\n{draft}\n```\nNo:\n```json\n{case.text}\n```\n"
    assert_replayed(case.spec.tp, data.draw(cuts(text)), seed, limits=None)
    assert_replayed(case.spec.tp, list(text), seed, limits=None)


EXAMPLES = Path(__file__).parents[2] / "examples"
RECORDED = [("expedition.jsonl", "expedition.py", "Expedition"), ("language.md", "language.py", "Language")]


@pytest.mark.parametrize(("recording", "module", "name"), RECORDED)
def test_so_it_has_in_a_run_over_what_was_recorded(recording: str, module: str, name: str):
    tp = runpy.run_path(str(EXAMPLES / module))[name]
    random = Random(0)  # noqa: S311  # as above
    run = stream(read_recording((EXAMPLES / recording).read_text("utf-8")).chunks, tp)
    log = Log(run)
    readers: list[Reader] = [make(log) for make in READERS]
    for _ in run:
        log.look()
        assert_dumped(tp, run.snapshot, log.value)
        read(log, readers, random)
    log.end()
    for reader in readers:
        reader.look()
        assert exact(reader.value) == exact(reader.expected(log.value))
        assert reader.ending == "complete"
    assert_dumped(tp, run.result(), log.value)
