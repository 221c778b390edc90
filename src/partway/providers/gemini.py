"""Gemini's generateContent, of the Gemini API and of Vertex: `GenerateContentResponse`, in JSON or of `google-genai`.

    {"candidates": [{"content": {"parts": [{"text": "…", "thought": true}]}, "finishReason": "STOP", "index": 0}],
     "usageMetadata": {"promptTokenCount": 7}, "modelVersion": "…"}

A call comes whole, `{"functionCall": {"name": "…", "args": {…}}}`, or, from Vertex where it is asked for
(`streamFunctionCallArguments`), as values for places in its arguments:

    {"functionCall": {"name": "…", "willContinue": true}}
    {"functionCall": {"partialArgs": [{"jsonPath": "$.a[0].b", "stringValue": "…", "willContinue": true}],
                      "willContinue": true}}
    {"functionCall": {"partialArgs": [{"jsonPath": "$.a[0].b", "stringValue": ""}], "willContinue": true}}
    {"functionCall": {}}

The inner `willContinue` is of the string, the outer one of the call; where that is missing, the call is whole. The
last chunk of a call may be missing, too: the next call, or the finish, ends it. In JSON a null is `"nullValue": null`,
which the SDK cannot tell from nothing, so a piece without a value is a null, unless it ends a string.

`usageMetadata` stands in every chunk and counts what has come so far. A prompt that is blocked has no candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from partway.providers._calls import Calls
from partway.providers._delta import Channel, Delta, Ending, Facts, Failure, Operation, Part, channel, field, members
from partway.providers._json_paths import path_of
from partway.providers._names import either

__all__ = ["Adapter", "recognizes"]

_REASONS: Final[dict[str, Literal["stop", "length", "filter"]]] = {
    "MAX_TOKENS": "length",
    "SAFETY": "filter",
    "RECITATION": "filter",
    "BLOCKLIST": "filter",
    "PROHIBITED_CONTENT": "filter",
    "SPII": "filter",
    "MODEL_ARMOR": "filter",
    "IMAGE_SAFETY": "filter",
    "IMAGE_PROHIBITED_CONTENT": "filter",
    "IMAGE_RECITATION": "filter",
}
_EXACT: Final = 2**53  # floats up to here hold every integer


def recognizes(chunk: Any) -> bool:
    """Whether a chunk has candidates, or what the first or the last chunk has in their place."""
    if isinstance(field(chunk, "candidates"), list):
        return True
    if isinstance(chunk, dict):
        return any(isinstance(chunk.get(name), dict) for name in ("promptFeedback", "prompt_feedback", "usageMetadata"))
    return hasattr(chunk, "candidates") and hasattr(chunk, "prompt_feedback")


class Adapter:
    """Reads one stream."""

    __slots__ = ("_calls", "_string")

    def __init__(self) -> None:
        self._calls = Calls()
        self._string: tuple[Channel, str] | None = None  # the path of a string that goes on, and its call

    def read(self, chunk: Any) -> Sequence[Part]:
        """Content, reasoning and calls of each candidate, why it ended, and the counts so far."""
        parts: list[Part] = []
        get = members(chunk).get
        candidates = get("candidates")
        for candidate in candidates or ():
            of_candidate = members(candidate).get
            choice = of_candidate("index") or 0
            for part in members(of_candidate("content")).get("parts") or ():
                of_part = members(part).get
                if text := of_part("text"):
                    parts.append(Delta(channel("reasoning" if of_part("thought") else "content", choice), text))
                elif (call := either(part, "functionCall", "function_call")) is not None:
                    self._call(parts, call, choice)
            said = of_candidate("finishReason") or of_candidate("finish_reason")
            if said and (said := _word(said)):
                reason = _REASONS.get(said, "stop")
                self._calls.end(parts, said == "STOP", choice)  # a malformed call is none of the reasons above
                parts.append(Ending(reason, said, choice))
        if not candidates:
            feedback = either(chunk, "promptFeedback", "prompt_feedback")
            if said := _word(either(feedback, "blockReason", "block_reason")):
                parts.append(Ending("filter", said))
            if isinstance(chunk, dict) and (error := chunk.get("error")):
                code = field(error, "status") or field(error, "code")
                parts.append(Failure(field(error, "message") or str(error), code and str(code)))
        usage = get("usageMetadata") or get("usage_metadata")
        if usage is not None:
            parts.append(Facts(either(chunk, "modelVersion", "model_version"), usage))
        return parts

    def _call(self, parts: list[Part], call: Any, choice: int) -> None:
        name, id_, arguments = field(call, "name"), field(call, "id"), field(call, "args")
        pieces = either(call, "partialArgs", "partial_args")
        goes_on = either(call, "willContinue", "will_continue")
        to = self._calls.channel(choice)
        if name and (to is None or not id_ or id_ != to.id):
            self._calls.close(parts, choice)
            if arguments or not (pieces or goes_on):
                self._calls.whole(parts, name, arguments, id_, choice)
                return
            to = self._calls.open(choice, name, id_, choice)
            parts.append(Delta(to, ""))
        if to is None:
            return
        for piece in pieces or ():
            self._piece(parts, piece, to)
        if not goes_on:
            self._calls.close(parts, choice)

    def _piece(self, parts: list[Part], piece: Any, to: Channel) -> None:
        text = either(piece, "jsonPath", "json_path") or "$"
        goes_on = bool(either(piece, "willContinue", "will_continue"))
        value: Any = either(piece, "stringValue", "string_value")
        if value is None:
            value = either(piece, "numberValue", "number_value")
            if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
                value = int(value)  # JSON has 5 where the SDK has 5.0
        if value is None:
            value = either(piece, "boolValue", "bool_value")
        if value is None and (goes_on or self._string == (to, text)):
            value = ""
        try:
            parts.append(Operation(to, path_of(text), value, goes_on))
        except ValueError as error:
            parts.append(Failure(f"the arguments of a call to {to.name} have {error}", "jsonPath"))
        self._string = (to, text) if goes_on else None


def _word(said: Any) -> str | None:
    """The name of an enum's member, or the word that JSON has."""
    word = getattr(said, "name", said)
    return None if not word or word.endswith("_UNSPECIFIED") else word
