"""A look inside a run sees it as it is."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel

from partway import Extractor, Gate, stream
from partway._strings import TAIL, OpenString
from partway.patches._peek import Peek


class Recipe(BaseModel):
    title: str
    steps: list[str] = []


class Ticket(BaseModel):
    title: str
    id: Annotated[int, Gate()]


class Moved:
    """An open string that another thread moves just when it is looked at, which has no heirs if it is compiled."""

    def __init__(self, tail: str) -> None:
        self.string = OpenString(tail)
        self.looks = 0

    def text(self, length: int | None = None) -> str:
        self.looks += 1
        return "" if self.looks == 1 else self.string.text(length)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.string, name)


def test_a_string_that_is_just_being_moved_is_read_again():
    string = Moved("abcd")
    assert Peek.head_of(string, 3) == "abc"
    assert string.looks == 2


def test_the_end_of_a_string_is_had_wherever_it_is():
    string = OpenString("a" * TAIL)
    string.decode("bcd", 0)
    assert string.moved
    assert [Peek.tail_from(string, at) for at in (TAIL - 1, TAIL + 1, TAIL + 3)] == ["abcd", "cd", ""]


def test_a_run_and_its_extractor_are_looked_at_alike():
    extractor: Extractor[Any] = Extractor(Recipe)
    run = stream(['{"title": "Pan', 'cakes", "steps": ["Mix'], Recipe)
    assert next(iter(run)) is not None
    extractor.feed('{"title": "Pan')
    for peek in (Peek(run), Peek(extractor)):
        assert (peek.open_path, peek.text(), peek.text(11), peek.filled) == (("title",), '{"title": "Pan', "Pan", True)
        assert len(peek.frames) == 2
        assert peek.top is peek.frames[-1]
        assert peek.partial(1).title == "Pan"


def test_what_waits_for_a_gate_is_not_among_what_is_shown():
    extractor: Extractor[Any] = Extractor(list[Ticket])
    extractor.feed('[{"title": "Pan')
    peek = Peek(extractor)
    assert len(peek.frames) == 2
    assert peek.open_string is None
    assert peek.partial(1) == []
