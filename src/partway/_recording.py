"""Recordings: a stream that was written down, read back into the chunks it was made of.

Five forms, told apart by what they hold and not by the file's name:

- what `record()` writes (`_recorder`): JSON lines that say what they are in the first. They alone have times.
- a transcript in Markdown: each chunk is a fenced `json` block, usually under a heading of its own. A JSON
  string holds no raw newline, so a line that begins with a fence is never inside one: blocks are found line by
  line, however many backticks the chunks themselves carry.
- JSON lines: a chunk object or a JSON string (a delta) on each line. The first lines decide; after that a line
  that cannot be read is an error and not text.
- the body of a response of server-sent events, as it stood: each event is a chunk.
- anything else is the model's text itself, and is cut into pieces of equal length.

The trap is that a model's answer looks like a recording: it may be Markdown with a fenced JSON block, or one
line of JSON, and may even have a key `choices`. So an object is taken for a chunk if a provider's format recognizes
it, and its `choices`, if it has any, are objects; a Markdown file with no such block is raw text, its broken blocks
included.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from partway._recorder import MARK, VERSION
from partway.errors import SourceError, UsageError
from partway.providers import failure_of, format_of

__all__ = ["DEFAULT_CUT", "Chunk", "Playback", "Recording", "read_recording"]

Chunk: TypeAlias = dict[str, Any] | str | bytes
"""What a recording is made of: a provider's chunk, a delta by itself, or a piece of a body."""

DEFAULT_CUT = 4
"""How many characters of raw text make a delta, unless told: about what a token of English holds."""

# CommonMark 0.31, section 4.5: at least three, indented by at most three; no backtick in the info of backticks.
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})[ \t]*(\S*)")

# An answer would not begin so: comments and fields of an event, up to the first data, which is an object.
_EVENTS = re.compile(r"\s*+(?:(?::|event:|id:|retry:)[^\r\n]*+(?:\r\n|\r|\n)\s*+)*+data: ?\{")
_EVENT = re.compile(r"(?:(?!\r?\n\r?\n|\r\r).)++(?:\r\n|\r|\n)*+", re.DOTALL)
_NEVER: Final = 1e9  # seconds: a recording has no longer a pause, nor could anybody wait for it
_DECIDE: Final = 20
"""Among how many lines one must be recognized as a chunk: the first may say nothing."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A stream that was written down.

    Attributes:
        chunks: What it yielded.
        times: When each came, in seconds from the beginning; `None` if that is not known.
        error: The class of the error that the source ended with, if it did.
    """

    chunks: list[Chunk]
    times: list[float] | None = None
    error: str = ""


def read_recording(text: str, name: str = "the recording", *, cut: int | None = None) -> Recording:
    """Read a recording.

    Args:
        text: What the recording holds.
        name: What to call it in messages, usually the file's name.
        cut: How many characters of raw text make a delta; `DEFAULT_CUT` when `None`. Recordings that hold
            chunks have their own cuts.

    Raises:
        UsageError: A line or block that should be a chunk cannot be read, or `cut` was given for chunks.
    """
    if cut is not None and cut < 1:
        raise UsageError(f"cut is {cut}: raw text is cut into pieces of at least 1 character")
    text = text.removeprefix("\ufeff")
    lines = text.split("\n")
    recording = _recorded(lines, name)
    if recording is None:
        chunks = _json_lines(lines, name)
        if chunks is None:
            chunks = _transcript(lines, name)
        if chunks is None and _EVENTS.match(text):
            chunks = [*_EVENT.findall(text)]
        if chunks is None:
            size = cut or DEFAULT_CUT
            return Recording([text[start : start + size] for start in range(0, len(text), size)])
        recording = Recording(chunks)
    if cut is not None:
        raise UsageError(f"{name} holds chunks, which have cuts of their own: only raw text can be cut")
    return recording


class Playback:
    """A recording as a source for `stream()`: gives its chunks at a pace, and knows which one it gave last.

    Where the source ended with an error, so does this, with a `SourceError`.

    Args:
        recording: What is played.
        pace: How long to wait between chunks, in seconds.
        speed: Instead, how many times as fast as they came to give the chunks.
        given: Called before each chunk is given.

    Attributes:
        number: Which chunk was given last, counted from 0; -1 before the first.

    Raises:
        UsageError: There is a `speed`, and it is not known when the chunks came.
    """

    def __init__(
        self,
        recording: Recording,
        pace: float = 0.0,
        given: Callable[[], None] = lambda: None,
        *,
        speed: float | None = None,
    ) -> None:
        if speed is not None and recording.times is None:
            raise UsageError("the recording does not say when its chunks came; give a pace in seconds")
        self.number = -1
        self._recording = recording
        self._pace = pace
        self._speed = speed
        self._given = given

    def __iter__(self) -> Iterator[Chunk]:
        began = time.monotonic()
        for number, (chunk, due) in enumerate(zip(self._recording.chunks, self._due(), strict=True)):
            if self._speed is not None:
                due -= time.monotonic() - began  # noqa: PLW2901  # what is shown takes time as well
            if due > 0:
                time.sleep(min(due, _NEVER))
            self.number = number
            self._given()
            yield chunk
        if self._recording.error:
            raise SourceError(f"the source that was recorded ended with {self._recording.error}")

    def _due(self) -> Sequence[float]:
        """For each chunk, when it is due from the beginning, or how long to wait for it."""
        times = self._recording.times
        if self._speed is not None and times is not None:
            return [at / self._speed for at in times]
        return [self._pace if number else 0.0 for number in range(len(self._recording.chunks))]


