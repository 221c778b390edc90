"""What is done with a source, whoever pulls it: what it may be, what its chunks and its end mean, how it is closed.

No source is pulled here, so that runs of one source and pumps for many, sync and async, do the same with it.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import AsyncIterable, Callable, Container, Generator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, contextmanager
from typing import Any, Final, Generic, TypeGuard, TypeVar, get_args

from typing_extensions import TypeIs  # pydantic depends on it; Python has it from 3.13 on

from partway._answer import NO_ARGUMENTS, Answer, reported
from partway._extractor import Extractor
from partway._forms import Form
from partway._inlet import Inlet
from partway._limits import Limits
from partway.errors import MismatchError, NoJSONError, PartwayError, TruncatedJSONError, UsageError
from partway.events import State
from partway.providers import Channel, Closed, Delta, Failure, Operation, Part, Restart, channel, failure_of

__all__ = [
    "Intake",
    "aclose_all",
    "check_source",
    "close_all",
    "fill",
    "inlet_for",
    "is_async",
    "is_number",
    "note_partial",
    "refuse_running",
]

T = TypeVar("T")

_NOTED: Final = 1000
"""How many characters of a partial are noted in an error that is not ours."""


class Intake(Generic[T]):
    """What a run does with the chunks of its source, and with its end.

    Args:
        extractor: What reads the value.
        json_only: Whether it takes nothing but JSON.
        tool: The tool whose call holds the value; `None` if the text of the answer does.
        choice: Which of several answers is read, from 0.
        form: What `str` and `bytes` hold; found out when not given.
        limits: How large an event may be.

    Attributes:
        answer: What the chunks say besides.
        call: The call of the tool, once it has opened.
    """

    def __init__(
        self,
        extractor: Extractor[T, Any],
        *,
        json_only: bool = False,
        tool: str | None = None,
        choice: int = 0,
        form: Form | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.extractor = extractor
        self.answer = Answer(choice)
        self.call: Channel | None = None
        self._json_only = json_only
        if tool is not None and not (isinstance(tool, str) and tool):
            raise UsageError(f"tool takes the name of a tool, not {tool!r}")
        self._tool = tool
        self._inlet = inlet_for(None if tool is not None else extractor, form, limits)
        self._wanted: Channel | None = channel("content", choice) if tool is None else None
        self._closed = False  # whether the call has all its arguments

    def take(self, chunk: Any) -> bool:
        """Feed what a chunk holds of the answer; say whether the partial has changed."""
        inlet = self._inlet
        if inlet.text and type(chunk) is str and self._tool is None and not self.answer.choice:
            return self.extractor.feed(chunk)
        changed = False
        for part in inlet.read(chunk):
            if type(part) is Delta and part.channel is self._wanted:  # as `_hear` does: there is one for every token
                changed |= self.extractor.feed(part.text)
            else:
                changed |= self._hear(part)
        return changed

    def take_apart(self, chunk: Any) -> Iterator[bool]:
        """The same, pausing after each part: what it came to can be looked at before the next one ends it all."""
        return map(self._hear, self._inlet.read(chunk))

    def take_rest(self) -> Iterator[bool]:
        """The same for what was kept back till the end of the source."""
        return map(self._hear, self._inlet.end())

    def _hear(self, part: Part) -> bool:
        """Take in a part; say whether the partial has changed."""
        match part:
            case Delta() | Operation() if part.channel is self._wanted:
                return fill(self.extractor, part)
            case Failure():
                raise reported(part, self.extractor)
            case Restart():
                self.answer.clear()
                if self._tool is not None:
                    self._wanted = self.call = None
                    self._closed = False
                return self.extractor.restart(part.reason)
            case Closed():
                self._closed |= part.channel is self._wanted
            case Delta() if self._wanted is None and self._calls(part.channel):
                self._wanted = self.call = part.channel
                self.answer.hear(part)
                return self.extractor.feed(part.text)
            case _:
                self.answer.hear(part)
        return False

    def _calls(self, channel: Channel) -> bool:
        return channel.kind == "tool" and channel.name == self._tool and channel.choice == self.answer.choice

    def end(self) -> T:
        """The source has ended: give the result, or raise why there is none."""
        for _ in self.take_rest():
            pass
        extractor = self.extractor
        if (wrong := self.answer.wrong(extractor.prose)) is not None:
            raise extractor.fail(*wrong)
        if self._tool is not None:
            if self.call is None:
                raise extractor.fail(NoJSONError, self._no_call())
            if self._closed:
                extractor.complete()
            elif not extractor.text:
                raise extractor.fail(TruncatedJSONError, NO_ARGUMENTS)
        if (cut := self._inlet.cut) and (self._json_only or extractor.state() is not State.COMPLETE):
            raise extractor.fail(TruncatedJSONError, f"the source ended inside {cut}")
        try:
            return extractor.finish()
        except NoJSONError as error:
            if self._tool is None:
                self.answer.point_out(error)
            raise
        except MismatchError as error:
            if self._inlet.text and (instead := _error_body(error, extractor.root_keys)) is not None:
                raise instead from error
            raise

    def _no_call(self) -> str:
        called = ", ".join(dict.fromkeys(call.name for call in self.answer.calls))
        instead = f"; it calls {called}" if called else ""
        said = self.answer.prose.strip()
        quoted = f"; it says {said[:80] + ('…' if len(said) > 80 else '')!r}" if said else ""
        return f"the answer has no call of {self._tool}{instead}{quoted}"


def inlet_for(extractor: Extractor[Any, Any] | None, form: Form | None, limits: Limits | None) -> Inlet:
    """Make what reads the chunks, told what the text of the answer may look like; without one, it is no JSON."""
    if extractor is None:
        return Inlet(form, keys=(), limits=limits)
    keys = extractor.root_keys if "{" in extractor.starts else ()
    return Inlet(form, keys=keys, array="[" in extractor.starts, limits=limits)


def _error_body(error: MismatchError, keys: Container[str] | None) -> PartwayError | None:
    """The error that a text reports that was read as the answer and does not fit: some APIs write one on many lines."""
    body = json.loads(error.text)
    if not isinstance(body, dict) or keys is None or "error" in keys or (failure := failure_of(body)) is None:
        return None
    instead = reported(failure)
    instead.partial, instead.text = error.partial, error.text
    return instead


def fill(extractor: Extractor[Any, Any], part: Delta | Operation) -> bool:
    """Feed the arguments of a call more of them; say whether the partial has changed."""
    if isinstance(part, Delta):
        return extractor.feed(part.text)
    return extractor.operate(part.path, part.value, goes_on=part.goes_on)


def note_partial(error: Exception, partial: Any) -> None:
    """Say in an error that is not ours, of a source or a validator, what had arrived when it was raised."""
    if partial is not None:
        try:
            shown = repr(partial)
        except Exception:  # noqa: BLE001  # the user's own, which may not know that a field is not there yet
            shown = f"a {type(partial).__name__} that its own repr() cannot show"
        error.add_note("what had arrived: " + (shown if len(shown) <= _NOTED else shown[:_NOTED] + "…"))


def check_source(source: Any, every: Any = None, choice: Any = 0, form: Any = None) -> None:
    """Refuse a source, or what is said of it, that cannot work, and say what to pass instead."""
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
    if every is not None and not (is_number(every) and every >= 0):
        raise UsageError(f"every takes a number of seconds, not {every!r}")
    if isinstance(choice, bool) or not isinstance(choice, int) or choice < 0:
        raise UsageError(f"choice takes a whole number from 0, not {choice!r}")
    if form is not None and form not in get_args(Form):
        raise UsageError(f"form takes {', '.join(map(repr, get_args(Form)))} or None, not {form!r}")


def is_number(value: object) -> TypeGuard[float]:
    """Whether an argument is a number; `True` and `False`, which are to Python, are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_async(source: AsyncIterable[Any] | Iterable[Any]) -> TypeIs[AsyncIterable[Any]]:
    """Whether a source is to be pulled asynchronously: one that is both kinds, as LiteLLM's is, where a loop runs."""
    if not isinstance(source, AsyncIterable):
        return False
    if not isinstance(source, Iterable):
        return True
    import asyncio  # noqa: PLC0415  # a program without it has no loop, and need not load it for others

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def refuse_running(steps: Generator[Any]) -> None:
    """Refuse to pull or close what is just being pulled.

    Raises:
        UsageError: It is.
    """
    if steps.gi_running:  # type: ignore[attr-defined]  # a generator function made it
        raise UsageError(
            "the source is being pulled already, in another thread or by the source itself: a run is read by one "
            "thread at a time; what waits for the source ends when that is closed itself (`response.close()`)"
        )


