"""`stream_choices()`: several answers to one question (`n` of more than 1), each a run of its own."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Iterator, Sequence
from types import UnionType
from typing import Any, TypeVar, Unpack, overload

from partway._answer import Answer
from partway._base_run import Showing
from partway._extractor import Extractor
from partway._forms import Form
from partway._inlet import Inlet
from partway._intake import check_source, inlet_for, is_async
from partway._limits import Limits
from partway._router import Branch, Router
from partway._runs import AsyncRuns, Runs
from partway._stream import TextOptions
from partway.errors import NoJSONError, PartwayError, TruncatedJSONError
from partway.events import Event, State
from partway.hooks import Hooks, OnHookError
from partway.providers import Delta, Ending, Failure, Part, Restart

__all__ = ["stream_choices"]

T = TypeVar("T")
V = TypeVar("V")


class _Choices(Router[T]):
    """Gives each answer a branch, from its first text on."""

    def __init__(self, type_: Any, form: Form | None, limits: Limits | None, options: dict[str, Any]) -> None:
        super().__init__()
        self._type = type_
        self._options = {**options, "limits": limits}
        self._inlet: Inlet = inlet_for(self._extractor([]), form, limits)
        self._answers: dict[int, Answer] = {0: self.answer}
        self._branches: dict[int, Branch[T]] = {}

    def take(self, chunk: Any) -> Iterator[object]:
        return self._take(self._inlet.read(chunk))

    def _take(self, parts: Sequence[Part]) -> Iterator[object]:
        for part in parts:
            if isinstance(part, Delta) and part.channel.kind == "content":
                choice = part.channel.choice
                branch = self._branches.get(choice)
                if branch is None:
                    self._branches[choice] = branch = self._open(choice)
                    yield branch
                if not branch.over:
                    self._feed(branch, part.text)
            elif isinstance(part, Failure):
                self.report(part)
                return
            elif isinstance(part, Restart):
                self._restart(part.reason)
            else:
                self._hear(part)

    def _feed(self, branch: Branch[T], text: str) -> None:
        try:
            branch.extractor.feed(text)
        except PartwayError as error:
            branch.fail(error)

    def _hear(self, part: Part) -> None:
        choice = part.channel.choice if isinstance(part, Delta) else part.choice if isinstance(part, Ending) else 0
        self._answer(choice).hear(part)
        if isinstance(part, Ending) and (branch := self._branches.get(choice)) is not None and not branch.over:
            self._end(branch)

    def _restart(self, reason: str) -> None:
        """Every answer begins anew; those that had ended too, in the branches that there are."""
        for choice, branch in self._branches.items():
            self._answers[choice].clear()
            if not branch.over:
                branch.extractor.restart(reason)

    def _extractor(self, events: list[Event]) -> Extractor[T, Any]:
        return Extractor(self._type, on_event=events.append, **self._options)

    def _answer(self, choice: int) -> Answer:
        if choice not in self._answers:
            self._answers[choice] = Answer(choice, self.answer.shared)
        return self._answers[choice]

    def _open(self, choice: int) -> Branch[T]:
        events: list[Event] = []
        branch = Branch(self._extractor(events), events, self._answer(choice), index=choice)
        self.opened.append(branch)
        return branch

    def _end(self, branch: Branch[T]) -> None:
        extractor = branch.extractor
        if (wrong := branch.answer.wrong(extractor.prose)) is not None:
            branch.fail(extractor.fail(*wrong))
        elif (cut := self._inlet.cut) and extractor.state() is not State.COMPLETE:
            branch.fail(extractor.fail(TruncatedJSONError, f"the source ended inside {cut}"))
        else:
            branch.end()
            if isinstance(branch.error, NoJSONError):
                branch.answer.point_out(branch.error)

    def end(self) -> None:
        for _ in self._take(self._inlet.end()):
            pass
        if self.over:
            return
        for branch in self.branches():
            self._end(branch)
        for choice, answer in self._answers.items():
            if choice not in self._branches and (wrong := answer.wrong("")) is not None:
                kind, message = wrong
                raise kind(message)

    def branches(self) -> list[Branch[T]]:
        return [branch for branch in self._branches.values() if not branch.over]


@overload
def stream_choices(source: AsyncIterable[Any], type_: type[T], **options: Unpack[TextOptions]) -> AsyncRuns[T]: ...
@overload
def stream_choices(
    source: AsyncIterable[Any], type_: type[T], *, partial: type[V], **options: Unpack[TextOptions]
) -> AsyncRuns[T, V]: ...
@overload
def stream_choices(source: Iterable[Any], type_: type[T], **options: Unpack[TextOptions]) -> Runs[T]: ...
@overload
def stream_choices(
    source: Iterable[Any], type_: type[T], *, partial: type[V], **options: Unpack[TextOptions]
) -> Runs[T, V]: ...
@overload
def stream_choices(
    source: AsyncIterable[Any], type_: Any, *, partial: type[V], **options: Unpack[TextOptions]
) -> AsyncRuns[Any, V]: ...
@overload
def stream_choices(
    source: AsyncIterable[Any], type_: Any, *, partial: UnionType | None = ..., **options: Unpack[TextOptions]
) -> AsyncRuns[Any]: ...
@overload
def stream_choices(
    source: Iterable[Any], type_: Any, *, partial: type[V], **options: Unpack[TextOptions]
) -> Runs[Any, V]: ...
@overload
def stream_choices(
    source: Iterable[Any], type_: Any, *, partial: UnionType | None = ..., **options: Unpack[TextOptions]
) -> Runs[Any]: ...
def stream_choices(
    source: AsyncIterable[Any] | Iterable[Any],
    type_: Any,
    *,
    partial: Any = None,
    every: float | None = None,
    fail_fast: bool = False,
    validation_context: Any = None,
    limits: Limits | None = None,
    thinking: Sequence[str] = ("think", "thinking", "reasoning"),
    form: Form | None = None,
    hooks: Hooks | None = None,
    on_hook_error: OnHookError = "raise",
) -> Runs[Any, Any] | AsyncRuns[Any, Any]:
    """Read each of several answers (`n=3`) as a value of its own, side by side.

        for run in stream_choices(source, Recipe):
            for partial in run:
                show(run.index, partial)

    A run comes out with the first text of its answer; `run.index` says which answer it is. All runs pull the same
    source, and what comes for the others meanwhile is kept. Each has a result, or an error, of its own.

    Args:
        source: As for `stream`. It is closed at its end, and when the outer loop is left.
        type_: A model, or any type that `pydantic.TypeAdapter` takes: that of each answer.
        partial: A class of your own to show partials as, as for `stream`.
        every: Show at most one partial of a run in so many seconds, and always its last one.
        fail_fast: End an answer with a `MismatchError` at its first value that does not fit. The others go on.
        validation_context: What validators get as `info.context`.
        limits: How much is read of one answer at most.
        thinking: The names of tags around a model's thinking (`<think>`…), in which no JSON is looked for.
        form: What `str` and `bytes` of the source hold, as for `stream`.
        hooks: Callbacks for the places of each run; `run.on` adds to them.
        on_hook_error: What an exception of a callback does: `"raise"` ends the run with it, `"log"` logs it.

    Raises:
        UsageError: `source` is nothing that can be streamed, pydantic cannot validate `type_`, or `partial`
            cannot show it.
    """
    check_source(source, every, form=form)
    options = {
        "partial": partial, "fail_fast": fail_fast, "validation_context": validation_context, "thinking": thinking
    }  # fmt: skip
    router: _Choices[Any] = _Choices(type_, form, limits, options)
    if is_async(source):
        return AsyncRuns(source, router, Showing(every, hooks, on_hook_error))
    return Runs(source, router, Showing(every, hooks, on_hook_error))
