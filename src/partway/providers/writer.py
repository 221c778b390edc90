"""Writer's text completions (`/v1/completions`); its chat streams are Chat Completions.

    {"value": "…"}

That is all there is: no reason why it ended, no count. So a chunk must have this one field and no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from partway.providers._delta import CONTENT, Delta, Part, field

__all__ = ["Adapter", "recognizes"]


def recognizes(chunk: Any) -> bool:
    """Whether a chunk is a value and nothing else."""
    fields = chunk if isinstance(chunk, dict) else getattr(chunk, "__dict__", None)
    return isinstance(fields, dict) and len(fields) == 1 and isinstance(fields.get("value"), str)


class Adapter:
    """Reads one stream."""

    __slots__ = ()

    def read(self, chunk: Any) -> Sequence[Part]:
        """The text."""
        return (Delta(CONTENT, text),) if (text := field(chunk, "value")) else ()
