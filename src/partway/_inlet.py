"""Chunks in, parts out, whatever a source yields.

`str` and `bytes` are unwrapped first (`_forms`): they are the model's text itself, or a body that holds chunks. The
format of the chunks is found out once, by the first of them, and then called directly. A chunk that says nothing to it
is looked at again: it may report an error, which looks alike in all formats, or be of another format. An event of a
kind that nobody knows is passed over, because providers add some.

Adapters believe what a chunk holds to be of the types that it should have: to look at each field would cost more than
to read it. What an adapter stumbles over, and text that is none, ends the stream here, as an error of the source.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import takewhile
from typing import Any, Final

from partway._forms import Form, Unwrapper
from partway._limits import Limits
from partway._objects import quote
from partway.providers import (
    CONTENT,
    Adapter,
    Delta,
    Ending,
    Facts,
    Failure,
    Format,
    Operation,
    Part,
    failure_of,
    field,
    format_of,
    unknown,
)

__all__ = ["Inlet"]

_STUMBLES: Final = (AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""What comes of a value where it is of another type than it should be. A `UsageError` is none of these."""


class Inlet:
    """Reads the chunks of one source.

    Args:
        form: What `str` and `bytes` hold; found out when not given.
        keys: The keys that the JSON of the answer may have at its root; `None` if they may be any.
        array: Whether it may be an array.
        limits: How large an event may be.

    Attributes:
        text: Whether `str` chunks are the model's text itself, as they stand.
    """

    __slots__ = ("_adapter", "_adapters", "_format", "_forms", "_over", "text")

    def __init__(
        self,
        form: Form | None = None,
        *,
        keys: Container[str] | None = (),
        array: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self._forms = Unwrapper(form, keys=keys, array=array, max_event=(limits or Limits()).max_event)
        self._format: Format | None = None
        self._adapter: Adapter | None = None
        self._adapters: dict[str, Adapter] = {}  # of all formats that there were, by name: each remembers its calls
        self._over = False
        self.text = form == "text"

    @property
    def cut(self) -> str:
        """What the source ended inside of, in words; empty if it ended between two things."""
        return self._forms.cut

    def read(self, chunk: Any) -> Sequence[Part]:
        """What a chunk says.

        Raises:
            UsageError: It is of no format that is known.
        """
        if isinstance(chunk, str | bytes | bytearray | memoryview):
            items = self._forms.read(chunk)
            self.text = self._forms.form == "text"
            return self._parts(items)
        return self._read(chunk)

    def end(self) -> Sequence[Part]:
        """What the end of the source says, of what was kept back till then; nothing, when it is asked again."""
        if self._over:
            return ()
        self._over = True
        return self._parts(self._forms.end())

    def _parts(self, items: list[Any]) -> list[Part]:
        parts: list[Part] = []
        for item in items:
            if isinstance(item, str):
                parts.append(Delta(CONTENT, item))
            elif isinstance(item, Failure):
                parts.append(item)
            else:
                parts += self._read(item)
        return parts

    def _read(self, chunk: Any) -> Sequence[Part]:
        parts: Sequence[Part] = ()
        ends = False
        try:
            if self._adapter is not None:
                parts = self._adapter.read(chunk)
            if not parts:
                parts = self._unread(chunk)
            for part in parts:
                if type(part) is not Delta or type(part.text) is not str:
                    if not _is_sound(part):
                        raise TypeError("text, or a value, is of a wrong type")
                    ends |= type(part) in (Ending, Facts)
            if ends and (failure := failure_of(chunk)) is not None:  # it is why nothing more comes
                return (*(part for part in parts if type(part) is not Ending), failure)
        except _STUMBLES as error:
            return (*takewhile(_is_sound, parts), self._malformed(chunk, error))
        return parts

    def _malformed(self, chunk: Any, error: Exception) -> Failure:
        """Say that a chunk does not hold what one of its format does."""
        of = "" if self._format is None else f" of {self._format.__name__.rpartition('.')[2]}"
        try:
            shown = quote(repr(chunk))
        except Exception:  # noqa: BLE001  # an object that is broken may have a `repr` that is
            shown = f"a {type(chunk).__name__}"
        return Failure(f"a chunk{of} is malformed: {shown}", cause=error)

    def _unread(self, chunk: Any) -> Sequence[Part]:
        """A chunk of a format that is not known yet, or one that says nothing: an error, or something else."""
        format_ = format_of(chunk)
        if (failure := failure_of(chunk, alone=self._format is None and format_ is None)) is not None:
            return (failure,)
        if self._format is not None and self._format.recognizes(chunk):
            return ()
        if format_ is not None:
            self._format = format_
            if (adapter := self._adapters.get(format_.__name__)) is None:
                self._adapters[format_.__name__] = adapter = format_.Adapter()
            self._adapter = adapter
            return adapter.read(chunk)
        if self._format is None:
            raise unknown(chunk)
        if chunk == {}:  # a sign of life
            return ()
        if (failure := failure_of(chunk, alone=not isinstance(field(chunk, "type"), str), coded=True)) is not None:
            return (failure,)
        if isinstance(field(chunk, "type"), str):  # an event of a newer kind
            return ()
        return (Failure(str(unknown(chunk))),)


def _is_sound(part: Part) -> bool:
    """Whether what is read as text is text, what is put at a path a scalar, and what counts answers a number."""
    match part:
        case Delta(_, text):
            return isinstance(text, str)
        case Operation():
            return part.value is None or isinstance(part.value, str | int | float)
        case Ending():
            return isinstance(part.choice, int)
        case _:
            return True
