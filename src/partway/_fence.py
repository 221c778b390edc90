r"""Where the JSON is: prose, fences and thinking tags are passed over, the text from a candidate on is handed out.

`Fence` is a state machine that reads text as it streams in and stops at the first character that may begin a JSON
document, a candidate. It knows no JSON beyond that character and the next one: a reader takes the candidate from
there, finds its end or that it was none, and what is left comes back here to be searched on.

That division works because of a lemma: **a JSON string holds no raw newline**, so a fence at the start of a line is
never inside one. Before a candidate nothing is JSON, within one the reader rules; and where a candidate failed, a
fence that is found at the start of a line is still a real one. Fence characters after `}` on the same line are
caught here too, because the reader ends the candidate at depth zero and hands the rest back.

Two things are known at any time. The block says what the text is:

    PROSE     free text: candidates, fences and thinking tags are looked for
    JSON      a fenced block in no language or one of JSON's: candidates and its closing fence are looked for
    FOREIGN   a fenced block in another language: only its closing fence is looked for, braces are not seen

The state says what is awaited in it:

    START         before the first character, which may be a byte order mark (PROSE)
    LINE_START    only blanks so far on this line (and at the start of the text, and after a thought): a fence or a
                  scalar may stand here
    TEXT          further on the line, where the pattern of the block jumps to the next landmark
    OPENING       counting a run that opens a fence, if it reaches three                (PROSE)
    LANGUAGE      in the first word of an info string: it decides between JSON and FOREIGN once its end is seen
    INFO_START    behind that word: a scalar may stand here                             (JSON)
    INFO          further in the info string. A backtick in it means that this was inline code, not a fence, since
                  CommonMark allows none there, and the text is PROSE again
    CLOSING       counting a run that closes the block, if it is as long as the opening one
    AFTER_RUN     behind such a run: the line must end, or it closed nothing
    UNCONFIRMED   behind a `{` or `[` and whitespace: the next character decides whether it is a candidate
    OPENING_TAG   behind `<think`, up to its `>`; `/>`, a line end, another `<` or a bracket: it was no tag (PROSE)
    THINKING      in a thought, up to `</think`; fences and JSON in it are drafts       (PROSE)
    CLOSING_TAG   behind `</think` and whitespace: `>` ends the thought                 (PROSE)
    CANDIDATE     at a candidate's first character, or at the one that confirmed it
    BROKEN        in what is left of a candidate that failed when it had been begun to be filled (`skip`)

What is left of a broken document may have objects of its own, and none of them is the answer: as long as brackets of
it are open, one that stands where JSON has its values (behind `,`, `[` or `":`) is counted, not taken. One that stands
elsewhere (`oops. Finally: {"a": 1}`) begins a candidate, and a fence at the start of a line ends the matter.

In a JSON block a fence normally closes as in any other, alone on its line. Once a candidate has begun there, any
long enough run closes it: models write `}` and the fence on one line.

Text is cut anywhere, and every cut must come to the same. Most of what a cut divides is counted or is a state of
its own, and nothing is kept of it: the length of a run, blanks, an info string (but for the word, bounded). Only
this is held back, and nothing else:

- the beginning of a tag (`<thi`, `</thi`, and `/` before `>` in one), because it may still become the tag; it is
  never longer than the longest name and two characters, and is put before the next delta;
- an UNCONFIRMED bracket with the whitespace behind it, because the candidate's text includes both. It may be of
  any length, so it is collected once and never looked at again until it is decided.

Work is linear, as the patterns are that it jumps by (`_landmarks`).
"""

from __future__ import annotations

import re
from enum import Enum
from io import StringIO
from typing import TYPE_CHECKING

from partway._landmarks import CONFIRMS, TAG_END, broken_landmarks, info_landmarks, landmarks, thought_end

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Fence"]


class Block(Enum):
    """What the text is, as the module's docstring tells."""

    PROSE = "prose"
    JSON = "json"
    FOREIGN = "foreign"


