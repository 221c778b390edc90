"""A run in the form of messages, for tests of formats."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from partway import Extractor, PartwayError
from partway.patches import Encoder, Log


class Recipe(BaseModel):
    title: str
    steps: list[str] = []


DELTAS = ['Sure!\n```json\n{"title": "Pan', "ca", 'kes", "st', 'eps": ["Mi', 'x"], "ste', 'ps": []}\n', "```"]
TEXT = '{"title": "Pancakes", "steps": ["Mix"], "steps": []}'
ANEW = ['{"title": "one"', ", oops}", ' {"title": "two"}']
CUT = ['{"title": "Pan', 'cakes", "steps": ["Mi']
ENDED = "the text ended inside the JSON (line 1, column 36 of the JSON in steps[0])"


def sent(write: Encoder, deltas: list[str], *, late: int = 0) -> list[Any]:
    """What is sent, parsed, to one who comes after so many deltas."""
    extractor: Extractor[Any] = Extractor(Recipe)
    log = Log(extractor)
    seq: int | None = None
    said: list[Any] = []
    error = None
    for at, delta in enumerate([*deltas, None]):
        try:
            if delta is None:
                extractor.finish()
            else:
                extractor.feed(delta)
        except PartwayError as failed:
            error = failed
        if delta is None:
            log.end(error)
        else:
            log.look()
        if at >= late and (frame := log.since(seq)) is not None:
            said += [message.data for message in write.encode(frame)]
            seq = frame.seq
    return [json.loads(data) if data.startswith("{") and write.sse else data for data in said]
