"""The frames of one run, for any number of readers.

There is no queue for each reader. A reader is a number, that of the last frame it has, and asks for what came after:
the next frame as it is, several merged into one when it is late, the whole value when it is very late or new. So a
slow reader costs nothing, and a thousand readers cost no more than what they are sent.
"""

from __future__ import annotations

import re
from collections import deque
from itertools import islice
from typing import Any, Final
from uuid import uuid4

from partway.errors import PartwayError, UsageError
from partway.events import Path
from partway.patches._frame import Change, Frame, Status, merge
from partway.patches._mirror import Mirror
from partway.patches._peek import Peek

__all__ = ["Log"]

_HALF: Final = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair."""


class Log:
    """The frames of one run.

    Args:
        run: The run, sync or async, or an `Extractor`.
        keep: How many frames are kept for readers that are late. The memory is that of these and of the value.

    Raises:
        UsageError: `run` is neither, or `keep` is below 1.
    """

    def __init__(self, run: Any, *, keep: int = 256) -> None:
        if isinstance(keep, bool) or not isinstance(keep, int) or keep < 1:
            raise UsageError(f"keep is how many frames are kept, at least 1, not {keep!r}")
        self._run = run
        self._peek = Peek(run)
        self._mirror = Mirror()
        self._frames: deque[Frame] = deque(maxlen=keep)
        self._answers: dict[int | None, Frame] = {}  # for readers at the same place
        self._builder: Any = None
        self._buffer = self._peek.buffer  # what had the JSON text at the last look
        self._sent = 0  # how much of that is in frames
        self._document = 0  # how often text that was in frames was given up
        self._name = uuid4().hex
        self._rejected: tuple[Path, ...] = ()
        self._misfits: tuple[int, Any] = (0, None)
        self._open: Path | None = ()
        self._status: Status = "streaming"
        self._error: dict[str, Any] | None = None
        self._valued = -1  # of which frame the value was put together last
        self._value: Any = None

    @property
    def seq(self) -> int:
        """The number of the last frame; 0 before the first."""
        return self._frames[-1].seq if self._frames else 0

    @property
    def value(self) -> Any:
        """The JSON value at the last look; do not change it."""
        return self._whole()

    @property
    def ended(self) -> bool:
        """Whether the last frame has come."""
        return self._status != "streaming"

    def look(self) -> Frame | None:
        """Look at the run; give a frame if anything has changed since the last look."""
        if self.ended:
            return None
        changes = self._mirror.update(self._run)
        open_path, text, restarted = self._mirror.open_path, *self._text()
        rejected = self._newly_rejected()
        if not (changes or text or restarted or rejected is not None or open_path != self._open):
            return None
        self._open = open_path
        return self._add(changes, text, rejected, restarted=restarted)

    def end(self, error: BaseException | None = None) -> Frame:
        """Look for the last time: the run has ended, badly if there is an error. A second call gives the same frame.

        Of an error that is not partway's own the class is told and nothing else, since its message may be private.
        """
        if self.ended:
            return self._frames[-1]
        look = self._mirror.finish if error is None else self._mirror.update
        changes = look(self._run)
        text, restarted = self._text()
        rejected = self._newly_rejected()
        if error is None:
            self._open = None
            self._status = "complete"
        else:
            self._open = self._mirror.open_path  # what is open there is not complete
            self._status = "error"
            self._error = self._described(error)
        return self._add(changes, text, rejected, restarted=restarted)

    def since(self, seq: int | None) -> Frame | None:
        """One frame that leads from a number to now; `None` if there is nothing new.

        Args:
            seq: The number of the last frame that a reader has. For `None`, and for a number that there has not been
                or that is too long ago, it is a snapshot.
        """
        last = self.seq
        if seq == last or not self._frames:
            return None
        if seq == last - 1 and seq == self._frames[-1].after:
            return self._frames[-1]
        if seq is not None and (isinstance(seq, bool) or not self._frames[0].after <= seq < last):
            seq = None
        if seq not in self._answers:
            if seq is None:
                self._answers[None] = self._snapshot()
            else:
                self._answers[seq] = merge(list(islice(self._frames, seq - self._frames[0].after, None)))
        return self._answers[seq]

    def _add(self, changes: list[Change], text: str, rejected: tuple[Path, ...] | None, *, restarted: bool) -> Frame:
        seq = self.seq
        frame = Frame(
            seq=seq + 1,
            after=seq,
            changes=tuple(changes),
            text=text,
            open_path=self._open,
            rejected=rejected,
            status=self._status,
            error=self._error,
            restarted=restarted,
            texts=self._mirror.texts,
            whole=self._whole,
            start=self._sent - len(text),
            document=self._document,
            run=self._name,
        )
        self._frames.append(frame)
        self._answers.clear()
        return frame

    def _snapshot(self) -> Frame:
        text, value = _encodable(self._buffer.slice(0, self._sent)), self._whole()
        return Frame(
            seq=self.seq,
            after=0,
            changes=(Change("replace", (), value),),
            text=text,
            open_path=self._open,
            rejected=self._rejected,
            status=self._status,
            error=self._error,
            snapshot=True,
            whole=lambda: value,  # what comes behind it may follow later
            document=self._document,
            run=self._name,
        )

    def _whole(self) -> Any:
        """The value now, put together once for all who ask."""
        if self._valued != self.seq:
            self._valued, self._value = self.seq, self._mirror.value
        return self._value

    def _text(self) -> tuple[str, bool]:
        """The JSON text that has come, and whether what came before is given up.

        A bracket alone may have been prose: it waits for what follows.
        """
        peek, restarted = self._peek, False
        if peek.builder is not self._builder:
            restarted, self._sent = self._sent > 0, 0
            self._document += restarted
            self._builder = peek.builder
        self._buffer = peek.buffer
        text = peek.text(self._sent) if peek.filled else ""
        self._sent += len(text)
        return _encodable(text), restarted

    def _newly_rejected(self) -> tuple[Path, ...] | None:
        """All places that were rejected, if that has changed."""
        misfits = self._peek.builder.rejected
        last = next(reversed(misfits.values()), None)
        known = (len(misfits), last)
        if known[0] == self._misfits[0] and last is self._misfits[1]:
            return None
        self._misfits = known
        found = tuple(self._peek.dumped(one.path) for one in misfits.values() if not one.inherited)
        if found == self._rejected:
            return None
        self._rejected = found
        return found

    def _described(self, error: BaseException) -> dict[str, Any]:
        kind = type(error).__name__
        if not isinstance(error, PartwayError):
            return {"type": kind, "message": "the source failed", "path": []}
        return {"type": kind, "message": str(error), "path": list(self._peek.dumped(error.path))}


def _encodable(text: str) -> str:
    """A text that UTF-8 can say: JSON with half of a pair is broken, and the readers of its text are to be told so."""
    return text if text.isascii() else _HALF.sub("\ufffd", text)
