"""The texts: answers as a model writes them, of any size, the same on every run.

A review with a list of findings: strings, numbers, booleans, short lists; some escapes, some characters
beyond ASCII, no emoji, except in the document that is about them. (One emoji makes CPython store the whole
text in four bytes a character; that is a matter of memory and has a row of its own there.)

The six shapes are for growth alone: each is as much as possible of one thing, and has its own way to become slow.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from typing_extensions import TypedDict

from partway import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZES = {"400 B": 400, "2.5 kB": 2_500, "25 kB": 25_000, "250 kB": 250_000}
CUTS = (4, 20)

WRAPS = {
    "plain": ("", ""),
    "fenced": ("```json\n", "\n```\n"),
    "prose": ("Here is the review that you asked for.\n\n", "\n\nShall I open issues for them?\n"),
}
"""What stands before and behind the JSON. The prose has no brace, bracket, quote or backtick of its own."""


class Finding(BaseModel):
    """One entry of the list."""

    id: int
    title: str
    score: float
    confirmed: bool
    tags: list[str]
    remark: str


class Review(BaseModel):
    """The answer."""

    summary: str
    findings: list[Finding]


class Note(BaseModel):
    """An answer that is one long string."""

    text: str


class FindingDict(TypedDict, total=False):
    """`Finding` for pydantic's own partial validation, which needs keys that may be missing."""

    id: int
    title: str
    score: float
    confirmed: bool
    tags: list[str]
    remark: str


class ReviewDict(TypedDict, total=False):
    """`Review`, likewise."""

    summary: str
    findings: list[FindingDict]


class NoteDict(TypedDict, total=False):
    """`Note`, likewise."""

    text: str


class Numbers(BaseModel):
    """A list of atoms."""

    numbers: list[int]


class Node(BaseModel):
    """An object in an object in an object."""

    name: str
    child: Node | None = None


class Forest(BaseModel):
    """A list of deep objects."""

    trees: list[Node]


class Counts(BaseModel):
    """An object with a great many keys."""

    counts: dict[str, int]


@dataclass(frozen=True)
class Document:
    """A text, the model it fits, and the TypedDict that says the same."""

    text: str
    model: type[BaseModel]
    typed_dict: Any = None
    before: str = ""
    """What stands in the text before the JSON."""
    after: str = ""
    """And behind it."""
    limits: Limits | None = None
    """For a text that passes the defaults."""

    def cut(self, size: int) -> list[str]:
        """Cut the text into deltas of `size` characters."""
        return [self.text[at : at + size] for at in range(0, len(self.text), size)]

    def value(self) -> Any:
        """Return what everyone must come to."""
        return json.loads(self.text[len(self.before) : len(self.text) - len(self.after)])

    def wrapped(self, how: str) -> Document:
        """Put the JSON between what `WRAPS` has under this name."""
        before, after = WRAPS[how]
        return replace(self, text=before + self.text + after, before=before, after=after)


_SUBJECTS = ("The parser", "A retry", "The cache", "This query", "The café's menu", "An index", "The upload")
_VERBS = ("loses", "repeats", "blocks on", "never closes", "doubles", "skips")
_OBJECTS = ("the last row", "its own lock", "a header", "two requests", 'the "draft" flag', "the naïve sum")
_TAGS = ("performance", "security", "api", "tests", "docs", "i18n")
_REMARKS = (
    "It shows only under load, when two workers meet.",
    "The old code guarded this; the guard went with the last refactoring.",
    "Compare `a → b` with what the log says:\n  expected 3, got 2.",
    "Rename it, or say in one line why the name is right: either will do.",
)


def review(size: int) -> Document:
    """Make a review of about `size` characters."""
    return Document("".join(review_pieces(size)), Review, ReviewDict)


def note(size: int) -> Document:
    """Make an object of about `size` characters, nearly all of them in one string."""
    return Document("".join(note_pieces(size)), Note, NoteDict)


def review_pieces(size: int) -> Iterator[str]:
    """Yield the text of a review piece by piece, so that whoever weighs it need not hold it."""
    piece = '{"summary": "What I found.", "findings": ['
    written = 0
    for number in count():
        yield piece
        written += len(piece)
        piece = (", " if number else "") + _finding(number)
        if written + len(piece) // 2 > size:
            break
    yield "]}"


def note_pieces(size: int, extra: str = "") -> Iterator[str]:
    """Yield the text of a note piece by piece; `extra` stands at its end."""
    paragraph = json.dumps(" ".join(_REMARKS) + "\n", ensure_ascii=False)[1:-1]
    yield '{"text": "'
    for _ in range(size // len(paragraph)):
        yield paragraph
    yield json.dumps(extra, ensure_ascii=False)[1:-1]
    yield '"}'


def _finding(number: int) -> str:
    finding = {
        "id": number,
        "title": " ".join(words[number % len(words)] for words in (_SUBJECTS, _VERBS, _OBJECTS)),
        "score": round(number * 0.37 % 10, 2),
        "confirmed": number % 3 == 0,
        "tags": [_TAGS[number % 6], _TAGS[(number + 2) % 5]],
        "remark": f"{_REMARKS[number % len(_REMARKS)]} (line {number * 37 + 4})",
    }
    return json.dumps(finding, ensure_ascii=False)


@cache
def reviews() -> dict[str, Document]:
    """Make the four sizes of the budgets."""
    return {name: review(size) for name, size in SIZES.items()}


def lists(size: int) -> Document:
    """Make a list of about `size` characters, all of them numbers."""
    numbers = [number * 7919 % 100_000 for number in range(size // 7)]
    return _dumped({"numbers": numbers}, Numbers)


def nested(size: int) -> Document:
    """Make a list of about `size` characters, of objects that are each `_DEPTH` deep."""
    tree: dict[str, Any] | None = None
    for level in range(_DEPTH):
        tree = {"name": f"level {_DEPTH - level}", "child": tree}
    each = len(json.dumps(tree)) + 2
    return _dumped({"trees": [tree] * max(1, round(size / each))}, Forest)


def keys(size: int) -> Document:
    """Make an object of about `size` characters, with as many keys as that holds."""
    return _dumped({"counts": {f"k{number:x}": number % 10 for number in range(size // 12)}}, Counts)


def candidates(size: int) -> Document:
    """Make prose of about `size` characters in which JSON is begun again and again, and a short answer at its end."""
    before = "".join(_BEGUN[number % len(_BEGUN)].format(number) for number in range(size // _BEGUN_LENGTH))
    return Document(before + note(200).text, Note, before=before, limits=Limits(max_candidates=10_000_000))


_DEPTH = 100
_BEGUN = (
    "Use {{curly}} braces for option {0}, see [{0}]. ",
    'Do not write {{"text": oops}} or {{"text": {0}}} there; ',
    "f(x) = {{x | x > {0}}} holds, and [a, b] too. ",
)
_BEGUN_LENGTH = sum(map(len, _BEGUN)) // len(_BEGUN)

SHAPES: dict[str, Callable[[int], Document]] = {
    "lists": lists,
    "objects": review,
    "strings": note,
    "deep nesting": nested,
    "many small keys": keys,
    "many candidates in prose": candidates,
}
"""Documents of a size that are as much as possible of one thing."""


def _dumped(value: Any, model: type[BaseModel]) -> Document:
    return Document(json.dumps(value), model)
