"""IBM watsonx.ai text generation (`/ml/v1/text/generation_stream`); its chat streams are Chat Completions.

    {"model_id": "…", "results": [{"generated_text": "…", "generated_token_count": 1, "input_token_count": 0,
                                   "stop_reason": "not_finished"}]}

The first chunk counts the tokens of the input, each one those generated so far. The API's reference lists the reasons
(`TextGenResult`), and says that they are put in lower case: not so on every server.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from partway.providers._delta import Delta, Ending, Facts, Failure, Part, Reason, channel, field

__all__ = ["Adapter", "recognizes"]

_REASONS: Final[dict[str, Reason]] = dict.fromkeys(("max_tokens", "token_limit", "time_limit", "cancelled"), "length")


def recognizes(chunk: Any) -> bool:
    """Whether a chunk has results with generated text."""
    results = field(chunk, "results")
    return isinstance(results, list) and bool(results) and isinstance(field(results[0], "generated_text"), str)


class Adapter:
    """Reads one stream."""

    __slots__ = ("_input",)

    def __init__(self) -> None:
        self._input = 0

    def read(self, chunk: Any) -> Sequence[Part]:
        """The text of each result, then why it ended."""
        parts: list[Part] = []
        for index, result in enumerate(field(chunk, "results") or ()):
            if text := field(result, "generated_text"):
                parts.append(Delta(channel("content", index), text))
            if counted := field(result, "input_token_count"):
                self._input = counted
            said = (field(result, "stop_reason") or "not_finished").lower()
            if said == "not_finished":
                continue
            if said == "error":
                parts.append(Failure("the generation ended with an error", said))
            else:
                parts.append(Ending(_REASONS.get(said, "stop"), said, index))
            usage = {
                "input_token_count": self._input,
                "generated_token_count": field(result, "generated_token_count") or 0,
            }
            parts.append(Facts(field(chunk, "model_id"), usage))
        return parts
