"""How early there is something to see: the characters until the first field of the document is visible.

The text comes character by character. After each one the value that is shown is asked for the first key of the
document, whose value is a string. It has begun when a beginning of that string is to be seen that is not empty, and is
whole when all of it is. What is counted are the characters of the JSON up to then, so that the prose before it is not
in the figure. Whoever never shows it, and whoever gives up, has no figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.documents import Document

if TYPE_CHECKING:
    from benchmarks.ways import Way


class First(NamedTuple):
    """The characters of the JSON after which the first field has begun, and is whole; `None` is never."""

    begun: int | None
    whole: int | None


def first(way: Way, document: Document) -> First:
    """Watch someone read a document."""
    key, text = next(iter(document.value().items()))
    begun = whole = None
    try:
        for read, value in way.moments(document.text):
            shown = value.get(key) if isinstance(value, dict) else getattr(value, key, None)
            if begun is None and _begins(text, shown):
                begun = read - len(document.before)
            if shown == text:
                whole = read - len(document.before)
                break
    except Exception:  # noqa: BLE001  # whatever it raises, it shows nothing from here on
        return First(begun, whole)
    return First(begun, whole)


def earliest(document: Document) -> First:
    """Say what nobody can be faster than: the first and the last character of the string."""
    _, text = next(iter(document.value().items()))
    at = document.text.index(text) - len(document.before)
    return First(at + 1, at + len(text))


def _begins(text: str, shown: Any) -> bool:
    return isinstance(shown, str) and shown != "" and text.startswith(shown)