def _recorded(lines: list[str], name: str) -> Recording | None:
    """Read what `record()` has written; a last line that was cut off in a crash is passed over."""
    head = _parse_or_none(lines[0])
    if not isinstance(head, dict) or head.get("partway") != MARK:
        return None
    if head.get("version") != VERSION:
        raise UsageError(f"{name} is a recording of version {head.get('version')!r}, and this reads {VERSION}")
    chunks: list[Chunk] = []
    times: list[float] = []
    last = len(lines)
    for number, line in enumerate(lines[1:], 2):
        if not line.strip() or (number == last and _parse_or_none(line) is None):
            continue
        match _parse(line, number, name):
            case {"at": int() | float(), "end": _, **more}:
                return Recording(chunks, times, str(more.get("error", "")))
            case {"at": int() | float() as at, **what} if len(what) == 1 and (times[-1] if times else 0) <= at < _NEVER:
                chunks.extend(_written(str(form), part, f"{name}, line {number}") for form, part in what.items())
                times.append(at)
            case _:
                raise UsageError(f"{name}, line {number}: a chunk and when it came should stand here")
    return Recording(chunks, times)


def _written(form: str, written: Any, where: str) -> Any:
    """A chunk from the form in which it was written down."""
    match form, written:
        case "chunk", _:
            return written
        case "text", str():
            return written
        case (("bytes" | "base64"), str()):
            try:
                return written.encode("utf-8") if form == "bytes" else base64.b64decode(written, validate=True)
            except ValueError as error:
                what = "text in UTF-8" if form == "bytes" else "base64"
                raise UsageError(f"{where}: this is no {what}: {error}") from error
        case _:
            raise UsageError(f"{where}: a chunk is written as chunk, text, bytes or base64, and this is {form}")


def _is_chunk(value: object) -> bool:
    """Whether this is a provider's chunk beyond doubt; `choices: []` is Azure's first and everyone's last."""
    if not isinstance(value, dict):
        return False
    choices = value.get("choices")
    if isinstance(choices, list):
        return all(isinstance(choice, dict) and ("delta" in choice or "index" in choice) for choice in choices)
    return format_of(value) is not None


def _json_lines(lines: list[str], name: str) -> list[Chunk] | None:
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line and not line.isspace()]
    if not numbered:
        return None
    first = _parse_or_none(numbered[0][1])
    if isinstance(first, str):
        # Prose may begin with a line in quotes; then another line of it begins otherwise.
        if not all(line.lstrip().startswith(('"', "{")) for _, line in numbered):
            return None
    else:
        early = [line for _, line in numbered[:_DECIDE]]
        if not early[0].lstrip().startswith("{") or not any(_is_chunk(_parse_or_none(line)) for line in early):
            return None
    return [_chunk(line, number, name) for number, line in numbered]


def _transcript(lines: list[str], name: str) -> list[Chunk] | None:
    blocks = list(_json_blocks(lines))
    if not any(_is_chunk(_parse_or_none(block)) for _, block in blocks):
        return None
    values = [_parse(block, number, name) for number, block in blocks]
    # A transcript may show other JSON beside the stream, a request for one; an error is part of the stream.
    return [value for value in values if isinstance(value, dict) and (_is_chunk(value) or failure_of(value))]


def _json_blocks(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Each fenced `json` block with the number of its first line; the last one may lack its closing fence."""
    fence, language, start = "", "", 0
    for number, line in enumerate(lines, 1):
        match = _FENCE.match(line)
        if not match:
            continue
        if not fence:
            fence, language, start = match[1], match[2].lower(), number + 1
        elif match[1].startswith(fence) and not line[match.end(1) :].strip():
            if language == "json":
                yield start, "\n".join(lines[start - 1 : number - 1])
            fence = ""
    if fence and language == "json":
        yield start, "\n".join(lines[start - 1 :])


def _parse_or_none(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _parse(text: str, line: int, name: str) -> Any:
    """Read JSON that begins at `line`; whatever is wrong with it becomes a message that says where."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"{name}, line {line + error.lineno - 1}, column {error.colno}"
        raise UsageError(f"{where}: a chunk should stand here, and this is not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name}, line {line}: this chunk cannot be read as JSON: {error}") from error


def _chunk(text: str, line: int, name: str) -> Chunk:
    value = _parse(text, line, name)
    if not isinstance(value, dict | str):
        kind = "null" if value is None else type(value).__name__
        raise UsageError(f"{name}, line {line}: a chunk is an object or a string, and this line holds {kind}")
    return value
