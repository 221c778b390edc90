"""Messages to the bytes of server-sent events, and a request to where its client has stopped.

The form is that of WHATWG HTML, "server-sent events", 9.2.5 (https://html.spec.whatwg.org/#parsing-an-event-stream).
It is as terse as that allows: a line ends in LF, and no space stands behind a colon, unless the data begins with one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from partway.patches import Message

__all__ = ["KEEP_ALIVE", "framed", "last_event_id"]

KEEP_ALIVE: Final = b":\n\n"
"""A comment, which clients pass over."""

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_NUMBER: Final = re.compile(r"[0-9]{1,15}")


def framed(messages: Iterable[Message]) -> bytes:
    """Write messages as an event stream has them."""
    return "".join(map(_framed, messages)).encode()


def _framed(message: Message) -> str:
    data, event, number = message
    if data.startswith(" ") or "\n" in data or "\r" in data:
        data = "\ndata:".join(f" {line}" if line.startswith(" ") else line for line in _LINE_END.split(data))
    head = f"event:{event}\n" if event else ""
    if number is not None:
        head += f"id:{number}\n"
    return f"{head}data:{data}\n\n"


def last_event_id(scope: Mapping[str, Any]) -> int | None:
    """What the client of an HTTP scope says that it has; `None` if it says nothing that can be.

    The header counts. The query parameter is for those who cannot set it, and is what it was when they connect again.
    """
    for name, value in scope.get("headers", ()):
        if name == b"last-event-id":
            return _number(value.decode("latin-1"))
    given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("last_event_id")
    return None if given is None else _number(given[-1])


def _number(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) else None
