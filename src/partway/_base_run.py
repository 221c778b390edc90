"""What sync and async runs have in common: a look at the value so far, hooks, and what each reader waits for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, Never

from typing_extensions import TypeVar  # pydantic depends on it; Python's own takes a default from 3.13 on

from partway._answer import Answer, Told
from partway._calls import Calls
from partway._extractor import Extractor
from partway._feeds import EventFeed, ItemFeed, PartialFeed, TextFeed, ValueFeed
from partway._intake import Intake, is_number, note_partial
from partway._listeners import Listener, Listeners
from partway._paths import Pattern
from partway.errors import NoJSONError, PartwayError, UsageError, format_path
from partway.events import Appended, Completed, Finished, Opened, Path, Rejected, Rejection, Restarted, State
from partway.hooks import Hook, Hooks, OnHookError, Place, check_on_hook_error
from partway.providers import Channel

__all__ = ["NOT_COPIED", "BaseRun", "Showing"]

T = TypeVar("T")
P = TypeVar("P", default=T)

NOT_COPIED: Final = (
    "a run cannot be copied or pickled, since it reads a source: take its partial, its result, its events or its error"
)


@dataclass(frozen=True, slots=True)
class Showing:
    """How runs are shown, as `stream` and all like it take it."""

    every: float | None = None
    hooks: Hooks | None = None
    on_hook_error: OnHookError = "raise"

    def __post_init__(self) -> None:
        check_on_hook_error(self.on_hook_error)


class BaseRun(Told, Generic[T, P]):
    """What runs have in common: a look at the value so far, and at what the chunks say besides."""

    _intake: Intake[T]

    _awaits = False
    """Whether hooks may be async."""

    def __init__(
        self,
        extractor: Extractor[T, P],
        answer: Answer,
        listeners: Listeners,
        showing: Showing,
    ) -> None:
        self._extractor = extractor
        self._answer = answer
        self._listeners = listeners
        self._partials = PartialFeed(extractor, showing.every)
        self._calls = Calls(showing.on_hook_error, awaits=self._awaits)
        self._readers = 0
        self._left = False  # whether a loop was left that would have closed the source, had it been the last reader
        self._started = False
        self._ended = False
        self._result: T | None = None
        self._error: BaseException | None = None
        if showing.hooks is not None and not isinstance(showing.hooks, Hooks):
            raise UsageError(f"hooks= takes Hooks(), to which hooks.on(...) adds, not {showing.hooks!r}")
        self._hook(*(showing.hooks or ()))

    def __reduce__(self) -> Never:
        raise TypeError(NOT_COPIED)

    @property
    def type(self) -> Any:
        """The type that is read."""
        return self._extractor.type

    @property
    def partial(self) -> P | None:
        """The typed value so far, immutable; `None` before anything of it has arrived."""
        return self._extractor.partial

    @property
    def snapshot(self) -> Any:
        """The same, but never as the class that `partial=` names."""
        return self._extractor.snapshot

    def state(self, *path: str | int) -> State:
        """How far the place at a path has come; without a path, the whole value.

        Raises:
            UsageError: A step is neither a key nor an index.
        """
        return self._extractor.state(*path)

    @property
    def open_path(self) -> Path:
        """Where the text is being written now: the innermost place that is open."""
        return self._extractor.open_path

    @property
    def json(self) -> str:
        """The JSON text so far, without fence or prose."""
        return self._extractor.text

    @property
    def candidate(self) -> int:
        """Which JSON document of the text is shown, counted from 1; 0 before one has begun."""
        return self._extractor.candidate

    @property
    def rejected(self) -> tuple[Rejection, ...]:
        """What has arrived and does not fit the type, in the order of the text: where, why, and its JSON."""
        return self._extractor.rejected

    @property
    def prose(self) -> str:
        """The model's text around the JSON so far: without its fence, without JSON that was given up."""
        return self._extractor.prose + self._answer.prose

    @property
    def reasoning(self) -> str:
        """What the model has thought so far: what the provider tells apart as that, and what stood in thinking tags."""
        return self._answer.reasoning + self._extractor.thoughts

    @property
    def name(self) -> str | None:
        """The tool that is called; `None` where the value is no call of a tool."""
        return None if self._call is None else self._call.name

    @property
    def id(self) -> str | None:
        """What the provider calls the call of a tool, to be named in the answer to it; `None` where there is none."""
        return None if self._call is None else self._call.id or None

    @property
    def index(self) -> int:
        """Which it is of the calls, answers or documents that come side by side, from 0."""
        return self._answer.choice if self._call is None else self._call.index

    @property
    def _call(self) -> Channel | None:
        return self._intake.call

    def on(
        self,
        pattern: str = "",
        *,
        opened: Callable[[Opened], object] | None = None,
        appended: Callable[[Appended], object] | None = None,
        completed: Callable[[Completed], object] | None = None,
        rejected: Callable[[Rejected], object] | None = None,
        restarted: Callable[[Restarted], object] | None = None,
        finished: Callable[[Finished], object] | None = None,
    ) -> Place:
        """Call back for events at the places that a pattern names, from now on; see `Hooks.on`.

        Raises:
            UsageError: The pattern cannot be read, a callback cannot be called, or it is async and the run is not.
        """
        hooks = Hooks()
        hooks.on(
            pattern,
            opened=opened,
            appended=appended,
            completed=completed,
            rejected=rejected,
            restarted=restarted,
            finished=finished,
        )
        self._hook(*hooks)
        return Place(pattern, self._hook)

    def _hook(self, *hooks: Hook) -> None:
        self._hear(*map(self._calls.listener, hooks))

    def _hear(self, *listeners: Listener) -> None:
        """Tell listeners of what happens from now on."""
        self._listeners.add(*listeners)

    def _partial_feed(self) -> PartialFeed[P]:
        self._partials = self._partials.again()
        return self._partials

    def _event_feed(self, paths: tuple[str, ...]) -> EventFeed:
        if self._started:
            raise UsageError("events() come before anything is pulled: the run has begun already")
        feed = EventFeed([Pattern(path) for path in paths] if paths else None)
        self._hear(feed.listener)
        return feed

    def _item_feed(self, path: str) -> ItemFeed:
        feed = ItemFeed(path)
        if self._started:
            self._extractor.tell_again(feed.listener.sink, path)
        self._hear(feed.listener)
        return feed

    # These two begin with what is there, in a run of several too, and not with what has happened, as `_hear` does.

    def _text_feed(self, path: str) -> TextFeed:
        feed = TextFeed(path, self._extractor)
        self._listeners.add(feed.listener)
        return feed

    def _value_feed(self, path: str) -> ValueFeed:
        feed = ValueFeed(path, self._extractor)
        self._listeners.add(feed.listener)
        return feed

    def _value(self, feed: ValueFeed) -> Any:
        """What `value` gives when its feed is over, or the run."""
        if feed.state is State.COMPLETE:
            return feed.value
        if feed.state is State.REJECTED:
            raise self._extractor.misfit(feed.path, feed.error)
        result = self._outcome()
        try:
            return self._extractor.look_up(feed.path, result, defaults=True)
        except LookupError:
            raise self._extractor.data_error(
                NoJSONError, f"the answer has ended without anything at {format_path(feed.path)}", feed.path
            ) from None

    def _frame_feed(self, per_second: float) -> PartialFeed[P]:
        if not (is_number(per_second) and per_second > 0):
            raise UsageError(f"frames() takes how many there are in a second at most, not {per_second!r}")
        return PartialFeed(self._extractor, 1 / per_second)

    def _keep(self, error: BaseException) -> None:
        """Keep what ended the run; to what is not ours, say what had arrived.

        What is no `Exception` (Ctrl-C, a task that was cancelled) is for whoever pulled: later the run was closed.
        """
        # Either would end a loop that is told of it later; Python makes another error of it here, too.
        if isinstance(error, StopIteration) or (self._awaits and isinstance(error, StopAsyncIteration)):
            stopped = RuntimeError(f"a callback, a validator or the source raised {type(error).__name__}")
            stopped.__cause__ = error
            error = stopped
        if isinstance(error, Exception):
            self._error = error
            if not isinstance(error, PartwayError | UsageError):
                note_partial(error, self.partial)

    def _outcome(self) -> T:
        if self._error is not None:
            raise self._error
        if not self._ended:  # closed on the way: what had come may be all
            self._ended = True
            try:
                self._result = self._intake.end()
            except (PartwayError, UsageError) as error:
                self._error = error
                raise
        return self._result  # type: ignore[return-value]  # set with _ended
