"""What each wire format costs: `python -m benchmarks.wire`.

One string of 4,000 characters comes in pieces of four. It is sent once with a frame for each piece, and once as at 30
frames a second if it takes two seconds to write: 60 frames. What is counted are the bytes of the body, with the framing
of server-sent events in its shortest form; they are the same in every run. The time is that of a look at the run and
of writing one frame for one connection, with a frame for each piece: the least of several runs.
"""

from __future__ import annotations

import sys
import time
from typing import Any, get_args

from pydantic import BaseModel

from partway import Extractor
from partway.patches import Format, Frame, Log, Message, encoder

LENGTH, PIECE, FRAMES = 4000, 4, 60
RUNS = 5

MOST: dict[tuple[Format, int], int] = {("partway", LENGTH // PIECE): 16_000, ("json-patch", FRAMES): 140_000}
"""Bytes at most, by format and number of frames."""


class Answer(BaseModel):
    """The document."""

    text: str


class Weighed:
    """A run that was sent in one format: the bytes of its body, and the seconds that looking and writing took."""

    def __init__(self, name: Format, frames: int) -> None:
        self.size = 0
        self.looking = self.writing = 0.0
        self._write = encoder(name)
        self._extractor: Extractor[Any] = Extractor(Answer, json_only=True)
        self._log = Log(self._extractor)
        self._send(frames)

    def _send(self, frames: int) -> None:
        pieces = LENGTH // PIECE
        self._extractor.feed('{"text": "')
        looked = 0
        for piece in range(1, pieces + 1):
            self._extractor.feed("abcd")
            if piece * frames // pieces > looked:
                looked += 1
                start = time.perf_counter()
                frame = self._log.look()
                self.looking += time.perf_counter() - start
                self._take(frame)
        self._extractor.feed('"}')
        self._extractor.finish()
        self._take(self._log.end())

    def _take(self, frame: Frame | None) -> None:
        if frame is None:
            return
        start = time.perf_counter()
        messages = self._write.encode(frame)
        self.writing += time.perf_counter() - start
        self.size += sum(len(framed(message, sse=self._write.sse)) for message in messages)


def framed(message: Message, *, sse: bool) -> bytes:
    """Write a message as it goes over the wire."""
    if not sse:
        return message.data.encode()
    event = f"event:{message.event}\n" if message.event else ""
    number = "" if message.id is None else f"id:{message.id}\n"
    return f"{event}{number}data:{message.data}\n\n".encode()


def main() -> int:
    """Print the table; say with the exit code whether the bytes are within their limits."""
    too_many = 0
    every = LENGTH // PIECE
    print(f"| format | {every} frames, bytes | {FRAMES} frames, bytes | µs to look | µs to write |")
    print("| --- | --- | --- | --- | --- |")
    for name in get_args(Format):
        runs = [Weighed(name, every) for _ in range(RUNS)]
        sizes = {every: runs[0].size, FRAMES: Weighed(name, FRAMES).size}
        times = (min(getattr(run, part) for run in runs) / every * 1e6 for part in ("looking", "writing"))
        print(f"| {name} | {sizes[every]:,} | {sizes[FRAMES]:,} | " + " | ".join(f"{t:.1f}" for t in times) + " |")
        too_many += any(size > MOST.get((name, frames), size) for frames, size in sizes.items())
    return too_many


if __name__ == "__main__":
    sys.exit(main())
