r"""Where in a tool call's arguments a piece of them stands, as Vertex says it: a JSONPath of one place.

    $.recipe.ingredients[0].name      $['recipe']["the name"][0]

Normal paths (RFC 9535, section 2.7) have only brackets, with single quotes and the escapes of JSON strings; shorthands
with dots, and double quotes, are read as well. The root is that of the arguments.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Final

__all__ = ["path_of"]

_STEP: Final = re.compile(
    r"""\.([^.\[\]]+) | \[([0-9]+)\] | \['((?:[^'\\]|\\.)*)'\] | \["((?:[^"\\]|\\.)*)"\]""", re.VERBOSE | re.DOTALL
)
_REQUOTED: Final = re.compile(r"""\\.|" """, re.VERBOSE | re.DOTALL)


@lru_cache(maxsize=1024)  # a string comes in several pieces, each with its path
def path_of(text: str) -> tuple[str | int, ...]:
    """The keys and indices of a path, or a `ValueError` if it is none of one place."""
    steps: list[str | int] = []
    at = 1 if text.startswith("$") else 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            raise ValueError(f"no path of one place, at character {at}: {text!r}")
        name, index, single, double = step.groups()
        if name is not None:
            steps.append(name)
        elif index is not None:
            steps.append(int(index))
        else:
            steps.append(json.loads('"' + (double if single is None else _REQUOTED.sub(_requoted, single)) + '"'))
        at = step.end()
    return tuple(steps)


def _requoted(found: re.Match[str]) -> str:
    """A quote or an escape of a single-quoted string, as a double-quoted one has it."""
    return {'"': '\\"', "\\'": "'"}.get(found[0], found[0])
