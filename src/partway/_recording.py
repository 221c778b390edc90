"""Recordings: a stream that was written down, read back into the chunks it was made of.

Three forms, told apart by what they hold and not by the file's name:

- a transcript in Markdown: each chunk is a fenced `json` block, usually under a heading of its own. A JSON
  string holds no raw newline, so a line that begins with a fence is never inside one: blocks are found line by
  line, however many backticks the chunks themselves carry.
- JSON lines: a chunk object or a JSON string (a delta) on each line. The first line decides; after that a line
  that cannot be read is an error and not text.
- anything else is the model's text itself, and is cut into pieces of equal length.

The trap is that a model's answer looks like a recording: it may be Markdown with a fenced JSON block, or one
line of JSON, and may even have a key `choices`. So a chunk is recognised by `choices` whose entries have a
`delta`; a Markdown file with no such block is raw text, its broken blocks included.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any, TypeAlias

from partway.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["DEFAULT_CUT", "Chunk", "Playback", "read_recording"]

Chunk: TypeAlias = dict[str, Any] | str
"""What a recording is made of: a provider's chunk, or a delta by itself."""

DEFAULT_CUT = 4
"""How many characters of raw text make a delta, unless told: about what a token of English holds."""

# CommonMark 0.31, section 4.5: at least three, indented by at most three; no backtick in the info of backticks.
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})[ \t]*(\S*)")


# An answer would not begin so; read as text, the first chunk would pass for the answer.
_EVENTS = re.compile(r"\s*+(?:event: ?[\w.]+\r?\n)?data: ?\{")


def read_recording(text: str, name: str = "the recording", *, cut: int | None = None) -> list[Chunk]:
    """Read a recording into its chunks, in order.

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
    chunks = _json_lines(lines, name)
    if chunks is None:
        chunks = _transcript(lines, name)
    if chunks is None:
        if _EVENTS.match(text):
            raise UsageError(f"{name} holds server-sent events: keep the JSON behind each 'data:', one a line")
        size = cut or DEFAULT_CUT
        return [text[start : start + size] for start in range(0, len(text), size)]
    if cut is not None:
        raise UsageError(f"{name} holds chunks, which have cuts of their own: only raw text can be cut")
    return chunks


class Playback:
    """A recording as a source for `stream()`: gives its chunks at a pace, and knows which one it gave last.

    Args:
        chunks: What the recording is made of.
        pace: How long to wait between chunks, in seconds.
        given: Called before each chunk is given.

    Attributes:
        number: Which chunk was given last, counted from 0; -1 before the first.
    """

    def __init__(self, chunks: list[Chunk], pace: float = 0.0, given: Callable[[], None] = lambda: None) -> None:
        self.number = -1
        self._chunks = chunks
        self._pace = pace
        self._given = given

    def __iter__(self) -> Iterator[Chunk]:
        for number, chunk in enumerate(self._chunks):
            if number and self._pace:
                time.sleep(self._pace)
            self.number = number
            self._given()
            yield chunk


def _is_chunk(value: object) -> bool:
    """Whether this is a provider's chunk beyond doubt; `choices: []` is Azure's first and everyone's last."""
    if not isinstance(value, dict) or not isinstance(value.get("choices"), list):
        return False
    return all(isinstance(choice, dict) and "delta" in choice for choice in value["choices"])


def _json_lines(lines: list[str], name: str) -> list[Chunk] | None:
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line and not line.isspace()]
    if not numbered:
        return None
    try:
        first = json.loads(numbered[0][1])
    except (ValueError, RecursionError):
        return None
    if isinstance(first, str):
        # Prose may begin with a line in quotes; then another line of it begins otherwise.
        if not all(line.lstrip().startswith(('"', "{")) for _, line in numbered):
            return None
    elif not _is_chunk(first):
        return None
    return [_chunk(line, number, name) for number, line in numbered]


def _transcript(lines: list[str], name: str) -> list[Chunk] | None:
    blocks = list(_json_blocks(lines))
    if not any(_is_chunk(_parse_or_none(block)) for _, block in blocks):
        return None
    values = [_parse(block, number, name) for number, block in blocks]
    # A transcript may show other JSON beside the stream, a request for one; an error is part of the stream.
    return [value for value in values if isinstance(value, dict) and ("choices" in value or "error" in value)]


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
