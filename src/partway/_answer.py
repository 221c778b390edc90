"""What the chunks say of an answer besides its JSON: reasoning, refusal, why it ended, which tools it calls.

One for each of several answers; what is said of all of them together (`Shared`: the model, the usage) is the same
object in each.
"""

from __future__ import annotations

import re
from io import StringIO
from typing import Any, Final

from partway._extractor import Extractor
from partway._objects import TOO_LARGE
from partway.errors import LimitError, NoJSONError, PartwayError, RefusalError, SourceError, TruncatedJSONError
from partway.providers import Channel, Delta, Ending, Facts, Failure, Part, Reason, plain

__all__ = ["NO_ARGUMENTS", "Answer", "Shared", "Told", "reported"]

_OF_LENGTH: Final = re.compile("length|max|token|context", re.IGNORECASE)
NO_ARGUMENTS: Final = "the source ended before the call had any arguments"


class Shared:
    """What is said of all answers of a stream.

    Attributes:
        model: The model that answers, as the provider names it.
    """

    __slots__ = ("_newest", "_usage", "model")

    def __init__(self) -> None:
        self.model: str | None = None
        self._usage: dict[str, Any] = {}
        # an object of an SDK, which some send with every chunk: it is dumped if somebody looks
        self._newest: Any = None

    @property
    def usage(self) -> dict[str, Any] | None:
        """The counts of tokens, under the provider's own names; `None` if there are none."""
        newest = plain(self._newest)
        return {**self._usage, **(newest if isinstance(newest, dict) else {})} or None

    def hear(self, facts: Facts) -> None:
        """Take in what a chunk says: the last word on each thing counts."""
        if isinstance(facts.model, str):
            self.model = facts.model or self.model
        if isinstance(facts.usage, dict):
            self._usage |= plain(facts.usage)
        elif hasattr(facts.usage, "__dict__"):
            self._newest = facts.usage


class Answer:
    """What is said of one answer.

    Attributes:
        choice: Which of several, from 0.
        shared: What is said of all.
        finish_reason: Why it ended, in the provider's own word; `None` before it has.
        reason: The same in ours.
        calls: The channels of its calls of tools, in the order in which they opened.
    """

    __slots__ = ("_prose", "_reasoning", "_refusal", "calls", "choice", "finish_reason", "reason", "shared")

    def __init__(self, choice: int = 0, shared: Shared | None = None) -> None:
        self.choice = choice
        self.shared = shared or Shared()
        self.clear()

    def clear(self) -> None:
        """The message begins anew."""
        self.finish_reason: str | None = None
        self.reason: Reason | None = None
        self.calls: list[Channel] = []
        self._reasoning = StringIO()
        self._refusal = StringIO()
        self._prose = StringIO()

    @property
    def reasoning(self) -> str:
        """What the model thinks, as far as the provider tells it apart."""
        return self._reasoning.getvalue()

    @property
    def prose(self) -> str:
        """The text of the answer, where that is not what the JSON is looked for in."""
        return self._prose.getvalue()

    def hear(self, part: Part) -> None:
        """Take in a part that is nobody else's."""
        if isinstance(part, Delta):
            channel = part.channel
            if channel.choice != self.choice:
                return
            if channel.kind == "tool":
                if not self.calls or self.calls[-1] is not channel:
                    self.calls.append(channel)
            else:
                kinds = {"reasoning": self._reasoning, "refusal": self._refusal, "content": self._prose}
                kinds[channel.kind].write(part.text)
        elif isinstance(part, Ending):
            # What was cut off or refused stays so, whatever is said behind that.
            if part.choice == self.choice and (part.reason != "stop" or self.reason in (None, "stop")):
                said: Any = part.said
                self.reason, self.finish_reason = part.reason, said if isinstance(said, str) else str(said)
        elif isinstance(part, Facts):
            self.shared.hear(part)

    def wrong(self, prose: str) -> tuple[type[PartwayError], str] | None:
        """Why the answer cannot count as whole, though its text may look so: the error, and its message."""
        if refusal := self._refusal.getvalue():
            return RefusalError, f"the model refused: {refusal}"
        match self.reason:
            case "refusal":
                said = (self.prose + prose).strip()
                return RefusalError, f"the model refused: {said}" if said else "the model refused to answer"
            case "filter":
                return RefusalError, "the provider's content filter stopped the answer"
            case "length":
                by_length = _OF_LENGTH.search(self.finish_reason or "") is not None
                why = "at its limit of length" if by_length else f"({self.finish_reason})"
                return TruncatedJSONError, f"the provider cut the answer off {why}"
            case _:
                return None

    def point_out(self, error: NoJSONError) -> None:
        """Say, where there is no JSON in the text, that there is some in the calls of tools."""
        if self.calls:
            names = ", ".join(dict.fromkeys(call.name for call in self.calls))
            error.message += f"; the answer calls {names}: its arguments are read with tool=, or by stream_tools()"
            error.args = (error.message,)


class Told:
    """What runs, and loops over runs, tell of their answer."""

    _answer: Answer

    @property
    def model(self) -> str | None:
        """The model that answers, as the provider names it; `None` if it has not."""
        return self._answer.shared.model

    @property
    def usage(self) -> dict[str, Any] | None:
        """The counts of tokens, under the provider's own names; most providers send them last."""
        return self._answer.shared.usage

    @property
    def finish_reason(self) -> str | None:
        """Why the answer ended, in the provider's own word (`stop`, `end_turn`…); `None` before it has.

        A loop over several answers tells that of the first.
        """
        return self._answer.finish_reason


def reported(failure: Failure, extractor: Extractor[Any, Any] | None = None) -> PartwayError:
    """The error for what the provider, or the transport, reports; it ends an extraction, if there is one."""
    code, kind = failure.code, LimitError if failure.code == TOO_LARGE else SourceError
    code = None if code is None else str(code)  # a provider may have numbers
    message = f"the provider reported {code}: {failure.message}" if code and code != TOO_LARGE else str(failure.message)
    error = kind(message) if extractor is None else extractor.fail(kind, message)
    error.__cause__ = failure.cause
    if isinstance(error, SourceError):
        error.code = code
    return error
