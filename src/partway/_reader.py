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
from partway._strings import TAIL, BrokenStringError, OpenString, TextBuffer

__all__ = ["BACKENDS", "SLICE", "Reader", "Token"]

Token: TypeAlias = tuple[str, Any]
"""ijson's `(event, value)`, and for strings that did not come whole `("open_string", OpenString)`, then
`("append", piece)` for more of it, and `("close_string", (piece, whole))`."""


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
_LEXEME = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]]|[^\s{}\[\]:,"]+', re.DOTALL)
_STRING_END = re.compile(r'(?:[^"\\]|\\.)*+"', re.DOTALL)
_QUOTE = re.compile('"')
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
        carry: What was kept back of the text, to come again in front of the next.
        text: The text so far.
    """

    __slots__ = (
        "_coroutine", "_is_key", "_match", "_max_digits", "_max_string", "_most", "_send", "_slice", "_was_key", "carry",
        "flaw", "string", "text", "tokens",
    )  # fmt: skip

    def __init__(self, *, max_string: int, max_number_digits: int, backend: str | None = None) -> None:
        self.tokens = _Tokens()
        self._coroutine = ijson.get_backend(backend or BACKENDS[0]).basic_parse_coro(self.tokens, use_float=True)
        self._send = self._coroutine.send
        self._max_string = max_string
        self._max_digits = max_number_digits
        self._most = min(TAIL, max_string)
        # An integer of 18 digits fits 64 bits; a float of these digits and a two-digit exponent cannot overflow.
        self._match = _lexemes(min(18, max_number_digits // 3 + 1)).match
        self.text = TextBuffer()
        self.string: OpenString | None = None
        self.carry = ""
        self.flaw: Flaw | None = None
        self._is_key = False
        self._slice = ""
        self._was_key = False  # whether the slice began in a key

    def __del__(self) -> None:
        # A generator of ijson's that is dropped in the middle of a document complains on standard error.
        with suppress(Exception):
            self._coroutine.close()

    @property
    def bare(self) -> bool:
        """Whether a number or literal has begun and not ended."""
        return self.string is None and bool(self.carry)

    def feed(self, text: str) -> None:
        """Read a piece of text, at most `SLICE` characters.

        Errors in the text are not raised but kept in `flaw`: the tokens before it count, and what stands behind the
        end of the document is for the caller to take back.
        """
        self.tokens.clear()
        self.text.write(text)
        if self.carry:
            text = self.carry + text
            self.carry = ""
        self._slice = text
        self._was_key = self._is_key
        try:
            self._lex(text)
        except BrokenStringError as error:
            self.flaw = Flaw(self._base + error.index, error.expected)
        except Exception:  # noqa: BLE001  # each backend has errors of its own; which one says nothing
            self.flaw = diagnose(self.text.slice(0)) or Flaw(len(self.text), "valid JSON")

    def _lex(self, text: str) -> None:
        """Turn text into tokens.

        The cases that make up nearly all of a stream are written out here, without calls: a string goes on, closes,
        or opens, with nothing in it to decode. It is the loop that everything waits for.
        """
        tokens, match, size, at = self.tokens, self._match, len(text), 0
        string = self.string
        while True:
            if string is not None:
                quote = text.find('"', at)
                piece = text[at:quote] if quote >= 0 else text[at:]
                tail = string.tail + piece
                if "\\" in piece or len(tail) > self._most or not piece.isprintable():
                    at = self._string_on(string, text, at)
                    string = self.string
                elif quote < 0:
                    string.tail = tail
                    if piece and not self._is_key:
                        tokens.append(("append", piece))
                    return
                else:
                    whole = string.text() + piece if string.moved else tail
                    if self._is_key:
                        self._is_key = False
                        tokens.append(("map_key", whole))
                    else:
                        tokens.append(("close_string", (piece, whole)))
                    self.string = string = None
                    at = quote + 1
            if at >= size:
                return
            if string is None:
                end = match(text, at).end()  # type: ignore[union-attr]  # matches the empty string too
                if end == size:
                    # The Python backend takes a literal for whole when something follows it.
                    self._send((text[at:] + " " if text[-1] in "el" else text[at:]).encode())
                    return
                if text[end] == '"':
                    self._send((text[at:end] + '""').encode())
                    self.string = string = OpenString()
                    if tokens.pop()[0] == "map_key":
                        self._is_key = True
                    else:
                        tokens.append(("open_string", string))
                    at = end + 1
                else:
                    at = self._bare(text, at, end)
                    if at == size:
                        return

    def finish(self) -> None:
        """Say that no more will come: a number at the very end is complete with that."""
        bare, self.carry = self.carry, ""
        if self.string is None and NUMBER.fullmatch(bare):
            self.carry = bare
            self.feed(" ")
        else:
            self.tokens.clear()

    def span(self, index: int) -> tuple[int, int]:
        """Where the token at `index` of `tokens` stands in the text; of a string that was cut, where it ends."""
        at = start = 0
        for i, (event, _) in enumerate(self.tokens[: index + 1]):
            if event == "append":
                continue
            if event == "close_string" or (i == 0 and self._was_key):
                lexeme = _STRING_END.match(self._slice, at)
            else:
                lexeme = (_QUOTE if event == "open_string" else _LEXEME).search(self._slice, at)
            assert lexeme is not None  # noqa: S101  # every token comes from a lexeme in this slice
            start, at = lexeme.span()
        return self._base + start, self._base + at

    @property
    def _base(self) -> int:
        """Where the slice begins in the text."""
        return len(self.text) - len(self._slice)

    def _string_on(self, string: OpenString, text: str, at: int) -> int:
        """Read on in an open string that has something to decode, or is long; return where it stopped."""
        piece, end, closed = string.decode(text, at)
        if string.length > self._max_string:
            self.flaw = Flaw(self._base + at, _longer("string", "max_string", self._max_string), limit=True)
            return len(text)
        if closed:
            self.string = None
            whole = string.text()
            self.tokens.append(("map_key", whole) if self._is_key else ("close_string", (piece, whole)))
            self._is_key = False
            return end
        if piece and not self._is_key:
            self.tokens.append(("append", piece))
        self.carry = text[end:]
        return len(text)

    def _bare(self, text: str, at: int, end: int) -> int:
        """Read the lexemes from `at` to `end`, and what stands there that is none; return where it stopped."""
        if at < end:
            self._send(text[at:end].encode())
        stop = _BARE.match(text, end).end()  # type: ignore[union-attr]  # matches the empty string too
        bare, cut = text[end:stop], stop == len(text)
        if not (bare in CUT_LITERALS or CUT_NUMBER.fullmatch(bare) if cut else NUMBER.fullmatch(bare)):
            raise ValueError(bare)
        if len(bare) > self._max_digits:
            self.flaw = Flaw(self._base + end, _longer("number", "max_number_digits", self._max_digits), limit=True)
            return len(text)
        if cut:  # it may go on
            self.carry = bare
            return stop
        # ijson might not hold it
        self._send(b"0 ")
        self.tokens[-1] = ("number", int(bare) if bare.lstrip("-").isdigit() else float(bare))
        return stop


def _longer(what: str, limit: str, most: int) -> str:
    return f"a {what} is longer than {limit}={most:,} characters"
