"""Chunks in, parts out: one module for each wire format, and the registry of them.

A format is recognised by the shape of its chunks (keys or attributes), never by importing an SDK. Its module has a
function `recognizes(chunk)` and a class `Adapter`, whose `read(chunk)` gives the `Part`s of a chunk; docs/providers.md
shows how to write one. A new one is added to `FORMATS`, and if it comes in bodies that are no server-sent events, its
keys to `_CHUNK_KEYS` of `_beginning`.
"""

from __future__ import annotations

from typing import Any, Final

from partway.errors import UsageError
from partway.providers import (
    ag_ui,
    anthropic,
    bedrock,
    cohere,
    gemini,
    gemini_interactions,
    langchain,
    ollama,
    openai_chat,
    openai_completions,
    openai_responses,
    pydantic_ai,
    tgi,
    vercel_ui,
    watsonx,
    writer,
)
from partway.providers._delta import (
    CONTENT,
    Adapter,
    Channel,
    Closed,
    Delta,
    Ending,
    Facts,
    Failure,
    Format,
    Operation,
    Part,
    Reason,
    Restart,
    channel,
    field,
    plain,
)
from partway.providers._failures import failure_of

__all__ = [
    "CONTENT",
    "FORMATS",
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
    "failure_of",
    "field",
    "format_of",
    "plain",
    "unknown",
]

FORMATS: Final[tuple[Format, ...]] = (
    openai_responses,
    openai_completions,  # before `openai_chat`, which takes a chunk of either without choices
    openai_chat,
    anthropic,
    ag_ui,
    pydantic_ai,
    gemini_interactions,
    vercel_ui,  # before `cohere`, which has a word of its in common
    cohere,
    bedrock,
    gemini,
    ollama,
    tgi,
    watsonx,
    langchain,
    writer,  # last, as its chunks say the least
)
"""In the order in which they are asked."""


def format_of(chunk: Any) -> Format | None:
    """The format of a stream, told by one of its chunks; `None` if it is of none that is known."""
    return next((format_ for format_ in FORMATS if format_.recognizes(chunk)), None)


def unknown(chunk: Any) -> UsageError:
    """The error for a chunk that is of no format."""
    what = f"a {type(chunk).__name__}"
    names = list(chunk) if isinstance(chunk, dict) else list(getattr(chunk, "__dict__", ()))
    if isinstance(chunk, dict) or names:
        what += " with the keys " + (", ".join(map(repr, names)) or "of nothing")
    known = ", ".join(format_.__name__.rpartition(".")[2] for format_ in FORMATS)
    return UsageError(f"{what} is no chunk that is known: yield str, bytes, or chunks of {known}")
