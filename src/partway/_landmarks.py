"""The patterns that `Fence` jumps by: each stops at what its state waits for, and names it.

The names are those of groups: `Fence` knows which state each leads to. `cut` stands for what is held back, because it
may become a landmark when more has come.

Each pattern begins with a set of characters, which `re` scans for without backtracking, and looks ahead over whitespace
only, possessively and from one bracket or line end for each run of it.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

__all__ = ["CONFIRMS", "TAG_END", "broken_landmarks", "info_landmarks", "landmarks", "thought_end"]

# What may follow a bracket, after whitespace: RFC 8259, sections 4 and 5. It tells `{"a"` from `{curly}`.
CONFIRMS = {"{": '"}', "[": ']{["-0123456789tfn'}

_SPACE = r"[ \t\r\n]*+"
TAG_END = re.compile(r"(?P<empty>/>)|(?P<cut>/\Z)|(?P<thinking>>)|(?P<refuted>[<{\[\r\n])")


def _any_beginning(name: str) -> str:
    """Make a pattern for every beginning of `name`, the empty one and the whole included: `(?:a(?:b)?)?`."""
    pattern = ""
    for char in reversed(name):
        pattern = f"(?:{re.escape(char)}{pattern})?"
    return pattern


def _brackets(containers: str) -> list[str]:
    """Make the branches for a bracket, confirmed or not yet decided; a refuted one is jumped over."""
    if not containers:
        return []
    confirmed = (rf"(?<={re.escape(char)})(?={_SPACE}[{re.escape(CONFIRMS[char])}])" for char in containers)
    return [
        rf"(?P<candidate>{'|'.join(confirmed)})",
        rf"(?P<unconfirmed>(?<=[{re.escape(containers)}]){_SPACE}\Z)",
    ]


@cache
def landmarks(containers: str, scalars: str, names: tuple[str, ...] = (), run: str = "") -> re.Pattern[str]:
    """Make what stops the search in TEXT.

    A line end does so only if a LINE_START has something to see: a fence, perhaps cut, a scalar, or no more text.
    """
    starts = r"```|~~~|[`~]{,2}\Z" + "".join(rf"|{re.escape(char)}" for char in scalars)
    branches = _brackets(containers)
    branches.append(rf"(?P<line>(?<=[\r\n])(?=[ \t]*+(?:{starts})))")
    if names:
        whole = "|".join(map(re.escape, names))
        begun = "|".join(map(_any_beginning, names))
        branches.append(rf"(?P<tag>(?<=<)(?i:{whole})(?=[ \t/>]))")
        branches.append(rf"(?P<cut>(?<=<)(?i:{begun})\Z)")
    if run:
        branches.append(rf"(?P<run>(?<={run}))")
    marks = re.escape(containers) + r"\r\n" + ("<" if names else "") + run
    return re.compile(f"[{marks}](?:{'|'.join(branches)})")


@cache
def info_landmarks(containers: str, fence: str) -> re.Pattern[str]:
    """Make what stops the search in INFO: its end, what refutes the fence, and a candidate."""
    inline = "`" if fence == "`" else ""
    branches = [*_brackets(containers), r"(?P<line>(?<=[\r\n]))"]
    if inline:
        branches.append("(?P<inline>(?<=`))")
    return re.compile(rf"[{re.escape(containers)}\r\n{inline}](?:{'|'.join(branches)})")


@cache
def broken_landmarks(run: str) -> re.Pattern[str]:
    """Make what stops the search in BROKEN: brackets, a line end before what may be a fence, a run that closes."""
    branches = [r"(?P<open>(?<=[{\[]))", r"(?P<close>(?<=[}\]]))"]
    branches.append(r"(?P<line>(?<=[\r\n])(?=[ \t]*+(?:```|~~~|[`~]{,2}\Z)))")
    if run:
        branches.append(rf"(?P<run>(?<={run}))")
    return re.compile(rf"[{{}}\[\]\r\n{run}](?:{'|'.join(branches)})")


@lru_cache(maxsize=64)  # not all: `name` is as the text spells it, in any case
def thought_end(name: str) -> re.Pattern[str]:
    """Make what stops the search in THINKING: its closing tag."""
    begun = _any_beginning(name)
    return re.compile(rf"<(?:(?P<untag>/(?i:{re.escape(name)})(?=[ \t\r\n>]))|(?P<cut>(?:/(?i:{begun}))?\Z))")
