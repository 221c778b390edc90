"""What an `Extractor` is made of: text in, a growing typed value out.

It is in one of four modes, and every piece of text is looked at in the mode it meets:

    SEARCHING ── a candidate begins ──▶ READING ── complete and valid ──▶ FOUND
        ▲                                  │
        └──────── broken, or no fit ───────┘         (an error that ends all ──▶ OVER; `finish` ──▶ OVER)

With `json_only` the text is one candidate from its first character, and whatever is wrong ends all at once. Such a
value may also come as operations (`operate`): then `Operations` takes the place of the reader.

A candidate that fails stays in view, and its error is kept: only when another follows is it given up, which
`Restarted` announces. If it had begun to be filled, what is left of it is skipped (`Fence.skip`): an inner object of
a broken document must not pass for the answer.

What is asked of an extractor once a text, and the types of what it gives, are in `_extractor`: this is what waits for
every delta, so it is one of the modules that mypyc can compile (`_compiled`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any, Final, TypeVar

from partway._builder import Builder, Misfit
from partway._compiled import mypyc_attr
from partway._diagnose import Flaw, locate, value_before
from partway._fence import Fence
from partway._lexemes import SLICE
from partway._limits import Limits
from partway._mismatch import reason
from partway._operations import Operations
from partway._paths import APPENDS, BOTH, Pattern, Watch, watch_for
from partway._plan import CONTEXT, ValidationError, forget_frames, plan_for, retitled
from partway._prose import Prose
from partway._reader import Reader
from partway._strings import TAIL, OpenString
from partway._views import viewer
from partway.errors import (
    LimitError,
    MalformedJSONError,
    MismatchError,
    NoJSONError,
    PartwayError,
    TruncatedJSONError,
    UsageError,
)
from partway.events import Appended, Event, Path, Restarted

__all__ = ["AMPLE", "COMPILED", "QUOTED", "Core", "Mode"]

R = TypeVar("R")

COMPILED: Final = not __file__.endswith(".py")
"""Whether this module, and with it the core, was compiled."""

_DEFAULT: Final = Limits()
AMPLE: Final = SLICE + TAIL
"""With so many characters left of the limit, one step cannot pass it."""
QUOTED: Final = 80
"""How many characters of a text without JSON are quoted."""


_NOT_SPACE: Final = re.compile(r"[^ \t\n\r]")


class Mode(Enum):
    SEARCHING = auto()
    READING = auto()
    FOUND = auto()
    OVER = auto()


@mypyc_attr(allow_interpreted_subclasses=True)
class Core:
    """What an `Extractor` does with text; its arguments are described there."""

    __slots__ = (
        "_backend", "_behind", "_broken", "_builder", "_busy", "_candidates", "_context", "_end", "_fail_fast",
        "_fence", "_flaw", "_head", "_left", "_limits", "_live", "_mismatch", "_mode", "_most", "_on_event", "_only",
        "_plan", "_prose", "_reader", "_reading", "_shown", "_slice", "_snapshot", "_stale", "_thinking", "_view",
        "_viewed", "_watch", "type",
    )  # fmt: skip

    def __init__(
        self,
        type_: Any,
        *,
        partial: Any = None,
        on_event: Callable[[Event], object] | None = None,
        paths: Sequence[str] | None = None,
        limits: Limits | None = None,
        json_only: bool = False,
        fail_fast: bool = False,
        validation_context: Any = None,
        thinking: Sequence[str] = ("think", "thinking", "reasoning"),
        backend: str | None = None,
    ) -> None:
        self.type = type_
        self._plan = plan_for(type_, in_context=validation_context is not None)
        self._view = None if partial is None else viewer(type_, partial)
        self._context = validation_context
        self._fail_fast = fail_fast
        self._on_event = on_event
        self._watch = None if paths is None else watch_for([(Pattern(path), BOTH) for path in paths])
        self._limits = limits or _DEFAULT
        self._only = json_only
        self._backend = backend
        self._thinking = thinking
        self._fence = self._new_fence()
        self._prose = Prose(thinking)
        self._mode = Mode.READING if json_only else Mode.SEARCHING
        self._busy = False  # whether what is fed is being read, which calls validators and whoever listens
        self._broken = False  # whether an exception went through, and nobody was told yet how the text ended with that
        self._reading = False  # whether text is read, and none of it could still be quoted as having no JSON
        self._candidates = 0
        self._flaw: Flaw | None = None
        self._mismatch: ValidationError | None = None
        self._end: int | None = None
        self._head = ""
        self._behind = ""  # what came after the one document there may be
        self._left = self._limits.max_chars
        self._slice = min(SLICE, self._limits.max_string)
        self._most = min(TAIL, self._limits.max_string)
        self._live: OpenString | None = None  # the open string, if nothing of it is kept back or hidden
        self._stale = False
        self._snapshot: Any = None
        self._viewed: Any = None  # the snapshot of which a view was made last
        self._shown: Any = None
        self._reader, self._builder = self._new_candidate(self._on_event, self._watch)

    def feed(self, delta: Any) -> bool:
        """Take in a piece of the text, cut anywhere; say whether the partial has changed.

        Raises:
            LimitError: One of the limits was passed.
            MalformedJSONError: With `json_only`: the text is not one JSON document.
            MismatchError: With `fail_fast`: something does not fit.
            UsageError: It was finished, or has failed, before; or `delta` is no `str`; or a callback or a validator of
                this very text calls.
            Exception: Whatever a callback or a validator of yours lets out. The extractor is at its end with that.
        """
        if self._busy:
            raise self._inside()
        try:
            string = self._live
            if string is not None and delta and type(delta) is str and '"' not in delta and "\\" not in delta:
                # The common case, on its own for speed: more of an open string, and nothing in it to decode. A
                # character that is not printable may be one that JSON does not allow. Limits, and the JSON text, catch
                # up later.
                tail = string.tail + delta
                if len(tail) < self._most and delta.isprintable():
                    string.tail = tail
                    if self._builder.string is None:
                        return False
                    self._stale = True
                    if self._builder.tells & APPENDS:
                        self._busy = True
                        self._on_event(Appended(self._builder.string_path, delta))  # type: ignore[misc]  # there is one
                        self._busy = False
                    return True
            reader, builder = self._reader, self._builder
            if self._reading and delta and type(delta) is str and len(delta) <= self._slice and self._left > AMPLE:
                # Nearly as common, and on its own as well: a candidate goes on, and does not end here.
                if string is not None:
                    self._left -= reader.catch_up()
                    self._live = None
                self._left -= len(delta)
                self._busy = True
                reader.feed(delta)
                if not reader.stopped:
                    self._busy = False
                    if builder.covered:
                        builder.only_seen()
                    elif not reader.carry:
                        self._live = reader.string
                    if not builder.changed:
                        return False
                    builder.changed = False
                    self._stale = True
                    return True
                self._look_at(self._ended())
            elif self._context is None:
                self._take(delta)
            else:
                self._in_context(self._take, delta)
            self._busy = False
            return self._taken()
        except BaseException:
            self._broke_off()
            raise

    def _guarded(self, call: Callable[..., R], *args: Any) -> R:
        """Call something that validates and tells, and is no text."""
        if self._busy:
            raise self._inside()
        self._busy = True
        try:
            made = self._in_context(call, *args)
        except BaseException:
            self._broke_off()
            raise
        self._busy = False
        return made

    def _inside(self) -> UsageError:
        return UsageError("a call from inside: what listens, or validates, is called while text is taken in")

    def _broke_off(self) -> None:
        """An exception goes through: if it is none that ends the text, it leaves something half done, so end there."""
        if self._busy and self._mode is not Mode.OVER:
            self._end_it()
            self._broken = self._stale = True
        self._busy = False

    def _taken(self) -> bool:
        """Find out in what way the next text can be taken; say whether the partial has changed."""
        reader, builder = self._reader, self._builder
        reading = self._mode is Mode.READING
        # What validates in a context goes the long way, which gives it.
        self._reading = reading and self._context is None and (len(self._head) > QUOTED or not self._plan.atoms)
        self._live = reader.string if reading and not reader.carry and not builder.covered else None
        if self._live is not None:
            self._most = min(TAIL, self._limits.max_string, len(self._live.tail) + self._left + 1)
        return self._changed()

    def _changed(self) -> bool:
        """Say whether the partial has changed since this was last asked; if so, it is to be made anew."""
        builder = self._builder
        if builder.covered:
            builder.only_seen()
        changed = builder.changed
        if changed:
            builder.changed = False
            self._stale = True
        return changed

    def _in_context(self, call: Callable[..., R], *args: Any) -> R:
        """Call something that validates."""
        token = CONTEXT.set(self._context)
        try:
            return call(*args)
        finally:
            CONTEXT.reset(token)

    def _take(self, delta: Any) -> None:
        """Take text in whatever mode."""
        if not isinstance(delta, str):
            raise UsageError(f"feed() takes str, not {type(delta).__name__}; stream() takes bytes")
        if self._mode is Mode.OVER:
            raise UsageError("feed() after the end: an Extractor reads one text; make a new one for the next")
        if isinstance(self._reader, Operations):
            self._reader.feed(delta)
        self._catch_up()
        self._live = None  # until it is known again what is open
        self._left -= len(delta)
        if self._left < 0:
            raise self._over(self._data_error(LimitError, self._too_long()))
        if len(self._head) <= QUOTED:
            self._head = (self._head + delta[: QUOTED + 1])[: QUOTED + 1]
        self._busy = True
        self._look_at(delta)

    def _catch_up(self) -> None:
        """Have the JSON text follow what was added to the open string without it."""
        if self._live is not None:
            self._left -= self._reader.catch_up()

    def _look_at(self, text: str) -> None:
        """Take text slice by slice, so that what is copied for a candidate is never more than a slice."""
        waiting = [(text, 0)]
        while waiting:
            text, at = waiting.pop()
            piece = text[at : at + self._slice]
            if at + self._slice < len(text):
                waiting.append((text, at + self._slice))
            if piece and (behind := self._look_at_slice(piece)):
                waiting.append((behind, 0))

    def _look_at_slice(self, piece: str) -> str:
        """Take a slice in the mode there is; return what of it is to be looked at in another."""
        match self._mode:
            case Mode.READING:
                self._reader.feed(piece)
                return self._ended()
            case Mode.SEARCHING:
                candidate = self._fence.feed(piece)
                if candidate is None:
                    self._prose.write(piece)
                    return ""
                self._prose.json(piece, len(candidate), fenced=self._fence.in_json)
                self._begin()
                return candidate
            case _:
                if self._only:
                    self._behind += piece
                    if found := _NOT_SPACE.search(self._behind, len(self._behind) - len(piece)):
                        raise self._over(self._behind_error(found.start()))
                else:
                    self._prose.write(piece)
                return ""

    @property
    def partial(self) -> Any:
        """The typed value so far, immutable; `None` before anything of it has arrived.

        It is made when it is asked for, and is the same object until something changes.
        """
        snapshot = self.snapshot
        if self._view is None:
            return snapshot
        if snapshot is not self._viewed:
            self._viewed = snapshot
            self._shown = self._view(snapshot)
        return self._shown

    @property
    def snapshot(self) -> Any:
        """The same, but never shown as the class that `partial=` names: a `Partial[T]`, or a `T` when complete."""
        if self._stale:
            self._stale = False
            self._snapshot = self._builder.snapshot()
        return self._snapshot

    @property
    def open_path(self) -> Path:
        """Where the text is being written now: the innermost place that is open."""
        return self._builder.open_path(bare=self._reader.bare)

    @property
    def text(self) -> str:
        """The JSON text so far, without fence or prose."""
        self._catch_up()
        return self._reader.text.slice(0, self._end)

    def _new_fence(self) -> Fence:
        return Fence(containers=self._plan.starts, scalars=self._plan.atoms, thinking=self._thinking)

    def _new_candidate(self, on_event: Callable[[Event], object] | None, watch: Watch | None) -> tuple[Reader, Builder]:
        limits = self._limits
        builder = Builder(
            self._plan,
            max_depth=limits.max_depth,
            max_rejected=limits.max_rejected,
            fail_fast=self._fail_fast,
            emit=on_event,
            watch=watch,
        )
        reader = Reader(
            builder,
            max_string=limits.max_string,
            max_number_digits=limits.max_number_digits,
            backend=self._backend,
        )
        return reader, builder

    def _begin(self) -> None:
        """Another candidate begins; what was shown of the one before is given up."""
        if self._candidates == self._limits.max_candidates:
            sentence = f"more than max_candidates={self._candidates:,} JSON documents were begun in the text"
            offset = self._end if self._flaw is None else self._flaw.offset  # where the one before ended
            raise self._over(self._data_error(LimitError, sentence, offset))
        self._candidates += 1
        changed = self._builder.changed
        if self._builder.began:
            changed = True
            if self._on_event is not None:
                self._on_event(Restarted(self._why()))
        self._flaw = self._mismatch = self._end = None
        if self._reader.stopped or self._builder.began:
            self._reader, self._builder = self._new_candidate(self._on_event, self._watch)
        self._builder.changed = changed
        self._mode = Mode.READING

    def _ended(self) -> str:
        """See whether the candidate has ended, well or not; if it has, return the text behind it."""
        reader, builder = self._reader, self._builder
        if builder.failed is not None:
            if builder.done:
                self._end = reader.end
            raise self._over(self._first_misfit(builder.failed))
        if builder.done:
            return self._complete()
        flaw = builder.flaw or reader.flaw
        if flaw is None:
            return ""
        self._flaw = flaw
        if flaw.limit or self._only:
            raise self._over(self._failure())
        self._mode = Mode.SEARCHING
        if not builder.began:  # a word, where a scalar might have been
            self._candidates -= 1
        if not builder.filled:  # a brace in prose: JSON may begin with the next character
            self._prose.no_json()
            self._prose.write(reader.text.slice(0, 1))
            return reader.text.slice(1)
        self._fence.skip(builder.depth, reader.text.slice(max(0, flaw.offset - QUOTED), flaw.offset))
        return reader.text.slice(flaw.offset)

    def _complete(self) -> str:
        """The candidate is complete: it is the answer if it fits."""
        builder = self._builder
        self._end = self._reader.end
        behind = self._reader.text.slice(self._end)
        if builder.error is not None:
            try:
                builder.value = self._plan.validate_json(self.text)
            except ValidationError as error:
                self._mismatch = forget_frames(error)  # they would keep the candidate before
                self._mode = Mode.FOUND if self._only else Mode.SEARCHING
                return behind
        self._mode = Mode.FOUND
        return behind

    def _first_misfit(self, misfit: Misfit) -> PartwayError:
        """Why it ended at the first value that does not fit."""
        self._changed()
        json = None if misfit.end is None else value_before(self._reader.slice, misfit.end)
        path, sentence = reason(misfit.error, misfit.path, union=misfit.union, json=json)
        offset = None
        if json is not None and misfit.end is not None:
            offset = misfit.end - len(json) + locate(json, path[len(misfit.path) :])
        return MismatchError(
            f"the JSON does not fit the type: {sentence}",
            validation_error=retitled(misfit.error.title, misfit.error, *misfit.path),
            partial=self.partial,
            text=self.text,
            path=path,
            offset=offset,
        )

    def _failure(self) -> PartwayError:
        """Why there is no result."""
        self._changed()
        if self._mismatch is not None:
            path, sentence = self._first_reason(self._mismatch)
            return MismatchError(
                f"the JSON does not fit the type: {sentence}",
                validation_error=self._mismatch,
                partial=self.partial,
                text=self.text,
                path=path,
                offset=locate(self.text, path),
            )
        if self._flaw is not None:
            kind = LimitError if self._flaw.limit else MalformedJSONError
            sentence = self._flaw.expected if self._flaw.limit else f"expected {self._flaw.expected}"
            return self._data_error(kind, sentence, self._flaw.offset)
        if self._candidates or (self._only and _NOT_SPACE.search(self.text)):
            return self._data_error(TruncatedJSONError, "the text ended inside the JSON")
        head = self.text if self._only else self._head
        beginning = head[:QUOTED] + ("…" if len(head) > QUOTED else "")
        where = f"; it ended in {self._fence.inside}" if self._fence.inside else ""
        sentence = f"no JSON in the text, which began {beginning!r}{where}" if beginning else "the text was empty"
        return self._data_error(NoJSONError, sentence)

    def _first_reason(self, mismatch: ValidationError) -> tuple[Path, str]:
        """The first place that does not fit, and why."""
        for misfit in self._builder.rejected.values():
            json = None if misfit.end is None else value_before(self._reader.text.slice, misfit.end)
            total = mismatch.error_count()
            return reason(misfit.error, misfit.path, union=misfit.union, json=json, total=total)
        return reason(mismatch, (), union=False, json=self.text)

    def _why(self) -> str:
        """The reason why a candidate was given up."""
        if self._mismatch is not None:
            return "a complete JSON document did not fit the type, and another one follows"
        expected = self._flaw.expected if self._flaw is not None else "the rest"
        return f"a JSON document was broken ({expected} was expected), and another one follows"

    def _behind_error(self, at: int) -> PartwayError:
        """The error for text behind the one document there may be."""
        error = self._data_error(MalformedJSONError, "expected the end of the text")
        error.offset = len(error.text) + at
        error.text += self._behind
        return error

    def _data_error(self, kind: type[PartwayError], message: str, offset: int | None = None) -> PartwayError:
        self._changed()
        return kind(message, partial=self.partial, text=self.text, path=self.open_path, offset=offset)

    def _too_long(self) -> str:
        return f"the text is longer than max_chars={self._limits.max_chars:,}"

    def _over(self, error: PartwayError) -> PartwayError:
        self._end_it()
        return error

    def _end_it(self) -> None:
        self._mode = Mode.OVER
        self._reading = False
        self._live = None
