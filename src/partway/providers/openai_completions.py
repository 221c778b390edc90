"""OpenAI Completions, the API before chat (`text_completion`), as vLLM, llama.cpp, Together and others still send it.

    {"object": "text_completion", "choices": [{"index": 0, "text": "…", "finish_reason": null}], "usage": null}

The last chunk may have no choices (usage). Together sends `text` in its chat chunks too, beside `delta`; those name
themselves, and are left to Chat Completions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from partway.providers._delta import Delta, Ending, Facts, Part, Reason, channel, field

__all__ = ["Adapter", "recognizes"]

_REASONS: Final[dict[str, Reason]] = {"length": "length", "error": "length", "content_filter": "filter"}


def recognizes(chunk: Any) -> bool:
    """Whether a chunk says what it is, or its first choice has text of its own."""
    choices = field(chunk, "choices")
    if not isinstance(choices, list):
        return False
    kind = field(chunk, "object")
    if kind == "text_completion":
        return True
    return kind != "chat.completion.chunk" and bool(choices) and isinstance(field(choices[0], "text"), str)


class Adapter:
    """Reads one stream."""

    __slots__ = ("_model",)

    def __init__(self) -> None:
        self._model: str | None = None

    def read(self, chunk: Any) -> Sequence[Part]:
        """The text of each choice, then why it ended."""
        parts: list[Part] = []
        for choice in field(chunk, "choices") or ():
            index = field(choice, "index") or 0
            if text := field(choice, "text"):
                parts.append(Delta(channel("content", index), text))
            if said := field(choice, "finish_reason"):
                parts.append(Ending(_REASONS.get(said, "stop"), said, index))
        model, usage = field(chunk, "model"), field(chunk, "usage")
        if usage is not None or (model and model != self._model):
            self._model = model
            parts.append(Facts(model, usage))
        return parts
