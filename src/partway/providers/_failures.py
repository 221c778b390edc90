"""Errors that a provider reports, which look alike in all formats."""

from __future__ import annotations

import json
from typing import Any

from partway.providers._delta import Failure, field, plain

__all__ = ["failure_of"]


def failure_of(chunk: Any, *, alone: bool = False, coded: bool = False) -> Failure | None:
    """The error that a chunk reports, or the body of a response; `None` if it reports none.

    Errors look alike everywhere: an object with a message, under `error` (OpenAI, Anthropic, Google, Groq, OpenRouter),
    in the chunk itself (`{"type": "error", "message": …}`; vLLM and Mistral say `{"object": "error", …}`), or a message
    alone (Ollama's `{"error": "…"}`).

    Args:
        chunk: What came.
        alone: Whether it is a chunk of no format: then a `message` (Cohere, Bedrock), `detail` (FastAPI) or `errors`
            will do.
        coded: Whether a `message` will do that has a `code`.
    """
    error = field(chunk, "error")
    if not error:
        says_so = "error" in (field(chunk, "type"), field(chunk, "object"))
        if says_so or ((alone or coded) and _has_code(chunk)):
            error = chunk
    if not error:
        return _said_alone(chunk) if alone else None
    if isinstance(error, str):
        return Failure(f"the provider reported an error: {error}")
    words = [field(error, name) for name in ("type", "status", "code")]
    code = next((str(word) for word in words if word and word != "error"), None)
    message = field(error, "message") or field(error, "detail")
    return Failure(message if isinstance(message, str) else str(plain(error)), code)


def _has_code(chunk: Any) -> bool:
    return isinstance(field(chunk, "message"), str) and field(chunk, "code") is not None


def _said_alone(chunk: Any) -> Failure | None:
    """The error that an object reports by a message without a word for it."""
    said = next(filter(None, (field(chunk, name) for name in ("message", "detail", "errors"))), None)
    if isinstance(said, list):
        said = json.dumps(said, default=str)
    return Failure(said) if isinstance(said, str) else None
