"""What can go wrong.

    Exception
    ├── PartwayError              the data is at fault: something arrived that cannot become the result
    │   ├── NoJSONError           the text ended and no JSON was in it
    │   ├── MalformedJSONError    there was JSON, and it is broken
    │   ├── TruncatedJSONError    the text ended inside the JSON, or the provider cut it off at a limit
    │   ├── MismatchError         the JSON is whole and does not fit the type
    │   ├── LimitError            one of the `Limits` was passed
    │   ├── RefusalError          the model refused, or the provider filtered its answer
    │   └── SourceError           the provider reported an error inside the stream, or sent no text
    └── RuntimeError
        └── UsageError            the caller is at fault: a call out of order, a wrong source, a wrong type

Every `PartwayError` keeps what had arrived: nothing is lost because the end was bad.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError

    from partway.events import Path

__all__ = [
    "LimitError",
    "MalformedJSONError",
    "MismatchError",
    "NoJSONError",
    "PartwayError",
    "RefusalError",
    "SourceError",
    "TruncatedJSONError",
    "UsageError",
]


class PartwayError(Exception):
    """The base of every error that the data can cause.

    Attributes:
        message: What went wrong, without the position.
        partial: The typed value as far as it had come, or `None`.
        text: The JSON text as far as it had come, without fence or prose. Where JSON is broken, more may stand behind
            that place: what had come with it.
        path: The place that was being written, or that is wrong.
        offset: Where in `text` it went wrong, in characters from 0.
    """

    def __init__(
        self, message: str, *, partial: Any = None, text: str = "", path: Path = (), offset: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.partial = partial
        self.text = text
        self.path = path
        self.offset = len(text) if offset is None else offset

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__)

    @property
    def line(self) -> int:
        """The line of `offset` in `text`, from 1."""
        return self.text.count("\n", 0, self.offset) + 1

    @property
    def column(self) -> int:
        """The column of `offset` in its line, in characters from 1."""
        return self.offset - (self.text.rfind("\n", 0, self.offset) + 1) + 1

    def __str__(self) -> str:
        if not self.text:
            return self.message
        place = f" in {format_path(self.path)}" if self.path else ""
        return f"{self.message} (line {self.line}, column {self.column} of the JSON{place})"


class NoJSONError(PartwayError):
    """The text ended and no JSON was in it; the message quotes how it began."""


class MalformedJSONError(PartwayError):
    """The JSON is broken; the message says what was expected."""


class TruncatedJSONError(PartwayError):
    """The text ended inside the JSON, or the provider stopped at a limit of length."""


class MismatchError(PartwayError):
    """The JSON is whole and does not fit the type.

    Attributes:
        validation_error: What pydantic says of it, the same as `TypeAdapter.validate_json` of the text would raise.
    """

    def __init__(
        self,
        message: str,
        *,
        validation_error: ValidationError,
        partial: Any = None,
        text: str = "",
        path: Path = (),
        offset: int | None = None,
    ) -> None:
        super().__init__(message, partial=partial, text=text, path=path, offset=offset)
        self.validation_error = validation_error


class LimitError(PartwayError):
    """One of the `Limits` was passed; the message names it and both numbers."""


class RefusalError(PartwayError):
    """The model refused to answer, or the provider's content filter stopped it; the message has its words."""


class SourceError(PartwayError):
    """The source sent an error, or something that is not text, where the answer should have been.

    Attributes:
        code: What the provider calls the error (`overloaded_error`, `429`), if it says.
    """

    code: str | None = None


class UsageError(RuntimeError):
    """A call out of order, or an argument that cannot work; the message says what to do instead."""


def _restore(kind: type[PartwayError], args: tuple[Any, ...], state: dict[str, Any]) -> PartwayError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


def format_path(path: Path) -> str:
    """Write a path as people do: `steps[2].text`; a key that is no plain name is quoted: `["a.b"]`."""
    written = ""
    for step in path:
        if isinstance(step, int):
            written += f"[{step}]"
        elif step.isidentifier():
            written += f".{step}" if written else step
        else:
            written += f"[{json.dumps(step, ensure_ascii=False)}]"
    return written
