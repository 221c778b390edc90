"""What a run has inside that only patches look at.

A snapshot that holds an open list is a copy of it, which costs its length; what has changed since the last look costs
far less, but only the frames of the builder tell it. So patches look at these. This module is the one place that
reaches into other parts, and says what is taken from where.
"""

# ruff: noqa: SLF001  # that is what it is for

from __future__ import annotations

from typing import Any

from partway._base_run import BaseRun
from partway._builder import Builder
from partway._extractor import Extractor
from partway._frames import Frame
from partway._snapshot import Settled, Spine, show
from partway._strings import OpenString, TextBuffer
from partway.errors import UsageError
from partway.events import Path
from partway.patches._dumping import form_for
from partway.patches._places import dumped_path

__all__ = ["Peek"]


class Peek:
    """A look inside a run.

    Args:
        run: A run, sync or async, or an `Extractor`.

    Raises:
        UsageError: `run` is neither.
    """

    __slots__ = ("_extractor",)

    def __init__(self, run: Any) -> None:
        extractor = run._extractor if isinstance(run, BaseRun) else run
        if not isinstance(extractor, Extractor):
            raise UsageError(f"patches follow a run or an Extractor, not {type(run).__name__}")
        self._extractor: Extractor[Any, Any] = extractor

    @property
    def adapter(self) -> Any:
        """The adapter that pydantic has of the type."""
        return self._extractor._plan.adapter

    def dumped(self, path: Path) -> Path:
        """The path in the JSON value of a path in the JSON that comes."""
        extractor = self._extractor
        return extractor._in_context(dumped_path, extractor._plan.root, form_for(extractor._plan.adapter), path)

    @property
    def builder(self) -> Builder:
        """What builds the candidate that is shown; another one for another candidate."""
        return self._extractor._builder

    @property
    def open_path(self) -> Path:
        """Where the text is being written, in the keys of the JSON that comes."""
        return self._extractor.open_path

    @property
    def filled(self) -> bool:
        """Whether the candidate is more than a bracket that may have been prose."""
        return self.builder.done or self.builder.filled

    def text(self, start: int = 0) -> str:
        """The JSON text from a character on, at a cost of that."""
        extractor = self._extractor
        extractor._catch_up()
        return extractor._reader.text.slice(start, extractor._end)

    @property
    def buffer(self) -> TextBuffer:
        """What holds the JSON text of the candidate, which others behind it do not change."""
        return self._extractor._reader.text

    @property
    def top(self) -> Frame:
        """The innermost object or array that is open, or the frame of the whole."""
        return self.builder._frame

    @property
    def frames(self) -> list[Frame]:
        """The frame of the whole, and those of all that is open and can be seen, from the outside in; not to change."""
        stack = self.builder._stack
        return stack if self.builder.hidden is None else stack[: stack.index(self.builder.hidden)]

    @property
    def open_string(self) -> OpenString | Settled | None:
        """The string that is open, or what stands for it, if it can be seen."""
        builder = self.builder
        return None if builder.hidden is not None else builder.string or builder._settled

    def partial(self, depth: int) -> Any:
        """The partial of what is open, from the outside in: 1 for the whole."""
        levels = [(frame.shape, frame.parts, len(frame.parts), frame.slot) for frame in self.frames[1:]]
        self.builder._snapshots += 1  # a repeated key must not change what was shown
        return show(Spine(levels, self.open_string), depth - 1)

    @staticmethod
    def head_of(string: OpenString, length: int) -> str:
        """So many characters of an open string, though another thread may just be adding to it."""
        while len(text := string.text(length)) < length:
            pass  # it is being moved within the string
        return text

    @staticmethod
    def tail_from(string: OpenString, start: int) -> str:
        """What an open string has from a character on, mostly at a cost of that."""
        at = start - string.moved
        return string.tail[at:] if at >= 0 else string.text()[start:]
