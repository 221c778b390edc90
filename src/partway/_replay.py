"""A recording that grows, in lines: one for each chunk that changed something, and the result.

What a line shows is JSON, made of a partial of any type. A model tells by itself what has arrived of it. A dataclass
does not, so the run is asked about the places where it has `None`; and what stands in no model is written here, as
pydantic would write it, since what is around the core does not know pydantic.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from datetime import time as clock_time
from enum import Enum
from typing import TYPE_CHECKING, Any

from partway import stream
from partway.events import Path, State
from partway.patches._json import finite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from partway._recording import Playback

__all__ = ["replayed"]


def replayed(source: Playback, type_: Any, tool: str | None = None, *, as_json: bool) -> Iterator[str]:
    """Give the lines in which a recording is shown, each as soon as its chunk has come: all, or the call of a tool.

    Raises:
        PartwayError: There is no result; what had arrived was shown before.
    """
    run = stream(source, type_, tool=tool)
    for partial in run:
        arrived = finite(_arrived(partial, run.open_path, run.state))
        if as_json:
            yield json.dumps({"chunk": source.number, "open_path": run.open_path, "partial": arrived})
        else:
            yield f"chunk {source.number}  {json.dumps(arrived, ensure_ascii=False)}"
    result = finite(_jsonable(run.result(), exclude_unset=False))
    yield json.dumps({"result": result}) if as_json else f"result  {json.dumps(result, ensure_ascii=False)}"


def _arrived(partial: Any, open_path: Path, state: Callable[..., State]) -> Any:
    """Write what has arrived as JSON values; a partial dataclass has `None` also for what has not."""
    tree = node = _jsonable(partial, exclude_unset=True)
    for depth, step in enumerate((*open_path, "")):
        if isinstance(node, dict):
            for key in [key for key, value in node.items() if value is None]:
                if state(*open_path[:depth], key) is State.ABSENT:
                    del node[key]
        try:
            node = node[step]
        except (LookupError, TypeError):
            break
    return tree


def _jsonable(value: Any, *, exclude_unset: bool) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=exclude_unset)
    if dataclasses.is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(_leaf(key)): _jsonable(inner, exclude_unset=exclude_unset) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_jsonable(inner, exclude_unset=exclude_unset) for inner in value]
    return _leaf(value)


def _leaf(value: Any) -> Any:
    """Write what stands in no model as pydantic would."""
    match value:
        case Enum():
            return _leaf(value.value)
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            return value.decode("utf-8", "backslashreplace")
        case date() | clock_time():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return str(value)