class State(Enum):
    """What is awaited in it, as the module's docstring tells."""

    START = "start"
    LINE_START = "line_start"
    TEXT = "text"
    OPENING = "opening"
    LANGUAGE = "language"
    INFO_START = "info_start"
    INFO = "info"
    CLOSING = "closing"
    AFTER_RUN = "after_run"
    UNCONFIRMED = "unconfirmed"
    OPENING_TAG = "opening_tag"
    THINKING = "thinking"
    CLOSING_TAG = "closing_tag"
    CANDIDATE = "candidate"
    BROKEN = "broken"


_JSON_WORDS = frozenset({"", "json", "jsonc", "json5", "jsonl", "ndjson", "application/json"})
_WORD_KEPT = 32  # of a language word: longer than any in _JSON_WORDS, and enough to name the block in a message
_SHORTEST_FENCE = 3  # CommonMark 0.31.2, section 4.5

_SPACES = re.compile(r"[ \t\r\n]*+")
_BLANKS = re.compile(r"[ \t]*+")
_WORD = re.compile(r"[\w+\-.#/]*+")
_RUN = {"`": re.compile(r"`*+"), "~": re.compile(r"~*+")}
_NOT_SPACE = re.compile(r"[^ \t\r\n]")

# Each pattern below names its landmarks; this is the state behind each. "cut" is not here: the state stays, and the
# text from there on is held back.
_AFTER = {
    "candidate": State.CANDIDATE,
    "unconfirmed": State.UNCONFIRMED,
    "line": State.LINE_START,
    "run": State.CLOSING,
    "inline": State.TEXT,
    "tag": State.OPENING_TAG,
    "thinking": State.THINKING,
    "empty": State.TEXT,
    "refuted": State.TEXT,
    "untag": State.CLOSING_TAG,
}
_STILL_TO_READ = frozenset({"candidate", "run", "refuted"})  # landmarks that are read in the state behind them


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Find where the run of what `pattern` takes, maybe none, ends."""
    found = pattern.match(text, at)
    return found.end() if found else at


class Fence:
    """Finds where, in streamed text, a JSON candidate begins.

    Args:
        containers: Which of `{` and `[` may begin a candidate, anywhere but in a block of another language.
        scalars: Which of `"-0123456789tfn` may begin one, where nothing but blanks stands before it on the line.
        thinking: The names of the tags whose content is passed over, matched in any case; `()` for none.
    """

    def __init__(
        self,
        *,
        containers: str = "{[",
        scalars: str = "",
        thinking: Sequence[str] = ("think", "thinking", "reasoning"),
    ) -> None:
        self._containers = containers
        self._scalars = scalars
        self._names = tuple(thinking)

        self._block = Block.PROSE
        self._state = State.START
        self._fence = ""  # the character of the open block's fence, or of the one that is being counted
        self._size = 0  # how long the open block's fence is
        self._run = 0  # how long the run being counted is, so far
        self._word = ""  # the open block's language, as written
        self._begun = False  # whether a candidate has begun in the open block
        self._tag = ""  # the open thought's name, as written

        self._depth = 0  # how many brackets of a broken candidate are open
        self._before = ""  # the last two characters of it that are no whitespace

        self._cut = ""  # held back: the beginning of a tag
        self._unconfirmed = StringIO()  # held back: a bracket and its whitespace
        self._bracket = ""
        self._refuted = State.TEXT  # where the search goes on if it is no candidate, and no line end came in between

    def feed(self, text: str) -> str | None:
        """Search on in `text`.

        Returns:
            `None` when no candidate begins in what has arrived, else the text from the candidate's first character
            to the end of what has arrived, with what was held back. After that, the next `text` is what follows
            the candidate, or whatever of it is to be searched again: the block is still the same, and the search
            is within a line.
        """
        text, self._cut = self._cut + text, ""
        at = 0
        while at < len(text):
            match self._state:
                case State.START:
                    at = int(text[at] == "\ufeff")
                    self._state = State.LINE_START
                case State.LINE_START:
                    at = self._line_start(text, at)
                case State.TEXT:
                    at = self._jump(self._pattern(), text, at)
                case State.OPENING:
                    at = self._opening(text, at)
                case State.LANGUAGE:
                    at = self._language(text, at)
                case State.INFO_START:
                    at = self._info_start(text, at)
                case State.INFO:
                    containers = self._containers if self._block is Block.JSON else ""
                    at = self._jump(info_landmarks(containers, self._fence), text, at)
                case State.CLOSING:
                    at = self._closing(text, at)
                case State.AFTER_RUN:
                    at = self._after_run(text, at)
                case State.UNCONFIRMED:
                    at = self._confirm(text, at)
                case State.OPENING_TAG:
                    at = self._jump(TAG_END, text, at)
                case State.THINKING:
                    at = self._jump(thought_end(self._tag), text, at)
                case State.CLOSING_TAG:
                    at = self._closing_tag(text, at)
                case State.BROKEN:
                    at = self._broken(text, at)
                case State.CANDIDATE:
                    return self._begin(text[at:])
        return None

    def skip(self, depth: int, before: str) -> None:
        """Say that the next `text` is what is left of a broken document.

        Args:
            depth: How many of its objects and arrays are open.
            before: What stands before that text, the last few characters of it.
        """
        self._depth = depth
        self._before = "".join(_NOT_SPACE.findall(before)[-2:])
        self._state = State.BROKEN if depth else State.TEXT

    @property
    def in_json(self) -> bool:
        """Whether it is in a fenced block in which JSON may stand."""
        return self._block is Block.JSON

    @property
    def kept(self) -> int:
        """How many characters, the last ones, are held back."""
        return len(self._cut) + self._unconfirmed.tell()

    @property
    def opening(self) -> bool:
        """Whether what was read ends with a fence that opens such a block, or may yet."""
        if self._block is Block.JSON:
            return not self._begun
        return self._block is Block.PROSE and self._state in (State.OPENING, State.LANGUAGE)

    @property
    def inside(self) -> str | None:
        """What the text is in the middle of, to be named where it ended without JSON; `None` in prose."""
        if self._state in (State.THINKING, State.CLOSING_TAG):
            return f"a <{self._tag}> block that never closed"
        # A closing fence needs no line end behind it where the text ends.
        closed = self._state is State.AFTER_RUN or (self._state is State.CLOSING and self._run >= self._size)
        if self._block is Block.PROSE or closed:
            return None
        return f'a "{self._word}" block' if self._word else "a block without a language"

    def _pattern(self) -> re.Pattern[str]:
        match self._block:
            case Block.PROSE:
                return landmarks(self._containers, self._scalars, self._names)
            case Block.JSON:
                return landmarks(self._containers, self._scalars, run=self._fence if self._begun else "")
            case Block.FOREIGN:
                return landmarks("", "")

    def _jump(self, pattern: re.Pattern[str], text: str, at: int) -> int:
        """Go on to the next landmark, and to the state that its group stands for."""
        found = pattern.search(text, at)
        if found is None:
            return len(text)
        start, end = found.span()
        landmark = found.lastgroup or ""
        if landmark == "cut":
            self._cut = text[start:]
            return end
        before, self._state = self._state, _AFTER[landmark]
        match landmark:
            case "unconfirmed":
                self._refuted, self._bracket = before, text[start]
                self._unconfirmed.write(text[start:])
            case "run":
                self._run = 0
            case "inline":
                self._block = Block.PROSE
            case "tag":
                self._tag = text[start + 1 : end]
        return start if landmark in _STILL_TO_READ else end

    def _line_start(self, text: str, at: int) -> int:
        at = _end(_SPACES, text, at)
        if at == len(text):
            return at
        char, prose = text[at], self._block is Block.PROSE
        if char in self._scalars and self._block is not Block.FOREIGN and not self._depth:
            self._state = State.CANDIDATE
        elif prose and char in _RUN:
            self._state, self._fence, self._run = State.OPENING, char, 0
        elif not prose and char == self._fence:
            self._state, self._run = State.CLOSING, 0
        else:
            self._state = State.BROKEN if self._depth else State.TEXT
        return at

    def _broken(self, text: str, at: int) -> int:
        run = self._fence if self._block is Block.JSON and self._begun else ""
        found = broken_landmarks(run).search(text, at)
        end = len(text) if found is None else found.start()
        self._before = "".join(_NOT_SPACE.findall(self._before + text[at:end])[-2:])
        if found is None:
            return end
        match found.lastgroup:
            case "open" if (
                self._before[-1:] not in (",", "[") and self._before != '":' and text[end] in self._containers
            ):
                self._depth, self._state = 0, State.TEXT
                return end
            case "line":
                self._state = State.LINE_START
            case "run":
                self._state, self._run = State.CLOSING, 0
                return end
            case bracket:
                self._depth += 1 if bracket == "open" else -1
                self._before = (self._before + text[end])[-2:]
                if not self._depth:
                    self._state = State.TEXT
        return end + 1

    def _opening(self, text: str, at: int) -> int:
        end = _end(_RUN[self._fence], text, at)
        self._run += end - at
        if end < len(text):
            if self._run >= _SHORTEST_FENCE:
                self._state, self._depth = State.LANGUAGE, 0
            else:
                self._no_fence()
            self._size, self._word = self._run, ""
        return end

    def _language(self, text: str, at: int) -> int:
        if not self._word:
            at = _end(_BLANKS, text, at)
        end = _end(_WORD, text, at)
        self._word = (self._word + text[at:end])[:_WORD_KEPT]
        if end < len(text):
            json = self._word.lower() in _JSON_WORDS
            self._block = Block.JSON if json else Block.FOREIGN
            self._state = State.INFO_START if json else State.INFO
            self._begun = False
        return end

    def _info_start(self, text: str, at: int) -> int:
        end = _end(_BLANKS, text, at)
        if end < len(text):
            self._state = State.CANDIDATE if text[end] in self._scalars else State.INFO
        return end

    def _closing(self, text: str, at: int) -> int:
        end = _end(_RUN[self._fence], text, at)
        self._run += end - at
        long_enough = self._run >= self._size
        if long_enough and self._begun:
            # What is left of a longer run is within a line of prose, where it means nothing.
            self._block, self._state, self._depth = Block.PROSE, State.TEXT, 0
        elif end < len(text):
            if long_enough:
                self._state = State.AFTER_RUN
            else:
                self._no_fence()
        return end

    def _no_fence(self) -> None:
        """A run that was counted is too short: it is text, of a broken document if one is being skipped."""
        self._state = State.BROKEN if self._depth else State.TEXT
        self._before = (self._before + self._fence * min(self._run, 2))[-2:]

    def _after_run(self, text: str, at: int) -> int:
        end = _end(_BLANKS, text, at)
        if end < len(text):
            if text[end] in "\r\n":
                self._block, self._state = Block.PROSE, State.LINE_START
            else:
                self._state = State.TEXT
        return end

    def _confirm(self, text: str, at: int) -> int:
        end = _end(_SPACES, text, at)
        self._unconfirmed.write(text[at:end])
        if end < len(text):
            if text[end] in CONFIRMS[self._bracket]:
                self._state = State.CANDIDATE
            else:
                passed, self._unconfirmed = self._unconfirmed.getvalue(), StringIO()
                self._state = State.LINE_START if "\n" in passed or "\r" in passed else self._refuted
        return end

    def _closing_tag(self, text: str, at: int) -> int:
        end = _end(_SPACES, text, at)
        if end == len(text):
            return end
        if text[end] == ">":
            self._state = State.LINE_START
            return end + 1
        self._state = State.THINKING
        return end

    def _begin(self, text: str) -> str:
        held, self._unconfirmed = self._unconfirmed.getvalue(), StringIO()
        self._state, self._begun = State.TEXT, True
        return held + text
