r"""JSON text in, tokens out: the only importer of ijson.

ijson parses at the speed of C, but what it shows when depends on the backend and on how the text was cut. So it is
given whole lexemes only, and no text of a string that is still open:

- A compiled pattern matches as many whole, valid lexemes as there are; they go to ijson as they stand.
- A string that is open, or that has a `\u` escape (the C backends turn a lone surrogate into `?`), is replaced by the
  empty string `""`. What ijson says of that tells whether it is a key or a value, or not allowed there at all;
  `OpenString` decodes the real one.
- A number is replaced by `0` where a float or a 64-bit integer might not hold it; its value is put in afterwards.
- A number or literal at the end of the text is kept back until the character after it. A literal ends itself.

ijson thus never sees half a lexeme, so that all its backends give the same tokens at the same moment, and it has no
long string to copy again and again. Its errors say no more than that something is wrong (malformed and truncated text
raise the same one, and positions are not given), so `diagnose` finds out what, and where.

A document ends where its depth comes back to zero, which is the builder's to know: text after that is an error to
ijson. The reader says where in the text a token stood (`Reader.span`), by counting lexemes in the text at hand.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final, TypeAlias

import ijson

from partway._diagnose import CUT_LITERALS, CUT_NUMBER, NUMBER, Flaw, diagnose
from partway._strings import BrokenStringError, OpenString, TextBuffer

__all__ = ["BACKENDS", "SLICE", "Reader", "Token"]

Token: TypeAlias = tuple[str, Any]
"""ijson's `(event, value)`, and for strings that did not come whole `("open_string", OpenString)`, then
`("append", str)` for each piece, then `("close_string", str)`."""


def _usable() -> tuple[str, ...]:
    found = []
    for name in ijson.ALL_BACKENDS:
        try:
            ijson.get_backend(name)
        except Exception:  # noqa: BLE001, S112  # a missing library shows as any of several errors
            continue
        found.append(name)
    return tuple(found)


BACKENDS: Final = _usable()
"""The backends of ijson that this machine has, the fastest first."""

SLICE: Final = 4096
"""The most text that is fed in one go, in characters. It bounds what is done in vain behind a document's end."""

_SPACE = r"[ \t\n\r]"
_STRING = r'"(?:[^"\\\x00-\x1f\ud800-\udfff]++|\\["\\/bfnrt])*+"'
_ENDS = rf"(?=[,\]}}]|{_SPACE})"
_LITERAL = rf"(?:true|false|null)(?:{_ENDS}|\Z)"
_LEXEME = re.compile(rf"{_STRING}|[{{}}\[\]]|[^\s{{}}\[\]:,\"]+")
_BARE = re.compile(rf"[^ \t\n\r{{}}\[\]:,\"]*")


@lru_cache(maxsize=16)
def _lexemes(digits: int) -> re.Pattern[str]:
    """As many whole lexemes as there are. Numbers of more than `digits` digits a part are left out."""
    some = rf"[0-9]{{1,{digits}}}+"
    number = rf"-?(?:0|[1-9][0-9]{{0,{digits - 1}}}+)(?:\.{some})?(?:[eE][+-]?[0-9]{{1,2}}+)?{_ENDS}"
    return re.compile(rf"(?:{_SPACE}++|[{{}}\[\]:,]++|{_STRING}|{_LITERAL}|{number})*+")


class _Tokens(list[Token]):
    """Where ijson's coroutine sends its tokens: a list that is its own target."""

    send = list.append


