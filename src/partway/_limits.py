"""How much a stream may ask for before it is ended."""

from __future__ import annotations

from dataclasses import dataclass, fields

from partway.errors import UsageError

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an extractor reads at most. The defaults fit every answer of today's models and protect a server.

    Passing one of them is a `LimitError`, with all that had arrived.
    """

    max_chars: int = 16 * 1024 * 1024
    """The text in all, prose included, in characters. The longest answers of today have about half a million."""
    max_depth: int = 200
    """Objects and arrays inside one another. pydantic's own JSON parser ends at 201."""
    max_string: int = 16 * 1024 * 1024
    """One string or key, decoded, in characters."""
    max_number_digits: int = 4300
    """One number, in characters. Python and pydantic take integers of 4,300 digits."""
    max_candidates: int = 1000
    """JSON documents that are begun in one text. Prose about code has dozens of braces; only attacks have thousands."""
    max_rejected: int = 10_000
    """Values that do not fit their type, in one JSON document. What pydantic says of each is kept, 0.4 to 2.5 kB."""
    max_event: int = 16 * 1024 * 1024
    """One event of a stream of server-sent events, or one object of JSON lines or of an array, in characters."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise UsageError(f"{field.name} must be a whole number from 1, got {value!r}")
