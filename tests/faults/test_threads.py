"""Threads: what docs/concurrency.md says is safe, under a switch interval of a microsecond.

Each stress is checked against what one thread alone sees. The races that were found are told one by one as well, each
without luck: another thread's step is taken where it would have to be.
"""

from __future__ import annotations

import contextvars
import gc
import json
import os
import queue
import random
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, Optional, Union

import pytest
from pydantic import AfterValidator, BaseModel, Field, ValidationInfo

from partway import Completed, Extractor, Gate, Hooks, Partial, stream
from partway._partial import _set_dict
from partway._strings import TAIL, OpenString

THREADS = 8


class Step(BaseModel):
    text: str
    minutes: int = 1


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9
    name: str = ""


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: list[str] = []


class Card(BaseModel):
    name: str
    id: Annotated[int, Gate()] = 0


class Doc(BaseModel):
    title: str
    long: str = ""
    steps: list[Step] = []
    pets: list[Annotated[Union[Cat, Dog], Field(discriminator="kind")]] = []
    prices: dict[str, float] = {}
    nested: dict[str, list[dict[str, Step]]] = {}
    cards: list[Card] = []
    either: Union[Step, Cat, None] = None
    other: str = ""


class StepSoFar(BaseModel):
    text: str = ""
    minutes: Optional[int] = None


class DocSoFar(BaseModel):
    title: str = ""
    long: str = ""
    steps: list[Step | StepSoFar] = []
    pets: list[Any] = []
    prices: dict[str, float] = {}
    nested: dict[str, list[dict[str, Step | StepSoFar]]] = {}
    cards: list[Any] = []
    either: Any = None
    other: str = ""


VALUE = {
    "title": "Päté " * 10,
    "long": "lorem ipsum é " * 700,  # beyond TAIL, and beyond SLICE
    "steps": [{"text": f"Mix {number} " * 20, "minutes": number} for number in range(8)],
    "pets": [{"kind": "cat", "lives": 3, "name": "Tom"}, {"kind": "dog", "tricks": ["sit", "roll"]}] * 2,
    "prices": {f"p{number}": number / 2 for number in range(20)},
    "nested": {f"k{number}": [{"a": {"text": "t" * 30}}] for number in range(5)},
    "cards": [{"name": "Alpha", "id": 1}, {"name": "Beta", "id": 2}] * 2,
    "either": {"text": "x" * 50},
    "other": "x" * 1500,
}
TEXT = json.dumps(VALUE, ensure_ascii=False)


def cut(seed: int) -> list[str]:
    sizes, at, deltas = random.Random(seed), 0, []  # noqa: S311  # the same each time
    while at < len(TEXT):
        size = sizes.choice([1, 3, 7, 20, 60, 200])
        deltas.append(TEXT[at : at + size])
        at += size
    return deltas


def dumped(partial: Any) -> Any:
    return None if partial is None else partial.model_dump(exclude_unset=True, warnings=False)


def alone(deltas: list[str], **options: Any) -> list[Any]:
    """What one thread sees after each delta."""
    extractor = Extractor(Doc, **options)
    seen = []
    for delta in deltas:
        extractor.feed(delta)
        seen.append(dumped(extractor.partial))
    return seen


