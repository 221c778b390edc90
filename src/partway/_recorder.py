"""`record()`: what a source yields, written down with the times at which it came, and passed on as it is.

A recording is JSON lines, each written at once and whole, so that a crash loses nothing of what was passed on:

    {"partway": "recording", "version": 1, "began": "2026-11-30T12:00:00Z"}
    {"at": 0.412, "chunk": {"choices": [{"index": 0, "delta": {"content": "Hi"}}]}}
    {"at": 0.431, "text": "a chunk that was a str"}
    {"at": 0.433, "bytes": "one of bytes that are UTF-8"}
    {"at": 0.434, "base64": "8J+Y"}
    {"at": 0.5, "end": "done"}

`at` is in seconds since somebody first asked for a chunk. The last line says how it ended: `done`, `left` (it was
closed before its end), or `failed`, with the class of the `error`; in a crash there is none.

It must be safe to hand on. Only chunks are written, nothing of the stream object that yields them, which knows the
request. Of an SDK's chunk that is its public fields, without those that are called like headers or credentials; what
the model wrote itself (the arguments of a call) is kept whatever its keys are. Of an exception it is the class alone,
since messages of HTTP clients quote URLs, and URLs have keys in them.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from datetime import time as clock_time
from enum import Enum
from os import PathLike
from typing import Any, Final, Generic, Self, TypeVar, overload

from partway._intake import aclose_all, check_source, close_all, is_async

__all__ = ["MARK", "VERSION", "AsyncRecorder", "Recorder", "dumped", "record"]

C = TypeVar("C")

MARK: Final = "recording"
"""What the first line of a recording has under `partway`."""
VERSION: Final = 1
_DEEPEST: Final = 16
"""How many objects inside one another are looked into for their attributes, since they may refer to one another."""

_SECRET: Final = re.compile(
    r"(?:headers?|authorization|cookies?|credentials?|passwords?|secrets?|(?:access|api|private|secret|subscription)[_-]?keys?"
    r"|(?:access|auth|bearer|refresh|security|session)[_-]?tokens?)$",
    re.IGNORECASE,
)
_WRITTEN_BY_THE_MODEL: Final = frozenset(("arguments", "args", "args_delta", "input"))


@overload
def record(source: AsyncIterable[C], file: str | PathLike[str]) -> AsyncRecorder[C]: ...
@overload
def record(source: Iterable[C], file: str | PathLike[str]) -> Recorder[C]: ...
def record(source: Any, file: str | PathLike[str]) -> Recorder[Any] | AsyncRecorder[Any]:
    """Write down what passes through, for `partway replay` and `partway inspect`, and for tests.

        for recipe in stream(record(source, "recipe.jsonl"), Recipe): ...

    Every chunk is passed on as it is, an exception of the source as well. The file is begun with the first chunk that
    is asked for, has each chunk before it is passed on, and is closed on every way out, as the source is.

    Nothing of the request enters it: no headers, no keys. What the model wrote does.

    Args:
        source: As for `stream`. An async one gives an async one.
        file: Where to write; what was there is lost.

    Raises:
        UsageError: `source` is nothing that can be streamed.
        OSError: With the first chunk: the file cannot be written.
    """
    check_source(source)
    if is_async(source):
        return AsyncRecorder(source, file)
    return Recorder(source, file)


class Recorder(Generic[C]):
    """A source that is written down while it is read."""

    def __init__(self, source: Iterable[C], file: str | PathLike[str]) -> None:
        self._source = source
        self._file = file
        self._started = False
        self._steps = self._recorded()

    def _recorded(self) -> Generator[C]:
        self._started = True
        iterator: Any = None
        failed: Exception | None = None
        try:
            with _Tape(self._file) as tape:
                iterator = iter(self._source)
                for chunk in iterator:
                    tape.write(chunk)
                    yield chunk
        except Exception as error:
            failed = error
            raise
        finally:
            close_all(iterator, self._source, after=failed)
            failed = None  # the error keeps this frame

    def __iter__(self) -> Iterator[C]:
        return self

    def __next__(self) -> C:
        return next(self._steps)

    def close(self) -> None:
        """Close the file and the source."""
        self._steps.close()
        if not self._started:  # then nobody has come to where it is closed
            self._started = True
            close_all(self._source)


class AsyncRecorder(Generic[C]):
    """An async source that is written down while it is read."""

    def __init__(self, source: AsyncIterable[C], file: str | PathLike[str]) -> None:
        self._source = source
        self._file = file
        self._started = False
        self._steps = self._recorded()

    async def _recorded(self) -> AsyncGenerator[C]:
        self._started = True
        iterator: Any = None
        failed: Exception | None = None
        try:
            with _Tape(self._file) as tape:
                iterator = aiter(self._source)
                async for chunk in iterator:
                    tape.write(chunk)
                    yield chunk
        except Exception as error:
            failed = error
            raise
        finally:
            await aclose_all(iterator, self._source, after=failed)
            failed = None  # the error keeps this frame

    def __aiter__(self) -> AsyncIterator[C]:
        return self

    async def __anext__(self) -> C:
        return await anext(self._steps)

    async def aclose(self) -> None:
        """Close the file and the source."""
        await self._steps.aclose()
        if not self._started:  # then nobody has come to where it is closed
            self._started = True
            await aclose_all(self._source)


class _Tape:
    """The file: written line by line, and ended by how the loop over the source is left."""

    def __init__(self, file: str | PathLike[str]) -> None:
        self._began = time.monotonic()
        self._lines = open(file, "w", encoding="utf-8", newline="\n", buffering=1)  # noqa: PTH123, SIM115  # __exit__

    def __enter__(self) -> Self:
        began = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self._line({"partway": MARK, "version": VERSION, "began": began})
        return self

    def write(self, chunk: Any) -> None:
        """Write a chunk down."""
        match chunk:
            case str():
                self._timed("text", chunk)
            case bytes() | bytearray() | memoryview():
                data = bytes(chunk)
                try:
                    self._timed("bytes", data.decode("utf-8"))
                except UnicodeDecodeError:  # cut inside a character
                    self._timed("base64", base64.b64encode(data).decode("ascii"))
            case _:
                self._timed("chunk", dumped(chunk))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None or kind is GeneratorExit:
                self._timed("end", "done" if kind is None else "left")
            else:
                name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
                self._timed("end", "failed", error=name)
        finally:
            self._lines.close()

    def _timed(self, key: str, value: Any, **more: Any) -> None:
        self._line({"at": round(time.monotonic() - self._began, 6), key: value, **more})

    def _line(self, value: dict[str, Any]) -> None:
        line = json.dumps(value, ensure_ascii=False)
        try:
            line.encode("utf-8")
        except UnicodeEncodeError:  # half a surrogate pair
            line = json.dumps(value)
        self._lines.write(line + "\n")


def dumped(value: Any, *, depth: int = 0, kept: bool = False) -> Any:
    """A chunk as JSON has it, without what may be secret.

    Of an object it is what adapters read, so defaults are in it and what is `None` is not, under the names that it has
    in the provider's JSON.

    Args:
        value: The chunk, or what is in it.
        depth: How many objects it is inside of.
        kept: Whether it is what the model wrote, which is kept whatever it is called.
    """
    match value:
        case Enum():
            return dumped(value.value)
        case None | bool() | int() | float() | str():
            return value
        case bytes() | bytearray():
            return base64.b64encode(value).decode("ascii")
        case date() | clock_time():
            return value.isoformat()
        case Mapping():
            return {
                str(key): dumped(part, depth=depth, kept=kept or key in _WRITTEN_BY_THE_MODEL)
                for key, part in value.items()
                if kept or not _SECRET.search(str(key))
            }
        case list() | tuple() | set() | frozenset():
            return [dumped(part, depth=depth, kept=kept) for part in value]
        case _ if depth == _DEEPEST or isinstance(value, type) or callable(value):
            return None
        case _:
            fields = _fields(value)
            return dumped(fields, depth=depth + 1, kept=kept) if fields else str(value)


def _fields(value: Any) -> dict[str, Any]:
    """What an object has: a model dumps itself; of any other, the public attributes that are set."""
    with suppress(Exception):  # whatever an SDK's own way to dump comes upon
        found = value.model_dump(mode="json", by_alias=True, exclude_none=True, warnings=False)
        if isinstance(found, dict):
            return found
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
    else:
        slots = [getattr(cls, "__slots__", ()) for cls in type(value).__mro__]
        names = [*getattr(value, "__dict__", ())]
        names += [name for one in slots for name in ((one,) if isinstance(one, str) else one)]
    found = {name: getattr(value, name, None) for name in names if not name.startswith("_")}
    return {name: part for name, part in found.items() if part is not None}
