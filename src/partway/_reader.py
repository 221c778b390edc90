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
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeAlias

import ijson
from ijson.utils import sendable_list

from partway._compiled import mypyc_attr
from partway._diagnose import CUT_LITERALS, CUT_NUMBER, NUMBER, Flaw, diagnose
from partway._lexemes import SHORT, lexeme, whole_lexemes, whole_until
from partway._strings import TAIL, BrokenStringError, OpenString, TextBuffer, after

__all__ = ["BACKENDS", "Reader", "Sink", "Token"]

Token: TypeAlias = tuple[str, Any]
"""ijson's `(event, value)`."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Sink:
    """What takes the tokens: ijson's in batches, and those of strings that did not come whole one by one.

    Attributes:
        over: Whether it takes no more: the document is complete, or a limit was passed.
    """

    __slots__ = ("over",)

    def __init__(self) -> None:
        self.over = False

    def take(self, tokens: list[Token], reader: Reader, /) -> None:
        """Take tokens of ijson's; `Reader.span` says where each stands."""
        raise NotImplementedError

    def key(self, key: str, reader: Reader, /) -> None:
        """Take a key."""
        raise NotImplementedError

    def open_string(self, string: OpenString, /) -> None:
        """A string that is a value begins, still empty."""
        raise NotImplementedError

    def append(self, piece: str, /) -> None:
        """It goes on."""
        raise NotImplementedError

    def close_string(self, piece: str, whole: str, reader: Reader, /) -> None:
        """It goes on with `piece` and closes."""
        raise NotImplementedError


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

_BARE = re.compile(r'[^ \t\n\r{}\[\]:,"]*')
_CUT_INTEGER = re.compile(r"[:,]? ?[1-9][0-9]*+")
_NOWHERE: Final = (-1, 0)
_SEPARATORS: Final = frozenset((":", ": ", ",", ", "))


_WORD: Final = rb"(?:true|false|null)(?=[\w.+\-])"
_GLUED = re.compile(_WORD)
_WORDS = re.compile(rb'"(?:[^"\\]|\\.)*+"|(' + _WORD + rb")", re.DOTALL)


