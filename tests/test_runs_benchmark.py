"""benchmarks/runs.py, with a hundred runs: nothing is left of them, and what it holds against them is found."""

from __future__ import annotations

import asyncio

import pytest
from benchmarks import runs
from benchmarks.memory import available

pytestmark = pytest.mark.skipif(not available(), reason="this system does not say what is resident")


@pytest.fixture(scope="module")
def figures() -> dict[str, float]:
    return asyncio.run(runs.weigh("partway", 100, 50))


def test_a_hundred_runs_hold_no_thread_no_file_and_no_task_but_the_reader_s_own(figures):
    assert (figures["threads"], figures["files"], figures["tasks"]) == (0, 0, 1)
    assert (figures["runs"], figures["deltas"], figures["wrong"]) == (100, 100 * (runs.SIZE // runs.DELTA - 1), 0)


def test_nothing_is_left_of_a_hundred_runs_that_have_ended(figures):
    assert figures["left_tasks"] == 0
    assert figures["left_objects"] < 1  # a run has some eighty
    assert figures["idle_objects"] > 10


def test_a_text_has_the_size_that_was_asked_for():
    for size in (1000, 10_000):
        text = runs.text_of(size)
        assert (len(text), text.isascii()) == (size, True)


HOLDS = {"runs": 1, "threads": 0, "files": 0, "wrong": 0, "left_tasks": 0, "tasks": 1}
HOLDS |= {"work_per_delta": 1, "idle": 1, "full": 1}
WRONG = [
    ("partway", {"threads": 1}, "threads of 1 runs: 1"),
    ("partway", {"files": 2}, "files of 1 runs: 2"),
    ("partway", {"wrong": 1}, "wrong of 1 runs: 1"),
    ("partway", {"left_tasks": 3}, "left_tasks of 1 runs: 3"),
    ("partway", {"tasks": 2}, "tasks a run: 2"),
    ("partway", {"work_per_delta": 3}, "work_per_delta (partway) grows by 3.00"),
    ("blocks", {"work_per_delta": 1.4}, "work_per_delta (blocks) grows by 1.40"),
    ("partway", {"idle": 1.3}, "idle (partway) grows by 1.30"),
    ("partway", {"full": 1.3}, "full (partway) grows by 1.30"),
]


@pytest.mark.parametrize(("reader", "change", "words"), WRONG)
def test_what_does_not_hold_is_told(reader, change, words):
    row = {"partway": HOLDS, "blocks": HOLDS}
    assert list(runs.wrong_with([row, row, row])) == []
    (told,) = runs.wrong_with([row, row, {**row, reader: HOLDS | change}])
    assert told.startswith(words)
