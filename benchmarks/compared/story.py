"""What is recorded of a peer: what it showed after each character, and how it ended.

Some peers show one live value that changes later, so a value is copied and printed at once.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

CALLS: list[tuple[Any, ...]] = []
"""What the validators of the cases were given since something was last recorded, in the order of the calls."""
OVER = "the stream is over"
_LONGEST = 140
"""How many characters of an error are kept."""


class Told(NamedTuple):
    """A value together with what the peer says of it elsewhere, as its status."""

    value: Any
    told: str


class Mark(Enum):
    """How what was shown is judged; the later, the worse."""

    RIGHT = "✓"
    LATE = "…"
    RAISES = "!"
    WRONG = "✗"


@dataclass(frozen=True, slots=True)
class Shown:
    """What there was to see at one moment: a value, or the error that came instead.

    `told` is what the peer says of the value beside it, `calls` what validators were given since the last moment.
    """

    text: str
    value: Any = None
    told: str = ""
    error: bool = False
    calls: tuple[tuple[Any, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """`shown[n]` is what was shown after n characters, `ended` what came when the text had ended."""

    shown: list[Shown]
    ended: Shown


def see(look: Callable[[], Any], told: Callable[[Any], str] = lambda _: "") -> Shown:
    """Record what a peer shows now."""
    try:
        value = look()
    except Exception as error:  # noqa: BLE001  # whatever it raises is what is recorded
        return raised(error)
    return _seen(value, told)


def _seen(value: Any, told: Callable[[Any], str]) -> Shown:
    value, status = value if isinstance(value, Told) else (value, "")
    return show(value, "; ".join(filter(None, (status, told(value)))))


def show(value: Any, told: str = "") -> Shown:
    """Record a value."""
    text = "nothing" if value is None else repr(value)
    return Shown(text, deepcopy(value), told, calls=_calls())


def raised(error: Exception, *, over: bool = False) -> Shown:
    """Record an error, by its class and the first lines of its message."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and "For further information" not in line]
    message = ": ".join(lines[:3]).partition(" [type=")[0]
    text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "…"
    return Shown(text, told=OVER if over else "", error=True, calls=_calls())


def _calls() -> tuple[tuple[Any, ...], ...]:
    calls = tuple(CALLS)
    CALLS.clear()
    return calls


def fed(text: str, feed: Callable[[str], Any], end: Callable[[], Any], told: Callable[[Any], str]) -> Story:
    """Tell the story of a peer that is given each character once."""
    CALLS.clear()
    shown = [show(None)]
    for character in text:
        if shown[-1].error:
            shown.append(shown[-1])
            continue
        seen = see(lambda character=character: feed(character), told)  # type: ignore[misc]
        shown.append(replace(seen, told=OVER) if seen.error else seen)
    return Story(shown, shown[-1] if shown[-1].error else see(end, told))


def anew(text: str, parse: Callable[[str], Any], end: Callable[[str], Any], told: Callable[[Any], str]) -> Story:
    """Tell the story of a peer that is called with the text so far; an error of one call does not end it."""
    CALLS.clear()
    shown = [show(None), *(see(lambda n=n: parse(text[:n]), told) for n in range(1, len(text) + 1))]  # type: ignore[misc]
    return Story(shown, see(lambda: end(text), told))


def streamed(text: str, values: Callable[[Iterator[str]], Iterable[Any]], told: Callable[[Any], str]) -> Story:
    """Tell the story of a peer that makes a stream of values of a stream of text."""
    CALLS.clear()
    read = 0

    def source() -> Iterator[str]:
        nonlocal read
        for read, character in enumerate(text, 1):  # noqa: B007  # read from outside
            yield character

    at: dict[int, Shown] = {0: show(None)}
    error = None
    try:
        for value in values(source()):
            at[read] = _seen(value, told)
    except Exception as problem:  # noqa: BLE001  # as in `see`
        error = raised(problem, over=True)
        at[read] = error
    shown = [at[0]]
    for n in range(1, len(text) + 1):
        shown.append(at.get(n, shown[-1]))
    return Story(shown, error or shown[-1])


def part(value: Any, *path: str | int) -> Any:
    """Go down a path in whatever is shown, a model or a dict; `None` where there is nothing to see."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list):
            value = value[step] if isinstance(step, int) and len(value) > step else None
        else:
            value = getattr(value, str(step), None)
    return value


def arrived(value: Any) -> set[str]:
    """Return the names that are said to be there; BAML says it in a `state` beside the value, if it is asked to."""
    if not isinstance(value, BaseModel):
        return set(value or ())
    return {name for name in value.model_fields_set if part(value, name, "state") != "Pending"}


def fields_set(value: Any) -> str:
    """Tell the names that a model says are there; of a dict its keys say so."""
    return f"set: {', '.join(sorted(arrived(value)))}" if isinstance(value, BaseModel) else ""
