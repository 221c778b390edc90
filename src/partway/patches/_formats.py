"""The wire formats by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeAlias

from partway.errors import UsageError
from partway.patches._encoder import Encoder
from partway.patches.ag_ui import AgUiState, AgUiTool
from partway.patches.assistant_ui import AssistantUi
from partway.patches.compact import Compact
from partway.patches.datastar import Datastar
from partway.patches.json_patch import JsonPatch
from partway.patches.text import Text
from partway.patches.vercel_ui import VercelData, VercelTool

__all__ = ["FORMATS", "Format", "encoder"]

Format: TypeAlias = Literal[
    "partway", "json-patch", "ag-ui", "ag-ui-tool", "assistant-ui", "vercel-ui", "vercel-data", "datastar", "text"
]
"""A wire format; docs/patches.md shows each."""

FORMATS: Final[Mapping[str, Callable[..., Encoder]]] = {
    "partway": Compact,
    "json-patch": JsonPatch,
    "ag-ui": AgUiState,
    "ag-ui-tool": AgUiTool,
    "assistant-ui": AssistantUi,
    "vercel-ui": VercelTool,
    "vercel-data": VercelData,
    "datastar": Datastar,
    "text": Text,
}
"""What makes an encoder of each format."""


def encoder(format: Format, **options: Any) -> Encoder:  # noqa: A002  # the name of the argument is public
    """Make an encoder for one connection.

    Args:
        format: The wire format.
        options: Those of the format, such as `tool_name` for `ag-ui-tool` and `vercel-ui`.

    Raises:
        UsageError: There is no such format, or it has no such option.
    """
    make = FORMATS.get(format) if isinstance(format, str) else None
    if make is None:
        raise UsageError(f"there is no format {format!r}: it is one of {', '.join(FORMATS)}")
    known = list(inspect.signature(make).parameters)
    unknown = [name for name in options if name not in known]
    if unknown:
        has = f"it has {', '.join(known)}" if known else "it has none"
        raise UsageError(f"the format {format!r} has no option {unknown[0]!r}: {has}")
    return make(**options)
