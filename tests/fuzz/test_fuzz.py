"""The fuzzers can be trusted: every seed passes, every planted fault is found, and what was found can be read again."""

from __future__ import annotations

import copy
import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import differences
import engine
import inputs
import promises
import pytest
import run
import typetable
from differences import KNOWN, REFUSED, expected_of, ours_of
from holding import times
from inputs import Input
from seeds import SEEDS
from strategies import Even

from needed import need
from partway import Extractor

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.no_cover,  # times and memory are compared here
    pytest.mark.filterwarnings("ignore:(?s).*a default that no text contains"),  # does not fit the field, as is meant
]

LISTS = typetable.numbered(list[Any])
EVEN = typetable.numbered(Even)

# ------------------------------------------------------------------------------------------- what is checked


in_ci = pytest.mark.skipif(os.environ.get("CI") == "true", reason="the fuzzers begin with the seeds, and CI runs them")


@in_ci
@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_every_seed_passes(number: int):
    promises.check(SEEDS[number])


@in_ci
@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_every_seed_is_the_same_to_other_parsers(number: int):
    need("jsonriver")
    differences.check(SEEDS[number])


def half_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Extractor.partial.__get__

    def partial(self: Any) -> Any:
        value, cut = real(self), self._reader.carry.lstrip(" ,")
        return [*value, int(cut)] if isinstance(value, list) and cut.isdigit() else value

    monkeypatch.setattr(Extractor, "partial", property(partial))


def a_string_that_shrinks(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Extractor.partial.__get__

    def partial(self: Any) -> Any:
        value = real(self)
        shrinks = isinstance(value, list) and value and value[-1] == "text"
        return [*value[:-1], "t"] if shrinks else value

    monkeypatch.setattr(Extractor, "partial", property(partial))


def a_snapshot_that_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Extractor.partial.__get__
    monkeypatch.setattr(Extractor, "partial", property(lambda self: copy.deepcopy(real(self))))


def an_error_of_another_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Extractor.feed

    def feed(self: Any, delta: str) -> bool:
        if "x" in delta:
            raise ValueError(delta)
        return real(self, delta)

    monkeypatch.setattr(Extractor, "feed", feed)


def a_cut_that_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Extractor.feed
    monkeypatch.setattr(Extractor, "feed", lambda self, delta: real(self, "y" if delta == "x" else delta))


def a_result_that_is_not_pydantics(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Extractor.finish
    monkeypatch.setattr(Extractor, "finish", lambda self: [*real(self), 1])


def a_document_that_may_be_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Extractor.finish

    def finish(self: Any) -> Any:
        if self.text.startswith("[") and not self.text.endswith("]"):
            self.feed("]")
        return real(self)

    monkeypatch.setattr(Extractor, "finish", finish)


def a_change_that_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Extractor.feed
    monkeypatch.setattr(Extractor, "feed", lambda self, delta: real(self, delta) and False)


def an_event_that_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Extractor.__init__

    def init(self: Any, *arguments: Any, on_event: Any = None, **options: Any) -> None:
        passed = None if on_event is None else lambda event: None if "text" in repr(event) else on_event(event)
        real(self, *arguments, on_event=passed, **options)

    monkeypatch.setattr(Extractor, "__init__", init)


def work_that_grows_with_the_square(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Extractor.feed

    def feed(self: Any, delta: str) -> bool:
        sum(map(ord, 2 * self.text))
        return real(self, delta)

    monkeypatch.setattr(Extractor, "feed", feed)


def memory_that_is_not_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    real, kept = Extractor.feed, []

    def feed(self: Any, delta: str) -> bool:
        kept.append(self.text)
        return real(self, delta)

    monkeypatch.setattr(Extractor, "feed", feed)


TEXT = Input(LISTS, '["text", 12, [1, "x"], 345]', every=1, mode=1)
LONG = Input(LISTS, '["ab"]', every=8, mode=1, repeated=(2, 1, 500))
FAULTS: list[tuple[Callable[[pytest.MonkeyPatch], None], Input, str]] = [
    (half_a_number, TEXT, "has not been told|check_seen|taken back|not what was shown"),
    (a_string_that_shrinks, TEXT, "taken back|check_told|made anew|made twice"),
    (a_snapshot_that_is_made_anew, TEXT, "made anew|made twice"),
    (an_error_of_another_kind, TEXT, "^ValueError"),
    (a_cut_that_matters, TEXT, "the cuts change"),
    (a_result_that_is_not_pydantics, TEXT, "not pydantic's"),
    (a_document_that_may_be_cut_off, TEXT, "the beginning of a document"),
    (a_change_that_is_not_told, TEXT, "nothing changed"),
    (an_event_that_is_lost, TEXT, "_check_states|_check_seen|_read"),
    (work_that_grows_with_the_square, LONG, "work grows"),
    (memory_that_is_not_given_back, LONG, "memory|work grows"),
]


@pytest.mark.parametrize(("fault", "found", "kind"), FAULTS, ids=[fault.__name__ for fault, _, _ in FAULTS])
def test_a_planted_fault_is_found(
    fault: Callable[[pytest.MonkeyPatch], None], found: Input, kind: str, monkeypatch: pytest.MonkeyPatch
):
    assert engine.trouble_of(promises.check, found) is None
    fault(monkeypatch)
    trouble = engine.trouble_of(promises.check, found)
    assert trouble is not None
    assert re.search(kind, trouble[0]), trouble[0]


def another_value(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Extractor.finish
    monkeypatch.setattr(Extractor, "finish", lambda self: [1.0 if one == 12 else one for one in real(self)])


def another_value_in_a_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Extractor.finish
    monkeypatch.setattr(Extractor, "finish", lambda self: real(self) if self._only else [real(self)])


def less_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Extractor.partial.__get__
    monkeypatch.setattr(Extractor, "partial", property(lambda self: (real(self) or [])[:2]))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(another_value, "another value"), (another_value_in_a_fence, "found in a text"), (less_so_far, "so far")],
)
def test_a_planted_difference_is_found(
    fault: Callable[[pytest.MonkeyPatch], None], kind: str, monkeypatch: pytest.MonkeyPatch
):
    need("jsonriver")
    assert engine.trouble_of(differences.check, TEXT) is None
    fault(monkeypatch)
    trouble = engine.trouble_of(differences.check, TEXT)
    assert trouble is not None
    assert kind in trouble[0]


@pytest.mark.parametrize("known", KNOWN, ids=[known.why.split(":")[0].split(",")[0] for known in KNOWN])
def test_a_known_difference_is_one(known: differences.Known):
    """Each of them is needed: partway refuses its example, and some of the parsers that are named take it."""
    need("jsonriver")
    assert known.applies(known.example)
    assert ours_of([known.example])[0] is REFUSED
    taken = [
        parser
        for parser in ("json", "pydantic", "jsonriver")
        if expected_of(parser, known.example, [known.example]) != REFUSED
    ]
    assert taken
    assert set(taken) <= set(known.parsers)


@pytest.mark.parametrize(
    "text", ["[1, 2.5, -0, 1e2]", '{"a": 1, "b": 2, "a": 3}', '"\\ud83d\\ude00"', "\ufeff[]", "[1,]", "[01]", "", "1 2"]
)
def test_what_is_no_known_difference_is_the_same_for_all(text: str):
    need("jsonriver")
    assert not any(known.applies(text) for known in KNOWN)
    differences.check(Input(LISTS, text, every=1))


# --------------------------------------------------------------------------------------------------- inputs


def test_an_input_is_the_bytes_it_is_written_as():
    for seed in SEEDS:
        assert Input.decode(seed.encode()) == seed


def test_any_bytes_are_an_input_and_any_change_of_one_too():
    random = Random(1)  # noqa: S311 # nothing secret
    for size in [*range(30), 300]:
        assert isinstance(Input.decode(random.randbytes(size)), Input)
    found = SEEDS[0]
    for _ in range(500):
        found = engine.change(random, found)
        assert Input.decode(found.encode()) == dataclasses.replace(found, cuts=found.cuts[:12])
        found = dataclasses.replace(found, text=found.text[:400])


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ('{"a": 1, "\\u0061"{', ("a",), 2),
        ('{"a": 1, "a": {"b": "a", "a": [', ("a",), 2),
        ('{"a": {"a": 1, "b": [{"a": 2}, "a"', ("a",), 1),
        ('{"a": {"a": 1, "a": [{"a": 2}, "a"', ("a", "a"), 2),
        ('[{"a": 1}, {"a": 2', (1, "a"), 1),
        ('{"a": "x", "a', ("a",), 1),
        ('{"a": "\\"a\\"", "b": "{', ("a",), 1),
        ('[["a", "a"', (0,), 0),
    ],
)
def test_a_key_that_comes_again_is_seen(text: str, path: tuple[str | int, ...], expected: int):
    assert times(text, path) == expected


