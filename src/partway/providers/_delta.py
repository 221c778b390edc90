"""What every format is turned into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

__all__ = ["Channel", "Delta", "Ending", "Format", "field"]


@dataclass(frozen=True, slots=True)
class Channel:
    """What a piece of text belongs to: channels never mix."""

    kind: Literal["content", "refusal"]
    index: int
    """Which of several answers, from 0."""


class Delta(NamedTuple):
    """A piece of the model's text."""

    channel: Channel
    text: str


class Ending(NamedTuple):
    """The provider says why an answer ended."""

    channel: Channel
    reason: Literal["stop", "length", "filter"]


class Format(Protocol):
    """What a module of this package has."""

    __name__: str

    def recognizes(self, chunk: Any, /) -> bool:
        """Whether a chunk is of this format."""
        ...

    def read(self, chunk: Any, /) -> Iterable[Delta | Ending]:
        """What a chunk says."""
        ...


def field(chunk: Any, name: str) -> Any:
    """A key of a dict or an attribute of an object; `None` where it is absent."""
    return chunk.get(name) if isinstance(chunk, Mapping) else getattr(chunk, name, None)
