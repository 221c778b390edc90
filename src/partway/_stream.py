"""`stream()`: one value from a source, sync or async; and the options that it shares with those for several."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Sequence
from types import UnionType
from typing import Any, TypedDict, TypeVar, Unpack, overload

from partway._base_run import Showing
from partway._extractor import Extractor
from partway._forms import Form
from partway._intake import Intake, check_source, is_async
from partway._limits import Limits
from partway._run import AsyncRun, Run
from partway.hooks import Hooks, OnHookError

__all__ = ["CommonOptions", "RunOptions", "TextOptions", "stream"]

T = TypeVar("T")
V = TypeVar("V")


class RunOptions(TypedDict, total=False):
    """The arguments that `stream` and all like it have, and that do not decide what kind of run it is."""

    every: float | None
    fail_fast: bool
    validation_context: Any
    limits: Limits | None
    form: Form | None
    hooks: Hooks | None
    on_hook_error: OnHookError


class TextOptions(RunOptions, total=False):
    """Those of `stream`, `stream_all` and `stream_choices`, which look for JSON in a text."""

    thinking: Sequence[str]


class CommonOptions(TextOptions, total=False):
    """Those of `stream` and `stream_all`."""

    choice: int


class _Options(CommonOptions, total=False):
    """Those of `stream`."""

    json_only: bool
    tool: str | None


@overload
def stream(source: AsyncIterable[Any], type_: type[T], **options: Unpack[_Options]) -> AsyncRun[T]: ...
@overload
def stream(
    source: AsyncIterable[Any], type_: type[T], *, partial: type[V], **options: Unpack[_Options]
) -> AsyncRun[T, V]: ...
@overload
def stream(source: Iterable[Any], type_: type[T], **options: Unpack[_Options]) -> Run[T]: ...
@overload
def stream(source: Iterable[Any], type_: type[T], *, partial: type[V], **options: Unpack[_Options]) -> Run[T, V]: ...
@overload
def stream(
    source: AsyncIterable[Any], type_: Any, *, partial: type[V], **options: Unpack[_Options]
) -> AsyncRun[Any, V]: ...
@overload
def stream(
    source: AsyncIterable[Any], type_: Any, *, partial: UnionType | None = ..., **options: Unpack[_Options]
) -> AsyncRun[Any]: ...
@overload
def stream(source: Iterable[Any], type_: Any, *, partial: type[V], **options: Unpack[_Options]) -> Run[Any, V]: ...
@overload
def stream(
    source: Iterable[Any], type_: Any, *, partial: UnionType | None = ..., **options: Unpack[_Options]
) -> Run[Any]: ...
def stream(
    source: AsyncIterable[Any] | Iterable[Any],
    type_: Any,
    *,
    partial: Any = None,
    every: float | None = None,
    json_only: bool = False,
    fail_fast: bool = False,
    validation_context: Any = None,
    limits: Limits | None = None,
    thinking: Sequence[str] = ("think", "thinking", "reasoning"),
    tool: str | None = None,
    choice: int = 0,
    form: Form | None = None,
    hooks: Hooks | None = None,
    on_hook_error: OnHookError = "raise",
) -> Run[Any, Any] | AsyncRun[Any, Any]:
    """Read one typed value from a source of chunks, showing it while it grows.

    Args:
        source: An iterable of the chunks of an LLM client (objects or dicts), of `str` or `bytes` of a response's body
            (server-sent events, JSON lines, a JSON array; cut anywhere, or line by line), or of the model's text
            itself. Which it is, is found out; docs/providers.md lists what is known. An async iterable gives an async
            run. It is closed in the end.
        type_: A model, or any type that `pydantic.TypeAdapter` takes.
        partial: A class of your own to show the partials as: a model or dataclass with the fields of `type_`, each with
            the default that it reads before it has arrived. `partway stubs` writes such classes. The result stays a
            `type_`.
        every: Show at most one partial in so many seconds, and always the last one. What is held back is shown with
            the next chunk; there is no timer.
        json_only: The text is one JSON document and nothing else, as the arguments of a tool call are.
        fail_fast: End with a `MismatchError` at the first value that does not fit, and close the source, so that
            nobody pays for the rest of the answer.
        validation_context: What validators get as `info.context`.
        limits: How much is read at most.
        thinking: The names of tags around a model's thinking (`<think>`…), in which no JSON is looked for.
        tool: Read the arguments of the first call of this tool, instead of the text of the answer.
        choice: Which of several answers is read, from 0.
        form: What `str` and `bytes` of the source hold, where it is not to be found out: `"text"`, the model's text
            itself; `"sse"`, server-sent events; `"ndjson"`, JSON lines; `"json"`, one JSON array or object.
        hooks: Callbacks for places, such as `hooks.on("steps[*].text", appended=show)`; `run.on` adds to them.
        on_hook_error: What an exception of a callback does: `"raise"` ends the run with it, `"log"` logs it.

    Raises:
        UsageError: `source` is nothing that can be streamed, pydantic cannot validate `type_`, or `partial`
            cannot show it.
    """
    check_source(source, every, choice, form)
    extractor: Extractor[Any, Any] = Extractor(
        type_,
        partial=partial,
        limits=limits,
        json_only=json_only or tool is not None,
        fail_fast=fail_fast,
        validation_context=validation_context,
        thinking=thinking,
    )
    intake = Intake(extractor, json_only=json_only, tool=tool, choice=choice, form=form, limits=limits)
    if is_async(source):
        return AsyncRun(source, extractor, intake, Showing(every, hooks, on_hook_error))
    return Run(source, extractor, intake, Showing(every, hooks, on_hook_error))
