"""The oracle of the differential fuzzer: of one JSON document, other parsers make the same.

- `json.loads`, pydantic's `validate_json` of `Any`, and jsonriver give the same value, or all refuse it.
- pydantic's `validate_json` of the type at hand gives the same value, finds it no fit, or refuses it as JSON.
- In a fence, between prose, behind a thought, the same value is found.
- What is cut off or broken is so to `json.loads`, by where it sees the mistake.
- After each delta, what jsonriver shows of it so far is what partway shows, but for half of a surrogate pair, which it
  shows; and so is what `from_json` makes of the text so far, with the number taken away that is at its end, which it
  takes for whole.

Where that does not hold and is not meant to, `KNOWN` says why; there is no other exception.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

import pydantic_core
from inputs import Input  # noqa: TC002 # one way to import: what a module needs stands at its top
from promises import hold
from pydantic import TypeAdapter, ValidationError
from story import shape, tell
from typetable import Kind, kind

from partway import Extractor
from partway.errors import MalformedJSONError, MismatchError, PartwayError, TruncatedJSONError

__all__ = ["KNOWN", "Known", "check", "expected_of", "ours_of"]

REFUSED: Final = "refused"
COMPARED: Final = 300_000
"""How many characters times deltas a text with repetitions may have: jsonriver reads a number again with each delta."""
UNTYPED: Final = TypeAdapter[Any](Any)

# ------------------------------------------------------------------------------------ known differences


@dataclass(frozen=True)
class Known:
    """A difference that is meant.

    Attributes:
        why: What partway does instead, and for what reason.
        parsers: Which of the others do something else.
        applies: Whether a text has it.
        example: A text that has it.
    """

    why: str
    parsers: tuple[str, ...]
    applies: Callable[[str], object]
    example: str


def _without_strings(text: str) -> str:
    return re.sub(r'"(?:[^"\\]|\\.)*"?', "", text, flags=re.DOTALL)


def _depth(text: str) -> int:
    """How deep brackets stand in one another at most, those in strings not counted."""
    depth = most = 0
    for bracket in re.findall(r"[{}\[\]]", _without_strings(text)):
        depth += 1 if bracket in "{[" else -1
        most = max(most, depth)
    return most


def _has_lone_surrogate(text: str) -> bool:
    """Whether a surrogate stands in it without its other half, or one stands there unescaped."""
    if re.search("[\ud800-\udfff]", text):
        return True
    pair = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    return bool(re.search(r"\\u[dD][89a-fA-F]", re.sub(pair, "", text.replace("\\\\", ""))))


KNOWN: Final = [
    Known(
        "NaN and Infinity are refused: RFC 8259 does not have them",
        ("json", "pydantic", "from_json"),
        lambda text: re.search("[NI]", _without_strings(text)),
        "[NaN]",
    ),
    Known(
        "half of a surrogate pair is refused, as by pydantic: it is no character, and could not be encoded",
        ("json", "jsonriver"),
        _has_lone_surrogate,
        '["\\ud83d"]',
    ),
    Known(
        "nesting beyond `Limits.max_depth`, 200, is refused, which is where pydantic ends",
        ("json", "jsonriver", "pydantic", "from_json"),
        lambda text: _depth(text) > 200,
        "[" * 201 + "]" * 201,
    ),
    Known(
        "numbers longer than `Limits.max_number_digits`, 4300, are refused, which is where pydantic ends for integers",
        ("json", "jsonriver", "pydantic", "from_json"),
        re.compile(r"[-+.0-9eE]{4301}").search,
        "0." + "1" * 4300,
    ),
]
"""What is meant to be different."""


def _known(parser: str, text: str) -> bool:
    return any(parser in one.parsers and one.applies(text) for one in KNOWN)


# ------------------------------------------------------------------------------------------- the others


def _floats(value: Any) -> Any:
    """A value as jsonriver gives it, which knows no integers; `_whole` does its part to zeros."""
    match value:
        case bool():
            return value
        case int() | float():
            return float(str(value)) + 0.0  # -0 is an integer, and -0.0 to jsonriver
        case list():
            return [_floats(one) for one in value]
        case dict():
            return {key: _floats(one) for key, one in value.items()}
        case _:
            return value


def _whole(value: Any) -> Any:
    """A value of jsonriver's with halves of a pair joined, and one that waits for the other half left out."""
    match value:
        case str():
            joined = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
            return joined[:-1] if "\ud800" <= joined[-1:] <= "\udbff" else joined
        case float():
            return value + 0.0
        case list():
            return [_whole(one) for one in value]
        case dict():
            return {_whole(key): _whole(one) for key, one in value.items()}
        case _:
            return value


