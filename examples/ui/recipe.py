"""What the recipes beside this show: a recorded answer of OpenAI, played without a key or the network."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from pydantic import BaseModel

EVENTS = (Path(__file__).parents[1] / "recordings" / "openai_chat.sse").read_bytes().split(b"\n\n")
PACE = 0.1  # seconds


class Recipe(BaseModel):
    title: str
    steps: list[str] = []
    minutes: int | None = None


def answer() -> Iterator[bytes]:
    """In place of what a client library gives: `client.chat.completions.create(..., stream=True)`."""
    for event in EVENTS:
        yield event + b"\n\n"
        time.sleep(PACE)


async def async_answer() -> AsyncIterator[bytes]:
    for event in EVENTS:
        yield event + b"\n\n"
        await asyncio.sleep(PACE)
