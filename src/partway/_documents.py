"""`stream_all()`: several answers in one text, each a run of its own.

The `Splitter` finds the documents, the pump hands out their runs; here one is brought to the other. At any time at
most one document is open.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Iterator, Sequence
from types import UnionType
from typing import Any, TypeVar, Unpack, cast, overload

from partway._base_run import Showing
from partway._forms import Form
from partway._intake import Intake, check_source, is_async
from partway._limits import Limits
from partway._router import Branch, Router
from partway._runs import AsyncRuns, Runs
from partway._splitter import Document, Splitter
from partway._stream import CommonOptions
from partway.errors import PartwayError
from partway.hooks import Hooks, OnHookError

__all__ = ["stream_all"]

T = TypeVar("T")
V = TypeVar("V")


class _Documents(Router[T]):
    """Gives each document of a text a branch."""

    def __init__(self, splitter: Splitter[T], *, choice: int, form: Form | None, limits: Limits | None) -> None:
        super().__init__()
        self._splitter = splitter
        self._intake: Intake[Any] = Intake(cast("Any", splitter), choice=choice, form=form, limits=limits)
        self.answer = self._intake.answer
        self._branch: Branch[T] | None = None

    def take(self, chunk: Any) -> Iterator[object]:
        return self._read(self._intake.take_apart(chunk))

    def _read(self, steps: Iterator[object]) -> Iterator[object]:
        for _ in steps:
            for document in self._splitter.read():
                if self._branch is None:
                    self._open(document)
                else:
                    self._branch.end()
                    self._branch = None
                yield document

    def end(self) -> None:
        for _ in self._read(self._intake.take_rest()):
            pass
        self._intake.end()
        if self._splitter.document.reading:
            (self._branch or self._open(self._splitter.document)).end()
            self._branch = None

    def branches(self) -> list[Branch[T]]:
        return [] if self._branch is None else [self._branch]

    def fail(self, error: PartwayError) -> None:
        if self._branch is None and self._splitter.document.reading:  # too short to be sure, but the error is its own
            self._open(self._splitter.document)
        super().fail(error)

    def _open(self, document: Document[T]) -> Branch[T]:
        self._branch = branch = Branch(document, document.events, self.answer, index=document.candidate - 1)
        self.opened.append(branch)
        return branch


@overload
def stream_all(source: AsyncIterable[Any], type_: type[T], **options: Unpack[CommonOptions]) -> AsyncRuns[T]: ...
@overload
def stream_all(
    source: AsyncIterable[Any], type_: type[T], *, partial: type[V], **options: Unpack[CommonOptions]
) -> AsyncRuns[T, V]: ...
@overload
def stream_all(source: Iterable[Any], type_: type[T], **options: Unpack[CommonOptions]) -> Runs[T]: ...
@overload
def stream_all(
    source: Iterable[Any], type_: type[T], *, partial: type[V], **options: Unpack[CommonOptions]
) -> Runs[T, V]: ...
@overload
def stream_all(
    source: AsyncIterable[Any], type_: Any, *, partial: type[V], **options: Unpack[CommonOptions]
) -> AsyncRuns[Any, V]: ...
@overload
def stream_all(
    source: AsyncIterable[Any], type_: Any, *, partial: UnionType | None = ..., **options: Unpack[CommonOptions]
) -> AsyncRuns[Any]: ...
@overload
def stream_all(
    source: Iterable[Any], type_: Any, *, partial: type[V], **options: Unpack[CommonOptions]
) -> Runs[Any, V]: ...
@overload
def stream_all(
    source: Iterable[Any], type_: Any, *, partial: UnionType | None = ..., **options: Unpack[CommonOptions]
) -> Runs[Any]: ...
def stream_all(
    source: AsyncIterable[Any] | Iterable[Any],
    type_: Any,
    *,
    partial: Any = None,
    every: float | None = None,
    fail_fast: bool = False,
    validation_context: Any = None,
    limits: Limits | None = None,
    thinking: Sequence[str] = ("think", "thinking", "reasoning"),
    choice: int = 0,
    form: Form | None = None,
    hooks: Hooks | None = None,
    on_hook_error: OnHookError = "raise",
) -> Runs[Any, Any] | AsyncRuns[Any, Any]:
    """Read each JSON document of a text as a value of its own: JSON lines, one behind the other, several fences.

    A run comes out as soon as its document has begun for sure, which is when something inside it has arrived; a text
    without any gives none. Each has its own result or its own error, and the next document goes on after it: one that
    is broken is a `MalformedJSONError`, one that does not fit a `MismatchError`, the last one, cut off, a
    `TruncatedJSONError`. Nothing is ever `Restarted`. A string, number or literal is a document only where it stands
    first on its line.

        for run in stream_all(source, Recipe):
            for partial in run:
                show(partial)
            value = run.result()

    Both loops pull the same source. If the outer one goes on first, the document of the run is read to its end, and
    what it came to stays at hand. `run.events()` has all events of its document, if it is the first thing asked of it.

    What ends the text before its time (a refusal, a limit of length, bytes that are no UTF-8) is the error of the run
    that is open, and of the outer loop if none is. An exception of the source itself is raised by both.

    Args:
        source: As for `stream`. An async iterable gives async runs: `async for run in stream_all(...)`. It is
            closed at its end, and when the outer loop is left.
        type_: A model, or any type that `pydantic.TypeAdapter` takes: that of each document.
        partial: A class of your own to show the partials of each document as, as for `stream`.
        every: Show at most one partial of a run in so many seconds, and always its last one.
        fail_fast: End all with a `MismatchError` of the run at the first value that does not fit, and close the source.
        validation_context: What validators get as `info.context`.
        limits: How much is read of one document at most, the text in front of it included. To pass a limit ends all:
            the rest of that document cannot be told from the next one.
        thinking: The names of tags around a model's thinking (`<think>`…), in which no JSON is looked for.
        choice: Which of several answers is read, from 0.
        form: What `str` and `bytes` of the source hold, as for `stream`.
        hooks: Callbacks for the places of each run; `run.on` adds to them.
        on_hook_error: What an exception of a callback does: `"raise"` ends the run with it, `"log"` logs it.

    Raises:
        UsageError: `source` is nothing that can be streamed, pydantic cannot validate `type_`, or `partial`
            cannot show it.
    """
    check_source(source, every, choice, form)
    splitter: Splitter[Any] = Splitter(
        type_,
        partial=partial,
        limits=limits,
        fail_fast=fail_fast,
        validation_context=validation_context,
        thinking=thinking,
    )
    router = _Documents(splitter, choice=choice, form=form, limits=limits)
    if is_async(source):
        return AsyncRuns(source, router, Showing(every, hooks, on_hook_error))
    return Runs(source, router, Showing(every, hooks, on_hook_error))
