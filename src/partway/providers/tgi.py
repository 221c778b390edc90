"""Hugging Face's Text Generation Inference (`/generate_stream`); its chat streams are Chat Completions.

    {"index": 1, "token": {"id": 1, "text": "…", "logprob": 0.0, "special": false},
     "generated_text": null, "details": null}

Special tokens, such as `</s>`, are no text of the answer. The last chunk repeats the whole text, and says in `details`
why it ended, if details were asked for. An error is `{"error": "…", "error_type": "…"}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from partway.providers._delta import CONTENT, Delta, Ending, Facts, Failure, Part, field

__all__ = ["Adapter", "recognizes"]


_COUNTS: Final = ("input_length", "generated_tokens")


def recognizes(chunk: Any) -> bool:
    """Whether a chunk has a token that is an object with text."""
    return isinstance(field(field(chunk, "token"), "text"), str)


class Adapter:
    """Reads one stream."""

    __slots__ = ()

    def read(self, chunk: Any) -> Sequence[Part]:
        """The text of the token, then why it ended."""
        parts: list[Part] = []
        if (token := field(chunk, "token")) is not None:
            if (text := field(token, "text")) and not field(token, "special"):
                parts.append(Delta(CONTENT, text))
        elif isinstance(error := field(chunk, "error"), str) and error:
            parts.append(Failure(error, field(chunk, "error_type")))
        if (details := field(chunk, "details")) is not None:
            if said := field(details, "finish_reason"):
                parts.append(Ending("length" if said == "length" else "stop", said))
            parts.append(Facts(usage={name: count for name in _COUNTS if (count := field(details, name)) is not None}))
        return parts
