"""Fields with two names: camelCase on the wire, snake_case in Python.

Google, AG-UI and Vercel's protocol write camelCase; Python's classes for them have snake_case attributes, and their
`model_dump()` has snake_case keys. So a dict may hold either, and an object has one.
"""

from __future__ import annotations

from typing import Any

from partway.providers._delta import members

__all__ = ["either"]


def either(chunk: Any, camel: str, snake: str) -> Any:
    """A key of a dict, under one name or the other, or an attribute of an object; `None` where it is absent."""
    get = members(chunk).get
    value = get(camel)
    return get(snake) if value is None else value
