r"""In which form a source's text is, told by how it begins: the model's own text, or chunks in one of three framings.

A source may be the body of a response as any HTTP client yields it. Behind a BOM and blanks,

    it begins with                                     and is
    `<!DOCTYPE html`, `<html`, in any case             a page instead of a stream: a proxy's 502
    `data:` and then `{`, `[` or `"`                   'sse'
    lines of `event:`, `id:`, `retry:` or `:`, and     'sse'
    then one of `data:`
    an object on one line that a format knows          'ndjson'
    an object on several lines that a format knows     'json'
    an object that reports an error                    'json'
    `[` and then one of such objects                   'json'
    anything else                                      'text'

It is decided as soon as it is certain. What may still be one of these is waited for, and nothing else: a few characters
of the name of a field, or an object until

- it has a key that is the user's and that no chunk has. Where any key may be the user's own, as in a dict, one of the
  first two must be such a key;
- it is complete. If all its keys are the user's, it is the user's, whatever else it looks like.

Bytes are judged by their text alone, however they are cut. A piece that came as `str` and ends before its object does
is taken for a delta of the model's text, and does not wait.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any, Final, Literal, TypeAlias

from partway._extent import Extent
from partway._objects import parse
from partway.providers import failure_of, format_of

__all__ = ["Beginning", "Form"]

Form: TypeAlias = Literal["text", "sse", "ndjson", "json"]
_Told: TypeAlias = Form | Literal["page"] | None

_BLANKS: Final = " \t\r\n\ufeff"
_PAGES: Final = ("<!doctype html", "<html")
_MOST_BLANKS: Final = 1000  # in front of a first key

# What may stand behind the colon of a field, other than of `data`, in front of which these are waited for. In prose
# there are blanks: "event: the wedding".
_VALUES: Final = {
    "event": re.compile(r" ?[^\s]{0,100}[ \t]{0,9}"),
    "id": re.compile(r" ?[^\s]{0,200}[ \t]{0,9}"),
    "retry": re.compile(r" ?[0-9]{0,10}[ \t]{0,9}"),
    "": re.compile(r".{0,4096}"),
}
_NAMES: Final = ("data", "event", "id", "retry")
_LINE_END: Final = re.compile(r"[\r\n]+")
_INTO_ARRAY: Final = re.compile(r"\[[ \t\r\n]*")
_INTO_OBJECT: Final = re.compile(r"\{[ \t\r\n]*")

# Keys that chunks and whole answers have at their root, above all in formats that come as JSON lines or in an array.
# They matter only where the user's type may have them, too: more of them make text wait longer.
_CHUNK_KEYS: Final = frozenset((
    "candidates", "choices", "contentBlockDelta", "contentBlockStart", "contentBlockStop", "content_block",
    "content_index", "created", "created_at", "delta", "done", "error", "id", "index", "item", "item_id", "message",
    "messageStart", "messageStop", "metadata", "model", "modelVersion", "model_id", "object", "obfuscation",
    "output_index", "promptFeedback", "prompt_filter_results", "provider", "response", "responseId", "role",
    "sequence_number", "service_tier", "stop_reason", "summary_index", "system_fingerprint", "token", "type", "usage",
    "usageMetadata", "x_groq",
))  # fmt: skip


class Beginning:
    """Reads the beginning of a text until it is told what form it is in.

    Args:
        keys: Those that the user's type has at its root; `None` if any key may be its own.
        array: Whether the type may be an array.
        max_event: How much may be waited for, in characters: what takes longer is plain text.
    """

    __slots__ = ("_array", "_extent", "_fields", "_head", "_indented", "_max", "_own", "_passed", "_pieces", "_seen")

    def __init__(self, *, keys: Container[str] | None, array: bool, max_event: int) -> None:
        self._array = array
        self._max = max_event
        self._head = ""  # what is not told yet, without blanks in front; short, unless it is an object
        self._indented = False  # whether blanks stand in front of it on its line
        self._fields = False  # whether lines of fields came before it
        self._own: Container[str] | None = keys  # the keys that the object may have that is being read
        self._extent: Extent | None = None  # of that object
        self._pieces: list[str] = []  # of its text
        self._seen = 0  # how many of its keys have been looked at
        self._passed = 0  # what that object has so far, and blanks and lines of fields in front, in characters

    def tell(self, text: str, *, delta: bool) -> _Told:
        """What the text is, with its next piece, which came as `str` if it is a `delta`; `None` if that is open."""
        if self._extent is not None:
            told: _Told = self._read_on(self._extent, text)
        else:
            self._head += text
            told = self._look()
        if told is None and delta and self._head[:1] in ("{", "["):
            return "text"
        return told

    def _look(self) -> _Told:
        """Tell by the head, which goes on being one as long as nothing is told."""
        head = self._head.lstrip("\r\n" if self._fields else _BLANKS)
        if blanks := len(self._head) - len(head):
            self._indented = self._head[blanks - 1] in " \t"
            self._passed += blanks
            self._head = head
        if self._passed > self._max:
            return "text"
        if self._fields:
            return self._field()
        match head[:1]:
            case "":
                return None
            case "<":
                lower = head[:20].lower()
                if lower.startswith(_PAGES):
                    return "page"
                return None if any(page.startswith(lower) for page in _PAGES) else "text"
            case "{" | "[":
                return self._bracket()
            case _:
                return "text" if self._indented else self._field()

    def _field(self) -> Literal["text", "sse"] | None:
        """Tell by lines of fields: what begins one, and goes on as one."""
        head, at = self._head, 0
        while at < len(head):
            end = _LINE_END.search(head, at)
            line = head[at:] if end is None else head[at : end.start()]
            name, colon, value = line.partition(":")
            if not colon:
                if end is not None or not any(each.startswith(name) for each in _NAMES):
                    return "text"
                break
            if name == "data":
                value = value.removeprefix(" ")
                if self._fields or value.startswith(("{", "[", '"')):
                    return "sse"
                if value or end is not None:
                    return "text"
                break
            if name not in _VALUES or _VALUES[name].fullmatch(value) is None:
                return "text"
            if end is None:
                break
            self._fields = True
            self._passed += end.end() - at
            if self._passed > self._max:
                return "text"
            at = end.end()
        self._head = head[at:]
        return None

    def _bracket(self) -> Form | None:
        """Tell by the start of an object, or of an array of objects."""
        at = begun = 0
        if (array := _INTO_ARRAY.match(self._head)) is not None:
            at = begun = array.end()
            self._own = None if self._array else ()
        inner = _INTO_OBJECT.match(self._head, at)
        if inner is not None:
            begun = inner.end()
        if begun == len(self._head) and begun <= _MOST_BLANKS:
            return None
        if inner is None or begun > _MOST_BLANKS or self._head[begun] != '"':
            return "text"
        self._extent = Extent()
        return self._read_on(self._extent, self._head[at:])

    def _read_on(self, extent: Extent, text: str) -> Form | None:
        """Tell by the keys of the open object, and by the whole of it."""
        end = extent.find(text)
        piece = text if end < 0 else text[:end]
        self._pieces.append(piece)
        self._passed += len(piece)
        if self._passed > self._max or self._has_own(extent.keys):
            return "text"
        if end < 0:
            return None
        whole = "".join(self._pieces)
        try:
            value, _ = parse(whole)
        except (ValueError, RecursionError):
            return "text"
        if self._own is not None and all(key in self._own for key in value):
            return "text"
        lines = self._head[0] == "{" and "\n" not in whole
        if format_of(value) is not None:
            return "ndjson" if lines else "json"
        return "json" if _reports_error(value, self._own) else "text"

    def _has_own(self, keys: list[str]) -> bool:
        """Whether a key can only be the user's."""
        if self._own is None:
            return not _CHUNK_KEYS.issuperset(keys[:2])
        new, own = keys[self._seen :], self._own
        self._seen = len(keys)
        return any(key in own and key not in _CHUNK_KEYS for key in new)


def _reports_error(value: dict[str, Any], own: Container[str] | None) -> bool:
    """Whether an object is the body of an error: `own` are the keys that it may have in an answer."""
    error = value.get("error")
    if own is None:  # it may have any: there must be more to it
        return isinstance(error, dict) and isinstance(error.get("message"), str)
    if failure_of(value) is not None and isinstance(error, str | dict | None):
        return "error" not in own
    said = next((key for key in ("message", "detail", "errors") if key in value), None)
    return said is not None and said not in own and isinstance(value[said], str | list)