def _apart(send: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Have the Python backend see a literal before what it is glued to: cut behind it, the literal is told as well."""

    def send_apart(data: bytes) -> None:
        if _GLUED.search(data):
            data = _WORDS.sub(lambda found: found[0] + b" " if found[1] else found[0], data)
        send(data)

    return send_apart


class Reader:
    """Turns the pieces of one JSON document into tokens.

    Args:
        sink: What takes the tokens.
        max_string: The longest string, in characters.
        max_number_digits: The longest number, in characters.
        backend: One of `BACKENDS`; the first of them when not given.

    Attributes:
        stopped: Whether no more can be read: the sink is over, or there is a flaw.
        end: Where the document ends in the text, once the sink is over.
        flaw: What is wrong with the text.
        string: The string that is open, key or value.
        carry: What was kept back of the text, to come again in front of the next.
        text: The text so far.
        tokens: Those that the sink is taking.
    """

    __slots__ = (
        "_at", "_coroutine", "_is_key", "_key", "_looked_up", "_match", "_max_digits", "_max_string", "_most",
        "_origin", "_send", "_sink", "_slice", "_synced", "_until", "carry", "end", "flaw", "stopped", "string", "text",
        "tokens",
    )  # fmt: skip

    def __init__(self, sink: Sink, *, max_string: int, max_number_digits: int, backend: str | None = None) -> None:
        self._sink = sink
        self.tokens: list[Token] = sendable_list()
        backend = backend or BACKENDS[0]
        self._coroutine = ijson.get_backend(backend).basic_parse_coro(self.tokens, use_float=True)
        self._send = _apart(self._coroutine.send) if backend == "python" else self._coroutine.send
        self._max_string = max_string
        self._max_digits = max_number_digits
        self._most = min(TAIL, max_string)
        # An integer of 18 digits fits 64 bits; a float of these digits and a two-digit exponent cannot overflow.
        # With sign, point and exponent it has six more characters.
        self._match = whole_lexemes(max(0, min(18, (max_number_digits - 6) // 2))).match
        self.text = TextBuffer()
        self.string: OpenString | None = None
        self.carry = ""
        self.flaw: Flaw | None = None
        self.stopped = False
        self.end = 0
        self._key = OpenString()  # one for all keys: nobody else holds on to it
        self._is_key = False
        self._slice = ""
        self._synced = 0  # how much of the tail of the open string is in the text
        self._until = 0  # where it ends, if that is known to be with its last token
        self._origin = -1  # where in the text what the sink is taking begins, once that was asked for
        self._looked_up = _NOWHERE  # the token whose place was last looked up, and where to look for it
        self._at = 0  # where what the sink is taking begins in the slice

    def __del__(self) -> None:
        # A generator of ijson's that is dropped in the middle of a document complains on standard error.
        with suppress(Exception):
            self._coroutine.close()

    @property
    def bare(self) -> bool:
        """Whether a number or literal has begun and not ended."""
        return self.string is None and bool(self.carry)

    @property
    def value(self) -> OpenString | None:
        """The string that is open, if it is a value and no key."""
        return None if self._is_key else self.string

    def feed(self, text: str) -> None:
        """Read a piece of text, at most `SLICE` characters.

        Errors in the text are not raised but kept in `flaw`: the tokens before it count. Reading stops where the sink
        is `over`; what stands behind that is for the caller to take back.
        """
        self.text.write(text)
        if self.carry:
            text = self.carry + text
            self.carry = ""
        self._slice = text
        try:
            self._lex(text, len(text))
            if self.string is not None:
                self._synced = len(self.string.tail)
        except BrokenStringError as error:
            self._fail(Flaw(self._base + error.index, error.expected))
        except ijson.JSONError:
            self._take_over()
            self._broken()
        except ValueError:  # of a lexeme that is none, unless it is the user's own, of a callback or a discriminator
            if diagnose(self.text.slice(0)) is None:
                raise
            self._broken()

    def catch_up(self) -> int:
        """Have the text follow what was added to the open string without the reader; say how much that was."""
        tail = self.string.tail  # type: ignore[union-attr]  # it is open
        missed = len(tail) - self._synced
        if missed:
            self.text.write(tail[self._synced :])
            self._synced = len(tail)
        return missed

    def _lex(self, text: str, size: int) -> None:  # noqa: PLR0915  # as it says
        """Turn text into tokens.

        The cases that make up nearly all of a stream are written out here, without calls: a string goes on, closes,
        or opens, with nothing in it to decode. It is the loop that everything waits for, hence its length.
        """
        sink, tokens, string, at = self._sink, self.tokens, self.string, 0
        while True:
            if string is not None:
                quote = text.find('"', at)
                piece = text[at:] if quote < 0 else text[at:quote]
                tail = string.tail + piece
                if "\\" in piece or len(tail) > self._most or not piece.isprintable():
                    at = self._string_on(string, text, at)
                    string = self.string
                    if self.stopped:
                        return
                elif quote < 0:
                    string.tail = tail
                    if piece and not self._is_key:
                        sink.append(piece)
                    return
                else:
                    string.tail = tail
                    self.string = None
                    at = self._at = quote + 1
                    if self._is_key:
                        self._is_key = False
                        sink.key(string.text() if string.moved else tail, self)
                    else:
                        sink.close_string(piece, string.text() if string.moved else tail, self)
                    if sink.over:
                        self.stopped = True
                        self.end = self._base + at
                        return
                    string = None
                if at >= size:
                    return
                if string is not None:
                    continue
            self._at = at
            far = whole_until(text[at:]) if size - at <= SHORT else -1
            end = at + far if far >= 0 else self._match(text, at).end()  # type: ignore[union-attr]  # matches the empty string too
            if end == size:
                # The Python backend takes a literal or a colon for whole when something follows it.
                self._send((text[at:] + " " if text[-1] in "el:" else text[at:]).encode())
                if tokens:
                    self._until = size
                    self._take_over()
                    self._until = 0
                return
            if text[end] != '"':
                at = self._bare(text, at, end)
                if at == size or self.stopped:
                    return
                continue
            self._send((text[at:end] + '""').encode())
            event = tokens.pop()[0]
            if tokens:
                self._take_over()
                if self.stopped:
                    return
            at = end + 1
            if event == "map_key":
                self._is_key = True
                string = self._key
                string.tail = ""
                string.moved = 0
                self.string = string
            else:
                self.string = string = OpenString()
                sink.open_string(string)

    def _take_over(self) -> None:
        """Give the sink what ijson gave."""
        self._looked_up = _NOWHERE
        self._origin = -1
        self._sink.take(self.tokens, self)
        self.tokens.clear()
        if self._sink.over:
            self.stopped = True

    def _broken(self) -> None:
        if not self.stopped:
            self._fail(diagnose(self.text.slice(0)) or Flaw(len(self.text), "valid JSON"))

    def _fail(self, flaw: Flaw) -> None:
        self.flaw = flaw
        self.stopped = True

    def finish(self) -> None:
        """Say that no more will come: a number at the very end is complete with that."""
        if self.bare and NUMBER.fullmatch(self.carry.lstrip(" ,:")):
            self.feed(" ")

    def refuses(self) -> bool:
        """Whether there is a flaw, now that no more will come: a number that was kept back may not be allowed there."""
        if self.bare and (flaw := diagnose(self.text.slice(0))):
            self.carry = ""
            self._fail(flaw)
        return self.flaw is not None

    def span(self, index: int) -> tuple[int, int]:
        """Where the token at `index` of those that the sink is taking stands."""
        if self._until and index == len(self.tokens) - 1:
            end = len(self._slice[: self._until].rstrip())
            if self._slice[end - 1] in "{}[]":  # the one that is mostly asked for
                return self._base + end - 1, self._base + end
        looked, at = self._looked_up
        if looked < 0 or index < looked:
            looked, at = 0, self._at
        found = lexeme(self._slice, at, index - looked)
        self._looked_up = index, found.start()
        return self._base + found.start(), self._base + found.end()

    def mark(self, index: int) -> tuple[int, int]:
        """By what `find` finds the token at `index` later, if it is asked for: much less work than `span`."""
        if self._origin < 0:
            self._origin = self._base + self._at
        return self._origin, index

    @property
    def here(self) -> int:
        """Where the string or key ends that has come in pieces and is being told of."""
        return self._base + self._at

    def slice(self, start: int, end: int) -> str:
        """A part of the text."""
        return self.text.slice(start, end)

    @property
    def _base(self) -> int:
        """Where the slice begins in the text."""
        return len(self.text) - len(self._slice)

    def _string_on(self, string: OpenString, text: str, at: int) -> int:
        """Read on in an open string that has something to decode, or is long; return where it stopped."""
        broken: BrokenStringError | None = None
        try:
            piece, end, closed = string.decode(text, at)
        except BrokenStringError as error:
            broken, piece, end, closed = error, error.piece, error.index, False
        if (excess := string.length - self._max_string) > 0:  # however it goes on: that may not have come yet
            string.drop(excess)
            piece = piece[: max(0, len(piece) - excess)]
            if piece and not self._is_key:
                self._sink.append(piece)
            where = self._base + after(text, at, len(piece))
            self._fail(Flaw(where, _longer("string", "max_string", self._max_string), limit=True))
            return end
        if not closed:
            if piece and not self._is_key:
                self._sink.append(piece)
            if broken is not None:
                raise broken
            self.carry = text[end:]
            return len(text)
        self.string = None
        self._at = end
        if self._is_key:
            self._is_key = False
            self._sink.key(string.text(), self)
        else:
            self._sink.close_string(piece, string.text(), self)
        self.stopped = self._sink.over
        self.end = self._base + end
        return end

    def _bare(self, text: str, at: int, end: int) -> int:
        """Read the lexemes from `at` to `end`, and what stands there that is none; return where it stopped."""
        if _CUT_INTEGER.fullmatch(text, at) and len(text) - at <= self._max_digits:  # by far the most that are cut
            self.carry = text[at:]
            return len(text)
        stop = _BARE.match(text, end).end()  # type: ignore[union-attr]  # matches the empty string too
        bare, cut = text[end:stop], stop == len(text)
        before = text[at:end]
        # As many digits as are too many are so whatever follows: it may not have come yet.
        too_long = len(bare) > self._max_digits and CUT_NUMBER.fullmatch(bare, 0, self._max_digits + 1)
        if before and not (cut and not too_long and before in _SEPARATORS):
            self._send((before + " ").encode())
            if self.tokens:
                self._take_over()
            if self.stopped:
                return end
            before = ""
        self._at = end
        if not (too_long or (bare in CUT_LITERALS or CUT_NUMBER.fullmatch(bare) if cut else NUMBER.fullmatch(bare))):
            raise ValueError(bare)
        if too_long:
            self.carry = bare
            self._fail(Flaw(self._base + end, _longer("number", "max_number_digits", self._max_digits), limit=True))
            return stop
        if cut:  # it may go on
            self.carry = before + bare
            return stop
        # ijson might not hold it
        self._send(b"0 ")
        self.tokens[-1] = ("number", int(bare) if bare.lstrip("-").isdigit() else float(bare))
        self._take_over()
        return stop


def _longer(what: str, limit: str, most: int) -> str:
    return f"a {what} is longer than {limit}={most:,} characters"
