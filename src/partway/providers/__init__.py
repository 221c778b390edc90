"""Chunks in, deltas out: one module for each wire format, and the registry of them.

A format is recognised by the shape of its chunks (keys or attributes), never by importing an SDK. Its module has two
functions: `recognizes(chunk)`, and `read(chunk)`, which gives the chunk's `Delta`s and, where the chunk says that the
answer has ended, an `Ending`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from partway.errors import UsageError
from partway.providers import openai_chat
from partway.providers._delta import Channel, Delta, Ending, Format

__all__ = ["FORMATS", "Channel", "Delta", "Ending", "Format", "deltas_of", "format_of"]

FORMATS: Final[tuple[Format, ...]] = (openai_chat,)


def format_of(chunk: Any) -> Format:
    """The format of a stream, told by one of its chunks.

    Raises:
        UsageError: It is of no format that is known.
    """
    for format_ in FORMATS:
        if format_.recognizes(chunk):
            return format_
    what = f"a {type(chunk).__name__}"
    if isinstance(chunk, Mapping):
        what += " with the keys " + (", ".join(map(repr, chunk)) or "of nothing")
    known = ", ".join(format_.__name__.rpartition(".")[2] for format_ in FORMATS)
    raise UsageError(f"{what} is no chunk that is known: yield str, bytes, or chunks of {known}")


def deltas_of(chunk: Any) -> list[str]:
    """The pieces of the model's answer in one chunk, of whatever kind the chunk is.

    Raises:
        UsageError: It is of no format that is known.
    """
    if isinstance(chunk, str):
        return [chunk]
    parts = format_of(chunk).read(chunk)
    return [part.text for part in parts if isinstance(part, Delta) and part.channel == Channel("content", 0)]
