"""Weighs a stream of megabytes: `python -m benchmarks.memory WAY DOCUMENT MEGABYTES CUT` prints one line of JSON.

Each weighing has a process of its own. The process makes the deltas as it goes, so the text is in its memory only
if the contender keeps it. A peer that reads the text so far anew gets it in eight pieces, since to read all of it with
each delta would take hours. What counts is the peak of the resident set (`VmHWM`) above what was resident after the
imports, as a multiple of the text in UTF-8: Python itself takes two bytes a character when one of them is beyond
Latin-1, and four when there is an emoji; a reader who streams such text pays for that with any parser.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from benchmarks import contenders
from benchmarks.documents import Note, Review, note_pieces, review, review_pieces
from partway import Extractor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MEGABYTE = 1_000_000
PEERS_MEGABYTES = 1
"""Of the stream that peers are weighed with: some of them take a second to read as much once."""

DOCUMENTS: dict[str, tuple[type, Callable[[int], Iterator[str]]]] = {
    "objects": (Review, review_pieces),
    "one string, ASCII": (Note, lambda size: (piece.encode("ascii", "ignore").decode() for piece in note_pieces(size))),
    "one string": (Note, note_pieces),
    "one string, an emoji at its end": (Note, lambda size: note_pieces(size, extra="\N{PARTY POPPER}")),
}


def weigh(way: str, document: str, megabytes: float, cut: int) -> dict[str, float]:
    """Run one weighing in a fresh process: its peak, and what is left with the result, as multiples of the text.

    Raises:
        subprocess.CalledProcessError: The process failed; its own words are on standard error.

    """
    command = [sys.executable, "-m", "benchmarks.memory", way, document, str(megabytes), str(cut)]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)  # noqa: S603
    return json.loads(finished.stdout)


def available() -> bool:
    """Say whether this system tells a process its peak (Linux does)."""
    return Path("/proc/self/status").exists()


def resident() -> tuple[int, int]:
    """Return the resident set of this process, and its peak, in bytes."""
    status = Path("/proc/self/status").read_text("ascii")
    now, peak = (int(re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[index]
    return now, peak


def deltas(pieces: Iterator[str], cut: int) -> Iterator[str]:
    """Cut pieces into deltas; the last of each piece may be shorter."""
    for piece in pieces:
        for at in range(0, len(piece), cut):
            yield piece[at : at + cut]


def _feed(model: Any, stream: Iterator[str]) -> object:
    extractor = Extractor(model)
    for delta in stream:
        extractor.feed(delta)
    return extractor.finish()


def _feed_and_partial(model: Any, stream: Iterator[str]) -> object:
    extractor = Extractor(model)
    for number, delta in enumerate(stream):
        extractor.feed(delta)
        if number % 100 == 0:
            extractor.partial  # noqa: B018
    return extractor.finish()


def _validate_json(model: Any, stream: Iterator[str]) -> object:
    text = StringIO()  # and no list of deltas, which would take more than the text
    text.writelines(stream)
    return TypeAdapter(model).validate_json(text.getvalue())


WAYS: dict[str, Callable[[Any, Iterator[str]], object]] = {
    "feed": _feed,
    "partial": _feed_and_partial,
    "validate_json": _validate_json,
}


def _peer(name: str) -> Callable[[Any, Iterator[str]], object]:
    """Make a way of a peer, which reads reviews."""
    (way,) = contenders.ways(review(400), (name,)).values()
    return lambda _, stream: way.weighed(stream, PEERS_MEGABYTES * MEGABYTE)


def main(way: str, document: str, megabytes: str, cut: str) -> None:
    """Weigh in this process and print what came out."""
    model, pieces = DOCUMENTS[document]
    work = WAYS[way] if way in WAYS else _peer(way)
    work(model, deltas(pieces(3000), int(cut)))  # what is made once for a type is not the stream's
    size = int(float(megabytes) * MEGABYTE)
    in_utf8 = sum(len(piece.encode()) for piece in pieces(size))
    before, _ = resident()
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak starts anew: see proc_pid_clear_refs(5)
    result = work(model, deltas(pieces(size), int(cut)))
    after, peak = resident()
    del result
    figures = {
        "text": in_utf8,
        "peak_times_text": (peak - before) / in_utf8,
        "result_times_text": (after - before) / in_utf8,
    }
    sys.stdout.write(json.dumps(figures) + os.linesep)


if __name__ == "__main__":
    main(*sys.argv[1:])
