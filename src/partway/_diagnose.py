"""What is wrong with JSON text, and where: read once, when it is already known that something is.

ijson's errors differ by backend, give no position that can be relied on, and do not tell broken text from text that
is not at its end. The grammar of RFC 8259 is small enough to be a table: what is expected, which lexemes may follow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from enum import Enum
from typing import Final, NamedTuple

from partway._strings import BrokenStringError, OpenString

__all__ = ["CUT_LITERALS", "CUT_NUMBER", "NUMBER", "Flaw", "diagnose", "locate", "locate_part", "value_before"]

NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
CUT_NUMBER: Final = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*|(?:\.[0-9]+)?(?:[eE][+-]?[0-9]*)?)?)?")
LITERALS: Final = frozenset(("true", "false", "null"))
CUT_LITERALS: Final = frozenset(word[:n] for word in LITERALS for n in range(1, len(word) + 1))

_SPACE = re.compile(r"[ \t\n\r]*+")
_BARE = re.compile(r'[^ \t\n\r{}\[\]:,"]*+')


class Flaw(NamedTuple):
    """Why text cannot be JSON, or may not be read."""

    offset: int
    """Where, in characters from the start of the JSON text."""
    expected: str
    """What should have stood there instead; for a limit, the sentence that names it."""
    limit: bool = False
    """Whether it is a limit that was passed."""


class _Expect(Enum):
    """What may come next: in words, and the first characters of it; `a` stands for a number or literal."""

    VALUE = ("a value", '"{[a')
    FIRST_ITEM = ("a value or ']'", '"{[a]')
    NEXT_ITEM = ("',' or ']'", ",]")
    FIRST_KEY = ("a key in double quotes or '}'", '"}')
    KEY = ("a key in double quotes", '"')
    COLON = ("':'", ":")
    NEXT_MEMBER = ("',' or '}'", ",}")
    END = ("the end of the text", "")


_AFTER: Final = {"{": _Expect.NEXT_MEMBER, "[": _Expect.NEXT_ITEM}


def diagnose(text: str) -> Flaw | None:
    """Find the first place where `text` stops being the beginning of a JSON document; `None` if there is none."""
    expect, at = _Expect.VALUE, 0
    stack: list[str] = []
    while True:
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]  # matches the empty string too
        if at == len(text):
            return None
        start = at
        lexeme = text[at] if text[at] in '"{}[]:,' else "a"
        if lexeme not in expect.value[1]:
            return Flaw(at, expect.value[0])
        at += 1
        if lexeme in "{[":
            stack.append(lexeme)
            expect = _Expect.FIRST_KEY if lexeme == "{" else _Expect.FIRST_ITEM
            continue
        if lexeme == ":":
            expect = _Expect.VALUE
            continue
        if lexeme == ",":
            expect = _Expect.KEY if stack[-1] == "{" else _Expect.VALUE
            continue
        if lexeme == '"':
            try:
                _, at, closed = OpenString().decode(text, at)
            except BrokenStringError as error:
                return Flaw(error.index, error.expected)
            if not closed:
                return None
            if expect in (_Expect.FIRST_KEY, _Expect.KEY):
                expect = _Expect.COLON
                continue
        elif lexeme == "a":
            at = _BARE.match(text, start).end()  # type: ignore[union-attr]  # matches the empty string too
            if not _is_bare(text[start:at], at == len(text)):
                return Flaw(start, expect.value[0])
        else:
            stack.pop()
        expect = _AFTER[stack[-1]] if stack else _Expect.END


def _is_bare(word: str, cut: bool) -> bool:
    """Whether `word` is a number or literal, or, when `cut`, may become one."""
    if cut:
        return word in CUT_LITERALS or CUT_NUMBER.fullmatch(word) is not None
    return word in LITERALS or NUMBER.fullmatch(word) is not None


_LEXEME = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)


def locate(text: str, path: tuple[str | int, ...]) -> int:
    """Where in a JSON document the value at `path` begins, or the innermost value around it that is there."""
    first = _LEXEME.search(text)
    at = first.start() if first else 0
    for step in path:
        inner = locate_part(text, at, step)
        if inner is None:
            break
        at = inner
    return at


def locate_part(text: str, start: int, step: str | int) -> int | None:
    """Where the part at a key or index of the object or array at `start` begins; the last one, if a key is repeated."""
    found: int | None = None
    depth, index, key, is_key = 0, 0, None, False
    for lexeme in _LEXEME.finditer(text, start):
        char = lexeme.group()[0]
        if depth == 1 and char not in ",:}]":
            if is_key:
                key, is_key = json.loads(lexeme.group()), False
            elif step == (index if key is None else key):
                found = lexeme.start()
        if char in "{[":
            depth += 1
            is_key |= depth == 1 and char == "{"
        elif char in "}]":
            depth -= 1
        elif char == "," and depth == 1:
            index, is_key = index + 1, key is not None
        if not depth:
            break
    return found


_BACKWARDS = re.compile(r'"(?=(?:\\\\)*+(?!\\))|[{}\[\]]')
"""In text that is read from its end: a quote that no backslash escapes, or a bracket."""
_NO_ATOM = re.compile(r'[ \t\n\r{}\[\]:,"]')


def value_before(read: Callable[[int, int], str], end: int) -> str:
    """The JSON value that ends at `end` of a text that is known to be valid up to there.

    Args:
        read: Gives the text between two offsets.
        end: Where the value ends.
    """
    reach = 256
    while True:
        start = max(0, end - reach)
        text = read(start, end)
        found = _begins(text[::-1])
        # A quote at the very edge may have a backslash in front that is not to be seen.
        if found is not None and (found < len(text) - 1 or not start):
            return text[len(text) - found - 1 :]
        if not start:
            return text
        reach *= 8


def _begins(backwards: str) -> int | None:
    """Where a value that is read from its end has its first character."""
    if backwards[:1] not in ('"', "}", "]"):
        found = _NO_ATOM.search(backwards)
        return found.start() - 1 if found is not None else None
    depth, quoted = 0, False
    for found in _BACKWARDS.finditer(backwards):
        match found[0]:
            case '"':
                quoted = not quoted
            case _ if quoted:
                continue
            case "}" | "]":
                depth += 1
            case _:
                depth -= 1
        if not depth and not quoted:
            return found.start()
    return None
