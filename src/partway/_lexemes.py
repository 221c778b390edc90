"""The lexemes of JSON: how far a text consists of whole ones, and where in it the n-th stands.

What is asked of each delta is answered by one compiled pattern, or, for the few characters around a string, by having
met them before. Where a token stands is asked seldom; then lexemes are counted again, from a mark at most `REACH` away.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

__all__ = ["REACH", "SHORT", "SLICE", "find", "lexeme", "whole_lexemes", "whole_until"]

SLICE: Final = 4096
"""The most text that is fed in one go, in characters. It bounds what is done in vain behind a document's end."""

_PLAIN = r'[^"\\\x00-\x1f\ud800-\udfff]*+'
_STRING = rf'"{_PLAIN}(?:\\["\\/bfnrt]{_PLAIN})*+"'
_ENDS = r"(?=[^\w.+\-])"
_LITERAL = r"(?=[tfn])(?:true|false|null)"
_PUNCTUATION = r"[ \t\n\r{}\[\]:,]*+"
_LEXEME = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]]|true|false|null|[-+.0-9eE]+', re.DOTALL)
_GAP = re.compile(rf"{_PUNCTUATION}(?:{_LITERAL}{_PUNCTUATION})*+")


@lru_cache(maxsize=16)
def whole_lexemes(digits: int) -> re.Pattern[str]:
    """As many whole lexemes as there are. Numbers of more than `digits` digits a part are left out.

    Every loop is possessive and begins with a set of characters, which is what `re` is fastest at.
    """
    if not digits:
        return re.compile(rf"{_PUNCTUATION}(?:(?:{_STRING}|{_LITERAL}){_PUNCTUATION})*+")
    some = rf"[0-9]{{1,{digits}}}+"
    number = rf"(?=[-0-9])-?(?:0|[1-9][0-9]{{0,{digits - 1}}}+)(?:\.{some})?(?:[eE][+-]?[0-9]{{1,2}}+)?{_ENDS}"
    return re.compile(rf"{_PUNCTUATION}(?:(?:{_STRING}|{number}|{_LITERAL}){_PUNCTUATION})*+")


_gaps: Final = {""}
"""What was met around strings, and is whole lexemes: there are few such texts, for numbers are not among them."""

SHORT: Final = 8
"""Up to how many characters it is faster to look up what stands around a string than to match a pattern."""


def whole_until(rest: str) -> int:
    """How far whole lexemes go in a short text, if it has one quote at most; -1 where the pattern must find out."""
    gap, quote, string = rest.partition('"')
    if (gap in _gaps or _learn(gap)) and '"' not in string:
        return len(gap) if quote else len(rest)
    return -1


def _learn(gap: str) -> bool:
    """Say whether a text is whole lexemes without numbers, and keep it if it may be met again."""
    if _GAP.fullmatch(gap) is None:
        return False
    if len(_gaps) < 1024:
        _gaps.add(gap)
    return True


REACH: Final = 3 * SLICE
"""How much text there is at most between a mark's first lexeme and the end of its last."""


def lexeme(text: str, start: int, count: int) -> re.Match[str]:
    """The lexeme in `text` that comes after `count` others, from `start` on."""
    for _ in range(count):
        start = _LEXEME.search(text, start).end()  # type: ignore[union-attr]  # each token comes from a lexeme
    found = _LEXEME.search(text, start)
    assert found is not None  # noqa: S101  # as above
    return found


def find(read: Callable[[int, int], str], mark: tuple[int, int]) -> int:
    """Where a token begins in the text that `read` gives parts of, by the mark of it."""
    origin, count = mark
    return origin if count < 0 else origin + lexeme(read(origin, origin + REACH), 0, count).start()