NOTHING: Final = "nothing"


def jsonrivers(deltas: list[str]) -> tuple[list[Any], Any]:
    """What jsonriver shows after each delta, and its value at the end, or `REFUSED`."""
    from jsonriver import parse  # noqa: PLC0415 # of an extra: what needs it says so

    seen: list[Any] = []
    last: list[Any] = [NOTHING]

    async def source() -> AsyncIterator[str]:
        for number, delta in enumerate(deltas):
            if number:
                seen.append(copy.deepcopy(last[0]))
            yield delta
        if deltas:
            seen.append(copy.deepcopy(last[0]))

    async def read() -> None:
        async for value in parse(source()):
            last[0] = value

    try:
        read().send(None)  # the source never waits, so there is no loop to run
    except StopIteration:
        return seen, last[0]
    except (ValueError, RecursionError):
        return seen, REFUSED
    raise AssertionError("jsonriver waits")


def expected_of(parser: str, text: str, deltas: list[str]) -> Any:
    """What another parser makes of a text: its value, written down, or `REFUSED`."""
    try:
        match parser:
            case "json":
                return shape(json.loads(text))
            case "pydantic":
                return shape(UNTYPED.validate_json(text))
            case _:
                value = jsonrivers(deltas)[1]
                return value if value is REFUSED else shape(_whole(value))
    except (ValueError, RecursionError):  # a ValidationError is one, too
        return REFUSED


def ours_of(deltas: list[str], **options: Any) -> tuple[Any, PartwayError | None]:
    """What partway makes of it, and the error; `REFUSED` stands for any."""
    extractor: Extractor[Any] = Extractor(Any, json_only=True, **options)
    try:
        for delta in deltas:
            extractor.feed(delta)
        return extractor.finish(), None
    except PartwayError as error:
        return REFUSED, error


# ------------------------------------------------------------------------------------------- the checks


def check(found: Input) -> None:
    """Hold an input against the other parsers.

    Raises:
        BrokenPromise: They do not agree.
        Exception: Whatever partway raises that it should not.
    """
    text = found.grown()
    if len(text) * len(found.deltas(text)) > COMPARED:
        text = found.text
    deltas = found.deltas(text)
    backend = {"backend": found.options["backend"]}
    value, error = ours_of(deltas, **backend)
    _check_untyped(value, text, deltas)
    _check_typed(kind(found.type), text, deltas, backend)
    _check_error(error, text)
    if value is not REFUSED and text.lstrip(" \t\n\r")[:1] in ("{", "["):
        _check_found(value, text, found)
    _check_so_far(text, deltas, backend)


def _check_untyped(value: Any, text: str, deltas: list[str]) -> None:
    for parser in ("json", "pydantic", "jsonriver"):
        theirs = expected_of(parser, text, deltas)
        ours = value if value is REFUSED else shape(_floats(value) if parser == "jsonriver" else value)
        if ours != theirs and not _known(parser, text):
            hold(False, f"{parser} gives another value", ours, theirs)


def _category(what: Kind, text: str) -> Any:
    """What pydantic makes of a text for a type: a value, no fit, or no JSON."""
    try:
        return ("value", shape(what.adapter.validate_json(text)))
    except ValidationError:
        pass
    try:
        _from_json(text)
    except ValueError:
        return (REFUSED,)
    return ("no fit",)


def _from_json(text: str, **options: Any) -> Any:
    try:
        return pydantic_core.from_json(text, **options)
    except TypeError as error:  # of a surrogate, which is no character
        raise ValueError(text) from error


def _check_typed(what: Kind, text: str, deltas: list[str], options: dict[str, Any]) -> None:
    story = tell(what.tp, deltas, json_only=True, **options)
    match story.error:
        case None:
            ours: Any = ("value", shape(story.result))
        case MismatchError():
            ours = ("no fit",)
        case _:
            ours = (REFUSED,)
    theirs = _category(what, text)
    if ours != theirs and not _known("pydantic", text):
        hold(False, "pydantic makes something else of it for a type", ours, theirs, story.error)