class Reader:
    """Turns the pieces of one JSON document into tokens.

    Args:
        max_string: The longest string, in characters.
        max_number_digits: The longest number, in characters.
        backend: One of `BACKENDS`; the first of them when not given.

    Attributes:
        tokens: What the last `feed` gave; emptied by the next.
        flaw: Why no more can be read, once that is so.
        string: The string that is open, key or value.
        text: The text so far.
    """

    __slots__ = (
        "_base", "_carry", "_coroutine", "_is_key", "_marks", "_match", "_max_digits", "_max_string", "_send",
        "_slice", "flaw", "string", "text", "tokens",
    )  # fmt: skip

    def __init__(self, *, max_string: int, max_number_digits: int, backend: str | None = None) -> None:
        self.tokens = _Tokens()
        self._coroutine = ijson.get_backend(backend or BACKENDS[0]).basic_parse_coro(self.tokens, use_float=True)
        self._send = self._coroutine.send
        self._max_string = max_string
        self._max_digits = max_number_digits
        # An integer of 18 digits fits 64 bits; a float of these digits and a two-digit exponent cannot overflow.
        self._match = _lexemes(min(18, max_number_digits // 3 + 1)).match
        self.text = TextBuffer()
        self.string: OpenString | None = None
        self._is_key = False
        self._carry = ""
        self._slice = ""
        self._base = 0
        self._marks: list[tuple[int, int]] = []
        self.flaw: Flaw | None = None

    def __del__(self) -> None:
        # A generator of ijson's that is dropped in the middle of a document complains on standard error.
        with suppress(Exception):
            self._coroutine.close()

    @property
    def pending(self) -> bool:
        """Whether something was kept back that may become part of what follows."""
        return bool(self._carry)

    @property
    def bare(self) -> bool:
        """Whether a number or literal has begun and not ended."""
        return self.string is None and bool(self._carry)

    def feed(self, text: str) -> None:
        """Read a piece of text, at most `SLICE` characters.

        Errors in the text are not raised but kept in `flaw`: the tokens before it count, and what stands behind the
        end of the document is for the caller to take back.
        """
        self.tokens.clear()
        self._marks.clear()
        self._base = self.text.settle() - len(self._carry)
        self.text.write(text)
        if self._carry:
            text = self._carry + text
            self._carry = ""
        self._slice = text
        try:
            at = self._string_on(text, 0) if self.string is not None else 0
            while at < len(text):
                at = self._structure(text, at)
        except BrokenStringError as error:
            self.flaw = Flaw(self._base + error.index, error.expected)
        except Exception:  # noqa: BLE001  # each backend has errors of its own; which one says nothing
            self.flaw = self._diagnosed(len(text))

    def finish(self) -> None:
        """Say that no more will come: a number at the very end is complete with that."""
        self.tokens.clear()
        self._marks.clear()
        if self.bare and NUMBER.fullmatch(self._carry):
            self._base = self.text.settle() - len(self._carry)
            self._slice, self._carry = self._carry, ""
            try:
                self._number(self._slice, 0, len(self._slice))
            except Exception:  # noqa: BLE001  # as in feed
                self.flaw = self._diagnosed(len(self._slice))

    def span(self, index: int) -> tuple[int, int]:
        """Where the token at `index` of `tokens` stands in the text; for `close_string` where its last piece does."""
        at = max(i for i, (first, _) in enumerate(self._marks) if first <= index)
        first, start = self._marks[at]
        for _ in range(index - first):
            start = _LEXEME.search(self._slice, start).end()  # type: ignore[union-attr]  # there are that many
        if self.tokens[index][0] in _OWN:
            return self._base + start, self._base + start
        lexeme = _LEXEME.search(self._slice, start)
        assert lexeme is not None  # noqa: S101  # a token of ijson's comes from a lexeme in this slice
        return self._base + lexeme.start(), self._base + lexeme.end()

    def _structure(self, text: str, at: int) -> int:
        """Read lexemes from `at`, and one string, number or cut lexeme behind them; return where it stopped."""
        end = self._match(text, at).end()  # type: ignore[union-attr]  # matches the empty string too
        if end == len(text):
            # The Python backend takes a literal for whole when something follows it.
            self._push(text[at:end] + " " if text[-1] in "el" else text[at:end], at)
            return end
        if text[end] == '"':
            self._push(text[at:end] + '""', at)
            event = self.tokens.pop()[0]
            self.string = string = OpenString()
            self._is_key = event == "map_key"
            if not self._is_key:
                self._own("open_string", string, end)
            return self._string_on(text, end + 1)
        if at < end:
            self._push(text[at:end], at)
        stop = _BARE.match(text, end).end()  # type: ignore[union-attr]  # matches the empty string too
        return self._number(text, end, stop) if stop < len(text) else self._bare_end(text, end)

    def _bare_end(self, text: str, at: int) -> int:
        """Keep back what the text ends in: a number or literal that is not known to be whole."""
        bare = text[at:]
        if bare in CUT_LITERALS or CUT_NUMBER.fullmatch(bare):
            if len(bare) > self._max_digits:
                self.flaw = self._too_long("number", at, "max_number_digits", self._max_digits)
            self._carry = bare
            return len(text)
        raise ValueError(bare)

    def _number(self, text: str, at: int, end: int) -> int:
        """Read a whole number that ijson might not hold."""
        number = text[at:end]
        if not NUMBER.fullmatch(number):
            raise ValueError(number)
        if len(number) > self._max_digits:
            self.flaw = self._too_long("number", at, "max_number_digits", self._max_digits)
            return len(text)
        self._push("0 ", at)
        integral = number.lstrip("-").isdigit()
        self.tokens[-1] = ("number", int(number) if integral else float(number))
        return end

    def _string_on(self, text: str, at: int) -> int:
        """Read on in the open string; return where it stopped."""
        string = self.string
        assert string is not None  # noqa: S101  # only called while one is open
        piece = string.decode(text, at)
        if string.length > self._max_string:
            self.flaw = self._too_long("string", at, "max_string", self._max_string)
            return len(text)
        if not self._is_key and piece.text:
            self._own("append", piece.text, at)
        if not piece.closed:
            self._carry = text[piece.end :]
            return len(text)
        self.string = None
        self._own("map_key" if self._is_key else "close_string", string.text(), piece.end)
        return piece.end

    def _push(self, text: str, at: int) -> None:
        self._marks.append((len(self.tokens), at))
        self._send(text.encode("utf-8", "replace"))

    def _own(self, event: str, value: Any, at: int) -> None:
        """Add a token that ijson did not give, which ends at `at`."""
        self._marks.append((len(self.tokens), at))
        self.tokens.append((event, value))

    def _too_long(self, what: str, at: int, limit: str, most: int) -> Flaw:
        return Flaw(self._base + at, f"a {what} is longer than {limit}={most:,} characters", limit=True)

    def _diagnosed(self, length: int) -> Flaw:
        text = self.text.slice(0)
        return diagnose(text) or Flaw(self._base + length, "valid JSON")


_OWN: Final = frozenset({"open_string", "append", "close_string"})
