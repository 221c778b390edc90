"""OpenAI Chat Completions chunks (`chat.completion.chunk`), and those of LiteLLM, Azure, vLLM and others.

    {"choices": [{"index": 0, "delta": {"content": "…", "refusal": null}, "finish_reason": null}], "usage": null}

Every field may be missing or null. The first chunk may have no choices (Azure's filter results), the last one neither
(usage). LiteLLM fills every field with null. Chunks may follow the one with the `finish_reason`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from partway.providers._delta import Channel, Delta, Ending, field

__all__ = ["read", "recognizes"]

_REASONS: Final[dict[str, Literal["length", "filter"]]] = {"length": "length", "content_filter": "filter"}


def recognizes(chunk: Any) -> bool:
    """Whether a chunk has a list of choices, or says what it is."""
    return isinstance(field(chunk, "choices"), list) or field(chunk, "object") == "chat.completion.chunk"


def read(chunk: Any) -> Iterator[Delta | Ending]:
    """What a chunk says: content and refusal of each choice, then why it ended."""
    for choice in field(chunk, "choices") or ():
        index = field(choice, "index") or 0
        delta = field(choice, "delta")
        if delta is not None:
            if content := field(delta, "content"):
                yield Delta(Channel("content", index), content)
            if refusal := field(delta, "refusal"):
                yield Delta(Channel("refusal", index), refusal)
        if reason := field(choice, "finish_reason"):
            yield Ending(Channel("content", index), _REASONS.get(reason, "stop"))