_NOT_WHOLE: Final = re.compile(r"(?<![a-z])(?:-?[0-9][-+.0-9eE]*|-|t|tr|tru|f|fa|fal|fals|n|nu|nul)\Z")
"""A number at the end of a text, or the beginning of a literal."""
_CUT_ESCAPE: Final = re.compile(r"\\(?:u[0-9a-fA-F]{0,4})?\Z")
_CUT_NUMBER: Final = re.compile(r"(?<![-+.0-9eE])-?(?:0|[1-9][0-9]*)(?:\.|(?:\.[0-9]+)?[eE][+-]?)\Z")
"""A number at the end of a text that goes on where `json` stops reading it."""


def _is_cut_off(text: str) -> bool:
    """Whether a text that is no JSON could become some, by where `json` sees the mistake."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        rest, what = text[error.pos :], error.msg.split(" ")[0] + error.msg.split(" ")[1]
        match what:
            case "Unterminatedstring":
                return True
            case "Expectingvalue":
                return not rest.strip(" \t\n\r") or bool(_NOT_WHOLE.fullmatch(rest))
            case "Invalid\\escape:" | "Invalid\\escape" | "Invalid\\uXXXX":
                return any(_CUT_ESCAPE.match(text, at) for at in (error.pos - 1, error.pos))
            case "Extradata" | "Invalidcontrol":
                return False
            case _:  # a delimiter or a key is expected
                return not rest.strip(" \t\n\r") or (
                    text[error.pos - 1].isdigit() and len(rest) < 3 and bool(_CUT_NUMBER.search(text))
                )
    except (ValueError, RecursionError):
        return False
    return False


def _check_error(error: PartwayError | None, text: str) -> None:
    """What is cut off could go on, and what is broken could not."""
    if text.lstrip(" \t\n\r")[:1] not in ("{", "[") or any(one.applies(text) for one in KNOWN):
        return
    if type(error) in (TruncatedJSONError, MalformedJSONError):
        cut_off = type(error) is TruncatedJSONError
        hold(_is_cut_off(text) is cut_off, "whether it is broken or cut off is a matter of opinion", text, error)


WRAPPINGS: Final = [
    "```json\n%s\n```",
    "Sure, {here} it is:\n\n~~~~\r\n%s\r\n~~~~\n{done}",
    "%s\n\nThat [1] is all. {}",
    '<think>[1] or {"a": 1}?</think>\n  ```\n  %s```\n',
]


def _check_found(value: Any, text: str, found: Input) -> None:
    for before, after in (wrapping.split("%s") for wrapping in WRAPPINGS):
        whole = before + text + after
        story = tell(Any, found.deltas(whole), limits=None)
        hold(story.error is None, "it is not found in a text", whole, story.error)
        hold(shape(story.result) == shape(value), "another value is found in a text", whole, story.result, value)
        hold(story.extractor.text.strip(" \t\n\r") == text.strip(" \t\n\r"), "another text is found", whole)


def _check_so_far(text: str, deltas: list[str], options: dict[str, Any]) -> None:
    if len(deltas) * len(text) > 40_000:
        return
    rivers, _ = jsonrivers(deltas)
    extractor: Extractor[Any] = Extractor(Any, json_only=True, **options)
    fed = ""
    for number, delta in enumerate(deltas):
        try:
            extractor.feed(delta)
        except PartwayError:
            return
        fed += delta
        ours = extractor.partial
        if fed.strip(" \t\n\r") in ("", "-") or fed.lstrip(" \t\n\r")[0] not in '{["':
            continue  # a number or literal alone: nothing is shown before its end
        if number < len(rivers) and not _known("jsonriver", fed):
            theirs = _whole(rivers[number])
            hold(_floats(ours) == theirs, "jsonriver shows something else so far", fed, ours, theirs)
        if not _known("from_json", fed):
            cut = _NOT_WHOLE.sub("", fed) if not _in_string(fed) else fed
            try:
                theirs = _from_json(cut, allow_partial="trailing-strings")
            except ValueError:
                return  # it is broken, which a backend may see with the next delta
            hold(_unordered(ours) == _unordered(theirs), "from_json shows something else so far", fed, ours, theirs)


def _unordered(value: Any) -> Any:
    """A value, written down; an open object has a repeated key at its end, a whole one at its first place."""
    match value:
        case dict():
            return (dict, frozenset((key, _unordered(one)) for key, one in value.items()))
        case list():
            return (list, tuple(map(_unordered, value)))
        case _:
            return shape(value)


def _in_string(text: str) -> bool:
    """Whether a text ends inside a string."""
    return len(re.findall(r'"', re.sub(r"\\.", "", text, flags=re.DOTALL))) % 2 == 1