def test_types_that_are_made_up_are_the_same_each_time_and_have_documents():
    numbers = range(len(typetable.NAMES), typetable.COUNT)
    fit = 0
    for number in numbers:
        what = typetable.kind(number)
        documents = [what.make(Random(seed)) for seed in range(3)]  # noqa: S311 # nothing secret
        typetable.kind.cache_clear()
        assert [typetable.kind(number).make(Random(seed)) for seed in range(3)] == documents  # noqa: S311 # as above
        fit += sum(promises.fits(what, document) for document in documents)
    assert fit > len(numbers)  # a third of them


# ------------------------------------------------------------------------------------------------- findings


def test_a_finding_is_made_small_and_can_be_replayed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    an_error_of_another_kind(monkeypatch)
    findings = engine.Findings(promises.check, "core", tmp_path)
    long = Input(EVEN, 'Sure!\n{"number": 2, "note": "a box"}', (3, 9), limits=3, context=True, repeated=(0, 2, 3))
    kind, _ = engine.trouble_of(promises.check, long) or ("", "")
    findings.add(long, kind)
    (file,) = tmp_path.iterdir()
    found, about = inputs.load(file)
    assert found == Input(EVEN, "x")
    assert about["kind"].startswith("ValueError")
    assert "'x'" in capsys.readouterr().out
    assert run.main(["replay", str(file)]) == 1
    assert "ValueError: x" in capsys.readouterr().out
    monkeypatch.undo()
    assert run.main(["replay", str(file)]) == 0


@pytest.mark.parametrize("name", ["core", "diff"])
def test_a_fuzzer_runs_for_its_time_and_says_what_it_did(name: str, tmp_path: Path):
    need("atheris", "jsonriver")
    command = [sys.executable, run.__file__, name, "--seconds", "3", "--folder", str(tmp_path), "--seed", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ, timeout=100)  # noqa: S603
    last = done.stdout.strip().splitlines()[-1]
    assert re.fullmatch(
        rf"{name}: [\d,]+ inputs in \d+ s, [\d.]+ a second, (?:\d+|no) edges, \d+ findings of \d+ kinds", last
    )
    assert done.returncode == (0 if " 0 findings" in last else 1)
