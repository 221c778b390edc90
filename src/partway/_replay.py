"""A recording that grows, in lines: one for each chunk that changed something, and the result.

What a line shows is the JSON value that a client of `partway.patches` has at that moment.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partway import stream
from partway._plan import adapter_for
from partway.patches._json import finite
from partway.patches._log import Log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partway._recording import Playback

__all__ = ["replayed"]


def replayed(source: Playback, type_: Any, tool: str | None = None, *, as_json: bool) -> Iterator[str]:
    """Give the lines in which a recording is shown, each as soon as its chunk has come: all, or the call of a tool.

    Raises:
        PartwayError: There is no result; what had arrived was shown before.
    """
    run = stream(source, type_, tool=tool)
    log = Log(run)
    for _ in run:
        log.look()
        arrived = finite(log.value)
        if as_json:
            yield json.dumps({"chunk": source.number, "open_path": run.open_path, "partial": arrived})
        else:
            yield f"chunk {source.number}  {json.dumps(arrived, ensure_ascii=False)}"
    result = finite(adapter_for(type_).dump_python(run.result(), mode="json", by_alias=True))
    yield json.dumps({"result": result}) if as_json else f"result  {json.dumps(result, ensure_ascii=False)}"
