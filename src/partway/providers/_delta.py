"""What every format is turned into: parts, each of which says one thing about the answer.

Text comes as `Delta`s on channels, and channels never mix: content, reasoning, refusals and each tool call have one of
their own, in each of several answers. A format's `Adapter` gives the parts of a chunk in the order of the text. Parts
are tuples, and channels are made once, because there is a part for every token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

__all__ = [
    "CONTENT",
    "REASONING",
    "Adapter",
    "Channel",
    "Closed",
    "Delta",
    "Ending",
    "Facts",
    "Failure",
    "Format",
    "Operation",
    "Part",
    "Reason",
    "Restart",
    "channel",
    "field",
    "members",
    "plain",
]

Kind: TypeAlias = Literal["content", "tool", "reasoning", "refusal"]
Reason: TypeAlias = Literal["stop", "length", "filter", "refusal"]


@dataclass(frozen=True, slots=True)
class Channel:
    """What a piece of text belongs to."""

    kind: Kind
    choice: int = 0
    """Which of several answers, from 0."""
    index: int = 0
    """Of a tool call: which of the answer's, from 0, in the order in which they opened."""
    name: str = ""
    """Of a tool call: the name of the tool."""
    id: str = ""
    """Of a tool call: what the provider calls it, or nothing."""


@cache
def channel(kind: Kind, choice: int, /) -> Channel:
    """The channel of a kind, other than a tool call, in one of several answers: the same object every time."""
    return Channel(kind, choice)


CONTENT = channel("content", 0)
"""The text of the answer, where there is one answer only."""

REASONING = channel("reasoning", 0)
"""What the model thinks before it, where there is one answer only."""


class Delta(NamedTuple):
    """A piece of text. The first on the channel of a tool call, maybe empty, says that the call has begun."""

    channel: Channel
    text: str


class Operation(NamedTuple):
    """A value is put at a path of a tool call's arguments, or more of a string that is open there."""

    channel: Channel
    path: tuple[str | int, ...]
    value: str | float | bool | None
    goes_on: bool
    """Whether it is a string of which more may come."""


class Closed(NamedTuple):
    """A tool call has all its arguments."""

    channel: Channel


class Ending(NamedTuple):
    """The provider says why an answer has ended."""

    reason: Reason
    said: str
    """The provider's own word for it."""
    choice: int = 0


class Facts(NamedTuple):
    """What the provider says of the answer as a whole."""

    model: str | None = None
    usage: Any = None
    """Counts of tokens, under the provider's own names: a dict or an object of an SDK."""


class Failure(NamedTuple):
    """The provider reports an error, or what came is no stream of answers."""

    message: str
    code: str | None = None
    cause: Exception | None = None
    """What was raised over it, if anything was."""


class Restart(NamedTuple):
    """The message begins anew: what came before is void."""

    reason: str


Part: TypeAlias = Delta | Operation | Closed | Ending | Facts | Failure | Restart


class Adapter(Protocol):
    """Reads the chunks of one stream, and keeps what it must remember from chunk to chunk."""

    def read(self, chunk: Any, /) -> Sequence[Part]:
        """What a chunk says; nothing if it is none of this format's."""
        ...


class Format(Protocol):
    """What a module of this package has."""

    __name__: str

    def recognizes(self, chunk: Any, /) -> bool:
        """Whether a chunk is of this format."""
        ...

    def Adapter(self) -> Adapter:  # noqa: N802  # it is a class
        """Make what reads a stream."""
        ...


class Members(Protocol):
    """What fields are read from."""

    def get(self, name: str, /) -> Any:
        """A field; `None` where it is absent."""
        ...


class Attributes:
    """The attributes of an object, to be read as those of a dict are."""

    __slots__ = ("_of",)

    def __init__(self, of: Any) -> None:
        self._of = of

    def get(self, name: str) -> Any:
        """An attribute; `None` where it is absent."""
        return getattr(self._of, name, None)


def members(value: Any) -> Members:
    """What has a `get` for the keys of a dict, or the attributes of an object: `None` where one is absent.

    It looks into the objects of pydantic, which most SDKs give, because for them to say that an attribute is absent
    takes microseconds, and most optional fields are absent from most chunks.
    """
    if type(value) is dict:
        return value
    extra: Any = getattr(value, "__pydantic_extra__", Attributes)  # what a model allows beside its fields
    if extra is Attributes:  # no model of pydantic's
        return value if isinstance(value, dict) else Attributes(value)
    own: dict[str, Any] = value.__dict__
    return {**own, **extra} if extra else own


def field(value: Any, name: str) -> Any:
    """A key of a dict or an attribute of an object; `None` where it is absent."""
    return members(value).get(name)


def plain(value: Any) -> Any:
    """An SDK's object as a dict of what is set in it; anything else as it is."""
    if hasattr(value, "model_dump"):
        return value.model_dump(exclude_none=True)
    if isinstance(value, dict):
        return {key: part for key, part in value.items() if part is not None}
    return vars(value) if hasattr(value, "__dict__") else value
