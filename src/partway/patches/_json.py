"""JSON for the wire: short, in UTF-8, and JSON in every case.

A `float` of Python may be infinite or no number, which JSON has not: `null` stands for it, as with pydantic.
"""

from __future__ import annotations

import math
from json import JSONEncoder
from json.encoder import encode_basestring
from typing import Any, Final

__all__ = ["dumps", "finite"]

_encode: Final = JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def dumps(value: Any) -> str:
    """Write a JSON value, in one line."""
    if type(value) is str:
        return encode_basestring(value)
    try:
        return _encode(value)
    except ValueError:
        return _encode(finite(value))


def finite(value: Any) -> Any:
    """The value as JSON can have it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    return [finite(inner) for inner in value] if isinstance(value, list | tuple) else value