@pytest.fixture(autouse=True)
def _switching_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(*calls: Callable[[], None]) -> None:
    """Call them at once, each in a thread of its own; raise what one of them raises."""
    raised: list[BaseException] = []
    barrier = threading.Barrier(len(calls))

    def go(call: Callable[[], None]) -> None:
        barrier.wait()
        try:
            call()
        except BaseException as error:  # noqa: BLE001  # raised below
            raised.append(error)

    threads = [threading.Thread(target=go, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


# A partial that was taken, in other threads, while its own goes on


@pytest.mark.parametrize("options", [{}, {"partial": DocSoFar}], ids=["partial", "view"])
@pytest.mark.parametrize("seed", range(8))
def test_a_partial_that_was_taken_shows_the_same_in_any_thread_while_the_run_goes_on(seed, options):
    deltas = cut(seed)
    expected = alone(deltas, **options)
    queues: list[queue.SimpleQueue[Any]] = [queue.SimpleQueue() for _ in range(3)]
    torn: list[int] = []

    def feed() -> None:
        extractor = Extractor(Doc, **options)
        for at, delta in enumerate(deltas):
            extractor.feed(delta)
            for each in queues:
                each.put((at, extractor.partial))
        for each in queues:
            each.put(None)

    def read(taken: queue.SimpleQueue[Any]) -> None:
        while (got := taken.get()) is not None:
            at, partial = got
            if dumped(partial) != expected[at]:
                torn.append(at)

    in_threads(feed, *((lambda each=each: read(each)) for each in queues))
    assert torn == []


@pytest.mark.parametrize("seed", range(3))
def test_the_newest_partial_that_a_thread_publishes_is_one_that_was(seed):
    # What docs/concurrency.md recommends: one thread reads the run and sets a variable, others read that.
    deltas = cut(seed)
    whole = {json.dumps(seen) for seen in alone(deltas)}
    newest: Any = None
    over = False
    torn: list[Any] = []

    def pull() -> None:
        nonlocal newest, over
        for _ in range(20):
            for newest in stream(deltas, Doc):  # noqa: B007  # others read it
                pass
        over = True

    def look() -> None:
        while not over:
            shown = json.dumps(dumped(newest))
            if shown not in whole and shown != "null":
                torn.append(shown)

    in_threads(pull, look, look)
    assert torn == []
    assert newest == Doc.model_validate(VALUE)


def test_a_lock_makes_looking_at_a_run_safe_while_another_thread_feeds():
    deltas = cut(2)
    expected, texts, extractor = alone(deltas), [""], Extractor(Doc)
    for delta in deltas:  # a bracket by itself may be prose: it is no JSON before more has come
        extractor.feed(delta)
        texts.append(extractor.text)
    extractor, lock, fed = Extractor(Doc), threading.Lock(), 0
    torn: list[int] = []

    def feed() -> None:
        nonlocal fed
        for delta in deltas:
            with lock:
                extractor.feed(delta)
                fed += 1

    def look() -> None:
        while fed < len(deltas):
            with lock:
                at, partial, path, text = fed, extractor.partial, extractor.open_path, extractor.text
                state = extractor.state(*path)
            if dumped(partial) != (expected[at - 1] if at else None) or text != texts[at]:
                torn.append(at)
            assert at == 0 or state.value in ("streaming", "complete", "absent")

    in_threads(feed, look, look)
    assert torn == []


# Runs of one type in several threads


def test_runs_of_one_type_in_several_threads_do_not_mix():
    deltas = cut(3)
    expected = alone(deltas)

    def read() -> None:
        extractor = Extractor(Doc)
        for delta, seen in zip(deltas, expected, strict=True):
            extractor.feed(delta)
            assert dumped(extractor.partial) == seen
        assert extractor.finish() == Doc.model_validate(VALUE)

    in_threads(*[read] * 4)


def test_a_validation_context_is_that_of_its_own_run():
    def scale(value: int, info: ValidationInfo) -> int:
        return value * info.context

    scaled = list[Annotated[int, AfterValidator(scale)]]

    def read(factor: int) -> None:
        for _ in range(20):
            extractor = Extractor(scaled, validation_context=factor)
            for delta in ["[1", ", 2,", " 3", ", 4]"]:
                extractor.feed(delta)
            assert extractor.finish() == [factor, 2 * factor, 3 * factor, 4 * factor]

    in_threads(*((lambda factor=factor: read(factor)) for factor in range(THREADS)))


def new_type() -> Any:
    class Inner(BaseModel):
        text: str = ""

    class Tagged(BaseModel):
        kind: Literal["tagged"]
        inner: Inner = Inner()

    class Other(BaseModel):
        kind: Literal["other"]

    class Outer(BaseModel):
        title: str
        inner: list[Inner] = []
        members: list[Annotated[Union[Tagged, Other], Field(discriminator="kind")]] = []
        either: Union[Inner, Tagged, int] = 0
        by_name: dict[str, Inner] = {}

    return Outer


NEW = (
    '{"title": "T", "inner": [{"text": "a"}], "members": [{"kind": "tagged", "inner": {"text": "b"}}, '
    '{"kind": "other"}], "either": {"text": "q"}, "by_name": {"k": {"text": "c"}}}'
)


@pytest.mark.parametrize("number", range(20))
def test_threads_that_use_a_type_for_the_first_time_at_once_see_the_same_of_one_class(number):  # noqa: ARG001  # again
    outer = new_type()
    stories: list[Any] = []

    def read() -> None:
        extractor = Extractor(outer)
        told = []
        for char in NEW[:-1]:
            extractor.feed(char)
            partial = extractor.partial
            if partial is not None:
                assert type(partial) is Partial[outer]
                told.append(dumped(partial))
        extractor.feed(NEW[-1])
        stories.append((told, extractor.finish()))

    in_threads(*[read] * THREADS)
    assert len(stories) == THREADS
    assert all(story == stories[0] for story in stories)


@pytest.mark.parametrize("number", range(20))
def test_hooks_that_are_shared_by_threads_are_called_for_each_run(number):
    hooks = Hooks()
    heard: list[Any] = []
    names = ("title", "..text", "steps[*]", f"prices.p{number}", "nested[*][0].a")  # new ones: nobody has walked them
    for name in names:
        hooks.on(name, completed=heard.append)
    in_threads(*[lambda: stream(cut(number), Doc, hooks=hooks).result()] * THREADS)
    told = [(event.path, str(event.value)) for event in heard]
    once: list[Any] = []
    extractor = Extractor(Doc, on_event=once.append, paths=list(names))
    extractor.feed(TEXT)
    extractor.finish()
    expected = [(event.path, str(event.value)) for event in once if isinstance(event, Completed)]
    assert sorted(told, key=str) == sorted(expected * THREADS, key=str)


# The races that were found, without luck


def test_text_that_was_counted_is_there_while_the_string_moves_on():
    # Between the two reads, the tail moved to the older text: it was in neither.
    class Moving:
        def __init__(self, older: Any) -> None:
            self.older = older

        def getvalue(self) -> str:
            text: str = self.older.getvalue()
            string._older = self.older
            string.settle()
            return text

    string = OpenString("a" * TAIL)
    string.settle()
    string.tail = "b" * 10
    string._older = Moving(string._older)  # type: ignore[assignment]
    assert string.text(TAIL + 5) == "a" * TAIL + "b" * 5


def test_a_dict_that_was_taken_is_shown_while_it_grows():
    # The collector may run other code, or let another thread, in the middle of a loop over a dict.
    extractor, fed = Extractor(Doc), 0
    extractor.feed('{"prices": {' + ",".join(f'"k{number}": {number}' for number in range(2000)) + ",")
    taken = extractor.partial

    def feed(phase: str, _: Any) -> None:
        nonlocal fed
        if phase == "start" and fed < 20:
            fed += 1
            extractor.feed(f'"x{fed}": {fed},')

    before = gc.get_threshold()
    gc.callbacks.append(feed)
    gc.set_threshold(10)
    try:
        assert len(taken.prices) == 2000
    finally:
        gc.callbacks.remove(feed)
        gc.set_threshold(*before)


def test_a_field_that_another_thread_has_filled_in_meanwhile_is_found():
    # It was missing when it was looked for, and there a moment later: an AttributeError.
    extractor = Extractor(Doc)
    extractor.feed('{"title": "T')
    partial: Any = extractor.partial
    made = type(partial)
    made.__partway_parts__.__set__(partial, None)  # another thread has done it, just now
    _set_dict(partial, {"title": "T"})
    assert made.__getattr__(partial, "title") == "T"


# Contexts and processes


def test_a_run_goes_on_in_a_copy_of_the_context():
    run = stream(cut(4), Doc, validation_context=7)
    partials = iter(run)
    for _ in range(5):
        contextvars.copy_context().run(next, partials)
    assert contextvars.copy_context().run(run.result) == Doc.model_validate(VALUE)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_a_run_goes_on_in_a_forked_process():
    deltas = cut(5)
    extractor = Extractor(Doc)
    half = len(deltas) // 2
    for delta in deltas[:half]:
        extractor.feed(delta)
    child = os.fork()
    if not child:
        for delta in deltas[half:]:
            extractor.feed(delta)
        os._exit(extractor.finish() != Doc.model_validate(VALUE))
    assert os.waitpid(child, 0)[1] == 0
    for delta in deltas[half:]:
        extractor.feed(delta)
    assert extractor.finish() == Doc.model_validate(VALUE)
