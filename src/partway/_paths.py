"""Path patterns: `steps[*].text` names the `text` of every element of `steps`.

A subset of JSONPath (RFC 9535) without its `$`: names after a dot, indices and `[*]` in brackets. A name that has dots,
brackets or quotes of its own is quoted: `["a.b"].c`. A name is one as it stands in the JSON, an alias that is.
"""

from __future__ import annotations

import json
import re
from typing import Final

from partway.errors import UsageError
from partway.events import Path

__all__ = ["Pattern"]

_STEP: Final = re.compile(
    r"""(?P<every>\[\*\])
      | \[(?P<index>[0-9]{1,9})\]
      | \[(?P<quoted>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*")\]
      | (?P<dot>\.)?(?P<name>[^\s.\[\]"'*]+)""",
    re.VERBOSE,
)


class Pattern:
    """A compiled pattern.

    Raises:
        UsageError: The pattern has something that is not supported; the message shows where.
    """

    __slots__ = ("_steps",)

    def __init__(self, pattern: str) -> None:
        self._steps = tuple(_steps(pattern))

    def matches(self, path: Path) -> bool:
        """Whether a path is one of those that the pattern names."""
        return len(path) == len(self._steps) and all(
            isinstance(step, int) if wanted is None else step == wanted
            for step, wanted in zip(path, self._steps, strict=True)
        )


def _steps(pattern: str) -> list[str | int | None]:
    """The steps of a pattern; `None` is any index."""
    steps: list[str | int | None] = []
    at = 0
    while at < len(pattern):
        found = _STEP.match(pattern, at)
        if found is None or (found["name"] is not None and bool(found["dot"]) != bool(steps)):
            raise UsageError(
                f"cannot read the path {pattern!r} at column {at + 1}: it takes names, [0], [*] and "
                '["quoted names"], as in steps[*].text'
            )
        if found["every"]:
            steps.append(None)
        elif found["index"]:
            steps.append(int(found["index"]))
        else:
            steps.append(found["name"] or json.loads(found["quoted"]))
        at = found.end()
    return steps