def close_all(*sources: Any, after: BaseException | None = None) -> None:
    """Close what can be closed, each once and in this order, though another cannot be.

    Args:
        sources: The sources.
        after: Why they are closed, if it is an error: that closing one has failed as well becomes a note of it.
    """
    with _noted(after), ExitStack() as closing:
        for source in reversed(_each_once(sources)):
            if callable(close := getattr(source, "close", None)):
                closing.callback(close)


async def aclose_all(*sources: Any, after: BaseException | None = None) -> None:
    """The same, and wait for it. Who is cancelled while one is being closed closes the others all the same."""
    with _noted(after):
        async with AsyncExitStack() as closing:
            for source in reversed(_each_once(sources)):
                close = getattr(source, "aclose", None) or getattr(source, "close", None)
                if callable(close):
                    closing.push_async_callback(_aclose, close)


@contextmanager
def _noted(after: BaseException | None) -> Iterator[None]:
    """What fails inside is raised, unless it comes after another error: then that tells of it."""
    try:
        yield
    except Exception as error:
        if after is None:
            raise
        after.add_note(f"closing the source failed as well: {error!r}")


async def _aclose(close: Callable[[], object]) -> None:
    if inspect.isawaitable(closing := close()):
        await closing


def _each_once(sources: tuple[Any, ...]) -> list[Any]:
    return list({id(source): source for source in sources}.values())
