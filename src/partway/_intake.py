"""What is done with a source, whoever pulls it: what it may be, what its chunks and its end mean, how it is closed.

No source is pulled here, so that runs of one source and pumps for many, sync and async, do the same with it.
"""

from __future__ import annotations

import inspect
from codecs import getincrementaldecoder
from collections.abc import AsyncIterable, Iterable, Mapping
from typing import Any, Final, Generic, TypeVar

from partway._extractor import Extractor
from partway.errors import RefusalError, SourceError, TruncatedJSONError, UsageError
from partway.events import State
from partway.providers import Channel, Delta, Format, format_of

__all__ = ["Intake", "aclose_all", "check_source", "close_all"]

T = TypeVar("T")

_CONTENT: Final = Channel("content", 0)
_REFUSAL: Final = Channel("refusal", 0)


class Intake(Generic[T]):
    """What a run does with the chunks of its source, and with its end."""

    def __init__(self, extractor: Extractor[T, Any], json_only: bool) -> None:
        self.extractor = extractor
        self._json_only = json_only
        self._format: Format | None = None
        self._decoder = getincrementaldecoder("utf-8")()
        self._bytes = 0
        self._refusal = ""
        self._reason = "stop"

    def take(self, chunk: Any) -> bool:
        """Feed what a chunk holds of the answer; say whether the partial has changed."""
        if isinstance(chunk, str):
            return self.extractor.feed(chunk)
        if isinstance(chunk, bytes | bytearray | memoryview):
            return self.extractor.feed(self._decoded(bytes(chunk)))
        if self._format is None or not self._format.recognizes(chunk):
            self._format = format_of(chunk)
        changed = False
        for part in self._format.read(chunk):
            if isinstance(part, Delta):
                if part.channel == _CONTENT:
                    changed |= self.extractor.feed(part.text)
                elif part.channel == _REFUSAL:
                    self._refusal += part.text
            elif part.channel == _CONTENT:
                self._reason = part.reason
        return changed

    def _decoded(self, chunk: bytes) -> str:
        try:
            text = self._decoder.decode(chunk)
        except UnicodeDecodeError as error:
            at = self._bytes - (len(error.object) - len(chunk)) + error.start
            raise self.extractor.fail(SourceError, f"the source is not UTF-8 at byte {at}: {error.reason}") from error
        self._bytes += len(chunk)
        return text

    def end(self) -> T:
        """The source has ended: give the result, or raise why there is none."""
        extractor = self.extractor
        if self._refusal:
            raise extractor.fail(RefusalError, f"the model refused: {self._refusal}")
        if self._reason == "filter":
            raise extractor.fail(RefusalError, "the provider's content filter stopped the answer")
        if self._reason == "length":
            raise extractor.fail(TruncatedJSONError, "the provider cut the answer off at its limit of length")
        if self._decoder.getstate()[0] and (self._json_only or extractor.state() is not State.COMPLETE):
            raise extractor.fail(TruncatedJSONError, "the source ended inside a UTF-8 character")
        return extractor.finish()


def check_source(source: Any, every: Any) -> None:
    """Refuse a source or a pace that cannot work, and say what to pass instead."""
    if inspect.iscoroutine(source):
        source.close()  # or Python warns that it was never awaited
        raise UsageError("the source is a coroutine that was not awaited: pass `await` of it, which gives the stream")
    if inspect.isgeneratorfunction(source) or inspect.isasyncgenfunction(source) or isinstance(source, type):
        raise UsageError(f"the source is {source!r} itself: pass what calling it gives")
    if isinstance(source, str | bytes | bytearray | memoryview):
        kind = type(source).__name__
        raise UsageError(
            f"the source is a whole {kind}: pass an iterable of pieces, [text] for one; "
            "pydantic's TypeAdapter(...).validate_json reads JSON that is whole"
        )
    if isinstance(source, Mapping):
        raise UsageError("the source is a single dict: pass an iterable of chunks, [chunk] for one")
    if not isinstance(source, Iterable | AsyncIterable):
        raise UsageError(
            f"the source is a {type(source).__name__}, which cannot be iterated over: "
            "pass an iterable or async iterable of str, bytes or chunks"
        )
    if every is not None and (not isinstance(every, int | float) or not every >= 0):
        raise UsageError(f"every takes a number of seconds, not {every!r}")


def close_all(*sources: Any) -> None:
    """Close what can be closed, each once."""
    for source in {id(source): source for source in sources}.values():
        if (close := getattr(source, "close", None)) is not None:
            close()


async def aclose_all(*sources: Any) -> None:
    """Close what can be closed, each once, and wait for it."""
    for source in {id(source): source for source in sources}.values():
        close = getattr(source, "aclose", None) or getattr(source, "close", None)
        if close is not None and inspect.isawaitable(closing := close()):
            await closing
