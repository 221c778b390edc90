"""What readers of a run are told: one step of the value, and all that changed between two looks.

A frame is made once and read by any number of encoders, so it is frozen, and nobody changes the values in it. What an
encoder has made of it is kept with it: a thousand readers at the same place are sent the same text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

from partway.events import Path

__all__ = ["Change", "Frame", "Status", "Texts", "merge"]

Texts: TypeAlias = Mapping[Path, Callable[[], str]]
"""Gives the whole strings at some paths: they are long, and few formats ask."""

Status: TypeAlias = Literal["streaming", "complete", "error"]
"""How far a run has come."""


class Change(NamedTuple):
    """One step from a JSON value to the next.

    Attributes:
        kind: `add`: a new key, or the next index of an array; `replace`: another value; `append`: text at the end of a
            string; `remove`: the key or index is gone.
        path: Where, in the JSON value: keys and indices; `()` is the whole.
        value: The JSON value, which nobody changes later; the text of an `append`; `None` for `remove`.
    """

    kind: Literal["add", "replace", "append", "remove"]
    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class Frame:
    """What changed between two looks at a run.

    Attributes:
        seq: The number of the last look that it covers, from 1.
        after: The number that it follows: `seq - 1`, less if frames were merged; 0 for a snapshot.
        changes: The steps from one value to the next, in order.
        text: The JSON text that has come, for formats that send the text itself.
        open_path: Where the text is being written, in the JSON value; `None` once the run has ended well.
        rejected: All places that were rejected so far, if that has changed; else `None`.
        status: How far the run has come.
        error: The `type`, `message` and `path` of what ended it badly.
        snapshot: Whether the one change is the whole value: forget what was before.
        restarted: Whether text that was sent was given up; a format that sends text cannot take it back.
        texts: The whole strings at the paths where something was appended.
        whole: Gives the whole value: of a snapshot its own, else that of the newest look, so encode a frame before
            the next one.
        encoded: What encoders have made of it.
        start: Where in the JSON text `text` begins.
        document: Of which JSON document of the answer it is, counted from 0: `restarted` begins another.
        run: A name of the run, for formats that need one; the same for each of its frames, and another for each run.
    """

    seq: int
    after: int
    changes: tuple[Change, ...] = ()
    text: str = ""
    open_path: Path | None = None
    rejected: tuple[Path, ...] | None = None
    status: Status = "streaming"
    error: dict[str, Any] | None = None
    snapshot: bool = False
    restarted: bool = False
    texts: Texts = field(default_factory=dict, compare=False, repr=False)
    whole: Callable[[], Any] = field(default=lambda: None, compare=False, repr=False)
    encoded: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    start: int = field(default=0, compare=False, repr=False)
    document: int = field(default=0, compare=False, repr=False)
    run: str = field(default="", compare=False, repr=False)


def merge(frames: Sequence[Frame]) -> Frame:
    """One frame for several that follow each other; the same object if it is one only.

    Args:
        frames: At least one, in order.
    """
    if len(frames) == 1:
        return frames[0]
    last = frames[-1]
    start = max((at for at, frame in enumerate(frames) if frame.snapshot), default=0)
    restart = max((at for at, frame in enumerate(frames) if frame.restarted), default=0)
    texts = frames[max(start, restart) :]
    rejected = [frame.rejected for frame in frames[start:] if frame.rejected is not None]
    return Frame(
        seq=last.seq,
        after=frames[start].after,
        changes=_joined(change for frame in frames[start:] for change in frame.changes),
        text="".join(frame.text for frame in texts),
        open_path=last.open_path,
        rejected=rejected[-1] if rejected else None,
        status=last.status,
        error=last.error,
        snapshot=frames[start].snapshot,
        restarted=any(frame.restarted for frame in frames[start:]),
        texts={path: text for frame in frames[start:] for path, text in frame.texts.items()},
        whole=last.whole,
        start=texts[0].start,
        document=last.document,
        run=last.run,
    )


def _joined(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The same changes in fewer steps: text behind text, and nothing before the whole is replaced."""
    joined: list[Change] = []
    texts: list[str] = []  # what is to become the value of the last one
    for change in changes:
        if change.kind == "append" and joined and joined[-1].path == change.path and joined[-1].kind != "remove":
            texts = texts or [joined[-1].value]
            texts.append(change.value)
            continue
        if texts:
            joined[-1] = joined[-1]._replace(value="".join(texts))
            texts = []
        if not change.path and change.kind != "append":
            joined.clear()
        joined.append(change)
    if texts:
        joined[-1] = joined[-1]._replace(value="".join(texts))
    return tuple(joined)
