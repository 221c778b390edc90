"""`stream_tools()`: the calls of tools in one answer, each a run of its own.

A branch opens with its call and ends when the provider says that the call has all its arguments. Until then it is not
complete, even if its JSON is: only where a source ends without a word on that, JSON that is whole counts. A message
that begins anew makes the calls void that had not ended; the calls of the new one take their branches over, by name.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, Unpack, overload

from partway._arguments import arguments_of
from partway._base_run import Showing
from partway._extractor import Extractor
from partway._forms import Form
from partway._inlet import Inlet
from partway._intake import check_source, fill, inlet_for, is_async
from partway._limits import Limits
from partway._router import Branch, Router
from partway._runs import AsyncRuns, Runs
from partway._stream import RunOptions
from partway.errors import PartwayError, UsageError
from partway.events import Event
from partway.hooks import Hooks, OnHookError
from partway.providers import Channel, Closed, Delta, Failure, Operation, Part, Restart

__all__ = ["AsyncToolRuns", "ToolRuns", "UnknownCall", "stream_tools", "tool_types"]

T = TypeVar("T")


@dataclass(slots=True)
class UnknownCall:
    """A call of a tool that was not asked for.

    Attributes:
        name: The tool.
        id: What the provider calls the call.
        index: Which of the calls of the answer it is, from 0.
        text: Its arguments so far, as the model wrote them; nothing of those that come as path operations.
    """

    name: str
    id: str
    index: int
    text: str = ""


class _Calls(Router[T]):
    """Gives each call of a known tool a branch."""

    def __init__(
        self, types: dict[str, Any], choice: int, form: Form | None, limits: Limits | None, options: dict[str, Any]
    ) -> None:
        super().__init__()
        self.answer.choice = choice
        self.unknown: list[UnknownCall] = []
        self._inlet: Inlet = inlet_for(None, form, limits)
        self._types = types
        self._options = {**options, "limits": limits}
        self._calls: dict[Channel, Branch[T] | UnknownCall] = {}
        self._void: list[Branch[T]] = []

    def take(self, chunk: Any) -> Iterator[object]:
        return self._take(self._inlet.read(chunk))

    def _take(self, parts: Sequence[Part]) -> Iterator[object]:
        for part in parts:
            if isinstance(part, Delta | Operation | Closed) and part.channel.kind == "tool":
                if part.channel.choice != self.answer.choice:
                    continue
                call = self._calls.get(part.channel)
                if call is None:
                    self.answer.hear(Delta(part.channel, ""))
                    self._calls[part.channel] = call = self._open(part.channel)
                    if isinstance(call, Branch):
                        yield call
                if isinstance(call, UnknownCall):
                    call.text += part.text if isinstance(part, Delta) else ""
                elif not call.over:
                    self._feed(call, part)
                    if call.over:
                        yield call
            elif isinstance(part, Failure):
                self.report(part)
                return
            elif isinstance(part, Restart):
                self._restart(part.reason)
            else:
                self.answer.hear(part)

    def _open(self, channel: Channel) -> Branch[T] | UnknownCall:
        name = channel.name
        if name not in self._types:
            self.unknown.append(call := UnknownCall(name, channel.id, channel.index))
            return call
        branch = next((branch for branch in self._void if branch.call is not None and branch.call.name == name), None)
        if branch is not None:
            self._void.remove(branch)
            branch.call = channel
            return branch
        events: list[Event] = []
        extractor: Extractor[T, Any] = Extractor(
            self._types[name], json_only=True, on_event=events.append, **self._options
        )
        branch = Branch(extractor, events, self.answer, index=channel.index, call=channel)
        self.opened.append(branch)
        return branch

    def _feed(self, branch: Branch[T], part: Delta | Operation | Closed) -> None:
        try:
            if isinstance(part, Closed):
                branch.extractor.complete()
                branch.end()
            else:
                fill(branch.extractor, part)
        except PartwayError as error:
            branch.fail(error)

    def _restart(self, reason: str) -> None:
        self.answer.clear()
        self._void = self.branches()
        self._calls.clear()
        for branch in self._void:
            branch.extractor.restart(reason)

    def end(self) -> None:
        for _ in self._take(self._inlet.end()):
            pass
        if self.over:
            return
        wrong, open_ = self.answer.wrong(""), self.branches()
        for branch in open_:
            if wrong is None:
                branch.end()
            else:
                branch.fail(branch.extractor.fail(*wrong))
        if wrong is not None and not open_:  # more calls might have come
            kind, message = wrong
            raise kind(message)

    def branches(self) -> list[Branch[T]]:
        calls = (call for call in self._calls.values() if isinstance(call, Branch) and not call.over)
        return [*calls, *(branch for branch in self._void if not branch.over)]


class ToolRuns(Runs[T]):
    """The calls of an answer: iterate over it for the run of each as it opens. See `Runs`."""

    _router: _Calls[T]

    @property
    def unknown(self) -> tuple[UnknownCall, ...]:
        """The calls, so far, of tools that were not asked for."""
        return tuple(self._router.unknown)


class AsyncToolRuns(AsyncRuns[T]):
    """The same for an async source. See `AsyncRuns`."""

    _router: _Calls[T]

    @property
    def unknown(self) -> tuple[UnknownCall, ...]:
        """The calls, so far, of tools that were not asked for."""
        return tuple(self._router.unknown)


Tools: TypeAlias = Mapping[str, Any] | Iterable[Any]
"""The types of arguments by the names of their tools, or models and functions that have those names."""


def tool_types(tools: Tools) -> dict[str, Any]:
    """The type of the arguments of each tool, by its name: of a function, a model of its parameters.

    Raises:
        UsageError: A tool has no name of its own, or two have the same; or there are none to go through.
    """
    if not isinstance(tools, Iterable):
        raise UsageError(f"tools are a dict of names and types, or several types and functions, not {tools!r}")
    named = tools.items() if isinstance(tools, Mapping) else [(_own_name(tool), tool) for tool in tools]
    types: dict[str, Any] = {}
    for name, tool in named:
        if not isinstance(name, str) or not name:
            raise UsageError(f"{tool!r} has no name of its own: pass a dict of names and types")
        if name in types:
            raise UsageError(f"two tools are called {name}: pass a dict of names and types")
        types[name] = arguments_of(tool) if inspect.isroutine(tool) else tool
    return types


def _own_name(tool: Any) -> str | None:
    return tool.__name__ if isinstance(tool, type) or inspect.isroutine(tool) else None


class _Options(RunOptions, total=False):
    """The arguments of `stream_tools` that do not decide what kind of run it is."""

    choice: int


@overload
def stream_tools(
    source: AsyncIterable[Any], tools: Mapping[str, type[T]] | Iterable[type[T]], **options: Unpack[_Options]
) -> AsyncToolRuns[T]: ...
@overload
def stream_tools(
    source: Iterable[Any], tools: Mapping[str, type[T]] | Iterable[type[T]], **options: Unpack[_Options]
) -> ToolRuns[T]: ...
@overload
def stream_tools(source: AsyncIterable[Any], tools: Tools, **options: Unpack[_Options]) -> AsyncToolRuns[Any]: ...
@overload
def stream_tools(source: Iterable[Any], tools: Tools, **options: Unpack[_Options]) -> ToolRuns[Any]: ...
def stream_tools(
    source: AsyncIterable[Any] | Iterable[Any],
    tools: Tools,
    *,
    every: float | None = None,
    fail_fast: bool = False,
    validation_context: Any = None,
    limits: Limits | None = None,
    choice: int = 0,
    form: Form | None = None,
    hooks: Hooks | None = None,
    on_hook_error: OnHookError = "raise",
) -> ToolRuns[Any] | AsyncToolRuns[Any]:
    """Read the calls of tools in an answer, each as a value of its own, side by side.

        for run in stream_tools(source, {"get_weather": Weather, "search": Search}):
            for partial in run:
                show(run.name, run.id, partial)
            arguments = run.result()

    A run comes out as its call opens, with `name`, `id` and `index`. All runs pull the same source, and what comes for
    the others meanwhile is kept; when the outer loop is through, the result of every run is at hand. A call without
    arguments is `{}`. A call that was cut off ends in a `TruncatedJSONError`, one that is broken, or does not fit, in
    an error of its own, and the others go on. Calls of other tools are listed in `unknown`. What the model says beside
    its calls is in `prose` and `reasoning`, of the runs and of each run.

    Args:
        source: As for `stream`. It is closed at its end, and when the outer loop is left.
        tools: The type of the arguments of each tool, by its name; or models and functions that are called like their
            tools. The arguments of a function are a model with a field for each parameter; it is not called.
        every: Show at most one partial of a run in so many seconds, and always its last one.
        fail_fast: End a call with a `MismatchError` at its first value that does not fit. The others go on.
        validation_context: What validators get as `info.context`.
        limits: How much is read of one call at most.
        choice: Which of several answers is read, from 0.
        form: What `str` and `bytes` of the source hold, as for `stream`.
        hooks: Callbacks for the places of each run; `run.on` adds to them.
        on_hook_error: What an exception of a callback does: `"raise"` ends the run with it, `"log"` logs it.

    Raises:
        UsageError: `source` is nothing that can be streamed, pydantic cannot validate one of the types, or `tools` have
            no names.
    """
    check_source(source, every, choice, form)
    types = tool_types(tools)
    options = {"fail_fast": fail_fast, "validation_context": validation_context}
    for type_ in types.values():
        Extractor(type_, json_only=True, **options)  # what is wrong with a type is said now
    router: _Calls[Any] = _Calls(types, choice, form, limits, options)
    if is_async(source):
        return AsyncToolRuns(source, router, Showing(every, hooks, on_hook_error))
    return ToolRuns(source, router, Showing(every, hooks, on_hook_error))
