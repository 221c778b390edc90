"""Lines on standard output: each at once, and safe to show.

What a model wrote may hold anything. A terminal obeys control characters and marks of text direction, which could
clear the screen or show something else than what is there; half a surrogate pair, and on some systems most of
Unicode, cannot be encoded at all. What is escaped is escaped as JSON does it, so that JSON stays JSON.
(`terminal.visible` draws signs of the same width instead, since there the width counts.)
"""

from __future__ import annotations

import re
import sys
from typing import Final

__all__ = ["printable", "say"]

# Control characters but for the end of a line, marks of text direction, lone surrogates.
_UNPRINTABLE: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def say(line: str) -> None:
    """Write a line at once: whoever reads the other end of a pipe is waiting for it."""
    sys.stdout.write(printable(line) + "\n")
    sys.stdout.flush()


def printable(line: str) -> str:
    """Escape what a terminal would obey, and what cannot be encoded."""
    line = _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
    encoding = sys.stdout.encoding or "utf-8"
    return line.encode(encoding, "backslashreplace").decode(encoding)
